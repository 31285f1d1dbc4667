package hnsw

import (
	"math"
	"sync"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// Search looks for the vectors nearest to query. A query of another length
// than the vectors' is an *index.DimensionError.
func (x *Index) Search(seq index.Seq, query []float32, o index.SearchOptions) (index.Cursor, error) {
	st := x.state.Load()
	c := &cursor{state: st, view: st.view.Now(), seq: seq, options: o, last: math.Inf(-1)}
	if err := c.view.CheckQuery(query); err != nil {
		return nil, err
	}
	c.scratch = scratches.Get().(*scratch)
	c.measure.Reset(x.options.Metric, &c.view, query)
	c.ef = o.EfSearch
	if c.ef <= 0 {
		c.ef = DefaultEfSearch
	}
	if !o.Strict && o.MaxCandidates == 0 {
		c.ef = max(c.ef, o.Limit)
	}
	return c, nil
}

// stage is how far a cursor has gone.
type stage int

const (
	begin     stage = iota
	walking         // there may be more to reach
	scanning        // what was not reached is measured
	exhausted       // nothing is left, or the options forbid it
)

type cursor struct {
	state    *state
	view     index.View
	seq      index.Seq
	options  index.SearchOptions
	counters index.Counters
	err      error

	ef       int
	stage    stage
	walk     *walk      // until exhausted
	ownFrom  index.Slot // slots from here on were measured first (invariant 3)
	last     float64    // rank delivered last
	relaxed  bool
	*scratch // until closed
}

// scratch is what a search leaves to the next one.
type scratch struct {
	measure index.Measure
	found   vectorops.Ranking
	slots   []index.Slot
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func (c *cursor) Next() (int64, float64, bool) {
	if c.scratch == nil {
		return 0, 0, false
	}
	for {
		if next, ok := c.found.Next(); ok {
			if next.Rank < c.last {
				c.relaxed = true
			}
			if next.Rank == next.Rank {
				c.last = next.Rank
			}
			c.counters.Delivered++
			return next.Key, c.measure.Metric.FromRank(next.Rank), true
		}
		if c.stage == exhausted {
			return 0, 0, false
		}
		c.found.Reset()
		if c.err = c.options.Err(); c.err != nil {
			c.finish()
			return 0, 0, false
		}
		c.more()
	}
}

// more takes one step towards further rows.
func (c *cursor) more() {
	switch c.stage {
	case begin:
		if c.first(); c.walk == nil {
			c.rest() // with the transaction's own rows, in one order
			return
		}
	case walking:
		c.ef *= 2
		c.walk.resume(c.ef, 0)
	case scanning:
		c.rest()
		return
	}
	for _, n := range c.walk.found {
		c.slots = append(c.slots, n.slot)
	}
	c.counters.Candidates += c.walk.measured
	c.walk.measured = 0
	c.stage = walking
	if len(c.walk.open)+len(c.walk.later)+len(c.walk.fallen) == 0 {
		c.stage = scanning
	}
	c.deliverable()
	if c.options.Strict || c.options.MaxCandidates > 0 && c.counters.Candidates >= c.options.MaxCandidates {
		c.finish()
	}
}

// rest measures all that was not reached.
func (c *cursor) rest() {
	own := len(c.slots)
	for s := range c.ownFrom {
		if (c.walk == nil || c.walk.visit(s)) && c.wanted(s) {
			c.slots = append(c.slots, s)
		}
	}
	c.counters.Candidates += len(c.slots) - own
	c.deliverable()
	c.finish()
}

// exactPart: when ef is this part of all slots or more, measuring all is
// cheaper than walking, and exact.
const exactPart = 4

// first measures the transaction's own rows and walks the graph.
func (c *cursor) first() {
	entry, top, ok := c.state.g.entryPoint()
	c.view = c.state.view.Now() // taken later, it has the entry point
	c.ownFrom = index.Slot(c.view.Len())
	if c.seq == index.Pending {
		c.ownFrom = c.view.PendingFrom()
		for s := c.ownFrom; s < index.Slot(c.view.Len()); s++ {
			if c.wanted(s) {
				c.slots = append(c.slots, s)
			}
		}
		c.counters.Candidates += len(c.slots)
	}
	if !ok || exactPart*c.ef >= c.view.Len() {
		return // all are measured
	}
	c.walk = newWalk(c.state.g, &c.view, &c.measure)
	c.walk.resumable = !c.options.Strict
	at := c.walk.descend(entry, top, 0)
	if c.seq == index.Pending || c.options.Allowed != nil || !c.view.AllVisible(c.seq) {
		c.walk.keep = func(s index.Slot) bool { return s < c.ownFrom && c.wanted(s) }
	}
	if c.options.Allowed != nil && c.options.Share > 0 {
		// Where what is allowed lies far from the query, the walk would visit all
		// that is nearer: after as many as are allowed, measuring those is cheaper.
		c.walk.budget = max(int(c.options.Share*float64(c.view.Len())), 4*c.ef)
	}
	c.walk.start(at)
	c.walk.run(c.ef, 0)
	c.walk.budget = 0
	if c.walk.spent {
		c.counters.Candidates += c.walk.measured
		c.walk.end()
		c.walk = nil // scanning comes next
	}
}

// wanted reports whether the search may deliver a slot.
func (c *cursor) wanted(s index.Slot) bool {
	return c.view.Visible(s, c.seq) && (c.options.Allowed == nil || c.options.Allowed(c.view.Key(s)))
}

// deliverable measures c.slots exactly and makes them the next rows.
func (c *cursor) deliverable() {
	for i, rank := range c.measure.Slots(&c.view, c.slots) {
		c.found.Add(vectorops.Candidate{Rank: rank, Key: c.view.Key(c.slots[i])})
	}
	c.slots = c.slots[:0]
}

// finish returns the memory of the walk.
func (c *cursor) finish() {
	c.stage = exhausted
	if c.walk != nil {
		c.walk.end()
		c.walk = nil
	}
}

func (c *cursor) Err() error               { return c.err }
func (c *cursor) Relaxed() bool            { return c.relaxed }
func (c *cursor) Counters() index.Counters { return c.counters }

// Close ends the search.
func (c *cursor) Close() {
	if c.scratch == nil {
		return
	}
	c.finish()
	c.found.Reset()
	c.slots = c.slots[:0]
	scratches.Put(c.scratch)
	c.scratch, c.err = nil, index.ErrClosed
}
