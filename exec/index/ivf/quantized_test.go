package ivf

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// quantizers are the codes that an index can consist of, with the recall@10 on
// the digits that they must have with all lists probed, by code alone and with
// ten vectors measured for each row.
var quantizers = []struct {
	options          Options
	alone, refinedBy float64
}{
	{Options{Parts: 16, Bits: 4}, .48, .98},
	{Options{Parts: 16, Bits: 8}, .75, .99},
	{Options{Parts: 8, Bits: 8}, .55, .99},
	{Options{Parts: 16, Bits: 4, Rotated: true}, .50, .98},
	{Options{Parts: 8, Bits: 8, Rotated: true, RotatedDims: 32}, .48, .98},
	{Options{Bits: 1}, .63, .99},
}

// inFull leaves a test that measures to runs that are not -short: those look for
// races, or are emulated, and what is found does not depend on either.
func inFull(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("measures, on one goroutine")
	}
}

func TestQuantizedRecall(t *testing.T) {
	inFull(t)
	table, m := digitTable(t)
	for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.Cosine, vectorops.IP} {
		for _, lists := range []int{1, 20} {
			for _, q := range quantizers {
				o := q.options
				o.Metric, o.Lists, o.Quantized = metric, lists, true
				t.Run(fmt.Sprintf("%v,lists=%d,bits=%d,m=%d,opq=%v", metric, lists, o.Bits, o.Parts, o.Rotated), func(t *testing.T) {
					x := build(t, table, o)
					exact := build(t, table, Options{Metric: metric, Lists: 1, Parts: NoParts})
					var alone, refined float64
					const queries = 100
					for i := range queries {
						query := m.Row(i * 17)
						truth, _, _ := search(t, exact, 1, query, 10, index.SearchOptions{Probes: 1, Limit: 10})
						for factor, recall := range map[int]*float64{1: &alone, 10: &refined} {
							got, distances, c := search(t, x, 1, query, 10, index.SearchOptions{Probes: lists, Limit: 10, Refine: factor})
							if !slices.IsSorted(distances) {
								t.Fatalf("%v is out of order", distances)
							}
							for at, key := range got {
								vec, _ := table.Lookup(key)
								if d := metric.Distance(query, vec); d != distances[at] {
									t.Fatalf("the distance of %d is %v, not %v", key, d, distances[at])
								}
							}
							if n := c.Counters(); n.Candidates != 10*factor || n.Estimated != table.Len() {
								t.Fatalf("%v for a factor of %d", n, factor)
							}
							*recall += index.Recall(truth, got) / queries
						}
					}
					t.Logf("recall %.3f by code alone, %.3f measured; %.1f bytes a vector", alone, refined, float64(x.Bytes())/float64(table.Len()))
					if alone < q.alone || refined < q.refinedBy {
						t.Errorf("recall %.3f by code alone, %.3f measured", alone, refined)
					}
					everything, _, _ := search(t, x, 1, m.Row(3), -1, index.SearchOptions{Probes: 1, Limit: 10, Refine: 1})
					slices.Sort(everything)
					if everything = slices.Compact(everything); len(everything) != table.Len() {
						t.Errorf("%d rows of %d are found in the end", len(everything), table.Len())
					}
				})
			}
		}
	}
}

// The recall@10 of FAISS 1.7.3 on the digits, whose factory strings are in the
// comments: by code alone, and with ten vectors measured for each row.
var faissRecall = []struct {
	metric               vectorops.Metric
	lists, probes, parts int
	alone, refined       float64
}{
	{vectorops.L2, 1, 1, 16, .797, .999},       // PQ16x4fs
	{vectorops.L2, 20, 5, 16, .795, .996},      // IVF20,PQ16x4fs
	{vectorops.L2, 20, 20, 16, .797, .999},     //
	{vectorops.L2, 1, 1, 32, .847, 0},          // PQ32x4fs
	{vectorops.L2, 20, 20, 32, .848, 0},        // IVF20,PQ32x4fs
	{vectorops.Cosine, 1, 1, 16, .543, .993},   // PQ16x4fs
	{vectorops.Cosine, 20, 5, 16, .540, .988},  // IVF20,PQ16x4fs
	{vectorops.Cosine, 20, 20, 16, .543, .993}, //
	{vectorops.Cosine, 1, 1, 32, .597, 0},      // PQ32x4fs
	{vectorops.Cosine, 20, 20, 32, .597, 0},    // IVF20,PQ32x4fs
}

