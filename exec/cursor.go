package exec

import (
	"context"
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/sqlparse"
)

// cursor is what DECLARE adds to a portal: a position, rows that can be gone
// back over, a life beyond the transaction.
type cursor struct {
	hold, scroll, noScroll, binary bool
	held                           bool // the transaction has committed; rows stand alone
	rows                           [][]datum.Datum
	complete                       bool  // rows has all of them
	at                             int64 // 0 before the first row, n at row n, one past the last at the end
}

// declareCursor is DECLARE … CURSOR FOR.
func (s *Session) declareCursor(ctx context.Context, n *planner.DeclareCursor, st *statement, params []datum.Datum) (*result, error) {
	if s.tx.status == txImplicit && !n.Hold {
		return nil, pgerr.New(pgerr.NoActiveSQLTransaction, "DECLARE CURSOR can only be used in transaction blocks")
	}
	if s.portals[n.Name] != nil {
		return nil, pgerr.Newf(pgerr.DuplicateCursor, "cursor %q already exists", n.Name)
	}
	s.inParts = true
	res, err := s.startQuery(ctx, n.Plan, st.planned.catalog, params)
	s.inParts = false
	if err != nil {
		return nil, err
	}
	p := &portal{
		name: n.Name, level: len(s.tx.savepoints), st: &statement{text: st.text, parsed: st.parsed}, columns: n.Plan.Columns, rows: true, result: res,
		cursor: &cursor{hold: n.Hold, scroll: n.Scroll, noScroll: n.NoScroll, binary: n.Binary},
	}
	s.portals[n.Name] = p
	if err := s.suspend(res); err != nil {
		return nil, err
	}
	return &result{tag: "DECLARE CURSOR"}, nil
}

// holdCursors makes the rows of cursors WITH HOLD stand alone before the
// transaction that declared them ends.
func (s *Session) holdCursors(ctx context.Context) error {
	for _, p := range s.portals {
		if p.cursor == nil || !p.cursor.hold || p.cursor.held {
			continue
		}
		if x := p.result.x; x != nil {
			x.ctx = ctx
		}
		if err := p.cursor.readTo(p.result, math.MaxInt64); err != nil {
			return err
		}
		p.result.close()
		p.cursor.held = true
	}
	return nil
}

// readTo reads rows until so many are known, or all.
func (c *cursor) readTo(res *result, n int64) error {
	for int64(len(c.rows)) < n && !c.complete {
		if res.src == nil {
			c.complete = true
			break
		}
		row, err := res.src.next()
		if err != nil {
			return err
		}
		if row == nil {
			c.complete = true
			break
		}
		c.rows = append(c.rows, cloneRow(row))
	}
	return nil
}

// fetch is FETCH and MOVE.
func (s *Session) fetch(ctx context.Context, n *planner.Fetch, st *statement) (*result, error) {
	p := s.portals[n.Name]
	if p == nil {
		return nil, pgerr.Newf(pgerr.InvalidCursorName, "cursor %q does not exist", n.Name)
	}
	if p.result == nil {
		var err error
		s.inParts = true
		p.result, err = s.start(ctx, p.st, p.params, nil)
		s.inParts = false
		if err != nil {
			p.result = nil
			return nil, err
		}
	}
	if p.cursor == nil {
		p.cursor = &cursor{}
	}
	if x := p.result.x; x != nil {
		x.ctx = ctx
		s.watch(x.conn)
	}
	rows, count, err := p.cursor.fetch(p.result, n)
	if err != nil {
		return nil, err
	}
	if err := s.suspend(p.result); err != nil {
		return nil, err
	}
	if n.Move {
		return &result{tag: "MOVE " + itoa(int(count))}, nil
	}
	st.columns, st.rows = p.columns, true
	return &result{tag: "FETCH", counts: true, src: &memoryRows{rows: rows}}, nil
}

