package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

var setOpKinds = map[pg_query.SetOperation]SetOpKind{
	pg_query.SetOperation_SETOP_UNION:     Union,
	pg_query.SetOperation_SETOP_INTERSECT: Intersect,
	pg_query.SetOperation_SETOP_EXCEPT:    Except,
}

var setOpNames = map[SetOpKind]string{Union: "UNION", Intersect: "INTERSECT", Except: "EXCEPT"}

// setOperation analyses a tree of UNION, INTERSECT and EXCEPT with the clauses
// that apply to its result.
func (s *scope) setOperation(n *pg_query.SelectStmt) *Query {
	q := s.query
	s.withClause(n.WithClause)
	if leaf := leftmostSelect(n); leaf.IntoClause != nil {
		s.failAt(leaf.IntoClause.Rel.GetLocation(), pgerr.SyntaxError, "SELECT ... INTO is not allowed here")
	}
	for _, l := range n.LockingClause {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "FOR %s is not allowed with UNION/INTERSECT/EXCEPT",
			lockStrengths[l.GetLockingClause().Strength]))
	}
	recursive := s.recursive
	s.recursive = nil
	s.combineQueries(q, n, recursive)
	// The result's columns can be named by ORDER BY alone.
	for _, t := range q.Targets {
		t.Junk = false
	}
	count := len(q.Targets)
	items, entries := s.items, s.entries
	it := entryItem(q.SetOp.Entry)
	s.items, s.entries = []*nsItem{it}, nil
	it.named = false
	q.OrderBy = s.orderBy(n.SortClause)
	if len(q.Targets) > count {
		fail(pgerr.New(pgerr.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
			WithDetail("Only result column names can be used, not expressions or functions.").
			WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause.").
			At(exprPos(q.Targets[count].Expr)))
	}
	s.items, s.entries = items, entries
	s.limits(n)
	return q
}

func leftmostSelect(n *pg_query.SelectStmt) *pg_query.SelectStmt {
	for n.Larg != nil {
		n = n.Larg
	}
	return n
}

// combineQueries analyses both sides and brings their columns to common types.
func (s *scope) combineQueries(q *Query, n *pg_query.SelectStmt, recursive *recursion) {
	op := &SetOp{Kind: setOpKinds[n.Op], All: n.All}
	name := setOpNames[op.Kind]
	q.SetOp = op
	op.Left = s.setOpSide(n.Larg)
	// Known by this name to hints in the other side.
	s.entries = append(s.entries, &Entry{Kind: EntrySubquery, Alias: "*SELECT* " + itoa(len(s.entries)+1), Columns: columnsOf(op.Left)})
	if recursive != nil {
		recursive.settle(s, op.Left)
	}
	op.Right = s.setOpSide(n.Rarg)
	left, right := op.Left.outputs(), op.Right.outputs()
	if len(left) != len(right) {
		e := pgerr.Newf(pgerr.SyntaxError, "each %s query must have the same number of columns", name)
		if len(right) > 0 {
			e = e.At(exprPos(right[0].Expr))
		}
		fail(e)
	}
	op.Entry = &Entry{Kind: EntryResult, Alias: "*SELECT* 1"}
	lt, rt := make([]Expr, len(left)), make([]Expr, len(left))
	for i := range left {
		both := []Expr{left[i].Expr, right[i].Expr}
		typ := s.selectCommon(both, name)
		lt[i] = s.sideColumn(left[i].Expr, typ, name)
		rt[i] = s.sideColumn(right[i].Expr, typ, name)
		mod := commonTypmod([]Expr{lt[i], rt[i]}, typ)
		if !(n.All && op.Kind == Union) {
			if !s.hasEquality(typ) {
				fail(pgerr.Newf(pgerr.UndefinedFunction, "could not identify an equality operator for type %s", s.typeName(typ)).
					At(exprPos(right[i].Expr)))
			}
		}
		op.Entry.Columns = append(op.Entry.Columns, EntryColumn{Name: left[i].Name, Type: typ, Typmod: mod})
	}
	op.Left, op.Right = retarget(op.Left, lt), retarget(op.Right, rt)
	q.Targets = nil
	for i, c := range op.Entry.Columns {
		q.Targets = append(q.Targets, &Target{Expr: entryVar(op.Entry, i, 0, exprPos(left[i].Expr)), Name: c.Name})
	}
	if recursive != nil {
		recursive.compare(s, op.Entry.Columns, left)
	}
}

// sideColumn converts a column of one side.
func (s *scope) sideColumn(e Expr, typ oid.OID, construct string) Expr {
	return s.coerceCommon(e, typ, construct)
}

// setOpSide analyses one side: a query of its own, or a nested set operation.
// Its unknown literals wait for the other side.
func (s *scope) setOpSide(n *pg_query.SelectStmt) *Query {
	c := s.child()
	c.ctes = nil
	c.clause = s.clause
	nested := n.Op != pg_query.SetOperation_SETOP_NONE
	plain := len(n.SortClause) == 0 && n.LimitCount == nil && n.LimitOffset == nil && len(n.LockingClause) == 0 && n.WithClause == nil
	if nested && plain {
		c.combineQueries(c.query, n, nil)
		return c.query
	}
	c.keepUnknown = true
	return c.selectStatement(n)
}

// retarget gives a side of a set operation converted output columns. Where the
// query's result is already fixed by DISTINCT, ORDER BY or a set operation, the
// conversion is a query around it.
func retarget(q *Query, exprs []Expr) *Query {
	out := q.outputs()
	same := true
	for i, t := range out {
		same = same && t.Expr == exprs[i]
	}
	if same {
		return q
	}
	// A set operation's columns count as simple when only literals changed,
	// which the sides below have already settled.
	if q.SetOp == nil && q.Values == nil && !q.Distinct && len(q.DistinctOn) == 0 && len(q.OrderBy) == 0 && q.Command == CommandSelect {
		for i, t := range out {
			t.Expr = exprs[i]
		}
		return q
	}
	entry := &Entry{Kind: EntrySubquery, Alias: "*SELECT*", Query: q, Columns: columnsOf(q)}
	outer := &Query{From: []FromItem{&FromEntry{Entry: entry}}}
	for i, t := range out {
		inner := t.Expr
		column := entryVar(entry, i, 0, 0)
		e := mapExpr(exprs[i], func(e Expr) Expr {
			if e == inner {
				return column
			}
			return nil
		})
		if c, ok := e.(*Const); ok && inner != Expr(c) {
			t.Expr = c // a literal that got its type
			entry.Columns[i].Type = c.Typ
			e = entryVar(entry, i, 0, 0)
		}
		outer.Targets = append(outer.Targets, &Target{Expr: e, Name: t.Name})
	}
	deepen(q)
	return outer
}
