package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// arm is an analysed item of FROM: the node, the item that stands for all of
// it, and every item that it makes visible.
type arm struct {
	node  FromItem
	item  *nsItem
	items []*nsItem
}

// fromClause analyses FROM or USING. Items at the right may refer to those at
// the left when they are LATERAL.
func (s *scope) fromClause(list []*pg_query.Node) {
	first := len(s.items)
	for _, n := range list {
		a := s.fromItem(n)
		s.checkNames(s.items, a.items)
		setLateral(a.items, true, true)
		s.add(a.items...)
		s.query.From = append(s.query.From, a.node)
	}
	setLateral(s.items[first:], false, true)
}

func setLateral(items []*nsItem, only, ok bool) {
	for _, it := range items {
		it.lateralOnly, it.lateralOK = only, ok
	}
}

func (s *scope) fromItem(n *pg_query.Node) arm {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_RangeVar:
		return s.entryArm(s.rangeVar(n.RangeVar))
	case *pg_query.Node_RangeSubselect:
		return s.rangeSubselect(n.RangeSubselect)
	case *pg_query.Node_RangeFunction:
		return s.entryArm(s.rangeFunction(n.RangeFunction))
	case *pg_query.Node_JoinExpr:
		return s.joinExpr(n.JoinExpr)
	case *pg_query.Node_RangeTableSample:
		return s.tableSample(n.RangeTableSample)
	case *pg_query.Node_RangeTableFunc:
		s.unsupported(n.RangeTableFunc.Location, "XMLTABLE")
	}
	fail(pgerr.Unsupported("this item of FROM"))
	return arm{}
}

// entryArm is the arm of a single entry.
func (s *scope) entryArm(e *Entry) arm {
	it := entryItem(e)
	s.entries = append(s.entries, e)
	return arm{&FromEntry{Entry: e}, it, []*nsItem{it}}
}

// rename applies an alias with its column names to an entry.
func (s *scope) rename(e *Entry, alias *pg_query.Alias, location int32) {
	if alias == nil {
		return
	}
	e.Alias = alias.Aliasname
	names := strs(alias.Colnames)
	if have := e.visible(); len(names) > have {
		s.failAt(location, pgerr.InvalidColumnReference, "table \"%s\" has %d columns available but %d columns specified",
			e.Alias, have, len(names))
	}
	for i, name := range names {
		e.Columns[i].Name = name
	}
}

// rangeVar analyses a table, view or WITH query by name.
func (s *scope) rangeVar(n *pg_query.RangeVar) *Entry {
	var e *Entry
	if n.Schemaname == "" {
		if cte, level := s.findCTE(n.Relname); cte != nil {
			e = s.cteEntry(cte, level, n.Location)
		}
	}
	if e == nil {
		e = s.relationEntry(s.relation(n), n.Location)
	}
	s.rename(e, n.Alias, -1)
	return e
}

// relation finds the relation that a name in FROM means.
func (s *scope) relation(n *pg_query.RangeVar) *catalog.Relation {
	names := []string{n.Relname}
	if n.Schemaname != "" {
		names = []string{n.Schemaname, n.Relname}
	}
	if n.Catalogname != "" {
		names = append([]string{n.Catalogname}, names...)
	}
	rel := s.lookupRelation(names, n.Location)
	if rel == nil {
		s.noRelation(names, n.Location)
	}
	return rel
}

// lookupRelation finds a relation by its name, nil when there is none.
func (a *analyzer) lookupRelation(names []string, location int32) *catalog.Relation {
	name := names[len(names)-1]
	if len(names) == 1 {
		return a.cat.Search(a.path, name)
	}
	if len(names) == 3 && names[0] != a.env.Database {
		a.failAt(location, pgerr.FeatureNotSupported, "cross-database references are not implemented: \"%s.%s.%s\"", names[0], names[1], names[2])
	}
	schema := a.cat.SchemaNamed(names[len(names)-2])
	if schema == nil {
		return nil
	}
	return a.cat.RelationNamed(schema.OID, name)
}

// relationNamed is lookupRelation that fails.
func (a *analyzer) relationNamed(names []string, location int32) *catalog.Relation {
	rel := a.lookupRelation(names, location)
	if rel == nil {
		fail(noRelationError(names).At(a.pos(location)))
	}
	return rel
}

func noRelationError(names []string) *pgerr.Error {
	if n := len(names); n > 1 {
		return pgerr.Newf(pgerr.UndefinedTable, "relation \"%s.%s\" does not exist", names[n-2], names[n-1])
	}
	return pgerr.Newf(pgerr.UndefinedTable, "relation \"%s\" does not exist", names[0])
}

// noRelation fails for an unknown relation; a WITH query of that name further
// down is worth a hint.
func (s *scope) noRelation(names []string, location int32) {
	e := noRelationError(names).At(s.pos(location))
	for level := s; level != nil && len(names) == 1; level = level.up {
		if slices.Contains(level.future, names[0]) {
			e = e.WithDetail("There is a WITH item named \"%s\", but it cannot be referenced from this part of the query.", names[0]).
				WithHint("Use WITH RECURSIVE, or re-order the WITH items to remove forward references.")
			break
		}
	}
	fail(e)
}

