package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// sparsevecFunctions are those of sparse vectors.
func sparsevecFunctions() Table {
	compare := datum.ByOID(oid.SparseVec).Compare
	squared := func(x, y float32) float32 { return (x - y) * (x - y) }
	product := func(x, y float32) float32 { return x * y }
	t := Table{
		"l2_distance(sparsevec,sparsevec)": sparseDistance(func(a, b []datum.SparseElem) float64 {
			return math.Sqrt(merge(a, b, squared))
		}),
		"sparsevec_l2_squared_distance(sparsevec,sparsevec)": sparseDistance(func(a, b []datum.SparseElem) float64 {
			return merge(a, b, squared)
		}),
		"inner_product(sparsevec,sparsevec)": sparseDistance(func(a, b []datum.SparseElem) float64 {
			return merge(a, b, product)
		}),
		"sparsevec_negative_inner_product(sparsevec,sparsevec)": sparseDistance(func(a, b []datum.SparseElem) float64 {
			return -merge(a, b, product)
		}),
		"cosine_distance(sparsevec,sparsevec)": sparseDistance(func(a, b []datum.SparseElem) float64 {
			return 1 - clamp(merge(a, b, product)/math.Sqrt(merge(a, a, product)*merge(b, b, product)))
		}),
		"l1_distance(sparsevec,sparsevec)": sparseDistance(func(a, b []datum.SparseElem) float64 {
			return merge(a, b, func(x, y float32) float32 { return float32(math.Abs(float64(x - y))) })
		}),
		"l2_norm(sparsevec)": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Float(sparseNorm(datum.SparseVecElems(a))), nil
		}),
		"l2_normalize(sparsevec)": one(sparseNormalize),
		"sparsevec_cmp(sparsevec,sparsevec)": two(func(a, b datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(sign(compare(a, b)))), nil
		}),
		"sparsevec(sparsevec,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			return a, datum.CheckDims(datum.SparseVecDims(a), int32(typmod.Int()))
		}),
		"vector_to_sparsevec(vector,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			return sparse(datum.VectorFloats(a), int32(typmod.Int()))
		}),
		"halfvec_to_sparsevec(halfvec,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			return sparse(datum.HalfVecFloats(a), int32(typmod.Int()))
		}),
		"sparsevec_to_vector(sparsevec,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			v, err := dense("vector", a, int32(typmod.Int()))
			return datum.FromFloats(v), err
		}),
		"sparsevec_to_halfvec(sparsevec,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			v, err := dense("halfvec", a, int32(typmod.Int()))
			if err != nil {
				return datum.Null, err
			}
			return datum.HalfVecFromFloats(v)
		}),
	}
	for name, elem := range vectorElements {
		t["array_to_sparsevec("+name+"[],integer,boolean)"] = two(func(array, typmod datum.Datum) (datum.Datum, error) {
			v, err := floatsOfArray("sparsevec", elem, array, int32(typmod.Int()))
			if err != nil {
				return datum.Null, err
			}
			return sparse(v, -1)
		})
	}
	for _, op := range sixComparisons {
		t["sparsevec_"+op.suffix+"(sparsevec,sparsevec)"] = scalar(test2(func(a, b datum.Datum) bool {
			return op.holds(compare(a, b))
		}))
	}
	return t
}

func sparseDistance(f func(a, b []datum.SparseElem) float64) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		if err := datum.SameDims("sparsevec", datum.SparseVecDims(a), datum.SparseVecDims(b)); err != nil {
			return datum.Null, err
		}
		return datum.Float(f(datum.SparseVecElems(a), datum.SparseVecElems(b))), nil
	})
}

// merge adds f of the elements at each index that either has, in single
// precision; f of two zeros is 0.
func merge(a, b []datum.SparseElem, f func(x, y float32) float32) float64 {
	var sum float32
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Index < b[0].Index:
			sum += f(a[0].Value, 0)
			a = a[1:]
		case len(a) == 0 || b[0].Index < a[0].Index:
			sum += f(0, b[0].Value)
			b = b[1:]
		default:
			sum += f(a[0].Value, b[0].Value)
			a, b = a[1:], b[1:]
		}
	}
	return float64(sum)
}

func sparseNorm(v []datum.SparseElem) float64 {
	sum := 0.0
	for _, e := range v {
		sum += float64(e.Value) * float64(e.Value)
	}
	return math.Sqrt(sum)
}

func sparseNormalize(a datum.Datum) (datum.Datum, error) {
	elems := datum.SparseVecElems(a)
	n := sparseNorm(elems)
	var out []datum.SparseElem
	for _, e := range elems {
		e.Value = float32(float64(e.Value) / n)
		if math.IsInf(float64(e.Value), 0) {
			return datum.Null, floatOverflow()
		}
		if e.Value != 0 { // an element may vanish
			out = append(out, e)
		}
	}
	return datum.NewSparseVec(datum.SparseVecDims(a), out)
}

func sparse(v []float32, typmod int32) (datum.Datum, error) {
	if err := datum.CheckDims(len(v), typmod); err != nil {
		return datum.Null, err
	}
	var elems []datum.SparseElem
	for i, x := range v {
		if x != 0 {
			elems = append(elems, datum.SparseElem{Index: int32(i), Value: x})
		}
	}
	return datum.NewSparseVec(len(v), elems)
}

func dense(typ string, a datum.Datum, typmod int32) ([]float32, error) {
	dims := datum.SparseVecDims(a)
	if err := datum.CheckVectorDims(typ, dims); err != nil {
		return nil, err
	}
	if err := datum.CheckDims(dims, typmod); err != nil {
		return nil, err
	}
	v := make([]float32, dims)
	for _, e := range datum.SparseVecElems(a) {
		v[e.Index] = e.Value
	}
	return v, nil
}
