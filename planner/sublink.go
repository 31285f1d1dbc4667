package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// subLink analyses a query in an expression.
func (s *scope) subLink(n *pg_query.SubLink) Expr {
	s.allowSubquery(n.Location)
	switch n.SubLinkType {
	case pg_query.SubLinkType_EXISTS_SUBLINK:
		return &Subquery{Typed: s.at(oid.Bool, n.Location), Kind: SubqueryExists, Query: s.subquery(n)}
	case pg_query.SubLinkType_ARRAY_SUBLINK:
		q := s.subquery(n)
		t := s.onlyColumn(q, n.Location)
		array := t.Type()
		if s.element(array) == 0 {
			if array = s.cat.ArrayOf(t.Type()); array == 0 {
				s.failAt(n.Location, pgerr.UndefinedObject, "could not find array type for data type %s", s.typeName(t.Type()))
			}
		}
		return &Subquery{Typed: s.at(array, n.Location), Kind: SubqueryArray, Query: q}
	case pg_query.SubLinkType_EXPR_SUBLINK:
		q := s.subquery(n)
		t := s.onlyColumn(q, n.Location)
		sub := &Subquery{Typed: s.at(t.Type(), n.Location), Kind: SubqueryScalar, Query: q}
		sub.Mod = t.Typmod()
		return sub
	case pg_query.SubLinkType_ANY_SUBLINK:
		return s.quantified(n, SubqueryAny)
	case pg_query.SubLinkType_ALL_SUBLINK:
		return s.quantified(n, SubqueryAll)
	}
	s.unsupported(n.Location, "this kind of subquery")
	return nil
}

// allowSubquery refuses a subquery where there may be none.
func (s *scope) allowSubquery(location int32) {
	if fact := clauseFacts[s.clause]; fact.noSubquery != "" {
		s.failAt(location, pgerr.FeatureNotSupported, "cannot use subquery in %s", fact.noSubquery)
	}
}

// subquery analyses the query of a subLink.
func (s *scope) subquery(n *pg_query.SubLink) *Query {
	c := s.child()
	return c.statement(n.Subselect)
}

// onlyColumn is the single output column of a subquery.
func (s *scope) onlyColumn(q *Query, location int32) Expr {
	out := q.outputs()
	if len(out) != 1 {
		s.failAt(location, pgerr.SyntaxError, "subquery must return only one column")
	}
	return out[0].Expr
}

// outputs are a query's result columns.
func (q *Query) outputs() []*Target {
	list := q.Targets
	if q.Command != CommandSelect {
		list = q.Returning
	}
	for i, t := range list {
		if t.Junk {
			return list[:i]
		}
	}
	return list
}

// quantified analyses IN (SELECT …), op ANY (SELECT …) and op ALL (SELECT …).
func (s *scope) quantified(n *pg_query.SubLink, kind SubqueryKind) Expr {
	names := strs(n.OperName)
	if len(names) == 0 {
		names = []string{"="}
	}
	q := s.subquery(n)
	var left []Expr
	if row := n.Testexpr.GetRowExpr(); row != nil {
		left = s.rowFields(row)
	} else {
		left = []Expr{s.expr(n.Testexpr)}
	}
	sub := &Subquery{Typed: s.at(oid.Bool, n.Location), Kind: kind, Query: q}
	out := q.outputs()
	switch {
	case len(left) < len(out):
		s.failAt(n.Location, pgerr.SyntaxError, "subquery has too many columns")
	case len(left) > len(out):
		s.failAt(n.Location, pgerr.SyntaxError, "subquery has too few columns")
	}
	for i := range left {
		column := &SubqueryColumn{Typed{out[i].Expr.Type(), out[i].Expr.Typmod(), 0}, i}
		c := s.operate(names, left[i], column, n.Location)
		if c.Typ != oid.Bool {
			s.failAt(n.Location, pgerr.DatatypeMismatch, "row comparison operator must yield type boolean, not type %s", s.typeName(c.Typ))
		}
		sub.Compare = append(sub.Compare, c)
	}
	if len(sub.Compare) > 1 {
		switch e := s.combineRow(names, sub.Compare, n.Location).(type) {
		case *RowCompare:
			sub.RowCompare = e
		case *Bool:
			sub.Or = e.Op == "OR"
		}
	}
	return sub
}

// rowSubquery packs a query of several columns into one of one row value, whose
// fields it returns.
func (s *scope) rowSubquery(n *pg_query.SubLink) []Expr {
	s.allowSubquery(n.Location)
	q := s.subquery(n)
	out := q.outputs()
	if len(out) == 1 {
		sub := &Subquery{Typed: s.at(out[0].Expr.Type(), n.Location), Kind: SubqueryScalar, Query: q}
		sub.Mod = out[0].Expr.Typmod()
		return []Expr{sub}
	}
	row := &RowExpr{Typed: s.at(oid.Record, n.Location)}
	outer := &Query{HasSetFuncs: false}
	entry := &Entry{Kind: EntrySubquery, Alias: "row", Query: q, Columns: columnsOf(q)}
	outer.From = []FromItem{&FromEntry{Entry: entry}}
	for i, t := range out {
		row.Fields = append(row.Fields, entryVar(entry, i, 0, 0))
		row.Names = append(row.Names, t.Name)
	}
	outer.Targets = []*Target{{Expr: row, Name: "row"}}
	deepen(q)
	sub := &Subquery{Typed: s.at(oid.Record, n.Location), Kind: SubqueryScalar, Query: outer}
	fields := make([]Expr, len(out))
	for i, t := range out {
		fields[i] = &Field{Typed: Typed{t.Expr.Type(), t.Expr.Typmod(), 0}, Arg: sub, Index: i, Name: t.Name}
	}
	return fields
}

// compareRowToSubquery analyses (a, b) op (SELECT x, y).
func (s *scope) compareRowToSubquery(names []string, row *pg_query.RowExpr, sub *pg_query.SubLink, location int32) Expr {
	left := s.rowFields(row)
	right := s.rowSubquery(sub)
	switch {
	case len(left) < len(right):
		s.failAt(location, pgerr.SyntaxError, "subquery has too many columns")
	case len(left) > len(right):
		s.failAt(location, pgerr.SyntaxError, "subquery has too few columns")
	}
	return s.compareRows(names, left, right, location)
}

// deepen adds a level between a query and what is outside it: its references
// outward count one more.
func deepen(q *Query) {
	seen := map[Expr]bool{} // ORDER BY and the target list share expressions
	eachQueryExpr(q, 0, func(e Expr, depth int) {
		walkLevels(e, depth, func(e Expr, depth int) bool {
			if seen[e] {
				return false
			}
			seen[e] = true
			switch e := e.(type) {
			case *Var:
				if e.Up > depth {
					e.Up++
				}
			case *AggCall:
				if e.Up > depth {
					e.Up++
				}
			}
			return true
		})
	})
}