// relationEntry ranges over a relation. A view becomes the query that it stands
// for.
func (s *scope) relationEntry(rel *catalog.Relation, location int32) *Entry {
	e := &Entry{Kind: EntryRelation, Alias: rel.Name, Relation: rel, Columns: liveColumns(rel)}
	e.derived = derivedIndexes(s.env, rel)
	switch rel.Kind {
	case catalog.KindIndex:
		s.notReadable(rel, "indexes", location)
	case catalog.KindComposite:
		s.notReadable(rel, "composite types", location)
	}
	var definition *catalog.View
	switch {
	case rel.View != nil:
		definition = rel.View
	case rel.System != nil && rel.System.View != "":
		definition = &catalog.View{Query: rel.System.View, SearchPath: []string{"pg_catalog", "information_schema"}}
	case rel.Kind == catalog.KindSequence:
		definition = &catalog.View{
			Query:      "SELECT last_value, log_cnt, is_called FROM pg_catalog.sequence_state(" + itoa(int(rel.OID)) + "::regclass)",
			SearchPath: []string{"pg_catalog"},
		}
	}
	if definition == nil {
		return e
	}
	e.Kind = EntrySubquery
	e.Query = s.viewQuery(rel, definition)
	for i, t := range e.Query.outputs() {
		if i < len(e.Columns) {
			e.Columns[i].Column = nil
			e.Columns[i].Type, e.Columns[i].Typmod = t.Expr.Type(), t.Expr.Typmod()
		}
	}
	if have := len(e.Query.outputs()); have != len(e.Columns) {
		fail(pgerr.Internal("view \"%s\" has %d columns, its query %d", rel.Name, len(e.Columns), have))
	}
	return e
}

func (s *scope) notReadable(rel *catalog.Relation, kinds string, location int32) {
	fail(pgerr.Newf(pgerr.WrongObjectType, "cannot open relation \"%s\"", rel.Name).
		WithDetail("This operation is not supported for %s.", kinds).At(s.pos(location)))
}

// viewQuery analyses a view's query under the search path of its creation.
func (a *analyzer) viewQuery(rel *catalog.Relation, view *catalog.View) *Query {
	if slices.Contains(a.views, rel.OID) {
		a.failAt(-1, pgerr.InvalidObjectDefinition, "infinite recursion detected in rules for relation \"%s\"", rel.Name)
	}
	statements, err := sqlparse.Parse(view.Query)
	check(err)
	if len(statements) != 1 {
		fail(pgerr.Internal("view \"%s\" does not hold one query", rel.Name))
	}
	env := *a.env
	env.VariableParams, env.ParamTypes = false, nil
	inner := newAnalyzer(&env, nil)
	inner.path = nil
	for _, name := range view.SearchPath {
		if schema := a.cat.SchemaNamed(name); schema != nil {
			inner.path = append(inner.path, schema.OID)
		}
	}
	if sys := a.cat.SchemaNamed("pg_catalog"); sys != nil && !slices.Contains(inner.path, sys.OID) {
		inner.path = append([]oid.OID{sys.OID}, inner.path...)
	}
	inner.views = append(slices.Clone(a.views), rel.OID)
	q := inner.topQuery(statements[0].Node)
	a.volatile = a.volatile || inner.volatile
	return q
}

// rangeSubselect analyses a query in FROM.
func (s *scope) rangeSubselect(n *pg_query.RangeSubselect) arm {
	before := s.lateral
	s.lateral = n.Lateral
	clauseBefore := s.clause
	s.clause = inFromSubquery
	c := s.child()
	q := c.statement(n.Subquery)
	s.lateral, s.clause = before, clauseBefore
	e := &Entry{Kind: EntrySubquery, Alias: "unnamed_subquery", Query: q, Columns: columnsOf(q), Lateral: n.Lateral}
	s.rename(e, n.Alias, -1)
	a := s.entryArm(e)
	if n.Alias == nil {
		a.item.named = false
	}
	return a
}

