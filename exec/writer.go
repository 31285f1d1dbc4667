package exec

import (
	"context"
	"strconv"
	"time"

	"voronoi/exec/catalog"
	"voronoi/exec/lock"
	"voronoi/internal/pgerr"
)

// lockWriter waits for the writer lock, first come, first served.
func (s *Session) lockWriter(ctx context.Context) error {
	s.setWaiting("transactionid")
	defer s.setWaiting("")
	return s.locks.Lock(ctx, lock.Writer, lock.Exclusive, lock.ForSession, s.milliseconds("lock_timeout"))
}

func (s *Session) unlockWriter() { s.locks.Unlock(lock.Writer, lock.Exclusive) }

// milliseconds is a setting of time, 0 for none.
func (s *Session) milliseconds(name string) time.Duration {
	v := s.settings.get(name)
	if v == "" || v == "0" {
		return 0
	}
	n, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n * float64(time.Millisecond))
}

// checkWritable refuses what a read-only transaction must not do.
func (s *Session) checkWritable(command string) error {
	if s.settings.get("transaction_read_only") == "on" {
		return pgerr.Newf(pgerr.ReadOnlySQLTransaction, "cannot execute %s in a read-only transaction", command)
	}
	return nil
}

// define changes the catalog within the transaction: edit works on an editor
// of the session's catalog, and what it changed is written at once.
func (s *Session) define(ctx context.Context, edit func(e *catalog.Editor) error) error {
	if err := s.startWriting(ctx); err != nil {
		return err
	}
	e := s.tx.catalog.Edit()
	if err := edit(e); err != nil {
		return err
	}
	for _, c := range e.Changes() {
		if err := storeChange(s.tx.conn, c); err != nil {
			return err
		}
	}
	s.tx.catalog, s.tx.defined = e.Done(), true
	return nil
}

func itoa(i int) string { return strconv.Itoa(i) }
