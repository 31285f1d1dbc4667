package ivf

import (
	"math"
	"slices"
)

// order is all lists in order of their centroids' distance to a vector, sorted
// only as far as they are asked for. An entry is the bits of the squared
// distance, which order as the distances do since none is negative, above the
// number of the list; NaN is last. Other distances may stand for the real ones
// in the order (lengthen).
type order struct {
	distances []float32 // squared
	compared  []float32 // those that the order is of
	longer    []float32 // memory
	entries   []uint64  // the nearest, or all, in part sorted
	next      int       // the first entry not delivered
	sorted    int       // entries[:sorted] are in order and before all others
	complete  bool      // entries has all lists
	placed    []float32
}

// reset ranks the lists of st by a vector, and keeps the memory that o has.
func (o *order) reset(st *state, vec []float32) {
	if st.coarse.spherical {
		o.placed = st.coarse.placeIn(o.placed, vec)
		vec = o.placed
	}
	o.distances = st.coarse.distances(o.distances, vec)
	o.by(o.distances)
}

// by begins an order.
func (o *order) by(compared []float32) {
	o.compared = compared
	o.entries, o.next, o.sorted, o.complete = o.entries[:0], 0, 0, false
}

// lengthen begins an order by squared distances times a factor, which is at least
// 1.
func (o *order) lengthen(factor func(list int) float64) {
	o.longer = o.longer[:0]
	for l, d := range o.distances {
		o.longer = append(o.longer, d*float32(factor(l)))
	}
	o.by(o.longer)
}

// sampleOf is how many distances tell where the nearest end.
const sampleOf = 64

// within adds the lists up to a distance, which is such that there are somewhat
// more than n, most likely.
func (o *order) within(n int) {
	var sample [sampleOf]uint32
	step := len(o.compared) / sampleOf
	for i := range sample {
		sample[i] = math.Float32bits(o.compared[i*step])
	}
	slices.Sort(sample[:])
	limit := sample[min(n*3/2*sampleOf/len(o.distances)+3, sampleOf-1)]
	for i, d := range o.compared {
		if bits := math.Float32bits(d); bits <= limit {
			o.entries = append(o.entries, uint64(bits)<<32|uint64(i))
		}
	}
}

// all adds the lists that are not sorted yet.
func (o *order) all() {
	var last uint64
	if o.sorted > 0 {
		last = o.entries[o.sorted-1]
	}
	o.entries = o.entries[:o.sorted]
	for i, d := range o.compared {
		if e := uint64(math.Float32bits(d))<<32 | uint64(i); o.sorted == 0 || e > last {
			o.entries = append(o.entries, e)
		}
	}
	o.complete = true
}

// want sorts at least the next n lists.
func (o *order) want(n int) {
	n = min(o.next+n, len(o.distances))
	if n <= o.sorted {
		return
	}
	if o.sorted == 0 && n*4 <= len(o.distances) && len(o.distances) >= 4*sampleOf {
		o.within(n)
	}
	if n > len(o.entries) && !o.complete {
		o.all()
	}
	rest := o.entries[o.sorted:]
	selectLeast(rest, n-o.sorted)
	slices.Sort(rest[:n-o.sorted])
	o.sorted = n
}

// list removes and returns the nearest list; false when there is none left.
func (o *order) list() (list int, squared float32, ok bool) {
	if o.next == len(o.distances) {
		return 0, 0, false
	}
	o.want(1)
	e := o.entries[o.next]
	o.next++
	list = int(uint32(e))
	return list, o.distances[list], true
}
