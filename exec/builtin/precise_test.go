package builtin

import (
	"context"
	"math/rand"
	"strings"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/oracle"
)

// TestElementaryFunctions compares random arguments: one unit in the last
// place shows in the output.
func TestElementaryFunctions(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	rng := rand.New(rand.NewSource(1))
	functions := []struct {
		sql string
		f   func(x float64) float64
		arg func() float64
	}{
		{"exp", preciseExp, func() float64 { return rng.NormFloat64() * 20 }},
		{"ln", preciseLog, func() float64 { return preciseExp(rng.NormFloat64() * 50) }},
		{"log", preciseLog10, func() float64 { return preciseExp(rng.NormFloat64() * 50) }},
		{"sin", preciseSin, func() float64 { return rng.NormFloat64() * 100 }},
		{"cos", preciseCos, func() float64 { return rng.NormFloat64() * 100 }},
		{"tan", preciseTan, func() float64 { return rng.NormFloat64() * 100 }},
		{"asin", preciseAsin, func() float64 { return rng.Float64()*2 - 1 }},
		{"acos", preciseAcos, func() float64 { return rng.Float64()*2 - 1 }},
		{"atan", preciseAtan, func() float64 { return rng.NormFloat64() * 3 }},
		{"3.7 ^ ", func(x float64) float64 { return precisePow(3.7, x) }, func() float64 { return rng.NormFloat64() * 10 }},
	}
	for _, f := range functions {
		var calls, want []string
		for range 500 {
			x := f.arg()
			calls = append(calls, f.sql+"('"+string(datum.AppendFloat(nil, x, 64))+"'::float8)")
			want = append(want, string(datum.AppendFloat(nil, f.f(x), 64)))
		}
		results, err := conn.PgConn().Exec(context.Background(),
			"SELECT unnest(ARRAY["+strings.Join(calls, ", ")+"])").ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for i, row := range results[0].Rows {
			if string(row[0]) != want[i] {
				if wrong++; wrong < 3 {
					t.Logf("%s is %s, here %s", calls[i], row[0], want[i])
				}
			}
		}
		// The C library itself misses the correctly rounded value now and then.
		if wrong > 8 {
			t.Errorf("%s: %d of %d differ", f.sql, wrong, len(calls))
		}
	}
}
