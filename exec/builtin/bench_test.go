package builtin

import (
	"strings"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// BenchmarkCalls is what one call costs of functions that filters use most.
func BenchmarkCalls(b *testing.B) {
	text := func(s string) datum.Datum { return datum.Text(s) }
	object := text(`{"author": "someone", "tags": ["a", "b"], "year": 2024}`)
	vector := make([]float32, 784)
	for i := range vector {
		vector[i] = float32(i % 7)
	}
	for _, c := range []struct {
		key  string
		args []datum.Datum
	}{
		{"int4pl", []datum.Datum{datum.Int(1), datum.Int(2)}},
		{"float8mul", []datum.Datum{datum.Float(1.5), datum.Float(2.5)}},
		{"numeric_add", []datum.Datum{text("1.50"), text("2.25")}},
		{"lower", []datum.Datum{text("Hello World")}},
		{"textlike", []datum.Datum{text("the quick brown fox jumps"), text("%fox%")}},
		{"textregexeq", []datum.Datum{text("the quick brown fox jumps"), text("fo[xy] j")}},
		{"jsonb_object_field_text", []datum.Datum{object, text("year")}},
		{"jsonb_contains", []datum.Datum{object, text(`{"year": 2024}`)}},
		{"l2_distance(vector,vector)", []datum.Datum{datum.FromFloats(vector), datum.FromFloats(vector)}},
	} {
		b.Run(strings.ReplaceAll(c.key, "/", "_"), func(b *testing.B) {
			call := &Call{Env: datum.DefaultEnv(), Args: []oid.OID{oid.Text, oid.Text}}
			f := Functions()[c.key].Scalar
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f(call, c.args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
