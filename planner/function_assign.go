package planner

import (
	"fmt"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// maxGrown bounds the array that an assignment far outside its bounds makes.
const maxGrown = 1 << 24

// subscriptAssignHelper replaces elements of an array: one by its subscripts,
// or those of a slice.
func subscriptAssignHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*SubscriptAssign)
	array, err := typeOf(env, e.Arg.Type())
	if err != nil {
		return nil, nil, err
	}
	if array.Elem == nil {
		return nil, nil, pgerr.Unsupported("assignment to a subscript of type %s", typeName(env, e.Arg.Type()))
	}
	operands, shape := bounds(e.Lower, e.Upper, e.Slice)
	n := len(operands)
	slice := e.Slice
	name := "assign"
	if slice {
		name = "assign_slice"
	}
	return &Function{
		Name: fmt.Sprintf("%s_%d_%s", name, array.OID, shape), Args: 2 + n,
		Call: builtin.Call{Result: array.OID},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			for _, s := range a[1 : 1+n] {
				if s.IsNull() {
					return datum.Null, pgerr.New(pgerr.NullValueNotAllowed, "array subscript in assignment must not be null")
				}
			}
			if slice {
				return assignSlice(array.Elem, a[0], shape, a[1:1+n], a[1+n])
			}
			return assignElement(array.Elem, a[0], a[1:1+n], a[1+n])
		},
	}, append(append([]Expr{e.Arg}, operands...), e.Value), nil
}

// assignElement replaces one element. An array of one dimension grows where the
// subscript lies outside it, and an empty one becomes that element.
func assignElement(elem *datum.Type, array datum.Datum, subscripts []datum.Datum, value datum.Datum) (datum.Datum, error) {
	dims, elems := contents(elem, array)
	if len(dims) == 0 {
		for _, s := range subscripts {
			dims = append(dims, datum.Dim{Len: 1, Lower: int(s.Int())})
		}
		return datum.NewArrayDims(elem, dims, []datum.Datum{value})
	}
	if len(dims) != len(subscripts) {
		return datum.Null, wrongSubscripts()
	}
	if len(dims) == 1 {
		at := int(subscripts[0].Int())
		return assignRange(elem, dims[0], elems, at, []datum.Datum{value})
	}
	at := 0
	for i, d := range dims {
		s := int(subscripts[i].Int()) - d.Lower
		if s < 0 || s >= d.Len {
			return datum.Null, pgerr.New(pgerr.ArraySubscriptError, "array subscript out of range")
		}
		at = at*d.Len + s
	}
	elems[at] = value
	return datum.NewArrayDims(elem, dims, elems)
}

// assignSlice replaces a slice of a one-dimensional array by as many elements
// of another array.
func assignSlice(elem *datum.Type, array datum.Datum, shape string, given []datum.Datum, value datum.Datum) (datum.Datum, error) {
	if value.IsNull() {
		return array, nil
	}
	dims, elems := contents(elem, array)
	if len(shape) != 2 || len(dims) > 1 {
		return datum.Null, pgerr.Unsupported("assignment to a slice of several dimensions")
	}
	if len(dims) == 0 && shape != "xx" {
		return datum.Null, pgerr.New(pgerr.ArraySubscriptError, "array slice subscript must provide both boundaries").
			WithDetail("When assigning to a slice of an empty array value, slice boundaries must be fully specified.")
	}
	from, to := 1, 0
	if len(dims) == 1 {
		from, to = dims[0].Lower, dims[0].Upper()
	}
	if shape[0] == 'x' {
		from, given = int(given[0].Int()), given[1:]
	}
	if shape[1] == 'x' {
		to = int(given[0].Int())
	}
	if from > to {
		return datum.Null, pgerr.New(pgerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
	}
	source := datum.ArrayElems(elem, value)
	if len(source) < to-from+1 {
		return datum.Null, pgerr.New(pgerr.ArraySubscriptError, "source array too small")
	}
	source = source[:to-from+1]
	if len(dims) == 0 {
		return datum.NewArrayDims(elem, []datum.Dim{{Len: len(source), Lower: from}}, source)
	}
	return assignRange(elem, dims[0], elems, from, source)
}

// assignRange puts values at a subscript, with NULLs between them and the
// elements that there are.
func assignRange(elem *datum.Type, d datum.Dim, elems []datum.Datum, at int, values []datum.Datum) (datum.Datum, error) {
	lower := min(d.Lower, at)
	n := max(d.Upper(), at+len(values)-1) - lower + 1
	if n > maxGrown {
		return datum.Null, pgerr.Newf(pgerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxGrown)
	}
	grown := make([]datum.Datum, n)
	copy(grown[d.Lower-lower:], elems)
	copy(grown[at-lower:], values)
	return datum.NewArrayDims(elem, []datum.Dim{{Len: n, Lower: lower}}, grown)
}

func contents(elem *datum.Type, array datum.Datum) ([]datum.Dim, []datum.Datum) {
	if array.IsNull() {
		return nil, nil
	}
	return datum.ArrayDims(array), datum.ArrayElems(elem, array)
}

func wrongSubscripts() error {
	return pgerr.New(pgerr.ArraySubscriptError, "wrong number of array subscripts")
}
