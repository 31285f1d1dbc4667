package catalog

import (
	"slices"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
)

// traits are what the access methods can do, of those that
// pg_indexam_has_property and its kin ask for.
type traits struct {
	method, index, column []string
}

var methodTraits = map[string]traits{
	"btree": {
		method: []string{"can_order", "can_unique", "can_multi_col", "can_exclude", "can_include"},
		index:  []string{"clusterable", "index_scan", "bitmap_scan", "backward_scan"},
		column: []string{"orderable", "search_array", "search_nulls", "returnable"},
	},
	"hash": {
		method: []string{"can_exclude"},
		index:  []string{"index_scan", "bitmap_scan", "backward_scan"},
	},
	"gist": {
		method: []string{"can_multi_col", "can_exclude", "can_include"},
		index:  []string{"clusterable", "index_scan", "bitmap_scan"},
		column: []string{"search_nulls"},
	},
	"gin":     {method: []string{"can_multi_col"}, index: []string{"bitmap_scan"}},
	"spgist":  {method: []string{"can_exclude", "can_include"}, index: []string{"index_scan", "bitmap_scan"}, column: []string{"search_nulls"}},
	"brin":    {method: []string{"can_multi_col"}, index: []string{"bitmap_scan"}, column: []string{"search_nulls"}},
	"ivfflat": {index: []string{"index_scan"}, column: []string{"distance_orderable"}},
	"hnsw":    {index: []string{"index_scan"}, column: []string{"distance_orderable"}},
	"ivfpq":   {index: []string{"index_scan"}, column: []string{"distance_orderable"}},
	"pq":      {index: []string{"index_scan"}, column: []string{"distance_orderable"}},
}

// Properties by what they are of; any other name is NULL.
var (
	methodProperties = []string{"can_order", "can_unique", "can_multi_col", "can_exclude", "can_include"}
	indexProperties  = []string{"clusterable", "index_scan", "bitmap_scan", "backward_scan"}
	columnProperties = []string{"asc", "desc", "nulls_first", "nulls_last", "orderable", "distance_orderable",
		"returnable", "search_array", "search_nulls"}
)

func property(name string, known, has []string) datum.Datum {
	if !slices.Contains(known, name) {
		return datum.Null
	}
	return datum.Bool(slices.Contains(has, name))
}

func propertyFunctions() builtin.Table {
	return builtin.Table{
		"pg_indexam_has_property": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			method := q.s.facts.methods[oidArg(args[0])]
			if method == nil || method.Kind != 'i' {
				return datum.Null, nil
			}
			return property(args[1].Str(), methodProperties, methodTraits[method.Name].method), nil
		}),
		"pg_index_has_property": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			if r == nil || r.Index == nil {
				return datum.Null, nil
			}
			return property(args[1].Str(), indexProperties, methodTraits[r.Index.Method].index), nil
		}),
		"pg_index_column_has_property": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			column := int(args[1].Int()) - 1
			if r == nil || r.Index == nil || column < 0 || column >= len(r.Index.Keys) {
				return datum.Null, nil
			}
			return columnProperty(r.Index, column, args[2].Str()), nil
		}),
		"pg_relation_is_updatable": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			if r == nil {
				return datum.Null, nil
			}
			if r.Kind == KindTable {
				return datum.Int(insertEvent | updateEvent | deleteEvent), nil
			}
			return datum.Int(0), nil
		}),
		"pg_column_is_updatable": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			return datum.Bool(r != nil && r.Kind == KindTable && args[1].Int() > 0), nil
		}),
		"pg_relation_is_publishable": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			if r == nil {
				return datum.Null, nil
			}
			return datum.Bool(r.Kind == KindTable && r.System == nil && r.persistence() == 'p'), nil
		}),
		"pg_relation_filenode": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			r := q.s.Relation(oidArg(args[0]))
			if r == nil || r.Kind == KindView || r.Kind == KindComposite {
				return datum.Null, nil
			}
			return datum.Int(int64(r.OID)), nil
		}),
		"pg_get_replica_identity_index": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			if r := q.s.Relation(oidArg(args[0])); r != nil {
				for _, id := range r.Indexes {
					if index := q.s.Relation(id); index != nil && index.Index.Primary {
						return datum.Int(int64(id)), nil
					}
				}
			}
			return datum.Null, nil
		}),
	}
}

// What can be done to a relation, as bits of pg_relation_is_updatable.
const (
	updateEvent = 1 << 2
	insertEvent = 1 << 3
	deleteEvent = 1 << 4
)

// columnProperty is a property of one column of an index. The direction is
// known of the key columns of methods that order.
func columnProperty(x *Index, column int, name string) datum.Datum {
	has := methodTraits[x.Method]
	if !slices.Contains(columnProperties, name) {
		return datum.Null
	}
	if column >= len(x.Keys)-x.Included {
		if name == "returnable" {
			return datum.Bool(slices.Contains(has.column, name))
		}
		return datum.Null
	}
	ordered := slices.Contains(has.column, "orderable")
	key := x.Keys[column]
	switch name {
	case "asc":
		return datum.Bool(ordered && !key.Desc)
	case "desc":
		return datum.Bool(ordered && key.Desc)
	case "nulls_first":
		return datum.Bool(ordered && key.NullsFirst)
	case "nulls_last":
		return datum.Bool(ordered && !key.NullsFirst)
	}
	return datum.Bool(slices.Contains(has.column, name))
}
