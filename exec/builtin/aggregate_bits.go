package builtin

import (
	"voronoi/internal/datum"
)

func bitAggregates() Table {
	t := Table{}
	bits := map[string]func(a, b int64) int64{
		"bit_and": func(a, b int64) int64 { return a & b },
		"bit_or":  func(a, b int64) int64 { return a | b },
		"bit_xor": func(a, b int64) int64 { return a ^ b },
	}
	for name, f := range bits {
		for _, typ := range []string{"smallint", "integer", "bigint"} {
			t[name+"("+typ+")"] = fold(func(a, b datum.Datum) (datum.Datum, error) {
				return datum.Int(f(a.Int(), b.Int())), nil
			})
		}
	}
	return t
}
