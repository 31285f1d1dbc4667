package storage

import (
	"strings"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// BeginRead begins a transaction that only reads and pins its snapshot. Commit
// or Rollback ends it.
func (c *Conn) BeginRead() error {
	if err := c.Exec("BEGIN"); err != nil {
		return err
	}
	if _, err := c.Meta(); err != nil { // a first read takes the snapshot
		_ = c.Rollback()
		return err
	}
	return nil
}

// BeginImmediate begins a transaction that writes. The caller holds the
// executor's writer lock and no read on this connection; while another Conn is
// the writer, it fails at once with a busy error.
func (c *Conn) BeginImmediate() error {
	if err := c.enterGate(); err != nil {
		return err
	}
	if err := c.Exec("BEGIN IMMEDIATE"); err != nil {
		c.leaveGate()
		return err
	}
	return nil
}

// Upgrade turns the transaction that BeginRead began into one that writes, under
// BeginImmediate's terms. If another has committed since the snapshot was taken
// it fails with 40001, and the transaction stays as it was.
func (c *Conn) Upgrade() error {
	if err := c.enterGate(); err != nil {
		return err
	}
	// Any write statement takes the lock, even one that finds nothing to do.
	if err := c.Exec("DELETE FROM main.meta WHERE false"); err != nil {
		c.leaveGate()
		return err
	}
	return nil
}

// Commit ends the transaction and makes it visible, not yet durable (R5). After
// an error the transaction is still open unless InTransaction says otherwise.
func (c *Conn) Commit() error { return c.Exec("COMMIT") }

// Rollback ends the transaction, if there is one, and undoes it. It also works
// on an interrupted connection.
func (c *Conn) Rollback() error {
	if !c.InTransaction() {
		return nil
	}
	cause := c.cancelled.Swap(nil)
	defer func() {
		if cause != nil {
			c.cancelled.CompareAndSwap(nil, cause)
		}
	}()
	return c.Exec("ROLLBACK")
}

// Savepoint marks a place in the transaction to which RollbackTo returns.
func (c *Conn) Savepoint(name string) error { return c.Exec("SAVEPOINT " + quote(name)) }

// RollbackTo undoes what happened since the savepoint, which stays.
func (c *Conn) RollbackTo(name string) error {
	c.metaKnown = false
	return c.Exec("ROLLBACK TO " + quote(name))
}

// ReleaseSavepoint forgets the savepoint and those after it.
func (c *Conn) ReleaseSavepoint(name string) error { return c.Exec("RELEASE " + quote(name)) }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// enterGate makes c the writer. The gate keeps the writer and the truncating
// checkpoint apart: both need SQLite's write lock and neither could wait for it
// fairly there.
func (c *Conn) enterGate() error {
	g := &c.DB.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.checkpoint && g.writer == nil {
		g.changed.Wait()
	}
	if g.writer == c {
		return nil
	}
	if g.writer != nil {
		return &Error{Code: sqlite3.SQLITE_BUSY, Extended: sqlite3.SQLITE_BUSY, Msg: "database is locked", Offset: -1}
	}
	g.writer = c
	c.writer = true
	return nil
}

// leaveGate ends c's being the writer, if it is.
func (c *Conn) leaveGate() {
	if !c.writer {
		return
	}
	c.writer = false
	g := &c.DB.gate
	g.mu.Lock()
	g.writer = nil
	g.mu.Unlock()
	g.changed.Broadcast()
}

const (
	// busyStep is the first pause of a connection that finds the file busy;
	// each is longer than the one before by as much.
	busyStep = 20 * time.Microsecond
	// busyTries bounds them: a tenth of a second in all.
	busyTries = 100
)

var busyFn = callable(busy)

// busy is SQLite's busy handler. Writers are kept apart by the gate, but a
// reader, too, takes the write lock for a moment when it has read the log's
// header while that was being written.
func busy(_ *libc.TLS, _ uintptr, tries int32) int32 {
	if tries >= busyTries {
		return 0
	}
	time.Sleep(time.Duration(tries+1) * busyStep)
	return 1
}
