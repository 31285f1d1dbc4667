package storage

import (
	"errors"
	"fmt"
	"strings"

	"voronoi/internal/pgerr"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error is an error that SQLite found itself.
type Error struct {
	Code     int // primary result code
	Extended int
	Msg      string
	SQL      string // the statement, for the log
	Offset   int    // in bytes into SQL, -1 when unknown
}

// Error is SQLite's message.
func (e *Error) Error() string { return e.Msg }

// As lets errors.As find the Postgres error that this one means.
func (e *Error) As(target any) bool {
	if t, ok := target.(**pgerr.Error); ok {
		*t = e.PG()
		return true
	}
	return false
}

// Unique is the uniqueness violation that e is: the physical table and columns,
// or, for an index with expressions, the physical index alone.
func (e *Error) Unique() (table string, columns []string, index string, ok bool) {
	if e.Extended != sqlite3.SQLITE_CONSTRAINT_UNIQUE && e.Extended != sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY &&
		e.Extended != sqlite3.SQLITE_CONSTRAINT_ROWID {
		return "", nil, "", false
	}
	rest, ok := strings.CutPrefix(e.Msg, "UNIQUE constraint failed: ")
	if !ok {
		return "", nil, "", true
	}
	if quoted, isIndex := strings.CutPrefix(rest, "index '"); isIndex {
		return "", nil, strings.TrimSuffix(quoted, "'"), true
	}
	// Every entry repeats the table: "t.a, t.b". Names hold dots and commas at
	// will, so the table is what stands before both the first and every dot.
	parts := strings.Split(rest, ", ")
	table, _, _ = strings.Cut(parts[0], ".")
	for _, p := range parts {
		if column, has := strings.CutPrefix(p, table+"."); has {
			columns = append(columns, column)
		} else if len(columns) > 0 {
			columns[len(columns)-1] += ", " + p
		}
	}
	return table, columns, "", true
}

// error makes the error of a call on the connection that has just returned rc.
func (c *Conn) error(rc int32, sql string) error {
	e := &Error{Code: int(rc & 0xff), Extended: int(rc), SQL: sql, Offset: -1}
	if sqlite3.Xsqlite3_errcode(c.tls, c.db)&0xff == rc&0xff {
		e.Msg = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
		e.Extended = int(sqlite3.Xsqlite3_extended_errcode(c.tls, c.db))
		e.Offset = int(sqlite3.Xsqlite3_error_offset(c.tls, c.db))
	} else {
		e.Msg = libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))
	}
	if e.Code == sqlite3.SQLITE_INTERRUPT {
		if cause := c.cancelled.Load(); cause != nil {
			return cause.err
		}
	}
	return e
}

// IsUnique reports whether err is a uniqueness violation of SQLite's.
func IsUnique(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	_, _, _, ok := e.Unique()
	return ok
}

// IsBusySnapshot reports whether err says that another transaction has written
// since this one's snapshot (S6).
func IsBusySnapshot(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Extended == sqlite3.SQLITE_BUSY_SNAPSHOT
}

// String gives the codes too, for the log.
func (e *Error) String() string {
	return fmt.Sprintf("sqlite error %d (%d): %s", e.Code, e.Extended, e.Msg)
}
