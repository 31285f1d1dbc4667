package storage

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"voronoi/internal/pgerr"

	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite calls back with C's types only, so a Go error cannot travel through
// it. A callback that fails puts its error into the connection's fault slot and
// tells SQLite that something went wrong; whoever entered SQLite (Step,
// Prepare) takes the error out again. The slot is saved around nested entries.

// blame records a callback's error; the first one counts.
func (c *Conn) blame(err error) {
	if c.fault == nil {
		c.fault = err
	}
}

// failCall fails the SQL function whose context is ctx.
func (c *Conn) failCall(ctx uintptr, err error) {
	c.blame(err)
	sqlite3.Xsqlite3_result_error_code(c.tls, ctx, sqlite3.SQLITE_ERROR)
}

// panicked turns what a callback panicked with into an error.
func (c *Conn) panicked(what string, v any) error {
	cause, ok := v.(error)
	if pg := (*pgerr.Error)(nil); ok && errors.As(cause, &pg) {
		return cause // thrown on purpose
	}
	if !ok {
		cause = fmt.Errorf("panic: %v", v)
	}
	c.DB.log.Error("panic in a SQL callback",
		slog.String("callback", what), slog.Any("panic", v), slog.String("stack", string(debug.Stack())))
	return pgerr.Internal("%s: %v", what, v).Caused(cause)
}

// guardCall ends every callback that has a function context: it drops the
// callback's arguments and catches its panic. It is to be deferred directly.
func (c *Conn) guardCall(ctx uintptr, what string, base int) {
	c.args = c.args[:base]
	if v := recover(); v != nil {
		c.failCall(ctx, c.panicked(what, v))
	}
}

// guardCode ends every callback that returns a SQLite code.
func (c *Conn) guardCode(rc *int32, what string, base int) {
	c.args = c.args[:base]
	if v := recover(); v != nil {
		c.blame(c.panicked(what, v))
		*rc = sqlite3.SQLITE_ERROR
	}
}
