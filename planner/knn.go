package planner

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/exec/catalog"
)

// The vector search rule (V2). A query
//
//	SELECT … FROM t [JOIN …] [WHERE …] ORDER BY t.embedding <-> q [, more] [LIMIT k]
//
// becomes a loop over the search of t.embedding for q, nearest first, in which
// everything else is looked up by the row's key:
//
//	FROM voronoi_knn(h) AS k CROSS JOIN t ON t._key = k.key … ORDER BY k.distance LIMIT k
//
// SQLite then asks for as many rows as LIMIT and WHERE need and no more. That
// takes, and the rule checks:
//
//   - the first sort key is a distance between a vector column of a table in
//     FROM and an expression over nothing in FROM, or over items of FROM that
//     have one row; or a function of that distance that rises or falls with it
//     (1 - d DESC); NULLs come last, or there are none;
//   - no grouping, window, DISTINCT, set operation or set-returning function
//     stands between the rows and the order;
//   - the table is not on the side of an outer join that may be missing, and
//     the joins let it lead;
//   - ORDER BY is that key alone in SQL. Further keys are the executor's (Ties),
//     which only a statement as a whole can have.
//
// An index serves where its operator class is of the same metric and there is a
// LIMIT, or where the rows are fetched in parts, by a cursor or a portal;
// otherwise the scan is exact.

// knn is a query that the rule applies to.
type knn struct {
	column *Var
	call   *FuncCall // the distance, or the inner product
	query  Expr      // what is searched for
	metric Metric
	// key is what is sorted by: the call or a function of it. It falls as the
	// distance rises where falls is set.
	key   Expr
	falls bool
	// derived is the expression whose distance call is where it is not the column
	// itself, and index the one that is over it.
	derived Expr
	index   *catalog.Relation
	steps   []joinStep // what is joined to the table, in order
}

// joinStep joins one more item.
type joinStep struct {
	kind JoinKind
	item FromItem
	on   Expr
}

// matchKNN applies the rule's conditions; nil where one fails.
func matchKNN(q *Query) *knn {
	if len(q.OrderBy) == 0 || q.SetOp != nil || q.Values != nil || q.HasAggregates || q.HasWindows || q.HasSetFuncs ||
		q.Distinct || len(q.DistinctOn) > 0 {
		return nil
	}
	first := q.OrderBy[0]
	k := matchKey(first.Expr)
	if k == nil || first.Desc != k.falls || first.NullsFirst && (k.derived != nil || !k.column.notNull()) && !refusesNull(q.Where, k) {
		return nil
	}
	if k.derived != nil && !k.chooseDerived(q) {
		return nil
	}
	if !k.leads(q) {
		return nil
	}
	return k
}

// notNull reports whether a table's column is never NULL.
func (v *Var) notNull() bool {
	c := v.Entry.Columns[v.Col].Column
	return c != nil && c.NotNull && !v.Entry.Nullable
}

// leads decides whether the searched table can come first in the join, and
// fills in the steps.
func (k *knn) leads(q *Query) bool {
	inside := map[*Entry]bool{}
	lateral, leftmost := false, (*Entry)(nil)
	for _, item := range q.From {
		leaves(item, func(x *Entry) {
			if leftmost == nil {
				leftmost = x
			}
			inside[x] = true
			lateral = lateral || x.Lateral
		})
	}
	if !inside[k.column.Entry] || k.column.Entry.Nullable || lateral && leftmost != k.column.Entry {
		return false // moving the table to the front could move it past what refers to it
	}
	if !k.hoist(q, inside) {
		return false
	}
	for i, item := range q.From {
		steps, ok := leadBy(item, k.column.Entry)
		if !ok {
			continue
		}
		k.steps = steps
		for j, other := range q.From {
			if j != i {
				k.steps = append(k.steps, joinStep{kind: JoinCross, item: other})
			}
		}
		return true
	}
	return false
}

// hoist makes what is searched for an expression over nothing in FROM: a column
// of an item that has one row at most is asked for by a subquery.
func (k *knn) hoist(q *Query, inside map[*Entry]bool) bool {
	ok := true
	k.query = mapExpr(k.query, func(x Expr) Expr {
		v, isVar := x.(*Var)
		if !isVar || !inside[v.Entry] {
			return nil
		}
		if v.Entry == k.column.Entry {
			ok = false
			return nil
		}
		if single := onlyValue(q, v); single != nil {
			return single
		}
		ok = false
		return nil
	})
	return ok && !anywhere(k.query, func(x Expr) bool {
		v, isVar := x.(*Var)
		return isVar && inside[v.Entry] || isVolatileCall(x)
	})
}

