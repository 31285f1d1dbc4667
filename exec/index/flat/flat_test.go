package flat

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

func commit(t *index.Table, seq index.Seq) { t.Publish(seq); t.Commit() }

// fill makes a table of n small integer vectors, so that ties are many, with
// some zeros, so that some cosine distances are NaN; some are deleted again.
func fill(t testing.TB, rng *rand.Rand, n, dims int) (*index.Table, map[int64][]float32) {
	table, rows := index.NewTable(dims), make(map[int64][]float32)
	for key := range int64(n) {
		vec := make([]float32, dims)
		for j := range vec {
			vec[j] = float32(rng.IntN(4) - 1)
		}
		if key%50 == 0 {
			clear(vec)
		}
		rows[key] = vec
		if _, err := table.Append(key, vec); err != nil {
			t.Fatal(err)
		}
	}
	commit(table, 1)
	for key := int64(0); key < int64(n); key += 7 {
		table.Kill(key)
		delete(rows, key)
	}
	commit(table, 2)
	return table, rows
}

// byDefinition sorts everything by the operator's distance.
func byDefinition(rows map[int64][]float32, m vectorops.Metric, query []float32, allowed func(int64) bool) []vectorops.Candidate {
	var all []vectorops.Candidate
	for key, vec := range rows {
		if allowed == nil || allowed(key) {
			all = append(all, vectorops.Candidate{Rank: m.Distance(query, vec), Key: key})
		}
	}
	slices.SortFunc(all, func(a, b vectorops.Candidate) int {
		if a.Before(b) {
			return -1
		}
		return 1
	})
	return all
}

func TestAllRowsInOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, n := range []int{0, 1, 31, 33, 3000} {
		table, rows := fill(t, rng, n, 6)
		query := []float32{1, 2, 0, -1, 1, 0.5}
		for m := vectorops.L2; m <= vectorops.Manhattan; m++ {
			for _, limit := range []int{0, 1, 100, 1 << 20} {
				for name, allowed := range map[string]func(int64) bool{"all": nil, "thirds": func(k int64) bool { return k%3 == 0 }, "none": func(int64) bool { return false }} {
					c, err := Search(table, m, 2, query, index.SearchOptions{Limit: limit, Allowed: allowed})
					if err != nil {
						t.Fatal(err)
					}
					keys, distances := index.Collect(c, -1)
					want := byDefinition(rows, m, query, allowed)
					if len(keys) != len(want) || c.Counters().Delivered != len(want) || c.Relaxed() {
						t.Fatalf("%v, n=%d, limit %d, %s: %d rows of %d", m, n, limit, name, len(keys), len(want))
					}
					for i, w := range want {
						if keys[i] != w.Key || (distances[i] != w.Rank && !math.IsNaN(w.Rank)) || math.IsNaN(distances[i]) != math.IsNaN(w.Rank) {
							t.Fatalf("%v, n=%d, limit %d, %s: row %d is %d at %v, want %d at %v", m, n, limit, name, i, keys[i], distances[i], w.Key, w.Rank)
						}
					}
				}
			}
		}
	}
}

func TestSnapshots(t *testing.T) {
	table := index.NewTable(1)
	add := func(key int64, x float32) {
		if _, err := table.Append(key, []float32{x}); err != nil {
			t.Fatal(err)
		}
	}
	see := func(seq index.Seq) []int64 {
		c, err := Search(table, vectorops.L2, seq, []float32{0}, index.SearchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		keys, _ := index.Collect(c, -1)
		return keys
	}
	add(1, 1)
	add(2, 2)
	commit(table, 5)
	table.Kill(1)
	add(1, 3)
	add(3, 0)
	for seq, want := range map[index.Seq][]int64{4: nil, 5: {1, 2}, 6: {1, 2}, index.Pending: {3, 2, 1}} {
		if have := see(seq); !slices.Equal(have, want) {
			t.Errorf("before the commit snapshot %d sees %v, want %v", seq, have, want)
		}
	}
	commit(table, 6)
	for seq, want := range map[index.Seq][]int64{5: {1, 2}, 6: {3, 2, 1}} {
		if have := see(seq); !slices.Equal(have, want) {
			t.Errorf("after the commit snapshot %d sees %v, want %v", seq, have, want)
		}
	}
}

func TestErrors(t *testing.T) {
	table := index.NewTable(2)
	table.Append(1, []float32{1, 2})
	commit(table, 1)
	var dims *index.DimensionError
	if _, err := Search(table, vectorops.L2, 1, []float32{1}, index.SearchOptions{}); !errors.As(err, &dims) {
		t.Errorf("have %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := Search(table, vectorops.L2, 1, []float32{1, 1}, index.SearchOptions{Context: ctx})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, ok := c.Next(); ok || !errors.Is(c.Err(), context.Canceled) {
		t.Errorf("a cancelled search delivers %v, error %v", ok, c.Err())
	}
}
