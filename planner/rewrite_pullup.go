package planner

import "slices"

// Pulling up: a plain subquery in FROM, a view or a WITH query that is used once
// is merged into the query around it, as Postgres does. SQLite does that too;
// here it is only done where it lets the vector search rule see the distance
// that the outer query sorts by:
//
//	SELECT * FROM (SELECT id, embedding <-> $1 AS d FROM items) s ORDER BY d LIMIT 5

// maxPullUps bounds how many subqueries are merged into one query.
const maxPullUps = 16

// forKNN is q with subqueries pulled up so that the rule applies, or q as it is.
func forKNN(q *Query) *Query {
	if len(q.OrderBy) == 0 || q.SetOp != nil || q.Values != nil || matchKNN(q) != nil {
		return q
	}
	flat := q
	for range maxPullUps {
		next := pullUp(flat)
		if next == nil {
			return q
		}
		if flat = next; matchKNN(flat) != nil {
			return flat
		}
	}
	return q
}

// pullUp merges the first subquery that allows it; nil when none does.
func pullUp(q *Query) *Query {
	if q.HasAggregates || q.HasWindows || q.HasSetFuncs || q.Distinct || len(q.DistinctOn) > 0 || len(q.Locking) > 0 {
		return nil
	}
	for i, item := range q.From {
		var found *Entry
		leaves(item, func(x *Entry) {
			if found == nil && plainQuery(x) != nil && !usedWithin(q, x) {
				found = x
			}
		})
		if found != nil {
			return merge(q, i, found)
		}
	}
	return nil
}

// plainQuery is the query behind an entry where it is no more than a choice of
// rows and columns; nil elsewhere.
func plainQuery(x *Entry) *Query {
	if x.Nullable || x.Lateral {
		return nil
	}
	q := x.Query
	if x.Kind == EntryCTE && !x.CTE.Recursive && x.CTE.Refs <= 1 && x.CTE.Materialized != 'm' {
		q = x.CTE.Query
	}
	if q == nil || q.Command != CommandSelect || q.SetOp != nil || q.Values != nil || len(q.From) == 0 || len(q.CTEs) > 0 ||
		q.HasAggregates || q.HasWindows || q.HasSetFuncs || q.Distinct || len(q.DistinctOn) > 0 || len(q.OrderBy) > 0 ||
		q.Limit != nil || q.Offset != nil || len(q.Locking) > 0 {
		return nil
	}
	for _, t := range q.Targets {
		if isVolatile(t.Expr) {
			return nil
		}
	}
	return q
}

// usedWithin reports whether a query inside q refers to the entry: such
// references are not rewritten.
func usedWithin(q *Query, x *Entry) bool {
	refers := func(e Expr) bool {
		switch e := e.(type) {
		case *Var:
			return e.Entry == x
		case *RowExpr:
			return e.Whole == x
		}
		return false
	}
	found := false
	inspectQuery(q, func(e Expr) bool {
		switch e := e.(type) {
		case *Subquery:
			found = found || anywhereIn(e.Query, refers)
		case *RowExpr:
			found = found || e.Whole == x
		}
		return !found
	})
	for _, item := range q.From {
		leaves(item, func(other *Entry) {
			if other != x && other.Lateral {
				found = true // it may refer to x
			}
		})
	}
	return found
}

// merge puts the query behind an entry of q.From[at] in the entry's place.
func merge(q *Query, at int, x *Entry) *Query {
	inner := plainQuery(x)
	replace := func(e Expr) Expr {
		if v, ok := e.(*Var); ok && v.Entry == x {
			return inner.Targets[v.Col].Expr
		}
		return nil
	}
	items := inner.From[0]
	for _, item := range inner.From[1:] {
		items = &Join{Kind: JoinCross, Left: items, Right: item}
	}
	out := *q
	out.From = slices.Clone(q.From)
	out.From[at] = replaceEntry(q.From[at], x, items, replace)
	out.Where = conjunction(mapExpr(q.Where, replace), inner.Where)
	out.Targets = slices.Clone(q.Targets)
	for i, t := range q.Targets {
		c := *t
		c.Expr = mapExpr(t.Expr, replace)
		out.Targets[i] = &c
	}
	out.OrderBy = slices.Clone(q.OrderBy)
	for i := range out.OrderBy {
		out.OrderBy[i].Expr = mapExpr(out.OrderBy[i].Expr, replace)
	}
	return &out
}

// replaceEntry puts items in the place of a leaf, and rewrites the conditions of
// the joins above it.
func replaceEntry(item FromItem, x *Entry, items FromItem, replace func(Expr) Expr) FromItem {
	switch item := item.(type) {
	case *FromEntry:
		if item.Entry == x {
			return items
		}
	case *Join:
		c := *item
		c.Left, c.Right = replaceEntry(item.Left, x, items, replace), replaceEntry(item.Right, x, items, replace)
		c.On = mapExpr(item.On, replace)
		return &c
	}
	return item
}

// conjunction is a AND b, either of which may be nil.
func conjunction(a, b Expr) Expr {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return &Bool{Typed: Typed{Typ: a.Type(), Mod: -1}, Op: "AND", Args: []Expr{a, b}}
}
