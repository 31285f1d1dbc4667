package planner

import "slices"

// mapExpr rebuilds e from the top: where f gives a replacement that stands,
// and elsewhere the operands are mapped in turn. What does not change is
// shared with e, which is left as it was. Queries in expressions are not
// entered.
func mapExpr(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	if r := f(e); r != nil {
		return r
	}
	one := func(x Expr) Expr { return mapExpr(x, f) }
	all := func(list []Expr) []Expr {
		out := slices.Clone(list)
		for i, x := range out {
			out[i] = mapExpr(x, f)
		}
		return out
	}
	keys := func(list []SortKey) []SortKey {
		out := slices.Clone(list)
		for i := range out {
			out[i].Expr = one(out[i].Expr)
		}
		return out
	}
	call := func(x *FuncCall) *FuncCall {
		if x == nil {
			return nil
		}
		c := *x
		c.Args = all(x.Args)
		return &c
	}
	switch e := e.(type) {
	case *FuncCall:
		return call(e)
	case *AggCall:
		c := *e
		c.Direct, c.Args, c.OrderBy, c.Filter = all(e.Direct), all(e.Args), keys(e.OrderBy), one(e.Filter)
		return &c
	case *WindowCall:
		c := *e
		c.Args, c.Filter = all(e.Args), one(e.Filter)
		if e.Window != nil {
			w := *e.Window
			w.Partition, w.OrderBy = all(w.Partition), keys(w.OrderBy)
			c.Window = &w
		}
		return &c
	case *Bool:
		c := *e
		c.Args = all(e.Args)
		return &c
	case *Case:
		c := *e
		c.Arg, c.Else = one(e.Arg), one(e.Else)
		c.Whens = slices.Clone(e.Whens)
		for i, w := range c.Whens {
			c.Whens[i] = When{one(w.Cond), one(w.Result)}
		}
		return &c
	case *Coalesce:
		c := *e
		c.Args = all(e.Args)
		return &c
	case *NullIf:
		c := *e
		c.Equal, c.First = call(e.Equal), one(e.First)
		return &c
	case *MinMax:
		c := *e
		c.Args = all(e.Args)
		return &c
	case *NullTest:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *BoolTest:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *Distinct:
		c := *e
		c.Equal = call(e.Equal)
		return &c
	case *ArrayOp:
		c := *e
		c.Left, c.Right = one(e.Left), one(e.Right)
		return &c
	case *InList:
		c := *e
		c.Left, c.Items = one(e.Left), all(e.Items)
		return &c
	case *Subquery:
		c := *e
		c.Compare = slices.Clone(e.Compare)
		for i, x := range c.Compare {
			c.Compare[i] = call(x)
		}
		if r := e.RowCompare; r != nil {
			rc := *r
			rc.Left, rc.Right = all(r.Left), all(r.Right)
			c.RowCompare = &rc
		}
		return &c
	case *ArrayExpr:
		c := *e
		c.Elems = all(e.Elems)
		return &c
	case *RowExpr:
		c := *e
		c.Fields = all(e.Fields)
		return &c
	case *RowCompare:
		c := *e
		c.Left, c.Right = all(e.Left), all(e.Right)
		return &c
	case *Field:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *Subscript:
		c := *e
		c.Arg, c.Upper, c.Lower = one(e.Arg), all(e.Upper), all(e.Lower)
		return &c
	case *SubscriptAssign:
		c := *e
		c.Arg, c.Upper, c.Lower, c.Value = one(e.Arg), all(e.Upper), all(e.Lower), one(e.Value)
		return &c
	case *Relabel:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *CoerceIO:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *CoerceTypmod:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *CoerceArray:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *CoerceDomain:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	case *Collate:
		c := *e
		c.Arg = one(e.Arg)
		return &c
	}
	return e
}
