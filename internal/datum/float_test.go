package datum

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"

	"voronoi/internal/oid"
)

// TestFloatTextsAgainstPostgres sends random floats in binary, so that only the
// output is in question.
func TestFloatTextsAgainstPostgres(t *testing.T) {
	for _, digits := range []int{1, 0, -5, -15} {
		t.Run(fmt.Sprint(digits), func(t *testing.T) {
			env := DefaultEnv()
			env.ExtraFloatDigits = digits
			s := newSession(t, env, fmt.Sprintf("extra_float_digits = %d", digits))
			var wide []float64
			var narrow []float32
			for range 1000 {
				wide = append(wide, math.Float64frombits(rand.Uint64()), float64(rand.Int64N(1e18)), float64(rand.IntN(1e6))/1000)
				narrow = append(narrow, math.Float32frombits(rand.Uint32()), float32(rand.IntN(1e9)), float32(rand.IntN(1e6))/1000)
			}
			for e := -1074; e < 1024; e++ {
				wide = append(wide, math.Ldexp(1, e))
				if e >= -149 && e < 128 {
					narrow = append(narrow, float32(math.Ldexp(1, e)))
				}
			}
			for range 1000 { // exact decimals with one digit too many
				wide = append(wide, math.Ldexp(1, 50)+float64(rand.IntN(1e6))/4, math.Ldexp(1, 49)+float64(rand.IntN(1e6))/8, float64(rand.Int64N(1<<53))/(1<<20))
				narrow = append(narrow, float32(1<<21+rand.IntN(1e6))/8, float32(rand.IntN(1<<24))/1024)
			}
			for e := -30; e <= 30; e++ {
				wide = append(wide, math.Pow10(e), math.Ldexp(1, 4*e), math.Ldexp(1, 54+e)+2)
				narrow = append(narrow, float32(math.Pow10(e)), float32(math.Ldexp(1, 4*e)))
			}
			compareFloatTexts(t, s, env, oid.Float8, "SELECT v::text FROM unnest($1::float8[]) WITH ORDINALITY u(v, n) ORDER BY n", wide, func(v float64) float64 { return v })
			compareFloatTexts(t, s, env, oid.Float4, "SELECT v::text FROM unnest($1::float4[]) WITH ORDINALITY u(v, n) ORDER BY n", narrow, func(v float32) float64 { return float64(v) })
		})
	}
}

func compareFloatTexts[T float32 | float64](t *testing.T, s *session, env *Env, id oid.OID, query string, values []T, widen func(T) float64) {
	t.Helper()
	rows, err := s.conn.Query(t.Context(), query, values)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	typ := ByOID(id)
	for i, want := range texts {
		d := Float(widen(values[i]))
		if got := string(typ.AppendText(nil, env, d)); got != want {
			t.Errorf("%s %x: got %s, want %s", typ.Name, math.Float64bits(widen(values[i])), got, want)
		}
	}
}

func TestByteaEscapeAgainstPostgres(t *testing.T) {
	env := DefaultEnv()
	env.ByteaEscape = true
	newSession(t, env, "bytea_output = escape").compare(t, "bytea", oid.Bytea, -1, []string{`\x00ff207e7f5c`, "abc", `a\\b`, ""})
}
