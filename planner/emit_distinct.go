package planner

import (
	"fmt"
	"strings"
)

// needsOuterOrder reports whether a DISTINCT cannot be SQLite's: it compares
// the values that it shows, which for arrays, records and vectors is not how
// they compare.
func (e *emitter) needsOuterOrder(q *Query) bool { return e.anyByKey(q.Targets) }

// distinctByKey is DISTINCT as a grouping by keys.
func (e *emitter) distinctByKey(q *Query) string {
	inner := withJunk(q)
	inner.Distinct = false
	return e.outer(q, e.distinctRows(e.body(inner), q.Targets), "")
}

// distinctOn is DISTINCT ON: the first row of each group in the query's order.
func (e *emitter) distinctOn(q *Query) string {
	inner := withJunk(q)
	if q.HasSetFuncs {
		// The numbering comes after the sets are expanded.
		return e.distinctOnSets(q, inner)
	}
	p := e.core(inner)
	over := "PARTITION BY " + e.partition(q.DistinctOn)
	terms := []string{}
	for _, k := range q.OrderBy {
		terms = append(terms, e.order(e.expr(k.Expr), k))
	}
	p.targets = append(p.targets, "row_number() OVER ("+over+orderClause(terms)+")")
	return e.outer(q, p.sql(), fmt.Sprintf("@.c%d = 1", len(inner.Targets)))
}

// distinctOnSets is DISTINCT ON over the columns of a query that expands sets;
// its keys are targets, as Postgres demands of such a query's order.
func (e *emitter) distinctOnSets(q, inner *Query) string {
	alias := e.alias()
	body := e.body(inner)
	columns := make([]string, 0, len(q.Targets)+1)
	place := map[string]string{}
	for i, t := range q.Targets {
		column := fmt.Sprintf("%s.c%d", alias, i)
		columns = append(columns, fmt.Sprintf("%s AS c%d", column, i))
		place[exprKey(t.Expr)] = column
	}
	var keys, terms []string
	for _, x := range q.DistinctOn {
		column, ok := place[exprKey(x)]
		if !ok {
			return e.unsupported("DISTINCT ON an expression beside set-returning functions")
		}
		keys = append(keys, e.comparable(column, x.Type()))
	}
	for _, k := range q.OrderBy {
		terms = append(terms, e.order(fmt.Sprintf("%s.c%d", alias, k.Target), k))
	}
	columns = append(columns, fmt.Sprintf("row_number() OVER (PARTITION BY %s%s) AS c%d", strings.Join(keys, ", "), orderClause(terms), len(q.Targets)))
	return e.outer(q, "SELECT "+strings.Join(columns, ", ")+" FROM ("+body+") AS "+alias, fmt.Sprintf("@.c%d = 1", len(q.Targets)))
}

// partition writes the keys of PARTITION BY.
func (e *emitter) partition(keys []Expr) string {
	terms := make([]string, len(keys))
	for i, k := range keys {
		terms[i] = e.comparable(e.expr(k), k.Type())
	}
	return strings.Join(terms, ", ")
}

// withTies is FETCH FIRST … WITH TIES: rows are numbered and ranked, the number
// applies the offset and the rank the limit.
func (e *emitter) withTies(q *Query) string {
	if len(q.DistinctOn) > 0 {
		return e.unsupported("WITH TIES with DISTINCT ON")
	}
	inner := withJunk(q)
	n := len(inner.Targets)
	alias := e.alias()
	terms := []string{}
	for _, k := range q.OrderBy {
		terms = append(terms, e.order(fmt.Sprintf("%s.c%d", alias, k.Target), k))
	}
	over := " OVER (" + strings.TrimPrefix(orderClause(terms), " ") + ")"
	columns := []string{}
	for i := range inner.Targets {
		columns = append(columns, fmt.Sprintf("%s.c%d AS c%[2]d", alias, i))
	}
	columns = append(columns, fmt.Sprintf("rank()%s AS c%d", over, n), fmt.Sprintf("row_number()%s AS c%d", over, n+1))
	sql := "SELECT " + strings.Join(columns, ", ") + " FROM (" + e.body(inner) + ") AS " + alias
	limit, offset := "-1", "0"
	if q.Limit != nil {
		limit = e.expr(newCount(q.Limit, countLimit))
	}
	if q.Offset != nil {
		offset = e.expr(newCount(q.Offset, countOffset))
	}
	where := fmt.Sprintf("(%s < 0 OR @.c%d <= %[1]s + %[3]s) AND @.c%d > %[3]s AND %[1]s <> 0", limit, n, offset, n+1)
	unlimited := *q
	unlimited.Limit, unlimited.Offset = nil, nil
	return e.outer(&unlimited, sql, where)
}
