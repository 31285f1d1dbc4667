package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/pgerr"
)

// utility plans a statement that is no query.
func (a *analyzer) utility(n *pg_query.Node) Plan {
	fail(pgerr.Unsupported("%s", statementName(n)))
	return nil
}
