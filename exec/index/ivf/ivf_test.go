package ivf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/internal/digits"
	"voronoi/vectorops"
)

func commit(t *index.Table, seq index.Seq) { t.Publish(seq); t.Commit() }

// digitTable holds the digits under the keys 0, 10, 20, …
func digitTable(t testing.TB) (*index.Table, vectorops.Matrix) {
	data, _ := digits.Load(t)
	m := vectorops.Matrix{Dims: digits.Dims, Data: data}
	table := index.NewTable(m.Dims)
	for i := range m.Rows() {
		if _, err := table.Append(int64(i)*10, m.Row(i)); err != nil {
			t.Fatal(err)
		}
	}
	commit(table, 1)
	return table, m
}

func build(t testing.TB, table *index.Table, o Options) *Index {
	t.Helper()
	x, err := Build(t.Context(), table.View(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !table.Attach(x) {
		t.Fatal("the index does not fit its table")
	}
	return x
}

func search(t testing.TB, x *Index, seq index.Seq, query []float32, n int, o index.SearchOptions) ([]int64, []float64, index.Cursor) {
	t.Helper()
	c, err := x.Search(seq, query, o)
	if err != nil {
		t.Fatal(err)
	}
	keys, distances := index.Collect(c, n)
	return keys, distances, c
}

func exact(t testing.TB, table *index.Table, m vectorops.Metric, seq index.Seq, query []float32, n int) ([]int64, []float64) {
	t.Helper()
	c, err := flat.Search(table, m, seq, query, index.SearchOptions{Limit: n})
	if err != nil {
		t.Fatal(err)
	}
	return index.Collect(c, n)
}

var everyMetric = []vectorops.Metric{vectorops.L2, vectorops.IP, vectorops.Cosine, vectorops.Manhattan}

func TestAllProbesEqualFlat(t *testing.T) { // invariant 2
	table, m := digitTable(t)
	table.Append(7, make([]float32, m.Dims)) // at NaN by cosine
	for i := 0; i < m.Rows(); i += 3 {
		table.Kill(int64(i) * 10)
	}
	commit(table, 2)
	for _, metric := range everyMetric {
		x := build(t, table, Options{Metric: metric, Lists: 20})
		for _, seq := range []index.Seq{1, 2} {
			for i := 0; i < m.Rows(); i += 600 {
				keys, distances, c := search(t, x, seq, m.Row(i), -1, index.SearchOptions{Probes: 20})
				wantKeys, want := exact(t, table, metric, seq, m.Row(i), -1)
				same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
				if !slices.Equal(keys, wantKeys) || !slices.EqualFunc(distances, want, same) || c.Relaxed() {
					t.Fatalf("%v, snapshot %d, query %d: %d rows, flat has %d", metric, seq, i, len(keys), len(want))
				}
			}
		}
	}
}

func TestEverySlotInOneNearestList(t *testing.T) { // invariant 1
	table, m := digitTable(t)
	for _, metric := range everyMetric {
		x := build(t, table, Options{Metric: metric, Lists: 30})
		for i := range 50 {
			table.Append(int64(100000+int(metric)*1000+i), m.Row(i))
		}
		commit(table, index.Seq(2+metric))
		view, seen := table.View(), make(map[index.Slot]bool)
		st := x.state.Load()
		for l := range st.lists {
			for _, s := range st.lists[l].load().slots {
				if seen[s] {
					t.Fatalf("%v: slot %d is in two lists", metric, s)
				}
				seen[s] = true
				nearest, err := x.Assign(view.Vector(s))
				if err != nil || nearest != l {
					d := st.coarse.distances(nil, st.coarse.place(view.Vector(s)))
					if d[l] > d[nearest]*(1+1e-5)+1e-6 {
						t.Errorf("%v: slot %d is in list %d at %g, nearest is %d at %g", metric, s, l, d[l], nearest, d[nearest])
					}
				}
			}
		}
		if len(seen) != view.Len() {
			t.Errorf("%v: %d slots of %d are in lists", metric, len(seen), view.Len())
		}
	}
}

func TestRecallOnDigits(t *testing.T) {
	table, m := digitTable(t)
	for _, c := range []struct {
		metric vectorops.Metric
		probes int
		least  float64
	}{
		{vectorops.L2, 1, 0.60}, {vectorops.L2, 4, 0.94}, {vectorops.L2, 8, 0.99},
		{vectorops.Cosine, 4, 0.94}, {vectorops.IP, 8, 0.80}, {vectorops.Manhattan, 8, 0.98},
	} {
		x := build(t, table, Options{Metric: c.metric, Lists: 40, Seed: 1})
		total, queries := 0.0, 0
		for i := 0; i < m.Rows(); i += 10 {
			truth, _ := exact(t, table, c.metric, 1, m.Row(i), 10)
			got, _, _ := search(t, x, 1, m.Row(i), 10, index.SearchOptions{Probes: c.probes, Strict: true})
			total += index.Recall(truth, got)
			queries++
		}
		recall := total / float64(queries)
		t.Logf("%v, %d of 40 lists: recall@10 %.3f", c.metric, c.probes, recall)
		if recall < c.least {
			t.Errorf("%v with %d probes: recall %.3f, want %.2f", c.metric, c.probes, recall, c.least)
		}
	}
}

func TestLimitIsFilled(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 50})
	rare := func(key int64) bool { return key%1000 == 0 } // 18 rows
	o := index.SearchOptions{Probes: 1, Allowed: rare}
	keys, distances, c := search(t, x, 1, m.Row(5), 100, o)
	if len(keys) != 18 || c.Counters().Lists != 50 || c.Counters().Candidates != 18 {
		t.Errorf("%d rows, %v", len(keys), c.Counters())
	}
	if !slices.IsSorted(distances) && !c.Relaxed() {
		t.Error("the order is relaxed and the cursor does not say so")
	}
	slices.Sort(keys)
	if len(slices.Compact(keys)) != 18 {
		t.Error("a row was delivered twice")
	}
	o.Strict = true
	if keys, _, c := search(t, x, 1, m.Row(5), 100, o); len(keys) > 5 || c.Counters().Lists != 1 {
		t.Errorf("strict: %d rows, %v", len(keys), c.Counters())
	}
	o.Strict, o.MaxProbes = false, 7
	if _, _, c := search(t, x, 1, m.Row(5), 100, o); c.Counters().Lists != 7 {
		t.Errorf("at most 7 probes: %v", c.Counters())
	}
	if _, _, c := search(t, x, 1, m.Row(5), 3, index.SearchOptions{Probes: 2}); c.Counters().Lists != 2 {
		t.Errorf("a satisfied search went on: %v", c.Counters())
	}
}