// fetch moves the cursor and gives the rows that it passes, as Postgres defines
// each direction.
func (c *cursor) fetch(res *result, n *planner.Fetch) (rows [][]datum.Datum, count int64, err error) {
	direction, want := n.Direction, n.Count
	if direction == planner.FetchBackward {
		direction, want = planner.FetchForward, -want
		if n.Count == math.MaxInt64 {
			want = math.MinInt64
		}
	}
	switch direction {
	case planner.FetchForward:
		switch {
		case want == 0:
			return c.current(res)
		case want > 0:
			return c.forward(res, want)
		default:
			return c.backward(-max(want, -math.MaxInt64))
		}
	case planner.FetchAbsolute:
		target := want
		if want < 0 {
			if err := c.readTo(res, math.MaxInt64); err != nil {
				return nil, 0, err
			}
			target = max(int64(len(c.rows))+1+want, 0)
		}
		return c.moveTo(res, target)
	default:
		return c.moveTo(res, max(c.at+want, 0))
	}
}

func (c *cursor) forward(res *result, want int64) (rows [][]datum.Datum, count int64, err error) {
	end := c.at + want
	if want == math.MaxInt64 || end < 0 {
		end = math.MaxInt64
	}
	if err := c.readTo(res, end); err != nil {
		return nil, 0, err
	}
	known := int64(len(c.rows))
	first := min(c.at, known)
	last := min(end, known)
	rows = c.rows[first:last]
	if c.at = end; end > known {
		c.at = known + 1
	}
	return rows, int64(len(rows)), nil
}

func (c *cursor) backward(want int64) (rows [][]datum.Datum, count int64, err error) {
	if err := c.mayGoBack(); err != nil {
		return nil, 0, err
	}
	for want > 0 && c.at > 0 {
		c.at--
		want--
		if c.at == 0 {
			break
		}
		rows = append(rows, c.rows[c.at-1])
	}
	return rows, int64(len(rows)), nil
}

func (c *cursor) current(res *result) ([][]datum.Datum, int64, error) {
	if c.at >= 1 && c.at <= int64(len(c.rows)) {
		return c.rows[c.at-1 : c.at], 1, nil
	}
	return nil, 0, nil
}

func (c *cursor) moveTo(res *result, target int64) ([][]datum.Datum, int64, error) {
	if target < c.at {
		if err := c.mayGoBack(); err != nil {
			return nil, 0, err
		}
	}
	if err := c.readTo(res, target); err != nil {
		return nil, 0, err
	}
	c.at = min(target, int64(len(c.rows))+1)
	return c.current(res)
}

func (c *cursor) mayGoBack() error {
	if c.scroll || !c.noScroll {
		return nil
	}
	return pgerr.New(pgerr.ObjectNotInPrerequisiteState, "cursor can only scan forward").
		WithHint("Declare it with SCROLL option to enable backward scan.")
}

func (s *Session) closeCursor(n *planner.CloseCursor) (*result, error) {
	if n.Name == "" {
		for _, p := range s.portals {
			if p.name != "" {
				s.closePortal(p)
			}
		}
		return &result{tag: "CLOSE CURSOR ALL"}, nil
	}
	p := s.portals[n.Name]
	if p == nil {
		return nil, pgerr.Newf(pgerr.InvalidCursorName, "cursor %q does not exist", n.Name)
	}
	s.closePortal(p)
	return &result{tag: "CLOSE CURSOR"}, nil
}

// runNested runs a statement's text within the transaction. Its rows are each's;
// without each it must not have any.
func (s *Session) runNested(ctx context.Context, text string, r frontend.Receiver, each func([]datum.Datum) error) error {
	parsed, err := sqlparse.Parse(text)
	if err != nil {
		return err
	}
	for _, p := range parsed {
		st := parsedStatement(text, p)
		res, err := s.start(ctx, st, nil, r)
		if err == nil {
			err = res.drain(each)
			res.close()
		}
		if err != nil {
			e := *pgerr.From(err)
			e.Position = 0 // it counts in a text that the client does not have
			return &e
		}
	}
	return nil
}

// drain gives all rows to each.
func (r *result) drain(each func([]datum.Datum) error) error {
	if r.src == nil {
		return nil
	}
	if each == nil {
		err := pgerr.New(pgerr.SyntaxError, "query has no destination for result data")
		if r.counts {
			err = err.WithHint("If you want to discard the results of a SELECT, use PERFORM instead.")
		}
		return err
	}
	for {
		row, err := r.src.next()
		if err != nil || row == nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
}
