package index

import (
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// visible is what a snapshot sees of a table: the vector of each key, which in
// these tests is one number.
func visible(t *testing.T, v View, seq Seq) map[int64]float32 {
	t.Helper()
	m := make(map[int64]float32)
	for s := range Slot(v.Len()) {
		if v.Visible(s, seq) {
			if _, twice := m[v.Key(s)]; twice {
				t.Fatalf("key %d is visible twice at %d", v.Key(s), seq)
			}
			m[v.Key(s)] = v.Vector(s)[0]
		}
	}
	return m
}

// recorder is an Index that holds the slots that it was told of.
type recorder struct {
	slots   map[Slot]bool
	covered View
}

func (r *recorder) Insert(v View, s Slot, _ []float32) { r.slots[s] = true; r.covered = v }
func (r *recorder) Covered() View                      { return r.covered }
func (r *recorder) Search(Seq, []float32, SearchOptions) (Cursor, error) {
	return nil, errors.ErrUnsupported
}
func (r *recorder) Remap(v View, moved []Slot) {
	slots := make(map[Slot]bool)
	for s := range r.slots {
		if moved[s] != Gone {
			slots[moved[s]] = true
		}
	}
	r.slots, r.covered = slots, v
}

// TestTableHistory runs random transactions with savepoints against a table
// and against maps, and compares what every snapshot that is still alive sees.
func TestTableHistory(t *testing.T) {
	alls := 0
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 0))
		table := NewTable(1)
		index := &recorder{slots: map[Slot]bool{}, covered: table.View()}
		if !table.Attach(index) {
			t.Fatal("the index does not fit")
		}
		type savepoint struct {
			mark Mark
			rows map[int64]float32
		}
		snapshots := map[Seq]map[int64]float32{0: {}}
		now, seq, oldest := map[int64]float32{}, Seq(0), Seq(0)
		var savepoints []savepoint
		check := func(step int) {
			t.Helper()
			v := table.View()
			if have := visible(t, v, Pending); !maps.Equal(have, now) {
				t.Fatalf("seed %d step %d: the writer sees %v, want %v", seed, step, have, now)
			}
			if v.AllVisible(Pending) && len(now) != v.Len() {
				t.Fatalf("seed %d step %d: the writer sees %d slots of %d, which it takes for all", seed, step, len(now), v.Len())
			}
			for s, want := range snapshots {
				if all := v.AllVisible(s); all && len(want) != v.Len() {
					t.Fatalf("seed %d step %d: snapshot %d sees %d slots of %d, which it takes for all", seed, step, s, len(want), v.Len())
				} else if all {
					alls++
				}
				if have := visible(t, v, s); !maps.Equal(have, want) {
					t.Fatalf("seed %d step %d: snapshot %d sees %v, want %v", seed, step, s, have, want)
				}
			}
			if table.Len() != len(now) || len(index.slots) != v.Len() {
				t.Fatalf("seed %d step %d: %d live of %d, %d slots of %d in the index", seed, step, table.Len(), len(now), len(index.slots), v.Len())
			}
			for s := v.PendingFrom(); s > 0; s-- {
				if born, _ := v.stamps(s - 1); born == Pending {
					t.Fatalf("seed %d step %d: slot %d is pending", seed, step, s-1)
				}
			}
		}
		for step := range 400 {
			key := rng.Int64N(12)
			switch op := rng.IntN(20); {
			case op < 7:
				x := float32(step)
				_, err := table.Append(key, []float32{x})
				if _, has := now[key]; has != (err != nil) {
					t.Fatalf("append of key %d: %v", key, err)
				} else if !has {
					now[key] = x
				}
			case op < 12:
				_, has := now[key]
				if table.Kill(key) != has {
					t.Fatalf("kill of key %d, which has a vector: %v", key, has)
				}
				delete(now, key)
			case op < 14:
				savepoints = append(savepoints, savepoint{table.Mark(), maps.Clone(now)})
			case op < 15 && len(savepoints) > 0:
				i := rng.IntN(len(savepoints))
				table.RollbackTo(savepoints[i].mark)
				now = maps.Clone(savepoints[i].rows)
				savepoints = savepoints[:i+1]
			case op < 17:
				seq++
				table.Publish(seq)
				table.Commit()
				snapshots[seq] = maps.Clone(now)
				savepoints = nil
			case op < 18:
				if rng.IntN(2) == 0 {
					table.Publish(seq + 1) // the row store then fails to commit
				}
				table.Rollback()
				now = maps.Clone(snapshots[seq])
				savepoints = nil
			case op < 19:
				oldest += Seq(rng.IntN(2))
				oldest = min(oldest, seq)
				maps.DeleteFunc(snapshots, func(s Seq, _ map[int64]float32) bool { return s < oldest })
				table.Reclaim(oldest)
			}
			check(step)
		}
		table.Rollback()
		table.Reclaim(seq)
		if v := table.View(); v.Len() != len(snapshots[seq]) || table.Dead() != 0 {
			t.Errorf("seed %d: %d slots for %d vectors after everything was reclaimed, %d dead", seed, v.Len(), len(snapshots[seq]), table.Dead())
		}
	}
	if alls == 0 {
		t.Error("no snapshot ever took itself to see all")
	}
}

