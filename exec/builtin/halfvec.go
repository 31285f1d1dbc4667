package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/float16"
	"voronoi/internal/oid"
)

// halfvecFunctions are those of vectors in half precision; they compute in
// single precision.
func halfvecFunctions() Table {
	distance := func(f func(a, b []float32) float64) Impl {
		return two(func(a, b datum.Datum) (datum.Datum, error) {
			x, y := datum.HalfVecFloats(a), datum.HalfVecFloats(b)
			if err := datum.SameDims("halfvec", len(x), len(y)); err != nil {
				return datum.Null, err
			}
			return datum.Float(f(x, y)), nil
		})
	}
	compare := datum.ByOID(oid.HalfVec).Compare
	t := Table{
		"l2_distance(halfvec,halfvec)":                    distance(func(a, b []float32) float64 { return math.Sqrt(squaredL2(a, b)) }),
		"halfvec_l2_squared_distance(halfvec,halfvec)":    distance(squaredL2),
		"inner_product(halfvec,halfvec)":                  distance(innerProduct),
		"halfvec_negative_inner_product(halfvec,halfvec)": distance(func(a, b []float32) float64 { return -innerProduct(a, b) }),
		"cosine_distance(halfvec,halfvec)":                distance(func(a, b []float32) float64 { return 1 - cosine(a, b) }),
		"l1_distance(halfvec,halfvec)":                    distance(l1),
		"halfvec_spherical_distance(halfvec,halfvec)": distance(func(a, b []float32) float64 {
			return math.Acos(clamp(innerProduct(a, b))) / math.Pi
		}),
		"vector_dims(halfvec)": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(datum.HalfVecDims(a))), nil
		}),
		"l2_norm(halfvec)": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Float(euclidean(datum.HalfVecFloats(a))), nil
		}),
		"l2_normalize(halfvec)": one(func(a datum.Datum) (datum.Datum, error) {
			v, err := normalize(datum.HalfVecFloats(a))
			if err != nil {
				return datum.Null, err
			}
			return datum.HalfVecFromFloats(v)
		}),
		"binary_quantize(halfvec)": one(func(a datum.Datum) (datum.Datum, error) {
			return quantize(datum.HalfVecFloats(a)), nil
		}),
		"subvector(halfvec,integer,integer)": pure(func(a []datum.Datum) (datum.Datum, error) {
			v, err := subvector("halfvec", datum.HalfVecFloats(a[0]), a[1].Int(), a[2].Int())
			if err != nil {
				return datum.Null, err
			}
			return datum.HalfVecFromFloats(v)
		}),
		"halfvec_add(halfvec,halfvec)": two(addHalves),
		"halfvec_sub(halfvec,halfvec)": two(halfwise(func(a, b float32) float32 { return a - b })),
		"halfvec_mul(halfvec,halfvec)": two(halfwise(func(a, b float32) float32 { return a * b })),
		"halfvec_concat(halfvec,halfvec)": two(func(a, b datum.Datum) (datum.Datum, error) {
			if err := datum.CheckVectorDims("halfvec", datum.HalfVecDims(a)+datum.HalfVecDims(b)); err != nil {
				return datum.Null, err
			}
			return datum.Blob(concat(a.Bytes(), b.Bytes())), nil
		}),
		"halfvec_cmp(halfvec,halfvec)": two(func(a, b datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(sign(compare(a, b)))), nil
		}),
		"halfvec(halfvec,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			return a, datum.CheckDims(datum.HalfVecDims(a), int32(typmod.Int()))
		}),
		"halfvec_to_float4(halfvec,integer,boolean)": one(func(a datum.Datum) (datum.Datum, error) {
			return floatArray(datum.HalfVecFloats(a)), nil
		}),
		"halfvec_to_vector(halfvec,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			return datum.FromFloats(datum.HalfVecFloats(a)), datum.CheckDims(datum.HalfVecDims(a), int32(typmod.Int()))
		}),
		"vector_to_halfvec(vector,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			if err := datum.CheckDims(datum.VectorDims(a), int32(typmod.Int())); err != nil {
				return datum.Null, err
			}
			return datum.HalfVecFromFloats(datum.VectorFloats(a))
		}),
		"sum(halfvec)": fold(addHalves),
		"avg(halfvec)": {Aggregate: func(*Call) (Accumulator, error) {
			return &vectorMean{floats: datum.HalfVecFloats, make: datum.HalfVecFromFloats}, nil
		}},
	}
	for name, elem := range vectorElements {
		t["array_to_halfvec("+name+"[],integer,boolean)"] = two(func(array, typmod datum.Datum) (datum.Datum, error) {
			v, err := floatsOfArray("halfvec", elem, array, int32(typmod.Int()))
			if err != nil {
				return datum.Null, err
			}
			return datum.HalfVecFromFloats(v)
		})
	}
	for _, op := range sixComparisons {
		t["halfvec_"+op.suffix+"(halfvec,halfvec)"] = scalar(test2(func(a, b datum.Datum) bool {
			return op.holds(compare(a, b))
		}))
	}
	return t
}

// vectorElements are the types whose arrays become vectors.
var vectorElements = map[string]oid.OID{
	"integer": oid.Int4, "real": oid.Float4, "double precision": oid.Float8, "numeric": oid.Numeric,
}

func floatArray(v []float32) datum.Datum {
	elems := make([]datum.Datum, len(v))
	for i, x := range v {
		elems[i] = datum.Float(float64(x))
	}
	return datum.NewArray(datum.ByOID(oid.Float4), elems)
}

// halfwise is elementwise for halves: each result is rounded to one.
func halfwise(f func(a, b float32) float32) func(a, b datum.Datum) (datum.Datum, error) {
	multiplies := f(2, 3) == 6
	return func(a, b datum.Datum) (datum.Datum, error) {
		x, y := datum.HalfVecFloats(a), datum.HalfVecFloats(b)
		if err := datum.SameDims("halfvec", len(x), len(y)); err != nil {
			return datum.Null, err
		}
		out := make([]float32, len(x))
		for i := range x {
			r := float16.Widen(float16.Round(f(x[i], y[i])))
			switch {
			case math.IsInf(float64(r), 0):
				return datum.Null, floatOverflow()
			case multiplies && r == 0 && x[i] != 0 && y[i] != 0:
				return datum.Null, floatUnderflow()
			}
			out[i] = r
		}
		return datum.HalfVecFromFloats(out)
	}
}

var addHalves = halfwise(func(a, b float32) float32 { return a + b })
