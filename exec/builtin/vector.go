package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// The functions of the vector extension over type vector. Sums are kept in
// single precision, as the extension keeps them, and widened at the end.

func vectorFunctions() Table {
	compare := datum.ByOID(oid.Vector).Compare
	t := Table{
		"l2_distance(vector,vector)":                   distance(func(a, b []float32) float64 { return math.Sqrt(squaredL2(a, b)) }),
		"vector_l2_squared_distance(vector,vector)":    distance(squaredL2),
		"inner_product(vector,vector)":                 distance(innerProduct),
		"vector_negative_inner_product(vector,vector)": distance(func(a, b []float32) float64 { return -innerProduct(a, b) }),
		"cosine_distance(vector,vector)":               distance(func(a, b []float32) float64 { return 1 - cosine(a, b) }),
		"l1_distance(vector,vector)":                   distance(l1),
		"vector_spherical_distance(vector,vector)": distance(func(a, b []float32) float64 {
			return math.Acos(clamp(innerProduct(a, b))) / math.Pi
		}),
		"cosine_similarity(vector,vector)":  distance(cosine),
		"euclidean_distance(vector,vector)": distance(func(a, b []float32) float64 { return math.Sqrt(squaredL2(a, b)) }),

		"vector_dims(vector)": template("octet_length($1) / 4", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(datum.VectorDims(a[0]))), nil
		}),
		"vector_norm(vector)": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Float(euclidean(datum.VectorFloats(a))), nil
		}),
		"l2_normalize(vector)": one(func(a datum.Datum) (datum.Datum, error) {
			v, err := normalize(datum.VectorFloats(a))
			return datum.FromFloats(v), err
		}),
		"subvector(vector,integer,integer)": pure(func(a []datum.Datum) (datum.Datum, error) {
			v, err := subvector("vector", datum.VectorFloats(a[0]), a[1].Int(), a[2].Int())
			return datum.FromFloats(v), err
		}),

		"vector_add(vector,vector)": two(addVectors),
		"vector_sub(vector,vector)": two(elementwise(func(a, b float32) float32 { return a - b })),
		"vector_mul(vector,vector)": two(elementwise(func(a, b float32) float32 { return a * b })),
		"vector_concat(vector,vector)": two(func(a, b datum.Datum) (datum.Datum, error) {
			if err := datum.CheckVectorDims("vector", datum.VectorDims(a)+datum.VectorDims(b)); err != nil {
				return datum.Null, err
			}
			return datum.Blob(concat(a.Bytes(), b.Bytes())), nil
		}),

		"vector(vector,integer,boolean)": two(func(a, typmod datum.Datum) (datum.Datum, error) {
			return a, datum.CheckDims(datum.VectorDims(a), int32(typmod.Int()))
		}),
		"vector_to_float4(vector,integer,boolean)": one(func(a datum.Datum) (datum.Datum, error) {
			return floatArray(datum.VectorFloats(a)), nil
		}),
		"vector_cmp(vector,vector)": two(func(a, b datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(sign(compare(a, b)))), nil
		}),
	}
	for name, elem := range vectorElements {
		t["array_to_vector("+name+"[],integer,boolean)"] = arrayToVector(elem)
	}
	for _, op := range sixComparisons {
		t["vector_"+op.suffix+"(vector,vector)"] = scalar(test2(func(a, b datum.Datum) bool {
			return op.holds(compare(a, b))
		}))
	}
	return t
}

func sign(v int) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}

// distance adapts a function over two vectors of equal dimensions.
func distance(f func(a, b []float32) float64) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		x, y := datum.VectorFloats(a), datum.VectorFloats(b)
		if err := datum.SameDims("vector", len(x), len(y)); err != nil {
			return datum.Null, err
		}
		return datum.Float(f(x, y)), nil
	})
}

func squaredL2(a, b []float32) float64 {
	var sum float32
	for i, x := range a {
		d := x - b[i]
		sum += d * d
	}
	return float64(sum)
}

func innerProduct(a, b []float32) float64 {
	var sum float32
	for i, x := range a {
		sum += x * b[i]
	}
	return float64(sum)
}

