package ivf

import (
	"cmp"
	"context"
	"math"
	"slices"

	"voronoi/pq"
	"voronoi/vectorops"
)

const (
	scaleRowsPerList = 16  // that a list's scale is found from, on average
	spreadRows       = 256 // that the codes' errors are found from
)

// codeSample is how many vectors a coder wants to learn from.
func (o *Options) codeSample() int {
	return max(o.ksub()*trainPerList, scaleRowsPerList*o.Lists)
}

// ksub is the number of centroids of each part.
func (o *Options) ksub() int {
	if o.Bits == 8 {
		return pq.MaxKsub
	}
	return pq.ScanKsub
}

// trainCoder learns a codebook from some of the vectors; nil if there are too
// few, or if the metric cannot be taken apart.
func trainCoder(ctx context.Context, sample vectorops.Matrix, from coarse, o Options) (*coder, error) {
	if !hasCodes(o.Metric) || sample.Rows() < pq.ScanKsub && o.Bits != 1 {
		return nil, nil
	}
	c := &coder{metric: o.Metric}
	sample = evenly(sample, o.codeSample())
	lists, err := c.findReferences(ctx, sample, from, o)
	if err != nil {
		return nil, err
	}
	if o.Bits == 1 {
		c.useBinary(sample.Dims, o.Seed)
		coded := vectorops.NewMatrix(min(sample.Rows(), spreadRows), c.dims())
		c.codeSample(coded, sample, lists)
		c.drift = newDrift(0)
		c.findLength(coded, sample)
		return c, nil
	}
	d := sample.Dims
	if o.Rotated {
		if d, err = c.trainRotation(ctx, sample, lists, o); err != nil {
			return nil, err
		}
	}
	m, dsub := o.partsFor(d)
	coded := vectorops.NewMatrix(min(sample.Rows(), trainPerList*o.ksub()), m*dsub)
	c.codeSample(coded, sample, lists)
	book, err := pq.Train(ctx, coded, pq.Options{M: m, Ksub: min(o.ksub(), coded.Rows()), Seed: o.Seed, Iterations: o.Iterations})
	if err != nil {
		return nil, err
	}
	c.use(book)
	c.findErrors(coded, sample)
	c.drift = newDrift(c.shift)
	return c, nil
}

// codeSample writes what is coded of vectors evenly spaced over a sample.
func (c *coder) codeSample(dst, sample vectorops.Matrix, lists []uint32) {
	unit := make([]float32, sample.Dims)
	for i := range dst.Rows() {
		at, list := i*sample.Rows()/dst.Rows(), 0
		if lists != nil {
			list = int(lists[at])
		}
		c.coded(dst.Row(i), sample.Row(at), unit, list)
	}
}

// use gives c its codebook.
func (c *coder) use(book *pq.Codebook) {
	c.book, c.layout, c.distances = book, book.Layout(), pq.NewTabulator(book, false)
	if c.tabulator = c.distances; !c.byDistance() {
		c.tabulator = pq.NewTabulator(book, true)
	}
}

// useBinary makes c code a bit a dimension.
func (c *coder) useBinary(dims int, seed uint64) {
	c.binary, c.seed = pq.NewBinary(dims, seed), seed
	c.layout, c.factors = c.binary.Layout(), 2
	c.rotate(c.binary)
}

// rotate gives c its rotation.
func (c *coder) rotate(by pq.Transform) {
	c.rotation = by
	if c.scales == nil {
		return
	}
	rotated := vectorops.NewMatrix(c.centroids.Rows(), by.Out())
	for i := range rotated.Rows() {
		by.Apply(rotated.Row(i), c.centroids.Row(i))
	}
	c.centroids = rotated
}

