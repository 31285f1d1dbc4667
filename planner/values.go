package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
)

// valuesClause analyses VALUES (…), (…) as a query of its own.
func (s *scope) valuesClause(n *pg_query.SelectStmt) *Query {
	q := s.query
	s.withClause(n.WithClause)
	rows := s.valuesRows(n.ValuesLists, inValues)
	q.ValuesEntry = &Entry{Kind: EntryValues, Alias: "*VALUES*"}
	for c := range rows[0] {
		column := make([]Expr, len(rows))
		for r := range rows {
			column[r] = rows[r][c]
		}
		typ := s.selectCommon(column, "VALUES")
		for r := range rows {
			column[r] = s.coerceCommon(column[r], typ, "VALUES")
			rows[r][c] = column[r]
		}
		q.ValuesEntry.Columns = append(q.ValuesEntry.Columns,
			EntryColumn{Name: "column" + itoa(c+1), Type: typ, Typmod: commonTypmod(column, typ)})
	}
	q.Values = rows
	for i, c := range q.ValuesEntry.Columns {
		q.Targets = append(q.Targets, &Target{Expr: entryVar(q.ValuesEntry, i, 0, 0), Name: c.Name})
	}
	it := entryItem(q.ValuesEntry)
	s.add(it)
	q.OrderBy = s.orderBy(n.SortClause)
	s.limits(n)
	if len(n.LockingClause) > 0 {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "FOR %s cannot be applied to VALUES",
			lockStrengths[n.LockingClause[0].GetLockingClause().Strength]))
	}
	return q
}

// valuesRows analyses the rows, which must be equally long.
func (s *scope) valuesRows(lists []*pg_query.Node, c clause) [][]Expr {
	before := s.clause
	s.clause = c
	defer func() { s.clause = before }()
	rows := make([][]Expr, len(lists))
	for i, l := range lists {
		items := l.GetList().Items
		rows[i] = s.valuesRow(items)
		if len(rows[i]) != len(rows[0]) {
			s.failAt(nodeLocation(l), pgerr.SyntaxError, "VALUES lists must all be the same length")
		}
	}
	return rows
}

// valuesRow analyses one row, in which INSERT may hold DEFAULT.
func (s *scope) valuesRow(items []*pg_query.Node) []Expr {
	out := make([]Expr, 0, len(items))
	for _, n := range items {
		if d := n.GetSetToDefault(); d != nil && s.clause != inValues {
			out = append(out, &Default{Typed: s.at(0, d.Location)})
			continue
		}
		if stars := s.star(n); stars != nil {
			for _, t := range stars {
				out = append(out, t.Expr)
			}
			continue
		}
		out = append(out, s.expr(n))
	}
	return out
}
