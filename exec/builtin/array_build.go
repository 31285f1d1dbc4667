package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// arrayBuilders make arrays out of others. NULL arrays count as empty ones
// where an element is added to them.
func arrayBuilders() Table {
	return Table{
		"array_append":                 scalar(arrayAppend),
		"array_prepend":                scalar(arrayPrepend),
		"array_cat":                    scalar(arrayCat),
		"array_remove":                 scalar(arrayRemove),
		"array_replace":                scalar(arrayReplace),
		"array_fill":                   scalar(arrayFill),
		"array_fill_with_lower_bounds": scalar(arrayFill),
		"trim_array":                   scalar(trimArray),
	}
}

func atMostOneDimension() error {
	return dataException("argument must be empty or one-dimensional array")
}

// grow is the shape of a one-dimensional array, or of none, with one element
// more.
func grow(a datum.Datum) (datum.Dim, error) {
	if a.IsNull() {
		return datum.Dim{Len: 1, Lower: 1}, nil
	}
	switch dims := datum.ArrayDims(a); len(dims) {
	case 0:
		return datum.Dim{Len: 1, Lower: 1}, nil
	case 1:
		if dims[0].Upper() == math.MaxInt32 {
			return datum.Dim{}, datum.IntOutOfRange(32)
		}
		return datum.Dim{Len: dims[0].Len + 1, Lower: dims[0].Lower}, nil
	default:
		return datum.Dim{}, atMostOneDimension()
	}
}

func arrayAppend(c *Call, a []datum.Datum) (datum.Datum, error) {
	elem, err := elemType(c, 0)
	if err != nil {
		return datum.Null, err
	}
	dim, err := grow(a[0])
	if err != nil {
		return datum.Null, err
	}
	return datum.NewArrayDims(elem, []datum.Dim{dim}, append(datum.ArrayElems(elem, a[0]), a[1]))
}

func arrayPrepend(c *Call, a []datum.Datum) (datum.Datum, error) {
	elem, err := elemType(c, 1)
	if err != nil {
		return datum.Null, err
	}
	dim, err := grow(a[1])
	if err != nil {
		return datum.Null, err
	}
	return datum.NewArrayDims(elem, []datum.Dim{dim}, append([]datum.Datum{a[0]}, datum.ArrayElems(elem, a[1])...))
}

// arrayCat joins two arrays of equal shape but for the first dimension, or an
// array and a slice of it.
func arrayCat(c *Call, a []datum.Datum) (datum.Datum, error) {
	switch {
	case a[0].IsNull():
		return a[1], nil
	case a[1].IsNull():
		return a[0], nil
	}
	elem, err := elemType(c, 0)
	if err != nil {
		return datum.Null, err
	}
	x, y := datum.ArrayDims(a[0]), datum.ArrayDims(a[1])
	switch {
	case len(x) == 0:
		return a[1], nil
	case len(y) == 0:
		return a[0], nil
	}
	incompatible := func(detail string, args ...any) (datum.Datum, error) {
		return datum.Null, subscriptFault("cannot concatenate incompatible arrays").WithDetail(detail, args...)
	}
	const unlikeSlices = "Arrays with differing element dimensions are not compatible for concatenation."
	dims := append([]datum.Dim(nil), x...)
	switch len(x) - len(y) {
	case 0:
		for i := 1; i < len(x); i++ {
			if x[i] != y[i] {
				return incompatible(unlikeSlices)
			}
		}
		dims[0].Len += y[0].Len
	case 1:
		for i := range y {
			if x[i+1] != y[i] {
				return incompatible("Arrays with differing dimensions are not compatible for concatenation.")
			}
		}
		dims[0].Len++
	case -1:
		for i := range x {
			if y[i+1] != x[i] {
				return incompatible("Arrays with differing dimensions are not compatible for concatenation.")
			}
		}
		dims = append(dims[:0:0], y...)
		dims[0].Len++
	default:
		return incompatible("Arrays of %d and %d dimensions are not compatible for concatenation.", len(x), len(y))
	}
	return datum.NewArrayDims(elem, dims, append(datum.ArrayElems(elem, a[0]), datum.ArrayElems(elem, a[1])...))
}

func arrayRemove(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	elem, err := ordered(c, 0)
	if err == nil {
		err = oneDimension(a[0], "removing elements from")
	}
	if err != nil {
		return datum.Null, err
	}
	var kept []datum.Datum
	for _, e := range datum.ArrayAll(elem, a[0]) {
		if !sameElem(elem, e, a[1]) {
			kept = append(kept, e)
		}
	}
	dims := datum.ArrayDims(a[0])
	if len(dims) == 0 || len(kept) == dims[0].Len {
		return a[0], nil
	}
	dims[0].Len = len(kept)
	return datum.NewArrayDims(elem, dims, kept)
}

