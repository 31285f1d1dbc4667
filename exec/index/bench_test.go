package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
	"voronoi/vectorops"
)

// searched is an index over vectors in 200 groups, and settings that make it
// look at few of them and at many.
type searched struct {
	name      string
	few, many index.SearchOptions
	search    func(index.Seq, []float32, index.SearchOptions) (index.Cursor, error)
}

const searchedDims = 100

// groups draws vectors.
type groups struct {
	rng     *rand.Rand
	centers vectorops.Matrix
}

func newGroups(dims int) *groups {
	g := &groups{rand.New(rand.NewPCG(1, 2)), vectorops.NewMatrix(200, dims)}
	for i := range g.centers.Data {
		g.centers.Data[i] = float32(g.rng.NormFloat64())
	}
	return g
}

func (g *groups) draw(dst []float32) []float32 {
	for j, x := range g.centers.Row(g.rng.IntN(g.centers.Rows())) {
		dst[j] = x + float32(g.rng.NormFloat64())/2
	}
	return dst
}

// everyMethod builds every index over n vectors.
func everyMethod(ctx context.Context, tb testing.TB, g *groups, n int) []searched {
	tb.Helper()
	table, vec := index.NewTable(searchedDims), make([]float32, searchedDims)
	for key := range int64(n) {
		if err := table.Load(key, g.draw(vec)); err != nil {
			tb.Fatal(err)
		}
	}
	must := func(i index.Index, err error) func(index.Seq, []float32, index.SearchOptions) (index.Cursor, error) {
		if err != nil {
			tb.Fatal(err)
		}
		return i.Search
	}
	lists := func(parts int) func(index.Seq, []float32, index.SearchOptions) (index.Cursor, error) {
		return must(ivf.Build(ctx, table.View(), ivf.Options{Lists: max(n/140, 1), Parts: parts}, nil))
	}
	probes, ef := index.SearchOptions{Limit: 10, Probes: 4}, index.SearchOptions{Limit: 10, EfSearch: 20}
	moreProbes, moreEf := index.SearchOptions{Limit: 10, Probes: 32}, index.SearchOptions{Limit: 10, EfSearch: 160}
	return []searched{
		{"flat", index.SearchOptions{Limit: 10}, index.SearchOptions{Limit: 10}, func(seq index.Seq, query []float32, o index.SearchOptions) (index.Cursor, error) {
			return flat.Search(table, vectorops.L2, seq, query, o)
		}},
		{"ivf", probes, moreProbes, lists(ivf.NoParts)},
		{"ivf-codes", probes, moreProbes, lists(ivf.AutoParts)},
		{"hnsw", ef, moreEf, must(hnsw.Build(ctx, table.View(), hnsw.Options{}, nil))},
	}
}

// ask takes ten rows and says what work that was.
func (s *searched) ask(tb testing.TB, query []float32, o index.SearchOptions) index.Counters {
	c, err := s.search(0, query, o)
	if err != nil {
		tb.Fatal(err)
	}
	for range 10 {
		c.Next()
	}
	work := c.Counters()
	c.Close()
	return work
}

// BenchmarkSearch asks for ten of 20,000 vectors. That allocations are the same
// for few candidates and for many says that there are none for a candidate.
func BenchmarkSearch(b *testing.B) {
	g := newGroups(searchedDims)
	vec := make([]float32, searchedDims)
	for _, s := range everyMethod(b.Context(), b, g, 20000) {
		for name, o := range map[string]index.SearchOptions{"few": s.few, "many": s.many} {
			if s.name == "flat" && name == "few" {
				continue // it always looks at all
			}
			b.Run(fmt.Sprintf("%s/%s", s.name, name), func(b *testing.B) {
				b.ReportAllocs()
				var work index.Counters
				for b.Loop() {
					work = s.ask(b, g.draw(vec), o)
				}
				b.ReportMetric(float64(work.Estimated), "codes")
				b.ReportMetric(float64(work.Candidates), "candidates")
			})
		}
	}
}
