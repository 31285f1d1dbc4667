package ivf

import (
	"math"
	"slices"
	"sync/atomic"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// Index is an inverted-list index. It is an index.Index.
type Index struct {
	options Options
	state   atomic.Pointer[state]
	covered index.View // by the writer only

	builtOver int  // slots that the centroids were found for; 0 is unknown
	trainedOn int  // vectors that they were found from; 0 is unknown
	poorly    bool // fewer than they should be, for want of memory

	insertion *encoder // by the writer only
}

// encoderOf is the writer's encoder for a coder and vectors of d values.
func (x *Index) encoderOf(c *coder, d int) *encoder {
	if x.insertion == nil || x.insertion.coder != c {
		x.insertion = c.encoder(d)
	}
	return x.insertion
}

// state is the index over one generation of the table's rows.
type state struct {
	view   index.View // any view of these rows; Now() for the present
	coarse coarse
	coder  *coder // nil if lists are measured exactly
	lists  []list
	bound  float64                  // of the slots in a list, as a multiple of their mean
	homes  atomic.Pointer[[]uint32] // the list of each slot, or nil: homesOf
}

// list is one inverted list. The writer appends behind what readers see.
type list struct {
	at      atomic.Pointer[posting]
	adaptAt int // the size at which its centroid is to be found again; by the writer only
}

// posting is what is in a list: slots, ascending, and their codes, if the
// index has a coder, in whole blocks.
type posting struct {
	slots []index.Slot
	codes []byte
}

var emptyPosting posting

func (l *list) load() *posting {
	if p := l.at.Load(); p != nil {
		return p
	}
	return &emptyPosting
}

func (l *list) store(p posting) { l.at.Store(&p) }

// coarse is the coarse quantizer.
type coarse struct {
	centroids vectorops.Matrix
	spherical bool
}

func isSpherical(m vectorops.Metric) bool { return m == vectorops.Cosine || m == vectorops.IP }

// place is the vector as it is compared with centroids.
func (c *coarse) place(vec []float32) []float32 { return c.placeIn(nil, vec) }

// placeIn is place in the memory of dst, if it is needed and long enough.
func (c *coarse) placeIn(dst, vec []float32) []float32 {
	if !c.spherical {
		return vec
	}
	dst = slices.Grow(dst[:0], len(vec))[:len(vec)]
	vectorops.Normalize(dst, vec)
	return dst
}

// distances is the squared distance of a placed vector to each centroid, in the
// memory of dst.
func (c *coarse) distances(dst, placed []float32) []float32 {
	n := c.centroids.Rows()
	dst = slices.Grow(dst[:0], n)[:n]
	vectorops.L2Squared(dst, placed, c.centroids.Data)
	return dst
}

// nearest is the list that a vector belongs to.
func (c *coarse) nearest(vec []float32) int {
	return least(c.distances(nil, c.place(vec)))
}

// Metric is the metric that the index serves.
func (x *Index) Metric() vectorops.Metric { return x.options.Metric }

// Options is what the index was built with.
func (x *Index) Options() Options { return x.options }

// outgrownBy is how many times the vectors it was built over an index serves
// before its centroids say little about the vectors.
const outgrownBy = 8

// Outgrown reports whether the table has grown so much since the centroids were
// found that building again is worthwhile: an index that was made for an empty
// table has one list, whatever was asked for, and no codes.
func (x *Index) Outgrown() bool {
	st := x.state.Load()
	view := st.view.Now()
	n := view.Len()
	if x.options.Quantized && st.coder == nil && n >= minCodeRows {
		return true
	}
	return len(st.lists) < x.options.Lists && n >= 2*x.options.Lists ||
		x.builtOver > 0 && n >= outgrownBy*max(x.builtOver, x.options.Lists)
}

// Parts is the number of parts of the codes that lists are scanned by; 0 if
// they are measured exactly.
func (x *Index) Parts() int {
	if c := x.state.Load().coder; c != nil {
		return c.layout.Parts
	}
	return 0
}

// Bytes is the memory of the lists, their codes and centroids, what makes the
// codes, and what searches under a filter go by, without room to grow.
func (x *Index) Bytes() int64 {
	st := x.state.Load()
	n := int64(4 * len(st.coarse.centroids.Data))
	for i := range st.lists {
		p := st.lists[i].load()
		n += int64(4*len(p.slots) + len(p.codes))
	}
	if st.coder != nil {
		n += st.coder.bytes()
	}
	if homes := st.homes.Load(); homes != nil {
		n += int64(4 * len(*homes))
	}
	return n
}

// Lists is the number of lists; fewer than asked for when there were fewer
// vectors than that.
func (x *Index) Lists() int { return len(x.state.Load().lists) }

// ListSizes is the number of slots in each list, dead ones included.
func (x *Index) ListSizes() []int {
	st := x.state.Load()
	sizes := make([]int, len(st.lists))
	for i := range st.lists {
		sizes[i] = len(st.lists[i].load().slots)
	}
	return sizes
}

// VisibleSizes is the number of vectors in each list that the snapshot seq sees.
func (x *Index) VisibleSizes(seq index.Seq) []int {
	st := x.state.Load()
	view := st.view.Now()
	sizes := make([]int, len(st.lists))
	for i := range st.lists {
		for _, s := range st.lists[i].load().slots {
			if int(s) < view.Len() && view.Visible(s, seq) {
				sizes[i]++
			}
		}
	}
	return sizes
}

// Centroids is the centroid of each list, not a copy; of length one for cosine
// and inner product.
func (x *Index) Centroids() vectorops.Matrix { return x.state.Load().coarse.centroids }

// Assign is the list that a vector belongs to.
func (x *Index) Assign(vec []float32) (int, error) {
	st := x.state.Load()
	if err := st.view.CheckQuery(vec); err != nil {
		return 0, err
	}
	return st.coarse.nearest(vec), nil
}

// Nearest is the n lists whose centroids are nearest to a vector, nearest
// first, with the Euclidean distances to them.
func (x *Index) Nearest(vec []float32, n int) (lists []int, distances []float64, err error) {
	st := x.state.Load()
	if err := st.view.CheckQuery(vec); err != nil {
		return nil, nil, err
	}
	var o order
	o.reset(st, vec)
	o.want(n)
	for len(lists) < n {
		l, squared, ok := o.list()
		if !ok {
			break
		}
		lists, distances = append(lists, l), append(distances, math.Sqrt(float64(squared)))
	}
	return lists, distances, nil
}

// Insert takes in a slot.
func (x *Index) Insert(view index.View, s index.Slot, vec []float32) {
	st := x.state.Load()
	list := st.coarse.nearest(vec)
	l := &st.lists[list]
	p := *l.load()
	if st.coder != nil {
		e := x.encoderOf(st.coder, len(vec))
		p.codes = e.append(p.codes, len(p.slots), list, vec)
		if e.parts != nil {
			st.coder.inserted(e.last)
		}
	}
	p.slots = append(p.slots, s)
	l.store(p)
	x.covered = view
	if len(p.slots) >= l.adaptAt {
		x.adapt(view, list)
	}
}

// Remap follows a Reclaim of the table.
func (x *Index) Remap(view index.View, moved []index.Slot) {
	old := x.state.Load()
	st := &state{view: view, coarse: old.coarse, coder: old.coder, lists: make([]list, len(old.lists)), bound: old.bound}
	for i := range old.lists {
		was := old.lists[i].load()
		members := make([]member, 0, len(was.slots))
		for at, s := range was.slots {
			if moved[s] != index.Gone {
				members = append(members, member{moved[s], was, at})
			}
		}
		st.lists[i].store(st.coder.gather(members))
		st.lists[i].adaptAt = old.lists[i].adaptAt
	}
	x.covered = view
	x.state.Store(st)
}

// Covered is a view with the slots that the index has taken in.
func (x *Index) Covered() index.View { return x.covered }
