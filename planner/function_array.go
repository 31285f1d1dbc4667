package planner

import (
	"fmt"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// arrayHelper is ARRAY[…].
func arrayHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*ArrayExpr)
	elem, err := typeOf(env, e.Elem)
	if err != nil {
		return nil, nil, err
	}
	f := &Function{
		Name: fmt.Sprintf("array_%d", e.Elem), Args: -1,
		Call: builtin.Call{Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return datum.NewArray(elem, a), nil
		},
	}
	if e.Nested {
		f.Name = fmt.Sprintf("arrays_%d", e.Elem)
		f.Scalar = func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) { return stackArrays(elem, a) }
	}
	return f, e.Elems, nil
}

// concatFunction joins arrays of one dimension, which are not NULL.
func concatFunction(elem *datum.Type) *Function {
	return &Function{
		Name: fmt.Sprintf("concat_arrays_%d", elem.OID), Args: -1,
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			var elems []datum.Datum
			for _, part := range a {
				elems = append(elems, datum.ArrayElems(elem, part)...)
			}
			return datum.NewArray(elem, elems), nil
		},
	}
}

// stackArrays makes an array of one more dimension; NULLs among the parts are
// left out as Postgres does.
func stackArrays(elem *datum.Type, parts []datum.Datum) (datum.Datum, error) {
	var dims []datum.Dim
	var elems []datum.Datum
	n, nulls, empty := 0, 0, 0
	for _, p := range parts {
		if p.IsNull() {
			nulls++
			continue
		}
		inner := datum.ArrayDims(p)
		if len(inner) == 0 {
			empty++
			continue
		}
		if n == 0 {
			dims = append([]datum.Dim{{Lower: 1}}, inner...)
		} else if !sameShape(dims[1:], inner) {
			return datum.Null, mismatchedArrays()
		}
		n++
		elems = append(elems, datum.ArrayElems(elem, p)...)
	}
	if n == 0 {
		return datum.NewArray(elem, nil), nil
	}
	if nulls+empty > 0 {
		return datum.Null, mismatchedArrays()
	}
	dims[0].Len = n
	return datum.NewArrayDims(elem, dims, elems)
}

func sameShape(a, b []datum.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func mismatchedArrays() error {
	return pgerr.New(pgerr.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions")
}

// arrayCoercionHelper converts an array element by element. The conversion is
// an expression over CaseValue, computed by Eval.
func arrayCoercionHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*CoerceArray)
	from, err := typeOf(env, e.Arg.Type())
	if err != nil {
		return nil, nil, err
	}
	to, err := typeOf(env, e.Typ)
	if err != nil {
		return nil, nil, err
	}
	if from.Elem == nil || to.Elem == nil || !computes(e.Elem, true, true) {
		return nil, nil, pgerr.Unsupported("cast from %s to %s", typeName(env, e.Arg.Type()), typeName(env, e.Typ))
	}
	snapshot := env.Catalog // the function outlives env
	return &Function{
		Name: "map_" + digest(exprKey(e.Elem)+fmt.Sprint(e.Arg.Type(), e.Typ)), Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{e.Arg.Type()}, Result: e.Typ},
		Scalar: func(c *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			v := evaluation{env: &Env{Catalog: snapshot, Values: c.Env, session: c.Session}}
			return datum.MapArray(from.Elem, to.Elem, a[0], func(d datum.Datum) (datum.Datum, error) {
				v.caseValue = d
				return v.eval(e.Elem)
			})
		},
	}, []Expr{e.Arg}, nil
}

// arrayOpHelper is left op ANY|ALL (array), in three-valued logic.
func arrayOpHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*ArrayOp)
	array, err := typeOf(env, e.Right.Type())
	if err != nil {
		return nil, nil, err
	}
	if e.Proc.Impl == nil || e.Proc.Impl.Scalar == nil || array.Elem == nil {
		return nil, nil, unsupportedProc(env, e.Proc, e.Op)
	}
	op, strict, some := e.Proc.Impl.Scalar, e.Proc.Strict, e.Any
	types := []oid.OID{e.Left.Type(), array.Elem.OID}
	quantifier := "all"
	if some {
		quantifier = "any"
	}
	return &Function{
		Name: fmt.Sprintf("%s_%d_%d_%d", quantifier, e.Proc.OID, types[0], types[1]), Args: 2,
		Call: builtin.Call{Args: types, Result: oid.Bool},
		Scalar: func(c *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			if a[1].IsNull() {
				return datum.Null, nil
			}
			unknown := false
			for _, d := range datum.ArrayAll(array.Elem, a[1]) {
				if strict && (d.IsNull() || a[0].IsNull()) {
					unknown = true
					continue
				}
				r, err := op(c, []datum.Datum{a[0], d})
				switch {
				case err != nil:
					return datum.Null, err
				case r.IsNull():
					unknown = true
				case r.Bool() == some:
					return r, nil
				}
			}
			if unknown {
				return datum.Null, nil
			}
			return datum.Bool(!some), nil
		},
	}, []Expr{e.Left, e.Right}, nil
}

// elementsModule lists the elements of an array in c0. The NULL array gives one
// NULL, so that x IN (its rows) is NULL just as x = ANY(NULL) is.
func elementsModule(array *datum.Type) *Module {
	return &Module{
		Name: fmt.Sprintf("elements_%d", array.OID), Kind: ModuleSet, Columns: 1, Args: 1,
		Call: builtin.Call{Args: []oid.OID{array.OID}, Result: array.Elem.OID},
		Set: func(_ *builtin.Call, a []datum.Datum) (builtin.Rows, error) {
			if a[0].IsNull() {
				return &valueRows{values: []datum.Datum{datum.Null}}, nil
			}
			return &valueRows{values: datum.ArrayElems(array.Elem, a[0].Clone())}, nil
		},
	}
}

// valueRows are rows of one column.
type valueRows struct {
	values []datum.Datum
	next   int
}

// Next gives the next value as a row.
func (r *valueRows) Next() ([]datum.Datum, error) {
	if r.next == len(r.values) {
		return nil, nil
	}
	r.next++
	return r.values[r.next-1 : r.next], nil
}
