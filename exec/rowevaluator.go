package exec

import (
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// rowEvaluator computes expressions over rows that are given to it: CHECK,
// RETURNING, generated columns, ON CONFLICT's assignments. A nil evaluator is
// one that nobody needs.
type rowEvaluator struct {
	x    *execution
	run  *run
	st   *storage.Stmt
	plan *planner.QueryPlan
	out  []datum.Datum
}

func (x *execution) rowEvaluator(q *planner.RowQuery) (*rowEvaluator, error) {
	if q == nil {
		return nil, nil
	}
	plan := q.QueryPlan
	r, err := x.newRun(plan)
	if err != nil {
		return nil, err
	}
	st, err := x.prepare(plan)
	if err != nil {
		return nil, err
	}
	for i, e := range plan.Binds {
		d, err := x.eval(e)
		if err != nil {
			st.Close()
			return nil, err
		}
		st.Bind(plan.Inputs+i+1, d)
	}
	return &rowEvaluator{x: x, run: r, st: st, plan: plan, out: make([]datum.Datum, st.Columns())}, nil
}

// eval computes the expressions over one row; the values are valid until the
// next call.
func (e *rowEvaluator) eval(inputs []datum.Datum) ([]datum.Datum, error) {
	if len(inputs) != e.plan.Inputs {
		return nil, pgerr.Internal("row query takes %d inputs, not %d", e.plan.Inputs, len(inputs))
	}
	e.st.Reset()
	for i, d := range inputs {
		e.st.Bind(i+1, d)
	}
	outer := e.x.conn.Owner
	e.x.conn.Owner = e.run
	ok, err := e.st.Step()
	e.x.conn.Owner = outer
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, pgerr.Internal("row query gave no row")
	}
	for i := range e.out {
		e.out[i] = e.st.Column(i)
	}
	return e.out, nil
}

func (e *rowEvaluator) close() {
	if e != nil {
		e.st.Close()
		e.run.close()
	}
}
