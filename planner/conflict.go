package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func oidDatum(id oid.OID) datum.Datum { return datum.Int(int64(id)) }

// conflict analyses ON CONFLICT.
func (s *scope) conflict(n *pg_query.OnConflictClause) {
	if n == nil {
		return
	}
	q := s.query
	c := &Conflict{Update: n.Action == pg_query.OnConflictAction_ONCONFLICT_UPDATE}
	q.Conflict = c
	if c.Update && n.Infer == nil {
		fail(pgerr.New(pgerr.SyntaxError, "ON CONFLICT DO UPDATE requires inference specification or constraint name").
			WithHint("For example, ON CONFLICT (column_name).").At(s.pos(n.Location)))
	}
	target := s.targetItem()
	if n.Infer != nil {
		before := s.items
		s.items = []*nsItem{target}
		c.Arbiters = s.arbiters(n.Infer)
		s.items = before
	}
	if !c.Update {
		return
	}
	c.Excluded = &Entry{Kind: EntryResult, Alias: "excluded", Columns: liveColumns(q.Target.Relation)}
	for i := range c.Excluded.Columns {
		c.Excluded.Columns[i].Column = nil
	}
	before := s.items
	s.items = []*nsItem{target, s.excludedItem(c.Excluded)}
	c.Set = s.setList(n.TargetList)
	c.Where = s.condition(n.WhereClause, inWhere, "WHERE")
	s.items = before
}

// arbiters are the unique indexes that an inference specification means.
func (s *scope) arbiters(n *pg_query.InferClause) []oid.OID {
	rel := s.query.Target.Relation
	if n.Conname != "" {
		for _, c := range rel.Constraints {
			if c.Name != n.Conname {
				continue
			}
			if c.Index == 0 || c.Kind == catalog.ConstraintForeign {
				fail(pgerr.New(pgerr.WrongObjectType, "constraint in ON CONFLICT clause has no associated index"))
			}
			return []oid.OID{c.Index}
		}
		s.failAt(-1, pgerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", n.Conname, rel.Name)
	}
	var columns []int16
	var exprs []Expr
	for _, el := range n.IndexElems {
		ie := el.GetIndexElem()
		if ie.Ordering != pg_query.SortByDir_SORTBY_DEFAULT {
			s.failAt(n.Location, pgerr.InvalidColumnReference, "ASC/DESC is not allowed in ON CONFLICT clause")
		}
		if ie.NullsOrdering != pg_query.SortByNulls_SORTBY_NULLS_DEFAULT {
			s.failAt(n.Location, pgerr.InvalidColumnReference, "NULLS FIRST/LAST is not allowed in ON CONFLICT clause")
		}
		var e Expr
		if ie.Expr == nil {
			e = s.clauseExpr(pg_query.MakeColumnRefNode([]*pg_query.Node{pg_query.MakeStrNode(ie.Name)}, n.Location), inIndexExpr)
		} else {
			e = s.clauseExpr(ie.Expr, inIndexExpr)
		}
		if v, ok := e.(*Var); ok && v.Entry.Columns[v.Col].Column != nil {
			columns = append(columns, v.Entry.Columns[v.Col].Column.Attnum)
		} else {
			exprs = append(exprs, e)
		}
	}
	var conditions []Expr
	if n.WhereClause != nil {
		where := s.condition(n.WhereClause, inIndexPredicate, "WHERE")
		if b, ok := where.(*Bool); ok && b.Op == "AND" {
			conditions = b.Args
		} else {
			conditions = []Expr{where}
		}
	}
	var found []oid.OID
	for _, id := range rel.Indexes {
		index := s.cat.Relation(id)
		if index != nil && index.Index.Unique && index.Index.Valid && s.infers(index.Index, columns, exprs, conditions) {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		fail(pgerr.New(pgerr.InvalidColumnReference, "there is no unique or exclusion constraint matching the ON CONFLICT specification"))
	}
	return found
}

// infers reports whether an index has exactly the given keys and a predicate
// that the conditions contain.
func (s *scope) infers(index *catalog.Index, columns []int16, exprs, conditions []Expr) bool {
	var wantExprs []Expr
	seen := map[int16]bool{}
	for _, k := range index.Keys[:len(index.Keys)-index.Included] {
		if k.Attnum != 0 {
			if !slices.Contains(columns, k.Attnum) {
				return false
			}
			seen[k.Attnum] = true
			continue
		}
		wantExprs = append(wantExprs, s.catalogExpr(k.Expr, s.query.Target, inIndexExpr))
	}
	for _, c := range columns {
		if !seen[c] {
			return false
		}
	}
	within := func(list, all []Expr) bool {
		for _, e := range list {
			if !slices.ContainsFunc(all, func(o Expr) bool { return equalExprs(e, o) }) {
				return false
			}
		}
		return true
	}
	if !within(wantExprs, exprs) || !within(exprs, wantExprs) {
		return false
	}
	if index.Predicate == "" {
		return true
	}
	predicate := s.catalogExpr(index.Predicate, s.query.Target, inIndexPredicate)
	parts := []Expr{predicate}
	if b, ok := predicate.(*Bool); ok && b.Op == "AND" {
		parts = b.Args
	}
	return within(parts, conditions)
}
