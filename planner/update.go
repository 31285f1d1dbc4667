package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// update analyses UPDATE.
func (s *scope) update(n *pg_query.UpdateStmt) *Query {
	q := s.query
	q.Command = CommandUpdate
	s.withClause(n.WithClause)
	q.Target = s.targetEntry(n.Relation)
	target := s.targetItem()
	s.add(target)
	s.fromBeside(target, n.FromClause)
	q.Where = s.condition(n.WhereClause, inWhere, "WHERE")
	s.returning(n.ReturningList)
	q.Columns = s.assignSet(n.TargetList, s.setValues(n.TargetList))
	s.narrow()
	return q
}

// delete analyses DELETE.
func (s *scope) delete(n *pg_query.DeleteStmt) *Query {
	q := s.query
	q.Command = CommandDelete
	s.withClause(n.WithClause)
	q.Target = s.targetEntry(n.Relation)
	target := s.targetItem()
	s.add(target)
	s.fromBeside(target, n.UsingClause)
	q.Where = s.condition(n.WhereClause, inWhere, "WHERE")
	s.returning(n.ReturningList)
	s.narrow()
	return q
}

// narrow leaves out the rows that an updatable view does not show.
func (s *scope) narrow() {
	if s.updatable != nil {
		s.query.Where = both(s.updatable.where, s.query.Where)
	}
}

// fromBeside analyses FROM or USING beside the changed relation, which LATERAL
// items must not refer to.
func (s *scope) fromBeside(target *nsItem, list []*pg_query.Node) {
	target.lateralOnly, target.lateralOK = true, false
	s.fromClause(list)
	target.lateralOnly, target.lateralOK = false, true
}

// setList analyses SET of ON CONFLICT DO UPDATE.
func (s *scope) setList(list []*pg_query.Node) []*Assignment {
	return s.assignSet(list, s.setValues(list))
}

// setValues analyses the values of SET; a multi-column subquery is analysed
// once.
func (s *scope) setValues(list []*pg_query.Node) []Expr {
	before := s.clause
	s.clause = inUpdateSource
	defer func() { s.clause = before }()
	out := make([]Expr, len(list))
	for i, n := range list {
		t := n.GetResTarget()
		if d := t.Val.GetSetToDefault(); d != nil {
			out[i] = &Default{Typed: s.at(0, d.Location)}
			continue
		}
		out[i] = s.expr(t.Val)
	}
	return out
}

// multiAssign is one column's part of SET (a, b) = ….
func (s *scope) multiAssign(n *pg_query.MultiAssignRef) Expr {
	switch source := n.Source.GetNode().(type) {
	case *pg_query.Node_RowExpr:
		args := source.RowExpr.Args
		if len(args) != int(n.Ncolumns) {
			s.failAt(source.RowExpr.Location, pgerr.SyntaxError, "number of columns does not match number of values")
		}
		arg := args[n.Colno-1]
		if d := arg.GetSetToDefault(); d != nil {
			return &Default{Typed: s.at(0, d.Location)}
		}
		return s.expr(arg)
	case *pg_query.Node_SubLink:
		if n.Colno == 1 {
			s.multiFields = s.rowSubquery(source.SubLink)
			if len(s.multiFields) != int(n.Ncolumns) {
				s.failAt(source.SubLink.Location, pgerr.SyntaxError, "number of columns does not match number of values")
			}
		}
		return s.multiFields[n.Colno-1]
	}
	s.failAt(nodeLocation(n.Source), pgerr.FeatureNotSupported,
		"source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression")
	return nil
}

// assignSet converts the values of SET to the types of their columns.
func (s *scope) assignSet(list []*pg_query.Node, values []Expr) []*Assignment {
	before := s.clause
	s.clause = inUpdateTarget
	defer func() { s.clause = before }()
	rel := s.query.Target.Relation
	var out []*Assignment
	byColumn := map[*catalog.Column]*Assignment{}
	for i, n := range list {
		t := n.GetResTarget()
		column := s.targetColumn(rel, t.Name, t.Location)
		e := values[i]
		_, isDefault := e.(*Default)
		s.refuseGenerated(column, isDefault)
		if len(t.Indirection) > 0 {
			current := Expr(s.columnVar(column))
			if before := byColumn[column]; before != nil {
				current = before.Value
			}
			e = s.assignPart(current, column, t, e)
			if before := byColumn[column]; before != nil {
				before.Value = e
				continue
			}
		} else {
			if byColumn[column] != nil {
				s.failAt(-1, pgerr.SyntaxError, "multiple assignments to same column \"%s\"", column.Name)
			}
			if isDefault {
				if column.Generated != 0 {
					continue
				}
				e = s.defaultOrNull(column)
			} else {
				e = s.assigned(e, column, inUpdateTarget)
			}
		}
		a := &Assignment{Column: column, Value: e}
		byColumn[column] = a
		out = append(out, a)
	}
	return out
}

func (s *scope) columnVar(column *catalog.Column) *Var {
	for i, c := range s.query.Target.Columns {
		if c.Column == column {
			return entryVar(s.query.Target, i, 0, 0)
		}
	}
	return nil
}

// refuseGenerated refuses a written value for a column that makes its own.
func (s *scope) refuseGenerated(column *catalog.Column, isDefault bool) {
	if isDefault {
		return
	}
	e := pgerr.Newf(pgerr.GeneratedAlways, "column \"%s\" can only be updated to DEFAULT", column.Name)
	switch {
	case column.Generated != 0:
		fail(e.WithDetail("Column \"%s\" is a generated column.", column.Name))
	case column.Identity == 'a':
		fail(e.WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", column.Name))
	}
}

// assignPart is SET column[i] = value.
func (s *scope) assignPart(current Expr, column *catalog.Column, t *pg_query.ResTarget, value Expr) Expr {
	if _, ok := value.(*Default); ok {
		s.failAt(t.Location, pgerr.FeatureNotSupported, "cannot set an array element to DEFAULT")
	}
	var list []*pg_query.A_Indices
	for _, step := range t.Indirection {
		i := step.GetAIndices()
		if i == nil {
			s.unsupported(t.Location, "assigning to a field of a composite column")
		}
		list = append(list, i)
	}
	base, mod := s.baseMod(column.Type, column.Typmod)
	elem := s.cat.ElementOf(base)
	if elem == 0 {
		if base == oid.JSONB {
			s.unsupported(t.Location, "assigning to a part of a jsonb column")
		}
		s.failAt(t.Location, pgerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting", s.typeName(column.Type))
	}
	r := &SubscriptAssign{Typed: Typed{base, mod, s.pos(t.Location)}, Arg: current}
	r.Upper, r.Lower, r.Slice = s.bounds(list)
	want := elem
	if r.Slice {
		want = base
	}
	v := s.coerceTo(value, want, mod, assignment, -1)
	if v == nil {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "subscripted assignment to \"%s\" requires type %s but expression is of type %s",
			column.Name, s.typeName(want), s.typeName(value.Type())).
			WithHint("You will need to rewrite or cast the expression.").At(s.pos(t.Location)))
	}
	r.Value = v
	return s.assigned(r, column, inUpdateTarget)
}
