package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// aggregate builds the call of a normal aggregate.
func (s *scope) aggregate(n *pg_query.FuncCall, proc *catalog.Proc, args []Expr, declared []oid.OID, result oid.OID, filter Expr) Expr {
	if n.FuncVariadic && (n.AggDistinct || len(n.AggOrder) > 0) && proc.Variadic == oid.Any {
		s.unsupported(n.Location, "VARIADIC with DISTINCT or ORDER BY in an aggregate")
	}
	agg := &AggCall{Typed: s.at(result, n.Location), Proc: proc, Args: args, ArgTypes: declared,
		Star: n.AggStar, Distinct: n.AggDistinct, Filter: filter}
	for _, arg := range args {
		s.notSetInAggregate(arg)
	}
	if len(n.AggOrder) > 0 {
		agg.OrderBy = s.aggregateOrder(n.AggOrder, agg)
	}
	if agg.Distinct {
		for _, arg := range args {
			if !s.hasOrder(arg.Type()) {
				fail(pgerr.Newf(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", s.typeName(arg.Type())).
					WithDetail("Aggregates with DISTINCT must be able to sort their inputs.").At(exprPos(arg)))
			}
		}
	}
	s.placeAggregate(agg)
	return agg
}

func (s *scope) notSetInAggregate(arg Expr) {
	if returnsSet(arg) {
		fail(pgerr.New(pgerr.FeatureNotSupported, "aggregate function calls cannot contain set-returning function calls").
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item.").At(exprPos(arg)))
	}
}

// aggregateOrder analyses ORDER BY inside an aggregate's parentheses.
func (s *scope) aggregateOrder(list []*pg_query.Node, agg *AggCall) []SortKey {
	var keys []SortKey
	for _, n := range list {
		by := n.GetSortBy()
		e := s.inClause(inOrderBy, func() Expr { return s.expr(by.Node) })
		for _, arg := range agg.Args {
			if equalExprs(bareArg(arg), e) {
				e = arg
			}
		}
		e = s.resolved(e)
		if slices.ContainsFunc(keys, func(k SortKey) bool { return equalExprs(k.Expr, e) }) {
			continue
		}
		keys = append(keys, s.sortKey(by, e, -1))
		if agg.Distinct && !slices.ContainsFunc(agg.Args, func(arg Expr) bool { return equalExprs(arg, e) }) {
			fail(pgerr.New(pgerr.InvalidColumnReference,
				"in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list").At(exprPos(e)))
		}
	}
	return keys
}

// bareArg is an argument before the implicit coercion to its declared type.
func bareArg(e Expr) Expr {
	if r, ok := e.(*Relabel); ok && r.Form == FormImplicitCast {
		return r.Arg
	}
	return e
}

// orderedSet builds the call of an ordered-set aggregate: f(direct) WITHIN GROUP
// (ORDER BY …).
func (s *scope) orderedSet(n *pg_query.FuncCall, name string, detail functionDetail, direct, within []Expr, types []oid.OID, filter Expr) Expr {
	proc := detail.proc
	switch {
	case !n.AggWithinGroup:
		s.failAt(n.Location, pgerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", name)
	case n.Over != nil:
		s.failAt(n.Location, pgerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", name)
	case n.AggDistinct:
		s.failAt(n.Location, pgerr.SyntaxError, "cannot use DISTINCT with WITHIN GROUP")
	}
	if proc.AggKind != 'h' && len(direct) != proc.AggDirectArgs && proc.Variadic == 0 {
		e := pgerr.Newf(pgerr.UndefinedFunction, "function %s does not exist", s.signature([]string{name}, types, nil)).
			WithHint("There is an ordered-set aggregate %s, but it requires %d direct arguments, not %d.",
				name, proc.AggDirectArgs, len(direct)).At(s.pos(n.Location))
		fail(e)
	}
	if proc.AggKind == 'h' {
		// A hypothetical row has the types of the rows that it is ranked among.
		if len(direct) != len(within) {
			fail(pgerr.Newf(pgerr.UndefinedFunction, "function %s does not exist", s.signature([]string{name}, types, nil)).
				WithHint("To use the hypothetical-set aggregate %s, the number of hypothetical direct arguments (here %d) must match the number of ordering columns (here %d).",
					name, len(direct), len(within)).At(s.pos(n.Location)))
		}
		for i := range direct {
			t := s.selectCommon([]Expr{within[i], direct[i]}, "WITHIN GROUP")
			direct[i], within[i] = s.coerceCommon(direct[i], t, "WITHIN GROUP"), s.coerceCommon(within[i], t, "WITHIN GROUP")
		}
	}
	all := append(slices.Clone(direct), within...)
	declared := slices.Clone(detail.args)
	actual := make([]oid.OID, len(all))
	for i, e := range all {
		actual[i] = e.Type()
	}
	result := s.enforceGeneric(actual, declared, proc.Result)
	for i := range all {
		if declared[i] != oid.Any {
			all[i] = s.coerceArg(all[i], declared[i])
		} else {
			declared[i] = all[i].Type()
		}
	}
	agg := &AggCall{Typed: s.at(result, n.Location), Proc: proc,
		Direct: all[:len(direct)], Args: all[len(direct):], ArgTypes: declared, Filter: filter}
	for i, o := range n.AggOrder {
		agg.OrderBy = append(agg.OrderBy, s.sortKey(o.GetSortBy(), agg.Args[i], -1))
	}
	s.placeAggregate(agg)
	return agg
}

// placeAggregate finds the query level that an aggregate belongs to: the
// innermost of the levels of the columns in its arguments, or this one without
// any. It must stand where that level allows aggregates.
func (s *scope) placeAggregate(agg *AggCall) {
	level, nested, window, set := -1, -1, 0, 0
	see := func(list ...Expr) {
		for _, e := range list {
			walkLevels(e, 0, func(e Expr, depth int) bool {
				switch e := e.(type) {
				case *Var:
					if up := e.Up - depth; up >= 0 && (level < 0 || up < level) {
						level = up
					}
				case *AggCall:
					if up := e.Up - depth; up >= 0 && (nested < 0 || up < nested) {
						nested = up
						set = exprPos(e)
					}
					return false
				case *WindowCall:
					if depth == 0 {
						window = exprPos(e)
					}
				}
				return true
			})
		}
	}
	see(agg.Args...)
	for _, k := range agg.OrderBy {
		see(k.Expr)
	}
	see(agg.Filter)
	if level < 0 {
		level = 0
		if nested >= 0 {
			level = nested
		}
	} else if nested >= 0 && nested < level {
		level = nested
	}
	if nested >= 0 && nested == level {
		fail(pgerr.New(pgerr.GroupingError, "aggregate function calls cannot be nested").At(set))
	}
	if window > 0 {
		fail(pgerr.New(pgerr.GroupingError, "aggregate function calls cannot contain window function calls").
			WithHint("You might be able to compute the window function in a sub-select.").At(window))
	}
	agg.Up = level
	owner := s
	for range level {
		owner = owner.up
	}
	if owner.readsRecursion() {
		fail(pgerr.New(pgerr.InvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term").At(agg.Pos))
	}
	owner.query.HasAggregates = true
	owner.refuse(clauseFact.allowsAggregates, "aggregate functions", pgerr.GroupingError, agg.Pos)
}

// readsRecursion reports whether FROM refers to a WITH query that is still being
// analysed: aggregates over a round of recursion have no meaning.
func (s *scope) readsRecursion() bool {
	for _, e := range s.entries {
		if e.Kind == EntryCTE && e.CTE.Query == nil {
			return true
		}
	}
	return false
}

func (f clauseFact) allowsAggregates() bool { return f.aggregates }
func (f clauseFact) allowsWindows() bool    { return f.windows }

// refuse fails where the current clause may not hold something.
func (s *scope) refuse(allowed func(clauseFact) bool, what, code string, pos int) {
	fact := clauseFacts[s.clause]
	if allowed(fact) {
		return
	}
	fail(pgerr.Newf(code, "%s are not allowed in %s", what, fact.name).At(pos))
}
