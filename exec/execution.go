package exec

import (
	"context"
	"time"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// execution is one statement while it runs: what the Go functions and virtual
// tables that SQLite calls need to know. It is the connection's Owner whenever
// SQLite steps a statement of it.
type execution struct {
	session *Session
	ctx     context.Context
	conn    *storage.Conn
	catalog *catalog.Snapshot
	path    []oid.OID
	env     *datum.Env
	seq     int64 // the commit sequence of the snapshot that it reads
	params  []datum.Datum
	started time.Time
	parts   bool // the rows are fetched some at a time, and maybe not all

	// release ends the use of conn.
	release  func()
	modified [][][]datum.Datum // the rows of the statement's data-modifying CTEs
	open     []closer          // row sources to close with the execution
	system   *catalog.SystemContext
	// batches are the searches of LATERAL subqueries that are answered ahead.
	batches map[*planner.VectorScan]*batchSearch
}

type closer interface{ close() }

// execute prepares to run a plan that was made against the given catalog: it
// begins or joins a snapshot and checks that the catalog still is the one of
// that snapshot. When it is not, errReplan tells the caller to plan again.
func (s *Session) execute(ctx context.Context, snap *catalog.Snapshot, params []datum.Datum) (*execution, error) {
	x := &execution{session: s, ctx: ctx, params: params, started: s.tx.statement, parts: s.inParts}
	horizon := &s.srv.vectors.horizon
	horizon.enter(x)
	conn, release, err := s.reading(ctx)
	if err != nil {
		horizon.leave(x)
		return nil, err
	}
	x.conn = conn
	x.release = func() {
		horizon.leave(x)
		release()
	}
	if s.tx.conn == conn {
		x.catalog, x.seq = s.tx.catalog, s.tx.seq
	} else {
		meta, err := conn.Meta()
		if err == nil {
			x.seq = meta.CommitSeq
			x.catalog, err = s.srv.catalogs.at(meta.CatalogVersion)
		}
		if err != nil {
			x.release()
			return nil, err
		}
	}
	horizon.set(x, x.seq)
	if snap != nil && x.catalog != snap {
		x.release()
		return nil, errReplan
	}
	x.path = s.path()
	x.env = s.Env()
	s.watch(conn)
	if err := ctx.Err(); err != nil {
		// Cancelled before there was a connection to interrupt.
		x.close()
		return nil, canceled(ctx, err)
	}
	return x, nil
}

// errReplan says that the catalog has changed since the plan was made.
var errReplan = pgerr.Internal("the plan is out of date")

// close ends the execution.
func (x *execution) close() {
	for _, c := range x.open {
		c.close()
	}
	x.open = nil
	if x.release != nil {
		x.session.watch(nil)
		x.release()
		x.release = nil
	}
}

// The execution is what functions see as their session.

// Type is a type's descriptor.
func (x *execution) Type(id oid.OID) *datum.Type {
	if t := datum.ByOID(id); t != nil {
		return t
	}
	if t := x.catalog.Type(id); t != nil {
		return t.Values
	}
	return nil
}

// FieldsOf is the fields of a row type; false for any other type.
func (x *execution) FieldsOf(id oid.OID) ([]builtin.Column, bool) {
	t := x.catalog.Type(id)
	if t == nil || t.Relation == 0 {
		return nil, false
	}
	rel := x.catalog.Relation(t.Relation)
	if rel == nil {
		return nil, false
	}
	var fields []builtin.Column
	for _, c := range rel.Live() {
		fields = append(fields, builtin.Column{Name: c.Name, Type: x.Type(c.Type), Typmod: c.Typmod})
	}
	return fields, true
}

// TransactionTime is when the transaction began: now().
func (x *execution) TransactionTime() time.Time { return x.session.tx.startTime() }

// StatementTime is when the statement began.
func (x *execution) StatementTime() time.Time { return x.started }

// Setting is a setting as SHOW gives it.
func (x *execution) Setting(name string) (string, bool) {
	v, err := x.session.show(name)
	return v, err == nil
}

// Done is closed when the statement is cancelled.
func (x *execution) Done() <-chan struct{} { return x.ctx.Done() }

// liveContext is the context of the statement that drives an execution now: a
// portal that is fetched from outlives the statement that opened it.
type liveContext struct{ x *execution }

func (c liveContext) Deadline() (time.Time, bool) { return c.x.ctx.Deadline() }
func (c liveContext) Done() <-chan struct{}       { return c.x.ctx.Done() }
func (c liveContext) Err() error                  { return c.x.ctx.Err() }
func (c liveContext) Value(key any) any           { return c.x.ctx.Value(key) }

// Catalog is the snapshot that the statement reads.
func (x *execution) Catalog() *catalog.Snapshot { return x.catalog }

// SearchPath is the effective search path.
func (x *execution) SearchPath() []oid.OID { return x.path }

// Database is the name that the client connected to.
func (x *execution) Database() string { return x.session.startup.Database }

// User is the session's role.
func (x *execution) User() string { return x.session.startup.User }

// planEnv is what a statement is planned against now.
func (s *Session) planEnv(params []oid.OID) *planner.Env {
	return &planner.Env{
		Catalog:        s.catalog(),
		SearchPath:     s.path(),
		CreateSchema:   s.createSchema(),
		Values:         s.Env(),
		Setting:        s.settings.get,
		ParamTypes:     params,
		VariableParams: true,
		Database:       s.startup.Database,
		User:           s.startup.User,
	}
}

// eval computes an expression without a row.
func (x *execution) eval(e planner.Expr) (datum.Datum, error) {
	return planner.Eval(&planner.EvalEnv{Values: x.env, Session: x}, e, x.params)
}
