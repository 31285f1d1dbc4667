package hnsw

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
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

// recallAt10 is the mean over every tenth digit.
func recallAt10(t testing.TB, x *Index, table *index.Table, seq index.Seq, m vectorops.Matrix, ef int) float64 {
	total, queries := 0.0, 0
	for i := 0; i < m.Rows(); i += 10 {
		truth, _ := exact(t, table, x.Metric(), seq, m.Row(i), 10)
		got, _, c := search(t, x, seq, m.Row(i), 10, index.SearchOptions{EfSearch: ef, Strict: true})
		if c.Relaxed() {
			t.Fatal("the first ef rows are out of order")
		}
		total += index.Recall(truth, got)
		queries++
	}
	return total / float64(queries)
}

var everyMetric = []vectorops.Metric{vectorops.L2, vectorops.IP, vectorops.Cosine, vectorops.Manhattan}

func TestLargeEfEqualsFlat(t *testing.T) { // invariant 2
	table, m := digitTable(t)
	table.Append(7, make([]float32, m.Dims)) // at NaN by cosine
	for i := 0; i < m.Rows(); i += 3 {
		table.Kill(int64(i) * 10)
	}
	commit(table, 2)
	same := func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }
	for _, metric := range everyMetric {
		x := build(t, table, Options{Metric: metric})
		for _, seq := range []index.Seq{1, 2} {
			for i := 0; i < m.Rows(); i += 600 {
				keys, distances, c := search(t, x, seq, m.Row(i), -1, index.SearchOptions{EfSearch: 3000})
				wantKeys, want := exact(t, table, metric, seq, m.Row(i), -1)
				if c.Relaxed() || !slices.Equal(keys, wantKeys) || !slices.EqualFunc(distances, want, same) {
					t.Fatalf("%v, snapshot %d, query %d: %d rows, flat has %d", metric, seq, i, len(keys), len(want))
				}
			}
		}
	}
}

func TestRecallOnDigits(t *testing.T) {
	table, m := digitTable(t)
	for _, c := range []struct {
		metric vectorops.Metric
		ef     int
		least  float64
	}{
		{vectorops.L2, 10, 0.90}, {vectorops.L2, 40, 0.99}, {vectorops.L2, 100, 0.998},
		{vectorops.Cosine, 40, 0.99}, {vectorops.IP, 100, 0.90}, {vectorops.Manhattan, 40, 0.98},
	} {
		x := build(t, table, Options{Metric: c.metric})
		recall := recallAt10(t, x, table, 1, m, c.ef)
		t.Logf("%v, ef %d: recall@10 %.4f", c.metric, c.ef, recall)
		if recall < c.least {
			t.Errorf("%v with ef %d: recall %.4f, want %.3f", c.metric, c.ef, recall, c.least)
		}
	}
}

func TestInsertedOneByOne(t *testing.T) {
	_, m := digitTable(t)
	table := index.NewTable(m.Dims)
	x := build(t, table, Options{Metric: vectorops.L2})
	for i := range m.Rows() {
		table.Append(int64(i)*10, m.Row(i))
	}
	commit(table, 1)
	if recall := recallAt10(t, x, table, 1, m, 40); recall < 0.99 {
		t.Errorf("recall %.4f", recall)
	}
	levels := x.Levels()
	if len(levels) < 3 || levels[0] < m.Rows()*85/100 || levels[0] > m.Rows()*97/100 {
		t.Errorf("levels of %v nodes", levels)
	}
}

func TestNeighborLists(t *testing.T) {
	table, _ := digitTable(t)
	x := build(t, table, Options{M: 5, EfConstruction: 20})
	g, view := x.state.Load().g, table.View()
	for s := range index.Slot(view.Len()) {
		for layer := range g.level(s) + 1 {
			to := g.neighbors(nil, s, layer)
			if len(to) > g.room(layer) || len(to) == 0 && layer == 0 {
				t.Fatalf("slot %d has %d neighbors on layer %d", s, len(to), layer)
			}
			for i, n := range to {
				if n == s || g.level(n) < layer || slices.Contains(to[:i], n) {
					t.Fatalf("slot %d has neighbors %v on layer %d", s, to, layer)
				}
			}
		}
	}
}

