package ivf

import (
	"math"
	"slices"
	"sync/atomic"

	"voronoi/pq"
	"voronoi/vectorops"
)

// coder makes the codes that lists are scanned by. Vectors are coded as they are
// compared: at length one for cosine, rotated where that is asked for, filled up
// with zeros where the parts do not divide the dimensions.
//
// For cosine and inner product, what is coded is the residual: what is left of
// the vector when the list's centroid, times the list's scale, is taken away.
// The product of a query with a vector is that with the residual, by one table
// for all lists, and that with the centroid, which the coarse quantizer has
// found. For L2 vectors are coded whole: a residual would need a number for each
// vector besides, and finds less (DESIGN.md). Codes of a bit a dimension are of
// residuals always, and have such numbers (weighted.go).
type coder struct {
	metric    vectorops.Metric
	layout    pq.Layout
	book      *pq.Codebook     // of parts; nil for a bit a dimension
	tabulator *pq.Tabulator    // for queries
	distances *pq.Tabulator    // for vectors
	binary    *pq.Binary       // of a bit a dimension; it is the rotation too
	seed      uint64           // of the binary's
	rotation  pq.Transform     // nil for none
	centroids vectorops.Matrix // of the lists, rotated; no rows if vectors are coded whole
	scales    []float32        // by list
	factors   int              // numbers that are kept beside each code
	// spread is how much the decoded vectors are off, along any one direction:
	// the standard deviation of the product of a unit vector with the difference.
	// shift is the mean square of the difference itself, and shiftSpread the
	// standard deviation of the square. length is the mean square of what is coded.
	spread, shift, shiftSpread, length float32
	drift                              *drift
}

// drift is what has become of the vectors since the coder was made: how much
// greater the errors are of those that were inserted of late than of those that
// it was learnt from. The writer follows it, searches read it.
type drift struct {
	recent float32       // mean square of the errors; by the writer
	factor atomic.Uint32 // the bits of a float32, at least 1, that errors are greater by
	// reach is the bits of the length of the longest vector that was coded, where
	// estimates need it.
	reach atomic.Uint32
}

func newDrift(shift float32) *drift {
	d := &drift{recent: shift}
	d.factor.Store(math.Float32bits(1))
	return d
}

// resume makes the errors those of the sample, whose mean square is shift, times a
// factor.
func (d *drift) resume(shift, factor float32) {
	if factor > 1 {
		d.recent = shift * factor * factor
		d.factor.Store(math.Float32bits(factor))
	}
}

// driftRows is how many insertions count in the mean.
const driftRows = 64

// inserted takes the error of a vector into account.
func (c *coder) inserted(squared float32) {
	d := c.drift
	d.recent += (squared - d.recent) / driftRows
	if c.shift > 0 {
		d.factor.Store(math.Float32bits(float32(math.Sqrt(float64(max(d.recent/c.shift, 1))))))
	}
}

// Values of Options.Parts that are no number of parts.
const (
	AutoParts = 0  // the index decides: none for few vectors
	NoParts   = -1 // none
)

// autoCodeRows is from how many vectors on codes are worth their memory.
const autoCodeRows = 10000

// minCodeRows is from how many vectors on an index that is to consist of codes
// has something to learn them from.
const minCodeRows = 256

// maxAutoParts is up to where each dimension is a part of its own: four bits a
// dimension find nearly all that measuring finds. Longer vectors say less by
// each dimension.
const maxAutoParts = 256

// maxQuantizedBytes bounds the codes of an index that consists of codes, unless
// more parts are asked for: half a byte for two dimensions, or a byte for four.
const maxQuantizedBytes = 256

// partsFor is the number of parts for vectors of length d, and the length of
// each.
func (o *Options) partsFor(d int) (m, dsub int) {
	parts := o.Parts
	switch {
	case parts != AutoParts:
	case o.Quantized && o.Bits == 8:
		parts = min((d+3)/4, maxQuantizedBytes)
	case o.Quantized:
		parts = min((d+1)/2, 2*maxQuantizedBytes)
	default:
		parts = maxAutoParts
	}
	parts = min(parts, d)
	dsub = (d + parts - 1) / parts
	return (d + dsub - 1) / dsub, dsub
}

// hasCodes reports whether a metric can be taken apart into one of each part. A
// vector of bits needs no codes: it is one.
func hasCodes(m vectorops.Metric) bool {
	return m == vectorops.L2 || m == vectorops.IP || m == vectorops.Cosine
}

// dims is the length of what is coded.
func (c *coder) dims() int {
	if c.binary != nil {
		return c.binary.Out()
	}
	return c.book.Dims()
}

