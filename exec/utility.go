package exec

import (
	"context"
	"time"

	"voronoi/exec/lock"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// utilityColumns describes the rows of the utility statements that return any.
func (s *Session) utilityColumns(p *planner.UtilityPlan) ([]frontend.Column, bool) {
	column := func(name string, t oid.OID) frontend.Column { return frontend.Column{Name: name, Type: t, Typmod: -1} }
	switch n := p.Node.(type) {
	case *planner.Show:
		if n.Name == "" {
			return []frontend.Column{column("name", oid.Text), column("setting", oid.Text), column("description", oid.Text)}, true
		}
		return []frontend.Column{column(n.Name, oid.Text)}, true
	case *planner.Explain:
		t := oid.Text
		switch n.Format {
		case "json":
			t = oid.JSON
		case "xml":
			t = oid.XML
		}
		return []frontend.Column{column("QUERY PLAN", t)}, true
	case *planner.Fetch:
		if p := s.portals[n.Name]; p != nil && !n.Move {
			return p.columns, p.rows
		}
	case *planner.Execute:
		if st := s.statements[n.Name]; st != nil {
			return st.columns, st.rows
		}
	}
	return nil, false
}

// startUtility runs a utility statement.
func (s *Session) startUtility(ctx context.Context, plan *planner.UtilityPlan, st *statement, params []datum.Datum, r frontend.Receiver) (*result, error) {
	switch n := plan.Node.(type) {
	case *planner.Transaction:
		return s.transactionStatement(ctx, n)
	case *planner.SetTransaction:
		return s.setTransaction(n)
	case *planner.Set:
		if n.Local && s.tx.status == txImplicit {
			s.notice(pgerr.Warning(pgerr.NoActiveSQLTransaction, "SET LOCAL can only be used in transaction blocks"))
		}
		return &result{tag: "SET"}, s.set(n.Name, n.Value, n.Local)
	case *planner.Reset:
		if n.Name == "" {
			s.resetAll()
			return &result{tag: "RESET"}, nil
		}
		return &result{tag: "RESET"}, s.set(n.Name, nil, false)
	case *planner.Show:
		return s.showStatement(n)
	case *planner.Prepare:
		return s.prepareStatement(n)
	case *planner.Execute:
		return s.executeStatement(ctx, n, st, params, r)
	case *planner.Deallocate:
		return s.deallocate(n)
	case *planner.DeclareCursor:
		return s.declareCursor(ctx, n, st, params)
	case *planner.Fetch:
		return s.fetch(ctx, n, st)
	case *planner.CloseCursor:
		return s.closeCursor(n)
	case *planner.Copy:
		return s.copy(ctx, n, st, params, r)
	case *planner.Explain:
		return s.explain(ctx, n, st, params)
	case *planner.Listen:
		s.tx.listens = append(s.tx.listens, func() { s.srv.channels.listen(s, n.Channel) })
		return &result{tag: "LISTEN"}, nil
	case *planner.Unlisten:
		s.tx.listens = append(s.tx.listens, func() {
			if n.Channel == "" {
				s.srv.channels.unlistenAll(s)
			} else {
				s.srv.channels.unlisten(s, n.Channel)
			}
		})
		return &result{tag: "UNLISTEN"}, nil
	case *planner.Notify:
		return &result{tag: "NOTIFY"}, s.notify(n.Channel, n.Payload)
	case *planner.Discard:
		return s.discard(ctx, n)
	case *planner.LockTable:
		return s.lockTable(ctx, n)
	case *planner.Maintain:
		return s.maintain(ctx, n)
	case *planner.Reindex:
		return s.reindex(ctx, n)
	case *planner.Do:
		return s.do(ctx, n, r)
	}
	return nil, pgerr.Unsupported("%s", plan.Name)
}

// notify queues a notification for the commit.
func (s *Session) notify(channel, payload string) error {
	if channel == "" {
		return pgerr.New(pgerr.InvalidParameterValue, "channel name cannot be empty")
	}
	if len(channel) >= 64 {
		return pgerr.New(pgerr.InvalidParameterValue, "channel name too long")
	}
	if len(payload) >= 8000 {
		return pgerr.New(pgerr.InvalidParameterValue, "payload string too long")
	}
	s.tx.notifications = append(s.tx.notifications, notification{channel, payload})
	return nil
}

// transactionStatement runs BEGIN, COMMIT and so on.
func (s *Session) transactionStatement(ctx context.Context, n *planner.Transaction) (*result, error) {
	tx := &s.tx
	block := tx.status == txBlock || tx.status == txFailed
	needBlock := func(command string) error {
		if block {
			return nil
		}
		return pgerr.Newf(pgerr.NoActiveSQLTransaction, "%s can only be used in transaction blocks", command)
	}
	switch n.Kind {
	case planner.TransactionBegin:
		if block {
			s.notice(pgerr.Warning(pgerr.ActiveSQLTransaction, "there is already a transaction in progress"))
		}
		tx.status = txBlock
		return &result{tag: beginTag(n)}, s.applyModes(n.Modes, "transaction_", true)
	case planner.TransactionCommit:
		if tx.status == txFailed {
			s.endBlock(ctx, n.Chain, false)
			return &result{tag: "ROLLBACK"}, nil
		}
		if !block {
			if n.Chain {
				return nil, needBlock("COMMIT AND CHAIN")
			}
			s.notice(pgerr.Warning(pgerr.NoActiveSQLTransaction, "there is no transaction in progress"))
		}
		return &result{tag: "COMMIT"}, s.endBlock(ctx, n.Chain, true)
	case planner.TransactionRollback:
		if !block {
			if n.Chain {
				return nil, needBlock("ROLLBACK AND CHAIN")
			}
			s.notice(pgerr.Warning(pgerr.NoActiveSQLTransaction, "there is no transaction in progress"))
		}
		return &result{tag: "ROLLBACK"}, s.endBlock(ctx, n.Chain, false)
	case planner.TransactionSavepoint:
		if err := needBlock("SAVEPOINT"); err != nil {
			return nil, err
		}
		return &result{tag: "SAVEPOINT"}, s.savepoint(n.Savepoint)
	case planner.TransactionRelease:
		if err := needBlock("RELEASE SAVEPOINT"); err != nil {
			return nil, err
		}
		return &result{tag: "RELEASE"}, s.releaseSavepoint(n.Savepoint)
	case planner.TransactionRollbackTo:
		if err := needBlock("ROLLBACK TO SAVEPOINT"); err != nil {
			return nil, err
		}
		return &result{tag: "ROLLBACK"}, s.rollbackTo(n.Savepoint)
	case planner.TransactionPrepare:
		if err := needBlock("PREPARE TRANSACTION"); err != nil {
			return nil, err
		}
		return nil, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "prepared transactions are disabled").
			WithHint("Set max_prepared_transactions to a nonzero value.")
	default:
		return nil, pgerr.Newf(pgerr.UndefinedObject, "prepared transaction with identifier %q does not exist", n.GID)
	}
}

