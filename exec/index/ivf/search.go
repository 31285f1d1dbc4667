package ivf

import (
	"math"

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
	found             vectorops.Ranking  // of the lists probed last
	slots             []index.Slot       // scratch
	last              float64            // rank delivered last
	relaxed           bool
}

func (c *cursor) Next() (int64, float64, bool) {
	for {
		if next, ok := c.found.Next(); ok && c.err == nil {
			if next.Rank < c.last {
				c.relaxed = true
			}
			c.last = next.Rank
			c.counters.Delivered++
			return next.Key, c.measure.Metric.FromRank(next.Rank), true
		}
		if !c.more() {
			return 0, 0, false
		}
	}
}

// more probes the next lists; false when there are none to probe.
func (c *cursor) more() bool {
	if c.err != nil {
		return false
	}
	c.found.Reset()
	if c.order == nil {
		c.order = c.state.order(c.measure.Query())
		c.ownFrom = index.Slot(c.view.Len())
		if c.seq == index.Pending {
			c.ownFrom = c.view.PendingFrom()
			for s := c.ownFrom; s < index.Slot(c.view.Len()); s++ {
				c.want(s)
			}
			c.measureSlots()
		}
	} else if c.counters.Lists >= c.maxProbes {
		return false
	}
	for range c.probes {
		if c.counters.Lists >= c.maxProbes {
			break
		}
		l, ok := c.order.Next()
		if !ok {
			break
		}
		if c.err = c.options.Err(); c.err != nil {
			return false
		}
		c.counters.Lists++
		for _, s := range c.state.lists[l.Key].load() {
			if s < c.ownFrom {
				c.want(s)
			}
		}
		c.measureSlots()
	}
	return true
}

// want notes a slot to be measured, if the search may deliver it.
func (c *cursor) want(s index.Slot) {
	if c.view.Visible(s, c.seq) && (c.options.Allowed == nil || c.options.Allowed(c.view.Key(s))) {
		c.slots = append(c.slots, s)
	}
}

// measureSlots turns the noted slots into candidates.
func (c *cursor) measureSlots() {
	for i, rank := range c.measure.Slots(&c.view, c.slots) {
		c.found.Add(vectorops.Candidate{Rank: rank, Key: c.view.Key(c.slots[i])})
	}
	c.counters.Candidates += len(c.slots)
	c.slots = c.slots[:0]
}

func (c *cursor) Err() error               { return c.err }
func (c *cursor) Relaxed() bool            { return c.relaxed }
func (c *cursor) Counters() index.Counters { return c.counters }

// Close ends the search.
func (c *cursor) Close() { c.err = index.ErrClosed }
