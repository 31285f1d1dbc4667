package exec

import (
	"context"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// copy runs COPY.
func (s *Session) copy(ctx context.Context, n *planner.Copy, st *statement, params []datum.Datum, r frontend.Receiver) (*result, error) {
	if r == nil {
		return nil, pgerr.Unsupported("COPY here")
	}
	if n.From {
		return s.copyFrom(ctx, n, st.planned.catalog, r)
	}
	return s.copyTo(ctx, n, st.planned.catalog, params, r)
}

// copyFrom is COPY … FROM STDIN. Rows are written as they arrive.
func (s *Session) copyFrom(ctx context.Context, n *planner.Copy, snap *catalog.Snapshot, r frontend.Receiver) (*result, error) {
	if err := s.checkWritable("COPY FROM"); err != nil {
		return nil, err
	}
	if err := s.startWriting(ctx); err != nil {
		return nil, err
	}
	x, err := s.execute(ctx, snap, nil)
	if err != nil {
		return nil, err
	}
	defer x.close()
	source, err := r.CopyIn(n.Options.Format == "binary", len(n.Columns))
	if err != nil {
		return nil, err
	}
	in := &copyReader{x: x, n: n, stream: newCopyStream(source)}
	count, err := x.copyRows(n, in)
	if err != nil {
		return nil, err
	}
	// What the client sends after the end marker is of no interest, but it
	// must have ended.
	if err := in.stream.drain(); err != nil {
		return nil, err
	}
	return &result{tag: "COPY " + itoa(int(count))}, nil
}

// copyRows inserts the rows of the data.
func (x *execution) copyRows(n *planner.Copy, in *copyReader) (int64, error) {
	plan := n.Insert.Modify
	m := &modification{x: x, plan: plan}
	var err error
	if m.writer, err = x.tableWriter(plan.Table); err != nil {
		return 0, err
	}
	w := m.writer
	defer w.close()
	var defaults, where *rowEvaluator
	for _, e := range []struct {
		to   **rowEvaluator
		plan *planner.RowQuery
	}{{&m.checks, plan.Checks}, {&m.generated, plan.Generated}, {&defaults, n.Insert.Defaults}, {&where, n.Insert.Where}} {
		if *e.to, err = x.rowEvaluator(e.plan); err != nil {
			return 0, err
		}
		defer (*e.to).close()
	}
	if err := in.begin(); err != nil {
		return 0, err
	}
	keep := len(w.references) > 0 // foreign keys look at the rows again at the end
	row := make([]datum.Datum, len(w.live))
	for {
		if err := m.poll(); err != nil {
			return 0, err
		}
		values, err := in.next()
		if err != nil {
			return 0, in.locate(err)
		}
		if values == nil {
			break
		}
		if keep {
			row = make([]datum.Datum, len(w.live))
			values = cloneRow(values)
		} else {
			clear(row)
		}
		for i, c := range n.Columns {
			row[w.position[c.Attnum]] = values[i]
		}
		if defaults != nil {
			ds, err := defaults.eval(nil)
			if err != nil {
				return 0, in.locate(err)
			}
			for i, c := range n.Insert.DefaultColumns {
				row[w.position[c.Attnum]] = ds[i].Clone()
			}
		}
		if where != nil {
			ok, err := where.eval(row)
			if err != nil {
				return 0, in.locate(err)
			}
			if ok[0].IsNull() || !ok[0].Bool() {
				continue
			}
		}
		if err := m.insertRow(row, nil); err != nil {
			return 0, in.locate(err)
		}
	}
	return m.count, w.finish()
}

// copyTo is COPY … TO STDOUT.
func (s *Session) copyTo(ctx context.Context, n *planner.Copy, snap *catalog.Snapshot, params []datum.Datum, r frontend.Receiver) (*result, error) {
	if n.Query.Defines || len(n.Query.Modifying) > 0 {
		if err := s.startWriting(ctx); err != nil {
			return nil, err
		}
	}
	x, err := s.execute(ctx, snap, params)
	if err != nil {
		return nil, err
	}
	defer x.close()
	src, err := x.query(n.Query, nil)
	if err != nil {
		return nil, err
	}
	defer src.close()
	out, err := newCopyWriter(x, n)
	if err != nil {
		return nil, err
	}
	if err := r.CopyOut(n.Options.Format == "binary", len(n.Query.Columns)); err != nil {
		return nil, err
	}
	if err := out.begin(r); err != nil {
		return nil, err
	}
	count := 0
	for {
		row, err := src.next()
		if err != nil {
			return nil, err
		}
		if row == nil {
			break
		}
		if err := out.row(r, row[:len(n.Query.Columns)]); err != nil {
			return nil, err
		}
		count++
	}
	if err := out.end(r); err != nil {
		return nil, err
	}
	return &result{tag: "COPY " + itoa(count)}, nil
}
