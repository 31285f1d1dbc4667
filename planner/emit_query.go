package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voronoi/internal/pgerr"
)

// statement is the SQL of a whole plan. Beside what query does it can leave the
// finishing of an order to the executor (see Ties).
func (e *emitter) statement(q *Query) string {
	e.locking(q)
	if volatileAfterSort(q) {
		return e.query(q)
	}
	q = forKNN(q)
	if k := matchKNN(q); k != nil {
		return e.with(q.CTEs) + e.knnStatement(q, k)
	}
	return e.query(q)
}

// query is the SQL of a SELECT in any place: as a statement, in FROM, in an
// expression. Its columns are named c0, c1, …, junk left out.
func (e *emitter) query(q *Query) string {
	if e.err != nil {
		return "SELECT NULL"
	}
	if q.Command != CommandSelect {
		return e.fail(pgerr.Unsupported("a data-modifying statement in this place"))
	}
	e.root.locking(q)
	with := e.with(q.CTEs)
	return with + e.body(q)
}

// body is a query without its WITH.
func (e *emitter) body(q *Query) string {
	defer func(outer map[string]string) { e.sets = outer }(e.sets)
	e.sets = nil
	plain := len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil
	switch {
	case q.SetOp != nil:
		return e.compound(q, plain)
	case q.Values != nil:
		return e.values(q, plain)
	case len(q.GroupingSets) > 0:
		return e.groupingSets(q)
	case q.HasSetFuncs && (q.HasAggregates || q.HasWindows) && setsAfterGrouping(q):
		return e.body(splitSetFuncs(q))
	case volatileAfterSort(q):
		return e.body(splitVolatile(q))
	case q.WithTies:
		return e.withTies(q)
	case len(q.DistinctOn) > 0:
		return e.distinctOn(q)
	case q.Distinct && e.needsOuterOrder(q):
		return e.distinctByKey(q)
	}
	if len(q.OrderBy) == 1 {
		if flat := forKNN(q); matchKNN(flat) != nil {
			return e.knnQuery(flat, matchKNN(flat))
		}
	}
	s := e.core(q)
	return s.sql() + e.orderBy(q) + e.limit(q)
}

// parts is a SELECT before it is put together.
type parts struct {
	distinct         bool
	targets          []string
	from, where      string
	groupBy, having  string
	noGroupAggregate bool // HAVING without GROUP BY and without an aggregate among the targets
}

func (p *parts) sql() string {
	var b strings.Builder
	b.WriteString("SELECT ")
	if p.distinct {
		b.WriteString("DISTINCT ")
	}
	for i, t := range p.targets {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s AS c%d", t, i)
	}
	if len(p.targets) == 0 {
		b.WriteString("NULL")
	}
	if p.noGroupAggregate {
		// SQLite groups only where it sees an aggregate in the target list.
		b.WriteString(", count(*) AS grouped")
	}
	for _, clause := range []struct{ word, sql string }{
		{" FROM ", p.from}, {" WHERE ", p.where}, {" GROUP BY ", p.groupBy}, {" HAVING ", p.having},
	} {
		if clause.sql != "" {
			b.WriteString(clause.word + clause.sql)
		}
	}
	if p.noGroupAggregate {
		columns := make([]string, len(p.targets))
		for i := range columns {
			columns[i] = "c" + strconv.Itoa(i)
		}
		if len(columns) == 0 {
			columns = []string{"NULL"}
		}
		return "SELECT " + strings.Join(columns, ", ") + " FROM (" + b.String() + ")"
	}
	return b.String()
}

// core writes FROM, WHERE, the target list without junk, GROUP BY and HAVING.
func (e *emitter) core(q *Query) *parts {
	p := &parts{distinct: q.Distinct}
	if k := matchRange(q); k != nil {
		p.from = e.rangeSource(q, k)
	} else {
		p.from = e.from(q.From)
	}
	return e.finishCore(q, p)
}

// finishCore writes what follows FROM.
func (e *emitter) finishCore(q *Query, p *parts) *parts {
	if q.Where != nil {
		p.where = e.expr(q.Where)
	}
	if q.HasSetFuncs {
		p.from = e.projectSet(q, p.from)
	}
	for _, t := range q.Targets {
		if t.Junk {
			continue
		}
		sql := e.expr(t.Expr)
		if q.Distinct {
			sql = e.comparable(sql, t.Expr.Type())
		}
		p.targets = append(p.targets, sql)
	}
	p.groupBy = e.groupBy(q.GroupBy)
	if q.Having != nil {
		p.having = e.expr(q.Having)
	}
	p.noGroupAggregate = q.HasAggregates && p.groupBy == "" && !slices.ContainsFunc(q.Targets, func(t *Target) bool {
		return !t.Junk && hasOwnAggregate(t.Expr)
	})
	return p
}

