package ivf

import (
	"math"
	"slices"
	"sync"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// Search looks for the vectors nearest to query. A query of another length
// than the vectors' is an *index.DimensionError.
func (x *Index) Search(seq index.Seq, query []float32, o index.SearchOptions) (index.Cursor, error) {
	st := x.state.Load()
	c := &cursor{state: st, view: st.view.Now(), seq: seq, options: o, delivered: math.Inf(-1)}
	if err := c.view.CheckQuery(query); err != nil {
		return nil, err
	}
	c.allVisible = c.view.AllVisible(seq)
	c.measure = index.NewMeasure(x.options.Metric, &c.view, query).From(o.Source)
	c.probes = max(o.Probes, 1)
	c.maxProbes = len(st.lists)
	// With all lists the search is to be exact, if it can be without reading
	// every vector.
	c.coded = st.coder != nil && (c.probes < len(st.lists) || x.options.Quantized || !c.view.HasVectors())
	if x.options.Quantized && o.Refine == 0 {
		c.options.Refine = defaultRerank
	}
	c.most = x.options.atOnce(c.options)
	if o.Strict {
		c.maxProbes = min(c.probes, c.maxProbes)
	} else if o.MaxProbes > 0 {
		c.maxProbes = min(max(o.MaxProbes, c.probes), c.maxProbes)
	}
	return c, nil
}

const (
	// firstRows is what is kept of a batch of lists at first when the caller
	// does not say how many rows it will take.
	firstRows = 32
	// maxHeapRows is up to where a heap is better than sorting all.
	maxHeapRows = 4096
)

type cursor struct {
	state    *state
	view     index.View
	seq      index.Seq
	options  index.SearchOptions
	measure  *index.Measure
	counters index.Counters
	err      error
	// allVisible spares looking at each slot's stamps.
	allVisible bool

	probes, maxProbes int
	ordered           bool       // the lists, by their distance to the query: after the first probe
	ownFrom           index.Slot // slots from here on were measured first (invariant 3)

	// With codes: the lists probed last, how many of their best to keep, and the
	// last of those that were measured; deeper if there may be others.
	coded  bool
	most   int // to measure at once
	keep   int
	worst  uint64
	deeper bool

	// The lists probed last: everything measured, and in what part it was
	// ranked. Most of it is never looked at again, so that visibility and key
	// are looked up for what is near enough only.
	*batch
	first     []vectorops.Candidate // the nearest, those delivered cut off
	last      vectorops.Candidate   // the last of the nearest
	offered   int                   // the first so many measured are in the nearest or behind
	restKnown bool                  // rest has all behind last
	rest      vectorops.Ranking

	delivered float64 // rank delivered last
	relaxed   bool
}

// batch is memory that passes from one search to the next.
type batch struct {
	order     order // of the lists
	slots     []index.Slot
	ranks     []float64
	nearest   vectorops.TopK
	probed    []probed
	estimator estimator
	ahead     []float64 // ranks
	held      []float32 // of what was drawn, for each of a list's slots (allowed.go)
}

var batches = sync.Pool{New: func() any { return new(batch) }}

func (c *cursor) Next() (int64, float64, bool) {
	for c.err == nil {
		if len(c.first) > 0 {
			next := c.first[0]
			c.first = c.first[1:]
			return c.deliver(next)
		}
		if c.batch != nil && !c.restKnown {
			c.rankRest()
		}
		if next, ok := c.rest.Next(); ok {
			return c.deliver(next)
		}
		if !c.more() {
			break
		}
	}
	return 0, 0, false
}

func (c *cursor) deliver(next vectorops.Candidate) (int64, float64, bool) {
	if next.Rank < c.delivered {
		c.relaxed = true
	}
	if !math.IsNaN(next.Rank) {
		c.delivered = next.Rank
	}
	c.counters.Delivered++
	return next.Key, c.measure.Metric.FromRank(next.Rank), true
}

// more measures more: the next best of the lists probed last, if they were
// scanned by codes and have others, or else the next lists. False when there
// is nothing left to measure.
func (c *cursor) more() bool {
	if c.batch == nil {
		c.batch = batches.Get().(*batch)
	}
	c.slots, c.ranks, c.offered = c.slots[:0], c.ranks[:0], 0
	c.nearest.Reset(c.rows())
	switch {
	case !c.ordered:
		c.ordered = true
		c.order.reset(c.state, c.measure.Query())
		if c.coded {
			c.estimator.table.reset(c.state.coder, c.measure.Query())
		}
		c.measureOwn()
		if c.options.Share > 0 {
			c.survey()
		}
		c.probe()
	case c.deeper:
		c.keep *= 4
		c.refineMore()
	case c.counters.Lists >= c.maxProbes:
		return false
	default:
		c.probe()
	}
	if c.err == nil {
		c.err = c.measure.Err()
	}
	if c.err != nil {
		return false
	}
	c.counters.Candidates += len(c.slots)
	c.rankNearest()
	return true
}

// measureOwn measures what the searching transaction has inserted.
func (c *cursor) measureOwn() {
	c.ownFrom = index.Slot(c.view.Len())
	if c.seq != index.Pending {
		return
	}
	c.ownFrom = c.view.PendingFrom()
	for s := c.ownFrom; s < index.Slot(c.view.Len()); s++ {
		c.slots = c.filter(c.slots, []index.Slot{s})
	}
	c.ranks = append(c.ranks, c.measure.Slots(&c.view, c.slots)...)
}

// probe looks at the next lists.
func (c *cursor) probe() {
	c.probed = c.probed[:0]
	var from uint32
	c.order.want(min(c.probes, c.maxProbes-c.counters.Lists))
	for i := 0; i < c.probes && c.counters.Lists < c.maxProbes; i++ {
		l, squared, ok := c.order.list()
		if !ok {
			break
		}
		if c.err = c.options.Err(); c.err != nil {
			return
		}
		c.counters.Lists++
		p := c.state.lists[l].load()
		// A list ascends: behind the view is what was added since.
		n := len(p.slots)
		if n > 0 && p.slots[n-1] >= c.ownFrom {
			n, _ = slices.BinarySearch(p.slots, c.ownFrom)
		}
		if c.coded {
			c.probed = append(c.probed, probed{p, l, n, from, c.state.coder.base(l, c.estimator.table.norm, squared)})
			c.counters.Estimated += n
			from += uint32(n)
			continue
		}
		from := len(c.slots)
		c.slots = c.filter(c.slots, p.slots[:n])
		c.ranks = append(c.ranks, c.measure.Slots(&c.view, c.slots[from:])...)
	}
	if c.coded {
		c.worst = 0
		c.keep = c.most
		c.refine()
	}
}

// wanted reports whether the search may deliver a slot.
func (c *cursor) wanted(s index.Slot) bool {
	return (c.options.Allowed == nil || c.options.Allowed(c.view.Key(s))) && (c.allVisible || c.view.Visible(s, c.seq))
}

// filter appends the slots that the caller's filter allows.
func (c *cursor) filter(dst, slots []index.Slot) []index.Slot {
	if c.options.Allowed == nil {
		return append(dst, slots...)
	}
	for _, s := range slots {
		if c.options.Allowed(c.view.Key(s)) {
			dst = append(dst, s)
		}
	}
	return dst
}

// rowsOf is how many rows are ranked at first.
func rowsOf(o index.SearchOptions) int {
	if o.Limit > 0 {
		return min(o.Limit, maxHeapRows)
	}
	return firstRows
}

func (c *cursor) rows() int { return rowsOf(c.options) }

// offerNearest looks for the first rows among what was measured since.
func (c *cursor) offerNearest() {
	for i, rank := range c.ranks[c.offered:] {
		if c.nearest.Full() && rank > c.nearest.Last().Rank {
			continue
		}
		if candidate, ok := c.candidate(c.offered + i); ok {
			c.nearest.Push(candidate)
		}
	}
	c.offered = len(c.ranks)
}

// rankNearest finds the first rows of the batch.
func (c *cursor) rankNearest() {
	c.offerNearest()
	c.first = c.nearest.Sorted()
	c.restKnown = !c.nearest.Full() // all was kept
	if n := len(c.first); n > 0 {
		c.last = c.first[n-1]
	}
}

// rankRest ranks what comes behind the first rows of the batch. By codes no more
// was measured than these needed: now as much as is worth it for others.
func (c *cursor) rankRest() {
	c.rest.Reset()
	if c.coded && c.deeper && c.options.Refine == 0 {
		from := len(c.slots)
		c.refineMore()
		c.counters.Candidates += len(c.slots) - from
		if c.err = c.measure.Err(); c.err != nil {
			return
		}
	}
	for i, rank := range c.ranks {
		if i < c.offered && rank < c.last.Rank {
			continue
		}
		if candidate, ok := c.candidate(i); ok && (i >= c.offered || c.last.Before(candidate)) {
			c.rest.Add(candidate)
		}
	}
	c.restKnown = true
}

// candidate is what was measured as number i, if the search may deliver it.
func (c *cursor) candidate(i int) (vectorops.Candidate, bool) {
	s := c.slots[i]
	if !c.allVisible && !c.view.Visible(s, c.seq) {
		return vectorops.Candidate{}, false
	}
	return vectorops.Candidate{Rank: c.ranks[i], Key: c.view.Key(s)}, true
}

func (c *cursor) Err() error               { return c.err }
func (c *cursor) Relaxed() bool            { return c.relaxed }
func (c *cursor) Counters() index.Counters { return c.counters }

// Close ends the search.
func (c *cursor) Close() {
	c.err = index.ErrClosed
	c.first = nil
	if c.batch != nil {
		clear(c.probed[:cap(c.probed)]) // hold no list beyond the search
		batches.Put(c.batch)
		c.batch = nil
	}
}