func beginTag(n *planner.Transaction) string {
	if n.Savepoint == "START TRANSACTION" {
		return n.Savepoint
	}
	return "BEGIN"
}

// endBlock commits or rolls back, and with chain begins a transaction of the
// same characteristics.
func (s *Session) endBlock(ctx context.Context, chain, commit bool) error {
	modes := planner.TransactionModes{
		Isolation:  s.settings.get("transaction_isolation"),
		ReadOnly:   s.settings.get("transaction_read_only"),
		Deferrable: s.settings.get("transaction_deferrable"),
	}
	var err error
	if commit {
		err = s.commit(ctx)
	} else {
		s.rollback()
	}
	if err != nil || !chain {
		return err
	}
	s.startTransaction(txBlock)
	return s.applyModes(modes, "transaction_", true)
}

// applyModes sets the characteristics that a statement names.
func (s *Session) applyModes(m planner.TransactionModes, prefix string, local bool) error {
	for _, nv := range []struct{ name, value string }{
		{"isolation", m.Isolation}, {"read_only", m.ReadOnly}, {"deferrable", m.Deferrable},
	} {
		if nv.value == "" {
			continue
		}
		if err := s.set(prefix+nv.name, &nv.value, local); err != nil {
			return err
		}
	}
	if m.Snapshot != "" {
		return pgerr.Unsupported("SET TRANSACTION SNAPSHOT")
	}
	return nil
}

func (s *Session) setTransaction(n *planner.SetTransaction) (*result, error) {
	if n.Session {
		return &result{tag: "SET"}, s.applyModes(n.Modes, "default_transaction_", false)
	}
	if s.tx.status == txImplicit {
		s.notice(pgerr.Warning(pgerr.NoActiveSQLTransaction, "SET TRANSACTION can only be used in transaction blocks"))
	}
	return &result{tag: "SET"}, s.applyModes(n.Modes, "transaction_", true)
}

func (s *Session) showStatement(n *planner.Show) (*result, error) {
	if n.Name != "" {
		v, err := s.show(n.Name)
		return &result{tag: "SHOW", src: &memoryRows{rows: [][]datum.Datum{{datum.Text(v)}}}}, err
	}
	var rows [][]datum.Datum
	for _, name := range s.settings.names() {
		d := s.settings.defs[name]
		rows = append(rows, []datum.Datum{text(d.name), text(d.display(s.settings.get(name))), text(d.description)})
	}
	return &result{tag: "SHOW", src: &memoryRows{rows: rows}}, nil
}

func (s *Session) prepareStatement(n *planner.Prepare) (*result, error) {
	if s.statements[n.Name] != nil {
		return nil, pgerr.Newf(pgerr.DuplicatePreparedStatement, "prepared statement %q already exists", n.Name)
	}
	st := &statement{name: n.Name, text: n.Text, declared: n.Params, sql: true, prepared: time.Now(), parsed: n.Statement}
	if _, err := s.plan(st); err != nil {
		return nil, err
	}
	s.statements[n.Name] = st
	return &result{tag: "PREPARE"}, nil
}

