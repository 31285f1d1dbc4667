package ivf

import (
	"cmp"
	"context"
	"math"
	"slices"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// Vectors that come later may lie where few were when the centroids were found.
// So a list that has grown by a quarter gets the mean of its vectors for a new
// centroid, if that is another one; and if it has outgrown its bound it is split in two,
// and the smallest list dissolved to keep their number: with that, what a number of
// probes looks at and finds stays what it was. The vectors of the lists whose
// centroids change, and those of the lists nearby for which a new centroid is
// nearer than their own, move (the protocol of SPFresh; Xu et al., "Incremental
// In-Place Update for Billion-Scale Vector Search", 2023, section 4.2). The writer
// does it, at a cost that the insertions since the last time have earned; searches
// go on with the lists that they have.
const (
	// crowdedBy times the mean is the least bound of a list.
	crowdedBy = 2
	// adaptFrom is up to where a list costs little whatever its share.
	adaptFrom = 32
	// strayed is how far the mean of a list has to be from its centroid, in squares
	// and as a part of how far the vectors are from the mean.
	strayed = 0.02
	// nearbyLists are searched for vectors to which a new centroid is nearer.
	nearbyLists = 8
	// targetLists are where the vectors of a list may go.
	targetLists = 32
	// adaptRows vectors of a list, for each new centroid, say where that is to be.
	// More hardly move it, and a list can be most of the table.
	adaptRows = 2048
	// leastShare of a list is what the smaller half is to have, else the list
	// stays whole: its vectors do not fall apart.
	leastShare = 16
)

// grown is the size at which a list of n slots is to be looked at again.
func grown(n int) int { return max(n, adaptFrom) * 5 / 4 }

// settle makes the bound of all lists what the largest is now, as a multiple of
// the mean: the vectors that a build has seen may be unequally dense.
func (st *state) settle() {
	total, largest := 0, 0
	for i := range st.lists {
		n := len(st.lists[i].load().slots)
		total, largest = total+n, max(largest, n)
		st.lists[i].adaptAt = grown(n)
	}
	st.bound = crowdedBy
	if total > 0 {
		st.bound = max(st.bound, float64(largest*len(st.lists))/float64(total))
	}
}

// crowded reports whether a list of n slots is to be split.
func (st *state) crowded(n, total int) bool {
	return float64(n)*float64(len(st.lists)) > st.bound*float64(total)
}

// adapt gives list at of the index a new centroid, or two.
func (x *Index) adapt(view index.View, at int) {
	old := x.state.Load()
	n := len(old.lists[at].load().slots)
	old.lists[at].adaptAt = grown(n)
	if !view.HasVectors() || len(old.lists) < 2 {
		return
	}
	changed := []int{at}
	var centroids vectorops.Matrix
	if old.crowded(n, view.Len()) {
		if centroids = old.halves(view, at, x.options.Seed+uint64(n)); centroids.Rows() == 2 {
			changed = append(changed, old.smallest(at))
		}
	}
	if len(changed) == 1 {
		if centroids = old.means(view, at, 1, 0); !old.strays(view, at, centroids) {
			return
		}
	}
	st := &state{view: view, coder: old.coder, bound: old.bound, lists: make([]list, len(old.lists))}
	st.coarse = coarse{spherical: old.coarse.spherical, centroids: vectorops.NewMatrix(len(old.lists), view.Dims())}
	copy(st.coarse.centroids.Data, old.coarse.centroids.Data)
	st.homes.Store(old.homes.Load())
	for i := range old.lists {
		st.lists[i].at.Store(old.lists[i].at.Load())
		st.lists[i].adaptAt = old.lists[i].adaptAt
	}
	m := move{old: old, to: st, view: view, changed: changed, arrivals: make(map[int][]index.Slot), leave: make(map[index.Slot]bool)}
	for i, l := range changed {
		copy(st.coarse.centroids.Row(l), centroids.Row(i))
	}
	m.empty()
	m.gatherNearby()
	m.finish()
	for _, l := range changed {
		st.lists[l].adaptAt = grown(len(st.lists[l].load().slots))
	}
	x.state.Store(st)
}

// strays reports whether a list has moved away from its centroid.
func (st *state) strays(view index.View, at int, mean vectorops.Matrix) bool {
	vectors := st.sampleOf(view, at, adaptRows)
	distances := make([]float32, vectors.Rows())
	vectorops.L2Squared(distances, mean.Data, vectors.Data)
	var spread float64
	for _, d := range distances {
		spread += float64(d)
	}
	moved := vectorops.L2.Distance(mean.Data, st.coarse.centroids.Row(at))
	return moved*moved*float64(len(distances)) > strayed*spread
}

// smallest is the smallest list but for one.
func (st *state) smallest(but int) int {
	at := -1
	for i := range st.lists {
		if i != but && (at < 0 || len(st.lists[i].load().slots) < len(st.lists[at].load().slots)) {
			at = i
		}
	}
	return at
}

// halves is the centroids of the two halves of a list, or none if it does not
// fall apart.
func (st *state) halves(view index.View, at int, seed uint64) vectorops.Matrix {
	return st.means(view, at, 2, seed)
}

// means is the centroids of k parts of a list, or none if one of them is too
// small.
func (st *state) means(view index.View, at, k int, seed uint64) vectorops.Matrix {
	vectors := st.sampleOf(view, at, k*adaptRows)
	res, err := vectorops.KMeans(context.Background(), vectors, vectorops.KMeansOptions{
		K: k, Seed: seed, MaxIterations: DefaultIterations, Spherical: st.coarse.spherical, SamplePerCentroid: -1,
	})
	if err != nil {
		return vectorops.Matrix{} // fewer vectors than that
	}
	sizes := make([]int, k)
	for _, part := range res.Assignment {
		sizes[part]++
	}
	if slices.Min(sizes)*leastShare < vectors.Rows() {
		return vectorops.Matrix{}
	}
	return res.Centroids
}

// sampleOf is up to n vectors of a list, evenly spaced, as they are compared with
// centroids.
func (st *state) sampleOf(view index.View, at, n int) vectorops.Matrix {
	slots := st.lists[at].load().slots
	n = min(n, len(slots))
	m := vectorops.NewMatrix(n, view.Dims())
	for i := range n {
		copy(m.Row(i), st.coarse.place(view.Vector(slots[i*len(slots)/n])))
	}
	return m
}

// move is how vectors go from the lists of one state to those of the next, which
// has other centroids for the changed lists.
type move struct {
	old, to  *state
	view     index.View
	changed  []int
	arrivals map[int][]index.Slot // by list, what is coded anew
	leave    map[index.Slot]bool  // of lists that keep their centroids
}

// empty finds new lists for the vectors of the changed lists, among those near
// the list.
func (m *move) empty() {
	for _, from := range m.changed {
		lists := append(slices.Clone(m.changed), m.near(from, targetLists)...)
		centroids := vectorops.NewMatrix(len(lists), m.view.Dims())
		for i, l := range lists {
			copy(centroids.Row(i), m.to.coarse.centroids.Row(l))
		}
		distances := make([]float32, len(lists))
		for _, s := range m.old.lists[from].load().slots {
			vectorops.L2Squared(distances, m.to.coarse.place(m.view.Vector(s)), centroids.Data)
			to := lists[least(distances)]
			m.arrivals[to] = append(m.arrivals[to], s)
		}
	}
}

// near is the n lists nearest to where a list was, but for those that change.
func (m *move) near(list, n int) (lists []int) {
	var o order
	o.reset(m.old, m.old.coarse.centroids.Row(list))
	o.want(n + len(m.changed))
	for len(lists) < n {
		l, _, ok := o.list()
		if !ok {
			break
		}
		if !slices.Contains(m.changed, l) {
			lists = append(lists, l)
		}
	}
	return lists
}

// least is the index of the first least distance; 0 if there is none but NaN.
func least(distances []float32) int {
	at, least := 0, float32(math.Inf(1))
	for i, d := range distances {
		if d < least {
			at, least = i, d
		}
	}
	return at
}

// gatherNearby finds the vectors of the lists nearby that are nearer to a new
// centroid than to their own.
func (m *move) gatherNearby() {
	// Its own centroid first, then the new ones.
	centroids := vectorops.NewMatrix(1+len(m.changed), m.view.Dims())
	for i, l := range m.changed {
		copy(centroids.Row(1+i), m.to.coarse.centroids.Row(l))
	}
	distances := make([]float32, centroids.Rows())
	for _, l := range m.near(m.changed[0], nearbyLists) {
		copy(centroids.Row(0), m.to.coarse.centroids.Row(l))
		for _, s := range m.to.lists[l].load().slots {
			vectorops.L2Squared(distances, m.to.coarse.place(m.view.Vector(s)), centroids.Data)
			if i := least(distances); i > 0 {
				m.leave[s] = true
				m.arrivals[m.changed[i-1]] = append(m.arrivals[m.changed[i-1]], s)
			}
		}
	}
}

// finish makes the lists that have changed.
func (m *move) finish() {
	if c := m.old.coder; c != nil && c.scales != nil {
		moved := c.moved(m.to.coarse.centroids, m.changed)
		for _, l := range m.changed {
			moved.scales[l] = m.scaleOf(l)
		}
		m.to.coder = moved
	}
	_ = vectorops.InBlocks(context.Background(), len(m.to.lists), 1, func(l, _ int) {
		var members []member
		was := m.old.lists[l].load()
		stay := len(was.slots)
		if slices.Contains(m.changed, l) {
			stay = 0
		}
		for at, s := range was.slots[:stay] {
			if !m.leave[s] {
				members = append(members, member{s, was, at})
			}
		}
		added := m.arrivals[l]
		if len(added) == 0 && len(members) == len(was.slots) {
			return
		}
		fresh := posting{slots: added}
		if m.to.coder != nil {
			e := m.to.coder.encoder(m.view.Dims())
			for i, s := range added {
				fresh.codes = e.append(fresh.codes, i, l, m.view.Vector(s))
			}
		}
		for at, s := range added {
			members = append(members, member{s, &fresh, at})
		}
		slices.SortFunc(members, func(a, b member) int { return cmp.Compare(a.slot, b.slot) })
		m.to.lists[l].store(m.to.coder.gather(members))
	})
}

// scaleOf is the scale that brings the centroid of a list nearest to its vectors,
// as findScales has it: in the space of the vectors, for a rotation may keep only a
// part of what they have in common with the centroid.
func (m *move) scaleOf(list int) float32 {
	c, slots := m.old.coder, m.arrivals[list]
	if c.metric == vectorops.L2 {
		return 1
	}
	centroid, sum := m.to.coarse.centroids.Row(list), 0.0
	for _, s := range slots {
		vec := m.view.Vector(s)
		if c.metric == vectorops.Cosine {
			vec = m.to.coarse.place(vec)
		}
		sum += float64(product(vec, centroid))
	}
	if math.IsNaN(sum) || len(slots) == 0 {
		return c.scales[list]
	}
	return float32(sum / float64(len(slots)))
}
