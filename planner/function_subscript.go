package planner

import (
	"fmt"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// bounds lists the given subscripts as operands, lower and upper of each
// dimension in turn, and says by a letter each which there are: '_' omitted.
func bounds(lower, upper []Expr, slice bool) (operands []Expr, shape string) {
	one := func(list []Expr, i int) {
		if i < len(list) && list[i] != nil {
			operands = append(operands, list[i])
			shape += "x"
		} else {
			shape += "_"
		}
	}
	for i := range upper {
		if slice {
			one(lower, i)
		}
		one(upper, i)
	}
	return operands, shape
}

// subscriptHelper is array[i] and array[l:u].
func subscriptHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*Subscript)
	array, err := typeOf(env, e.Arg.Type())
	if err != nil {
		return nil, nil, err
	}
	if array.Elem == nil {
		return nil, nil, pgerr.Unsupported("subscripting of type %s", typeName(env, e.Arg.Type()))
	}
	operands, shape := bounds(e.Lower, e.Upper, e.Slice)
	f := &Function{
		Name: fmt.Sprintf("subscript_%d_%s", array.OID, shape), Args: 1 + len(operands), Strict: true,
		Call: builtin.Call{Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return element(array.Elem, a[0], a[1:]), nil
		},
	}
	if e.Slice {
		f.Name = fmt.Sprintf("slice_%d_%s", array.OID, shape)
		f.Scalar = func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return sliceOf(array.Elem, a[0], shape, a[1:])
		}
	}
	return f, append([]Expr{e.Arg}, operands...), nil
}

// element is one element of an array, NULL where there is none.
func element(elem *datum.Type, array datum.Datum, subscripts []datum.Datum) datum.Datum {
	dims := datum.ArrayDims(array)
	if len(dims) != len(subscripts) {
		return datum.Null
	}
	at := 0
	for i, d := range dims {
		s := int(subscripts[i].Int()) - d.Lower
		if s < 0 || s >= d.Len {
			return datum.Null
		}
		at = at*d.Len + s
	}
	for i, e := range datum.ArrayAll(elem, array) {
		if i == at {
			return e
		}
	}
	return datum.Null
}

// span is a range of subscripts within one dimension, counted from 0.
type span struct{ from, to int }

// sliceOf is a part of an array; its own subscripts begin at 1. Bounds outside
// the array are drawn in, and dimensions without bounds are taken whole.
func sliceOf(elem *datum.Type, array datum.Datum, shape string, given []datum.Datum) (datum.Datum, error) {
	dims := datum.ArrayDims(array)
	if len(dims) == 0 || len(shape)/2 > len(dims) {
		return datum.NewArray(elem, nil), nil
	}
	spans := make([]span, len(dims))
	for i, d := range dims {
		spans[i] = span{0, d.Len}
		if 2*i >= len(shape) {
			continue
		}
		if shape[2*i] == 'x' {
			spans[i].from = max(0, int(given[0].Int())-d.Lower)
			given = given[1:]
		}
		if shape[2*i+1] == 'x' {
			spans[i].to = min(d.Len, int(given[0].Int())-d.Lower+1)
			given = given[1:]
		}
		if spans[i].from >= spans[i].to {
			return datum.NewArray(elem, nil), nil
		}
	}
	out := make([]datum.Dim, len(dims))
	for i, s := range spans {
		out[i] = datum.Dim{Len: s.to - s.from, Lower: 1}
	}
	var elems []datum.Datum
	at := make([]int, len(dims)) // the place of the element under way
	for _, e := range datum.ArrayAll(elem, array) {
		within := true
		for i, s := range spans {
			within = within && at[i] >= s.from && at[i] < s.to
		}
		if within {
			elems = append(elems, e)
		}
		for i := len(at) - 1; i >= 0; i-- {
			if at[i]++; at[i] < dims[i].Len {
				break
			}
			at[i] = 0
		}
	}
	return datum.NewArrayDims(elem, out, elems)
}
