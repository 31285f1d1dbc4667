package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"

	"voronoi/internal/pgerr"
)

// recursion is a WITH RECURSIVE query under analysis. Its columns are known as
// soon as the non-recursive side is.
type recursion struct {
	cte     *CTE
	node    *pg_query.CommonTableExpr
	settled bool
	columns []EntryColumn
}

// withClause analyses WITH. Without RECURSIVE a query sees those before it; with
// it, any but those that depend on it.
func (s *scope) withClause(n *pg_query.WithClause) {
	if n == nil {
		return
	}
	list := make([]*pg_query.CommonTableExpr, len(n.Ctes))
	for i, c := range n.Ctes {
		list[i] = c.GetCommonTableExpr()
		for _, before := range list[:i] {
			if before.Ctename == list[i].Ctename {
				s.failAt(list[i].Location, pgerr.DuplicateAlias, "WITH query name \"%s\" specified more than once", list[i].Ctename)
			}
		}
		if list[i].Ctequery.GetSelectStmt() == nil && s.up != nil {
			s.failAt(list[i].Location, pgerr.FeatureNotSupported, "WITH clause containing a data-modifying statement must be at the top level")
		}
		s.future = append(s.future, list[i].Ctename)
	}
	if n.Recursive {
		list = s.dependencyOrder(list)
	}
	for _, c := range list {
		s.with(c, n.Recursive)
	}
	s.future = nil
}

// with analyses one query of WITH.
func (s *scope) with(n *pg_query.CommonTableExpr, recursive bool) {
	if n.SearchClause != nil || n.CycleClause != nil {
		s.unsupported(n.Location, "SEARCH or CYCLE in a recursive query")
	}
	cte := &CTE{Name: n.Ctename}
	switch n.Ctematerialized {
	case pg_query.CTEMaterialize_CTEMaterializeAlways:
		cte.Materialized = 'm'
	case pg_query.CTEMaterialize_CTEMaterializeNever:
		cte.Materialized = 'n'
	}
	c := s.child()
	if recursive && refersTo(n.Ctequery, n.Ctename) {
		cte.Recursive = true
		sel := n.Ctequery.GetSelectStmt()
		switch {
		case sel == nil:
			s.failAt(n.Location, pgerr.InvalidRecursion, "recursive query \"%s\" must not contain data-modifying statements", cte.Name)
		case sel.Op != pg_query.SetOperation_SETOP_UNION:
			s.failAt(n.Location, pgerr.InvalidRecursion,
				"recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term", cte.Name)
		case refersToSelect(sel.Larg, cte.Name):
			s.failAt(recursivePlace(sel.Larg, cte.Name), pgerr.InvalidRecursion,
				"recursive reference to query \"%s\" must not appear within its non-recursive term", cte.Name)
		case len(sel.SortClause) > 0:
			s.failAt(nodeLocation(sel.SortClause[0]), pgerr.FeatureNotSupported, "ORDER BY in a recursive query is not implemented")
		case sel.LimitOffset != nil:
			s.failAt(nodeLocation(sel.LimitOffset), pgerr.FeatureNotSupported, "OFFSET in a recursive query is not implemented")
		case sel.LimitCount != nil:
			s.failAt(nodeLocation(sel.LimitCount), pgerr.FeatureNotSupported, "LIMIT in a recursive query is not implemented")
		case len(sel.LockingClause) > 0:
			s.failAt(n.Location, pgerr.FeatureNotSupported, "FOR UPDATE/SHARE in a recursive query is not implemented")
		}
		s.checkRecursiveTerm(sel.Rarg, cte.Name)
		s.ctes = append(s.ctes, cte)
		c.recursive = &recursion{cte: cte, node: n}
		s.recursions = append(s.recursions, c.recursive)
	}
	c.modifying = n.Ctequery.GetSelectStmt() == nil
	cte.Query = c.statement(n.Ctequery)
	s.nameColumns(cte, n)
	if !cte.Recursive {
		s.ctes = append(s.ctes, cte)
	}
	s.query.CTEs = append(s.query.CTEs, cte)
}

// nameColumns settles the column names of a WITH query.
func (s *scope) nameColumns(cte *CTE, n *pg_query.CommonTableExpr) {
	for _, t := range cte.Query.outputs() {
		cte.Columns = append(cte.Columns, t.Name)
	}
	names := strs(n.Aliascolnames)
	if len(names) > len(cte.Columns) {
		s.tooManyNames(n, len(cte.Columns))
	}
	copy(cte.Columns, names)
}

func (s *scope) tooManyNames(n *pg_query.CommonTableExpr, have int) {
	s.failAt(n.Location, pgerr.InvalidColumnReference, "WITH query \"%s\" has %d columns available but %d columns specified",
		n.Ctename, have, len(n.Aliascolnames))
}

