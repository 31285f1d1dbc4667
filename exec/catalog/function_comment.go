package catalog

import (
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// commentFunctions read comments. They are functions in SQL in Postgres, so they
// are bound by signature.
func commentFunctions() builtin.Table {
	inCatalog := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
		class := q.s.RelationNamed(oid.PGCatalogSchema, args[1].Str())
		if class == nil {
			return datum.Null, nil
		}
		return textOrNull(q.s.Comment(Address{class.OID, oidArg(args[0]), 0})), nil
	})
	return builtin.Table{
		"obj_description(oid,name)":   inCatalog,
		"shobj_description(oid,name)": inCatalog,
		"col_description(oid,integer)": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			return textOrNull(q.s.Comment(Address{oid.PGClass, oidArg(args[0]), int32(args[1].Int())})), nil
		}),
		// Without the catalog's name the number alone has to do.
		"obj_description(oid)": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			id := oidArg(args[0])
			for _, class := range []oid.OID{oid.PGClass, oid.PGType, oid.PGProc, oid.PGNamespace, oid.PGConstraint,
				classOperator, classCast, classAm, classOpClass, classLanguage, oid.PGExtension} {
				if text := q.s.Comment(Address{class, id, 0}); text != "" {
					return datum.Text(text), nil
				}
			}
			return datum.Null, nil
		}),
	}
}
