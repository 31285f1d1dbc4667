package ivf

import (
	"math"
	"slices"

	"voronoi/pq"
	"voronoi/vectorops"
)

// scanTable is the table by which a query scans codes, and what it was made
// with.
type scanTable struct {
	pq.ScanTable
	parts, blockBytes int
	norm              float32 // of the query, as it was tabulated
	vec, unit         []float32
}

// reset makes t the table of a query, and keeps the memory that it has.
func (t *scanTable) reset(c *coder, query []float32) {
	t.parts, t.blockBytes = c.layout.Parts, c.blockBytes()
	t.vec = slices.Grow(t.vec[:0], c.dims())[:c.dims()]
	t.unit = slices.Grow(t.unit[:0], len(query))[:len(query)]
	c.compared(t.vec, query, t.unit)
	t.norm = float32(math.Sqrt(float64(vectorops.SquaredNorm(query))))
	if c.metric == vectorops.Cosine && t.norm > 0 {
		t.norm = 1
	}
	if c.tabulator != nil {
		c.tabulator.Tabulate(&t.ScanTable, t.vec)
	}
}

// error is the standard deviation of what the rounding of the entries adds to
// an estimate.
func (t *scanTable) error() float64 {
	return float64(t.Step) * math.Sqrt(float64(t.parts)/12)
}
