package planner

import (
	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Eval computes an expression without a row: constants, parameters ($1 is
// args[0]) and calls of functions that are written in Go. It runs once an
// execution for each of a plan's Binds, and for the rows of INSERT … VALUES.
// Volatile functions are called once for every time they are evaluated.
//
// The result may alias args.
func Eval(env *EvalEnv, e Expr, args []datum.Datum) (datum.Datum, error) {
	v := evaluation{args: args}
	switch e.(type) {
	case *Const, *Param:
	default:
		v.env = &Env{Values: env.Values, session: env.Session}
		if s, ok := env.Session.(interface{ Catalog() *catalog.Snapshot }); ok {
			v.env.Catalog = s.Catalog()
		}
	}
	return v.eval(e)
}

// EvalEnv is what expressions are evaluated in: the session's settings and
// clock, as functions see them.
type EvalEnv struct {
	Values  *datum.Env
	Session builtin.Session
}

// evaluation is one run of Eval.
type evaluation struct {
	env  *Env
	args []datum.Datum
	// caseValue is what CaseValue stands for in the innermost CASE.
	caseValue datum.Datum
}

func (v *evaluation) eval(e Expr) (datum.Datum, error) {
	switch e := e.(type) {
	case *Const:
		return e.Value, nil
	case *Param:
		if e.Index < 1 || e.Index > len(v.args) {
			return datum.Null, pgerr.Newf(pgerr.UndefinedParameter, "there is no parameter $%d", e.Index).At(e.Pos)
		}
		return v.args[e.Index-1], nil
	case *FuncCall:
		return v.call(e)
	case *CaseValue:
		return v.caseValue, nil
	case *Bool:
		return v.boolean(e)
	case *Case:
		return v.caseOf(e)
	case *Coalesce:
		for _, arg := range e.Args {
			if d, err := v.eval(arg); err != nil || !d.IsNull() {
				return d, err
			}
		}
		return datum.Null, nil
	case *NullIf:
		equal, err := v.call(e.Equal)
		if err != nil || equal.Bool() {
			return datum.Null, err
		}
		return v.eval(e.First)
	case *NullTest:
		if e.RowWise {
			return v.helper(e)
		}
		d, err := v.eval(e.Arg)
		return datum.Bool(d.IsNull() != e.Not), err
	case *BoolTest:
		d, err := v.eval(e.Arg)
		return datum.Bool(truthTests[e.Test](d)), err
	case *Distinct:
		return v.distinct(e)
	case *InList:
		return v.inList(e)
	case *RowCompare:
		return v.rowCompare(e)
	case *Collate:
		return v.eval(e.Arg)
	case *Relabel:
		if needsHelper(e) {
			return v.helper(e)
		}
		return v.eval(e.Arg)
	case *countExpr:
		return v.count(e)
	case *sumExpr:
		return v.sum(e)
	}
	return v.helper(e)
}

// truthTests are the forms of IS TRUE and its kin, over a value that may be NULL.
var truthTests = map[string]func(datum.Datum) bool{
	"TRUE":        func(d datum.Datum) bool { return !d.IsNull() && d.Bool() },
	"NOT TRUE":    func(d datum.Datum) bool { return d.IsNull() || !d.Bool() },
	"FALSE":       func(d datum.Datum) bool { return !d.IsNull() && !d.Bool() },
	"NOT FALSE":   func(d datum.Datum) bool { return d.IsNull() || d.Bool() },
	"UNKNOWN":     datum.Datum.IsNull,
	"NOT UNKNOWN": func(d datum.Datum) bool { return !d.IsNull() },
}

// apply calls a scalar as SQLite would.
func (v *evaluation) apply(call builtin.Call, fn builtin.Scalar, strict bool, args []datum.Datum) (datum.Datum, error) {
	if strict {
		for _, a := range args {
			if a.IsNull() {
				return datum.Null, nil
			}
		}
	}
	call.Env, call.Session = v.env.Values, v.env.session
	return fn(&call, args)
}

func (v *evaluation) evalAll(list []Expr) ([]datum.Datum, error) {
	out := make([]datum.Datum, len(list))
	for i, e := range list {
		d, err := v.eval(e)
		if err != nil {
			return nil, err
		}
		out[i] = d
	}
	return out, nil
}

func (v *evaluation) call(e *FuncCall) (datum.Datum, error) {
	if e.Proc.Impl == nil || e.Proc.Impl.Scalar == nil {
		return datum.Null, unsupportedCall(v.env, e)
	}
	args, err := v.evalAll(e.Args)
	if err != nil {
		return datum.Null, err
	}
	return v.apply(callSite(e.Args, e.ArgTypes, e.Typ, e.Variadic), e.Proc.Impl.Scalar, e.Proc.Strict, args)
}

func (v *evaluation) helper(e Expr) (datum.Datum, error) {
	h, operands, err := helperFor(v.env, e)
	if err != nil {
		return datum.Null, err
	}
	args, err := v.evalAll(operands)
	if err != nil {
		return datum.Null, err
	}
	return v.apply(h.Call, h.Scalar, h.Strict, args)
}

// boolean is AND, OR and NOT in three-valued logic, stopping at the first
// operand that decides.
func (v *evaluation) boolean(e *Bool) (datum.Datum, error) {
	if e.Op == "NOT" {
		d, err := v.eval(e.Args[0])
		if err != nil || d.IsNull() {
			return datum.Null, err
		}
		return datum.Bool(!d.Bool()), nil
	}
	decides := e.Op == "OR"
	unknown := false
	for _, arg := range e.Args {
		d, err := v.eval(arg)
		switch {
		case err != nil:
			return datum.Null, err
		case d.IsNull():
			unknown = true
		case d.Bool() == decides:
			return d, nil
		}
	}
	if unknown {
		return datum.Null, nil
	}
	return datum.Bool(!decides), nil
}

func (v *evaluation) caseOf(e *Case) (datum.Datum, error) {
	if e.Arg != nil {
		d, err := v.eval(e.Arg)
		if err != nil {
			return datum.Null, err
		}
		defer func(outer datum.Datum) { v.caseValue = outer }(v.caseValue)
		v.caseValue = d
	}
	for _, w := range e.Whens {
		cond, err := v.eval(w.Cond)
		if err != nil {
			return datum.Null, err
		}
		if !cond.IsNull() && cond.Bool() {
			return v.eval(w.Result)
		}
	}
	if e.Else == nil {
		return datum.Null, nil
	}
	return v.eval(e.Else)
}

func (v *evaluation) distinct(e *Distinct) (datum.Datum, error) {
	args, err := v.evalAll(e.Equal.Args)
	if err != nil {
		return datum.Null, err
	}
	if args[0].IsNull() || args[1].IsNull() {
		return datum.Bool((args[0].IsNull() == args[1].IsNull()) == e.Not), nil
	}
	equal, err := v.call(e.Equal)
	return datum.Bool(equal.Bool() == e.Not), err
}

func (v *evaluation) inList(e *InList) (datum.Datum, error) {
	left, err := v.eval(e.Left)
	if err != nil {
		return datum.Null, err
	}
	if e.Proc.Impl == nil || e.Proc.Impl.Scalar == nil {
		return datum.Null, unsupportedProc(v.env, e.Proc, e.Op)
	}
	unknown := false
	for _, item := range e.Items {
		right, err := v.eval(item)
		if err != nil {
			return datum.Null, err
		}
		call := builtin.Call{Args: []oid.OID{e.Left.Type(), item.Type()}, Result: oid.Bool}
		equal, err := v.apply(call, e.Proc.Impl.Scalar, e.Proc.Strict, []datum.Datum{left, right})
		switch {
		case err != nil:
			return datum.Null, err
		case equal.IsNull():
			unknown = true
		case equal.Bool():
			return datum.Bool(!e.Not), nil
		}
	}
	if unknown {
		return datum.Null, nil
	}
	return datum.Bool(e.Not), nil
}

// rowCompare compares rows column by column up to the first that differs.
func (v *evaluation) rowCompare(e *RowCompare) (datum.Datum, error) {
	for i := range e.Left {
		args, err := v.evalAll([]Expr{e.Left[i], e.Right[i]})
		if err != nil {
			return datum.Null, err
		}
		call := builtin.Call{Args: []oid.OID{e.Left[i].Type(), e.Right[i].Type()}, Result: oid.Bool}
		equal, err := v.apply(call, e.Equal[i].Impl.Scalar, true, args)
		if err != nil || equal.IsNull() {
			return datum.Null, err
		}
		if !equal.Bool() {
			return v.apply(call, e.Less[i].Impl.Scalar, true, args)
		}
	}
	return datum.Bool(e.Op == "<=" || e.Op == ">="), nil
}