func TestLimitIsFilled(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{})
	rare := func(key int64) bool { return key%1000 == 0 } // 18 rows
	keys, distances, c := search(t, x, 1, m.Row(5), 100, index.SearchOptions{Allowed: rare})
	if len(keys) != 18 {
		t.Errorf("%d rows, %v", len(keys), c.Counters())
	}
	if !slices.IsSorted(distances) && !c.Relaxed() {
		t.Error("the order is relaxed and the cursor does not say so")
	}
	keys, _, c = search(t, x, 1, m.Row(5), -1, index.SearchOptions{EfSearch: 10})
	if len(keys) != m.Rows() || c.Counters().Delivered != m.Rows() {
		t.Errorf("%d rows, %v", len(keys), c.Counters())
	}
	slices.Sort(keys)
	if len(slices.Compact(keys)) != m.Rows() {
		t.Error("a row was delivered twice")
	}
	if keys, _, _ := search(t, x, 1, m.Row(5), -1, index.SearchOptions{EfSearch: 10, Strict: true}); len(keys) != 10 {
		t.Errorf("strict: %d rows", len(keys))
	}
	keys, _, c = search(t, x, 1, m.Row(5), -1, index.SearchOptions{EfSearch: 10, MaxCandidates: 500})
	if len(keys) >= m.Rows()/2 || c.Counters().Candidates < 500 {
		t.Errorf("bounded: %d rows, %v", len(keys), c.Counters())
	}
	if _, _, c := search(t, x, 1, m.Row(5), 10, index.SearchOptions{Limit: 10}); c.Counters().Candidates > m.Rows()/2 {
		t.Errorf("a search for ten rows looked at %v", c.Counters())
	}
}

func TestOwnRowsWhereverTheyAre(t *testing.T) { // invariant 3
	table, m := digitTable(t)
	x := build(t, table, Options{})
	for i := range 20 {
		table.Append(int64(i)*10+1, m.Row(i*80))
	}
	table.Kill(50)
	keys, _, _ := search(t, x, index.Pending, m.Row(5), -1, index.SearchOptions{EfSearch: 1, Strict: true})
	for i := range 20 {
		if !slices.Contains(keys, int64(i)*10+1) {
			t.Errorf("own row %d is missing", i)
		}
	}
	if len(keys) != 21 || slices.Contains(keys, 50) {
		t.Errorf("%d rows: %v", len(keys), keys)
	}
	if keys, _, _ := search(t, x, 1, m.Row(5), -1, index.SearchOptions{}); len(keys) != m.Rows() || !slices.Contains(keys, 50) {
		t.Errorf("others see %d rows of %d", len(keys), m.Rows())
	}
}

func TestReclaimKeepsRecall(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{})
	for i := range m.Rows() {
		if i%5 > 1 {
			table.Kill(int64(i) * 10)
		}
	}
	commit(table, 2)
	before := recallAt10(t, x, table, 2, m, 40)
	running, err := x.Search(1, m.Row(0), index.SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	running.Next()
	table.Reclaim(2)
	after := recallAt10(t, x, table, 2, m, 40)
	t.Logf("recall with three fifths dead %.4f, reclaimed %.4f", before, after)
	if before < 0.99 || after < 0.98 {
		t.Errorf("recall %.4f with dead slots, %.4f without", before, after)
	}
	if rest, _ := index.Collect(running, -1); len(rest)+1 != m.Rows() {
		t.Errorf("a search across the reclaim found %d", len(rest)+1)
	}
	table.Append(1, m.Row(0))
	commit(table, 3)
	keys, _, _ := search(t, x, 3, m.Row(0), 2, index.SearchOptions{})
	if !slices.Contains(keys, 1) {
		t.Errorf("a row inserted after the reclaim is not found: %v", keys)
	}
	for i := range m.Rows() {
		table.Kill(int64(i) * 10)
	}
	table.Kill(1)
	commit(table, 4)
	table.Reclaim(4)
	if keys, _, _ := search(t, x, 4, m.Row(0), -1, index.SearchOptions{}); len(keys) != 0 {
		t.Errorf("an empty table has %v", keys)
	}
	table.Append(5, m.Row(0))
	if keys, _, _ := search(t, x, index.Pending, m.Row(0), -1, index.SearchOptions{}); !slices.Equal(keys, []int64{5}) {
		t.Errorf("a table filled again has %v", keys)
	}
}