func TestQuantizedAgainstFAISS(t *testing.T) {
	inFull(t)
	table, m := digitTable(t)
	for _, f := range faissRecall {
		x := build(t, table, Options{Metric: f.metric, Lists: f.lists, Parts: f.parts, Quantized: true})
		exact := build(t, table, Options{Metric: f.metric, Lists: 1, Parts: NoParts})
		var alone, refined float64
		const queries = 100
		for i := range queries {
			query := m.Row(i * 17)
			truth, _, _ := search(t, exact, 1, query, 10, index.SearchOptions{Probes: 1, Limit: 10})
			for factor, recall := range map[int]*float64{1: &alone, 10: &refined} {
				got, _, _ := search(t, x, 1, query, 10, index.SearchOptions{Probes: f.probes, Limit: 10, Refine: factor})
				*recall += index.Recall(truth, got) / queries
			}
		}
		t.Logf("%v, %d lists, %d probes, m=%d: recall %.3f by code alone (FAISS %.3f), %.3f measured (%.3f)", f.metric, f.lists, f.probes, f.parts, alone, f.alone, refined, f.refined)
		if alone < f.alone-.01 || refined < f.refined-.01 {
			t.Errorf("%v, %d lists, %d probes, m=%d: recall %.3f by code alone (FAISS %.3f), %.3f measured (%.3f)", f.metric, f.lists, f.probes, f.parts, alone, f.alone, refined, f.refined)
		}
	}
}

// An index of codes over a million vectors, from what it says that its entries and
// what it has learnt take: 10 to 32 times smaller than the vectors.
func TestQuantizedSize(t *testing.T) {
	inFull(t)
	const n, dims, million = 2000, 256, 1e6
	rng := rand.New(rand.NewPCG(3, 1))
	table := index.NewTable(dims)
	vec := make([]float32, dims)
	for i := range n {
		for j := range vec {
			vec[j] = float32(rng.NormFloat64())
		}
		if err := table.Load(int64(i), vec); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range []Options{{Bits: 4}, {Bits: 8}, {Bits: 1}, {Bits: 4, Parts: 64, Rotated: true, RotatedDims: 64}} {
		o.Lists, o.Quantized, o.Iterations = 4, true, 1
		x := build(t, table, o)
		st := x.state.Load()
		learnt := st.coder.bytes()
		entries := x.Bytes() - learnt - int64(4*len(st.coarse.centroids.Data))
		const lists = 1000 // of the million
		perVector := float64(entries)/n + (float64(learnt)+2*4*dims*lists)/million
		ratio := 4 * dims / perVector
		t.Logf("%d bits, m=%d: %.1f bytes a vector, 1/%.1f of it", o.Bits, x.Parts(), perVector, ratio)
		if ratio < 10 || ratio > 32 {
			t.Errorf("%d bits, m=%d: %.1f bytes a vector, 1/%.1f of it", o.Bits, x.Parts(), perVector, ratio)
		}
	}
}

// Estimates beyond the span of a batch tell nothing apart, but a vector that has
// one is found when all others have been: one far from those that the codes were
// learnt from, and all of them by a query of zeros.
func TestVectorsOffTheSpanAreFound(t *testing.T) {
	for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.Cosine, vectorops.IP} {
		for _, dims := range []int{1, 3, 16, 30} {
			rng := rand.New(rand.NewPCG(3, 1))
			table, vec := index.NewTable(dims), make([]float32, dims)
			for i := range 1000 {
				for j := range vec {
					vec[j] = float32(rng.NormFloat64())
				}
				if err := table.Load(int64(i), vec); err != nil {
					t.Fatal(err)
				}
			}
			x := build(t, table, Options{Metric: metric, Lists: 1, Quantized: true, Bits: 1})
			clear(vec)
			vec[0] = 1000
			table.Append(1000, vec)
			commit(table, 2)
			keys, _, _ := search(t, x, 2, make([]float32, dims), -1, index.SearchOptions{Probes: 1, Limit: 10})
			slices.Sort(keys)
			if n := len(slices.Compact(keys)); n != 1001 {
				t.Errorf("%v, %d dimensions: %d rows of 1001", metric, dims, n)
			}
		}
	}
}
