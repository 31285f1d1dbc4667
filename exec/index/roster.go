package index

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"voronoi/vectorops"
)

// Roster is who was in an index when it was saved: the key of each slot's vector
// and its [Digest]. A slot whose vector was deleted keeps its place, under a key
// that no row has.
type Roster struct {
	Keys    []int64
	Digests []uint64
}

// rosterGrain is how many rows are compared between two looks at the context.
const rosterGrain = 4096

// NewRoster lists the slots of a view. It may be called at any time: what an open
// transaction does may show or not, for who reads the roster compares each row.
func NewRoster(ctx context.Context, view *View) (*Roster, error) {
	r := &Roster{make([]int64, view.Len()), make([]uint64, view.Len())}
	err := vectorops.InBlocks(ctx, view.Len(), rosterGrain, func(lo, hi int) {
		scratch := make([]float32, view.Dims())
		for s := Slot(lo); s < Slot(hi); s++ {
			if r.Keys[s] = -1 - int64(s); view.Alive(s) {
				r.Keys[s], r.Digests[s] = view.Key(s), view.Digest(s, scratch)
			}
		}
	})
	return r, err
}

// Match finds the rows of the roster among the slots of a view: moved[i] is the
// slot that has the key and the vector of row i, or [Gone], as it is for rows
// that the index did not place. The slots that no row has, but for those that
// were rolled back, are fresh, ascending.
func (r *Roster) Match(ctx context.Context, view *View, placed []bool) (moved, fresh []Slot, err error) {
	rows := sortedBy(len(r.Keys), func(i int) int64 { return r.Keys[i] })
	slots := sortedBy(view.Len(), func(i int) int64 { return view.Key(Slot(i)) })
	moved = make([]Slot, len(r.Keys))
	key := func(i int) int64 { return view.Key(slots.at(i)) }
	err = vectorops.InBlocks(ctx, len(moved), rosterGrain, func(lo, hi int) {
		scratch := make([]float32, view.Dims())
		first := r.Keys[rows.at(lo)]
		at := sort.Search(view.Len(), func(i int) bool { return key(i) >= first })
		for i := lo; i < hi; i++ {
			row := rows.at(i)
			moved[row] = Gone
			if !placed[row] || i > 0 && r.Keys[rows.at(i-1)] == r.Keys[row] {
				continue // a key is in a roster once: one that lies must not have a slot twice
			}
			for at < view.Len() && key(at) < r.Keys[row] {
				at++
			}
			// An updated row has a slot for each version that somebody may see.
			for j := at; j < view.Len() && key(j) == r.Keys[row]; j++ {
				if s := slots.at(j); view.Digest(s, scratch) == r.Digests[row] {
					moved[row] = s
					break
				}
			}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	taken := make([]bool, view.Len())
	for _, s := range moved {
		if s != Gone {
			taken[s] = true
		}
	}
	for s := range Slot(view.Len()) {
		if born, _ := view.stamps(s); !taken[s] && born != never {
			fresh = append(fresh, s)
		}
	}
	return moved, fresh, nil
}

// ordering is numbers in the order of their keys; nil if they are in that order
// already, as the rows of a table that was never updated are.
type ordering []Slot

func sortedBy(n int, key func(i int) int64) ordering {
	sorted := true
	for i := 1; i < n && sorted; i++ {
		sorted = key(i-1) <= key(i)
	}
	if sorted {
		return nil
	}
	o := make(ordering, n)
	for i := range o {
		o[i] = Slot(i)
	}
	slices.SortFunc(o, func(a, b Slot) int {
		return cmp.Or(cmp.Compare(key(int(a)), key(int(b))), cmp.Compare(a, b))
	})
	return o
}

func (o ordering) at(i int) Slot {
	if o == nil {
		return Slot(i)
	}
	return o[i]
}

// InPlace reports whether each row of a roster is in the slot of its number.
func InPlace(moved []Slot) bool {
	for i, s := range moved {
		if int(s) != i {
			return false
		}
	}
	return true
}
