package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// insert analyses INSERT.
func (s *scope) insert(n *pg_query.InsertStmt) *Query {
	q := s.query
	q.Command = CommandInsert
	switch n.Override {
	case pg_query.OverridingKind_OVERRIDING_SYSTEM_VALUE:
		q.Overriding = 's'
	case pg_query.OverridingKind_OVERRIDING_USER_VALUE:
		q.Overriding = 'u'
	}
	s.withClause(n.WithClause)
	q.Target = s.targetEntry(n.Relation)
	columns, places := s.insertColumns(n)
	values := s.insertSource(n, columns, places)
	s.assignInsert(columns, values)
	s.conflict(n.OnConflictClause)
	s.add(s.targetItem())
	s.returning(n.ReturningList)
	return q
}

// targetEntry is the relation that a statement changes.
func (s *scope) targetEntry(n *pg_query.RangeVar) *Entry {
	if n.Schemaname == "" {
		if cte, _ := s.findCTE(n.Relname); cte != nil {
			s.failAt(n.Location, pgerr.FeatureNotSupported, "relation \"%s\" cannot be the target of a modifying statement", n.Relname)
		}
	}
	rel := s.relation(n)
	switch rel.Kind {
	case catalog.KindTable:
	case catalog.KindView:
		if rel.System == nil {
			return s.updatableView(rel, n, s.query.Command)
		}
	case catalog.KindSequence:
		s.failAt(-1, pgerr.WrongObjectType, "cannot change sequence \"%s\"", rel.Name)
	case catalog.KindIndex:
		s.notReadable(rel, "indexes", n.Location)
	case catalog.KindComposite:
		s.notReadable(rel, "composite types", n.Location)
	default:
		s.failAt(-1, pgerr.WrongObjectType, "cannot change relation \"%s\"", rel.Name)
	}
	if rel.System != nil {
		s.failAt(-1, pgerr.InsufficientPrivilege, "permission denied: \"%s\" is a system catalog", rel.Name)
	}
	e := relationRange(rel)
	if n.Alias != nil {
		e.Alias = n.Alias.Aliasname
	}
	s.entries = append(s.entries, e)
	return e
}

// insertColumns are the columns that INSERT names, or all of them, with their
// places in the text.
func (s *scope) insertColumns(n *pg_query.InsertStmt) ([]*catalog.Column, []int32) {
	rel := s.query.Target.Relation
	if len(n.Cols) == 0 {
		return s.targetColumns(), nil
	}
	var columns []*catalog.Column
	var places []int32
	for _, c := range n.Cols {
		t := c.GetResTarget()
		column := s.targetColumn(rel, t.Name, t.Location)
		if len(t.Indirection) > 0 {
			s.unsupported(t.Location, "INSERT into a part of a column")
		}
		if slices.Contains(columns, column) {
			s.failAt(t.Location, pgerr.DuplicateColumn, "column \"%s\" specified more than once", t.Name)
		}
		columns, places = append(columns, column), append(places, t.Location)
	}
	return columns, places
}

