package exec

import (
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/vectorops"
)

// distanceFunctions are the distances of two vectors. They take the place of
// builtin's own, which cannot use the kernels that searches measure with: a
// distance has to be the same number, to the last bit, whether a search
// delivers it or an expression computes it.
func distanceFunctions() builtin.Table {
	t := builtin.Table{}
	for key, f := range map[string]func(a, b []float32) float64{
		"l2_distance(vector,vector)":                   vectorops.L2.Distance,
		"euclidean_distance(vector,vector)":            vectorops.L2.Distance,
		"vector_l2_squared_distance(vector,vector)":    kernel(vectorops.L2Squared),
		"inner_product(vector,vector)":                 kernel(vectorops.InnerProduct),
		"vector_negative_inner_product(vector,vector)": vectorops.IP.Distance,
		"cosine_distance(vector,vector)":               vectorops.Cosine.Distance,
		"cosine_similarity(vector,vector)":             func(a, b []float32) float64 { return 1 - vectorops.Cosine.Distance(a, b) },
		"l1_distance(vector,vector)":                   vectorops.Manhattan.Distance,
		"vector_spherical_distance(vector,vector)":     vectorops.SphericalDistance,
	} {
		t[key] = builtin.Impl{Scalar: func(_ *builtin.Call, args []datum.Datum) (datum.Datum, error) {
			a, b := datum.VectorFloats(args[0]), datum.VectorFloats(args[1])
			if err := datum.SameDims("vector", len(a), len(b)); err != nil {
				return datum.Null, err
			}
			return datum.Float(f(a, b)), nil
		}}
	}
	return t
}

// kernel is a block kernel for a single pair.
func kernel(measure func(dst, query, vectors []float32)) func(a, b []float32) float64 {
	return func(a, b []float32) float64 {
		var dst [1]float32
		measure(dst[:], a, b)
		return float64(dst[0])
	}
}
