package ivf

import (
	"encoding/binary"
	"math"

	"voronoi/exec/index"
	"voronoi/pq"
	"voronoi/vectorops"
)

// Codes of a bit a dimension have two numbers beside them that make an estimate of
// the table's sum. With g what is taken away from the vectors of a list (its
// centroid times its scale), r the residual that is coded, S the sum of a code's
// entries in a table of q−g, and f·S the estimate of (q−g)·r,
//
//	L2:       |q−g|² + |r|² − 2·f·S
//	product:  −q·g − g·r − f·S
//
// Tables are made for each list: the shorter q−g is, the less an estimate is off.
const (
	addend = iota
	multiplier
)

// A block's factors come behind its codes, each ScanBlock numbers.
func factorAt(factors []byte, f, v int) float32 {
	return math.Float32frombits(binary.LittleEndian.Uint32(factors[4*(f*vectorops.ScanBlock+v):]))
}

func putFactor(factors []byte, f, v int, x float32) {
	binary.LittleEndian.PutUint32(factors[4*(f*vectorops.ScanBlock+v):], math.Float32bits(x))
}

// weigh gives the factors of a code of bits, of the residual in e.vec.
func (e *encoder) weigh(list int, factor float32) [2]float32 {
	if e.metric == vectorops.L2 {
		return [2]float32{vectorops.SquaredNorm(e.vec), -2 * factor}
	}
	centroid := e.centroids.Row(list)
	return [2]float32{-e.scales[list] * product(e.vec[:len(centroid)], centroid), -factor}
}

func product(a, b []float32) float32 {
	var p [1]float32
	vectorops.InnerProduct(p[:], a, b)
	return p[0]
}

// extend makes reach the length of a vector if that is more. It matters for inner
// products alone, which have no bound of their own.
func (c *coder) extend(vec []float32) {
	if c.metric != vectorops.IP {
		return
	}
	length := math.Float32bits(float32(math.Sqrt(float64(vectorops.SquaredNorm(vec)))))
	for {
		have := c.drift.reach.Load() // the bits of positive floats order as these do
		if length <= have || c.drift.reach.CompareAndSwap(have, length) {
			return
		}
	}
}

// span is how weighted estimates become totals: low is none, and unit one.
type span struct{ low, unit float32 }

const (
	// unitsOfSpan are the totals that estimates are spread over, somewhat less
	// than the buckets that a pool can tell apart.
	unitsOfSpan = 60000
	// aside is for estimates that are off beyond what distances can be.
	aside = 1.1
)

// spanOf is a span in which the estimates of a batch differ. What is off it is
// no longer in order: only what is too far to matter.
func (c *coder) spanOf(table *scanTable, lists []probed) span {
	switch c.metric {
	case vectorops.L2:
		var farthest float32
		for i := range lists {
			farthest = max(farthest, lists[i].base)
		}
		// Twice the farthest centroid's distance and that of vectors to theirs.
		width := 2 * (farthest + c.length)
		return span{-width / 16, positive(width * (1 + 1.0/16) / unitsOfSpan)}
	case vectorops.Cosine:
		return span{-aside, 2 * aside / unitsOfSpan}
	}
	most := aside * table.norm * math.Float32frombits(c.drift.reach.Load())
	return span{-most, positive(2 * most / unitsOfSpan)}
}

// positive is x, or something small if that is nothing.
func positive(x float32) float32 { return max(x, 1e-30) }

// total is an estimate as a whole number.
func (s span) total(estimate float32) uint32 {
	x := (estimate - s.low) / s.unit
	switch {
	case x < 0:
		return 0
	case x < maxTotal-1:
		return uint32(x)
	}
	return maxTotal - 1 // NaN too
}

// from is the estimate from which on totals are above a threshold. What is off the
// span is within the highest total, however far: it is found last, but found.
func (s span) from(threshold uint32) float32 {
	if threshold >= maxTotal-1 {
		return float32(math.Inf(1))
	}
	return s.low + float32(threshold+1)*s.unit
}

// scanWeighted is scan for codes with numbers beside them.
func (e *estimator) scanWeighted(c *coder, p *probed, wanted func(index.Slot) bool) {
	table := e.relate(c, p.list)
	e.room(1)
	sums, size, behind := e.sums[:vectorops.ScanBlock], c.blockBytes(), c.layout.BlockBytes()
	for from := 0; from < p.n; from += vectorops.ScanBlock {
		block := p.codes[from/vectorops.ScanBlock*size:][:size]
		n := min(p.n-from, vectorops.ScanBlock)
		table.Scan(sums, e.hits[:1], n, block[:behind], 65535, nil)
		factors := block[behind:]
		most := e.span.from(e.threshold)
		for v := range n {
			estimate := p.base + factorAt(factors, addend, v) +
				factorAt(factors, multiplier, v)*(table.Bias+table.Step*float32(sums[vectorops.ScanIndex(v)]))
			if estimate > most {
				continue
			}
			e.offer(p, from+v, e.span.total(estimate), wanted)
		}
	}
}

// relate makes the table of the query without what is taken away from the vectors
// of a list.
func (e *estimator) relate(c *coder, list int) *pq.ScanTable {
	if cap(e.relative) < len(e.table.vec) {
		e.relative = make([]float32, len(e.table.vec))
	}
	e.relative = e.relative[:len(e.table.vec)]
	s, centroid := c.scales[list], c.centroids.Row(list)
	for j, x := range e.table.vec {
		e.relative[j] = x - s*centroid[j]
	}
	c.binary.Tabulate(&e.relation, e.relative)
	return &e.relation
}
