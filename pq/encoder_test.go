package pq

import (
	"math"
	"testing"

	"voronoi/vectorops"
)

// TestEncoder: its codes are as near as those of Encode.
func TestEncoder(t *testing.T) {
	vectors := digitMatrix(t)
	for _, o := range []Options{{M: 1, Ksub: 7}, {M: 16, Ksub: 16}, {M: 64, Ksub: 16}, {M: 8, Ksub: 256}} {
		cb := train(t, vectors, o)
		e := NewTabulator(cb, false).NewEncoder()
		want, have, decoded := make([]byte, o.M), make([]byte, o.M), make([]float32, cb.Dims())
		for i := 0; i < vectors.Rows(); i += 3 {
			cb.Encode(want, vectors.Row(i))
			squared := float64(e.Encode(have, vectors.Row(i)))
			cb.Decode(decoded, want)
			least := vectorops.L2.Distance(decoded, vectors.Row(i))
			cb.Decode(decoded, have)
			d := vectorops.L2.Distance(decoded, vectors.Row(i))
			if math.Abs(d-least) > 1e-4*(1+least) || math.Abs(squared-d*d) > 1e-2*(1+d*d) || cb.CheckCode(have) != nil {
				t.Fatalf("%+v: code %v at %v (squared %v), %v at %v", o, have, d, squared, want, least)
			}
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	vectors := digitMatrix(b)
	cb := train(b, vectors, Options{M: 64, Ksub: 16})
	e, code := NewTabulator(cb, false).NewEncoder(), make([]byte, 64)
	b.Run("codebook", func(b *testing.B) {
		for b.Loop() {
			cb.Encode(code, vectors.Row(1))
		}
	})
	b.Run("encoder", func(b *testing.B) {
		for b.Loop() {
			e.Encode(code, vectors.Row(1))
		}
	})
}
