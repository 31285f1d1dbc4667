package pq

import (
	"context"
	"errors"
	"fmt"
	"math"

	"voronoi/vectorops"
)

// MaxKsub is the most centroids per part: a code has a byte for each part.
const MaxKsub = 256

// DefaultIterations bounds the k-means of each part.
const DefaultIterations = 25

// Options says what codebook to train.
type Options struct {
	M          int    // parts; must divide the dimensions
	Ksub       int    // centroids per part, 1 to 256
	Seed       uint64 // same seed, same codebook
	Iterations int    // of each k-means at most; 0 is DefaultIterations
	// Progress is told after each part; nil is nobody.
	Progress func(done, total int)
}

// Codebook is the centroids of all parts. It does not change after Train, and
// any number of goroutines may use it.
type Codebook struct {
	M, Ksub, Dsub int
	// Centroids holds centroid c of part j at (j·Ksub + c)·Dsub.
	Centroids []float32
}

// Train learns a codebook from the rows of vectors, of which it looks at 256
// for each centroid at most. It refuses dimensions that m does not divide, and
// fewer rows than centroids (a *vectorops.TooFewRowsError).
func Train(ctx context.Context, vectors vectorops.Matrix, o Options) (*Codebook, error) {
	d := vectors.Dims
	switch {
	case o.M < 1:
		return nil, fmt.Errorf("m must be at least 1, not %d", o.M)
	case d%o.M != 0:
		return nil, fmt.Errorf("%d dimensions cannot be divided into %d equal parts", d, o.M)
	case o.Ksub < 1 || o.Ksub > MaxKsub:
		return nil, fmt.Errorf("ksub must be between 1 and %d, not %d", MaxKsub, o.Ksub)
	case vectors.Rows() < o.Ksub:
		return nil, &vectorops.TooFewRowsError{Rows: vectors.Rows(), K: o.Ksub}
	}
	if o.Iterations == 0 {
		o.Iterations = DefaultIterations
	}
	cb := &Codebook{M: o.M, Ksub: o.Ksub, Dsub: d / o.M, Centroids: vectorops.AlignedFloats(o.Ksub * d)}
	part := vectorops.NewMatrix(vectors.Rows(), cb.Dsub)
	for j := range o.M {
		for i := range vectors.Rows() {
			copy(part.Row(i), vectors.Row(i)[j*cb.Dsub:])
		}
		res, err := vectorops.KMeans(ctx, part, vectorops.KMeansOptions{
			K: o.Ksub, Seed: o.Seed + uint64(j), MaxIterations: o.Iterations,
		})
		if err != nil {
			return nil, err
		}
		copy(cb.part(j).Data, res.Centroids.Data)
		if o.Progress != nil {
			o.Progress(j+1, o.M)
		}
	}
	return cb, nil
}

// Dims is the length of the vectors that the codebook encodes.
func (cb *Codebook) Dims() int { return cb.M * cb.Dsub }

// part is the centroids of part j.
func (cb *Codebook) part(j int) vectorops.Matrix {
	n := cb.Ksub * cb.Dsub
	return vectorops.Matrix{Dims: cb.Dsub, Data: cb.Centroids[j*n : (j+1)*n]}
}

// Encode writes the code of a vector to dst, which has room for M bytes. The
// vector must have Dims values.
func (cb *Codebook) Encode(dst []byte, vec []float32) {
	var distances [MaxKsub]float32
	for j := range cb.M {
		vectorops.L2Squared(distances[:cb.Ksub], vec[j*cb.Dsub:(j+1)*cb.Dsub], cb.part(j).Data)
		at, least := 0, float32(math.Inf(1))
		for c, d := range distances[:cb.Ksub] {
			if d < least {
				at, least = c, d
			}
		}
		dst[j] = byte(at)
	}
}

// ErrCode says that a code cannot come from the codebook: its length is not M
// or a byte is not below Ksub.
var ErrCode = errors.New("code does not fit the codebook")

// CheckCode is ErrCode for a code that Decode and ADC must not be given.
func (cb *Codebook) CheckCode(code []byte) error {
	if len(code) != cb.M {
		return fmt.Errorf("%w: %d bytes for %d parts", ErrCode, len(code), cb.M)
	}
	for j, c := range code {
		if int(c) >= cb.Ksub {
			return fmt.Errorf("%w: part %d has centroid %d of %d", ErrCode, j, c, cb.Ksub)
		}
	}
	return nil
}

// Decode writes the vector that a code stands for to dst, which has room for
// Dims values.
func (cb *Codebook) Decode(dst []float32, code []byte) {
	for j, c := range code {
		copy(dst[j*cb.Dsub:(j+1)*cb.Dsub], cb.part(j).Row(int(c)))
	}
}

// DistanceTable writes the squared distances of each part of a query to each
// of its centroids to dst, which has room for M·Ksub values: those of part j
// begin at j·Ksub.
func (cb *Codebook) DistanceTable(dst, query []float32) {
	for j := range cb.M {
		vectorops.L2Squared(dst[j*cb.Ksub:(j+1)*cb.Ksub], query[j*cb.Dsub:(j+1)*cb.Dsub], cb.part(j).Data)
	}
}

// ADC is the distance of a query, given by its table, to a code: the square
// root of the sum of the squared distances.
func (cb *Codebook) ADC(table []float32, code []byte) float64 {
	return math.Sqrt(float64(cb.SquaredADC(table, code)))
}

// SquaredADC is the square of ADC, which orders codes as ADC does.
func (cb *Codebook) SquaredADC(table []float32, code []byte) float32 {
	var s0, s1 float32
	at, j := 0, 0
	for ; j+2 <= len(code); j += 2 {
		s0 += table[at+int(code[j])]
		s1 += table[at+cb.Ksub+int(code[j+1])]
		at += 2 * cb.Ksub
	}
	if j < len(code) {
		s0 += table[at+int(code[j])]
	}
	return s0 + s1
}

// MSE is the mean squared error of encoding the rows of vectors: the squared
// distance of a row to what its code decodes to, averaged over rows.
func (cb *Codebook) MSE(vectors vectorops.Matrix) float64 {
	code, decoded := make([]byte, cb.M), make([]float32, cb.Dims())
	var sum float64
	for i := range vectors.Rows() {
		cb.Encode(code, vectors.Row(i))
		cb.Decode(decoded, code)
		d := vectorops.L2.Distance(decoded, vectors.Row(i))
		sum += d * d
	}
	return sum / float64(max(vectors.Rows(), 1))
}