// executeStatement runs EXECUTE: its arguments are coerced to the types of the
// prepared statement's parameters.
func (s *Session) executeStatement(ctx context.Context, n *planner.Execute, outer *statement, params []datum.Datum, r frontend.Receiver) (*result, error) {
	st := s.statements[n.Name]
	if st == nil || n.Name == "" {
		return nil, pgerr.Newf(pgerr.InvalidSQLStatementName, "prepared statement %q does not exist", n.Name)
	}
	if _, err := s.plan(st); err != nil {
		return nil, err
	}
	if len(n.Args) != len(st.params) {
		return nil, pgerr.Newf(pgerr.SyntaxError, "wrong number of parameters for prepared statement %q", n.Name).
			WithDetail("Expected %d parameters but got %d.", len(st.params), len(n.Args))
	}
	args := make([]datum.Datum, len(n.Args))
	x, err := s.execute(ctx, nil, params)
	if err != nil {
		return nil, err
	}
	for i, e := range n.Args {
		coerced, err := planner.CoerceArgument(s.planEnv(nil), e, st.params[i], i+1)
		if err == nil {
			args[i], err = x.eval(coerced)
		}
		if err != nil {
			x.close()
			return nil, err
		}
		args[i] = args[i].Clone()
	}
	x.close()
	res, err := s.start(ctx, st, args, r)
	outer.columns, outer.rows = st.columns, st.rows
	return res, err
}

func (s *Session) deallocate(n *planner.Deallocate) (*result, error) {
	if n.Name == "" {
		clear(s.statements)
		return &result{tag: "DEALLOCATE ALL"}, nil
	}
	if s.statements[n.Name] == nil {
		return nil, pgerr.Newf(pgerr.InvalidSQLStatementName, "prepared statement %q does not exist", n.Name)
	}
	delete(s.statements, n.Name)
	return &result{tag: "DEALLOCATE"}, nil
}

func (s *Session) discard(ctx context.Context, n *planner.Discard) (*result, error) {
	if n.What == "ALL" {
		if s.tx.status == txBlock {
			return nil, pgerr.New(pgerr.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		if err := s.commit(ctx); err != nil {
			return nil, err
		}
		s.ensureTransaction()
		for _, p := range s.portals {
			s.closePortal(p)
		}
		clear(s.statements)
		s.resetAll()
		s.srv.channels.unlistenAll(s)
		s.locks.UnlockAdvisory()
	}
	if n.What == "ALL" || n.What == "SEQUENCES" {
		clear(s.currval)
		s.lastval.set = false
	}
	if n.What == "ALL" || n.What == "TEMP" {
		if err := s.dropTemporary(ctx); err != nil {
			return nil, err
		}
	}
	return &result{tag: "DISCARD " + n.What}, nil
}

// lockModes are LOCK TABLE's modes by their names.
var lockModes = map[string]lock.Mode{
	"ACCESS SHARE": lock.AccessShare, "ROW SHARE": lock.RowShare, "ROW EXCLUSIVE": lock.RowExclusive,
	"SHARE UPDATE EXCLUSIVE": lock.ShareUpdateExclusive, "SHARE": lock.Share, "SHARE ROW EXCLUSIVE": lock.ShareRowExclusive,
	"EXCLUSIVE": lock.Exclusive, "ACCESS EXCLUSIVE": lock.AccessExclusive,
}

// lockTable locks tables against other LOCK TABLEs; a mode that conflicts with
// writing takes the writer lock too, which is what keeps others from writing.
func (s *Session) lockTable(ctx context.Context, n *planner.LockTable) (*result, error) {
	if s.tx.status == txImplicit {
		return nil, pgerr.New(pgerr.NoActiveSQLTransaction, "LOCK TABLE can only be used in transaction blocks")
	}
	mode, ok := lockModes[n.Mode]
	if !ok {
		return nil, pgerr.Internal("unknown lock mode %q", n.Mode)
	}
	for _, rel := range n.Tables {
		tag := lock.Relation(uint32(rel.OID))
		if n.NoWait {
			if !s.locks.TryLock(tag, mode, lock.ForTransaction) {
				return nil, pgerr.Newf(pgerr.LockNotAvailable, "could not obtain lock on relation %q", rel.Name)
			}
			continue
		}
		if err := s.locks.Lock(ctx, tag, mode, lock.ForTransaction, s.milliseconds("lock_timeout")); err != nil {
			return nil, err
		}
	}
	if mode >= lock.RowExclusive {
		if err := s.checkWritable("LOCK TABLE"); err != nil {
			return nil, err
		}
		if err := s.startWriting(ctx); err != nil {
			return nil, err
		}
	}
	return &result{tag: "LOCK TABLE"}, nil
}
