package planner

import (
	"slices"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// scope is one query level during analysis: what names mean there.
type scope struct {
	*analyzer
	up    *scope
	query *Query

	items   []*nsItem // what FROM has made visible so far
	entries []*Entry  // all entries of this level, visible or not, for hints
	ctes    []*CTE    // WITH queries that can be named
	future  []string  // WITH queries that come later, for hints
	// recursive is the WITH query that is being analysed at this level, whose
	// own name may only stand in some places.
	recursive *recursion

	clause      clause
	conditional string // CASE or COALESCE around the expression, for set-returning functions
	// lateral is set while an item of FROM may refer to those at its left.
	lateral bool
	// keepUnknown leaves literals of the target list without a type: INSERT …
	// SELECT decides them.
	keepUnknown bool
	// modifying is set in a data-modifying WITH query.
	modifying bool
	// domainValue is what VALUE means in a domain's CHECK.
	domainValue Expr
	groupings   []pendingGrouping
	updatable   *updatable   // the view that stands for the changed table
	windowDefs  []*windowDef // of WINDOW and OVER
	multiFields []Expr       // of the SET (…) = (SELECT …) being analysed
	recursions  []*recursion // recursive queries of this level's WITH
}

func newScope(a *analyzer, up *scope) *scope {
	s := &scope{analyzer: a, up: up, query: &Query{}}
	if up != nil {
		s.clause = inNothing
	}
	return s
}

// child is the scope of a query inside an expression or FROM of this one.
func (s *scope) child() *scope { return newScope(s.analyzer, s) }

// nsItem is one name in FROM: an entry, or a join whose columns are expressions
// over entries.
type nsItem struct {
	name     string
	entry    *Entry            // nil for a join
	relation *catalog.Relation // what the entry is when it has no alias, for schema.table.column
	columns  []nsColumn
	// Tables inside a join with an alias cannot be named; columns inside any
	// join are reached through it.
	named, bare bool
	// lateral items may be referred to by LATERAL only; they may not be when
	// they stand at the nullable side of the join.
	lateralOnly, lateralOK bool
}

// nsColumn is a column of a join item.
type nsColumn struct {
	name string
	expr Expr
}

// names are the item's column names in order.
func (it *nsItem) count() int {
	if it.entry != nil {
		return it.entry.visible()
	}
	return len(it.columns)
}

func (it *nsItem) columnName(i int) string {
	if it.entry != nil {
		return it.entry.Columns[i].Name
	}
	return it.columns[i].name
}

// visible is the number of the entry's columns that are not system columns.
func (e *Entry) visible() int {
	n := len(e.Columns)
	for n > 0 && e.Columns[n-1].System {
		n--
	}
	return n
}

// column makes an expression for the i-th column as seen from levels up.
func (it *nsItem) column(i, up, pos int) Expr {
	if it.entry != nil {
		return entryVar(it.entry, i, up, pos)
	}
	return raise(it.columns[i].expr, up, pos)
}

func entryVar(e *Entry, i, up, pos int) *Var {
	c := e.Columns[i]
	return &Var{Typed: Typed{Typ: c.Type, Mod: c.Typmod, Pos: pos}, Entry: e, Col: i, Up: up}
}

// raise copies the expression of a join's column for use further down.
func raise(e Expr, up, pos int) Expr {
	return mapExpr(e, func(e Expr) Expr {
		v, ok := e.(*Var)
		if !ok {
			return nil
		}
		c := *v
		c.Up += up
		c.Pos = pos
		return &c
	})
}

// add makes an item visible.
func (s *scope) add(items ...*nsItem) { s.items = append(s.items, items...) }

// entryItem is the item of an entry.
func entryItem(e *Entry) *nsItem {
	it := &nsItem{name: e.Alias, entry: e, named: true, bare: true, lateralOK: true}
	if e.Relation != nil && e.Alias == e.Relation.Name {
		it.relation = e.Relation
	}
	return it
}

// found is a column that a name led to.
type found struct {
	item *nsItem
	col  int
}

// lookup finds a column in one item by name; -1 when it has none.
func (s *scope) lookup(it *nsItem, name string, location int32) int {
	col := -1
	for i := range it.count() {
		if it.columnName(i) != name {
			continue
		}
		if col >= 0 {
			s.failAt(location, pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name)
		}
		col = i
	}
	if col < 0 && it.entry != nil {
		col = it.entry.systemColumn(name)
	}
	return col
}

// systemColumns are the columns that every table has without declaring them.
var systemColumns = map[string]systemColumn{
	"ctid": {oid.TID, -1}, "xmin": {oid.XID, -2}, "cmin": {oid.CID, -3},
	"xmax": {oid.XID, -4}, "cmax": {oid.CID, -5}, "tableoid": {oid.OIDType, -6},
}

type systemColumn struct {
	typ    oid.OID
	attnum int16
}

// systemColumn gives the index of a system column, which it adds when it is
// first named; -1 where the entry has none of that name.
func (e *Entry) systemColumn(name string) int {
	column, ok := systemColumns[name]
	if !ok || e.Kind != EntryRelation || e.Relation.Kind == catalog.KindView {
		return -1
	}
	for i := e.visible(); i < len(e.Columns); i++ {
		if e.Columns[i].Name == name {
			return i
		}
	}
	e.Columns = append(e.Columns, EntryColumn{Name: name, Type: column.typ, Typmod: -1, System: true})
	return len(e.Columns) - 1
}

// resolveColumn finds an unqualified column, in this level and then in those
// around it; nil when there is none.
func (s *scope) resolveColumn(name string, location int32) Expr {
	up := 0
	for level := s; level != nil; level = level.up {
		var hit *found
		for _, it := range level.items {
			if !it.bare || it.lateralOnly && !level.lateral {
				continue
			}
			if col := s.lookup(it, name, location); col >= 0 {
				if hit != nil {
					s.failAt(location, pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name)
				}
				s.checkLateral(it, location)
				hit = &found{it, col}
			}
		}
		if hit != nil {
			return hit.item.column(hit.col, up, s.pos(location))
		}
		up++
	}
	return nil
}

// checkLateral refuses a reference across a join that cannot deliver it.
func (s *scope) checkLateral(it *nsItem, location int32) {
	if !it.lateralOnly || it.lateralOK {
		return
	}
	fail(pgerr.Newf(pgerr.InvalidColumnReference, "invalid reference to FROM-clause entry for table \"%s\"", it.name).
		WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.").At(s.pos(location)))
}

// resolveItem finds an item by its name, schema "" meaning any; nil when there
// is none. up is how many levels around it stands.
func (s *scope) resolveItem(schema, name string, location int32) (it *nsItem, up int) {
	for level := s; level != nil; level = level.up {
		var hit *nsItem
		for _, it := range level.items {
			if !it.named || it.name != name || it.lateralOnly && !level.lateral {
				continue
			}
			if schema != "" {
				if it.relation == nil || s.schemaName(it.relation.Schema) != schema {
					continue
				}
			}
			if hit != nil {
				s.failAt(location, pgerr.AmbiguousAlias, "table reference \"%s\" is ambiguous", name)
			}
			s.checkLateral(it, location)
			hit = it
		}
		if hit != nil {
			return hit, up
		}
		up++
	}
	return nil, 0
}

func (a *analyzer) schemaName(id oid.OID) string {
	if schema := a.cat.Schema(id); schema != nil {
		return schema.Name
	}
	return ""
}

// checkNames refuses two items of one name.
func (s *scope) checkNames(left, right []*nsItem) {
	for _, a := range left {
		if !a.named || a.name == "" {
			continue
		}
		for _, b := range right {
			if !b.named || a.name != b.name {
				continue
			}
			if a.relation != nil && b.relation != nil && a.relation.Schema != b.relation.Schema {
				continue // told apart by schema
			}
			fail(pgerr.Newf(pgerr.DuplicateAlias, "table name \"%s\" specified more than once", a.name))
		}
	}
}

// findCTE finds a WITH query by name; nil when there is none.
func (s *scope) findCTE(name string) (*CTE, *scope) {
	for level := s; level != nil; level = level.up {
		for _, cte := range slices.Backward(level.ctes) {
			if cte.Name == name {
				return cte, level
			}
		}
	}
	return nil, nil
}
