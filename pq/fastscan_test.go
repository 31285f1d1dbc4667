package pq

import (
	"math"
	"testing"

	"voronoi/vectorops"
)

func TestProductTable(t *testing.T) {
	vectors := digitMatrix(t)
	cb := train(t, vectors, Options{M: 8, Ksub: 16})
	table, code, decoded := make([]float32, 8*16), make([]byte, 8), make([]float32, 64)
	cb.ProductTable(table, vectors.Row(3))
	cb.Encode(code, vectors.Row(4))
	cb.Decode(decoded, code)
	have, want := float64(cb.SquaredADC(table, code)), vectorops.IP.Distance(vectors.Row(3), decoded)
	if math.Abs(have-want) > 1e-3 {
		t.Errorf("have %v, want %v", have, want)
	}
}
