package index_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
	"voronoi/internal/float16"
	"voronoi/vectorops"
)

// formatCases are the formats beside float32, with vectors in groups and the
// metrics that SQL offers for them.
var formatCases = []struct {
	format  vectorops.Format
	metrics []vectorops.Metric
	dims    int
	draw    func(rng *rand.Rand, group int) []float32
	lists   bool // ivf serves it
}{
	{vectorops.Float16, []vectorops.Metric{vectorops.L2, vectorops.IP, vectorops.Cosine, vectorops.Manhattan}, 37, func(rng *rand.Rand, group int) []float32 {
		center := rand.New(rand.NewPCG(uint64(group), 1))
		v := make([]float32, 37)
		for i := range v {
			v[i] = float16.Widen(float16.Round(float32(center.NormFloat64() + rng.NormFloat64()/3)))
		}
		return v
	}, true},
	{vectorops.Bit, []vectorops.Metric{vectorops.Hamming, vectorops.Jaccard}, 130, func(rng *rand.Rand, group int) []float32 {
		center := rand.New(rand.NewPCG(uint64(group), 2))
		v := make([]float32, 130)
		for i := range v {
			v[i] = float32(center.IntN(2))
			if rng.IntN(8) == 0 {
				v[i] = 1 - v[i]
			}
		}
		return v
	}, true},
	{vectorops.Sparse, []vectorops.Metric{vectorops.L2, vectorops.IP, vectorops.Cosine, vectorops.Manhattan}, 100000, func(rng *rand.Rand, group int) []float32 {
		center := rand.New(rand.NewPCG(uint64(group), 3))
		v := vectorops.SparseVector(nil, 100000)
		at := 0
		for range 30 {
			at += 331 * (1 + center.IntN(5)) // so that groups share some
			if x := float32(center.NormFloat64() + rng.NormFloat64()/3); rng.IntN(6) > 0 {
				v = vectorops.AppendSparse(v, at, x)
			}
		}
		return v
	}, false},
}

// measured is the distance by the definition, in float64.
func measured(f vectorops.Format, m vectorops.Metric, a, b []float32) float64 {
	var squared, product, absolute, normX, normY float64
	add := func(x, y float64) {
		squared, absolute, product = squared+(x-y)*(x-y), absolute+math.Abs(x-y), product+x*y
		normX, normY = normX+x*x, normY+y*y
	}
	if f != vectorops.Sparse {
		for i := range a {
			add(float64(a[i]), float64(b[i]))
		}
	} else {
		other := map[float32]float64{} // by index
		for i := 1; i < len(b); i += 2 {
			other[b[i]] = float64(b[i+1])
		}
		for i := 1; i < len(a); i += 2 {
			add(float64(a[i+1]), other[a[i]])
			delete(other, a[i])
		}
		for _, y := range other {
			add(0, y)
		}
	}
	switch m {
	case vectorops.L2:
		return math.Sqrt(squared)
	case vectorops.IP:
		return -product
	case vectorops.Cosine:
		return 1 - product/math.Sqrt(normX*normY)
	case vectorops.Hamming:
		return squared
	case vectorops.Jaccard:
		return vectorops.JaccardDistance(float32(product), float32(normX), float32(normY))
	}
	return absolute
}

// An index over any format finds what measuring by the definition finds, while
// rows come and go, after a Reclaim and after it was saved and loaded.
func TestFormats(t *testing.T) {
	const n, groups, k = 600, 20, 10
	for _, f := range formatCases {
		for _, metric := range f.metrics {
			t.Run(f.format.String()+"/"+metric.String(), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(uint64(f.format), uint64(metric)))
				table := index.NewTableOf(f.format, f.dims)
				rows := map[int64][]float32{}
				for key := range int64(n) {
					rows[key] = f.draw(rng, int(key)%groups)
					if err := table.Load(key, rows[key]); err != nil {
						t.Fatal(err)
					}
				}
				graph, err := hnsw.Build(t.Context(), table.View(), hnsw.Options{Metric: metric, M: 12, EfConstruction: 60}, nil)
				if err != nil {
					t.Fatal(err)
				}
				indexes := map[string]index.Index{"hnsw": graph}
				if f.lists && metric != vectorops.Jaccard { // for which SQL has no lists
					lists, err := ivf.Build(t.Context(), table.View(), ivf.Options{Metric: metric, Lists: 20}, nil)
					if err != nil {
						t.Fatal(err)
					}
					indexes["ivf"] = lists
				}
				for _, x := range indexes {
					if !table.Attach(x) {
						t.Fatal("not attached")
					}
				}
				seq := index.Seq(0)
				check := func(what string) {
					t.Helper()
					recalls, queries := map[string]float64{}, 15
					for q := range queries {
						query := f.draw(rng, q)
						truth := map[int64]float64{}
						for key, row := range rows {
							truth[key] = measured(f.format, metric, query, row)
						}
						c, err := flat.Search(table, metric, seq, query, index.SearchOptions{Limit: k})
						if err != nil {
							t.Fatal(err)
						}
						keys, distances := index.Collect(c, -1)
						if len(keys) != len(rows) || !slices.IsSorted(distances) {
							t.Fatalf("%s: flat has %d rows of %d, or out of order", what, len(keys), len(rows))
						}
						for i, key := range keys {
							if want := truth[key]; math.Abs(distances[i]-want) > 1e-4*(1+math.Abs(want)) {
								t.Fatalf("%s: flat has key %d at %g, it is at %g", what, key, distances[i], want)
							}
						}
						for name, x := range indexes {
							o := index.SearchOptions{Limit: k, Probes: 6, EfSearch: 60}
							c, err := x.Search(seq, query, o)
							if err != nil {
								t.Fatal(err)
							}
							found, _ := index.Collect(c, k)
							c.Close()
							recalls[name] += index.Recall(keys[:k], found)
							// With everything looked at, the answer is exact.
							all, err := x.Search(seq, query, index.SearchOptions{Limit: len(rows), Probes: 20, EfSearch: len(rows)})
							if err != nil {
								t.Fatal(err)
							}
							if got, _ := index.Collect(all, -1); !slices.Equal(got, keys) {
								t.Fatalf("%s: %s finds other rows than flat when it looks at all", what, name)
							}
						}
					}
					for name, sum := range recalls {
						if recall := sum / float64(queries); recall < 0.9 {
							t.Errorf("%s: recall of %s is %.3f", what, name, recall)
						}
					}
				}
				check("built")
				for key := range int64(n / 3) {
					table.Kill(3 * key)
					delete(rows, 3*key)
					rows[n+key] = f.draw(rng, int(key)%groups)
					if _, err := table.Append(n+key, rows[n+key]); err != nil {
						t.Fatal(err)
					}
				}
				table.Publish(1)
				table.Commit()
				seq = 1
				check("changed")
				if table.Reclaim(1) != n/3 {
					t.Error("not all dead rows were reclaimed")
				}
				check("reclaimed")
				var saved bytes.Buffer
				if err := graph.Save(t.Context(), &saved); err != nil {
					t.Fatal(err)
				}
				size := int64(saved.Len())
				if indexes["hnsw"], err = hnsw.Load(t.Context(), &saved, size, graph.Options(), &index.Restoring{View: table.View(), Most: -1}); err != nil {
					t.Fatal(err)
				}
				check("loaded")

				if _, err := flat.Search(table, metric, seq, append(f.draw(rng, 0)[:0:0], make([]float32, f.dims/2)...), index.SearchOptions{}); err == nil {
					t.Error("a query of another length was accepted")
				}
			})
		}
	}
}
