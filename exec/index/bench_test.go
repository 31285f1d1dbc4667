package index_test

import (
	"math/rand/v2"
	"testing"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
	"voronoi/vectorops"
)

// BenchmarkSearch asks for ten of 20,000 vectors of 100 dimensions in 200
// groups. What it allocates is per search, never per candidate.
func BenchmarkSearch(b *testing.B) {
	const n, dims = 20000, 100
	rng := rand.New(rand.NewPCG(1, 2))
	centers := vectorops.NewMatrix(200, dims)
	for i := range centers.Data {
		centers.Data[i] = float32(rng.NormFloat64())
	}
	draw := func(dst []float32) []float32 {
		for j, x := range centers.Row(rng.IntN(200)) {
			dst[j] = x + float32(rng.NormFloat64())/2
		}
		return dst
	}
	table, vec := index.NewTable(dims), make([]float32, dims)
	for key := range int64(n) {
		if err := table.Load(key, draw(vec)); err != nil {
			b.Fatal(err)
		}
	}
	exact := func(seq index.Seq, query []float32, o index.SearchOptions) (index.Cursor, error) {
		return flat.Search(table, vectorops.L2, seq, query, o)
	}
	lists, err := ivf.Build(b.Context(), table.View(), ivf.Options{Lists: 140, Parts: ivf.NoParts}, nil)
	if err != nil {
		b.Fatal(err)
	}
	coded, err := ivf.Build(b.Context(), table.View(), ivf.Options{Lists: 140, Parts: ivf.AutoParts}, nil)
	if err != nil {
		b.Fatal(err)
	}
	graph, err := hnsw.Build(b.Context(), table.View(), hnsw.Options{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, x := range []struct {
		name   string
		search func(index.Seq, []float32, index.SearchOptions) (index.Cursor, error)
	}{{"flat", exact}, {"ivf", lists.Search}, {"ivf-codes", coded.Search}, {"hnsw", graph.Search}} {
		b.Run(x.name, func(b *testing.B) {
			b.ReportAllocs()
			var work index.Counters
			for b.Loop() {
				c, err := x.search(0, draw(vec), index.SearchOptions{Limit: 10, Probes: 8, EfSearch: 40})
				if err != nil {
					b.Fatal(err)
				}
				for range 10 {
					c.Next()
				}
				work = c.Counters()
				c.Close()
			}
			b.ReportMetric(float64(work.Candidates), "candidates")
		})
	}
}
