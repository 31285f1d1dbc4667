package ivf

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

func TestCodesFindWhatMeasuringFinds(t *testing.T) {
	inFull(t)
	table, m := digitTable(t)
	for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.Cosine, vectorops.IP} {
		for _, parts := range []int{1, 10, 33, 64} {
			plain := build(t, table, Options{Metric: metric, Lists: 12, Seed: 1, Parts: NoParts})
			coded := build(t, table, Options{Metric: metric, Lists: 12, Seed: 1, Parts: parts})
			if coded.Parts() == 0 || coded.Parts() > parts || plain.Parts() != 0 {
				t.Fatalf("%d parts of %d", coded.Parts(), parts)
			}
			total, queries := 0.0, 0
			for i := 0; i < m.Rows(); i += 20 {
				o := index.SearchOptions{Probes: 4, Limit: 10, Strict: true}
				want, _, _ := search(t, plain, 1, m.Row(i), 10, o)
				got, distances, c := search(t, coded, 1, m.Row(i), 10, o)
				if !slices.IsSorted(distances) || c.Relaxed() {
					t.Fatalf("%v: %v is out of order", metric, distances)
				}
				if n := c.Counters(); n.Candidates < 30 || n.Candidates > n.Estimated+30 || n.Lists != 4 {
					t.Fatalf("%v: %v", metric, n)
				}
				total += index.Recall(want, got)
				queries++
			}
			recall := total / float64(queries)
			t.Logf("%v, %d parts: %.4f of what measuring finds", metric, coded.Parts(), recall)
			if least := map[int]float64{1: 0.2, 10: 0.9, 33: 0.98, 64: 0.995}[parts]; recall < least {
				t.Errorf("%v, %d parts: %.3f, want %.3f", metric, coded.Parts(), recall, least)
			}
			all, _, _ := search(t, coded, 1, m.Row(9), -1, index.SearchOptions{Probes: 12})
			truth, _ := exact(t, table, metric, 1, m.Row(9), -1)
			if !slices.Equal(all, truth) { // invariant 2
				t.Errorf("%v: all probes find other rows than flat", metric)
			}
		}
	}
}

func TestCodesFillALimit(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 10, Parts: 32})
	for name, allowed := range map[string]func(int64) bool{"all": nil, "some": func(k int64) bool { return k%30 == 0 }} {
		for _, o := range []index.SearchOptions{{Probes: 3}, {Probes: 3, Limit: 7, Refine: 1}, {Limit: 5000}} {
			o.Allowed = allowed
			keys, distances, c := search(t, x, 1, m.Row(5), -1, o)
			slices.Sort(keys)
			want := m.Rows()
			if allowed != nil {
				want = (m.Rows() + 2) / 3
			}
			if n := len(keys); n != want || len(slices.Compact(keys)) != n {
				t.Errorf("%s, %+v: %d rows of %d", name, o, n, want)
			}
			if !slices.IsSorted(distances) && !c.Relaxed() {
				t.Errorf("%s: the order is relaxed and the cursor does not say so", name)
			}
		}
	}
	strict, _, _ := search(t, x, 1, m.Row(5), -1, index.SearchOptions{Probes: 3, Strict: true})
	plain, _, _ := search(t, build(t, table, Options{Lists: 10}), 1, m.Row(5), -1, index.SearchOptions{Probes: 3, Strict: true})
	slices.Sort(strict)
	slices.Sort(plain)
	if !slices.Equal(strict, plain) {
		t.Errorf("three lists have %d rows by codes, %d measured", len(strict), len(plain))
	}
}

func TestCodesFollowTheTable(t *testing.T) {
	for _, o := range []Options{
		{Lists: 10, Parts: 32},
		{Lists: 10, Parts: 8, Quantized: true, Bits: 8},
		{Lists: 10, Parts: 16, Quantized: true, Rotated: true, RotatedDims: 40, Metric: vectorops.Cosine},
		{Lists: 1, Parts: 8, Quantized: true, Bits: 8, Rotated: true, RotatedParts: 4, Metric: vectorops.IP},
		{Lists: 10, Quantized: true, Bits: 1},
		{Lists: 3, Quantized: true, Bits: 1, Metric: vectorops.IP},
	} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) { testCodesFollow(t, o) })
	}
}

func testCodesFollow(t *testing.T, o Options) {
	table, m := digitTable(t)
	x := build(t, table, o)
	checkLists(t, x, table)
	for i := range 300 {
		table.Append(int64(i)*10+1, m.Row(i*5))
		table.Kill(int64(i) * 50)
	}
	commit(table, 2)
	checkLists(t, x, table)
	keys, _, _ := search(t, x, 2, m.Row(5), 3, index.SearchOptions{Probes: 5, Refine: 100})
	if o.Metric != vectorops.IP && !slices.Contains(keys, 11) || slices.Contains(keys, 50) {
		t.Errorf("the copy of a row or the row itself: %v", keys)
	}
	table.Reclaim(2)
	checkLists(t, x, table)
	y, err := load(t, saved(t, x), table, x.Options())
	if err != nil {
		t.Fatal(err)
	}
	sameAnswers(t, "loaded", x, y, 2, m)
	x = y
	checkLists(t, x, table)
}

func TestFewVectorsHaveNoCodes(t *testing.T) {
	table, _ := digitTable(t)
	if x := build(t, table, Options{Lists: 5, Parts: AutoParts}); x.Parts() != 0 {
		t.Errorf("%d parts for %d vectors", x.Parts(), table.Len())
	}
	if x := build(t, table, Options{Lists: 5, Parts: 8, Metric: vectorops.Manhattan}); x.Parts() != 0 {
		t.Errorf("%d parts for L1", x.Parts())
	}
	for parts, want := range map[int][2]int{10: {10, 10}, 100: {100, 1}, 64: {50, 2}, 1: {1, 100}} {
		if m, dsub := (&Options{Parts: parts}).partsFor(100); m != want[0] || dsub != want[1] {
			t.Errorf("%d parts of 100 dimensions: %d of %d", parts, m, dsub)
		}
	}
	if m, dsub := new(Options).partsFor(1536); m != 256 || dsub != 6 {
		t.Errorf("1536 dimensions: %d parts of %d", m, dsub)
	}
}

func TestSelectLeast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		a := make([]uint64, n)
		for i := range a {
			a[i] = uint64(rng.IntN(n/2 + 1))
		}
		want := slices.Sorted(slices.Values(a))
		k := rng.IntN(n + 1)
		selectLeast(a, k)
		slices.Sort(a[:k])
		if !slices.Equal(a[:k], want[:k]) {
			t.Fatalf("the %d least of %v: %v", k, want, a[:k])
		}
	}
}