// targetColumn finds a column that a statement assigns to.
func (s *scope) targetColumn(rel *catalog.Relation, name string, location int32) *catalog.Column {
	if s.updatable != nil {
		if c := s.viewColumn(name); c != nil {
			return c
		}
		rel = s.updatable.view
	} else if c := rel.Column(name); c != nil {
		return c
	}
	if _, ok := systemColumns[name]; ok && s.query.Command == CommandUpdate {
		s.failAt(location, pgerr.FeatureNotSupported, "cannot assign to system column \"%s\"", name)
	}
	s.failAt(location, pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", name, rel.Name)
	return nil
}

// insertSource analyses the rows to insert. It returns the value for each of
// columns over the source's row; nil where every row says DEFAULT.
func (s *scope) insertSource(n *pg_query.InsertStmt, columns []*catalog.Column, places []int32) []Expr {
	q := s.query
	sel := n.SelectStmt.GetSelectStmt()
	if sel == nil {
		return nil // DEFAULT VALUES
	}
	q.SourceEntry = &Entry{Kind: EntryResult, Alias: "*SELECT*"}
	if len(sel.ValuesLists) > 0 && len(sel.SortClause) == 0 && sel.LimitCount == nil && sel.LimitOffset == nil &&
		len(sel.LockingClause) == 0 && sel.WithClause == nil {
		return s.insertValues(sel, columns, places)
	}
	c := s.child()
	c.keepUnknown = true
	q.Source = c.selectStatement(sel)
	out := q.Source.outputs()
	exprs := make([]Expr, len(out))
	for i, t := range out {
		switch t.Expr.(type) {
		case *Const, *Param:
			if t.Expr.Type() == oid.Unknown {
				exprs[i] = t.Expr
			}
		}
	}
	q.SourceEntry.Columns = columnsOf(q.Source)
	for i, t := range out {
		if exprs[i] == nil {
			exprs[i] = entryVar(q.SourceEntry, i, 0, exprPos(t.Expr))
		}
	}
	s.checkCount(exprs, columns, places)
	values := make([]Expr, len(exprs))
	for i, e := range exprs {
		values[i] = s.assigned(e, columns[i], inInsertTarget)
	}
	for i, t := range out {
		t.Expr = s.resolved(t.Expr)
		q.SourceEntry.Columns[i].Type = t.Expr.Type()
	}
	return values
}

// checkCount compares the number of values with that of columns.
func (s *scope) checkCount(exprs []Expr, columns []*catalog.Column, places []int32) {
	if len(exprs) > len(columns) {
		fail(pgerr.New(pgerr.SyntaxError, "INSERT has more expressions than target columns").At(exprPos(exprs[len(columns)])))
	}
	if places != nil && len(exprs) < len(columns) {
		e := pgerr.New(pgerr.SyntaxError, "INSERT has more target columns than expressions").At(s.pos(places[len(exprs)]))
		if len(exprs) == 1 && isRowOf(exprs[0], len(columns)) {
			e = e.WithHint("The insertion source is a row expression containing the same number of columns expected by the INSERT. Did you accidentally use extra parentheses?")
		}
		fail(e)
	}
	s.checkColumns(columns[:len(exprs)])
}

func isRowOf(e Expr, fields int) bool {
	row, ok := e.(*RowExpr)
	return ok && len(row.Fields) == fields
}

// insertValues analyses VALUES as the source of INSERT: each value takes its
// column's type, and DEFAULT its default.
func (s *scope) insertValues(sel *pg_query.SelectStmt, columns []*catalog.Column, places []int32) []Expr {
	q := s.query
	c := s.child()
	in := inValuesSingle
	if len(sel.ValuesLists) > 1 {
		in = inInsertTarget
	}
	rows := c.valuesRows(sel.ValuesLists, in)
	for _, row := range rows {
		s.checkCount(row, columns, places)
	}
	source := c.query
	source.ValuesEntry = &Entry{Kind: EntryValues, Alias: "*VALUES*"}
	values := make([]Expr, len(rows[0]))
	out := make([][]Expr, len(rows))
	for i := range values {
		column := columns[i]
		defaults := 0
		for _, row := range rows {
			if _, ok := row[i].(*Default); ok {
				defaults++
			}
		}
		if defaults == len(rows) {
			continue
		}
		s.notGenerated(column)
		if q.Overriding == 'u' && column.Identity != 0 {
			continue
		}
		at := len(source.ValuesEntry.Columns)
		for r, row := range rows {
			e := row[i]
			if _, ok := e.(*Default); ok {
				e = s.defaultOrNull(column)
			} else {
				e = c.assigned(e, column, in)
			}
			out[r] = append(out[r], e)
		}
		name := "column" + itoa(at+1)
		source.ValuesEntry.Columns = append(source.ValuesEntry.Columns, EntryColumn{Name: name, Type: column.Type, Typmod: column.Typmod})
		q.SourceEntry.Columns = append(q.SourceEntry.Columns, EntryColumn{Name: name, Type: column.Type, Typmod: column.Typmod})
		source.Targets = append(source.Targets, &Target{Expr: entryVar(source.ValuesEntry, at, 0, 0), Name: name})
		values[i] = entryVar(q.SourceEntry, at, 0, 0)
	}
	source.Values = out
	q.Source = source
	return values
}

// notGenerated refuses a written value for a column that makes its own.
func (s *scope) notGenerated(column *catalog.Column) {
	e := pgerr.Newf(pgerr.GeneratedAlways, "cannot insert a non-DEFAULT value into column \"%s\"", column.Name)
	switch {
	case column.Generated != 0:
		fail(e.WithDetail("Column \"%s\" is a generated column.", column.Name))
	case column.Identity == 'a' && s.query.Overriding == 0:
		fail(e.WithDetail("Column \"%s\" is an identity column defined as GENERATED ALWAYS.", column.Name).
			WithHint("Use OVERRIDING SYSTEM VALUE to override."))
	}
}

// assignInsert lists what each column of the new row becomes: the written value
// or its default.
func (s *scope) assignInsert(columns []*catalog.Column, values []Expr) {
	q := s.query
	given := map[*catalog.Column]Expr{}
	for i, v := range values {
		if v == nil {
			continue
		}
		if q.Source.Values == nil {
			s.notGenerated(columns[i])
			if q.Overriding == 'u' && columns[i].Identity != 0 {
				continue
			}
		}
		given[columns[i]] = v
	}
	for _, c := range q.Target.Relation.Live() {
		v := given[c]
		if v == nil {
			v = s.columnDefault(c)
		}
		if v != nil {
			q.Columns = append(q.Columns, &Assignment{Column: c, Value: v})
		}
	}
}

// assigned converts a value to the type of the column that it is stored in.
func (s *scope) assigned(e Expr, column *catalog.Column, c clause) Expr {
	r := s.coerceTo(e, column.Type, column.Typmod, assignment, -1)
	if r == nil {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "column \"%s\" is of type %s but expression is of type %s",
			column.Name, s.typeName(column.Type), s.typeName(e.Type())).
			WithHint("You will need to rewrite or cast the expression.").At(exprPos(e)))
	}
	return r
}

