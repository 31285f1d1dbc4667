package ivf

import (
	"context"
	"math"
	"sync/atomic"

	"voronoi/pq"
	"voronoi/vectorops"
)

// coder makes the 4-bit codes that lists are scanned by. Vectors are coded as
// they are compared: at length one for cosine, filled up with zeros where the
// parts do not divide the dimensions.
//
// For cosine and inner product, what is coded is the residual: what is left of
// the vector when the list's centroid, times the list's scale, is taken away.
// The product of a query with a vector is that with the residual, by one table
// for all lists, and that with the centroid, which the coarse quantizer has
// found. (With L2 the vectors' residuals would need either a table for each
// list or a number for each vector.)
type coder struct {
	book      *pq.Codebook
	tabulator *pq.Tabulator // for queries
	distances *pq.Tabulator // for vectors
	metric    vectorops.Metric
	centroids vectorops.Matrix // of the lists; no rows if vectors are coded whole
	scales    []float32        // by list
	// spread is how much the decoded vectors are off, along any one direction:
	// the standard deviation of the product of a unit vector with the difference.
	// shift is the mean square of the difference itself, and shiftSpread the
	// standard deviation of the square.
	spread, shift, shiftSpread float32
	drift                      *drift
}

// drift is how much greater the errors of the vectors are that were inserted of
// late than those of the vectors that the codebook was learnt from. The writer
// follows it, searches read it.
type drift struct {
	recent float32       // mean square of the errors; by the writer
	factor atomic.Uint32 // the bits of a float32, at least 1, that errors are greater by
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

// maxAutoParts is up to where each dimension is a part of its own: four bits a
// dimension find nearly all that measuring finds. Longer vectors say less by
// each dimension.
const maxAutoParts = 256

// maxQuantizedParts bounds the parts of an index that consists of codes.
const maxQuantizedParts = 512

// partsFor is the number of parts for vectors of length d, and the length of
// each.
func (o *Options) partsFor(d int) (m, dsub int) {
	parts := o.Parts
	switch {
	case parts != AutoParts:
	case o.Quantized:
		parts = min((d+1)/2, maxQuantizedParts)
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

const (
	scaleRowsPerList = 16  // that a list's scale is found from, on average
	spreadRows       = 256 // that the codes' errors are found from
)

// codeSample is how many vectors a coder wants to learn from.
func (o *Options) codeSample() int { return max(pq.ScanKsub*trainPerList, scaleRowsPerList*o.Lists) }

// trainCoder learns a codebook from some of the vectors; nil if there are too
// few, or if the metric cannot be taken apart.
func trainCoder(ctx context.Context, sample vectorops.Matrix, from coarse, o Options) (*coder, error) {
	if !hasCodes(o.Metric) || sample.Rows() < pq.ScanKsub {
		return nil, nil
	}
	m, dsub := o.partsFor(sample.Dims)
	c := &coder{metric: o.Metric, book: &pq.Codebook{M: m, Dsub: dsub}}
	sample = evenly(sample, o.codeSample())
	var lists []uint32
	if from.spherical {
		var err error
		if lists, err = c.findScales(ctx, sample, from); err != nil {
			return nil, err
		}
	}
	coded := vectorops.NewMatrix(min(sample.Rows(), trainPerList*pq.ScanKsub), m*dsub)
	for i := range coded.Rows() {
		at, list := i*sample.Rows()/coded.Rows(), 0
		if lists != nil {
			list = int(lists[at])
		}
		c.coded(coded.Row(i), sample.Row(at), list)
	}
	book, err := pq.Train(ctx, coded, pq.Options{M: m, Ksub: pq.ScanKsub, Seed: o.Seed, Iterations: o.Iterations})
	if err != nil {
		return nil, err
	}
	c.use(book, [3]float32{})
	c.use(book, c.errors(coded, sample))
	return c, nil
}

// use gives c its codebook and the errors that it makes.
func (c *coder) use(book *pq.Codebook, errors [3]float32) {
	c.spread, c.shift, c.shiftSpread = errors[0], errors[1], errors[2]
	c.drift = &drift{recent: c.shift}
	c.drift.factor.Store(math.Float32bits(1))
	c.book, c.distances = book, pq.NewTabulator(book, false)
	if c.tabulator = c.distances; c.metric != vectorops.L2 {
		c.tabulator = pq.NewTabulator(book, true)
	}
}

// evenly is n rows of m, or all, in their order.
func evenly(m vectorops.Matrix, n int) vectorops.Matrix {
	if m.Rows() <= n {
		return m
	}
	out := vectorops.NewMatrix(n, m.Dims)
	for i := range n {
		copy(out.Row(i), m.Row(i*m.Rows()/n))
	}
	return out
}

// findScales gives each list the scale that brings its centroid nearest to its
// vectors, and returns the lists of the sample. A list of few is drawn to what is
// right for all of them.
func (c *coder) findScales(ctx context.Context, sample vectorops.Matrix, from coarse) ([]uint32, error) {
	placed := vectorops.NewMatrix(sample.Rows(), sample.Dims)
	for i := range sample.Rows() {
		vectorops.Normalize(placed.Row(i), sample.Row(i))
	}
	lists, distance := make([]uint32, sample.Rows()), make([]float32, sample.Rows())
	if err := vectorops.Assign(ctx, lists, distance, placed, from.centroids); err != nil {
		return nil, err
	}
	k := from.centroids.Rows()
	sums, counts, all := make([]float64, k), make([]float64, k), 0.0
	for i, l := range lists {
		along := float64(1 - distance[i]/2) // of a unit vector
		if c.metric == vectorops.IP {
			along *= math.Sqrt(float64(vectorops.SquaredNorm(sample.Row(i))))
		}
		sums[l], counts[l], all = sums[l]+along, counts[l]+1, all+along
	}
	const weight = 4 // of what holds for all, in vectors
	mean := all / float64(max(len(lists), 1))
	c.centroids, c.scales = from.centroids, make([]float32, k)
	for l := range c.scales {
		c.scales[l] = float32((sums[l] + weight*mean) / (counts[l] + weight))
	}
	return lists, nil
}

// errors measures how far decoded vectors are off along the directions that
// queries come from: spread, shift and shiftSpread.
func (c *coder) errors(coded, sample vectorops.Matrix) [3]float32 {
	n := min(spreadRows, coded.Rows())
	d := coded.Dims
	errors, code := vectorops.NewMatrix(n, d), make([]byte, c.book.M)
	var square, fourth float64
	for i := range n {
		vec, e := coded.Row(i*coded.Rows()/n), errors.Row(i)
		c.book.Encode(code, vec)
		c.book.Decode(e, code)
		for j := range e {
			e[j] -= vec[j]
		}
		norm := float64(vectorops.SquaredNorm(e))
		square, fourth = square+norm, fourth+norm*norm
	}
	square, fourth = square/float64(n), fourth/float64(n)
	var along float64
	direction, other, products := make([]float32, d), make([]float32, d), make([]float32, n)
	directions := min(n, sample.Rows()-1)
	for i := range directions {
		c.compared(direction, sample.Row(i*sample.Rows()/n))
		if c.metric == vectorops.L2 {
			c.compared(other, sample.Row(i*sample.Rows()/n+1))
			for j, x := range other {
				direction[j] -= x
			}
		}
		vectorops.Normalize(direction, direction)
		vectorops.InnerProduct(products, direction, errors.Data)
		for _, p := range products {
			along += float64(p) * float64(p)
		}
	}
	spread := math.Sqrt(along / float64(max(n*directions, 1)))
	return [3]float32{float32(spread), float32(square), float32(math.Sqrt(max(fourth-square*square, 0)))}
}

// compared writes a vector as it is compared with others to dst, of Dims of the
// codebook.
func (c *coder) compared(dst, vec []float32) {
	n := len(vec)
	if c.metric == vectorops.Cosine {
		vectorops.Normalize(dst[:n], vec)
	} else {
		copy(dst, vec)
	}
	clear(dst[n:])
}

// coded writes what is coded of a vector in a list to dst.
func (c *coder) coded(dst, vec []float32, list int) {
	c.compared(dst, vec)
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
	if c.scales == nil {
		return 0
	}
	return -c.scales[list] * norm * (1 - squared/2)
}

// limit is the estimate up to which a vector of the given rank is to be expected
// at almost always. deviations says how sure that is.
func (c *coder) limit(rank float64, table *scanTable, deviations float64) float64 {
	drift := float64(math.Float32frombits(c.drift.factor.Load()))
	spread, other := drift*float64(c.spread), table.error()
	switch c.metric {
	case vectorops.L2: // |q−x'|² = |q−x|² + 2·(q−x)·(x−x') + |x−x'|²
		spread *= 2 * math.Sqrt(rank)
		rank += drift * drift * float64(c.shift)
		other = math.Hypot(other, drift*drift*float64(c.shiftSpread))
	case vectorops.Cosine:
		rank-- // estimates are negative products
	default:
		spread *= float64(table.norm)
	}
	return rank + deviations*math.Hypot(spread, other)
}

// blockBytes is the size of a block of codes.
func (c *coder) blockBytes() int { return c.book.ScanRows() * vectorops.ScanBlock }

// encoder codes vectors, with its own scratch.
type encoder struct {
	*coder
	parts *pq.Encoder
	vec   []float32
	code  []byte
	last  float32 // the square of the error of what was appended last
}

func (c *coder) encoder() *encoder {
	return &encoder{coder: c, parts: c.distances.NewEncoder(), vec: make([]float32, c.book.Dims()), code: make([]byte, c.book.M)}
}

// encode makes e.code the code of a vector in a list, and returns the square of
// the error.
func (e *encoder) encode(list int, vec []float32) float32 {
	e.coded(e.vec, vec, list)
	return e.parts.Encode(e.code, e.vec)
}

// append adds the code of a vector, the n-th of its list, to the list's codes.
func (e *encoder) append(codes []byte, n, list int, vec []float32) []byte {
	if n%vectorops.ScanBlock == 0 {
		codes = append(codes, make([]byte, e.blockBytes())...)
	}
	e.last = e.encode(list, vec)
	e.book.Pack(codes[n/vectorops.ScanBlock*e.blockBytes():], n%vectorops.ScanBlock, e.code)
	return codes
}
