package ivf

import (
	"math"
	"slices"

	"voronoi/exec/index"
)

// How many vectors are measured exactly of those that were estimated. The best
// of the nearest lists are measured ahead: what they give says how far the
// estimate of a vector may be that belongs among the nearest, and only what is
// within that is collected from the lists. Of these again the best are measured
// first, and the others if they are within what those give.
// SearchOptions.Refine replaces all that by a fixed number.
const (
	// firstMeasured for each row wanted, are measured in any case.
	firstMeasured = 3
	// morePerRow for each row wanted, and at least minMore, are measured when rows
	// are wanted behind those.
	morePerRow = 25
	minMore    = 250
	// defaultRerank is the fixed number of an index of codes.
	defaultRerank = 10
	// minRefine is the least number measured for a fixed number.
	minRefine = 100
	// aheadRows for each row wanted, are estimated to measure ahead.
	aheadRows = 100
	// deviations is how far off an estimate is expected to be at most, in standard
	// deviations.
	deviations = 3
)

// atOnce is how many vectors of a batch are measured of those that nothing is
// known of but their codes.
func (o *Options) atOnce(s index.SearchOptions) int {
	rows := rowsOf(s)
	switch {
	case s.Refine == 0:
		return max(rows*morePerRow, minMore)
	case o.Quantized:
		return rows * s.Refine
	}
	return max(rows*s.Refine, minRefine)
}

// refine measures the nearest, by their codes, of the lists probed last: c.keep
// of them, or as many as are needed, which can be all if the codes say little.
func (c *cursor) refine() {
	e := &c.estimator
	e.begin(c.state.coder, c.probed)
	limit, keep := uint32(maxTotal), c.keep
	if c.options.Refine == 0 {
		limit, keep = c.lookAhead(), math.MaxInt32
	}
	c.collect(keep, limit, 0)
	if c.options.Refine == 0 && len(e.entries) > firstMeasured*c.rows() {
		n := firstMeasured * c.rows()
		selectLeast(e.entries, n)
		c.measureEntries(e.entries[:n])
		c.offerNearest()
		if c.nearest.Full() {
			limit = min(limit, c.limit(c.nearest.Last().Rank))
		}
		end := e.upTo(n, limit)
		c.deeper = c.deeper || end < len(e.entries)
		e.entries = e.entries[n:end]
	}
	c.measureEntries(e.entries)
}

// refineMore measures the next c.keep behind those that refine has measured.
func (c *cursor) refineMore() {
	c.collect(c.keep, maxTotal, c.worst+1)
	c.measureEntries(c.estimator.entries)
}

// collect leaves the keep nearest, by their codes, with a total up to limit and
// not before after in the pool.
func (c *cursor) collect(keep int, limit uint32, after uint64) {
	e := &c.estimator
	e.reset(keep, after, limit)
	wanted := c.filterOfCodes()
	for i := range c.probed {
		e.scan(c.state.coder, c.probed, i, wanted)
	}
	c.deeper = e.cut() || limit < maxTotal
}

// filterOfCodes is wanted, or nil if every slot is.
func (c *cursor) filterOfCodes() func(index.Slot) bool {
	if c.options.Allowed == nil && c.allVisible {
		return nil
	}
	return c.wanted
}

// lookAhead measures the best of the nearest lists, to find out the total that
// those who belong among the nearest rows are within.
func (c *cursor) lookAhead() uint32 {
	e, rows, last := &c.estimator, c.rows(), len(c.probed)-1
	e.reset(firstMeasured*rows, 0, maxTotal)
	wanted, estimated := c.filterOfCodes(), 0
	for i := range c.probed {
		e.scan(c.state.coder, c.probed, i, wanted)
		if estimated += c.probed[i].n; estimated >= aheadRows*rows && len(e.entries) >= e.keep {
			break
		}
	}
	if !e.cut() || last < 0 || estimated == int(c.probed[last].from)+c.probed[last].n {
		return maxTotal // too few, or nothing is left to look at
	}
	from := len(c.slots)
	for _, entry := range e.entries {
		c.slots = append(c.slots, slotAt(c.probed, uint32(entry)))
	}
	c.ahead = append(c.ahead[:0], c.measure.Slots(&c.view, c.slots[from:])...)
	c.slots = c.slots[:from]
	c.counters.Candidates += len(c.ahead)
	c.ahead = slices.DeleteFunc(c.ahead, math.IsNaN)
	if len(c.ahead) < rows {
		return maxTotal
	}
	slices.Sort(c.ahead)
	return c.limit(c.ahead[rows-1])
}

// limit is the total that nearly all vectors up to a rank are within.
func (c *cursor) limit(rank float64) uint32 {
	if math.IsNaN(rank) {
		return maxTotal
	}
	e := &c.estimator
	return e.total(c.state.coder.limit(rank, &e.table, deviations))
}

// measureEntries measures what was found by codes.
func (c *cursor) measureEntries(entries []uint64) {
	from := len(c.slots)
	for _, entry := range entries {
		c.slots = append(c.slots, slotAt(c.probed, uint32(entry)))
		c.worst = max(c.worst, entry)
	}
	c.ranks = append(c.ranks, c.measure.Slots(&c.view, c.slots[from:])...)
}