// columnDefault is what a column becomes when no value is given; nil for NULL
// and for generated columns.
func (s *scope) columnDefault(c *catalog.Column) Expr {
	switch {
	case c.Generated != 0:
		return nil
	case c.Sequence != 0 && (c.Identity != 0 || strings.HasPrefix(c.Default, "nextval(")):
		// By number, since the sequence may have got another name.
		return s.assigned(s.nextValue(c.Sequence), c, inDefault)
	case c.Default != "":
		return s.assigned(s.catalogExpr(c.Default, nil, inDefault), c, inDefault)
	}
	if t := s.cat.Type(c.Type); t != nil && t.Kind == 'd' {
		return s.domainDefault(t, c)
	}
	return nil
}

// domainDefault is the default of a domain, or a NULL that its constraints
// check.
func (s *scope) domainDefault(t *catalog.Type, c *catalog.Column) Expr {
	for d := t; d != nil && d.Kind == 'd'; d = s.cat.Type(d.Base) {
		if d.Default != "" {
			return s.assigned(s.catalogExpr(d.Default, nil, inDefault), c, inDefault)
		}
	}
	return s.coerce(&Const{Typed: Typed{Typ: oid.Unknown, Mod: -1}}, c.Type, c.Typmod, assignment, -1)
}

func (s *scope) defaultOrNull(c *catalog.Column) Expr {
	if e := s.columnDefault(c); e != nil {
		return e
	}
	return &Const{Typed: Typed{Typ: c.Type, Mod: -1}}
}

// nextValue calls nextval for a sequence.
func (s *scope) nextValue(sequence oid.OID) Expr {
	arg := &Const{Typed: Typed{Typ: oid.Regclass, Mod: -1}, Value: oidDatum(sequence)}
	return s.callNamed("nextval", -1, FormCall, arg)
}

// returning analyses RETURNING.
func (s *scope) returning(list []*pg_query.Node) {
	if len(list) == 0 {
		return
	}
	s.query.Returning = s.targetList(list, inReturning)
	for _, t := range s.query.Returning {
		t.Expr = s.resolved(t.Expr)
		s.viewOrigin(t)
	}
}