func TestManyReclaimsKeepRecall(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{M: 8, EfConstruction: 40})
	before := recallAt10(t, x, table, 1, m, 40)
	rng := rand.New(rand.NewPCG(1, 2))
	keys := make([]int64, m.Rows()) // of each digit
	for i := range keys {
		keys[i] = int64(i) * 10
	}
	next, seq := int64(1_000_000), index.Seq(1)
	for range 25 {
		for range m.Rows() / 10 {
			i := rng.IntN(m.Rows())
			table.Kill(keys[i])
			keys[i] = next
			next++
			if _, err := table.Append(keys[i], m.Row(i)); err != nil {
				t.Fatal(err)
			}
		}
		seq++
		commit(table, seq)
		table.Reclaim(seq)
	}
	after := recallAt10(t, x, table, seq, m, 40)
	t.Logf("recall %.4f, after 25 rounds of replacing a tenth %.4f", before, after)
	if after < before-0.01 {
		t.Errorf("recall %.4f became %.4f", before, after)
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

func TestSaveAndLoad(t *testing.T) {
	for _, metric := range everyMetric {
		o := Options{Metric: metric, Seed: 5}
		table, m := digitTable(t)
		x := build(t, table, o)
		table.Kill(100)
		commit(table, 2)
		segment := saved(t, x)
		table.Reclaim(2) // now x is what was saved
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
		if y.Options() != x.Options() || !slices.Equal(y.Levels(), x.Levels()) {
			t.Errorf("%v: loaded another index", metric)
		}
		differ := 0
		for i := 0; i < m.Rows(); i += 100 {
			a, _, _ := search(t, x, 2, m.Row(i), 20, index.SearchOptions{})
			b, _, _ := search(t, y, 2, m.Row(i), 20, index.SearchOptions{})
			if !slices.Equal(a, b) { // equal ranks are walked in order of slots
				differ++
			}
		}
		if differ > 1 {
			t.Errorf("%v: %d of 18 queries find other rows", metric, differ)
		}
		if !again.Attach(y) {
			t.Error("the loaded index does not fit")
		}
		for name, other := range map[string]func() error{
			"dimensions": func() error { _, err := load(t, segment, index.NewTable(3), o); return err },
			"m":          func() error { _, err := load(t, segment, again, Options{Metric: metric, M: 5}); return err },
			"metric":     func() error { _, err := load(t, segment, again, Options{Metric: (metric + 1) % 4}); return err },
		} {
			if err := other(); !errors.Is(err, index.ErrStale) {
				t.Errorf("loaded for other %s: %v", name, err)
			}
		}
	}
}

// TestLoadTakesWhatHasChanged: a segment of an earlier state gives a graph of the
// present one that is as good as one built for it.
func TestLoadTakesWhatHasChanged(t *testing.T) {
	table, m := digitTable(t)
	segment := saved(t, build(t, table, Options{}))
	for name, change := range map[string]func(i int) []int64{
		"nothing": func(i int) []int64 { return []int64{int64(i) * 10} },
		"appended": func(i int) []int64 {
			if i%5 == 0 {
				return []int64{int64(i) * 10, 100000 + int64(i)}
			}
			return []int64{int64(i) * 10}
		},
		"deleted": func(i int) []int64 {
			if i%3 == 0 {
				return nil
			}
			return []int64{int64(i) * 10}
		},
		"updated": func(i int) []int64 {
			if i%4 == 0 {
				return []int64{int64((i + 4) % m.Rows() / 4 * 4 * 10)}
			}
			return []int64{int64(i) * 10}
		},
	} {
		rows := map[int64]int{}
		for i := range m.Rows() {
			for _, key := range change(i) {
				rows[key] = i
			}
		}
		now := index.NewTable(m.Dims)
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			if err := now.Load(key, m.Row(rows[key])); err != nil {
				t.Fatal(err)
			}
		}
		x, err := load(t, segment, now, Options{})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !now.Attach(x) {
			t.Fatalf("%s: it does not fit", name)
		}
		total := 0
		for _, n := range x.Levels() {
			total += n
		}
		if total != now.Len() {
			t.Errorf("%s: %d nodes for %d vectors", name, total, now.Len())
		}
		have, want := recallAt10(t, x, now, 2, m, 40), recallAt10(t, build(t, now, Options{}), now, 2, m, 40)
		if have < want-0.01 {
			t.Errorf("%s: recall %.3f, built for it %.3f", name, have, want)
		}
	}
	if _, err := load(t, segment, func() *index.Table {
		other := index.NewTable(m.Dims)
		for i := range m.Rows() {
			other.Load(int64(i)*10+1, m.Row(i))
		}
		return other
	}(), Options{}); !errors.Is(err, index.ErrStale) {
		t.Errorf("loaded for other rows: %v", err)
	}
}

