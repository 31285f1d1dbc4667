package pq

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"voronoi/vectorops"
)

// RotationOptions says what rotation to train.
type RotationOptions struct {
	M    int    // parts that it is to suit
	Ksub int    // centroids of each
	Dims int    // that are kept; 0 is all
	Seed uint64 // same seed, same rotation
	// Rounds of codebook and rotation; 0 is DefaultRounds.
	Rounds int
	// Progress is told after each round; nil is nobody.
	Progress func(done, total int)
}

const (
	// DefaultRounds is after how many rounds little is won on the data sets that
	// were measured (DESIGN.md).
	DefaultRounds = 8
	// rotationRows bounds the vectors that a rotation is trained on.
	rotationRows = 16384
)

// TrainRotation learns the rotation after which vectors lose least by being
// coded in parts: optimized product quantization (Ge, He, Ke and Sun, "Optimized
// Product Quantization for Approximate Nearest Neighbor Search", 2013). In turn it
// finds the codebook of the rotated vectors and the rotation that brings the
// vectors nearest to their codes (section 3 there), an orthogonal Procrustes
// problem, solved by a singular value decomposition. It begins with the principal
// axes, dealt out to the parts so that all have the same share of the variance
// (section 4), or with no rotation, whichever is better: the pixels of a picture
// lie well as they are.
func TrainRotation(ctx context.Context, vectors vectorops.Matrix, o RotationOptions) (*Rotation, error) {
	d := vectors.Dims
	if o.Dims == 0 {
		o.Dims = d
	}
	if o.Rounds == 0 {
		o.Rounds = DefaultRounds
	}
	switch {
	case o.Dims > d:
		return nil, fmt.Errorf("%d dimensions cannot be kept of %d", o.Dims, d)
	case o.M < 1 || o.M > o.Dims:
		return nil, fmt.Errorf("m must be between 1 and %d, not %d", o.Dims, o.M)
	case o.Ksub < 1 || o.Ksub > MaxKsub:
		return nil, fmt.Errorf("ksub must be between 1 and %d, not %d", MaxKsub, o.Ksub)
	case vectors.Rows() < o.Ksub:
		return nil, &vectorops.TooFewRowsError{Rows: vectors.Rows(), K: o.Ksub}
	}
	t := &rotationTrainer{
		RotationOptions: o, vectors: spreadRows(vectors, rotationRows),
		dsub: (o.Dims + o.M - 1) / o.M,
	}
	if err := t.begin(ctx); err != nil {
		return nil, err
	}
	for round := range o.Rounds {
		if round > 0 {
			if err := t.code(ctx); err != nil {
				return nil, err
			}
		}
		if err := t.solve(ctx); err != nil {
			return nil, err
		}
		if o.Progress != nil {
			o.Progress(round+1, o.Rounds)
		}
	}
	return &t.rotation, nil
}

// spreadRows is n rows of m, evenly spaced, or all.
func spreadRows(m vectorops.Matrix, n int) vectorops.Matrix {
	if m.Rows() <= n {
		return m
	}
	out := vectorops.NewMatrix(n, m.Dims)
	for i := range n {
		copy(out.Row(i), m.Row(i*m.Rows()/n))
	}
	return out
}

// rotationTrainer is the state between rounds.
type rotationTrainer struct {
	RotationOptions
	vectors  vectorops.Matrix
	dsub     int // of a part; the last may have fewer dimensions
	rotation Rotation

	rotated vectorops.Matrix   // the vectors
	decoded vectorops.Matrix   // what their codes stand for
	books   []vectorops.Matrix // the centroids of each part
}

// partOf is the dimensions of part j.
func (t *rotationTrainer) partOf(j int) (lo, hi int) {
	return min(j*t.dsub, t.Dims), min((j+1)*t.dsub, t.Dims)
}