// onlyValue is a subquery that gives a column of an item of FROM that has one
// row at most; nil where that is not plain to see.
func onlyValue(q *Query, v *Var) Expr {
	entry := *v.Entry
	one := *v
	one.Entry = &entry
	sub := &Query{Command: CommandSelect, From: []FromItem{&FromEntry{Entry: &entry}}, Targets: []*Target{{Expr: &one}}}
	switch {
	case entry.Nullable || entry.Lateral:
		return nil
	case entry.Kind == EntrySubquery && entry.Query.Command == CommandSelect && atMostOneRow(entry.Query):
		for _, t := range entry.Query.Targets {
			if isVolatile(t.Expr) {
				return nil
			}
		}
		if len(freeVars(entry.Query)) > 0 || isVolatile(entry.Query.Where) {
			return nil
		}
		if len(entry.Query.From) == 0 && entry.Query.Where == nil && entry.Query.SetOp == nil && entry.Query.Values == nil && !entry.Query.HasSetFuncs {
			return entry.Query.Targets[v.Col].Expr
		}
	case entry.Kind == EntryCTE && !entry.CTE.Recursive && entry.CTE.Query.Command == CommandSelect && atMostOneRow(entry.CTE.Query):
	case entry.Kind == EntryRelation && entry.Relation.System == nil:
		for _, qual := range q.quals() {
			if c, ok := qual.(*FuncCall); ok && c.Op != nil && c.Op.Name == "=" && len(c.Args) == 2 {
				for i, x := range c.Args {
					key, ok := x.(*Var)
					if ok && key.Entry == v.Entry && uniqueColumn(key) && computable(c.Args[1-i]) {
						at := *key
						at.Entry = &entry
						same := *c
						same.Args = []Expr{&at, c.Args[1-i]}
						if i == 1 {
							same.Args = []Expr{c.Args[1-i], &at}
						}
						sub.Where = &same
					}
				}
			}
		}
		if sub.Where == nil {
			return nil
		}
	default:
		return nil
	}
	return &Subquery{Typed: v.Typed, Kind: SubqueryScalar, Query: sub}
}

// quals are the conditions that every row of the query meets: of WHERE, and of
// inner joins.
func (q *Query) quals() []Expr {
	all := slices.Clone(conjuncts(q.Where))
	var join func(item FromItem)
	join = func(item FromItem) {
		if j, ok := item.(*Join); ok && (j.Kind == JoinInner || j.Kind == JoinCross) {
			all = append(all, conjuncts(j.On)...)
			join(j.Left)
			join(j.Right)
		}
	}
	for _, item := range q.From {
		join(item)
	}
	return all
}

// leadBy turns a join tree so that an entry comes first: what is then joined to
// it, in order. An inner join can be turned round; an outer one keeps its left
// side left.
func leadBy(item FromItem, x *Entry) ([]joinStep, bool) {
	switch item := item.(type) {
	case *FromEntry:
		return nil, item.Entry == x
	case *Join:
		if steps, ok := leadBy(item.Left, x); ok && item.Kind != JoinRight && item.Kind != JoinFull {
			return append(steps, joinStep{item.Kind, item.Right, item.On}), true
		}
		if steps, ok := leadBy(item.Right, x); ok && (item.Kind == JoinInner || item.Kind == JoinCross) {
			return append(steps, joinStep{item.Kind, item.Left, item.On}), true
		}
	}
	return nil, false
}

// knnCore writes a query that the rule applies to, without its order.
func (e *emitter) knnCore(q *Query, k *knn) (p *parts, distance string) {
	scan := &VectorScan{
		Table: k.column.Entry.Relation, Column: k.column.Entry.Columns[k.column.Col].Column, Metric: k.metric,
		WithNulls: !refusesNull(q.Where, k), entry: k.column.Entry,
	}
	scan.Limit = fold(e.env, wanted(q))
	scan.NaNFirst = k.falls && k.metric == MetricCosine
	if scan.Index = k.index; scan.Index == nil {
		scan.Index = e.vectorIndex(scan, q, k.column.Entry)
	}
	if scan.Index != nil && scan.Index.Index.Vectors != nil {
		scan.Column = scan.Index.Index.Vectors
	}
	scan.Parts = scan.Limit == nil
	source, distance := e.knnSource(q, k, scan)
	return e.finishCore(q, &parts{from: source}), distance
}

