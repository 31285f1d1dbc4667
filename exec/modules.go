package exec

import (
	"strings"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// registerModule makes a plan's virtual table exist on a connection.
func registerModule(conn *storage.Conn, m *planner.Module) error {
	if conn.HasModule(m.Name) {
		return nil
	}
	var module storage.Module
	switch m.Kind {
	case planner.ModuleKNN:
		module = knnModule{}
	case planner.ModuleRows:
		module = listModule{columns: m.Columns, rows: func(r *run, handle int) [][]datum.Datum { return r.rowSets[handle] }}
	case planner.ModuleCTE:
		module = listModule{columns: m.Columns, rows: func(r *run, handle int) [][]datum.Datum { return r.x.modified[handle] }}
	case planner.ModuleSet:
		module = setModule{m}
	case planner.ModuleSystem:
		module = systemModule{m.Relation}
	case planner.ModuleLateral:
		module = lateralModule{columns: m.Columns, args: m.Args}
	default:
		return pgerr.Internal("unknown module kind %d", m.Kind)
	}
	return conn.CreateModule(m.Name, module)
}

// declare is a column list: c0, c1, …, then the hidden arguments.
func declare(columns int, hidden ...string) string {
	var names []string
	for i := range columns {
		names = append(names, "c"+itoa(i))
	}
	for _, h := range hidden {
		names = append(names, h+" HIDDEN")
	}
	return strings.Join(names, ", ")
}

// requireArgs demands an equality on each of the hidden columns from first on,
// and passes their values to Filter in order.
func requireArgs(in *storage.IndexInfo, first, args int) error {
	found := 0
	for i := range in.Constraints {
		c := &in.Constraints[i]
		if c.Op != storage.OpEQ || c.Column < first || c.Column >= first+args || c.ArgIndex > 0 {
			continue
		}
		if !c.Usable {
			return storage.ErrNoPlan
		}
		c.ArgIndex, c.Omit = c.Column-first+1, true
		found++
	}
	if found < args {
		return storage.ErrNoPlan
	}
	return nil
}

// listModule shows rows that were computed before the statement:
// name(handle).
type listModule struct {
	columns int
	rows    func(r *run, handle int) [][]datum.Datum
}

func (m listModule) Declare() string { return declare(m.columns, "handle") }

func (m listModule) BestIndex(in *storage.IndexInfo) error {
	in.EstimatedCost, in.EstimatedRows = 100, 100
	return requireArgs(in, m.columns, 1)
}

func (m listModule) Open(c *storage.Conn) (storage.Cursor, error) {
	return &listCursor{module: m, run: c.Owner.(*run)}, nil
}

type listCursor struct {
	module listModule
	run    *run
	rows   [][]datum.Datum
	at     int
}

func (c *listCursor) Filter(_ int, args []datum.Datum) error {
	c.rows, c.at = c.module.rows(c.run, int(args[0].Int())), 0
	return nil
}

func (c *listCursor) Next() error { c.at++; return nil }
func (c *listCursor) EOF() bool   { return c.at >= len(c.rows) }
func (c *listCursor) Column(i int) (datum.Datum, error) {
	if row := c.rows[c.at]; i < len(row) {
		return row[i], nil
	}
	return datum.Null, nil
}
func (c *listCursor) Rowid() int64 { return int64(c.at) }
func (c *listCursor) Close() error { return nil }

// setModule shows the rows of a set-returning function: name(a0, a1, …), with
// the row's ordinal after its columns.
type setModule struct{ m *planner.Module }

func (m setModule) Declare() string {
	hidden := make([]string, m.m.Args)
	for i := range hidden {
		hidden[i] = "a" + itoa(i)
	}
	visible := declare(m.m.Columns)
	if visible != "" {
		visible += ", "
	}
	return strings.TrimSuffix(visible+"ordinality, "+declare(0, hidden...), ", ")
}

func (m setModule) BestIndex(in *storage.IndexInfo) error {
	in.EstimatedCost, in.EstimatedRows = 1000, 1000
	return requireArgs(in, m.m.Columns+1, m.m.Args)
}

func (m setModule) Open(c *storage.Conn) (storage.Cursor, error) {
	return &setCursor{module: m.m, x: ownerOf(c)}, nil
}

type setCursor struct {
	module *planner.Module
	x      *execution
	rows   builtin.Rows
	row    []datum.Datum
	at     int64
}

func (c *setCursor) Filter(_ int, args []datum.Datum) error {
	c.rows, c.row, c.at = nil, nil, 0
	if c.module.Strict && anyNull(args) {
		return nil
	}
	call := c.module.Call
	call.Env, call.Session = c.x.env, c.x
	own := cloneRow(args) // the rows are made while the arguments are gone
	rows, err := c.module.Set(&call, own)
	if err != nil {
		return err
	}
	c.rows = rows
	return c.Next()
}

func (c *setCursor) Next() (err error) {
	c.at++
	if c.at&1023 == 0 {
		if err := c.x.ctx.Err(); err != nil {
			return canceled(c.x.ctx, err)
		}
	}
	c.row, err = c.rows.Next()
	return err
}

func (c *setCursor) EOF() bool { return c.row == nil }

func (c *setCursor) Column(i int) (datum.Datum, error) {
	switch {
	case i < len(c.row) && i < c.module.Columns:
		return c.row[i], nil
	case i == c.module.Columns:
		return datum.Int(c.at), nil
	}
	return datum.Null, nil
}

func (c *setCursor) Rowid() int64 { return c.at }
func (c *setCursor) Close() error { return nil }

// systemModule shows a relation of pg_catalog or information_schema.
type systemModule struct{ rel *catalog.Relation }

func (m systemModule) Declare() string {
	names := make([]string, len(m.rel.Columns))
	for i := range m.rel.Columns {
		names[i] = "c" + itoa(i+1)
	}
	return strings.Join(names, ", ")
}

func (m systemModule) BestIndex(in *storage.IndexInfo) error {
	in.EstimatedCost, in.EstimatedRows = 10000, 1000
	for i := range in.Constraints {
		c := &in.Constraints[i]
		if c.Op != storage.OpEQ || !c.Usable {
			continue
		}
		for _, attnum := range m.rel.System.Indexed {
			if int(attnum) == c.Column+1 {
				// SQLite still checks: the rows are those of the key, but the
				// comparison is the statement's.
				c.ArgIndex = 1
				in.Plan, in.EstimatedCost, in.EstimatedRows = int(attnum), 5, 3
				return nil
			}
		}
	}
	return nil
}

func (m systemModule) Open(c *storage.Conn) (storage.Cursor, error) {
	return &systemCursor{rel: m.rel, x: ownerOf(c)}, nil
}

type systemCursor struct {
	rel  *catalog.Relation
	x    *execution
	rows [][]datum.Datum
	at   int
}

func (c *systemCursor) Filter(plan int, args []datum.Datum) (err error) {
	var filter *catalog.Filter
	if plan > 0 {
		filter = &catalog.Filter{Attnum: int16(plan), Value: args[0]}
	}
	c.at = 0
	c.rows, err = c.rel.System.Rows(c.x.systemContext(), filter)
	return err
}

func (c *systemCursor) Next() error                       { c.at++; return nil }
func (c *systemCursor) EOF() bool                         { return c.at >= len(c.rows) }
func (c *systemCursor) Column(i int) (datum.Datum, error) { return c.rows[c.at][i], nil }
func (c *systemCursor) Rowid() int64                      { return int64(c.at) }
func (c *systemCursor) Close() error                      { return nil }

// lateralModule runs a subplan for every outer row: name(handle, a0, a1, …). The
// arguments are the subplan's inputs.
type lateralModule struct{ columns, args int }

func (m lateralModule) Declare() string {
	hidden := []string{"handle"}
	for i := range m.args {
		hidden = append(hidden, "a"+itoa(i))
	}
	return declare(m.columns, hidden...)
}

func (m lateralModule) BestIndex(in *storage.IndexInfo) error {
	in.EstimatedCost, in.EstimatedRows = 1000, 100
	return requireArgs(in, m.columns, m.args+1)
}

func (m lateralModule) Open(c *storage.Conn) (storage.Cursor, error) {
	return &lateralCursor{run: c.Owner.(*run)}, nil
}

type lateralCursor struct {
	run  *run
	rows rowSource
	row  []datum.Datum
	at   int64
}

func (c *lateralCursor) Filter(_ int, args []datum.Datum) error {
	if c.rows != nil {
		c.rows.close()
		c.rows = nil
	}
	plan := c.run.plan.Subplans[args[0].Int()]
	rows, err := c.run.x.query(plan, cloneRow(args[1:]))
	if err != nil {
		return err
	}
	c.rows, c.at = rows, 0
	return c.Next()
}

func (c *lateralCursor) Next() (err error) {
	c.at++
	c.row, err = c.rows.next()
	return err
}

func (c *lateralCursor) EOF() bool                         { return c.row == nil }
func (c *lateralCursor) Column(i int) (datum.Datum, error) { return c.row[i], nil }
func (c *lateralCursor) Rowid() int64                      { return c.at }

func (c *lateralCursor) Close() error {
	if c.rows != nil {
		c.rows.close()
		c.rows = nil
	}
	return nil
}
