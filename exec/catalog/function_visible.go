package catalog

import (
	"slices"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// visibilityFunctions say whether an object is found by its bare name: NULL for
// an object that does not exist.
func visibilityFunctions() builtin.Table {
	visible := func(ask func(n naming, id oid.OID) (exists, visible bool)) builtin.Impl {
		return over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			exists, yes := ask(q.naming, oidArg(args[0]))
			if !exists {
				return datum.Null, nil
			}
			return datum.Bool(yes), nil
		})
	}
	// The text search objects, conversions and families are all of pg_catalog.
	fact := func(catalog string) builtin.Impl {
		return visible(func(n naming, id oid.OID) (bool, bool) {
			found := false
			n.s.facts.each(catalog, func(c *cursor) { found = found || c.oid("oid") == id })
			return found, slices.Contains(n.path, oid.PGCatalogSchema)
		})
	}
	return builtin.Table{
		"pg_table_is_visible": visible(func(n naming, id oid.OID) (bool, bool) {
			r := n.s.Relation(id)
			return r != nil, r != nil && n.relationVisible(r)
		}),
		"pg_type_is_visible": visible(func(n naming, id oid.OID) (bool, bool) {
			t := n.s.Type(id)
			return t != nil, t != nil && n.typeVisible(t)
		}),
		"pg_function_is_visible": visible(func(n naming, id oid.OID) (bool, bool) {
			p := n.s.Proc(id)
			return p != nil, p != nil && n.procVisible(p)
		}),
		"pg_operator_is_visible": visible(func(n naming, id oid.OID) (bool, bool) {
			o := n.s.Operator(id)
			return o != nil, o != nil && n.operatorVisible(o)
		}),
		"pg_opclass_is_visible": visible(func(n naming, id oid.OID) (bool, bool) {
			class := n.s.OpClass(id)
			return class != nil, class != nil && !strings.Contains(n.opClass(class), ".")
		}),
		"pg_collation_is_visible": visible(func(n naming, id oid.OID) (bool, bool) {
			c := n.s.Collation(id)
			return c != nil, c != nil && !strings.Contains(n.collation(c), ".")
		}),
		"pg_opfamily_is_visible":       fact("pg_opfamily"),
		"pg_conversion_is_visible":     fact("pg_conversion"),
		"pg_ts_config_is_visible":      fact("pg_ts_config"),
		"pg_ts_dict_is_visible":        fact("pg_ts_dict"),
		"pg_ts_parser_is_visible":      fact("pg_ts_parser"),
		"pg_ts_template_is_visible":    fact("pg_ts_template"),
		"pg_statistics_obj_is_visible": constant(datum.Null),
	}
}
