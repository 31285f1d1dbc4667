package builtin

import (
	"math"
	"strconv"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// arrayFunctions tell about arrays and search them. Elements are equal where
// their type's comparison says so; two NULLs are the same element.
func arrayFunctions() Table {
	return Table{
		"array_ndims": one(func(a datum.Datum) (datum.Datum, error) {
			return positive(len(datum.ArrayDims(a)))
		}),
		"array_dims":        one(arrayDims),
		"array_cardinality": one(func(a datum.Datum) (datum.Datum, error) { return datum.Int(int64(datum.ArrayLen(a))), nil }),
		"array_length":      dimension(func(d datum.Dim) int { return d.Len }),
		"array_lower":       dimension(func(d datum.Dim) int { return d.Lower }),
		"array_upper":       dimension(datum.Dim.Upper),

		"arraycontains": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return containment(c, a[0], a[1], true)
		}),
		"arraycontained": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return containment(c, a[1], a[0], true)
		}),
		"arrayoverlap": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return containment(c, a[0], a[1], false)
		}),

		"array_position":       scalar(arrayPosition),
		"array_position_start": scalar(arrayPosition),
		"array_positions":      scalar(arrayPositions),
		"width_bucket_array":   scalar(widthBucketArray),
	}
}

// elemType is the type of the elements of argument i.
func elemType(c *Call, i int) (*datum.Type, error) {
	t := c.Type(c.Args[i])
	if t == nil || t.Elem == nil {
		return nil, unsupported("type %s as an array", typeName(c, c.Args[i]))
	}
	return t.Elem, nil
}

// ordered is elemType for functions that compare elements.
func ordered(c *Call, i int) (*datum.Type, error) {
	elem, err := elemType(c, i)
	if err == nil && elem.Compare == nil {
		return nil, noEquality(c, elem.OID)
	}
	return elem, err
}

func positive(n int) (datum.Datum, error) {
	if n <= 0 {
		return datum.Null, nil
	}
	return datum.Int(int64(n)), nil
}

func arrayDims(a datum.Datum) (datum.Datum, error) {
	dims := datum.ArrayDims(a)
	if len(dims) == 0 {
		return null()
	}
	var b []byte
	for _, d := range dims {
		b = strconv.AppendInt(append(b, '['), int64(d.Lower), 10)
		b = append(strconv.AppendInt(append(b, ':'), int64(d.Upper()), 10), ']')
	}
	return datum.TextBytes(b), nil
}

func dimension(f func(datum.Dim) int) Impl {
	return two(func(a, n datum.Datum) (datum.Datum, error) {
		dims := datum.ArrayDims(a)
		if n.Int() < 1 || n.Int() > int64(len(dims)) {
			return null()
		}
		return datum.Int(int64(f(dims[n.Int()-1]))), nil
	})
}

// containment reports whether all (or any) elements of b are in a. NULL is in
// no array.
func containment(c *Call, a, b datum.Datum, all bool) (datum.Datum, error) {
	elem, err := ordered(c, 0)
	if err != nil {
		return datum.Null, err
	}
	members := datum.ArrayElems(elem, a)
	for _, e := range datum.ArrayAll(elem, b) {
		if contains(elem, members, e) != all {
			return datum.Bool(!all), nil
		}
	}
	return datum.Bool(all), nil
}

func contains(elem *datum.Type, members []datum.Datum, e datum.Datum) bool {
	if e.IsNull() {
		return false
	}
	for _, m := range members {
		if !m.IsNull() && elem.Compare(m, e) == 0 {
			return true
		}
	}
	return false
}

// same reports that two elements are equal or both NULL.
func sameElem(elem *datum.Type, a, b datum.Datum) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	return elem.Compare(a, b) == 0
}

func oneDimension(a datum.Datum, doing string) error {
	if len(datum.ArrayDims(a)) > 1 {
		return unsupported("%s multidimensional arrays", doing)
	}
	return nil
}

func arrayPosition(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	elem, err := ordered(c, 0)
	if err == nil {
		err = oneDimension(a[0], "searching for elements in")
	}
	if err != nil {
		return datum.Null, err
	}
	dims := datum.ArrayDims(a[0])
	if len(dims) == 0 {
		return null()
	}
	start := int64(math.MinInt64)
	if len(a) > 2 {
		if a[2].IsNull() {
			return datum.Null, nullNotAllowed("initial position must not be null")
		}
		start = a[2].Int()
	}
	for i, e := range datum.ArrayAll(elem, a[0]) {
		at := int64(dims[0].Lower + i)
		if at >= start && sameElem(elem, e, a[1]) {
			return datum.Int(at), nil
		}
	}
	return null()
}

func arrayPositions(c *Call, a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() {
		return null()
	}
	elem, err := ordered(c, 0)
	if err == nil {
		err = oneDimension(a[0], "searching for elements in")
	}
	if err != nil {
		return datum.Null, err
	}
	var found []datum.Datum
	dims := datum.ArrayDims(a[0])
	for i, e := range datum.ArrayAll(elem, a[0]) {
		if sameElem(elem, e, a[1]) {
			found = append(found, datum.Int(int64(dims[0].Lower+i)))
		}
	}
	return datum.NewArray(datum.ByOID(oid.Int4), found), nil
}

// widthBucketArray finds the bucket of a value by the lower bounds of buckets,
// which are in order.
func widthBucketArray(c *Call, a []datum.Datum) (datum.Datum, error) {
	elem, err := ordered(c, 1)
	if err != nil {
		return datum.Null, err
	}
	if len(datum.ArrayDims(a[1])) > 1 {
		return datum.Null, subscriptFault("thresholds must be one-dimensional array")
	}
	if datum.ArrayHasNull(a[1]) {
		return datum.Null, nullNotAllowed("thresholds array must not contain NULLs")
	}
	n := int64(0)
	for _, e := range datum.ArrayAll(elem, a[1]) {
		if elem.Compare(a[0], e) < 0 {
			break
		}
		n++
	}
	return datum.Int(n), nil
}
