package exec

import (
	"context"
	"slices"
	"time"

	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/sqlparse"
)

// Query runs a simple-query string: all of its statements in one implicit
// transaction, as far as they do not begin and end others themselves.
func (s *Session) Query(ctx context.Context, text string, r frontend.Receiver) error {
	ctx, done := s.begin(ctx)
	defer done()
	s.active(text)
	defer s.idle()
	if err := s.query(ctx, text, r); err != nil {
		s.Fail()
		return canceled(ctx, err)
	}
	return nil
}

func (s *Session) query(ctx context.Context, text string, r frontend.Receiver) error {
	delete(s.statements, "")
	if p := s.portals[""]; p != nil {
		s.closePortal(p)
	}
	if known := s.srv.plans.text(s, text); known.plan != nil && s.tx.status != txFailed {
		st := &statement{text: text, planned: known}
		st.columns, st.rows = s.resultColumns(known.plan)
		return s.runSimple(ctx, st, true, r)
	}
	parsed, err := sqlparse.Parse(text)
	if err != nil {
		return err
	}
	if len(parsed) == 0 {
		if s.tx.status == txImplicit {
			if err := s.commit(ctx); err != nil {
				return err
			}
		}
		return r.Empty()
	}
	for i, p := range parsed {
		if err := s.checkFailed(p); err != nil {
			return err
		}
		s.ensureTransaction()
		st := parsedStatement(text, p)
		if _, err := s.plan(st); err != nil {
			return err
		}
		if len(st.params) > 0 {
			return pgerr.Newf(pgerr.UndefinedParameter, "there is no parameter $%d", 1)
		}
		if err := s.runSimple(ctx, st, i == len(parsed)-1, r); err != nil {
			return err
		}
	}
	return nil
}

// runSimple runs one statement of a query string. The last one's transaction is
// committed before its completion is told.
func (s *Session) runSimple(ctx context.Context, st *statement, last bool, r frontend.Receiver) error {
	s.ensureTransaction()
	p := &portal{st: st}
	var err error
	if p.result, err = s.start(ctx, st, nil, r); err != nil {
		return err
	}
	p.columns, p.rows = st.columns, st.rows
	if p.rows {
		if err := r.Describe(p.columns); err != nil {
			p.result.close()
			return err
		}
	}
	if _, err := s.runPortal(ctx, p, 0, r); err != nil {
		return err
	}
	if last && s.tx.status == txImplicit {
		if err := s.commit(ctx); err != nil {
			return err
		}
	}
	return r.Complete(p.result.complete())
}

// resultColumns describes the rows that a plan returns, if it returns any. A
// domain is told as its base type, which is what clients can read.
func (s *Session) resultColumns(plan planner.Plan) ([]frontend.Column, bool) {
	columns, rows := planColumns(plan)
	if p, ok := plan.(*planner.UtilityPlan); ok {
		columns, rows = s.utilityColumns(p)
	}
	for i, c := range columns {
		if t := s.catalog().Type(c.Type); t != nil && t.Kind == 'd' {
			columns = slices.Clone(columns)
			for j := i; j < len(columns); j++ {
				columns[j].Type, columns[j].Typmod = s.baseType(columns[j].Type, columns[j].Typmod)
			}
			break
		}
	}
	return columns, rows
}

// baseType is the type under a domain, with the modifier that the domain gives.
func (s *Session) baseType(id oid.OID, typmod int32) (oid.OID, int32) {
	for {
		t := s.catalog().Type(id)
		if t == nil || t.Kind != 'd' {
			return id, typmod
		}
		id, typmod = t.Base, t.Typmod
	}
}

func planColumns(plan planner.Plan) ([]frontend.Column, bool) {
	switch p := plan.(type) {
	case *planner.QueryPlan:
		return p.Columns, true
	case *planner.ModifyPlan:
		if p.Returning != nil {
			return p.Returning.Columns, true
		}
	}
	return nil, false
}

// active notes for pg_stat_activity that a statement runs, idle that none does.
func (s *Session) active(text string) {
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	s.idleTimer.stop()
	now := time.Now()
	s.status.query, s.status.queryStart, s.status.stateChange, s.status.state = text, now, now, "active"
	s.status.txStart = s.tx.started
}

func (s *Session) idle() {
	s.startIdleTimer()
	s.status.mu.Lock()
	defer s.status.mu.Unlock()
	s.status.stateChange = time.Now()
	s.status.txStart = s.tx.started
	switch s.tx.status {
	case txBlock:
		s.status.state = "idle in transaction"
	case txFailed:
		s.status.state = "idle in transaction (aborted)"
	default:
		s.status.state = "idle"
		s.status.txStart = time.Time{}
	}
}

func (s *Session) setWaiting(what string) {
	s.status.mu.Lock()
	s.status.waiting = what
	s.status.mu.Unlock()
}