// principalAxes makes the first rotation.
func (t *rotationTrainer) principalAxes(ctx context.Context) error {
	d, n := t.vectors.Dims, t.vectors.Rows()
	mean := make([]float64, d)
	for i := range n {
		for k, x := range t.vectors.Row(i) {
			mean[k] += float64(x) / float64(n)
		}
	}
	centered := vectorops.NewMatrix(n, d)
	for i := range n {
		row := centered.Row(i)
		for k, x := range t.vectors.Row(i) {
			row[k] = x - float32(mean[k])
		}
	}
	products, err := productSum(ctx, centered, centered)
	if err != nil {
		return err
	}
	covariance := mat.NewSymDense(d, nil)
	for i := range d {
		for k := i; k < d; k++ {
			covariance.SetSym(i, k, float64(products.Row(i)[k]))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return errors.New("pq: no principal axes")
	}
	values := eigen.Values(nil) // ascending
	var axes mat.Dense
	eigen.VectorsTo(&axes)
	t.rotation.Matrix = vectorops.NewMatrix(t.Dims, d)
	at := t.deal(values)
	for i, axis := range at {
		row := t.rotation.Matrix.Row(i)
		for k := range row {
			row[k] = float32(axes.At(k, axis))
		}
	}
	return nil
}

// deal chooses the axis of each dimension: from the widest on, each goes to the
// part that has the least product of variances so far and room for more.
func (t *rotationTrainer) deal(variances []float64) []int {
	axes := make([]int, t.Dims)
	filled, share := make([]int, t.M), make([]float64, t.M)
	const least = 1e-12 // of the widest, so that a product is never zero
	floor := max(variances[len(variances)-1]*least, 1e-300)
	for i := range t.Dims {
		axis := len(variances) - 1 - i
		to := -1
		for j := range t.M {
			if lo, hi := t.partOf(j); filled[j] < hi-lo && (to < 0 || share[j] < share[to]) {
				to = j
			}
		}
		lo, _ := t.partOf(to)
		axes[lo+filled[to]] = axis
		filled[to]++
		share[to] += math.Log(max(variances[axis], floor) / floor)
	}
	return axes
}

// trainGrain is how many rows are worked on between two looks at the context.
const trainGrain = 256

// begin chooses the first rotation, and codes what it gives.
func (t *rotationTrainer) begin(ctx context.Context) error {
	n, d := t.vectors.Rows(), t.vectors.Dims
	t.rotated, t.decoded = vectorops.NewMatrix(n, t.Dims), vectorops.NewMatrix(n, t.Dims)
	if err := t.principalAxes(ctx); err != nil {
		return err
	}
	if err := t.code(ctx); err != nil || t.Dims < d {
		return err
	}
	other := &rotationTrainer{
		RotationOptions: t.RotationOptions, vectors: t.vectors, dsub: t.dsub,
		rotated: vectorops.NewMatrix(n, d), decoded: vectorops.NewMatrix(n, d),
	}
	other.rotation.Matrix = vectorops.NewMatrix(d, d)
	for i := range d {
		other.rotation.Matrix.Row(i)[i] = 1
	}
	if err := other.code(ctx); err != nil {
		return err
	}
	if other.loss() < t.loss() {
		*t = *other
	}
	return nil
}

// loss is how far the rotated vectors are from their codes.
func (t *rotationTrainer) loss() (sum float64) {
	for i := range t.rotated.Rows() {
		x := vectorops.L2.Distance(t.rotated.Row(i), t.decoded.Row(i))
		sum += x * x
	}
	return sum
}

func (t *rotationTrainer) rotate(ctx context.Context) error {
	n := t.vectors.Rows()
	return vectorops.InBlocks(ctx, n, trainGrain, func(lo, hi int) {
		vectorops.InnerProductMulti(t.rotated.Data[lo*t.Dims:hi*t.Dims], t.vectors.Slice(lo, hi), t.rotation.Matrix)
	})
}

// code rotates the vectors and finds the codebook of what comes out, from that of
// the last round on, and decodes what it encodes.
func (t *rotationTrainer) code(ctx context.Context) error {
	if err := t.rotate(ctx); err != nil {
		return err
	}
	n, known := t.rotated.Rows(), t.books != nil
	if !known {
		t.books = make([]vectorops.Matrix, t.M)
	}
	assignment, distance := make([]uint32, n), make([]float32, n)
	for j := range t.M {
		lo, hi := t.partOf(j)
		if lo == hi {
			continue
		}
		part := vectorops.NewMatrix(n, hi-lo)
		for i := range n {
			copy(part.Row(i), t.rotated.Row(i)[lo:hi])
		}
		if !known {
			res, err := vectorops.KMeans(ctx, part, vectorops.KMeansOptions{K: t.Ksub, Seed: t.Seed + uint64(j), MaxIterations: 4})
			if err != nil {
				return err
			}
			t.books[j] = res.Centroids
		}
		// One step of k-means: new means for old lists.
		if err := vectorops.Assign(ctx, assignment, distance, part, t.books[j]); err != nil {
			return err
		}
		means(t.books[j], part, assignment)
		for i, c := range assignment {
			copy(t.decoded.Row(i)[lo:hi], t.books[j].Row(int(c)))
		}
	}
	return nil
}

// means moves each centroid to the mean of the points that are assigned to it;
// one without any stays.
func means(centroids, points vectorops.Matrix, assignment []uint32) {
	k, d := centroids.Rows(), centroids.Dims
	sums, counts := make([]float64, k*d), make([]int, k)
	for i, c := range assignment {
		counts[c]++
		sum := sums[int(c)*d : (int(c)+1)*d]
		for j, x := range points.Row(i) {
			sum[j] += float64(x)
		}
	}
	for c, n := range counts {
		if n == 0 {
			continue
		}
		for j := range d {
			centroids.Row(c)[j] = float32(sums[c*d+j] / float64(n))
		}
	}
}

// solve finds the rotation R that makes Σ |R·x − y|² least over vectors x and
// their decoded y: with U·S·Vᵀ the decomposition of Σ y·xᵀ, it is U·Vᵀ
// (Schönemann, "A generalized solution of the orthogonal Procrustes problem",
// 1966).
func (t *rotationTrainer) solve(ctx context.Context) error {
	products, err := productSum(ctx, t.decoded, t.vectors)
	if err != nil {
		return err
	}
	wide := mat.NewDense(t.Dims, products.Dims, nil)
	for i := range t.Dims {
		for k, p := range products.Row(i) {
			wide.Set(i, k, float64(p))
		}
	}
	var svd mat.SVD
	if !svd.Factorize(wide, mat.SVDThin) {
		return errors.New("pq: no singular value decomposition")
	}
	var u, v, r mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	r.Mul(&u, v.T())
	for i := range t.Dims {
		row := t.rotation.Matrix.Row(i)
		for k := range row {
			row[k] = float32(r.At(i, k))
		}
	}
	return ctx.Err()
}

// productSum is the sum of the outer products of the rows of y and x: yᵀ·x.
func productSum(ctx context.Context, y, x vectorops.Matrix) (vectorops.Matrix, error) {
	columns, rows := transposed(x), transposed(y)
	d := columns.Rows()
	products := vectorops.NewMatrix(rows.Rows(), d)
	err := vectorops.InBlocks(ctx, rows.Rows(), 4, func(lo, hi int) {
		vectorops.InnerProductMulti(products.Data[lo*d:hi*d], rows.Slice(lo, hi), columns)
	})
	return products, err
}

// transposed is the columns of m as rows.
func transposed(m vectorops.Matrix) vectorops.Matrix {
	n, d := m.Rows(), m.Dims
	out := vectorops.NewMatrix(d, n)
	const tile = 32
	for lo := 0; lo < n; lo += tile {
		for k := range d {
			row := out.Row(k)
			for i := lo; i < min(lo+tile, n); i++ {
				row[i] = m.Data[i*d+k]
			}
		}
	}
	return out
}
