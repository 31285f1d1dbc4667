package exec

import (
	"context"
	"runtime"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// portal is a statement with its parameters, ready to run or running.
type portal struct {
	name    string
	st      *statement
	params  []datum.Datum
	columns []frontend.Column
	rows    bool // it returns rows

	// level is how many savepoints there were when it was made: going back to
	// one of those leaves it open.
	level  int
	result *result // once it has been started
	cursor *cursor // made by DECLARE
}

// result is what running a statement gives: rows, which may be nil, and the
// command tag.
type result struct {
	src  rowSource
	x    *execution // whose snapshot src reads; nil when src stands alone
	tag  string     // without the count for those that count rows
	sent int64      // rows delivered
	// counts appends the number of delivered rows to the tag, as SELECT does.
	counts bool
	done   bool
}

func (r *result) close() {
	if r.src != nil {
		r.src.close()
		r.src = nil
	}
	if r.x != nil {
		r.x.close()
		r.x = nil
	}
	r.done = true
}

func (r *result) complete() string {
	if r.counts {
		return r.tag + " " + itoa(int(r.sent))
	}
	return r.tag
}

// Bind makes a portal of a prepared statement.
func (s *Session) Bind(_ context.Context, name, statement string, args []datum.Datum) error {
	st, err := s.statement(statement)
	if err != nil {
		return err
	}
	if err := s.checkFailed(st.parsed); err != nil {
		return err
	}
	if name != "" && s.portals[name] != nil {
		return pgerr.Newf(pgerr.DuplicateCursor, "cursor %q already exists", name)
	}
	s.ensureTransaction()
	if old := s.portals[name]; old != nil {
		s.closePortal(old)
	}
	if st.parsed != nil && s.tx.status != txFailed {
		if _, err := s.plan(st); err != nil {
			return err
		}
	}
	s.portals[name] = &portal{name: name, st: st, params: args, columns: st.columns, rows: st.rows, level: len(s.tx.savepoints)}
	return nil
}

func (s *Session) portal(name string) (*portal, error) {
	if p := s.portals[name]; p != nil {
		return p, nil
	}
	return nil, pgerr.Newf(pgerr.InvalidCursorName, "portal %q does not exist", name)
}

// DescribePortal describes the rows of a portal.
func (s *Session) DescribePortal(_ context.Context, name string) ([]frontend.Column, bool, error) {
	p, err := s.portal(name)
	if err != nil {
		return nil, false, err
	}
	if err := s.checkFailed(p.st.parsed); err != nil && p.rows {
		return nil, false, err
	}
	return p.columns, p.rows, nil
}

// ClosePortal closes a portal; that there is none is no error.
func (s *Session) ClosePortal(name string) error {
	if p := s.portals[name]; p != nil {
		s.closePortal(p)
	}
	return nil
}

func (s *Session) closePortal(p *portal) {
	if p.result != nil {
		p.result.close()
	}
	delete(s.portals, p.name)
}

// closePortals closes the portals that end with the transaction: all, except for
// cursors WITH HOLD of transactions that have committed, and those that this
// one declares if it commits.
func (s *Session) closePortals(failed bool) {
	for _, p := range s.portals {
		if p.cursor != nil && (p.cursor.held || p.cursor.hold && !failed) {
			continue
		}
		s.closePortal(p)
	}
}

// closePortalsSince closes the portals that were made since there were so many
// savepoints.
func (s *Session) closePortalsSince(savepoints int) {
	for _, p := range s.portals {
		if p.level >= savepoints && (p.cursor == nil || !p.cursor.held) {
			s.closePortal(p)
		}
	}
}

// Execute runs a portal until its end or for maxRows rows, 0 meaning all.
func (s *Session) Execute(ctx context.Context, name string, maxRows int, r frontend.Receiver) error {
	p, err := s.portal(name)
	if err != nil {
		return err
	}
	if p.st.parsed == nil {
		return r.Empty()
	}
	if err := s.checkFailed(p.st.parsed); err != nil {
		return err
	}
	ctx, done := s.begin(ctx)
	defer done()
	s.ensureTransaction()
	s.active(p.st.text)
	defer s.idle()
	complete, err := s.runPortal(ctx, p, maxRows, r)
	if err != nil {
		s.Fail()
		return canceled(ctx, err)
	}
	if !complete {
		return r.Suspended()
	}
	return r.Complete(p.result.complete())
}

// runPortal starts a portal or goes on with it, and reports whether it has come
// to its end.
func (s *Session) runPortal(ctx context.Context, p *portal, maxRows int, r frontend.Receiver) (complete bool, err error) {
	if p.result == nil {
		s.inParts = maxRows > 0
		p.result, err = s.start(ctx, p.st, p.params, r)
		s.inParts = false
		if err != nil {
			p.result = nil
			return false, err
		}
	} else if x := p.result.x; x != nil {
		x.ctx = ctx
		s.watch(x.conn)
	}
	res := p.result
	if res.done || res.src == nil {
		if res.counts {
			res.sent = 0
		}
		res.close()
		return true, nil
	}
	res.sent = 0
	width := len(p.columns)
	for maxRows == 0 || res.sent < int64(maxRows) {
		row, err := res.src.next()
		if err != nil {
			res.close()
			return false, err
		}
		if row == nil {
			res.close()
			return true, nil
		}
		if err := r.Row(row[:width]); err != nil {
			res.close()
			return false, err
		}
		res.sent++
	}
	return false, s.suspend(res)
}

// suspend makes sure that nothing of a suspended portal is in the way of other
// statements (rule S7): rows read on the connection of a transaction that writes
// are read to the end into memory. Others keep their connection, be it that of a
// snapshot, until the transaction writes (suspendPortals).
func (s *Session) suspend(res *result) error {
	s.watch(nil)
	if res.x == nil || res.x.conn != s.tx.conn || !s.tx.writing {
		return nil
	}
	return res.detach()
}

// detach reads the rest of the rows into memory and lets the snapshot go.
func (r *result) detach() error {
	if r.src == nil || r.x == nil {
		return nil
	}
	rows, err := collect(r.src)
	r.src = &memoryRows{rows: rows}
	r.x.close()
	r.x = nil
	return err
}

// suspendPortals detaches all portals that read on the transaction's connection.
func (s *Session) suspendPortals(ctx context.Context) error {
	for _, p := range s.portals {
		if p.result != nil && p.result.x != nil && p.result.x.conn == s.tx.conn {
			p.result.x.ctx = ctx // that of the statement that began it has ended
			if err := p.result.detach(); err != nil {
				return err
			}
		}
	}
	return nil
}

// replans bounds how often a statement is planned again because definitions
// overtake it.
const replans = 1000

// start begins to run a statement. Whatever can fail before the first row fails
// here; statements that change something run to their end here.
func (s *Session) start(ctx context.Context, st *statement, params []datum.Datum, r frontend.Receiver) (*result, error) {
	for try := 0; ; try++ {
		plan, err := s.plan(st)
		if err != nil {
			return nil, err
		}
		if try == 0 {
			for _, n := range st.notices {
				s.notice(n)
			}
		}
		res, err := s.startPlan(ctx, plan, st, params, r)
		if err != errReplan || try == replans {
			return res, err
		}
		runtime.Gosched()
	}
}

func (s *Session) startPlan(ctx context.Context, plan planner.Plan, st *statement, params []datum.Datum, r frontend.Receiver) (*result, error) {
	switch plan := plan.(type) {
	case *planner.QueryPlan:
		return s.startQuery(ctx, plan, st.planned.catalog, params)
	case *planner.ModifyPlan:
		return s.startModify(ctx, plan, st.planned.catalog, params)
	case *planner.UtilityPlan:
		return s.startUtility(ctx, plan, st, params, r)
	default:
		return s.startDefinition(ctx, plan, st)
	}
}

// startQuery begins a SELECT or VALUES.
func (s *Session) startQuery(ctx context.Context, plan *planner.QueryPlan, snap *catalog.Snapshot, params []datum.Datum) (*result, error) {
	if plan.Locking != nil {
		if err := s.checkWritable("SELECT FOR " + plan.Locking.Strength); err != nil {
			return nil, err
		}
	}
	if plan.Locking != nil || plan.Defines || len(plan.Modifying) > 0 {
		if err := s.startWriting(ctx); err != nil {
			return nil, err
		}
	}
	x, err := s.execute(ctx, snap, params)
	if err != nil {
		return nil, err
	}
	src, err := x.query(plan, nil)
	if err != nil {
		x.close()
		return nil, err
	}
	return &result{src: src, x: x, tag: "SELECT", counts: true}, nil
}
