package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// updatable is a view that INSERT, UPDATE and DELETE may name in place of the
// table under it: its rows are rows of that table.
type updatable struct {
	view    *catalog.Relation
	columns []nsColumn // over the table's entry
	where   Expr       // which of the table's rows the view shows
}

// simpleQuery takes a view's query apart: the table, the view's columns over it
// and its condition. reason says why it is no such query.
func simpleQuery(q *Query) (base *Entry, columns []Expr, where Expr, reason string) {
	switch {
	case q.Distinct || len(q.DistinctOn) > 0:
		return nil, nil, nil, "Views containing DISTINCT are not automatically updatable."
	case len(q.GroupBy) > 0 || q.GroupingSets != nil:
		return nil, nil, nil, "Views containing GROUP BY are not automatically updatable."
	case q.Having != nil:
		return nil, nil, nil, "Views containing HAVING are not automatically updatable."
	case q.SetOp != nil:
		return nil, nil, nil, "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable."
	case len(q.CTEs) > 0:
		return nil, nil, nil, "Views containing WITH are not automatically updatable."
	case q.Limit != nil || q.Offset != nil:
		return nil, nil, nil, "Views containing LIMIT or OFFSET are not automatically updatable."
	case q.HasAggregates:
		return nil, nil, nil, "Views that return aggregate functions are not automatically updatable."
	case q.HasWindows:
		return nil, nil, nil, "Views that return window functions are not automatically updatable."
	case q.HasSetFuncs:
		return nil, nil, nil, "Views that return set-returning functions are not automatically updatable."
	}
	const single = "Views that do not select from a single table or view are not automatically updatable."
	if len(q.From) != 1 {
		return nil, nil, nil, single
	}
	from, ok := q.From[0].(*FromEntry)
	if !ok {
		return nil, nil, nil, single
	}
	for _, t := range q.outputs() {
		columns = append(columns, t.Expr)
	}
	where = q.Where
	switch e := from.Entry; {
	case e.Kind == EntryRelation && e.Relation.Kind == catalog.KindTable && e.Relation.System == nil:
		return e, columns, where, ""
	case e.Kind == EntrySubquery && e.Relation != nil && e.Relation.System == nil:
		base, inner, innerWhere, reason := simpleQuery(e.Query)
		if reason != "" {
			return nil, nil, nil, reason
		}
		under := func(x Expr) Expr {
			return mapExpr(x, func(x Expr) Expr {
				if v, ok := x.(*Var); ok && v.Entry == e {
					return inner[v.Col]
				}
				return nil
			})
		}
		for i := range columns {
			columns[i] = under(columns[i])
		}
		return base, columns, both(innerWhere, under(where)), ""
	}
	return nil, nil, nil, single
}

// both is the conjunction of two conditions, either of which may be nil.
func both(a, b Expr) Expr {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	return &Bool{Typed: Typed{a.Type(), -1, 0}, Op: "AND", Args: []Expr{a, b}}
}

// updatableView makes the table under a view the target of a statement.
func (s *scope) updatableView(rel *catalog.Relation, n *pg_query.RangeVar, command Command) *Entry {
	verb := viewVerbs[command]
	entry := s.relationEntry(rel, n.Location)
	base, columns, where, reason := simpleQuery(entry.Query)
	if reason != "" {
		fail(pgerr.Newf(pgerr.ObjectNotInPrerequisiteState, "cannot %s view \"%s\"", verb.does, rel.Name).
			WithDetail("%s", reason).
			WithHint("To enable %s the view, provide an INSTEAD OF %s trigger or an unconditional ON %s DO INSTEAD rule.",
				verb.doing, verb.trigger, verb.trigger))
	}
	u := &updatable{view: rel, where: where}
	for i, c := range entry.Columns {
		u.columns = append(u.columns, nsColumn{c.Name, columns[i]})
	}
	s.updatable = u
	base.Alias = rel.Name
	if n.Alias != nil {
		base.Alias = n.Alias.Aliasname
	}
	s.entries = append(s.entries, &Entry{Kind: EntryResult, Alias: base.Alias, Columns: entry.Columns})
	return base
}

var viewVerbs = map[Command]struct{ does, doing, trigger string }{
	CommandInsert: {"insert into", "inserting into", "INSERT"},
	CommandUpdate: {"update", "updating", "UPDATE"},
	CommandDelete: {"delete from", "deleting from", "DELETE"},
}

// targetItem is the name in scope for the changed relation.
func (s *scope) targetItem() *nsItem {
	if s.updatable == nil {
		return entryItem(s.query.Target)
	}
	return &nsItem{name: s.query.Target.Alias, columns: s.updatable.columns, named: true, bare: true, lateralOK: true}
}

// targetColumns are the columns that INSERT without a list gives values to.
func (s *scope) targetColumns() []*catalog.Column {
	if s.updatable == nil {
		return s.query.Target.Relation.Live()
	}
	var out []*catalog.Column
	for _, c := range s.updatable.columns {
		if _, ok := c.expr.(*Var); ok {
			out = append(out, s.underlying(c))
		} else {
			out = append(out, &catalog.Column{Name: c.name}) // see [scope.checkColumns]
		}
	}
	return out
}

// checkColumns refuses a value for a column of a view that is none of its table.
func (s *scope) checkColumns(columns []*catalog.Column) {
	for i, c := range columns {
		if c.Attnum == 0 {
			s.underlying(s.updatable.columns[i])
		}
	}
}

// excludedItem is the name EXCLUDED: the row that could not be inserted, with the
// columns of the view where there is one.
func (s *scope) excludedItem(e *Entry) *nsItem {
	if s.updatable == nil {
		s.entries = append(s.entries, e)
		return entryItem(e)
	}
	it := &nsItem{name: e.Alias, named: true, bare: true, lateralOK: true}
	for _, c := range s.updatable.columns {
		expr := mapExpr(c.expr, func(x Expr) Expr {
			if v, ok := x.(*Var); ok && v.Entry == s.query.Target {
				return entryVar(e, v.Col, v.Up, v.Pos)
			}
			return nil
		})
		it.columns = append(it.columns, nsColumn{c.name, expr})
	}
	return it
}

// viewOrigin makes a column of RETURNING one of the view.
func (s *scope) viewOrigin(t *Target) {
	if s.updatable == nil {
		return
	}
	for i, c := range s.updatable.columns {
		if equalExprs(c.expr, t.Expr) {
			t.Table, t.Attnum = s.updatable.view.OID, s.updatable.view.Columns[i].Attnum
			return
		}
	}
}

// underlying is the table's column that a view's column shows.
func (s *scope) underlying(c nsColumn) *catalog.Column {
	if v, ok := c.expr.(*Var); ok && v.Entry == s.query.Target && v.Entry.Columns[v.Col].Column != nil {
		return v.Entry.Columns[v.Col].Column
	}
	fail(pgerr.Newf(pgerr.FeatureNotSupported, "cannot %s column \"%s\" of view \"%s\"",
		viewVerbs[s.query.Command].does, c.name, s.updatable.view.Name).
		WithDetail("View columns that are not columns of their base relation are not updatable."))
	return nil
}

// viewColumn is the table's column for a column of the view by name; nil when
// the view has none of that name.
func (s *scope) viewColumn(name string) *catalog.Column {
	i := slices.IndexFunc(s.updatable.columns, func(c nsColumn) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return s.underlying(s.updatable.columns[i])
}