func arrayReplace(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	elem, err := ordered(c, 0)
	if err != nil {
		return datum.Null, err
	}
	elems := datum.ArrayElems(elem, a[0])
	for i, e := range elems {
		if sameElem(elem, e, a[1]) {
			elems[i] = a[2]
		}
	}
	return datum.NewArrayDims(elem, datum.ArrayDims(a[0]), elems)
}

// arrayFill makes an array of equal elements out of its lengths and, if given,
// its lower bounds.
func arrayFill(c *Call, a []datum.Datum) (datum.Datum, error) {
	t := c.Type(c.Result)
	if t == nil || t.Elem == nil {
		return datum.Null, pgerr.New(pgerr.UndefinedObject, "could not find array type")
	}
	if a[1].IsNull() || len(a) > 2 && a[2].IsNull() {
		return datum.Null, nullNotAllowed("dimension array or low bound array cannot be null")
	}
	lengths, err := fillBounds(a[1], "Dimension array must be one dimensional.")
	if err != nil {
		return datum.Null, err
	}
	dims := make([]datum.Dim, len(lengths))
	for i, n := range lengths {
		dims[i] = datum.Dim{Len: n, Lower: 1}
	}
	if len(a) > 2 {
		lowers, err := fillBounds(a[2], "Dimension array must be one dimensional.")
		if err != nil {
			return datum.Null, err
		}
		if len(lowers) != len(dims) {
			return datum.Null, subscriptFault("wrong number of array subscripts").
				WithDetail("Low bound array has different size than dimensions array.")
		}
		for i, n := range lowers {
			dims[i].Lower = n
		}
	}
	if len(dims) > datum.MaxArrayDims {
		return datum.Null, pgerr.Newf(pgerr.ProgramLimitExceeded,
			"number of array dimensions (%d) exceeds the maximum allowed (%d)", len(dims), datum.MaxArrayDims)
	}
	total := 1
	for _, d := range dims {
		if d.Len < 0 || d.Len > math.MaxInt32 || total > math.MaxInt32/max(d.Len, 1) {
			return datum.Null, pgerr.Newf(pgerr.ProgramLimitExceeded,
				"array size exceeds the maximum allowed (%d)", maxArrayElems)
		}
		total *= d.Len
	}
	if len(dims) == 0 || total == 0 {
		return datum.NewArray(t.Elem, nil), nil
	}
	if total > maxArrayElems {
		return datum.Null, pgerr.Newf(pgerr.ProgramLimitExceeded,
			"array size exceeds the maximum allowed (%d)", maxArrayElems)
	}
	elems := make([]datum.Datum, total)
	for i := range elems {
		elems[i] = a[0]
	}
	return datum.NewArrayDims(t.Elem, dims, elems)
}

// maxArrayElems is how many elements an array may have.
const maxArrayElems = 134217727

func fillBounds(a datum.Datum, detail string) ([]int, error) {
	if len(datum.ArrayDims(a)) > 1 {
		return nil, subscriptFault("wrong number of array subscripts").WithDetail("%s", detail)
	}
	if datum.ArrayHasNull(a) {
		return nil, nullNotAllowed("dimension values cannot be null")
	}
	var out []int
	for _, e := range datum.ArrayAll(int4Type(), a) {
		out = append(out, int(e.Int()))
	}
	return out, nil
}

func trimArray(c *Call, a []datum.Datum) (datum.Datum, error) {
	elem, err := elemType(c, 0)
	if err != nil {
		return datum.Null, err
	}
	dims := datum.ArrayDims(a[0])
	length := 0
	if len(dims) > 0 {
		length = dims[0].Len
	}
	n := a[1].Int()
	if n < 0 || n > int64(length) {
		return datum.Null, subscriptFault("number of elements to trim must be between 0 and %d", length)
	}
	if len(dims) == 0 {
		return a[0], nil
	}
	elems := datum.ArrayElems(elem, a[0])
	keep := length - int(n)
	elems = elems[:len(elems)/length*keep]
	dims[0] = datum.Dim{Len: keep, Lower: 1}
	for i := range dims {
		dims[i].Lower = 1
	}
	return datum.NewArrayDims(elem, dims, elems)
}
