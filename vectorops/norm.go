package vectorops

import "math"

// SquaredNorm is the inner product of a vector with itself, in float32.
func SquaredNorm(v []float32) float32 { return pairInnerProduct(v, v) }

// Norm is the Euclidean length of a vector, summed in float64 as pgvector's
// vector_norm does.
func Norm(v []float32) float64 {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// Normalize writes v at length one to dst, which may be v itself. A vector of
// zeros stays one; the result is then false.
func Normalize(dst, v []float32) bool {
	norm := Norm(v)
	if norm == 0 {
		clear(dst[:len(v)])
		return false
	}
	for i, x := range v {
		dst[i] = float32(float64(x) / norm)
	}
	return true
}
