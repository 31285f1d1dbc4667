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
	c.measure = index.NewMeasure(x.options.Metric, query)
	c.probes = max(o.Probes, 1)
	c.maxProbes = len(st.lists)
	if o.Strict {
		c.maxProbes = min(c.probes, c.maxProbes)
	} else if o.MaxProbes > 0 {
		c.maxProbes = min(max(o.MaxProbes, c.probes), c.maxProbes)
	}
	return c, nil
}

const (
	// firstRows is the least that is kept of a batch of lists at first.
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

	probes, maxProbes int
	order             *vectorops.Ranking // lists not yet probed; nil before the first probe
	ownFrom           index.Slot         // slots from here on were measured first (invariant 3)

	// The lists probed last: everything measured, and in what part it was
	// ranked. Most of it is never looked at again, so that visibility and key
	// are looked up for what is near enough only.
	*batch
	first     []vectorops.Candidate // the nearest, those delivered cut off
	last      vectorops.Candidate   // the last of the nearest
	restKnown bool                  // rest has all behind last
	rest      vectorops.Ranking

	delivered float64 // rank delivered last
	relaxed   bool
}

// batch is memory that passes from one search to the next.
type batch struct {
	slots   []index.Slot
	ranks   []float64
	nearest vectorops.TopK
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

// more probes the next lists; false when there are none to probe.
func (c *cursor) more() bool {
	if c.batch == nil {
		c.batch = batches.Get().(*batch)
	}
	c.slots, c.ranks = c.slots[:0], c.ranks[:0]
	if c.order == nil {
		c.order = c.state.order(c.measure.Query())
		c.ownFrom = index.Slot(c.view.Len())
		if c.seq == index.Pending {
			c.ownFrom = c.view.PendingFrom()
			for s := c.ownFrom; s < index.Slot(c.view.Len()); s++ {
				c.slots = c.filter(c.slots, []index.Slot{s})
			}
			c.ranks = append(c.ranks, c.measure.Slots(&c.view, c.slots)...)
		}
	} else if c.counters.Lists >= c.maxProbes {
		return false
	}
	for i := 0; i < c.probes && c.counters.Lists < c.maxProbes; i++ {
		l, ok := c.order.Next()
		if !ok {
			break
		}
		if c.err = c.options.Err(); c.err != nil {
			return false
		}
		c.counters.Lists++
		slots := c.state.lists[l.Key].load()
		// A list ascends: behind the view is what was added since.
		n, _ := slices.BinarySearch(slots, c.ownFrom)
		from := len(c.slots)
		c.slots = c.filter(c.slots, slots[:n])
		c.ranks = append(c.ranks, c.measure.Slots(&c.view, c.slots[from:])...)
	}
	c.counters.Candidates += len(c.slots)
	c.rankNearest()
	return true
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

// rankNearest finds the first rows of the batch.
func (c *cursor) rankNearest() {
	c.nearest.Reset(min(max(c.options.Limit, firstRows), maxHeapRows))
	for i, rank := range c.ranks {
		if c.nearest.Full() && rank > c.nearest.Last().Rank {
			continue
		}
		if candidate, ok := c.candidate(i); ok {
			c.nearest.Push(candidate)
		}
	}
	c.first = c.nearest.Sorted()
	c.restKnown = !c.nearest.Full() // all was kept
	if n := len(c.first); n > 0 {
		c.last = c.first[n-1]
	}
}

// rankRest ranks what comes behind the first rows of the batch.
func (c *cursor) rankRest() {
	c.rest.Reset()
	for i, rank := range c.ranks {
		if rank < c.last.Rank {
			continue
		}
		if candidate, ok := c.candidate(i); ok && c.last.Before(candidate) {
			c.rest.Add(candidate)
		}
	}
	c.restKnown = true
}

// candidate is what was measured as number i, if the search may deliver it.
func (c *cursor) candidate(i int) (vectorops.Candidate, bool) {
	s := c.slots[i]
	if !c.view.Visible(s, c.seq) {
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
		batches.Put(c.batch)
		c.batch = nil
	}
}
