package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// targetList analyses a select list or RETURNING, stars expanded.
func (s *scope) targetList(list []*pg_query.Node, c clause) []*Target {
	before := s.clause
	s.clause = c
	defer func() { s.clause = before }()
	var out []*Target
	for _, n := range list {
		rt := n.GetResTarget()
		if stars := s.star(rt.Val); stars != nil {
			out = append(out, stars...)
			continue
		}
		e := s.expr(rt.Val)
		name := rt.Name
		if name == "" {
			name = columnName(rt.Val)
		}
		out = append(out, s.target(e, name))
	}
	return out
}

// target is an output column; a plain column keeps its origin.
func (s *scope) target(e Expr, name string) *Target {
	t := &Target{Expr: e, Name: name}
	if v, ok := e.(*Var); ok {
		t.Table, t.Attnum = origin(v)
	}
	if r, ok := e.(*RowExpr); ok && r.Whole != nil && r.Whole.Relation != nil && r.Whole.Kind != EntryFunction {
		t.Table = r.Whole.Relation.OID
	}
	return t
}

// origin is the table column that a Var shows, through subqueries and joins.
func origin(v *Var) (table oid.OID, attnum int16) {
	c := v.Entry.Columns[v.Col]
	switch v.Entry.Kind {
	case EntryRelation:
		if c.Column != nil {
			return v.Entry.Relation.OID, c.Column.Attnum
		}
		return v.Entry.Relation.OID, systemColumns[c.Name].attnum
	case EntrySubquery:
		if v.Entry.Relation != nil { // a view's columns are its own
			if v.Col < len(v.Entry.Relation.Columns) {
				return v.Entry.Relation.OID, v.Entry.Relation.Columns[v.Col].Attnum
			}
			return 0, 0
		}
		if out := v.Entry.Query.outputs(); v.Col < len(out) {
			return out[v.Col].Table, out[v.Col].Attnum
		}
	case EntryCTE:
		if q := v.Entry.CTE.Query; q != nil {
			if out := q.outputs(); v.Col < len(out) {
				return out[v.Col].Table, out[v.Col].Attnum
			}
		}
	}
	return 0, 0
}