// compared writes a vector as it is compared with others to dst, of dims values.
// unit has room for a vector.
func (c *coder) compared(dst, vec, unit []float32) {
	n := len(vec)
	if c.rotation == nil {
		unit = dst[:n]
	}
	switch {
	case c.metric == vectorops.Cosine:
		vectorops.Normalize(unit, vec)
	case c.rotation == nil:
		copy(unit, vec)
	default:
		unit = vec
	}
	if c.rotation != nil {
		n = c.rotation.Out()
		c.rotation.Apply(dst[:n], unit)
	}
	clear(dst[n:])
}

// coded writes what is coded of a vector in a list to dst.
func (c *coder) coded(dst, vec, unit []float32, list int) {
	c.compared(dst, vec, unit)
	if c.scales != nil {
		scale := c.scales[list]
		for j, x := range c.centroids.Row(list) {
			dst[j] -= scale * x
		}
	}
}

// base is the part of the estimates for all vectors of a list that is not in
// their codes; norm is that of the query as it was tabulated, and squared the
// squared distance of the query to the centroid as the coarse quantizer sees
// them.
func (c *coder) base(list int, norm, squared float32) float32 {
	switch {
	case c.scales == nil:
		return 0
	case c.metric == vectorops.L2:
		return squared
	}
	return -c.scales[list] * norm * (1 - squared/2)
}

// byDistance reports whether estimates are squared distances: for L2, and for
// cosine where vectors are coded whole, at length one. A decoded vector is shorter
// than the vector was, and a product with it is less for no other reason.
func (c *coder) byDistance() bool {
	return c.metric == vectorops.L2 || c.metric == vectorops.Cosine && c.scales == nil
}

// limit is the estimate up to which a vector of the given rank is to be expected
// at almost always. deviations says how sure that is.
func (c *coder) limit(rank float64, table *scanTable, deviations float64) float64 {
	drift := float64(math.Float32frombits(c.drift.factor.Load()))
	spread, other := drift*float64(c.spread), table.error()
	if c.metric == vectorops.Cosine && c.byDistance() {
		rank *= 2 // the squared distance of unit vectors
	}
	switch {
	case c.byDistance(): // |q−x'|² = |q−x|² + 2·(q−x)·(x−x') + |x−x'|²
		spread *= 2 * math.Sqrt(rank)
		rank += drift * drift * float64(c.shift)
		other = math.Hypot(other, drift*drift*float64(c.shiftSpread))
	case c.metric == vectorops.Cosine:
		rank-- // estimates are negative products
	default:
		spread *= float64(table.norm)
	}
	return rank + deviations*math.Hypot(spread, other)
}

// moved is c with other centroids for the changed lists.
func (c *coder) moved(centroids vectorops.Matrix, changed []int) *coder {
	m := *c
	m.scales = slices.Clone(c.scales)
	if m.centroids = centroids; c.rotation != nil {
		m.centroids = vectorops.NewMatrix(c.centroids.Rows(), c.centroids.Dims)
		copy(m.centroids.Data, c.centroids.Data)
		for _, l := range changed {
			c.rotation.Apply(m.centroids.Row(l), centroids.Row(l))
		}
	}
	return &m
}

// blockBytes is the size of a block of codes, with the numbers beside them.
func (c *coder) blockBytes() int {
	return c.layout.BlockBytes() + c.factors*4*vectorops.ScanBlock
}

// move copies a code and what is beside it from one place in blocks to another.
func (c *coder) move(dst []byte, to int, src []byte, from int) {
	size := c.blockBytes()
	dst, to = dst[to/vectorops.ScanBlock*size:], to%vectorops.ScanBlock
	src, from = src[from/vectorops.ScanBlock*size:], from%vectorops.ScanBlock
	c.layout.Move(dst, to, src, from)
	for at, f := c.layout.BlockBytes(), 0; f < c.factors; f++ {
		copy(dst[at+4*to:at+4*to+4], src[at+4*from:])
		at += 4 * vectorops.ScanBlock
	}
}

// bytes is the memory of the coder itself.
func (c *coder) bytes() int64 {
	n := 4 * len(c.scales)
	if c.rotation != nil {
		n += 4 * len(c.centroids.Data)
	}
	if r, ok := c.rotation.(*pq.Rotation); ok {
		n += 4 * len(r.Matrix.Data)
	}
	if c.book != nil {
		n += 4*len(c.book.Centroids) + c.distances.Bytes()
		if c.tabulator != c.distances {
			n += c.tabulator.Bytes()
		}
	}
	return int64(n)
}