func TestOwnRowsWhereverTheyAre(t *testing.T) { // invariant 3
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 50})
	for i := range 20 {
		table.Append(int64(i)*10+1, m.Row(i*80))
	}
	table.Kill(50)
	keys, _, _ := search(t, x, index.Pending, m.Row(5), -1, index.SearchOptions{Probes: 1, Strict: true})
	for i := range 20 {
		if !slices.Contains(keys, int64(i)*10+1) {
			t.Errorf("own row %d is missing", i)
		}
	}
	if slices.Contains(keys, 50) {
		t.Error("a row that the transaction deleted was delivered to it")
	}
	if keys, _, _ := search(t, x, 1, m.Row(5), -1, index.SearchOptions{}); len(keys) != m.Rows() || !slices.Contains(keys, 50) {
		t.Errorf("others see %d rows of %d", len(keys), m.Rows())
	}
}

func TestReclaimKeepsResults(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 25})
	for i := 0; i < m.Rows(); i += 2 {
		table.Kill(int64(i) * 10)
	}
	commit(table, 2)
	before, _, running := search(t, x, 2, m.Row(1), 20, index.SearchOptions{Probes: 3})
	if n := table.Reclaim(2); n != (m.Rows()+1)/2 {
		t.Errorf("reclaimed %d", n)
	}
	after, _, _ := search(t, x, 2, m.Row(1), 20, index.SearchOptions{Probes: 3})
	if !slices.Equal(before, after) {
		t.Errorf("before %v, after %v", before, after)
	}
	if rest, _ := index.Collect(running, -1); len(rest)+20 != m.Rows()/2 {
		t.Errorf("a search across the reclaim found %d", len(rest)+20)
	}
	table.Append(1, m.Row(0))
	commit(table, 3)
	if keys, _, _ := search(t, x, 3, m.Row(0), 1, index.SearchOptions{}); keys[0] != 1 {
		t.Errorf("a row inserted after the reclaim is not found: %v", keys)
	}
}

