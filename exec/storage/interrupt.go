package storage

import (
	"voronoi/internal/pgerr"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// interruption is why a connection's statements are to end.
type interruption struct{ err error }

var userRequest = pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")

// Interrupt ends the running statement, or the next one, with Postgres's error
// for a cancel request. It may be called from any goroutine and stays in force
// until ClearInterrupt (R6).
func (c *Conn) Interrupt() { c.InterruptWith(userRequest) }

// InterruptWith is Interrupt with another error. The first error stays.
func (c *Conn) InterruptWith(err error) {
	c.handle.Lock()
	defer c.handle.Unlock()
	c.cancelled.CompareAndSwap(nil, &interruption{err})
	if c.db != 0 {
		sqlite3.Xsqlite3_interrupt(c.tls, c.db)
	}
}

// ClearInterrupt withdraws an interrupt. The executor calls it when a statement
// has ended and no cancel can be meant for it any more.
func (c *Conn) ClearInterrupt() {
	if c.cancelled.Load() != nil {
		c.cancelled.Store(nil)
	}
}

// Interrupted is the error with which the statement is to end, nil if it may go
// on. A long-running callback asks it now and then.
func (c *Conn) Interrupted() error {
	if cause := c.cancelled.Load(); cause != nil {
		return cause.err
	}
	return nil
}

// progressInterval is how many of SQLite's instructions pass between two looks
// at the interrupt: some tens of microseconds.
const progressInterval = 2000

var progressFn = callable(progress)

// progress is SQLite's progress handler. sqlite3_interrupt alone is not enough:
// SQLite forgets it when the first statement of a connection begins.
func progress(_ *libc.TLS, arg uintptr) int32 {
	if (*Conn)(ptr(arg)).cancelled.Load() != nil {
		return 1
	}
	return 0
}
