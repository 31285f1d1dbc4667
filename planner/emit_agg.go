package planner

import (
	"strings"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// aggregate is an aggregate call. SQLite finds the query that an outer one
// belongs to by its columns, as Postgres does.
func (e *emitter) aggregate(x *AggCall) string {
	return e.beforeGrouping(func() string {
		sql := e.aggregateCall(x)
		if x.Filter != nil {
			sql += " FILTER (WHERE " + e.expr(x.Filter) + ")"
		}
		return sql
	})
}

func (e *emitter) aggregateCall(x *AggCall) string {
	impl := x.Proc.Impl
	if impl == nil || impl.Aggregate == nil && impl.AggregateTemplate == "" {
		return e.fail(pgerr.Unsupported("aggregate function %s(%s)", x.Proc.Name, typeNames(e.env, x.ArgTypes)).At(x.Pos))
	}
	ordered := x.Proc.AggKind == 'o' || x.Proc.AggKind == 'h'
	if impl.AggregateTemplate != "" && !ordered {
		// SQLite's own aggregates (count, min, max) do not mind the order.
		return e.builtinAggregate(x)
	}
	if ordered || x.Distinct || len(x.OrderBy) > 0 {
		return e.sortedAggregate(x, ordered)
	}
	return e.function(procFunction("a", x.Proc, callSite(x.Args, x.ArgTypes, x.Typ, false)), e.list(x.Args)...)
}

// builtinAggregate is one that SQLite has.
func (e *emitter) builtinAggregate(x *AggCall) string {
	if x.Star || len(x.Args) == 0 {
		return "count(*)"
	}
	args := e.list(x.Args)
	if x.Distinct {
		for i, a := range x.Args {
			args[i] = e.comparable(args[i], a.Type())
		}
		args[0] = "DISTINCT " + args[0]
		if len(args) > 1 {
			return e.unsupported("DISTINCT with several arguments of %s", x.Proc.Name)
		}
	}
	return expandTemplate(x.Proc.Impl.AggregateTemplate, args)
}

// sortedAggregate is an aggregate whose input is sorted or made distinct first.
// The Go function does that itself: SQLite's own DISTINCT takes one argument
// only and keeps the order of arrival, where Postgres gives sorted values.
func (e *emitter) sortedAggregate(x *AggCall, ordered bool) string {
	spec := sortSpec{direct: len(x.Direct), args: len(x.Args), distinct: x.Distinct}
	operands := append(append([]Expr{}, x.Direct...), x.Args...)
	if ordered {
		// The aggregated values of WITHIN GROUP are its sort keys.
		spec.args = len(x.OrderBy)
		operands = append([]Expr{}, x.Direct...)
		for _, k := range x.OrderBy {
			operands = append(operands, k.Expr)
		}
	}
	for i, k := range x.OrderBy {
		at := len(operands)
		if ordered {
			at = spec.direct + i
		} else {
			operands = append(operands, k.Expr)
		}
		spec.keys = append(spec.keys, argumentKey{at: at, typ: e.typ(k.Expr.Type()), desc: k.Desc, nullsFirst: k.NullsFirst})
	}
	if x.Distinct {
		// Equal values become neighbours; without ORDER BY they come sorted.
		for i, a := range x.Args {
			spec.keys = append(spec.keys, argumentKey{at: spec.direct + i, typ: e.typ(a.Type())})
		}
	}
	for _, k := range spec.keys {
		if k.typ.Compare == nil {
			return e.fail(pgerr.Newf(pgerr.UndefinedFunction, "could not identify an ordering operator for type %s", k.typ.Name))
		}
	}
	f := procFunction("a", x.Proc, callSite(operands[:spec.direct+spec.args], nil, x.Typ, false))
	f.Name += "_" + digest(spec.String())
	f.Args = len(operands)
	f.Aggregate = spec.wrap(f.Aggregate)
	return e.function(f, e.list(operands)...)
}

// windowCall is a window function, or an aggregate over a window.
func (e *emitter) windowCall(x *WindowCall) string {
	impl := x.Proc.Impl
	var sql string
	switch {
	case impl != nil && impl.Window != "":
		sql = expandTemplate(impl.Window, e.list(x.Args))
	case impl != nil && impl.AggregateTemplate != "":
		sql = "count(*)"
		if len(x.Args) > 0 {
			sql = expandTemplate(impl.AggregateTemplate, e.list(x.Args))
		}
	case impl != nil && impl.Aggregate != nil:
		sql = e.function(procFunction("a", x.Proc, callSite(x.Args, x.ArgTypes, x.Typ, false)), e.list(x.Args)...)
	default:
		return e.fail(pgerr.Unsupported("window function %s(%s)", x.Proc.Name, typeNames(e.env, x.ArgTypes)).At(x.Pos))
	}
	if x.Filter != nil {
		sql += " FILTER (WHERE " + e.expr(x.Filter) + ")"
	}
	return sql + " OVER (" + e.window(x.Window) + ")"
}

// window writes what stands in the parentheses of OVER.
func (e *emitter) window(w *Window) string {
	var clauses []string
	if len(w.Partition) > 0 {
		clauses = append(clauses, "PARTITION BY "+e.partition(w.Partition))
	}
	terms := []string{}
	for _, k := range w.OrderBy {
		if !computable(k.Expr) {
			terms = append(terms, e.order(e.expr(k.Expr), k))
		}
	}
	if o := orderClause(terms); o != "" {
		clauses = append(clauses, o[1:])
	}
	if w.Frame != nil {
		clauses = append(clauses, e.frame(w))
	}
	return strings.Join(clauses, " ")
}

func (e *emitter) frame(w *Window) string {
	f := w.Frame
	if f.Mode == "RANGE" && (f.Start.Offset != nil || f.End.Offset != nil) {
		if len(w.OrderBy) != 1 || !rangeTypes[w.OrderBy[0].Expr.Type()] {
			return e.unsupported("RANGE with offset over this type")
		}
	}
	sql := f.Mode + " BETWEEN " + e.frameBound(f.Start, countFrameStart) + " AND " + e.frameBound(f.End, countFrameEnd)
	if f.Exclude != "" {
		sql += " EXCLUDE " + f.Exclude
	}
	return sql
}

// rangeTypes are the types to which SQLite adds a frame's offset rightly.
var rangeTypes = map[oid.OID]bool{oid.Int2: true, oid.Int4: true, oid.Int8: true, oid.Float4: true, oid.Float8: true}

func (e *emitter) frameBound(b FrameBound, what count) string {
	if b.Offset == nil {
		return b.Kind
	}
	checked := newCount(b.Offset, what)
	checked.Typ = b.Offset.Type()
	return e.expr(checked) + " " + b.Kind
}
