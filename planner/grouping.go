package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// maxGroupingSets bounds the expansion of ROLLUP and CUBE.
const maxGroupingSets = 4096

// groupBy analyses GROUP BY. Grouping sets are expanded into the list of sets
// that they mean.
func (s *scope) groupBy(list []*pg_query.Node, distinct bool) {
	if len(list) == 0 {
		return
	}
	q := s.query
	q.HasAggregates = true
	sets := [][]Expr{nil}
	grouped := false
	for _, n := range list {
		if gs := n.GetGroupingSet(); gs != nil {
			grouped = true
			sets = cross(sets, s.groupingSet(gs))
		} else {
			sets = cross(sets, [][]Expr{s.groupItem(n)})
		}
		if len(sets) > maxGroupingSets {
			s.failAt(nodeLocation(list[0]), pgerr.StatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets)
		}
	}
	if !grouped {
		return
	}
	if len(q.GroupBy) == 0 && len(sets) == 1 {
		return // GROUP BY ()
	}
	for i := range sets {
		sets[i] = unique(sets[i])
	}
	if distinct {
		sets = distinctSets(sets)
	}
	q.GroupingSets = sets
}

// groupItem analyses one expression, or (a, b), and adds it to GroupBy.
func (s *scope) groupItem(n *pg_query.Node) []Expr {
	if row := n.GetRowExpr(); row != nil && row.RowFormat == pg_query.CoercionForm_COERCE_IMPLICIT_CAST {
		var out []Expr
		for _, arg := range row.Args {
			out = append(out, s.groupItem(arg)...)
		}
		return out
	}
	at := s.findTarget(n, inGroupBy, "GROUP BY")
	t := s.query.Targets[at]
	t.Expr = s.resolved(t.Expr)
	s.needEquality(t.Expr, s.pos(nodeLocation(n)))
	for _, g := range s.query.GroupBy {
		if equalExprs(g, t.Expr) {
			return []Expr{g}
		}
	}
	s.query.GroupBy = append(s.query.GroupBy, t.Expr)
	return []Expr{t.Expr}
}

// groupingSet expands (), (a, b), ROLLUP, CUBE and GROUPING SETS.
func (s *scope) groupingSet(n *pg_query.GroupingSet) [][]Expr {
	switch n.Kind {
	case pg_query.GroupingSetKind_GROUPING_SET_EMPTY:
		return [][]Expr{nil}
	case pg_query.GroupingSetKind_GROUPING_SET_SETS:
		var sets [][]Expr
		for _, c := range n.Content {
			if inner := c.GetGroupingSet(); inner != nil {
				sets = append(sets, s.groupingSet(inner)...)
			} else {
				sets = append(sets, s.groupItem(c))
			}
		}
		return sets
	}
	var parts [][]Expr
	for _, c := range n.Content {
		parts = append(parts, s.groupItem(c))
	}
	if n.Kind == pg_query.GroupingSetKind_GROUPING_SET_ROLLUP {
		var sets [][]Expr
		for i := len(parts); i >= 0; i-- {
			sets = append(sets, flatten(parts[:i]))
		}
		return sets
	}
	if len(parts) > 12 {
		s.failAt(n.Location, pgerr.TooManyColumns, "CUBE is limited to 12 elements")
	}
	var sets [][]Expr
	for bits := 1<<len(parts) - 1; bits >= 0; bits-- {
		var set []Expr
		for i, p := range parts {
			if bits&(1<<(len(parts)-1-i)) != 0 {
				set = append(set, p...)
			}
		}
		sets = append(sets, set)
	}
	return sets
}

func flatten(parts [][]Expr) []Expr {
	var out []Expr
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// cross combines every set of one list with every set of the other.
func cross(a, b [][]Expr) [][]Expr {
	var out [][]Expr
	for _, x := range a {
		for _, y := range b {
			out = append(out, append(append([]Expr(nil), x...), y...))
		}
	}
	return out
}

func unique(list []Expr) []Expr {
	var out []Expr
	for _, e := range list {
		known := false
		for _, o := range out {
			known = known || o == e
		}
		if !known {
			out = append(out, e)
		}
	}
	return out
}

func distinctSets(sets [][]Expr) [][]Expr {
	var out [][]Expr
	for _, set := range sets {
		known := false
		for _, o := range out {
			known = known || sameSet(o, set)
		}
		if !known {
			out = append(out, set)
		}
	}
	return out
}

func sameSet(a, b []Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		found := false
		for _, y := range b {
			found = found || x == y
		}
		if !found {
			return false
		}
	}
	return true
}

