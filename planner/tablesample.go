package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// tableSample analyses table TABLESAMPLE method (percentage). Both of Postgres's
// methods become a choice row by row: there are no pages to choose.
func (s *scope) tableSample(n *pg_query.RangeTableSample) arm {
	name := strings.ToLower(joinNames(strs(n.Method)))
	switch {
	case name != "bernoulli" && name != "system" && !strings.HasSuffix(name, ".bernoulli") && !strings.HasSuffix(name, ".system"):
		s.failAt(n.Location, pgerr.UndefinedObject, "tablesample method %s does not exist", name)
	case n.Repeatable != nil:
		s.unsupported(n.Location, "TABLESAMPLE … REPEATABLE")
	case len(n.Args) != 1:
		s.failAt(n.Location, pgerr.InvalidTablesampleArgument, "tablesample method %s requires 1 argument, not %d", name, len(n.Args))
	}
	table := n.Relation.GetRangeVar()
	rel := s.relation(table)
	c := s.child()
	entry := c.relationEntry(rel, table.Location)
	if entry.Kind != EntryRelation || rel.System != nil {
		s.failAt(table.Location, pgerr.FeatureNotSupported, "TABLESAMPLE clause can only be applied to tables and materialized views")
	}
	c.query.From = []FromItem{&FromEntry{Entry: entry}}
	for i, column := range entry.Columns {
		c.query.Targets = append(c.query.Targets, c.target(entryVar(entry, i, 0, 0), column.Name))
	}
	percent := c.coerceSpecific(s.clauseExpr(n.Args[0], inFromFunction), oid.Float4, "TABLESAMPLE")
	percent = c.coerceSpecific(percent, oid.Float8, "TABLESAMPLE")
	hundred := c.coerce(intConst(100), oid.Float8, -1, implicit, -1)
	random := c.callNamed("random", -1, FormCall)
	drawn := c.operate([]string{"*"}, random, hundred, -1)
	c.query.Where = c.operate([]string{"<"}, drawn, percent, -1)
	e := &Entry{Kind: EntrySubquery, Alias: rel.Name, Query: c.query, Columns: columnsOf(c.query), opaque: true}
	s.rename(e, table.Alias, -1)
	return s.entryArm(e)
}