// expandedList analyses a list in which stars may stand, as VALUES and ROW take.
func (s *scope) expandedList(list []*pg_query.Node) []Expr {
	var out []Expr
	for _, n := range list {
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

// star expands *, t.* and (row).*; nil for anything else.
func (s *scope) star(n *pg_query.Node) []*Target {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_ColumnRef:
		fields := n.ColumnRef.Fields
		if fields[len(fields)-1].GetAStar() == nil {
			return nil
		}
		if len(fields) == 1 {
			return s.allColumns(n.ColumnRef.Location)
		}
		return s.tableColumns(strs(fields[:len(fields)-1]), n.ColumnRef.Location)
	case *pg_query.Node_AIndirection:
		steps := n.AIndirection.Indirection
		if steps[len(steps)-1].GetAStar() == nil {
			return nil
		}
		inner := &pg_query.A_Indirection{Arg: n.AIndirection.Arg, Indirection: steps[:len(steps)-1]}
		return s.rowColumns(s.indirection(inner))
	}
	return nil
}

// allColumns is *: the columns of every item that can be named without a table.
func (s *scope) allColumns(location int32) []*Target {
	out := []*Target{}
	visible := false
	for _, it := range s.items {
		if !it.bare || it.lateralOnly {
			continue
		}
		visible = true
		out = append(out, s.itemColumns(it, 0, location)...)
	}
	if !visible {
		s.failAt(location, pgerr.SyntaxError, "SELECT * with no tables specified is not valid")
	}
	return out
}

func (s *scope) itemColumns(it *nsItem, up int, location int32) []*Target {
	out := make([]*Target, it.count())
	for i := range out {
		out[i] = s.target(it.column(i, up, s.pos(location)), it.columnName(i))
	}
	return out
}

// tableColumns is t.*, or (column).* written without parentheses is not it.
func (s *scope) tableColumns(names []string, location int32) []*Target {
	schema, table := "", names[len(names)-1]
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	it, up := s.resolveItem(schema, table, location)
	if it == nil {
		s.noItem(table, location)
	}
	return s.itemColumns(it, up, location)
}

// rowColumns is (row).*.
func (s *scope) rowColumns(row Expr) []*Target {
	fields := s.fieldsOf(row)
	if fields == nil {
		if s.typeName(row.Type()) == "record" {
			fail(pgerr.New(pgerr.FeatureNotSupported, "record type has not been registered").At(exprPos(row)))
		}
		fail(pgerr.Newf(pgerr.WrongObjectType, "type %s is not composite", s.typeName(row.Type())))
	}
	out := []*Target{}
	for i, f := range fields {
		out = append(out, s.target(s.fieldAt(row, i, f), f.Name))
	}
	return out
}

// columnName is the name that Postgres gives an output column without AS.
func columnName(n *pg_query.Node) string {
	name, _ := figureName(n)
	if name == "" {
		return "?column?"
	}
	return name
}

// figureName finds a name in an expression, with how good it is: 2 for one that
// the user wrote, 1 for one to fall back on.
func figureName(n *pg_query.Node) (string, int) {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_ColumnRef:
		for i := len(n.ColumnRef.Fields) - 1; i >= 0; i-- {
			if f := n.ColumnRef.Fields[i].GetString_(); f != nil {
				return f.Sval, 2
			}
		}
	case *pg_query.Node_AIndirection:
		for i := len(n.AIndirection.Indirection) - 1; i >= 0; i-- {
			if f := n.AIndirection.Indirection[i].GetString_(); f != nil {
				return f.Sval, 2
			}
		}
		return figureName(n.AIndirection.Arg)
	case *pg_query.Node_FuncCall:
		names := strs(n.FuncCall.Funcname)
		return names[len(names)-1], 2
	case *pg_query.Node_AExpr:
		if n.AExpr.Kind == pg_query.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
	case *pg_query.Node_TypeCast:
		if name, strength := figureName(n.TypeCast.Arg); strength > 1 {
			return name, strength
		}
		if names := strs(n.TypeCast.TypeName.Names); len(names) > 0 {
			return names[len(names)-1], 1
		}
	case *pg_query.Node_CollateClause:
		return figureName(n.CollateClause.Arg)
	case *pg_query.Node_GroupingFunc:
		return "grouping", 2
	case *pg_query.Node_SubLink:
		switch n.SubLink.SubLinkType {
		case pg_query.SubLinkType_EXISTS_SUBLINK:
			return "exists", 2
		case pg_query.SubLinkType_ARRAY_SUBLINK:
			return "array", 2
		case pg_query.SubLinkType_EXPR_SUBLINK:
			return subqueryName(n.SubLink.Subselect.GetSelectStmt())
		}
	case *pg_query.Node_CaseExpr:
		if name, strength := figureName(n.CaseExpr.Defresult); strength > 0 {
			return name, strength
		}
		return "case", 1
	case *pg_query.Node_AArrayExpr:
		return "array", 2
	case *pg_query.Node_RowExpr:
		return "row", 2
	case *pg_query.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg_query.Node_MinMaxExpr:
		if n.MinMaxExpr.Op == pg_query.MinMaxOp_IS_GREATEST {
			return "greatest", 2
		}
		return "least", 2
	case *pg_query.Node_SqlvalueFunction:
		return valueNames[n.SqlvalueFunction.Op], 2
	}
	return "", 0
}

// subqueryName is the name of the first column of a scalar subquery.
func subqueryName(sel *pg_query.SelectStmt) (string, int) {
	if sel == nil {
		return "", 0
	}
	for sel.Op != pg_query.SetOperation_SETOP_NONE && sel.Larg != nil {
		sel = sel.Larg
	}
	if len(sel.ValuesLists) > 0 {
		return "column1", 2
	}
	if len(sel.TargetList) == 0 {
		return "", 0
	}
	t := sel.TargetList[0].GetResTarget()
	if t.Name != "" {
		return t.Name, 2
	}
	name := columnName(t.Val)
	if name == "?column?" {
		return name, 2
	}
	return name, 2
}

// liveColumns are the columns of an entry for a relation.
func liveColumns(rel *catalog.Relation) []EntryColumn {
	live := rel.Live()
	out := make([]EntryColumn, len(live))
	for i, c := range live {
		out[i] = EntryColumn{Name: c.Name, Type: c.Type, Typmod: c.Typmod, Column: c}
	}
	return out
}

// columnsOf are the columns of an entry for a query.
func columnsOf(q *Query) []EntryColumn {
	out := q.outputs()
	columns := make([]EntryColumn, len(out))
	for i, t := range out {
		columns[i] = EntryColumn{Name: t.Name, Type: t.Expr.Type(), Typmod: t.Expr.Typmod()}
	}
	return columns
}
