package exec

import (
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// rowSource delivers rows one by one. A row is valid until the next call; nil
// ends the rows.
type rowSource interface {
	next() ([]datum.Datum, error)
	close()
}

// queryRows are the rows of a SQLite statement.
type queryRows struct {
	x   *execution
	run *run
	st  *storage.Stmt
	row []datum.Datum
}

// run is what a plan's virtual tables look up by handle while it runs.
type run struct {
	x       *execution
	plan    *planner.QueryPlan
	rowSets [][][]datum.Datum
	scans   []*scan
	lateral []*storage.Stmt
}

// query starts a plan's statement. inputs are the values of the parameters that
// the plan expects from its caller.
func (x *execution) query(plan *planner.QueryPlan, inputs []datum.Datum) (rowSource, error) {
	if err := x.modifying(plan.Modifying); err != nil {
		return nil, err
	}
	r, err := x.newRun(plan)
	if err != nil {
		return nil, err
	}
	st, err := x.prepare(plan)
	if err != nil {
		return nil, err
	}
	if err := x.bind(st, plan, inputs); err != nil {
		st.Close()
		return nil, err
	}
	var rows rowSource = &queryRows{x: x, run: r, st: st, row: make([]datum.Datum, st.Columns())}
	if plan.Ties != nil {
		rows = newTies(rows, plan.Ties, len(plan.Columns))
	}
	rows, err = x.limit(rows, plan)
	if err != nil {
		st.Close()
		return nil, err
	}
	return rows, nil
}

// prepare makes the statement and everything that it calls.
func (x *execution) prepare(plan *planner.QueryPlan) (*storage.Stmt, error) {
	for _, f := range plan.Functions {
		if err := registerFunction(x.conn, f); err != nil {
			return nil, err
		}
	}
	for _, m := range plan.Modules {
		if err := registerModule(x.conn, m); err != nil {
			return nil, err
		}
	}
	return x.conn.Prepare(plan.SQL)
}

// bind gives the statement its parameters: the caller's, then the computed ones.
func (x *execution) bind(st *storage.Stmt, plan *planner.QueryPlan, inputs []datum.Datum) error {
	if len(inputs) != plan.Inputs {
		return pgerr.Internal("plan takes %d inputs, not %d", plan.Inputs, len(inputs))
	}
	for i, d := range inputs {
		st.Bind(i+1, d)
	}
	for i, e := range plan.Binds {
		d, err := x.eval(e)
		if err != nil {
			return err
		}
		st.Bind(plan.Inputs+i+1, d)
	}
	return nil
}

// rowSets computes the plan's lists of rows.
func (x *execution) rowSets(plan *planner.QueryPlan) ([][][]datum.Datum, error) {
	var sets [][][]datum.Datum
	for _, exprs := range plan.RowSets {
		rows, err := x.evalRows(exprs)
		if err != nil {
			return nil, err
		}
		sets = append(sets, rows)
	}
	return sets, nil
}

// evalRows computes rows of expressions.
func (x *execution) evalRows(exprs [][]planner.Expr) ([][]datum.Datum, error) {
	rows := make([][]datum.Datum, len(exprs))
	for i, es := range exprs {
		row := make([]datum.Datum, len(es))
		for j, e := range es {
			d, err := x.eval(e)
			if err != nil {
				return nil, err
			}
			row[j] = d
		}
		rows[i] = row
	}
	return rows, nil
}

func (q *queryRows) next() ([]datum.Datum, error) {
	// SQLite calls back into Go during a step; the statement that runs must be
	// found there even if others have stepped on this connection meanwhile.
	outer := q.x.conn.Owner
	q.x.conn.Owner = q.run
	ok, err := q.st.Step()
	q.x.conn.Owner = outer
	if err != nil {
		return nil, canceled(q.x.ctx, err)
	}
	if !ok {
		return nil, nil
	}
	for i := range q.row {
		q.row[i] = q.st.Column(i)
	}
	return q.row, nil
}

func (q *queryRows) close() {
	q.st.Close()
	q.run.close()
}

// newRun is what the virtual tables of a plan look up.
func (x *execution) newRun(plan *planner.QueryPlan) (*run, error) {
	r := &run{x: x, plan: plan}
	var err error
	if r.rowSets, err = x.rowSets(plan); err != nil {
		return nil, err
	}
	for _, v := range plan.Scans {
		r.scans = append(r.scans, &scan{x: x, plan: v})
	}
	return r, nil
}

// close ends what the virtual tables have opened.
func (r *run) close() {
	for _, s := range r.scans {
		s.answers.close()
		s.close()
	}
	for _, st := range r.lateral {
		if st != nil {
			st.Close()
		}
	}
}

// memoryRows are rows held in memory.
type memoryRows struct {
	rows [][]datum.Datum
	at   int
}

func (m *memoryRows) next() ([]datum.Datum, error) {
	if m.at == len(m.rows) {
		return nil, nil
	}
	m.at++
	return m.rows[m.at-1], nil
}

func (m *memoryRows) close() {}

// collect reads all rows of a source into memory and closes it.
func collect(src rowSource) ([][]datum.Datum, error) {
	defer src.close()
	var rows [][]datum.Datum
	for {
		row, err := src.next()
		if err != nil || row == nil {
			return rows, err
		}
		rows = append(rows, cloneRow(row))
	}
}

// cloneRow makes a row that aliases nothing, in two allocations at most.
func cloneRow(row []datum.Datum) []datum.Datum {
	size := 0
	for _, d := range row {
		if k := d.Kind(); k == datum.KindText || k == datum.KindBlob {
			size += len(d.Bytes())
		}
	}
	clone := make([]datum.Datum, len(row))
	buf := make([]byte, 0, size)
	for i, d := range row {
		switch d.Kind() {
		case datum.KindText:
			at := len(buf)
			buf = append(buf, d.Bytes()...)
			clone[i] = datum.TextBytes(buf[at:len(buf):len(buf)])
		case datum.KindBlob:
			at := len(buf)
			buf = append(buf, d.Bytes()...)
			clone[i] = datum.Blob(buf[at:len(buf):len(buf)])
		default:
			clone[i] = d
		}
	}
	return clone
}