// cteEntry is an entry for a reference to a WITH query.
func (s *scope) cteEntry(cte *CTE, level *scope, location int32) *Entry {
	cte.Refs++
	e := &Entry{Kind: EntryCTE, Alias: cte.Name, CTE: cte}
	if cte.Query == nil {
		for _, r := range level.recursions {
			if r.cte == cte {
				if !r.settled {
					s.failAt(location, pgerr.InvalidRecursion,
						"recursive reference to query \"%s\" must not appear within its non-recursive term", cte.Name)
				}
				e.Columns = append(e.Columns, r.columns...)
			}
		}
		return e
	}
	if cte.Query.Command != CommandSelect && len(cte.Query.Returning) == 0 {
		s.failAt(location, pgerr.FeatureNotSupported, "WITH query \"%s\" does not have a RETURNING clause", cte.Name)
	}
	e.Columns = columnsOf(cte.Query)
	for i := range e.Columns {
		e.Columns[i].Name = cte.Columns[i]
	}
	return e
}

// settle takes the columns of a recursive query from its non-recursive side.
func (r *recursion) settle(s *scope, left *Query) {
	names := strs(r.node.Aliascolnames)
	if have := len(left.outputs()); len(names) > have {
		s.tooManyNames(r.node, have)
	}
	for i, t := range left.outputs() {
		t.Expr = s.resolved(t.Expr)
		c := EntryColumn{Name: t.Name, Type: t.Expr.Type(), Typmod: t.Expr.Typmod()}
		if i < len(names) {
			c.Name = names[i]
		}
		r.columns = append(r.columns, c)
	}
	r.settled = true
}

// compare requires that the recursive side leaves the column types as they are.
func (r *recursion) compare(s *scope, columns []EntryColumn, left []*Target) {
	for i, c := range columns {
		was := r.columns[i]
		if c.Type != was.Type || c.Typmod != was.Typmod && was.Typmod >= 0 {
			fail(pgerr.Newf(pgerr.DatatypeMismatch,
				"recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall",
				r.cte.Name, i+1, s.typeNameMod(was.Type, was.Typmod), s.typeNameMod(c.Type, c.Typmod)).
				WithHint("Cast the output of the non-recursive term to the correct type.").At(exprPos(left[i].Expr)))
		}
	}
}

// dependencyOrder sorts the queries of WITH RECURSIVE so that each comes after
// those that it refers to.
func (s *scope) dependencyOrder(list []*pg_query.CommonTableExpr) []*pg_query.CommonTableExpr {
	var out []*pg_query.CommonTableExpr
	state := map[string]int{} // 1 being visited, 2 done
	var visit func(c *pg_query.CommonTableExpr)
	visit = func(c *pg_query.CommonTableExpr) {
		state[c.Ctename] = 1
		for _, other := range list {
			if other == c || state[other.Ctename] == 2 || !refersTo(c.Ctequery, other.Ctename) {
				continue
			}
			if state[other.Ctename] == 1 {
				first := slices.IndexFunc(list, func(c *pg_query.CommonTableExpr) bool { return state[c.Ctename] != 2 })
				s.failAt(list[first].Location, pgerr.FeatureNotSupported, "mutual recursion between WITH items is not implemented")
			}
			visit(other)
		}
		state[c.Ctename] = 2
		out = append(out, c)
	}
	for _, c := range list {
		if state[c.Ctename] == 0 {
			visit(c)
		}
	}
	return out
}

// refersTo reports whether a query names a table without a schema.
func refersTo(n *pg_query.Node, name string) bool {
	return rangeVarLocation(n.ProtoReflect(), name) != nowhere
}

func refersToSelect(n *pg_query.SelectStmt, name string) bool {
	return rangeVarLocation(n.ProtoReflect(), name) != nowhere
}

func recursivePlace(n *pg_query.SelectStmt, name string) int32 {
	return rangeVarLocation(n.ProtoReflect(), name)
}

const nowhere int32 = -2

// rangeVarLocation finds the first reference to a table name in a tree. A WITH
// query of the same name inside hides it.
func rangeVarLocation(m protoreflect.Message, name string) int32 {
	switch v := m.Interface().(type) {
	case *pg_query.RangeVar:
		if v.Relname == name && v.Schemaname == "" {
			return v.Location
		}
		return nowhere
	case *pg_query.SelectStmt:
		for _, c := range v.WithClause.GetCtes() {
			if c.GetCommonTableExpr().GetCtename() == name {
				return nowhere
			}
		}
	}
	found := nowhere
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsList() && fd.Kind() == protoreflect.MessageKind:
			l := v.List()
			for i := 0; i < l.Len() && found == nowhere; i++ {
				found = rangeVarLocation(l.Get(i).Message(), name)
			}
		case fd.Kind() == protoreflect.MessageKind && !fd.IsMap():
			found = rangeVarLocation(v.Message(), name)
		}
		return found == nowhere
	})
	return found
}