func TestAllVisible(t *testing.T) {
	table := NewTable(1)
	sees := func(seq Seq) bool { v := table.View(); return v.AllVisible(seq) }
	table.Append(1, []float32{1})
	if sees(4) || !sees(Pending) {
		t.Error("an open insertion: the others see all, or the writer does not")
	}
	table.Publish(5)
	table.Commit()
	if sees(4) || !sees(5) {
		t.Error("committed by 5: 4 sees all, or 5 does not")
	}
	mark := table.Mark()
	table.Kill(1)
	if sees(Pending) {
		t.Error("an open deletion: the writer sees all")
	}
	table.RollbackTo(mark)
	if !sees(5) {
		t.Error("a deletion that was undone: 5 does not see all")
	}
}

func TestTableRefusesOtherDimensions(t *testing.T) {
	table := NewTable(3)
	_, err := table.Append(1, []float32{1, 2})
	var dims *DimensionError
	if !errors.As(err, &dims) || dims.Error() != "different vector dimensions 3 and 2" {
		t.Errorf("have %v", err)
	}
	if err := table.Load(1, []float32{1}); !errors.As(err, &dims) {
		t.Errorf("have %v", err)
	}
	v := table.View()
	if err := v.CheckQuery(make([]float32, 4)); !errors.As(err, &dims) || dims.Have != 4 {
		t.Errorf("have %v", err)
	}
}

func TestAttachCatchesUp(t *testing.T) {
	table := NewTable(1)
	for key := range int64(5) {
		if _, err := table.Append(key, []float32{1}); err != nil {
			t.Fatal(err)
		}
	}
	early := &recorder{slots: map[Slot]bool{}, covered: table.View()}
	table.Append(5, []float32{1})
	table.Append(6, []float32{1})
	if !table.Attach(early) || !maps.Equal(early.slots, map[Slot]bool{5: true, 6: true}) {
		t.Errorf("caught up with %v", early.slots)
	}
	table.Detach(early)
	table.Append(7, []float32{1})
	if len(early.slots) != 2 {
		t.Error("a detached index still follows")
	}
	table.Publish(1)
	table.Commit()
	table.Kill(0)
	table.Publish(2)
	table.Commit()
	table.Reclaim(2)
	if table.Attach(early) {
		t.Error("an index over slots that were renumbered was attached")
	}
}

func TestReclaimLeavesOldViews(t *testing.T) {
	table := NewTable(1)
	table.Append(1, []float32{10})
	table.Publish(1)
	table.Commit()
	old := table.View()
	table.Kill(1)
	table.Append(1, []float32{20})
	table.Publish(2)
	table.Commit()
	if n := table.Reclaim(2); n != 1 {
		t.Errorf("reclaimed %d", n)
	}
	if have := visible(t, old, 1); have[1] != 10 {
		t.Errorf("the old view sees %v", have)
	}
	if have := visible(t, table.View(), 2); have[1] != 20 {
		t.Errorf("the new view sees %v", have)
	}
}

func TestRecall(t *testing.T) {
	for _, c := range []struct {
		truth, got []int64
		want       float64
	}{{nil, nil, 1}, {[]int64{1, 2}, []int64{2, 1, 3}, 1}, {[]int64{1, 2, 3, 4}, []int64{4, 9}, 0.25}} {
		if have := Recall(c.truth, c.got); have != c.want {
			t.Errorf("recall of %v by %v is %v", c.truth, c.got, have)
		}
	}
	if !slices.Equal([]string{Counters{Lists: 1, Candidates: 2}.String()}, []string{"lists=1 estimated=0 candidates=2 delivered=0"}) {
		t.Error("counters print otherwise")
	}
}
