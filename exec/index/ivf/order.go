package ivf

import (
	"math"
	"slices"
)

// order is all lists in order of their centroids' distance to a vector, sorted
// only as far as they are asked for. An entry is the bits of the squared
// distance, which order as the distances do since none is negative, above the
// number of the list; NaN is last.
type order struct {
	distances []float32
	entries   []uint64
	next      int // the first entry not delivered
	sorted    int // entries[:sorted] are in order and before all others
}

// reset ranks the lists of st by a vector, and keeps the memory that o has.
func (o *order) reset(st *state, vec []float32) {
	o.distances = st.coarse.distances(o.distances[:0], vec)
	o.entries, o.next, o.sorted = o.entries[:0], 0, 0
	for i, d := range o.distances {
		o.entries = append(o.entries, uint64(math.Float32bits(d))<<32|uint64(i))
	}
}

// want sorts at least the next n lists.
func (o *order) want(n int) {
	if n = min(o.next+n, len(o.entries)); n > o.sorted {
		rest := o.entries[o.sorted:]
		selectLeast(rest, n-o.sorted)
		slices.Sort(rest[:n-o.sorted])
		o.sorted = n
	}
}

// list removes and returns the nearest list; false when there is none left.
func (o *order) list() (list int, squared float32, ok bool) {
	if o.next == len(o.entries) {
		return 0, 0, false
	}
	o.want(1)
	e := o.entries[o.next]
	o.next++
	return int(uint32(e)), math.Float32frombits(uint32(e >> 32)), true
}
