package ivf

import (
	"math"

	"voronoi/exec/index"
)

const (
	defaultRefine = 10
	minRefine     = 100
)

// refinement is how many vectors a search measures that codes have found.
func (o *Options) refinement(s index.SearchOptions) int {
	factor, rows := s.Refine, s.Limit
	if factor == 0 {
		factor = defaultRefine
	}
	if !o.Quantized {
		return max(rows*factor, minRefine)
	}
	if rows == 0 {
		rows = firstRows
	}
	return rows * factor
}

// remeasure measures the c.keep nearest, by their codes, of the lists probed last
// that are not before after.
func (c *cursor) remeasure(after uint64) {
	e := &c.estimator
	e.reset(c.keep, after)
	var wanted func(index.Slot) bool
	if c.options.Allowed != nil || !c.allVisible {
		wanted = c.wanted
	}
	for _, p := range c.probed {
		e.scan(p.posting, p.n, wanted)
	}
	c.deeper = len(e.pool) >= c.keep
	e.cut()
	from := len(c.slots)
	for _, entry := range e.pool {
		c.slots = append(c.slots, index.Slot(entry&math.MaxUint32))
		c.worst = max(c.worst, entry)
	}
	c.ranks = append(c.ranks, c.measure.Slots(&c.view, c.slots[from:])...)
}