// hasOwnAggregate reports whether an aggregate of the query itself stands in x.
func hasOwnAggregate(x Expr) bool {
	found := false
	var look func(Expr)
	look = func(x Expr) {
		if a, ok := x.(*AggCall); ok && a.Up == 0 {
			found = true
			return
		}
		operands(x, look)
	}
	if x != nil {
		look(x)
	}
	return found
}

// groupBy writes grouping keys. A constant is bound, because SQLite takes a
// number for a column's place.
func (e *emitter) groupBy(keys []Expr) string {
	terms := make([]string, len(keys))
	for i, k := range keys {
		if computable(k) {
			terms[i] = e.parameter(k)
		} else {
			terms[i] = e.comparable(e.expr(k), k.Type())
		}
	}
	return strings.Join(terms, ", ")
}

// orderBy writes ORDER BY beside the target list itself: keys that are columns
// of the result by their place, which evaluates them once, others spelled out.
func (e *emitter) orderBy(q *Query) string {
	terms := []string{}
	for _, k := range q.OrderBy {
		if computable(k.Expr) {
			continue // a constant orders nothing, and SQLite takes a number for a place
		}
		terms = append(terms, e.order(e.sortValue(q, k), k))
	}
	return orderClause(terms)
}

func orderClause(terms []string) string {
	if len(terms) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(terms, ", ")
}

// sortValue is a sort key's place in the target list, or its expression.
func (e *emitter) sortValue(q *Query, k SortKey) string {
	if k.Target >= 0 && k.Target < len(q.Targets) && !q.Targets[k.Target].Junk && !e.byKey(k.Expr.Type()) {
		return strconv.Itoa(place(q, k.Target) + 1)
	}
	return e.expr(k.Expr)
}

// place is a target's column among those that are not junk.
func place(q *Query, target int) int {
	n := 0
	for _, t := range q.Targets[:target] {
		if !t.Junk {
			n++
		}
	}
	return n
}

// limit writes LIMIT and OFFSET. SQLite wants a LIMIT before an OFFSET, and
// numbers: NULL and negative ones are dealt with by countExpr.
func (e *emitter) limit(q *Query) string {
	if q.Limit == nil && q.Offset == nil {
		return ""
	}
	sql := " LIMIT -1"
	if q.Limit != nil {
		sql = " LIMIT " + e.expr(newCount(q.Limit, countLimit))
	}
	if q.Offset != nil {
		sql += " OFFSET " + e.expr(newCount(q.Offset, countOffset))
	}
	return sql
}

// outer orders and limits what sql delivers as c0, c1, …, of which the targets
// of q, junk included, are the first columns.
func (e *emitter) outer(q *Query, sql, where string) string {
	alias := e.alias()
	columns := []string{}
	for i, t := range q.Targets {
		if !t.Junk {
			columns = append(columns, fmt.Sprintf("%s.c%d AS c%d", alias, i, len(columns)))
		}
	}
	if len(columns) == 0 {
		columns = []string{"NULL"}
	}
	terms := []string{}
	for _, k := range q.OrderBy {
		if !computable(k.Expr) {
			terms = append(terms, e.order(fmt.Sprintf("%s.c%d", alias, k.Target), k))
		}
	}
	sql = "SELECT " + strings.Join(columns, ", ") + " FROM (" + sql + ") AS " + alias
	if where != "" {
		sql += " WHERE " + strings.ReplaceAll(where, "@", alias)
	}
	return sql + orderClause(terms) + e.limit(q)
}

// withJunk is a copy of q that shows its junk targets and leaves order and
// limit to outer.
func withJunk(q *Query) *Query {
	c := *q
	c.CTEs, c.OrderBy, c.Limit, c.Offset = nil, nil, nil, nil
	c.WithTies, c.DistinctOn, c.Locking = false, nil, nil
	c.Targets = slices.Clone(q.Targets)
	for i, t := range c.Targets {
		shown := *t
		shown.Junk = false
		c.Targets[i] = &shown
	}
	return &c
}

// locking notes the strongest FOR UPDATE or FOR SHARE.
func (e *emitter) locking(q *Query) {
	for _, l := range q.Locking {
		if e.plan.Locking == nil || strengths[l.Strength] > strengths[e.plan.Locking.Strength] {
			e.plan.Locking = l
		}
	}
}

var strengths = map[string]int{"KEY SHARE": 1, "SHARE": 2, "NO KEY UPDATE": 3, "UPDATE": 4}
