package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/sqlparse"
)

// Make plans a statement. Errors are [*pgerr.Error] with Postgres's message,
// SQLSTATE and position.
func Make(env *Env, st *sqlparse.Statement) (plan Plan, err error) {
	defer caught(&err)
	a := newAnalyzer(env, st)
	switch st.Node.GetNode().(type) {
	case *pg_query.Node_SelectStmt, *pg_query.Node_InsertStmt, *pg_query.Node_UpdateStmt, *pg_query.Node_DeleteStmt,
		*pg_query.Node_MergeStmt:
		return a.queryPlan(st.Node), nil
	}
	return a.utility(st.Node), nil
}

// queryPlan analyses and compiles a query.
func (a *analyzer) queryPlan(n *pg_query.Node) Plan {
	q := a.topQuery(n)
	types := a.params.finish(a)
	plan, err := compile(a.env, q)
	check(err)
	setCommon(plan, types, a.volatile)
	return plan
}

// setCommon tells a plan its parameters, and that it must not be kept when the
// analysis read something of the moment.
func setCommon(plan Plan, params []oid.OID, volatile bool) {
	var c *Common
	switch p := plan.(type) {
	case *QueryPlan:
		c = &p.Common
	case *ModifyPlan:
		c = &p.Common
	case *UtilityPlan:
		c = &p.Common
	default:
		return
	}
	c.Params = params
	c.Volatile = c.Volatile || volatile
}
