package index

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"voronoi/vectorops"
)

// mapSource reads vectors from a map, and counts them.
type mapSource struct {
	rows    map[int64][]float32
	fetched int
	err     error
}

func (m *mapSource) Fetch(keys []int64, visit func(at int, vec []float32)) error {
	if m.err != nil {
		return m.err
	}
	for i := range keys {
		at := len(keys) - 1 - i // any order
		if vec := m.rows[keys[at]]; vec != nil {
			m.fetched++
			visit(at, vec)
		}
	}
	return nil
}

// TestKeyTable: a table of keys goes through the same as one with vectors, and
// sees the same.
func TestKeyTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	full, keys := NewTable(3), NewKeyTable(3)
	both := func(do func(t *Table) any) {
		t.Helper()
		if a, b := do(full), do(keys); a != b {
			t.Fatalf("%v with vectors and %v without", a, b)
		}
	}
	rows := map[int64][]float32{}
	for seq := Seq(1); seq < 60; seq++ {
		for range 200 {
			key := rng.Int64N(3000)
			vec := []float32{rng.Float32(), rng.Float32(), rng.Float32()}
			both(func(t *Table) any { return t.Kill(key) })
			if delete(rows, key); rng.IntN(3) > 0 {
				both(func(t *Table) any { s, err := t.Append(key, vec); return [2]any{s, err} })
				rows[key] = vec
			}
		}
		both(func(t *Table) any { t.Publish(seq); t.Commit(); return t.Len() })
		if seq%7 == 0 {
			both(func(t *Table) any { return t.Reclaim(seq - 3) })
		}
	}
	a, b := full.View(), keys.View()
	if a.Len() != b.Len() || a.Dims() != b.Dims() || b.HasVectors() || !a.HasVectors() {
		t.Fatalf("%d slots of %d dimensions, and %d of %d", a.Len(), a.Dims(), b.Len(), b.Dims())
	}
	var slots []Slot
	for s := range Slot(a.Len()) {
		for seq := Seq(50); seq < 60; seq++ {
			if a.Key(s) != b.Key(s) || a.Visible(s, seq) != b.Visible(s, seq) {
				t.Fatalf("slot %d at %d: key %d, %t and key %d, %t", s, seq, a.Key(s), a.Visible(s, seq), b.Key(s), b.Visible(s, seq))
			}
		}
		if a.Visible(s, Pending) {
			slots = append(slots, s)
		}
	}

	// Measured through a source, vectors are as far as in memory.
	for metric := vectorops.L2; metric <= vectorops.Manhattan; metric++ {
		src := &mapSource{rows: rows}
		query := []float32{.1, .9, .5}
		want := NewMeasure(metric, &a, query).Slots(&a, slots)
		have := NewMeasure(metric, &b, query).From(src).Slots(&b, slots)
		if !slices.Equal(want, have) || src.fetched != len(slots) {
			t.Errorf("%v: ranks differ, or %d vectors of %d were fetched", metric, src.fetched, len(slots))
		}
	}
	m := NewMeasure(vectorops.L2, &b, []float32{1, 2, 3})
	if ranks := m.Slots(&b, slots[:1]); m.Err() == nil || !math.IsNaN(ranks[0]) {
		t.Error("measured without a source")
	}
	broken := errors.New("broken")
	m = NewMeasure(vectorops.L2, &b, []float32{1, 2, 3}).From(&mapSource{err: broken})
	if m.Slots(&b, slots); !errors.Is(m.Err(), broken) {
		t.Errorf("the measure's error is %v", m.Err())
	}

	// A late index gets what it lacks from a source.
	late := &recorder{slots: map[Slot]bool{}, covered: b}
	if _, err := keys.Append(10000, []float32{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	if keys.Attach(late) {
		t.Error("an index was attached without the vectors that it lacks")
	}
	if ok, err := keys.AttachFrom(late, &mapSource{rows: rows}); ok || err == nil {
		t.Error("an index was attached without a vector that the source has not")
	}
	rows[10000] = []float32{1, 2, 3}
	if ok, err := keys.AttachFrom(late, &mapSource{rows: rows}); !ok || err != nil || !late.slots[Slot(b.Len())] {
		t.Errorf("attached %t, %v with %v", ok, err, late.slots)
	}
}

// TestForgetVectors: a table whose vectors are dropped sees what it saw, and lets
// go of their memory, which its indexes held views of.
func TestForgetVectors(t *testing.T) {
	table := NewTable(4096)
	for key := range int64(2000) {
		if err := table.Load(key, make([]float32, 4096)); err != nil {
			t.Fatal(err)
		}
	}
	x := &recorder{slots: map[Slot]bool{}, covered: table.View()}
	for s := range Slot(2000) {
		x.slots[s] = true
	}
	if !table.Attach(x) {
		t.Fatal("the index does not fit")
	}
	table.Kill(7)
	table.Publish(3)
	table.Commit()
	digest, heap := digestOf(table, 8), heapBytes()
	table.ForgetVectors()
	if freed := heap - heapBytes(); freed < 2000*4096*4*9/10 {
		t.Errorf("%d bytes were freed of %d", freed, 2000*4096*4)
	}
	v := table.View()
	if v.HasVectors() || v.Len() != 2000 || v.Visible(7, 3) || !v.Visible(7, 2) || digestOf(table, 8) != digest || len(x.slots) != 2000 {
		t.Errorf("%d slots, with vectors %t, digest %x, want %x", v.Len(), v.HasVectors(), digestOf(table, 8), digest)
	}
	if _, err := table.Append(7, make([]float32, 4096)); err != nil {
		t.Error(err)
	}
	table.Publish(4)
	table.Commit()
	if n := table.Reclaim(4); n != 1 || table.View().rows.len() != 2000 {
		t.Errorf("%d slots were reclaimed", n)
	}
}

func digestOf(t *Table, s Slot) uint64 {
	v := t.View()
	return v.Digest(s, nil)
}

func heapBytes() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestKeyTableIsSmall counts what a key table takes a row.
func TestKeyTableIsSmall(t *testing.T) {
	const n = 100000
	table := NewKeyTable(768)
	for key := range int64(n) {
		if err := table.Load(key+1, make([]float32, 768)); err != nil {
			t.Fatal(err)
		}
	}
	if perRow := float64(table.Bytes()) / n; perRow > 38 {
		t.Errorf("%.1f bytes a row", perRow)
	}
}