// knnSource writes FROM: the search, its table, and what is joined to it.
func (e *emitter) knnSource(q *Query, k *knn, scan *VectorScan) (from, distance string) {
	args := fmt.Sprint(len(e.plan.Scans))
	e.plan.Scans = append(e.plan.Scans, scan)
	if computable(k.query) {
		scan.Query = fold(e.env, k.query)
	} else {
		args += ", " + e.expr(k.query)
		scan.Batch = e.batch(k.query)
	}
	for _, r := range radii(q.Where, k) {
		r.Distance = fold(e.env, r.Distance)
		scan.Radii = append(scan.Radii, r)
	}
	scan.Filter = e.knnFilter(q, k, scan)

	alias := e.alias()
	source := fmt.Sprintf("%s(%s) AS %s", e.module(knnModule), args, alias)
	if scan.Answer = answer(q, k); scan.Answer != nil {
		e.reads(scan.Table.OID)
		e.scope[k.column.Entry] = answerColumns(k.column.Entry, scan.Answer, alias)
	} else {
		table := e.relation(k.column.Entry)
		source += fmt.Sprintf(" CROSS JOIN %s ON %s.%s = %s.key", table, e.scope[k.column.Entry].alias, catalog.KeyColumn, alias)
	}
	distance = alias + ".distance"
	e.present[exprKey(k.call)] = k.present(distance)
	return source + e.joinSteps(q, k), distance
}

// joinSteps joins the other items in a fixed order: SQLite must not start with
// one of them.
func (e *emitter) joinSteps(q *Query, k *knn) string {
	level := map[*Entry]bool{}
	for _, item := range q.From {
		leaves(item, func(x *Entry) { level[x] = true })
	}
	var b strings.Builder
	for _, s := range k.steps {
		sql := e.fromItem(s.item, level)
		if _, nested := s.item.(*Join); nested {
			sql = "(" + sql + ")"
		}
		word := " CROSS JOIN "
		if s.kind == JoinLeft {
			word = " LEFT JOIN "
		}
		b.WriteString(word + sql)
		if s.on != nil {
			b.WriteString(" ON " + e.expr(s.on))
		} else if s.kind == JoinLeft {
			b.WriteString(" ON 1")
		}
	}
	return b.String()
}

// knnQuery is a query ordered by the distance alone.
func (e *emitter) knnQuery(q *Query, k *knn) string {
	p, distance := e.knnCore(q, k)
	return p.sql() + " ORDER BY " + distance + e.limit(q)
}

// knnStatement is a whole statement, which may have further sort keys: those
// are delivered as extra columns, and the executor sorts the rows of equal
// distance by them.
func (e *emitter) knnStatement(q *Query, k *knn) string {
	if len(q.OrderBy) == 1 && !q.WithTies {
		return e.knnQuery(q, k)
	}
	if q.Limit != nil && !computable(q.Limit) || q.Offset != nil && !computable(q.Offset) {
		return e.body(q)
	}
	p, distance := e.knnCore(q, k)
	ties := &Ties{First: len(p.targets)}
	if k.key == Expr(k.call) {
		p.targets = append(p.targets, distance)
	} else {
		p.targets = append(p.targets, e.expr(k.key)) // it may be equal where distances are not
	}
	for _, key := range q.OrderBy[1:] {
		if computable(key.Expr) {
			continue
		}
		at := len(p.targets)
		if t := q.Targets[key.Target]; !t.Junk {
			at = place(q, key.Target)
		} else {
			p.targets = append(p.targets, e.expr(key.Expr))
		}
		typ := e.typ(key.Expr.Type())
		ties.Keys = append(ties.Keys, TieKey{Col: at, Type: typ, Desc: key.Desc, NullsFirst: key.NullsFirst})
	}
	e.plan.Ties, e.plan.WithTies = ties, q.WithTies
	if q.Limit != nil {
		e.plan.Limit = fold(e.env, q.Limit)
	}
	if q.Offset != nil {
		e.plan.Offset = fold(e.env, q.Offset)
	}
	return p.sql() + " ORDER BY " + distance
}

// wanted is how many rows are likely to be asked for, nil where that is not
// known before.
func wanted(q *Query) Expr {
	if q.Limit == nil || !computable(q.Limit) {
		return nil
	}
	sum := &sumExpr{Typed: Typed{Typ: newCount(q.Limit, countLimit).Typ, Mod: -1}, Args: []Expr{q.Limit}}
	if q.Offset != nil {
		if !computable(q.Offset) {
			return nil
		}
		sum.Args = append(sum.Args, q.Offset)
	}
	return sum
}

// refusesNull reports whether a qual keeps only rows that have a distance.
func refusesNull(where Expr, k *knn) bool {
	return slices.ContainsFunc(conjuncts(where), func(x Expr) bool {
		switch x := x.(type) {
		case *NullTest:
			return x.Not && !x.RowWise && (k.derived == nil && equalExprs(x.Arg, k.column) || equalExprs(x.Arg, k.call))
		case *FuncCall:
			return x.Op != nil && x.Proc.Strict && slices.ContainsFunc(x.Args, func(a Expr) bool { return equalExprs(a, k.call) })
		}
		return false
	})
}