// joinExpr analyses JOIN.
func (s *scope) joinExpr(n *pg_query.JoinExpr) arm {
	left := s.fromItem(n.Larg)
	// The right arm may refer to the left one, if it is LATERAL and the join
	// lets it.
	inner := n.Jointype == pg_query.JoinType_JOIN_INNER || n.Jointype == pg_query.JoinType_JOIN_LEFT
	setLateral(left.items, true, inner)
	mark := len(s.items)
	s.add(left.items...)
	right := s.fromItem(n.Rarg)
	s.items = s.items[:mark]
	s.checkNames(left.items, right.items)
	items := append(slices.Clone(left.items), right.items...)
	setLateral(items, false, true)

	j := &Join{Left: left.node, Right: right.node, opaque: n.Alias != nil || n.JoinUsingAlias != nil}
	switch n.Jointype {
	case pg_query.JoinType_JOIN_LEFT:
		j.Kind = JoinLeft
		markNullable(right.node)
	case pg_query.JoinType_JOIN_RIGHT:
		j.Kind = JoinRight
		markNullable(left.node)
	case pg_query.JoinType_JOIN_FULL:
		j.Kind = JoinFull
		markNullable(left.node)
		markNullable(right.node)
	}
	using := strs(n.UsingClause)
	if n.IsNatural {
		using = commonNames(left.item, right.item)
	}
	j.Using = using
	merged := s.mergeColumns(j, left.item, right.item, using)
	switch {
	case len(using) > 0:
	case n.Quals != nil:
		outer := s.items
		s.items = items
		j.On = s.condition(n.Quals, inJoinOn, "JOIN/ON")
		s.items = outer
	case j.Kind == JoinInner:
		j.Kind = JoinCross
	}
	it := &nsItem{bare: true, lateralOK: true, columns: merged}
	it.columns = append(it.columns, unmerged(left.item, using)...)
	it.columns = append(it.columns, unmerged(right.item, using)...)
	if n.Alias != nil {
		it.name, it.named = n.Alias.Aliasname, true
		names := strs(n.Alias.Colnames)
		if len(names) > len(it.columns) {
			fail(pgerr.Newf(pgerr.InvalidColumnReference, "join expression \"%s\" has %d columns available but %d columns specified",
				it.name, len(it.columns), len(names)))
		}
		for i, name := range names {
			it.columns[i].name = name
		}
		return arm{j, it, []*nsItem{it}}
	}
	for _, child := range items {
		child.bare = false
	}
	if n.JoinUsingAlias != nil {
		alias := &nsItem{name: n.JoinUsingAlias.Aliasname, named: true, lateralOK: true, columns: merged}
		s.checkNames(items, []*nsItem{alias})
		items = append(items, alias)
	}
	return arm{j, it, append(items, it)}
}

func markNullable(item FromItem) { leaves(item, func(e *Entry) { e.Nullable = true }) }

// commonNames are the columns that NATURAL JOIN merges.
func commonNames(left, right *nsItem) []string {
	var names []string
	for i := range left.count() {
		for k := range right.count() {
			if left.columnName(i) == right.columnName(k) {
				names = append(names, left.columnName(i))
				break
			}
		}
	}
	return names
}

// unmerged are the columns of an arm that USING does not name.
func unmerged(it *nsItem, using []string) []nsColumn {
	var out []nsColumn
	for i := range it.count() {
		if name := it.columnName(i); !slices.Contains(using, name) {
			out = append(out, nsColumn{name, it.column(i, 0, 0)})
		}
	}
	return out
}

// mergeColumns makes the condition of USING and the columns that it merges.
func (s *scope) mergeColumns(j *Join, left, right *nsItem, using []string) []nsColumn {
	var merged []nsColumn
	var conditions []Expr
	for i, name := range using {
		if slices.Contains(using[:i], name) {
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column name \"%s\" appears more than once in USING clause", name))
		}
		l := s.usingColumn(left, name, "left")
		r := s.usingColumn(right, name, "right")
		eq := s.inClause(inJoinUsing, func() Expr { return s.operate([]string{"="}, l, r, -1) })
		conditions = append(conditions, s.coerceBool(eq, "JOIN/USING"))
		typ := s.selectCommon([]Expr{l, r}, "JOIN/USING")
		mod := commonTypmod([]Expr{l, r}, typ)
		lc, rc := s.mergedSide(l, typ, mod), s.mergedSide(r, typ, mod)
		column := lc
		switch j.Kind {
		case JoinRight:
			column = rc
		case JoinFull:
			column = &Coalesce{Typed: Typed{typ, mod, 0}, Args: []Expr{lc, rc}, Merged: name}
		case JoinInner:
			// Whichever needs no conversion.
			if lc != l && rc == r {
				column = rc
			}
		}
		merged = append(merged, nsColumn{name, column})
	}
	if len(conditions) > 0 {
		j.On = s.combine(conditions, false, -1)
	}
	return merged
}

func (s *scope) mergedSide(e Expr, typ oid.OID, mod int32) Expr {
	e = s.coerceCommon(e, typ, "JOIN/USING")
	return s.coerceTypmod(e, typ, mod, implicit, -1, false)
}

func (s *scope) usingColumn(it *nsItem, name, side string) Expr {
	at := -1
	for i := range it.count() {
		if it.columnName(i) != name {
			continue
		}
		if at >= 0 {
			fail(pgerr.Newf(pgerr.AmbiguousColumn, "common column name \"%s\" appears more than once in %s table", name, side))
		}
		at = i
	}
	if at < 0 {
		fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" specified in USING clause does not exist in %s table", name, side))
	}
	return it.column(at, 0, 0)
}
