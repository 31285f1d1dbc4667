package exec

import (
	"sync/atomic"

	"voronoi/exec/index"
)

// slotMap leads from the keys of a column's rows to their slots, for readers. It
// covers the first n slots of a view; those behind are few and looked at one by
// one.
type slotMap struct {
	view  index.View
	n     int
	of    []index.Slot // by key, the latest of its slots; Gone for keys without
	older []index.Slot // slots whose key has a later one
	high  int64        // the highest key of the n
	late  int64        // the highest key of the view
}

// slotMaps is the map that a loaded column has at present.
type slotMaps struct{ current atomic.Pointer[slotMap] }

// slots is the map for the column's view as it is now.
func (l *loadedColumn) slots() *slotMap {
	view := l.vectors.View()
	m := l.slotMaps.current.Load()
	if m == nil || !m.view.SameSlots(&view) || view.Len()-m.n > max(leastLate, m.n>>lateShift) {
		m = newSlotMap(view)
		l.slotMaps.current.Store(m)
		return m
	}
	now := *m
	now.view = view
	for s := index.Slot(m.n); int(s) < view.Len(); s++ {
		now.late = max(now.late, view.Key(s))
	}
	return &now
}

func newSlotMap(view index.View) *slotMap {
	m := &slotMap{view: view, n: view.Len()}
	for s := range index.Slot(m.n) {
		m.high = max(m.high, view.Key(s))
	}
	m.late = m.high
	if m.high >= mostFilterKeys {
		return m // no key is in it: filters by columns are not for such a table
	}
	m.of = make([]index.Slot, m.high+1)
	for i := range m.of {
		m.of[i] = index.Gone
	}
	for s := range index.Slot(m.n) {
		at := &m.of[view.Key(s)]
		if *at != index.Gone {
			m.older = append(m.older, *at)
		}
		*at = s
	}
	return m
}

// slot is the latest slot of a key among the first n, Gone for none.
func (m *slotMap) slot(key int64) index.Slot {
	if uint64(key) < uint64(len(m.of)) {
		return m.of[key]
	}
	return index.Gone
}

// newest is the highest key that has a vector.
func (m *slotMap) newest() int64 { return m.late }
