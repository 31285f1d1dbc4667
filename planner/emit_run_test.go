package planner

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/sqlparse"
)

// runner executes plans on a SQLite database of its own: the smallest executor
// that can tell whether emitted SQL means what it should.
type runner struct {
	t    testing.TB
	db   *storage.DB
	conn *storage.Conn
	snap *catalog.Snapshot
	now  time.Time

	cached   *datum.Env // as of valuesOf
	valuesOf *catalog.Snapshot
}

func newRunner(t testing.TB) *runner {
	t.Helper()
	db, err := storage.Open(":memory:", storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		db.Release(conn)
		_ = db.Close() // nothing in it is of use any more
	})
	facts := catalog.Load(builtin.Functions(), catalog.SystemFunctions())
	snap, err := catalog.Restore(facts, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, compare := range datum.Collations {
		if err := conn.CreateCollation(name, compare); err != nil {
			t.Fatal(err)
		}
	}
	return &runner{t: t, db: db, conn: conn, snap: snap, now: time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC)}
}

func (r *runner) env() *Env {
	return &Env{
		Catalog: r.snap, SearchPath: []oid.OID{oid.PGCatalogSchema, oid.PublicSchema}, CreateSchema: oid.PublicSchema,
		Values: r.values(), Setting: func(string) string { return "" }, VariableParams: true,
		Database: "postgres", User: "postgres",
	}
}

func (r *runner) values() *datum.Env {
	if r.cached != nil && r.valuesOf == r.snap {
		return r.cached
	}
	v := datum.DefaultEnv()
	v.Now = r.now
	v.Names = r.snap.Names([]oid.OID{oid.PGCatalogSchema, oid.PublicSchema})
	r.cached, r.valuesOf = v, r.snap
	return v
}

// The runner is what functions see as their session.

func (r *runner) Type(id oid.OID) *datum.Type {
	t, err := typeOf(&Env{Catalog: r.snap}, id)
	if err != nil {
		return nil
	}
	return t
}

func (r *runner) TransactionTime() time.Time    { return r.now }
func (r *runner) StatementTime() time.Time      { return r.now }
func (r *runner) Setting(string) (string, bool) { return "", false }
func (r *runner) Catalog() *catalog.Snapshot    { return r.snap }
func (r *runner) SearchPath() []oid.OID         { return []oid.OID{oid.PGCatalogSchema, oid.PublicSchema} }
func (r *runner) Database() string              { return "postgres" }
func (r *runner) User() string                  { return "postgres" }
func (r *runner) eval(e Expr) (datum.Datum, error) {
	return Eval(&EvalEnv{Values: r.values(), Session: r}, e, nil)
}
func (r *runner) plan(sql string) (Plan, error) { return r.planWith(r.env(), sql) }
func (r *runner) system() *catalog.SystemContext {
	return &catalog.SystemContext{Catalog: r.snap, SearchPath: r.SearchPath()}
}
func (r *runner) table(name string) *catalog.Relation {
	return r.snap.RelationNamed(oid.PublicSchema, name)
}

// FieldsOf is the fields of a row type.
func (r *runner) FieldsOf(id oid.OID) ([]builtin.Column, bool) {
	t := r.snap.Type(id)
	if t == nil || t.Relation == 0 {
		return nil, false
	}
	var fields []builtin.Column
	for _, c := range r.snap.Relation(t.Relation).Live() {
		fields = append(fields, builtin.Column{Name: c.Name, Type: r.Type(c.Type), Typmod: c.Typmod})
	}
	return fields, true
}

// planWith parses, analyses and plans one statement.
func (r *runner) planWith(env *Env, sql string) (Plan, error) {
	statements, err := sqlparse.Parse(sql)
	if err != nil {
		return nil, err
	}
	if len(statements) != 1 {
		return nil, fmt.Errorf("%d statements", len(statements))
	}
	a, err := Analyze(env, statements[0])
	if err != nil {
		return nil, err
	}
	return compile(env, a.Query)
}

// running is a plan under way; it owns the connection while SQLite steps it.
type running struct {
	*runner
	plan    *QueryPlan
	rowSets [][][]datum.Datum
	pulled  *int // candidates that vector searches have delivered
}

