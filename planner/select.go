package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// selectStatement analyses SELECT, VALUES and set operations.
func (s *scope) selectStatement(n *pg_query.SelectStmt) *Query {
	switch {
	case len(n.ValuesLists) > 0:
		return s.valuesClause(n)
	case n.Op != pg_query.SetOperation_SETOP_NONE:
		return s.setOperation(n)
	}
	return s.plainSelect(n)
}

// plainSelect analyses SELECT … FROM … in the order of Postgres, so that of
// several errors the same one is reported.
func (s *scope) plainSelect(n *pg_query.SelectStmt) *Query {
	q := s.query
	s.withClause(n.WithClause)
	if n.IntoClause != nil {
		s.failAt(n.IntoClause.Rel.GetLocation(), pgerr.SyntaxError, "SELECT ... INTO is not allowed here")
	}
	s.declareWindows(n.WindowClause)
	s.fromClause(n.FromClause)
	q.Targets = s.targetList(n.TargetList, inSelect)
	q.Where = s.condition(n.WhereClause, inWhere, "WHERE")
	q.Having = s.condition(n.HavingClause, inHaving, "HAVING")
	if q.Having != nil {
		q.HasAggregates = true
	}
	q.OrderBy = s.orderBy(n.SortClause)
	s.groupBy(n.GroupClause, n.GroupDistinct)
	s.distinctClause(n.DistinctClause)
	s.limits(n)
	s.windowClauses()
	s.resolveTargets()
	s.resolveGroupings()
	if q.HasAggregates {
		s.checkGrouping()
	}
	s.locking(n.LockingClause)
	return q
}

// resolveTargets gives undetermined output columns the type text.
func (s *scope) resolveTargets() {
	if s.keepUnknown {
		return
	}
	for _, t := range s.query.Targets {
		t.Expr = s.resolved(t.Expr)
	}
}

// limits analyses LIMIT, OFFSET and FETCH.
func (s *scope) limits(n *pg_query.SelectStmt) {
	q := s.query
	q.Offset = s.limit(n.LimitOffset, inOffset, "OFFSET")
	q.WithTies = n.LimitOption == pg_query.LimitOption_LIMIT_OPTION_WITH_TIES
	q.Limit = s.limit(n.LimitCount, inLimit, "LIMIT")
	if c, ok := q.Limit.(*Const); q.WithTies && ok && c.Value.IsNull() {
		fail(pgerr.New(pgerr.InvalidRowCountInLimit, "row count cannot be null in FETCH FIRST ... WITH TIES clause"))
	}
}

func (s *scope) limit(n *pg_query.Node, c clause, construct string) Expr {
	if n == nil || isNullLiteral(n) && construct == "OFFSET" {
		return nil
	}
	if isNullLiteral(n) { // LIMIT ALL, LIMIT NULL
		return &Const{Typed: Typed{Typ: oid.Int8, Mod: -1}, Value: datum.Null}
	}
	e := s.coerceSpecific(s.clauseExpr(n, c), oid.Int8, construct)
	s.noVars(e, construct)
	return e
}

