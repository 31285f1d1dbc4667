package planner

import (
	"fmt"
	"runtime/debug"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// Analysis is an analysed statement.
type Analysis struct {
	Query *Query
	// Params are the types of $1, $2, …, declared or inferred.
	Params []oid.OID
	// Volatile is set when the analysis read something of the moment, such as
	// the literal 'now'.
	Volatile bool
}

// Analyze binds the names and types of a SELECT, VALUES, INSERT, UPDATE or
// DELETE, as Postgres's parse analysis does. Errors are [*pgerr.Error] with
// Postgres's message, SQLSTATE and position.
func Analyze(env *Env, st *sqlparse.Statement) (res *Analysis, err error) {
	defer caught(&err)
	a := newAnalyzer(env, st)
	q := a.topQuery(st.Node)
	return &Analysis{Query: q, Params: a.params.finish(a), Volatile: a.volatile}, nil
}

// analyzer analyses one statement. Its methods report errors by [fail], which
// unwinds to the exported function that was called: nearly every line can fail,
// and none has anything to clean up.
type analyzer struct {
	env      *Env
	cat      *catalog.Snapshot
	path     []oid.OID
	st       *sqlparse.Statement // nil for an expression of the catalog
	params   *params
	volatile bool
	views    []oid.OID // views being expanded
}

func newAnalyzer(env *Env, st *sqlparse.Statement) *analyzer {
	return &analyzer{env: env, cat: env.Catalog, path: env.SearchPath, st: st, params: newParams(env)}
}

// failure carries an error up to [caught].
type failure struct{ err *pgerr.Error }

// fail ends the analysis with an error.
func fail(err *pgerr.Error) { panic(failure{err}) }

// check ends the analysis when err is not nil.
func check(err error) {
	if err != nil {
		fail(pgerr.From(err))
	}
}

// caught turns what fail threw into an error. Any other panic is a defect of
// the analysis that must cost a statement, not the server.
func caught(err *error) {
	switch r := recover().(type) {
	case nil:
	case failure:
		*err = r.err
	default:
		*err = pgerr.Internal("parse analysis failed: %v", r).Caused(fmt.Errorf("%v\n%s", r, debug.Stack()))
	}
}

// failAt ends the analysis with an error at a place in the statement.
func (a *analyzer) failAt(location int32, code, format string, args ...any) {
	fail(pgerr.Newf(code, format, args...).At(a.pos(location)))
}

// unsupported ends the analysis with 0A000 naming a construct.
func (a *analyzer) unsupported(location int32, format string, args ...any) {
	fail(pgerr.Unsupported(format, args...).At(a.pos(location)))
}

// pos converts a location of the tree.
func (a *analyzer) pos(location int32) int {
	if a.st == nil {
		return 0
	}
	return a.st.Position(location)
}

// at is the start of an expression of the given type without modifier.
func (a *analyzer) at(typ oid.OID, location int32) Typed {
	return Typed{Typ: typ, Mod: -1, Pos: a.pos(location)}
}

// topQuery analyses a statement that stands alone.
func (a *analyzer) topQuery(n *pg_query.Node) *Query {
	return a.statement(nil, n)
}

// statement analyses a query under a parent scope, which may be nil.
func (a *analyzer) statement(up *scope, n *pg_query.Node) *Query {
	s := newScope(a, up)
	return s.statement(n)
}

func (s *scope) statement(n *pg_query.Node) *Query {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_SelectStmt:
		return s.selectStatement(n.SelectStmt)
	case *pg_query.Node_InsertStmt:
		return s.insert(n.InsertStmt)
	case *pg_query.Node_UpdateStmt:
		return s.update(n.UpdateStmt)
	case *pg_query.Node_DeleteStmt:
		return s.delete(n.DeleteStmt)
	case *pg_query.Node_MergeStmt:
		fail(pgerr.Unsupported("MERGE"))
	}
	fail(pgerr.Unsupported("this statement"))
	return nil
}