func l1(a, b []float32) float64 {
	var sum float32
	for i, x := range a {
		sum += float32(math.Abs(float64(x - b[i])))
	}
	return float64(sum)
}

// cosine is the cosine similarity, NaN where a vector is all zeros.
func cosine(a, b []float32) float64 {
	var dot, normA, normB float32
	for i, x := range a {
		dot += x * b[i]
		normA += x * x
		normB += b[i] * b[i]
	}
	return clamp(float64(dot) / math.Sqrt(float64(normA)*float64(normB)))
}

// clamp keeps a cosine within its range; NaN stays.
func clamp(v float64) float64 {
	switch {
	case v > 1:
		return 1
	case v < -1:
		return -1
	}
	return v
}

func euclidean(v []float32) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	return math.Sqrt(sum)
}

// normalize gives a vector of norm 1; one of zeros stays.
func normalize(v []float32) ([]float32, error) {
	n := euclidean(v)
	out := make([]float32, len(v))
	if n == 0 {
		return out, nil
	}
	for i, x := range v {
		out[i] = float32(float64(x) / n)
		if math.IsInf(float64(out[i]), 0) {
			return nil, floatOverflow()
		}
	}
	return out, nil
}

// subvector takes count elements from start on, counted from 1, as far as the
// vector has them.
func subvector(typ string, v []float32, start, count int64) ([]float32, error) {
	dims := int64(len(v))
	if count < 1 {
		return nil, datum.CheckVectorDims(typ, 0)
	}
	end := min(start+count, dims+1)
	start = max(start, 1)
	if err := datum.CheckVectorDims(typ, int(max(end-start, 0))); err != nil {
		return nil, err
	}
	return v[start-1 : end-1], nil
}

// elementwise adapts arithmetic on elements. A product that vanishes, like a
// result that is infinite, is an error.
func elementwise(f func(a, b float32) float32) func(a, b datum.Datum) (datum.Datum, error) {
	multiplies := f(2, 3) == 6
	return func(a, b datum.Datum) (datum.Datum, error) {
		x, y := datum.VectorFloats(a), datum.VectorFloats(b)
		if err := datum.SameDims("vector", len(x), len(y)); err != nil {
			return datum.Null, err
		}
		out := make([]float32, len(x))
		for i := range x {
			r := f(x[i], y[i])
			switch {
			case math.IsInf(float64(r), 0):
				return datum.Null, floatOverflow()
			case multiplies && r == 0 && x[i] != 0 && y[i] != 0:
				return datum.Null, floatUnderflow()
			}
			out[i] = r
		}
		return datum.FromFloats(out), nil
	}
}

var addVectors = elementwise(func(a, b float32) float32 { return a + b })

// arrayToVector casts an array with elements of the given type; the second
// argument is the type modifier.
func arrayToVector(elem oid.OID) Impl {
	return two(func(array, typmod datum.Datum) (datum.Datum, error) {
		floats, err := floatsOfArray("vector", elem, array, int32(typmod.Int()))
		return datum.FromFloats(floats), err
	})
}

func floatsOfArray(typ string, elem oid.OID, array datum.Datum, typmod int32) ([]float32, error) {
	if len(datum.ArrayDims(array)) > 1 {
		return nil, dataException("array must be 1-D")
	}
	if datum.ArrayHasNull(array) {
		return nil, nullNotAllowed("array must not contain nulls")
	}
	n := datum.ArrayLen(array)
	if err := datum.CheckVectorDims(typ, n); err != nil {
		return nil, err
	}
	if err := datum.CheckDims(n, typmod); err != nil {
		return nil, err
	}
	t := datum.ByOID(elem)
	out := make([]float32, n)
	for i, e := range datum.ArrayAll(t, array) {
		switch elem {
		case oid.Int4:
			out[i] = float32(e.Int())
		case oid.Numeric:
			f, err := datum.ByOID(oid.Float4).Input(nil, e.View())
			if err != nil {
				return nil, err
			}
			out[i] = float32(f.Float())
		default:
			out[i] = float32(e.Float())
		}
		if err := datum.CheckElement(typ, out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}
