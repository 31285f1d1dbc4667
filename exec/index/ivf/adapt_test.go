package ivf

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/internal/digits"
	"voronoi/vectorops"
)

// checkLists checks invariant 1 and that every vector has the code of its list.
func checkLists(t *testing.T, x *Index, table *index.Table) {
	t.Helper()
	st, view, seen := x.state.Load(), table.View(), make(map[index.Slot]bool)
	for l := range st.lists {
		p := st.lists[l].load()
		if !slices.IsSorted(p.slots) {
			t.Fatalf("list %d does not ascend", l)
		}
		var e *encoder
		var have []byte
		if st.coder != nil {
			e, have = st.coder.encoder(view.Dims()), make([]byte, st.coder.blockBytes())
		}
		for i, s := range p.slots {
			if seen[s] {
				t.Fatalf("slot %d is in two lists", s)
			}
			seen[s] = true
			if e == nil {
				continue
			}
			want := e.append(nil, 0, l, view.Vector(s))
			if e.move(have, 0, p.codes, i); !bytes.Equal(have, want) {
				t.Fatalf("slot %d in list %d has another code than its vector", s, l)
			}
		}
	}
	if len(seen) != view.Len() {
		t.Fatalf("%d slots of %d are in lists", len(seen), view.Len())
	}
}

// recallOver is the mean recall@10 of every n-th row of m.
func recallOver(t *testing.T, x *Index, table *index.Table, metric vectorops.Metric, m vectorops.Matrix, rows []int, probes int) float64 {
	t.Helper()
	total := 0.0
	for _, i := range rows {
		truth, _ := exact(t, table, metric, 1000, m.Row(i), 10)
		got, _, _ := search(t, x, 1000, m.Row(i), 10, index.SearchOptions{Probes: probes, Limit: 10, Strict: true})
		total += index.Recall(truth, got)
	}
	return total / float64(len(rows))
}

// TestInsertsKeepRecall doubles a table: by more of the same, and by digits that
// the centroids were not made for.
func TestInsertsKeepRecall(t *testing.T) {
	data, labels := digits.Load(t)
	m := vectorops.Matrix{Dims: digits.Dims, Data: data}
	for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.Cosine} {
		for _, parts := range []int{NoParts, 32} {
			for name, first := range map[string]func(i int) bool{
				"same":    func(i int) bool { return i%2 == 0 },
				"shifted": func(i int) bool { return labels[i] < 5 },
			} {
				var before, after []int
				table := index.NewTable(m.Dims)
				for i := range m.Rows() {
					if first(i) {
						table.Append(int64(i), m.Row(i))
						before = append(before, i)
					} else {
						after = append(after, i)
					}
				}
				commit(table, 1)
				x := build(t, table, Options{Metric: metric, Lists: 30, Seed: 1, Parts: parts})
				lists := x.Lists()
				was := recallOver(t, x, table, metric, m, before, 4)
				for _, i := range after {
					table.Append(int64(i), m.Row(i))
				}
				commit(table, 2)
				checkLists(t, x, table)
				is := recallOver(t, x, table, metric, m, slices.Concat(before, after), 4)
				largest, bound := slices.Max(x.ListSizes()), x.state.Load().bound*float64(table.Len())/float64(lists)
				t.Logf("%v, %d parts, %s: recall %.3f, doubled %.3f; largest list %d of at most %.0f", metric, parts, name, was, is, largest, bound)
				if is < was-0.01 {
					t.Errorf("recall fell from %.3f to %.3f", was, is)
				}
				if float64(largest) > 2*bound || x.Lists() != lists {
					t.Errorf("%d lists, the largest of %d", x.Lists(), largest)
				}
			}
		}
	}
}

