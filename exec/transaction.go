package exec

import (
	"context"
	"time"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// txStatus is where a session stands between transactions.
type txStatus uint8

const (
	txIdle     txStatus = iota // no transaction
	txImplicit                 // one that the next Sync or end of query string ends
	txBlock                    // between BEGIN and COMMIT
	txFailed                   // in a block after an error
)

// transaction is the state of a session's current transaction. Its zero value
// is no transaction.
type transaction struct {
	status      txStatus
	started     time.Time
	statement   time.Time // when the current statement began
	snapshotted bool      // a statement has run: the isolation level is settled

	// conn is set from the first write on, and from the first statement on
	// under repeatable read; without it every statement has its own.
	conn    *storage.Conn
	writing bool  // holds the writer lock and a SQLite write transaction
	aside   bool  // something of it was written in a transaction of its own: sequences' log
	seq     int64 // the commit sequence that conn reads; when writing, the one to be

	// catalog is the session's own view of the catalog: with uncommitted
	// definitions, or as pinned by repeatable read. defined tells the former.
	catalog    *catalog.Snapshot
	defined    bool
	savepoints []savepoint

	changed       map[oid.OID]int64 // rows written by table, for statistics
	deferred      []deferredCheck   // foreign keys to be checked at COMMIT
	counterLog    []oid.OID         // counters whose log this transaction wrote
	answers       map[columnID]bool // columns that searches may remember, with rows that changed
	vectors       []*vectorTx
	published     bool // vector changes have been handed over for the commit
	ahead         *aheadIndex
	notifications []notification
	listens       []func()
	onCommit      []func() // run after the commit is durable or rolled back to nothing
	onRollback    []func() // run when what they belong to is undone, last first
}

// savepoint is one SAVEPOINT, with what to go back to.
type savepoint struct {
	name          string
	real          bool // exists in SQLite too
	settings      int
	catalog       *catalog.Snapshot
	defined       bool
	vectors       vectorMark
	deferred      int
	notifications int
	listens       int
	onCommit      int
	onRollback    int
	locks         int
}

func (tx *transaction) startTime() time.Time {
	if tx.started.IsZero() {
		return time.Now()
	}
	return tx.started
}

// TxStatus is the status byte of ReadyForQuery.
func (s *Session) TxStatus() byte {
	switch s.tx.status {
	case txBlock:
		return 'T'
	case txFailed:
		return 'E'
	default:
		return 'I'
	}
}

// ensureTransaction begins an implicit transaction where there is none.
func (s *Session) ensureTransaction() {
	if s.tx.status == txIdle {
		s.startTransaction(txImplicit)
	}
	s.tx.statement = time.Now()
	if s.tx.started.IsZero() {
		s.tx.started = s.tx.statement
	}
}

func (s *Session) startTransaction(status txStatus) {
	now := time.Now()
	s.tx = transaction{status: status, started: now, statement: now}
	s.settings.undo = s.settings.undo[:0]
	s.setTransactionDefaults()
}

// setTransactionDefaults takes the transaction's characteristics from the
// session's defaults.
func (s *Session) setTransactionDefaults() {
	for _, name := range []string{"isolation", "read_only", "deferrable"} {
		s.settings.values["transaction_"+name] = s.settings.get("default_transaction_" + name)
	}
}

// pinned reports whether the transaction reads one snapshot throughout.
func (s *Session) pinned() bool {
	level := s.settings.get("transaction_isolation")
	return level == "repeatable read" || level == "serializable"
}

// reading gives the connection on which a statement reads, with a snapshot begun,
// and a function that ends its use.
func (s *Session) reading(ctx context.Context) (conn *storage.Conn, release func(), err error) {
	s.tx.snapshotted = true
	if s.tx.conn != nil {
		return s.tx.conn, func() {}, nil
	}
	if conn, err = s.srv.db.Acquire(ctx); err != nil {
		return nil, nil, err
	}
	conn.SetHolder(s)
	pinned := s.pinned() && s.tx.status != txIdle
	if pinned {
		s.srv.vectors.horizon.enter(s)
	}
	if err = conn.BeginRead(); err == nil && pinned {
		err = s.pin(conn)
	}
	if err != nil {
		s.srv.vectors.horizon.leave(s)
		s.srv.db.Release(conn)
		return nil, nil, err
	}
	if pinned {
		return conn, func() {}, nil
	}
	return conn, func() { s.release(conn) }, nil
}

// release ends a connection's snapshot and gives it back.
func (s *Session) release(conn *storage.Conn) {
	conn.Rollback()
	s.srv.db.Release(conn)
}

// pin keeps a connection's snapshot for the rest of the transaction.
func (s *Session) pin(conn *storage.Conn) error {
	meta, err := conn.Meta()
	if err != nil {
		return err
	}
	snap, err := s.srv.catalogs.at(meta.CatalogVersion)
	if err != nil {
		return err
	}
	s.tx.conn, s.tx.catalog, s.tx.seq = conn, snap, meta.CommitSeq
	s.srv.vectors.horizon.set(s, meta.CommitSeq)
	return nil
}

// startWriting makes the transaction a writing one (rule S6): it ends what the
// session reads, waits for the writer lock, begins SQLite's transaction and
// replays the savepoints.
func (s *Session) startWriting(ctx context.Context) error {
	tx := &s.tx
	if tx.writing {
		return nil
	}
	tx.snapshotted = true
	if s.pinned() && tx.conn == nil {
		conn, _, err := s.reading(ctx)
		if err != nil {
			return err
		}
		if conn != tx.conn {
			return pgerr.Internal("the snapshot was not pinned")
		}
	}
	if err := s.suspendPortals(ctx); err != nil {
		return err
	}
	if err := s.lockWriter(ctx); err != nil {
		return err
	}
	err := s.beginImmediate(ctx)
	if err != nil {
		s.unlockWriter()
	}
	return err
}

func (s *Session) beginImmediate(ctx context.Context) (err error) {
	tx := &s.tx
	conn := tx.conn
	if conn == nil {
		if conn, err = s.srv.db.Acquire(ctx); err != nil {
			return err
		}
		conn.SetHolder(s)
		defer func() {
			if err != nil {
				s.release(conn)
			}
		}()
		if err = conn.BeginImmediate(); err != nil {
			return err
		}
	}
	meta, err := conn.Meta()
	if err != nil {
		return err
	}
	// Under a pinned snapshot this is what turns reading into writing, and
	// what fails with 40001 when somebody else has committed since.
	meta.CommitSeq++
	if err = conn.SetMeta(meta); err != nil {
		return err
	}
	for i := range tx.savepoints {
		if err = s.realSavepoint(conn, i); err != nil {
			return err
		}
	}
	tx.conn, tx.writing, tx.seq = conn, true, meta.CommitSeq
	if !tx.defined {
		if tx.catalog, err = s.srv.catalogs.at(meta.CatalogVersion); err != nil {
			tx.conn, tx.writing = nil, false
			return err
		}
	}
	return nil
}

// realSavepoint makes savepoint i exist in SQLite. Names repeat and nest in
// Postgres as they do in SQLite, but positions are unambiguous.
func (s *Session) realSavepoint(conn *storage.Conn, i int) error {
	if err := conn.Savepoint(savepointName(i)); err != nil {
		return err
	}
	s.tx.savepoints[i].real = true
	s.tx.savepoints[i].vectors = s.srv.vectors.mark(s)
	return nil
}

func savepointName(i int) string { return "s" + itoa(i) }

// commit ends the transaction. The error is that of the commit: whatever it is,
// the transaction is over.
func (s *Session) commit(ctx context.Context) error {
	tx := &s.tx
	if tx.status == txIdle {
		return nil
	}
	s.closePortals(false)
	// What the user's rows can fail comes first: a cursor that is held stays.
	err := s.runDeferred(ctx)
	if err == nil {
		err = s.holdCursors(ctx)
	}
	if err != nil {
		s.rollback()
		return err
	}
	if tx.writing {
		if err := s.commitWrites(); err != nil {
			s.rollback()
			return err
		}
	} else if tx.conn != nil {
		s.release(tx.conn)
	}
	// Asked before the settings of this transaction alone end.
	durable := (tx.writing || tx.aside) && s.settings.get("synchronous_commit") != "off"
	s.commitSettings()
	listens, notifications, onCommit := tx.listens, tx.notifications, tx.onCommit
	s.endTransaction()
	if durable {
		if err := s.srv.db.SyncCommits(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
	for _, f := range listens {
		f()
	}
	s.srv.channels.deliver(s, notifications)
	for _, f := range onCommit {
		f()
	}
	return nil
}

// commitWrites commits SQLite's transaction and makes the rest of the commit
// visible with it, then gives the writer lock to the next.
func (s *Session) commitWrites() error {
	tx := &s.tx
	if err := s.srv.counters.logAgain(tx); err != nil {
		return err
	}
	var version int64
	if tx.defined {
		meta, err := tx.conn.Meta()
		if err != nil {
			return err
		}
		meta.CatalogVersion++
		version = meta.CatalogVersion
		if err := tx.conn.SetMeta(meta); err != nil {
			return err
		}
		s.srv.catalogs.publish(version, tx.catalog)
	}
	s.srv.answers.changed(tx.answers, tx.seq)
	s.srv.filterColumns.changed(tx.answers, tx.seq)
	if tx.defined {
		s.srv.answers.redefined(tx.seq)
		s.srv.filterColumns.redefined(tx.seq)
	}
	if err := s.srv.vectors.prepareCommit(s); err != nil {
		return err
	}
	if err := tx.conn.Commit(); err != nil {
		return err
	}
	if tx.defined {
		s.srv.catalogs.advance(version, tx.catalog)
		s.srv.plans.forget(tx.catalog)
	}
	s.srv.vectors.committed(s)
	s.srv.db.Release(tx.conn)
	tx.conn = nil
	s.unlockWriter()
	return nil
}

// rollback undoes the transaction, whatever its state.
func (s *Session) rollback() {
	tx := &s.tx
	if tx.status == txIdle {
		return
	}
	s.closePortals(true)
	s.abandon()
	s.rollbackSettings(0)
	s.endTransaction()
}

// abandon undoes a transaction's changes and frees what it holds, but leaves the
// block open.
func (s *Session) abandon() {
	tx := &s.tx
	if tx.writing {
		s.srv.vectors.rolledBack(s)
		s.srv.counters.rolledBack(tx.counterLog)
		tx.counterLog = nil
	}
	tx.undoTo(0)
	s.srv.vectors.horizon.leave(s)
	if tx.conn != nil {
		s.release(tx.conn)
		tx.conn = nil
	}
	if tx.writing {
		tx.writing = false
		s.unlockWriter()
	}
	tx.catalog, tx.defined = nil, false
	tx.deferred, tx.notifications, tx.listens, tx.onCommit = nil, nil, nil, nil
}

// undoTo undoes in memory what statements have done since a mark.
func (tx *transaction) undoTo(mark int) {
	for i := len(tx.onRollback) - 1; i >= mark; i-- {
		tx.onRollback[i]()
	}
	tx.onRollback = tx.onRollback[:mark]
}

// endTransaction forgets the transaction.
func (s *Session) endTransaction() {
	s.locks.EndTransaction()
	s.srv.vectors.horizon.leave(s)
	s.tx.ahead.drop()
	s.tx = transaction{}
	s.settings.undo = s.settings.undo[:0]
	for _, name := range []string{"isolation", "read_only", "deferrable"} {
		delete(s.settings.values, "transaction_"+name)
	}
}

// Fail marks the transaction failed, as an error in a statement does.
func (s *Session) Fail() {
	switch s.tx.status {
	case txImplicit:
		s.rollback()
	case txBlock:
		s.tx.status = txFailed
		if len(s.tx.savepoints) > 0 {
			s.closePortalsSince(len(s.tx.savepoints))
			return
		}
		// Nothing can be gone back to: let others write.
		s.closePortals(true)
		s.abandon()
		s.locks.EndTransaction()
	}
}

// Sync ends the implicit transaction.
func (s *Session) Sync(ctx context.Context) error {
	if s.tx.status != txImplicit {
		return nil
	}
	ctx, done := s.begin(ctx)
	defer done()
	return s.commit(ctx)
}

// savepoint is SAVEPOINT.
func (s *Session) savepoint(name string) error {
	tx := &s.tx
	if err := s.suspendPortals(context.Background()); err != nil {
		return err
	}
	tx.savepoints = append(tx.savepoints, savepoint{
		name: name, settings: len(s.settings.undo),
		catalog: tx.catalog, defined: tx.defined,
		deferred: len(tx.deferred), notifications: len(tx.notifications), listens: len(tx.listens),
		onCommit: len(tx.onCommit), onRollback: len(tx.onRollback), locks: s.locks.Mark(),
	})
	if !tx.writing {
		return nil
	}
	return s.realSavepoint(tx.conn, len(tx.savepoints)-1)
}

// findSavepoint gives the position of the innermost savepoint of a name.
func (s *Session) findSavepoint(name string) (int, error) {
	for i := len(s.tx.savepoints) - 1; i >= 0; i-- {
		if s.tx.savepoints[i].name == name {
			return i, nil
		}
	}
	return 0, pgerr.Newf(pgerr.InvalidSavepoint, "savepoint %q does not exist", name)
}

// releaseSavepoint is RELEASE SAVEPOINT.
func (s *Session) releaseSavepoint(name string) error {
	i, err := s.findSavepoint(name)
	if err != nil {
		return err
	}
	if s.tx.savepoints[i].real {
		if err := s.suspendPortals(context.Background()); err != nil {
			return err
		}
		if err := s.tx.conn.ReleaseSavepoint(savepointName(i)); err != nil {
			return err
		}
	}
	s.tx.savepoints = s.tx.savepoints[:i]
	for _, p := range s.portals {
		p.level = min(p.level, i)
	}
	return nil
}

// rollbackTo is ROLLBACK TO SAVEPOINT, which also brings a failed block back.
func (s *Session) rollbackTo(name string) error {
	tx := &s.tx
	i, err := s.findSavepoint(name)
	if err != nil {
		return err
	}
	sp := tx.savepoints[i]
	s.closePortalsSince(i + 1)
	if tx.writing && !tx.conn.InTransaction() {
		// SQLite has rolled everything back by itself, on a full disk say.
		s.abandon()
		tx.savepoints = nil
		return pgerr.New(pgerr.InFailedSQLTransaction, "current transaction is aborted, commands ignored until end of transaction block").
			WithDetail("The storage engine has rolled the whole transaction back.")
	}
	s.rollbackSettings(sp.settings)
	tx.deferred = tx.deferred[:sp.deferred]
	tx.notifications = tx.notifications[:sp.notifications]
	tx.listens = tx.listens[:sp.listens]
	tx.onCommit = tx.onCommit[:sp.onCommit]
	s.locks.RollbackTo(sp.locks)
	if sp.real {
		if err := tx.conn.RollbackTo(savepointName(i)); err != nil {
			return err
		}
		s.srv.vectors.rollbackTo(s, sp.vectors)
		s.srv.counters.rolledBack(tx.counterLog)
	}
	tx.undoTo(sp.onRollback)
	if tx.defined {
		tx.catalog, tx.defined = sp.catalog, sp.defined
		if !tx.defined && tx.catalog == nil && tx.writing {
			tx.catalog = s.srv.catalogs.current()
		}
	}
	tx.savepoints = tx.savepoints[:i+1]
	tx.status = txBlock
	return nil
}
