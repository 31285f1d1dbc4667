package exec

import (
	"context"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/planner"
)

// startModify runs an INSERT, UPDATE or DELETE to its end (rule S5): the source
// is read first, then row by row is written, then what holds for the whole
// statement is checked.
func (s *Session) startModify(ctx context.Context, plan *planner.ModifyPlan, snap *catalog.Snapshot, params []datum.Datum) (*result, error) {
	if err := s.checkWritable(commandName(plan.Command)); err != nil {
		return nil, err
	}
	if err := s.startWriting(ctx); err != nil {
		return nil, err
	}
	x, err := s.execute(ctx, snap, params)
	if err != nil {
		return nil, err
	}
	defer x.close()
	m, err := x.modify(plan)
	if err != nil {
		return nil, err
	}
	res := &result{tag: commandTag(plan.Command, m.count)}
	if plan.Returning != nil {
		res.src = &memoryRows{rows: m.returned}
	}
	return res, nil
}

func commandName(c planner.Command) string {
	switch c {
	case planner.CommandInsert:
		return "INSERT"
	case planner.CommandUpdate:
		return "UPDATE"
	case planner.CommandDelete:
		return "DELETE"
	}
	return "SELECT"
}

func commandTag(c planner.Command, count int64) string {
	if c == planner.CommandInsert {
		return "INSERT 0 " + itoa(int(count))
	}
	return commandName(c) + " " + itoa(int(count))
}

// modifying runs the data-modifying CTEs of a statement, in order. Later ones,
// the statement itself and its subplans find their rows in x.modified.
func (x *execution) modifying(plans []*planner.ModifyPlan) error {
	for _, plan := range plans {
		m, err := x.modify(plan)
		if err != nil {
			return err
		}
		x.modified = append(x.modified, m.returned)
	}
	return nil
}

// modification is one INSERT, UPDATE or DELETE while it runs.
type modification struct {
	x                                      *execution
	plan                                   *planner.ModifyPlan
	writer                                 *tableWriter
	count                                  int64
	returned                               [][]datum.Datum
	checks, generated, returning, conflict *rowEvaluator
	touched                                map[int64]bool // keys that ON CONFLICT has inserted or updated
}

// modify runs a plan.
func (x *execution) modify(plan *planner.ModifyPlan) (*modification, error) {
	m := &modification{x: x, plan: plan}
	var err error
	if m.writer, err = x.tableWriter(plan.Table); err != nil {
		return nil, err
	}
	defer m.writer.close()
	for _, e := range []struct {
		to   **rowEvaluator
		plan *planner.RowQuery
	}{{&m.checks, plan.Checks}, {&m.generated, plan.Generated}, {&m.returning, plan.Returning}} {
		if *e.to, err = x.rowEvaluator(e.plan); err != nil {
			return nil, err
		}
		defer (*e.to).close()
	}
	if plan.Conflict != nil && plan.Conflict.Update {
		if m.conflict, err = x.rowEvaluator(plan.Conflict.Set); err != nil {
			return nil, err
		}
		defer m.conflict.close()
	}
	rows, err := m.source()
	if err != nil {
		return nil, err
	}
	switch plan.Command {
	case planner.CommandInsert:
		err = m.insert(rows)
	case planner.CommandUpdate:
		err = m.update(rows)
	case planner.CommandDelete:
		err = m.delete(rows)
	}
	if err != nil {
		return nil, err
	}
	if err := m.writer.finish(); err != nil {
		return nil, err
	}
	return m, nil
}

// source reads all rows to write before the first is written: what a statement
// writes it must not read again.
func (m *modification) source() ([][]datum.Datum, error) {
	if m.plan.Source == nil {
		return m.x.evalRows(m.plan.Values)
	}
	src, err := m.x.query(m.plan.Source, nil)
	if err != nil {
		return nil, err
	}
	return collect(src)
}

