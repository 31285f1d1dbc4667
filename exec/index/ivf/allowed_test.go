package ivf

import (
	"cmp"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// TestDrawnLeadsToWhatIsAllowed: where the keys that are allowed lie together, far
// from the query, a search that is told of some of them goes where they are, and
// one that is not does not find them at the same probes.
func TestDrawnLeadsToWhatIsAllowed(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 60, Seed: 1})
	found := map[bool]float64{}
	for at := 0; at < m.Rows(); at += m.Rows() / 20 {
		query := m.Row(at)
		rows := make([]int, m.Rows())
		for i := range rows {
			rows[i] = i
		}
		far := func(i int) float64 { return vectorops.L2.Distance(query, m.Row(i)) }
		slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(far(a), far(b)) })
		rows = rows[len(rows)*3/4:] // the farthest quarter
		passes := make(map[int64]bool, len(rows))
		o := index.SearchOptions{Limit: 10, Probes: 3, Share: float64(len(rows)) / float64(m.Rows())}
		var want []int64
		for i, row := range rows {
			passes[int64(row)*10] = true
			if i < 10 {
				want = append(want, int64(row)*10)
			}
		}
		o.Allowed = func(key int64) bool { return passes[key] }
		for _, told := range []bool{false, true} {
			if o.Drawn = nil; told {
				for i := 0; i < len(rows); i += 3 {
					o.Drawn = append(o.Drawn, index.Slot(rows[i]))
				}
			}
			got, _, _ := search(t, x, 1, query, 10, o)
			for _, key := range got {
				if !passes[key] {
					t.Fatalf("%d is not allowed", key)
				}
			}
			found[told] += index.Recall(want, got) / 20
		}
		// All that is allowed comes in the end.
		if got, _, _ := search(t, x, 1, query, -1, o); len(got) != len(rows) {
			t.Errorf("%d rows of %d", len(got), len(rows))
		}
	}
	t.Logf("recall %.3f, without what was drawn %.3f", found[true], found[false])
	if found[true] < found[false]+0.1 {
		t.Error("what is drawn does not help")
	}
}

// TestHomesFollowInsertions: the lists of the slots are those of all but the
// latest, and none is out of range.
func TestHomesFollowInsertions(t *testing.T) {
	table, m := digitTable(t)
	x := build(t, table, Options{Lists: 30, Seed: 1})
	for round := range 4 {
		view := table.View()
		homes := x.state.Load().homesOf(&view)
		if missing := view.Len() - len(homes); missing < 0 || missing > view.Len()>>missingShift {
			t.Errorf("round %d: %d slots of %d", round, len(homes), view.Len())
		}
		for i := range 100 {
			if _, err := table.Append(int64(round*1000+i)*10+1, m.Row(i)); err != nil {
				t.Fatal(err)
			}
		}
		commit(table, index.Seq(round+2))
	}
}
