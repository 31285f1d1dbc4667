package ivf

import (
	"math"
	"math/rand/v2"
	"testing"

	"voronoi/exec/index"
	"voronoi/internal/digits"
	"voronoi/vectorops"
)

// TestCodesLoseNothing: as many of the nearest are found by codes as by measuring
// the same lists, but for half a hundredth, whatever the vectors are like.
func TestCodesLoseNothing(t *testing.T) {
	inFull(t)
	const n, dims = 12000, 32
	rng := rand.New(rand.NewPCG(3, 4))
	clusters := func(spread func() float64, offset float64) vectorops.Matrix {
		m, centers, spreads := vectorops.NewMatrix(n, dims), vectorops.NewMatrix(60, dims), make([]float64, 60)
		for i := range centers.Data {
			centers.Data[i] = float32(rng.NormFloat64() + offset)
		}
		for i := range spreads {
			spreads[i] = spread()
		}
		for i := range n {
			c := rng.IntN(60)
			for j, x := range centers.Row(c) {
				m.Row(i)[j] = x + float32(spreads[c]*rng.NormFloat64())
			}
		}
		return m
	}
	lengths := clusters(func() float64 { return 0.3 }, 0)
	for i := range lengths.Rows() {
		length := float32(math.Exp(rng.NormFloat64()))
		for j := range lengths.Row(i) {
			lengths.Row(i)[j] *= length
		}
	}
	data, _ := digits.Load(t)
	for name, m := range map[string]vectorops.Matrix{
		"alike":         clusters(func() float64 { return 0.5 }, 0),
		"unalike":       clusters(func() float64 { return math.Exp(rng.NormFloat64()*1.5 - 2) }, 0),
		"off center":    clusters(func() float64 { return 0.3 }, 20),
		"of any length": lengths,
		"digits":        {Dims: digits.Dims, Data: data},
	} {
		table := index.NewTable(m.Dims)
		for i := range m.Rows() {
			if err := table.Load(int64(i), m.Row(i)); err != nil {
				t.Fatal(err)
			}
		}
		for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.IP, vectorops.Cosine} {
			coded := build(t, table, Options{Metric: metric, Lists: 60, Seed: 1, Parts: maxAutoParts})
			plain := build(t, table, Options{Metric: metric, Lists: 60, Seed: 1, Parts: NoParts})
			var found, measured float64
			const queries = 200
			for i := range queries {
				query := m.Row(i * m.Rows() / queries)
				o := index.SearchOptions{Limit: 10, Probes: 8, Strict: true}
				want, _, _ := search(t, plain, 1, query, 10, o)
				got, _, c := search(t, coded, 1, query, 10, o)
				found += index.Recall(want, got) / queries
				measured += float64(c.Counters().Candidates) / queries
			}
			t.Logf("%s, %v: %.4f of what measuring finds, %.0f measured", name, metric, found, measured)
			least := 0.995
			if name == "of any length" && metric == vectorops.IP {
				least = 0.985 // the longest are beyond what the codebook has seen
			}
			if found < least {
				t.Errorf("%s, %v: %.4f", name, metric, found)
			}
			table.Detach(coded)
			table.Detach(plain)
		}
	}
}