// poll looks whether the statement has been cancelled, now and then.
func (m *modification) poll() error {
	if m.count&255 != 0 {
		return nil
	}
	return canceled(m.x.ctx, m.x.ctx.Err())
}

// fill computes generated columns and checks a new row before it is written.
func (m *modification) fill(row []datum.Datum) error {
	if m.generated != nil {
		values, err := m.generated.eval(row)
		if err != nil {
			return err
		}
		for i, c := range m.plan.GeneratedColumns {
			row[m.writer.position[c.Attnum]] = values[i].Clone()
		}
	}
	if err := m.writer.checkNotNull(row); err != nil {
		return err
	}
	if m.checks == nil {
		return nil
	}
	results, err := m.checks.eval(row)
	if err != nil {
		return err
	}
	for i, ok := range results {
		if !ok.IsNull() && !ok.Bool() {
			return m.writer.checkViolation(m.plan.CheckNames[i], row)
		}
	}
	return nil
}

// answer adds a row to what RETURNING gives back.
func (m *modification) answer(row, carried []datum.Datum) error {
	if m.returning == nil {
		return nil
	}
	inputs := row
	if len(carried) > 0 {
		inputs = append(append(make([]datum.Datum, 0, len(row)+len(carried)), row...), carried...)
	}
	out, err := m.returning.eval(inputs)
	if err != nil {
		return err
	}
	m.returned = append(m.returned, cloneRow(out))
	return nil
}

func (m *modification) insert(rows [][]datum.Datum) error {
	w := m.writer
	for _, values := range rows {
		if err := m.poll(); err != nil {
			return err
		}
		row := make([]datum.Datum, len(w.live))
		for i, c := range m.plan.Columns {
			row[w.position[c.Attnum]] = values[i]
		}
		if err := m.insertRow(row, values[len(m.plan.Columns):]); err != nil {
			return err
		}
	}
	return nil
}

func (m *modification) insertRow(row, carried []datum.Datum) error {
	if err := m.fill(row); err != nil {
		return err
	}
	w := m.writer
	if m.plan.Conflict != nil {
		written, err := m.resolveConflict(row)
		if err != nil || written == conflictSkipped {
			return err
		}
		if written == conflictUpdated {
			m.count++
			return nil
		}
	}
	key, err := w.insert(row)
	if err != nil {
		return err
	}
	if m.touched != nil {
		m.touched[key] = true
	}
	m.count++
	return m.answer(row, carried)
}

func (m *modification) update(rows [][]datum.Datum) error {
	w := m.writer
	seen := make(map[int64]bool, len(rows))
	n := len(m.plan.Columns)
	for _, values := range rows {
		if err := m.poll(); err != nil {
			return err
		}
		key := values[0].Int()
		if seen[key] {
			continue
		}
		seen[key] = true
		old, err := w.read(key)
		if err != nil {
			return err
		}
		if old == nil {
			continue
		}
		row := make([]datum.Datum, len(old))
		copy(row, old)
		for i, c := range m.plan.Columns {
			row[w.position[c.Attnum]] = values[1+i]
		}
		if err := m.fill(row); err != nil {
			return err
		}
		if err := w.update(key, old, row); err != nil {
			return err
		}
		m.count++
		if err := m.answer(row, values[1+n:]); err != nil {
			return err
		}
	}
	return nil
}

func (m *modification) delete(rows [][]datum.Datum) error {
	w := m.writer
	seen := make(map[int64]bool, len(rows))
	for _, values := range rows {
		if err := m.poll(); err != nil {
			return err
		}
		key := values[0].Int()
		if seen[key] {
			continue
		}
		seen[key] = true
		var old []datum.Datum
		if m.returning != nil || w.needsOld() {
			var err error
			if old, err = w.read(key); err != nil {
				return err
			}
			if old == nil {
				continue
			}
		}
		if err := w.delete(key, old); err != nil {
			return err
		}
		m.count++
		if err := m.answer(old, values[1:]); err != nil {
			return err
		}
	}
	return nil
}