// saved is a segment of an index.
func saved(t testing.TB, x *Index) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := x.Save(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// load loads a segment over a table, whatever it lacks.
func load(t testing.TB, segment []byte, table *index.Table, o Options) (*Index, error) {
	return Load(t.Context(), bytes.NewReader(segment), int64(len(segment)), o, &index.Restoring{View: table.View(), Most: -1})
}

// sameAnswers compares the answers of two indexes over tables of equal rows.
func sameAnswers(t *testing.T, what string, x, y *Index, seq index.Seq, m vectorops.Matrix) {
	t.Helper()
	for i := 0; i < m.Rows(); i += 100 {
		o := index.SearchOptions{Probes: 2}
		a, da, _ := search(t, x, seq, m.Row(i), 50, o)
		b, db, _ := search(t, y, seq, m.Row(i), 50, o)
		if !slices.Equal(a, b) || !slices.Equal(da, db) {
			t.Fatalf("%s: query %d finds %v, loaded %v", what, i, a, b)
		}
	}
}

func TestSaveAndLoad(t *testing.T) {
	for _, metric := range everyMetric {
		for _, parts := range []int{NoParts, 32} {
			o := Options{Metric: metric, Lists: 25, Seed: 5, Parts: parts}
			table, m := digitTable(t)
			table.Kill(100)
			commit(table, 2)
			x := build(t, table, o)
			segment := saved(t, x)
			again := index.NewTable(m.Dims)
			for i := m.Rows() - 1; i >= 0; i-- { // other slots, same keys
				if i != 10 {
					if err := again.Load(int64(i)*10, m.Row(i)); err != nil {
						t.Fatal(err)
					}
				}
			}
			y, err := load(t, segment, again, o)
			if err != nil {
				t.Fatal(err)
			}
			if y.Options() != x.Options() || !slices.Equal(y.Centroids().Data, x.Centroids().Data) || !slices.Equal(ints(y), sizesWithout(x, table, 100)) {
				t.Errorf("%v: loaded another index", metric)
			}
			sameAnswers(t, metric.String(), x, y, 2, m)
			if !again.Attach(y) {
				t.Error("the loaded index does not fit")
			}
			for name, other := range map[string]func() error{
				"dimensions": func() error { _, err := load(t, segment, index.NewTable(3), o); return err },
				"lists": func() error {
					_, err := load(t, segment, again, Options{Metric: metric, Lists: 26, Parts: parts})
					return err
				},
				"parts": func() error {
					_, err := load(t, segment, again, Options{Metric: metric, Lists: 25, Parts: 16})
					return err
				},
				"metric": func() error {
					_, err := load(t, segment, again, Options{Metric: (metric + 1) % 4, Lists: 25, Parts: parts})
					return err
				},
			} {
				if err := other(); !errors.Is(err, index.ErrStale) {
					t.Errorf("loaded for other %s: %v", name, err)
				}
			}
		}
	}
}

// TestLoadTakesWhatHasChanged: a segment of an earlier state gives the index of
// the present one.
func TestLoadTakesWhatHasChanged(t *testing.T) {
	for _, parts := range []int{NoParts, 32} {
		o := Options{Lists: 25, Seed: 5, Parts: parts}
		table, m := digitTable(t)
		segment := saved(t, build(t, table, o))
		now, keys := index.NewTable(m.Dims), index.NewKeyTable(m.Dims)
		src := &rowStore{rows: map[int64][]float32{}}
		fresh := 0
		add := func(key int64, vec []float32) {
			src.rows[key] = vec
			if now.Load(key, vec) != nil || keys.Load(key, vec) != nil {
				t.Fatal("load")
			}
		}
		for i := range m.Rows() {
			switch i % 7 {
			case 0: // deleted
			case 1: // updated: the same key, another vector
				add(int64(i)*10, m.Row((i+1)%m.Rows()))
				fresh++
			case 2: // another row of the same vector
				add(int64(i)*10+1, m.Row(i))
				fresh++
			default:
				add(int64(i)*10, m.Row(i))
			}
		}
		src.view = keys.View()
		y, err := load(t, segment, now, o)
		if err != nil {
			t.Fatal(err)
		}
		z, err := Load(t.Context(), bytes.NewReader(segment), int64(len(segment)), o, &index.Restoring{View: keys.View(), Source: src, Most: fresh})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(y.ListSizes(), z.ListSizes()) {
			t.Errorf("with vectors lists of %v, without %v", y.ListSizes(), z.ListSizes())
		}
		want := FromCentroidsOf(t, y, now, o)
		if !slices.Equal(y.ListSizes(), want) {
			t.Errorf("lists of %v, assigned anew %v", y.ListSizes(), want)
		}
		for i := 0; i < m.Rows(); i += 50 {
			a, _, _ := search(t, y, 2, m.Row(i), 20, index.SearchOptions{Probes: 25})
			truth := nearest(t, now, 2, m.Row(i), 20)
			if !slices.Equal(a, truth) {
				t.Fatalf("query %d finds %v, there are %v", i, a, truth)
			}
		}
		if _, err := Load(t.Context(), bytes.NewReader(segment), int64(len(segment)), o, &index.Restoring{View: now.View(), Most: fresh - 1}); !errors.Is(err, index.ErrBehind) {
			t.Errorf("%d vectors too many: %v", 1, err)
		}
	}
}

// FromCentroidsOf is the sizes of the lists that the rows of a table make around
// the centroids of an index.
func FromCentroidsOf(t *testing.T, x *Index, table *index.Table, o Options) []int {
	t.Helper()
	y, err := FromCentroids(t.Context(), table.View(), o, x.Centroids())
	if err != nil {
		t.Fatal(err)
	}
	return y.ListSizes()
}

// nearest is what exact search finds.
func nearest(t *testing.T, table *index.Table, seq index.Seq, query []float32, n int) []int64 {
	t.Helper()
	c, err := flat.Search(table, vectorops.L2, seq, query, index.SearchOptions{Limit: n})
	if err != nil {
		t.Fatal(err)
	}
	keys, _ := index.Collect(c, n)
	return keys
}

func ints(x *Index) []int { return x.ListSizes() }

// sizesWithout is the list sizes of x less the dead slot of one key.
func sizesWithout(x *Index, table *index.Table, key int64) []int {
	sizes, view := x.ListSizes(), table.View()
	for l, st := 0, x.state.Load(); l < len(sizes); l++ {
		for _, s := range st.lists[l].load().slots {
			if view.Key(s) == key {
				sizes[l]--
			}
		}
	}
	return sizes
}

func TestBuildIsDeterministic(t *testing.T) { // invariant 4
	table, _ := digitTable(t)
	var made [3][]byte
	for i, seed := range []uint64{4, 4, 5} {
		made[i] = saved(t, build(t, table, Options{Lists: 30, Seed: seed}))
	}
	if !bytes.Equal(made[0], made[1]) {
		t.Error("the same seed gives another index")
	}
	if bytes.Equal(made[0], made[2]) {
		t.Error("another seed gives the same index")
	}
}

func TestSmallTables(t *testing.T) {
	for n := range 4 {
		table := index.NewTable(2)
		for i := range n {
			table.Append(int64(i), []float32{float32(i), 1})
		}
		commit(table, 1)
		for _, metric := range everyMetric {
			x := build(t, table, Options{Metric: metric, Lists: 100})
			if x.Lists() != max(n, 1) {
				t.Errorf("%d lists for %d vectors", x.Lists(), n)
			}
			if keys, _, _ := search(t, x, 1, []float32{1, 1}, -1, index.SearchOptions{}); len(keys) != n {
				t.Errorf("%d rows of %d", len(keys), n)
			}
		}
		x := table.Indexes()[0].(*Index)
		table.Append(77, []float32{5, 5})
		commit(table, 2)
		if keys, _, _ := search(t, x, 2, []float32{5, 5}, 1, index.SearchOptions{}); !slices.Equal(keys, []int64{77}) {
			t.Errorf("after an insertion into %d: %v", n, keys)
		}
	}
}

func TestOutgrown(t *testing.T) {
	_, m := digitTable(t)
	table := index.NewTable(m.Dims)
	empty := build(t, table, Options{Lists: 30})
	add := func(from, to int) {
		for i := from; i < to; i++ {
			if _, err := table.Append(int64(i), m.Row(i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(0, 59)
	if empty.Outgrown() {
		t.Error("30 lists for 59 vectors would be no better than one")
	}
	add(59, 60)
	few := build(t, table, Options{Lists: 30})
	if !empty.Outgrown() || few.Outgrown() {
		t.Error("one list for 60 vectors is enough, or 30 are not")
	}
	add(60, 480)
	if !few.Outgrown() {
		t.Error("the centroids of 60 vectors are good for 480")
	}
	if build(t, table, Options{Lists: 30}).Outgrown() {
		t.Error("outgrown when it was just built")
	}
}

func TestNearest(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 15})
	lists, distances, err := x.Nearest(m.Row(3), 4)
	if err != nil || len(lists) != 4 || !slices.IsSorted(distances) {
		t.Fatalf("%v %v %v", lists, distances, err)
	}
	if own, _ := x.Assign(m.Row(3)); own != lists[0] || distances[0] != vectorops.L2.Distance(m.Row(3), x.Centroids().Row(own)) {
		t.Errorf("assigned to %d, nearest %v at %v", own, lists, distances)
	}
	if lists, _, _ := x.Nearest(m.Row(3), 100); len(lists) != 15 {
		t.Errorf("%d lists of 15", len(lists))
	}
	var dims *index.DimensionError
	if _, err := x.Assign([]float32{1}); !errors.As(err, &dims) {
		t.Errorf("have %v", err)
	}
	if _, _, err := x.Nearest([]float32{1}, 1); !errors.As(err, &dims) {
		t.Errorf("have %v", err)
	}
	if _, err := x.Search(1, []float32{1}, index.SearchOptions{}); !errors.As(err, &dims) {
		t.Errorf("have %v", err)
	}
}

func TestBuildReportsAndStops(t *testing.T) {
	table, m := digitTable(t)
	phases := map[string]int{}
	_, err := Build(t.Context(), table.View(), Options{Lists: 10}, func(phase string, done, total int) { phases[phase] = done })
	if err != nil || phases[PhaseAssign] != m.Rows() || phases[PhaseKMeans] < 1 {
		t.Errorf("%v, progress %v", err, phases)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = Build(ctx, table.View(), Options{Lists: 10}, func(string, int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("have %v", err)
	}
	for _, lists := range []int{-1, MaxLists + 1} {
		if _, err := Build(t.Context(), table.View(), Options{Lists: lists}, nil); err == nil {
			t.Errorf("%d lists were accepted", lists)
		}
	}
}

func TestSearchWhileWriting(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 20})
	coded := build(t, table, Options{Lists: 20, Parts: 32})
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(i), 1))
			for {
				select {
				case <-done:
					return
				default:
				}
				q := m.Row(rng.IntN(m.Rows()))
				c, err := x.Search(1, q, index.SearchOptions{Probes: 20})
				if err != nil {
					t.Error(err)
					return
				}
				if keys, _ := index.Collect(c, -1); len(keys) != m.Rows() {
					t.Errorf("snapshot 1 sees %d rows of %d", len(keys), m.Rows())
					return
				}
				c, _ = coded.Search(1, q, index.SearchOptions{Probes: 5})
				if keys, _ := index.Collect(c, -1); len(keys) != m.Rows() {
					t.Errorf("by codes: snapshot 1 sees %d rows of %d", len(keys), m.Rows())
					return
				}
				c.Close()
				f, _ := flat.Search(table, vectorops.L2, 1, q, index.SearchOptions{})
				if keys, _ := index.Collect(f, -1); len(keys) != m.Rows() {
					t.Errorf("flat: snapshot 1 sees %d rows of %d", len(keys), m.Rows())
					return
				}
			}
		})
	}
	for seq := index.Seq(2); seq < 40; seq++ {
		for i := range 30 {
			key := int64(i) * 10
			table.Kill(key)
			if _, err := table.Append(key, m.Row((i+int(seq))%m.Rows())); err != nil {
				t.Error(err)
			}
		}
		if seq%5 == 0 {
			table.Rollback()
		} else {
			commit(table, seq)
		}
		if seq%10 == 3 {
			table.Reclaim(1)
		}
	}
	close(done)
	wg.Wait()
}

