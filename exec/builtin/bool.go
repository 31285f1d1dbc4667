package builtin

import "voronoi/internal/datum"

func boolFunctions() Table {
	// These are strict, unlike AND and OR.
	both := func(f func(a, b bool) bool) Impl {
		return scalar(test2(func(a, b datum.Datum) bool { return f(a.Bool(), b.Bool()) }))
	}
	return Table{
		"booland_statefunc": both(func(a, b bool) bool { return a && b }),
		"boolor_statefunc":  both(func(a, b bool) bool { return a || b }),
		"bool_int4":         same(),
		"int4_bool":         template("$1 <> 0", test1(func(a datum.Datum) bool { return a.Int() != 0 })),
		"booltext": template("CASE $1 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			if a[0].Bool() {
				return datum.Text("true"), nil
			}
			return datum.Text("false"), nil
		}),
	}
}