// run executes a plan and collects its rows.
func (r *runner) run(p *QueryPlan, inputs []datum.Datum, pulled *int) (rows [][]datum.Datum, err error) {
	k := &running{runner: r, plan: p, pulled: pulled}
	for _, f := range p.Functions {
		if err := r.register(f); err != nil {
			return nil, err
		}
	}
	for _, m := range p.Modules {
		if err := r.conn.CreateModule(m.Name, testModule{m}); err != nil {
			return nil, err
		}
	}
	for _, set := range p.RowSets {
		values := make([][]datum.Datum, len(set))
		for i, row := range set {
			for _, e := range row {
				d, err := r.eval(e)
				if err != nil {
					return nil, err
				}
				values[i] = append(values[i], d)
			}
		}
		k.rowSets = append(k.rowSets, values)
	}
	st, err := r.conn.Prepare(p.SQL)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, p.SQL)
	}
	defer st.Close()
	for i, d := range inputs {
		st.Bind(i+1, d)
	}
	for i, e := range p.Binds {
		d, err := r.eval(e)
		if err != nil {
			return nil, err
		}
		st.Bind(p.Inputs+i+1, d)
	}
	outer := r.conn.Owner
	defer func() { r.conn.Owner = outer }()
	limit, offset := -1, 0
	for {
		r.conn.Owner = k
		ok, err := st.Step()
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		row := make([]datum.Datum, st.Columns())
		for i := range row {
			row[i] = st.Column(i).Clone()
		}
		rows = append(rows, row)
	}
	if p.Ties != nil {
		slices.SortStableFunc(rows, func(a, b []datum.Datum) int {
			first := argumentKey{typ: datum.ByOID(oid.Float8)}
			if c := first.compare(a[p.Ties.First], b[p.Ties.First]); c != 0 {
				return c
			}
			for _, key := range p.Ties.Keys {
				if c := key.Compare(a[key.Col], b[key.Col]); c != 0 {
					return c
				}
			}
			return 0
		})
	}
	for at, e := range map[*int]Expr{&limit: p.Limit, &offset: p.Offset} {
		if e == nil {
			continue
		}
		d, err := r.eval(e)
		if err != nil {
			return nil, err
		}
		if !d.IsNull() {
			*at = int(d.Int())
		}
	}
	rows = rows[min(offset, len(rows)):]
	if limit >= 0 {
		rows = rows[:min(limit, len(rows))]
	}
	return rows, nil
}

func (r *runner) register(f *Function) error {
	if f.Aggregate != nil {
		return r.conn.CreateAggregate(storage.Aggregate{Name: f.Name, Args: f.Args, New: func(*storage.Conn) storage.Accumulator {
			call := f.Call
			call.Env, call.Session = r.values(), r
			a, err := f.Aggregate(&call)
			if err != nil {
				return failing{err}
			}
			return a
		}})
	}
	return r.conn.CreateFunction(storage.Function{Name: f.Name, Args: f.Args, Deterministic: !f.Volatile,
		Scalar: func(_ *storage.Conn, args []datum.Datum) (datum.Datum, error) {
			if f.Strict && slices.ContainsFunc(args, datum.Datum.IsNull) {
				return datum.Null, nil
			}
			call := f.Call
			call.Env, call.Session = r.values(), r
			return f.Scalar(&call, args)
		}})
}

type failing struct{ err error }

func (f failing) Step([]datum.Datum) error    { return f.err }
func (f failing) Value() (datum.Datum, error) { return datum.Null, f.err }

// testModule is every kind of virtual table: it computes all rows in Filter.
type testModule struct{ *Module }

// visible and hidden are the module's columns.
func (m testModule) visible() []string {
	var names []string
	for i := range m.Columns {
		switch m.Kind {
		case ModuleSystem:
			names = append(names, "c"+strconv.Itoa(i+1))
		case ModuleKNN:
		default:
			names = append(names, "c"+strconv.Itoa(i))
		}
	}
	switch m.Kind {
	case ModuleKNN:
		names = []string{"key", "distance"}
	case ModuleSet:
		names = append(names, "ordinality")
	}
	return names
}

func (m testModule) hidden() int {
	switch m.Kind {
	case ModuleSystem:
		return 0
	case ModuleLateral:
		return m.Args + 1
	}
	return m.Args
}

func (m testModule) Declare() string {
	names := m.visible()
	for i := range m.hidden() {
		names = append(names, "h"+strconv.Itoa(i)+" HIDDEN")
	}
	return strings.Join(names, ", ")
}

func (m testModule) BestIndex(in *storage.IndexInfo) error {
	first, found := len(m.visible()), 0
	for i := range in.Constraints {
		c := &in.Constraints[i]
		if c.Column < first || c.Op != storage.OpEQ {
			continue
		}
		if !c.Usable {
			return storage.ErrNoPlan
		}
		c.ArgIndex, c.Omit = c.Column-first+1, true
		found++
	}
	if found < m.hidden() && m.Kind != ModuleKNN || found == 0 && m.Kind == ModuleKNN {
		return storage.ErrNoPlan
	}
	in.EstimatedCost, in.EstimatedRows = 100, 100
	in.OrderByConsumed = m.Kind == ModuleKNN && len(in.OrderBy) == 1 && in.OrderBy[0].Column == 1 && !in.OrderBy[0].Desc
	return nil
}