func TestFromCentroids(t *testing.T) {
	table, m := digitTable(t)
	for _, parts := range []int{0, 32} {
		o := Options{Lists: 15, Seed: 3, Parts: parts}
		x := build(t, table, o)
		y, err := FromCentroids(t.Context(), table.View(), o, x.Centroids())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(x.ListSizes(), y.ListSizes()) || x.Parts() != y.Parts() {
			t.Errorf("lists of %v, built %v", y.ListSizes(), x.ListSizes())
		}
		a, _, _ := search(t, x, 1, m.Row(4), 5, index.SearchOptions{Probes: 2})
		b, _, _ := search(t, y, 1, m.Row(4), 5, index.SearchOptions{Probes: 2})
		if !slices.Equal(a, b) {
			t.Errorf("finds %v, built %v", b, a)
		}
	}
}

// TestLoadRefusesDisorder: a list that does not ascend, or has a slot twice, would
// be searched wrongly, whatever the checksum says.
func TestLoadRefusesDisorder(t *testing.T) {
	table := index.NewTable(2)
	for i := range 20 {
		table.Append(int64(i), []float32{float32(i), 1})
	}
	commit(table, 1)
	o := Options{Lists: 2, Parts: NoParts}
	x := build(t, table, o)
	for _, c := range []struct {
		what   string
		damage func(a, b []index.Slot) ([]index.Slot, []index.Slot)
		bad    bool
	}{
		{"as it was", func(a, b []index.Slot) ([]index.Slot, []index.Slot) { return a, b }, false},
		{"two slots exchanged", func(a, b []index.Slot) ([]index.Slot, []index.Slot) { a[0], a[1] = a[1], a[0]; return a, b }, true},
		{"a slot twice in a list", func(a, b []index.Slot) ([]index.Slot, []index.Slot) { a[1] = a[0]; return a, b }, true},
		{"a slot in two lists", func(a, b []index.Slot) ([]index.Slot, []index.Slot) { b[0] = a[0]; return a, b }, true},
		{"a slot too many", func(a, b []index.Slot) ([]index.Slot, []index.Slot) { return a, append(b, b[len(b)-1]) }, true},
	} {
		st := *x.state.Load()
		a, b := c.damage(slices.Clone(st.lists[0].load().slots), slices.Clone(st.lists[1].load().slots))
		st.lists = make([]list, 2)
		st.lists[0].store(posting{slots: a})
		st.lists[1].store(posting{slots: b})
		y := &Index{options: x.options, covered: x.covered}
		y.state.Store(&st)
		if _, err := load(t, saved(t, y), table, o); errors.Is(err, index.ErrDamaged) != c.bad {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	table := index.NewTable(2)
	for i := range 20 {
		table.Append(int64(i), []float32{float32(i), 1})
	}
	commit(table, 1)
	for i, parts := range []int{NoParts, 2} {
		b := saved(f, build(f, table, Options{Lists: 2, Parts: parts}))
		f.Add(b[:len(b)-4], i == 1)
	}
	f.Fuzz(func(t *testing.T, segment []byte, coded bool) {
		o := Options{Lists: 2, Parts: NoParts}
		if coded {
			o.Parts = 2
		}
		if y, err := load(t, index.Sealed(segment), table, o); err == nil {
			search(t, y, 1, []float32{1, 1}, -1, index.SearchOptions{})
		}
	})
}

// TestOrder: lists come nearest first, ties by number, however many are wanted
// at a time, and a list that has no distance comes last.
func TestOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 15, 16, 17, 100, 1000} {
		st := &state{coarse: coarse{centroids: vectorops.NewMatrix(n, 3)}}
		for i := range st.coarse.centroids.Data {
			st.coarse.centroids.Data[i] = float32(rng.IntN(4))
		}
		if n > 2 {
			st.coarse.centroids.Row(1)[0] = float32(math.NaN())
		}
		vec := []float32{1, 2, 0}
		want := make([]int, n)
		distances := st.coarse.distances(nil, vec)
		for i := range want {
			want[i] = i
		}
		slices.SortStableFunc(want, func(a, b int) int {
			if nan := distances[a] != distances[a]; nan || distances[b] != distances[b] {
				return map[bool]int{true: 1, false: -1}[nan]
			}
			return cmp.Compare(distances[a], distances[b])
		})
		var o order
		for _, step := range []int{1, 7, n} {
			o.reset(st, vec)
			var got []int
			for {
				o.want(step)
				l, squared, ok := o.list()
				if !ok {
					break
				}
				if squared != distances[l] && squared == squared {
					t.Fatalf("list %d at %g, not %g", l, squared, distances[l])
				}
				got = append(got, l)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d lists, %d at a time: %v, want %v", n, step, got, want)
			}
		}
	}
}