// TestSaveWhileInserting: what is saved on the way is a whole graph.
func TestSaveWhileInserting(t *testing.T) {
	full, m := digitTable(t)
	table := index.NewTable(m.Dims)
	const first = 900
	for i := range first {
		if err := table.Load(int64(i)*10, m.Row(i)); err != nil {
			t.Fatal(err)
		}
	}
	x := build(t, table, Options{})
	if !table.Attach(x) {
		t.Fatal("attach")
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := first; i < m.Rows(); i++ {
			table.Append(int64(i)*10, m.Row(i))
		}
		commit(table, 2)
	}()
	for n, inserting := 0, true; inserting && n < 5; n++ {
		select {
		case <-done:
			inserting = false
		default:
		}
		y, err := load(t, saved(t, x), full, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if recall := recallAt10(t, y, full, 2, m, 40); recall < 0.97 {
			t.Fatalf("recall %.3f", recall)
		}
	}
	<-done
}

func TestBuildIsDeterministic(t *testing.T) { // invariant 4
	table, _ := digitTable(t)
	save := func(seed uint64, procs int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		x, err := Build(t.Context(), table.View(), Options{Seed: seed}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return saved(t, x)
	}
	one := save(4, 1)
	if !bytes.Equal(one, save(4, 2)) || !bytes.Equal(one, save(4, 5)) {
		t.Error("the same seed gives another graph with more processors")
	}
	if bytes.Equal(one, save(5, 2)) {
		t.Error("another seed gives the same graph")
	}
}

func TestSmallTables(t *testing.T) {
	for n := range 4 {
		for _, metric := range everyMetric {
			table := index.NewTable(2)
			for i := range n {
				table.Append(int64(i), []float32{float32(i), 0})
			}
			commit(table, 1)
			x := build(t, table, Options{Metric: metric})
			if keys, _, _ := search(t, x, 1, []float32{1, 1}, -1, index.SearchOptions{}); len(keys) != n {
				t.Errorf("%v: %d rows of %d", metric, len(keys), n)
			}
			table.Append(77, []float32{5, 5})
			commit(table, 2)
			if keys, _, _ := search(t, x, 2, []float32{5, 5}, 1, index.SearchOptions{}); !slices.Equal(keys, []int64{77}) {
				t.Errorf("%v: after an insertion into %d: %v", metric, n, keys)
			}
		}
	}
}

func TestEqualVectors(t *testing.T) {
	table := index.NewTable(3)
	for i := range 500 {
		table.Append(int64(i), []float32{1, 2, 3})
	}
	commit(table, 1)
	x := build(t, table, Options{})
	keys, _, _ := search(t, x, 1, []float32{1, 2, 3}, -1, index.SearchOptions{})
	if len(keys) != 500 {
		t.Errorf("%d rows of 500", len(keys))
	}
}

func TestErrors(t *testing.T) {
	table, m := digitTable(t)
	for message, o := range map[string]Options{
		"m must be between 2 and 100, not 1":                     {M: 1},
		"ef_construction must be between 4 and 1000, not 1001":   {EfConstruction: 1001},
		"ef_construction must be greater than or equal to 2 * m": {M: 40},
		"m must be between 2 and 100, not 101":                   {M: 101, EfConstruction: 500},
		"ef_construction must be between 4 and 1000, not 3":      {EfConstruction: 3},
	} {
		if _, err := Build(t.Context(), table.View(), o, nil); err == nil || err.Error() != message {
			t.Errorf("have %v, want %s", err, message)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Build(ctx, table.View(), Options{}, func(string, int, int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v", err)
	}
	x := build(t, table, Options{})
	var dims *index.DimensionError
	if _, err := x.Search(1, []float32{1}, index.SearchOptions{}); !errors.As(err, &dims) {
		t.Errorf("have %v", err)
	}
	c, _ := x.Search(1, m.Row(0), index.SearchOptions{Context: ctx})
	if _, _, ok := c.Next(); ok || !errors.Is(c.Err(), context.Canceled) {
		t.Errorf("a cancelled search: %v, %v", ok, c.Err())
	}
	c, _ = x.Search(1, m.Row(0), index.SearchOptions{})
	c.Next()
	c.Close()
	if _, _, ok := c.Next(); ok || !errors.Is(c.Err(), index.ErrClosed) {
		t.Errorf("a closed cursor: %v, %v", ok, c.Err())
	}
}

func TestSearchWhileWriting(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{})
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
				c, err := x.Search(1, m.Row(rng.IntN(m.Rows())), index.SearchOptions{EfSearch: 20})
				if err != nil {
					t.Error(err)
					return
				}
				keys, _ := index.Collect(c, 30+rng.IntN(200))
				if len(keys) < 30 {
					t.Errorf("snapshot 1 sees %d rows", len(keys))
					return
				}
				c.Close()
			}
		})
	}
	for seq := index.Seq(2); seq < 20; seq++ {
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
	if keys, _, _ := search(t, x, 1, m.Row(0), -1, index.SearchOptions{}); len(keys) != m.Rows() {
		t.Errorf("in the end snapshot 1 sees %d rows", len(keys))
	}
}

func FuzzLoad(f *testing.F) {
	table := index.NewTable(2)
	for i := range 4 {
		table.Append(int64(i), []float32{float32(i), 1})
	}
	commit(table, 1)
	b := saved(f, build(f, table, Options{M: 2}))
	f.Add(b[:len(b)-4])
	f.Fuzz(func(t *testing.T, segment []byte) {
		if y, err := load(t, index.Sealed(segment), table, Options{M: 2}); err == nil {
			search(t, y, 1, []float32{1, 1}, -1, index.SearchOptions{})
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	table, m := digitTable(b)
	x := build(b, table, Options{})
	for i := 0; b.Loop(); i++ {
		c, err := x.Search(1, m.Row(i%m.Rows()), index.SearchOptions{Limit: 10})
		if err != nil {
			b.Fatal(err)
		}
		index.Collect(c, 10)
		c.Close()
	}
}