func (m testModule) Open(c *storage.Conn) (storage.Cursor, error) {
	return &testCursor{m: m, k: c.Owner.(*running)}, nil
}

type testCursor struct {
	m    testModule
	k    *running
	rows [][]datum.Datum
	at   int
}

func (c *testCursor) Filter(_ int, args []datum.Datum) (err error) {
	c.at, c.rows = 0, nil
	own := make([]datum.Datum, len(args))
	for i, a := range args {
		own[i] = a.Clone()
	}
	switch c.m.Kind {
	case ModuleRows:
		c.rows = c.k.rowSets[own[0].Int()]
	case ModuleSystem:
		c.rows, err = c.m.Relation.System.Rows(c.k.system(), nil)
	case ModuleLateral:
		c.rows, err = c.k.run(c.k.plan.Subplans[own[0].Int()], own[1:], c.k.pulled)
	case ModuleKNN:
		c.rows, err = c.k.search(c.k.plan.Scans[own[0].Int()], own[1:])
	case ModuleSet:
		err = c.set(own)
	}
	return err
}

func (c *testCursor) set(args []datum.Datum) error {
	if c.m.Strict && slices.ContainsFunc(args, datum.Datum.IsNull) {
		return nil
	}
	call := c.m.Call
	call.Env, call.Session = c.k.values(), c.k.runner
	rows, err := c.m.Set(&call, args)
	for err == nil {
		var row []datum.Datum
		if row, err = rows.Next(); row == nil {
			break
		}
		copied := make([]datum.Datum, c.m.Columns+1)
		for i, d := range row {
			copied[i] = d.Clone()
		}
		copied[c.m.Columns] = datum.Int(int64(len(c.rows) + 1))
		c.rows = append(c.rows, copied)
	}
	return err
}

func (c *testCursor) Next() error {
	c.at++
	if c.m.Kind == ModuleKNN && c.k.pulled != nil && c.at < len(c.rows) {
		*c.k.pulled++
	}
	return nil
}
func (c *testCursor) EOF() bool { return c.at >= len(c.rows) }
func (c *testCursor) Column(i int) (datum.Datum, error) {
	if i >= len(c.rows[c.at]) {
		return datum.Null, nil
	}
	return c.rows[c.at][i], nil
}
func (c *testCursor) Rowid() int64 { return int64(c.at + 1) }
func (c *testCursor) Close() error { return nil }

// search is the exact vector search, by the distance function itself.
func (k *running) search(s *VectorScan, args []datum.Datum) ([][]datum.Datum, error) {
	var query datum.Datum
	var err error
	if s.Query != nil {
		if query, err = k.eval(s.Query); err != nil {
			return nil, err
		}
	} else {
		query = args[0]
	}
	names := map[Metric]string{MetricL2: "l2_distance", MetricIP: "vector_negative_inner_product", MetricCosine: "cosine_distance", MetricL1: "l1_distance"}
	var distance builtin.Scalar
	for _, p := range k.snap.ProcsNamed(names[s.Metric]) {
		if len(p.Args) == 2 && p.Args[0] == oid.Vector {
			distance = p.Impl.Scalar
		}
	}
	sql := fmt.Sprintf("SELECT t._key, c.%s FROM %s t LEFT JOIN %s c ON c._key = t._key", quote(s.Column.Physical), quote(s.Table.Physical), quote(s.Column.Companion))
	st, err := k.conn.Prepare(sql)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var rows [][]datum.Datum
	for {
		ok, err := st.Step()
		if err != nil || !ok {
			break
		}
		d := datum.Null
		if v := st.Column(1); !v.IsNull() && !query.IsNull() {
			if d, err = distance(&builtin.Call{}, []datum.Datum{v, query}); err != nil {
				return nil, err
			}
		}
		if !d.IsNull() || s.WithNulls {
			rows = append(rows, []datum.Datum{st.Column(0), d})
		}
	}
	key := argumentKey{typ: datum.ByOID(oid.Float8)}
	slices.SortStableFunc(rows, func(a, b []datum.Datum) int {
		return cmp.Or(key.compare(a[1], b[1]), cmp.Compare(a[0].Int(), b[0].Int()))
	})
	if k.pulled != nil && len(rows) > 0 {
		*k.pulled++
	}
	return rows, nil
}
