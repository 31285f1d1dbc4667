package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
)

func joinNames(names []string) string { return strings.Join(names, ".") }

// rangeNames are the parts of a table's name as written.
func rangeNames(n *pg_query.RangeVar) []string {
	names := []string{n.Relname}
	if n.Schemaname != "" {
		names = []string{n.Schemaname, n.Relname}
	}
	if n.Catalogname != "" {
		names = append([]string{n.Catalogname}, names...)
	}
	return names
}

// tables is the relation with a name, as a list; none for no name.
func (a *analyzer) tables(n *pg_query.RangeVar) []*catalog.Relation {
	if n == nil {
		return nil
	}
	return []*catalog.Relation{a.relationNamed(rangeNames(n), -1)}
}
