package planner

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
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
//     FROM and an expression over nothing in FROM, ascending, NULLs last;
//   - no grouping, window, DISTINCT, set operation or set-returning function
//     stands between the rows and the order;
//   - the table is not on the side of an outer join that may be missing, and
//     the joins let it lead;
//   - ORDER BY is that key alone in SQL. Further keys are the executor's (Ties),
//     which only a statement as a whole can have.
//
// An index serves where its operator class is of the same metric and there is a
// LIMIT; otherwise the scan is exact.

// knn is a query that the rule applies to.
type knn struct {
	column *Var
	call   *FuncCall // the distance
	query  Expr      // what is searched for
	metric Metric
	steps  []joinStep // what is joined to the table, in order
}

// joinStep joins one more item.
type joinStep struct {
	kind JoinKind
	item FromItem
	on   Expr
}

// metrics are the distances by their functions' names.
var metrics = map[string]Metric{
	"l2_distance": MetricL2, "euclidean_distance": MetricL2, "vector_negative_inner_product": MetricIP,
	"cosine_distance": MetricCosine, "l1_distance": MetricL1,
}

// matchKNN applies the rule's conditions; nil where one fails.
func matchKNN(q *Query) *knn {
	if len(q.OrderBy) == 0 || q.SetOp != nil || q.Values != nil || q.HasAggregates || q.HasWindows || q.HasSetFuncs ||
		q.Distinct || len(q.DistinctOn) > 0 {
		return nil
	}
	first := q.OrderBy[0]
	if first.Desc || first.NullsFirst {
		return nil
	}
	k := matchDistance(first.Expr)
	if k == nil {
		return nil
	}
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
	if !inside[k.column.Entry] || k.column.Entry.Nullable || anywhere(k.query, func(x Expr) bool {
		v, ok := x.(*Var)
		return ok && inside[v.Entry] || isVolatileCall(x)
	}) {
		return nil
	}
	if lateral && leftmost != k.column.Entry {
		return nil // moving the table to the front could move it past what refers to it
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
		return k
	}
	return nil
}

// matchDistance recognises a distance between a vector column and something
// else.
func matchDistance(x Expr) *knn {
	call, ok := x.(*FuncCall)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	metric, ok := metrics[call.Proc.Name]
	if !ok {
		return nil
	}
	for i, arg := range call.Args {
		v, ok := arg.(*Var)
		if ok && v.Typ == oid.Vector && v.Entry.Kind == EntryRelation && v.Entry.Columns[v.Col].Column != nil && v.Entry.Columns[v.Col].Column.Companion != "" {
			return &knn{column: v, call: call, query: call.Args[1-i], metric: metric}
		}
	}
	return nil
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
		WithNulls: !refusesNull(q.Where, k),
	}
	scan.Limit = fold(e.env, wanted(q))
	if scan.Limit != nil {
		scan.Index = e.vectorIndex(scan, q, k.column.Entry)
	}
	args := fmt.Sprint(len(e.plan.Scans))
	e.plan.Scans = append(e.plan.Scans, scan)
	if computable(k.query) {
		scan.Query = fold(e.env, k.query)
	} else {
		args += ", " + e.expr(k.query)
	}
	scan.Radius = fold(e.env, radius(q.Where, k))
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
	e.present[exprKey(k.call)] = distance
	return e.finishCore(q, &parts{from: source + e.joinSteps(q, k)}), distance
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
	p.targets = append(p.targets, distance)
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
			return x.Not && !x.RowWise && (equalExprs(x.Arg, k.column) || equalExprs(x.Arg, k.call))
		case *FuncCall:
			return x.Op != nil && x.Proc.Strict && slices.ContainsFunc(x.Args, func(a Expr) bool { return equalExprs(a, k.call) })
		}
		return false
	})
}

// radius is the distance beyond which no row qualifies, from a qual such as
// distance < 0.5; nil without one.
func radius(where Expr, k *knn) Expr {
	for _, x := range conjuncts(where) {
		c, ok := x.(*FuncCall)
		if !ok || c.Op == nil || len(c.Args) != 2 {
			continue
		}
		switch {
		case c.Op.Name == "<" && equalExprs(c.Args[0], k.call) && computable(c.Args[1]):
			return c.Args[1]
		case c.Op.Name == ">" && equalExprs(c.Args[1], k.call) && computable(c.Args[0]):
			return c.Args[0]
		}
	}
	return nil
}

// knnFilter selects the keys that quals on the table alone let through, so that
// the executor can search among few rows exactly instead of passing over many
// candidates. It is nil without such a qual.
func (e *emitter) knnFilter(q *Query, k *knn, scan *VectorScan) *QueryPlan {
	var quals []Expr
	for _, x := range conjuncts(q.Where) {
		if !anywhere(x, func(y Expr) bool {
			switch y := y.(type) {
			case *Var:
				return y.Entry != k.column.Entry || y.Col == k.column.Col
			case *Subquery:
				return true
			}
			return isVolatileCall(y)
		}) && anywhere(x, func(y Expr) bool { _, ok := y.(*Var); return ok }) {
			quals = append(quals, x)
		}
	}
	if len(quals) == 0 {
		return nil
	}
	sub := e.subplan(nil)
	from := sub.relation(k.column.Entry)
	sub.plan.SQL = fmt.Sprintf("SELECT %s.%s FROM %s WHERE %s",
		sub.scope[k.column.Entry].alias, catalog.KeyColumn, from, balanced(sub.list(quals), "AND"))
	if sub.err != nil {
		return nil // the statement itself meets the same error
	}
	scan.FilterStable = slices.ContainsFunc(quals, func(x Expr) bool {
		return anywhere(x, func(y Expr) bool {
			call, ok := y.(*FuncCall)
			return ok && call.Proc.Volatile == 's' && !computable(y)
		})
	})
	return sub.plan
}