// sortKey makes a key of ORDER BY over an analysed expression.
func (s *scope) sortKey(by *pg_query.SortBy, e Expr, target int) SortKey {
	k := SortKey{Expr: e, Target: target}
	switch by.SortbyDir {
	case pg_query.SortByDir_SORTBY_DESC:
		k.Desc = true
	case pg_query.SortByDir_SORTBY_USING:
		names := strs(by.UseOp)
		switch names[len(names)-1] {
		case "<":
		case ">":
			k.Desc = true
		default:
			fail(pgerr.Newf(pgerr.WrongObjectType, "operator %s is not a valid ordering operator", names[len(names)-1]).
				WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families.").At(s.pos(by.Location)))
		}
	}
	switch by.SortbyNulls {
	case pg_query.SortByNulls_SORTBY_NULLS_FIRST:
		k.NullsFirst = true
	case pg_query.SortByNulls_SORTBY_NULLS_LAST:
	default:
		k.NullsFirst = k.Desc
	}
	if !s.hasOrder(e.Type()) {
		fail(pgerr.Newf(pgerr.UndefinedFunction, "could not identify an ordering operator for type %s", s.typeName(e.Type())).
			WithHint("Use an explicit ordering operator or modify the query.").At(s.pos(nodeLocation(by.Node))))
	}
	return k
}

// orderBy analyses ORDER BY: output names and numbers, or expressions.
func (s *scope) orderBy(list []*pg_query.Node) []SortKey {
	var keys []SortKey
	for _, n := range list {
		by := n.GetSortBy()
		at := s.findTarget(by.Node, inOrderBy, "ORDER BY")
		t := s.query.Targets[at]
		t.Expr = s.resolved(t.Expr)
		k := s.sortKey(by, t.Expr, at)
		repeated := false
		for _, old := range keys {
			repeated = repeated || old.Target == at
		}
		if !repeated {
			keys = append(keys, k)
		}
	}
	return keys
}

// findTarget finds the target that an item of ORDER BY, GROUP BY or DISTINCT ON
// means, by SQL92's rules (name or number of an output column) and then by
// SQL99's (an expression); one that no target has is added as junk.
func (s *scope) findTarget(n *pg_query.Node, c clause, construct string) int {
	if ref := n.GetColumnRef(); ref != nil && len(ref.Fields) == 1 && ref.Fields[0].GetString_() != nil {
		name := ref.Fields[0].GetString_().Sval
		// In GROUP BY a column of FROM goes before an output column.
		if c != inGroupBy || !s.hasLocalColumn(name, ref.Location) {
			if at := s.targetNamed(name, construct, ref.Location); at >= 0 {
				return at
			}
		}
	}
	if lit := n.GetAConst(); lit != nil {
		v, ok := lit.Val.(*pg_query.A_Const_Ival)
		if !ok {
			if lit.Isnull || lit.Val != nil {
				s.failAt(lit.Location, pgerr.SyntaxError, "non-integer constant in %s", construct)
			}
		}
		position, at := int(v.Ival.GetIval()), 0
		for i, t := range s.query.Targets {
			if t.Junk {
				continue
			}
			if at++; at == position {
				return i
			}
		}
		s.failAt(lit.Location, pgerr.InvalidColumnReference, "%s position %d is not in select list", construct, position)
	}
	return s.exprTarget(s.clauseExpr(n, c))
}

// exprTarget finds or adds the target for an expression.
func (s *scope) exprTarget(e Expr) int {
	for i, t := range s.query.Targets {
		if equalExprs(stripImplicit(t.Expr), e) {
			return i
		}
	}
	s.query.Targets = append(s.query.Targets, &Target{Expr: e, Name: "?column?", Junk: true})
	return len(s.query.Targets) - 1
}

// stripImplicit leaves out the coercions that nobody wrote.
func stripImplicit(e Expr) Expr {
	for {
		switch x := e.(type) {
		case *Relabel:
			if x.Form != FormImplicitCast {
				return e
			}
			e = x.Arg
		case *CoerceIO:
			if x.Form != FormImplicitCast {
				return e
			}
			e = x.Arg
		case *FuncCall:
			if x.Form != FormImplicitCast {
				return e
			}
			e = x.Args[0]
		default:
			return e
		}
	}
}

func (s *scope) hasLocalColumn(name string, location int32) bool {
	for _, it := range s.items {
		if it.bare && s.lookup(it, name, location) >= 0 {
			return true
		}
	}
	return false
}

// targetNamed is the output column with a name, -1 when there is none.
func (s *scope) targetNamed(name, construct string, location int32) int {
	hit := -1
	for i, t := range s.query.Targets {
		if t.Junk || t.Name != name {
			continue
		}
		if hit >= 0 && !equalExprs(s.query.Targets[hit].Expr, t.Expr) {
			s.failAt(location, pgerr.AmbiguousColumn, "%s \"%s\" is ambiguous", construct, name)
		}
		if hit < 0 {
			hit = i
		}
	}
	return hit
}

// needEquality refuses values that cannot be grouped.
func (s *scope) needEquality(e Expr, pos int) {
	if !s.hasEquality(e.Type()) {
		fail(pgerr.Newf(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", s.typeName(e.Type())).At(pos))
	}
}

// distinctClause analyses DISTINCT and DISTINCT ON.
func (s *scope) distinctClause(list []*pg_query.Node) {
	q := s.query
	switch {
	case len(list) == 0:
		return
	case len(list) == 1 && list[0].GetNode() == nil:
		q.Distinct = true
		for _, k := range q.OrderBy {
			if q.Targets[k.Target].Junk {
				fail(pgerr.New(pgerr.InvalidColumnReference, "for SELECT DISTINCT, ORDER BY expressions must appear in select list").
					At(exprPos(k.Expr)))
			}
		}
		for _, t := range q.Targets {
			if !t.Junk {
				t.Expr = s.resolved(t.Expr)
				s.needEquality(t.Expr, exprPos(t.Expr))
			}
		}
		return
	}
	var wanted []int
	for _, n := range list {
		at := s.findTarget(n, inDistinctOn, "DISTINCT ON")
		t := q.Targets[at]
		t.Expr = s.resolved(t.Expr)
		s.needEquality(t.Expr, s.pos(nodeLocation(n)))
		known := false
		for _, w := range wanted {
			known = known || w == at
		}
		if !known {
			wanted = append(wanted, at)
		}
	}
	s.checkDistinctOn(list, wanted)
	for _, at := range wanted {
		q.DistinctOn = append(q.DistinctOn, q.Targets[at].Expr)
	}
}

// checkDistinctOn requires that ORDER BY begins with the expressions of DISTINCT
// ON, in any order.
func (s *scope) checkDistinctOn(list []*pg_query.Node, wanted []int) {
	missing := map[int]bool{}
	for _, at := range wanted {
		missing[at] = true
	}
	for i, k := range s.query.OrderBy {
		if missing[k.Target] {
			delete(missing, k.Target)
			continue
		}
		if len(missing) == 0 {
			return
		}
		for _, later := range s.query.OrderBy[i:] {
			if missing[later.Target] {
				for j, at := range wanted {
					if at == later.Target {
						s.failAt(nodeLocation(list[j]), pgerr.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
					}
				}
			}
		}
		for j, at := range wanted {
			if missing[at] {
				s.failAt(nodeLocation(list[j]), pgerr.InvalidColumnReference, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions")
			}
		}
	}
}

var lockStrengths = map[pg_query.LockClauseStrength]string{
	pg_query.LockClauseStrength_LCS_FORKEYSHARE:    "KEY SHARE",
	pg_query.LockClauseStrength_LCS_FORSHARE:       "SHARE",
	pg_query.LockClauseStrength_LCS_FORNOKEYUPDATE: "NO KEY UPDATE",
	pg_query.LockClauseStrength_LCS_FORUPDATE:      "UPDATE",
}

// locking analyses FOR UPDATE and its kin.
func (s *scope) locking(list []*pg_query.Node) {
	for _, n := range list {
		lc := n.GetLockingClause()
		strength := lockStrengths[lc.Strength]
		refuse := func(what string) {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "FOR %s is not allowed with %s", strength, what))
		}
		q := s.query
		switch {
		case q.Distinct || len(q.DistinctOn) > 0:
			refuse("DISTINCT clause")
		case len(q.GroupBy) > 0 || q.GroupingSets != nil:
			refuse("GROUP BY clause")
		case q.Having != nil:
			refuse("HAVING clause")
		case q.HasAggregates:
			refuse("aggregate functions")
		case q.HasWindows:
			refuse("window functions")
		case q.HasSetFuncs:
			refuse("set-returning functions in the target list")
		}
		l := &Locking{Strength: strength, NoWait: lc.WaitPolicy == pg_query.LockWaitPolicy_LockWaitError,
			SkipLocked: lc.WaitPolicy == pg_query.LockWaitPolicy_LockWaitSkip}
		if len(lc.LockedRels) == 0 {
			for _, item := range q.From {
				leaves(item, func(e *Entry) {
					if e.Kind == EntryRelation {
						l.Entries = append(l.Entries, e)
					}
				})
			}
		}
		for _, rel := range lc.LockedRels {
			l.Entries = append(l.Entries, s.lockedEntry(rel.GetRangeVar(), strength))
		}
		q.Locking = append(q.Locking, l)
	}
}

// lockedEntry is the entry that FOR UPDATE OF names.
func (s *scope) lockedEntry(n *pg_query.RangeVar, strength string) *Entry {
	if n.Schemaname != "" || n.Catalogname != "" {
		s.failAt(n.Location, pgerr.SyntaxError, "FOR %s must specify unqualified relation names", strength)
	}
	for _, e := range s.entries {
		if e.Alias != n.Relname {
			continue
		}
		switch e.Kind {
		case EntryFunction:
			s.failAt(n.Location, pgerr.FeatureNotSupported, "FOR %s cannot be applied to a function", strength)
		case EntryCTE:
			s.failAt(n.Location, pgerr.FeatureNotSupported, "FOR %s cannot be applied to a WITH query", strength)
		}
		return e
	}
	s.failAt(n.Location, pgerr.UndefinedTable, "relation \"%s\" in FOR %s clause not found in FROM clause", n.Relname, strength)
	return nil
}