// TestManyEqualVectors: a list that cannot be split is not tried at each
// insertion.
func TestManyEqualVectors(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 30, Parts: 32})
	for i := range 2000 {
		table.Append(int64(100000+i), m.Row(7))
	}
	commit(table, 2)
	checkLists(t, x, table)
	keys, distances, _ := search(t, x, 2, m.Row(7), 2001, index.SearchOptions{Probes: 1, Limit: 2001})
	if len(keys) != 2001 || distances[2000] != 0 {
		t.Errorf("%d rows, the last at %v", len(keys), distances[len(distances)-1])
	}
	table.Append(200000, m.Row(9))
	commit(table, 3)
	if got, _, _ := search(t, x, 3, m.Row(9), 2, index.SearchOptions{Probes: 1}); !slices.Contains(got, 200000) {
		t.Errorf("have %v", got)
	}
}

// TestInsertsKeepRecallOfCoders: whatever codes an index consists of, those of
// lists that adapt are as good as those of an index that is made anew.
func TestInsertsKeepRecallOfCoders(t *testing.T) {
	inFull(t)
	data, labels := digits.Load(t)
	m := vectorops.Matrix{Dims: digits.Dims, Data: data}
	for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.Cosine, vectorops.IP} {
		for _, o := range []Options{{Bits: 1}, {Parts: 16, Bits: 8}, {Parts: 16, Rotated: true}, {Parts: 8, Bits: 8, Rotated: true, RotatedDims: 32}} {
			o.Metric, o.Lists, o.Seed, o.Quantized = metric, 30, 1, true
			t.Run(fmt.Sprintf("%v,bits=%d,opq=%v", metric, o.Bits, o.Rotated), func(t *testing.T) {
				table := index.NewTable(m.Dims)
				insert := func(wanted func(label int) bool) (rows []int) {
					for i := range m.Rows() {
						if wanted(int(labels[i])) {
							table.Append(int64(i), m.Row(i))
							rows = append(rows, i)
						}
					}
					return rows
				}
				gone := insert(func(label int) bool { return label < 5 })[:100]
				commit(table, 1)
				x := build(t, table, o)
				first := x.state.Load().coarse
				rows := insert(func(label int) bool { return label >= 5 && label < 8 })
				commit(table, 2)
				for _, i := range gone {
					table.Kill(int64(i))
				}
				commit(table, 3)
				table.Reclaim(4)
				rows = append(rows, insert(func(label int) bool { return label >= 8 })...)
				commit(table, 5)
				if slices.Equal(first.centroids.Data, x.Centroids().Data) {
					t.Fatal("no list has adapted")
				}
				checkLists(t, x, table)
				loaded, err := load(t, saved(t, x), table, o)
				if err != nil {
					t.Fatal(err)
				}
				checkLists(t, loaded, table)
				is := recallOver(t, x, table, metric, m, rows, 8)
				again := recallOver(t, loaded, table, metric, m, rows, 8)
				anew := recallOver(t, build(t, table, o), table, metric, m, rows, 8)
				t.Logf("recall %.3f, loaded %.3f, made anew %.3f", is, again, anew)
				if is < anew-0.01 || again < anew-0.01 {
					t.Errorf("recall %.3f, loaded %.3f, made anew %.3f", is, again, anew)
				}
			})
		}
	}
}

// TestAdaptingTakesASample: what a long list needs to adapt does not grow with its
// vectors.
func TestAdaptingTakesASample(t *testing.T) {
	const n, dims = 24000, 256
	rng := rand.New(rand.NewPCG(3, 1))
	table, vec := index.NewTable(dims), make([]float32, dims)
	for i := range n {
		for j := range vec {
			vec[j] = rng.Float32() + float32(i%2)
		}
		if err := table.Load(int64(i), vec); err != nil {
			t.Fatal(err)
		}
	}
	x := build(t, table, Options{Lists: 2, Parts: NoParts, Iterations: 2})
	list := 4 * dims * int64(x.ListSizes()[0])
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	x.adapt(table.View(), 0)
	runtime.ReadMemStats(&after)
	if took := int64(after.TotalAlloc - before.TotalAlloc); took > list*3/4 {
		t.Errorf("%d bytes for a list of vectors of %d", took, list)
	}
}
