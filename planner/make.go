package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/proto"

	"voronoi/internal/oid"
	"voronoi/sqlparse"
)

// Make plans a statement. Errors are [*pgerr.Error] with Postgres's message,
// SQLSTATE and position.
func Make(env *Env, st *sqlparse.Statement) (plan Plan, err error) {
	defer caught(&err)
	a := newAnalyzer(env, st)
	if sel := st.Node.GetSelectStmt(); sel != nil {
		if into := leftmostSelect(sel).IntoClause; into != nil {
			return a.selectInto(st.Node, into), nil
		}
	}
	switch st.Node.GetNode().(type) {
	case *pg_query.Node_SelectStmt, *pg_query.Node_InsertStmt, *pg_query.Node_UpdateStmt, *pg_query.Node_DeleteStmt,
		*pg_query.Node_MergeStmt:
		return a.queryPlan(st.Node), nil
	}
	return a.utility(st.Node), nil
}

// selectInto plans SELECT … INTO as the CREATE TABLE AS that it means.
func (a *analyzer) selectInto(n *pg_query.Node, into *pg_query.IntoClause) Plan {
	query := proto.Clone(n).(*pg_query.Node)
	leftmostSelect(query.GetSelectStmt()).IntoClause = nil
	return a.definition(&pg_query.Node{Node: &pg_query.Node_CreateTableAsStmt{CreateTableAsStmt: &pg_query.CreateTableAsStmt{
		Query: query, Into: into, Objtype: pg_query.ObjectType_OBJECT_TABLE, IsSelectInto: true}}})
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
