package vectorops

import "math"

// The values of a sparse vector are words too: the number of dimensions, then
// for each element that is not zero its index, counted from 0 and rising, and
// its value. Numbers of dimensions and indices are integers in the place of
// floats. As they are below 2³⁰, none of them looks like a NaN, which a copy
// might change.

// SparseVector begins the values of a sparse vector of so many dimensions.
func SparseVector(dst []float32, dims int) []float32 {
	return append(dst, math.Float32frombits(uint32(dims)))
}

// AppendSparse adds an element to what SparseVector began. Indices rise.
func AppendSparse(dst []float32, index int, value float32) []float32 {
	return append(dst, math.Float32frombits(uint32(index)), value)
}

func sparseDims(values []float32) int { return int(math.Float32bits(values[0])) }

// SparseElements is the number of elements of a sparse vector.
func SparseElements(values []float32) int { return len(values) / 2 }

func sparseSquaredNorm(values []float32) float32 { return sparseInnerProduct(values, values) }

// The kernels for sparse vectors go through both in the order of the indices,
// as pgvector does, and sum in that order.

func sparseInnerProduct(a, b []float32) (sum float32) {
	for a, b = a[1:], b[1:]; len(a) > 1 && len(b) > 1; {
		i, j := math.Float32bits(a[0]), math.Float32bits(b[0])
		switch {
		case i < j:
			a = a[2:]
		case i > j:
			b = b[2:]
		default:
			sum += a[1] * b[1]
			a, b = a[2:], b[2:]
		}
	}
	return sum
}

func sparseL2Squared(a, b []float32) float32 {
	return sparseDifferences(a, b, func(x float32) float32 { return x * x })
}

func sparseL1(a, b []float32) float32 { return sparseDifferences(a, b, abs32) }

// sparseDifferences sums f of the difference at each index that either has.
func sparseDifferences(a, b []float32, f func(float32) float32) (sum float32) {
	a, b = a[1:], b[1:]
	for len(a) > 1 && len(b) > 1 {
		i, j := math.Float32bits(a[0]), math.Float32bits(b[0])
		switch {
		case i < j:
			sum += f(a[1])
			a = a[2:]
		case i > j:
			sum += f(b[1])
			b = b[2:]
		default:
			sum += f(a[1] - b[1])
			a, b = a[2:], b[2:]
		}
	}
	for ; len(a) > 1; a = a[2:] {
		sum += f(a[1])
	}
	for ; len(b) > 1; b = b[2:] {
		sum += f(b[1])
	}
	return sum
}

// sparseKernels measure a pair, by kind.
var sparseKernels = [...]func(a, b []float32) float32{
	rawL2Squared: sparseL2Squared, rawProduct: sparseInnerProduct, rawL1: sparseL1,
}

// RawSparse is Raw for a single pair of sparse vectors.
func (m Metric) RawSparse(query, values []float32) float32 {
	return sparseKernels[m.raw()](query, values)
}

// ragged is rows of any length, of one chunk of a set.
type ragged struct {
	rows [][]float32
	room []float32 // behind what rows use of the block that is being filled
}

// raggedBlock is how many words are allocated at once.
const raggedBlock = 16 << 10

// add copies a row to place at.
func (r *ragged) add(at int, row []float32) {
	if len(row) > len(r.room) {
		r.room = make([]float32, max(raggedBlock, len(row)))
	}
	n := copy(r.room, row)
	r.rows[at], r.room = r.room[:n:n], r.room[n:]
}
