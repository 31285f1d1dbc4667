package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// copy plans COPY.
func (a *analyzer) copy(n *pg_query.CopyStmt) *Copy {
	if n.Filename != "" || n.IsProgram {
		fail(pgerr.Unsupported("COPY with a file or program of the server").
			WithHint("Use COPY ... FROM STDIN or TO STDOUT, which psql's \\copy does for you."))
	}
	c := &Copy{From: n.IsFrom}
	if n.Query != nil {
		c.Query = a.queryWithin(n.Query, "COPY (query)")
		names := make([]string, len(c.Query.Columns))
		for i, column := range c.Query.Columns {
			names[i] = column.Name
		}
		a.copyOptions(c, n.Options, names)
		return c
	}
	rel := a.relationNamed(rangeNames(n.Relation), n.Relation.Location)
	a.copyable(rel, n.IsFrom)
	columns := a.copyColumns(rel, n.Attlist)
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	a.copyOptions(c, n.Options, names)
	if !n.IsFrom {
		if n.WhereClause != nil {
			fail(pgerr.New(pgerr.SyntaxError, "WHERE clause not allowed with COPY TO"))
		}
		c.Query = a.copyOut(rel, columns)
		return c
	}
	c.Table, c.Columns = rel, columns
	c.Insert = a.copyIn(rel, columns, n.WhereClause)
	return c
}

// copyable refuses relations without rows of their own.
func (a *analyzer) copyable(rel *catalog.Relation, from bool) {
	direction := "from"
	if from {
		direction = "to"
	}
	var e *pgerr.Error
	switch {
	case rel.Kind == catalog.KindView && rel.System == nil:
		e = pgerr.Newf(pgerr.WrongObjectType, "cannot copy %s view \"%s\"", direction, rel.Name)
	case rel.Kind == catalog.KindSequence:
		e = pgerr.Newf(pgerr.WrongObjectType, "cannot copy %s sequence \"%s\"", direction, rel.Name)
	case rel.Kind == catalog.KindIndex:
		fail(pgerr.Newf(pgerr.WrongObjectType, "cannot open relation \"%s\"", rel.Name).
			WithDetail("This operation is not supported for indexes."))
	case rel.System != nil && from:
		fail(pgerr.Newf(pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name))
	}
	if e == nil {
		return
	}
	if !from && rel.Kind == catalog.KindView {
		e = e.WithHint("Try the COPY (SELECT ...) TO variant.")
	}
	fail(e)
}

// copyColumns are the columns that COPY names, or all but generated ones.
func (a *analyzer) copyColumns(rel *catalog.Relation, list []*pg_query.Node) []*catalog.Column {
	var out []*catalog.Column
	if len(list) == 0 {
		for _, c := range rel.Live() {
			if c.Generated == 0 {
				out = append(out, c)
			}
		}
		return out
	}
	for _, name := range strs(list) {
		c := rel.Column(name)
		switch {
		case c == nil:
			fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, rel.Name))
		case c.Generated != 0:
			fail(pgerr.Newf(pgerr.InvalidColumnReference, "column \"%s\" is a generated column", name).
				WithDetail("Generated columns cannot be used in COPY."))
		case slices.Contains(out, c):
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column \"%s\" specified more than once", name))
		}
		out = append(out, c)
	}
	return out
}

// copyOut is SELECT columns FROM table.
func (a *analyzer) copyOut(rel *catalog.Relation, columns []*catalog.Column) *QueryPlan {
	s := newScope(a, nil)
	entry := s.relationEntry(rel, -1)
	q := &Query{From: []FromItem{&FromEntry{Entry: entry}}}
	for i, c := range entry.Columns {
		for _, want := range columns {
			if want.Name == c.Name {
				q.Targets = append(q.Targets, &Target{Expr: entryVar(entry, i, 0, 0), Name: c.Name})
			}
		}
	}
	order := func(t *Target) int {
		return slices.IndexFunc(columns, func(c *catalog.Column) bool { return c.Name == t.Name })
	}
	slices.SortFunc(q.Targets, func(x, y *Target) int { return order(x) - order(y) })
	plan, err := compileQuery(a.env, q)
	check(err)
	return plan
}

// copyIn plans how rows of the data become rows of the table.
func (a *analyzer) copyIn(rel *catalog.Relation, columns []*catalog.Column, where *pg_query.Node) *CopyInsert {
	s := newScope(a, nil)
	entry := relationRange(rel)
	s.query.Command, s.query.Target = CommandInsert, entry
	in := &CopyInsert{}
	var defaults []Expr
	all := slices.Clone(columns)
	for _, c := range rel.Live() {
		if slices.Contains(columns, c) {
			continue
		}
		if e := s.columnDefault(c); e != nil {
			in.DefaultColumns = append(in.DefaultColumns, c)
			defaults = append(defaults, e)
			all = append(all, c)
		}
	}
	m := &modifier{env: a.env, q: s.query, plan: &ModifyPlan{Command: CommandInsert, Table: rel, Columns: all}}
	m.constraints()
	if len(defaults) > 0 {
		in.Defaults = m.rowQuery(defaults, nil, nil)
	}
	if where != nil {
		s.entries = append(s.entries, entry)
		s.add(entryItem(entry))
		in.Where = m.rowQuery([]Expr{s.condition(where, inWhere, "WHERE")}, []*Entry{entry}, nil)
	}
	check(m.err)
	in.Modify = m.plan
	return in
}
