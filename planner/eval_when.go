package planner

import "voronoi/internal/datum"

// computable reports whether Eval can compute e without a row, and whether
// doing so once per execution instead of once per row is the same: no columns,
// queries or aggregates, every function written in Go, none volatile.
func computable(e Expr) bool { return computes(e, false, false) }

// computableOnce is computable where e is evaluated exactly once anyway, as in
// the rows of INSERT … VALUES: volatile functions are allowed.
func computableOnce(e Expr) bool { return computes(e, false, true) }

// computes decides for both. inCase tells whether a CaseValue has a CASE around
// it within the expression.
func computes(e Expr, inCase, volatile bool) bool {
	sub := func(list ...Expr) bool {
		for _, x := range list {
			if x != nil && !computes(x, inCase, volatile) {
				return false
			}
		}
		return true
	}
	switch e := e.(type) {
	case *Const, *Param:
		return true
	case *CaseValue:
		return inCase
	case *FuncCall:
		return e.Proc.Impl != nil && e.Proc.Impl.Scalar != nil && !e.Proc.Set &&
			(volatile || e.Proc.Volatile != 'v') && sub(e.Args...)
	case *Case:
		conditions := inCase || e.Arg != nil
		for _, w := range e.Whens {
			if !computes(w.Cond, conditions, volatile) || !sub(w.Result) {
				return false
			}
		}
		return sub(e.Arg, e.Else)
	case *CoerceArray:
		return sub(e.Arg) && computes(e.Elem, true, volatile)
	case *ArrayOp:
		return e.Proc.Impl != nil && e.Proc.Impl.Scalar != nil && sub(e.Left, e.Right)
	case *InList:
		return e.Proc.Impl != nil && e.Proc.Impl.Scalar != nil && sub(e.Left) && sub(e.Items...)
	case *RowCompare:
		for i := range e.Less {
			for _, p := range []bool{e.Less[i].Impl == nil || e.Less[i].Impl.Scalar == nil, e.Equal[i].Impl == nil || e.Equal[i].Impl.Scalar == nil} {
				if p {
					return false
				}
			}
		}
		return sub(e.Left...) && sub(e.Right...)
	case *RowExpr:
		return e.Whole == nil && sub(e.Fields...)
	case *Bool, *Coalesce, *NullIf, *MinMax, *NullTest, *BoolTest, *Distinct, *ArrayExpr, *Field, *Subscript,
		*SubscriptAssign, *Relabel, *CoerceIO, *CoerceTypmod, *CoerceDomain, *Collate, *countExpr, *sumExpr:
		ok := true
		operands(e, func(x Expr) { ok = ok && sub(x) })
		return ok
	}
	return false
}

// fold computes e now if it is the same in every execution: no parameters, and
// immutable functions alone. Where that fails the error belongs to an
// execution that gets there, and e stays as it is.
func fold(env *Env, e Expr) Expr {
	if _, ok := e.(*Const); ok || e == nil || !computable(e) || !immutable(e) {
		return e
	}
	v := evaluation{env: env}
	d, err := v.eval(e)
	if err != nil {
		return e
	}
	return &Const{Typed: Typed{Typ: e.Type(), Mod: e.Typmod()}, Value: d.Clone()}
}

// immutable reports whether a computable expression depends on nothing that
// changes between executions. Conversions through text depend on settings.
func immutable(e Expr) bool {
	return !anywhere(e, func(x Expr) bool {
		switch x := x.(type) {
		case *Param, *CoerceIO, *CoerceDomain:
			return true
		case *FuncCall:
			return x.Proc.Volatile != 'i'
		case *ArrayOp:
			return x.Proc.Volatile != 'i'
		case *InList:
			return x.Proc.Volatile != 'i'
		}
		return false
	})
}

// constant is the value of e where it is known while planning.
func constant(env *Env, e Expr) (datum.Datum, bool) {
	c, ok := fold(env, e).(*Const)
	if !ok {
		return datum.Null, false
	}
	return c.Value, true
}
