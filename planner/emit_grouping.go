package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// groupingSet is the set of GROUPING SETS being written, of a query that groups
// by all.
type groupingSet struct {
	all []Expr
	in  map[string]bool
}

// groupingSets is GROUPING SETS, ROLLUP and CUBE: the query once for each set,
// grouping columns outside the set NULL.
func (e *emitter) groupingSets(q *Query) string {
	if q.HasWindows {
		return e.unsupported("a window function in a query with GROUPING SETS")
	}
	if q.HasSetFuncs {
		return e.body(splitSetFuncs(q))
	}
	inner := withJunk(q)
	inner.GroupingSets, inner.Distinct = nil, false
	outerPresent, outerGrouping := e.present, e.grouping
	defer func() { e.present, e.grouping = outerPresent, outerGrouping }()
	sides := make([]string, len(q.GroupingSets))
	for i, set := range q.GroupingSets {
		g := &groupingSet{all: q.GroupBy, in: map[string]bool{}}
		for _, x := range set {
			g.in[exprKey(x)] = true
		}
		e.grouping = g
		c := *inner
		c.GroupBy = set
		// FROM and WHERE see the columns as they are.
		e.present = maps.Clone(outerPresent)
		p := &parts{from: e.from(c.From)}
		if c.Where != nil {
			p.where = e.expr(c.Where)
			c.Where = nil
		}
		where := p.where
		for _, x := range q.GroupBy {
			if key := exprKey(x); !g.in[key] {
				e.present[key] = "NULL"
			}
		}
		e.finishCore(&c, p)
		p.where = where
		sides[i] = p.sql()
	}
	sql := strings.Join(sides, " UNION ALL ")
	if q.Distinct {
		sql = e.distinctRows(sql, q.Targets)
	}
	return e.outer(q, sql, "")
}

// distinctRows removes duplicates among rows c0, c1, … of the targets' types.
func (e *emitter) distinctRows(sql string, targets []*Target) string {
	columns := make([]string, len(targets))
	keys := make([]string, len(targets))
	for i, t := range targets {
		columns[i] = fmt.Sprintf("c%d", i)
		keys[i] = e.comparable(columns[i], t.Expr.Type())
	}
	return "SELECT " + strings.Join(columns, ", ") + " FROM (" + sql + ") GROUP BY " + strings.Join(keys, ", ")
}

// groupingValue is GROUPING(…): a bit for each argument, 1 where the set does
// not group by it.
func (e *emitter) groupingValue(x *Grouping) string {
	bits := 0
	for _, i := range x.Args {
		bits <<= 1
		if g := e.grouping; g != nil && i < len(g.all) && !g.in[exprKey(g.all[i])] {
			bits |= 1
		}
	}
	return fmt.Sprint(bits)
}

// beforeGrouping runs f where grouping columns mean the rows' own values, as
// in the arguments of an aggregate.
func (e *emitter) beforeGrouping(f func() string) string {
	if e.grouping == nil {
		return f()
	}
	outer := e.present
	defer func() { e.present = outer }()
	e.present = maps.Clone(outer)
	for key, sql := range outer {
		if sql == "NULL" && slices.ContainsFunc(e.grouping.all, func(x Expr) bool { return exprKey(x) == key }) {
			delete(e.present, key)
		}
	}
	return f()
}
