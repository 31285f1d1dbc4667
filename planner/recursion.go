package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"

	"voronoi/internal/pgerr"
)

// recursionCheck looks at the recursive side of WITH RECURSIVE: the query's own
// name may stand there once, where each round can read the rows of the one
// before.
type recursionCheck struct {
	a     *analyzer
	name  string
	seen  bool
	place string // where a reference would be wrong, "" where it is right
}

// checkRecursiveTerm fails where the recursive side uses the query's name in a
// way that has no meaning.
func (a *analyzer) checkRecursiveTerm(n *pg_query.SelectStmt, name string) {
	c := &recursionCheck{a: a, name: name}
	c.message(n.ProtoReflect())
}

// within visits something in which a reference would be wrong.
func (c *recursionCheck) within(place string, visit func()) {
	before := c.place
	if before == "" {
		c.place = place
	}
	visit()
	c.place = before
}

func (c *recursionCheck) node(n *pg_query.Node) {
	if n != nil {
		c.message(n.ProtoReflect())
	}
}

func (c *recursionCheck) message(m protoreflect.Message) {
	if !m.IsValid() {
		return
	}
	switch v := m.Interface().(type) {
	case *pg_query.RangeVar:
		c.reference(v)
		return
	case *pg_query.SubLink:
		c.node(v.Testexpr)
		c.within("a subquery", func() { c.node(v.Subselect) })
		return
	case *pg_query.JoinExpr:
		c.join(v)
		return
	case *pg_query.SelectStmt:
		for _, cte := range v.WithClause.GetCtes() {
			if cte.GetCommonTableExpr().GetCtename() == c.name {
				return // hidden by another query of that name
			}
		}
		switch v.Op {
		case pg_query.SetOperation_SETOP_INTERSECT:
			if v.All {
				c.within("INTERSECT", func() { c.children(m) })
				return
			}
		case pg_query.SetOperation_SETOP_EXCEPT:
			c.message(v.Larg.ProtoReflect())
			c.within("EXCEPT", func() { c.message(v.Rarg.ProtoReflect()) })
			return
		}
	}
	c.children(m)
}

func (c *recursionCheck) join(v *pg_query.JoinExpr) {
	nullable := func(n *pg_query.Node) { c.within("an outer join", func() { c.node(n) }) }
	switch v.Jointype {
	case pg_query.JoinType_JOIN_LEFT:
		c.node(v.Larg)
		nullable(v.Rarg)
	case pg_query.JoinType_JOIN_RIGHT:
		nullable(v.Larg)
		c.node(v.Rarg)
	case pg_query.JoinType_JOIN_FULL:
		nullable(v.Larg)
		nullable(v.Rarg)
	default:
		c.node(v.Larg)
		c.node(v.Rarg)
	}
	c.node(v.Quals)
}

func (c *recursionCheck) reference(v *pg_query.RangeVar) {
	if v.Relname != c.name || v.Schemaname != "" {
		return
	}
	if c.place != "" {
		c.a.failAt(v.Location, pgerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear within %s", c.name, c.place)
	}
	if c.seen {
		c.a.failAt(v.Location, pgerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear more than once", c.name)
	}
	c.seen = true
}

func (c *recursionCheck) children(m protoreflect.Message) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsList() && fd.Kind() == protoreflect.MessageKind:
			for i := range v.List().Len() {
				c.message(v.List().Get(i).Message())
			}
		case fd.Kind() == protoreflect.MessageKind && !fd.IsMap():
			c.message(v.Message())
		}
		return true
	})
}
