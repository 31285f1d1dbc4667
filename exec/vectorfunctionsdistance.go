package exec

import (
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/vectorops"
)

// distanceFunctions are the distances of two vectors, halfvecs or sparsevecs.
// They take the place of builtin's own, which cannot use the kernels that
// searches measure with: a distance has to be the same number, to the last bit,
// whether a search delivers it or an expression computes it. Those of bits are
// the same however they are counted.
func distanceFunctions() builtin.Table {
	t := builtin.Table{}
	measure := func(typ oid.OID, name string, f func(a, b []float32) float64) {
		v := vectorTypes[typ]
		sql := datum.ByOID(typ).Name
		t[name+"("+sql+","+sql+")"] = builtin.Impl{Scalar: func(_ *builtin.Call, args []datum.Datum) (datum.Datum, error) {
			a, b := v.of(args[0]), v.of(args[1])
			if err := datum.SameDims(sql, v.format.DimsOf(a), v.format.DimsOf(b)); err != nil {
				return datum.Null, err
			}
			return datum.Float(f(a, b)), nil
		}}
	}
	for _, typ := range []oid.OID{oid.Vector, oid.HalfVec, oid.SparseVec} {
		d := distances(vectorTypes[typ].format)
		name := datum.ByOID(typ).Name
		measure(typ, "l2_distance", d.of(vectorops.L2))
		measure(typ, name+"_l2_squared_distance", d.raw(vectorops.L2))
		measure(typ, "inner_product", d.raw(vectorops.IP))
		measure(typ, name+"_negative_inner_product", d.of(vectorops.IP))
		measure(typ, "cosine_distance", d.of(vectorops.Cosine))
		measure(typ, "l1_distance", d.of(vectorops.Manhattan))
	}
	measure(oid.Vector, "euclidean_distance", vectorops.L2.Distance)
	measure(oid.Vector, "cosine_similarity", func(a, b []float32) float64 { return 1 - vectorops.Cosine.Distance(a, b) })
	measure(oid.Vector, "vector_spherical_distance", vectorops.SphericalDistance)
	measure(oid.HalfVec, "halfvec_spherical_distance", vectorops.SphericalDistance)
	return t
}

// distances measures single pairs of values of a format, other than Bit.
type distances vectorops.Format

// of is the distance as the operator gives it.
func (f distances) of(m vectorops.Metric) func(a, b []float32) float64 {
	if vectorops.Format(f) != vectorops.Sparse {
		return m.Distance
	}
	return func(a, b []float32) float64 {
		var rank [1]float64
		norms := [1]float32{vectorops.Sparse.SquaredNorm(b)}
		raw := [1]float32{m.RawSparse(a, b)}
		m.Rank(rank[:], raw[:], vectorops.Sparse.SquaredNorm(a), norms[:])
		return m.FromRank(rank[0])
	}
}

// raw is what the kernel gives.
func (f distances) raw(m vectorops.Metric) func(a, b []float32) float64 {
	if vectorops.Format(f) == vectorops.Sparse {
		return func(a, b []float32) float64 { return float64(m.RawSparse(a, b)) }
	}
	return func(a, b []float32) float64 {
		var dst [1]float32
		m.Raw(dst[:], a, b)
		return float64(dst[0])
	}
}