// checkGrouping requires that every column outside aggregates is grouped, or
// depends on a grouped primary key.
func (s *scope) checkGrouping() {
	q := s.query
	g := &groupingCheck{s: s, keyed: map[*Entry]bool{}}
	for _, t := range q.Targets {
		g.check(t.Expr, 0)
	}
	g.check(q.Having, 0)
	for _, w := range q.Windows {
		for _, e := range w.Partition {
			g.check(e, 0)
		}
		for _, k := range w.OrderBy {
			g.check(k.Expr, 0)
		}
	}
	for _, e := range q.DistinctOn {
		g.check(e, 0)
	}
}

type groupingCheck struct {
	s     *scope
	keyed map[*Entry]bool // entries whose primary key is grouped
}

func (g *groupingCheck) check(e Expr, depth int) {
	walk(e, func(e Expr) bool {
		if depth == 0 && g.grouped(e) {
			return false
		}
		switch e := e.(type) {
		case *AggCall:
			if e.Up > depth {
				return false
			}
			if e.Up == depth {
				for _, d := range e.Direct {
					g.check(d, depth)
				}
				return false
			}
		case *Grouping:
			return false
		case *RowExpr:
			if e.Whole != nil {
				g.row(e, depth)
				return false
			}
		case *Var:
			if e.Up == depth {
				g.column(e, depth)
			}
		case *Subquery:
			eachQueryExpr(e.Query, depth+1, g.check)
		}
		return true
	})
}

// grouped reports whether e is an expression of GROUP BY.
func (g *groupingCheck) grouped(e Expr) bool {
	switch e.(type) {
	case *Const, *Param, *CaseValue:
		return false
	}
	for _, by := range g.s.query.GroupBy {
		if e == by || equalExprs(e, by) {
			return true
		}
	}
	return false
}

// row checks a whole row, which is a column of its own.
func (g *groupingCheck) row(e *RowExpr, depth int) {
	if len(e.Fields) == 0 {
		return
	}
	if v, ok := e.Fields[0].(*Var); !ok || v.Up != depth || g.dependent(v.Entry) {
		return
	}
	g.ungrouped(e.Whole.Alias+".*", depth, e.Pos)
}

func (g *groupingCheck) column(v *Var, depth int) {
	for _, by := range g.s.query.GroupBy {
		if b, ok := by.(*Var); ok && b.Entry == v.Entry && b.Col == v.Col && b.Up == 0 {
			return
		}
	}
	if g.dependent(v.Entry) {
		return
	}
	g.ungrouped(v.Entry.Alias+"."+v.Entry.Columns[v.Col].Name, depth, v.Pos)
}

func (g *groupingCheck) ungrouped(name string, depth, pos int) {
	if depth > 0 {
		fail(pgerr.Newf(pgerr.GroupingError, "subquery uses ungrouped column \"%s\" from outer query", name).At(pos))
	}
	fail(pgerr.Newf(pgerr.GroupingError, "column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", name).At(pos))
}

// dependent reports whether all columns of an entry follow from grouped ones:
// those of its primary key.
func (g *groupingCheck) dependent(e *Entry) bool {
	if e.Kind != EntryRelation || e.Relation.Kind != catalog.KindTable || g.s.query.GroupingSets != nil {
		return false
	}
	if known, ok := g.keyed[e]; ok {
		return known
	}
	g.keyed[e] = false
	for _, c := range e.Relation.Constraints {
		if c.Kind != catalog.ConstraintPrimary || c.Deferrable {
			continue
		}
		all := true
		for _, attnum := range c.Columns {
			all = all && g.groupsColumn(e, attnum)
		}
		g.keyed[e] = all
	}
	return g.keyed[e]
}

func (g *groupingCheck) groupsColumn(e *Entry, attnum int16) bool {
	for _, by := range g.s.query.GroupBy {
		if v, ok := by.(*Var); ok && v.Entry == e && v.Up == 0 {
			if c := e.Columns[v.Col].Column; c != nil && c.Attnum == attnum {
				return true
			}
		}
	}
	return false
}