// trainRotation finds the rotation that suits what is coded, and how many
// dimensions it keeps.
func (c *coder) trainRotation(ctx context.Context, sample vectorops.Matrix, lists []uint32, o Options) (int, error) {
	coded := vectorops.NewMatrix(min(sample.Rows(), trainPerList*o.ksub()), sample.Dims)
	c.codeSample(coded, sample, lists)
	dims := o.RotatedDims
	if dims == 0 {
		dims = sample.Dims
	}
	parts := o.RotatedParts
	if parts == 0 {
		parts, _ = o.partsFor(dims)
	}
	rotation, err := pq.TrainRotation(ctx, coded, pq.RotationOptions{
		M: min(parts, dims), Ksub: min(o.ksub(), coded.Rows()), Dims: dims, Seed: o.Seed,
	})
	if err != nil {
		return 0, err
	}
	c.rotate(rotation)
	return dims, nil
}

// findReferences finds what is taken away from the vectors of each list, if
// anything is, and the lists of the sample.
func (c *coder) findReferences(ctx context.Context, sample vectorops.Matrix, from coarse, o Options) ([]uint32, error) {
	k := from.centroids.Rows()
	switch {
	case o.Bits == 1 && from.spherical, from.spherical && k > 1:
		return c.findScales(ctx, sample, from)
	case o.Bits != 1:
		return nil, nil // with one list there is nothing to tell apart
	}
	c.centroids, c.scales = from.centroids, make([]float32, k)
	for l := range c.scales {
		c.scales[l] = 1
	}
	lists, distance := make([]uint32, sample.Rows()), make([]float32, sample.Rows())
	return lists, vectorops.Assign(ctx, lists, distance, sample, from.centroids)
}

// findLength measures what is coded, and the vectors themselves.
func (c *coder) findLength(coded, sample vectorops.Matrix) {
	var sum float64
	for i := range coded.Rows() {
		sum += float64(vectorops.SquaredNorm(coded.Row(i)))
	}
	c.length = float32(sum / float64(max(coded.Rows(), 1)))
	for i := range sample.Rows() {
		c.extend(sample.Row(i))
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

// findErrors measures how far decoded vectors are off, along the directions that
// queries come from too.
func (c *coder) findErrors(coded, sample vectorops.Matrix) {
	n := min(spreadRows, coded.Rows())
	d := coded.Dims
	errors, code, unit := vectorops.NewMatrix(n, d), make([]byte, c.book.M), make([]float32, sample.Dims)
	var square, fourth float64
	rows := make([]int, coded.Rows())
	for i := range rows {
		rows[i] = i
	}
	if c.metric == vectorops.IP {
		// The nearest are the long ones, whose errors are the greatest.
		slices.SortFunc(rows, func(a, b int) int {
			return cmp.Compare(vectorops.SquaredNorm(coded.Row(b)), vectorops.SquaredNorm(coded.Row(a)))
		})
	}
	for i := range n {
		at := rows[i*len(rows)/n]
		if c.metric == vectorops.IP {
			at = rows[i]
		}
		vec, e := coded.Row(at), errors.Row(i)
		c.book.Encode(code, vec)
		c.book.Decode(e, code)
		for j := range e {
			e[j] -= vec[j]
		}
		norm := float64(vectorops.SquaredNorm(e))
		square, fourth = square+norm, fourth+norm*norm
	}
	square, fourth = square/float64(n), fourth/float64(n)
	c.shift, c.shiftSpread = float32(square), float32(math.Sqrt(max(fourth-square*square, 0)))
	along := make([]float64, n) // for each error, the mean square
	direction, other, products := make([]float32, d), make([]float32, d), make([]float32, n)
	directions := min(n, sample.Rows()-1)
	for i := range directions {
		c.compared(direction, sample.Row(i*sample.Rows()/n), unit)
		if c.metric == vectorops.L2 {
			c.compared(other, sample.Row(i*sample.Rows()/n+1), unit)
			for j, x := range other {
				direction[j] -= x
			}
		}
		vectorops.Normalize(direction, direction)
		vectorops.InnerProduct(products, direction, errors.Data)
		for i, p := range products {
			along[i] += float64(p) * float64(p) / float64(directions)
		}
	}
	var spread float64
	for _, x := range along {
		spread += x / float64(n)
	}
	if c.metric == vectorops.IP {
		spread = slices.Max(along)
	}
	c.spread = float32(math.Sqrt(spread))
}
