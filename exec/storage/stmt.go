package storage

import (
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Stmt is a prepared statement. It belongs to the goroutine that uses its Conn.
type Stmt struct {
	c        *Conn
	p        uintptr // sqlite3_stmt
	sql      string
	columns  int
	readonly bool

	bound [][]byte // the texts and blobs that parameters alias (R1)
	own   []cbuf   // their copies, where Go memory is not shared

	running bool // between a first Step and the end
	row     bool // on a row
	done    bool // at the end, not yet reset
	dirty   bool // needs sqlite3_reset before the next use

	cached     bool
	inUse      bool
	prev, next *Stmt  // the connection's statements in use
	used       uint64 // the connection's clock when last closed
}

// Prepare makes a statement of one SQL statement, or finds it in the
// connection's cache. Close gives it back.
func (c *Conn) Prepare(sql string) (*Stmt, error) {
	s, ok := c.cache[sql]
	if ok && !s.inUse {
		s.take()
		return s, nil
	}
	fresh, err := c.compile(sql)
	if err != nil {
		return nil, err
	}
	fresh.take()
	if !ok { // a second use of a text in use is compiled for that use alone
		fresh.cached = true
		c.cache[sql] = fresh
		c.evict()
	}
	return fresh, nil
}

// take enters the statement into the list of those in use, give removes it.
func (s *Stmt) take() {
	s.inUse, s.prev, s.next = true, nil, s.c.open
	if s.next != nil {
		s.next.prev = s
	}
	s.c.open = s
}

func (s *Stmt) give() {
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		s.c.open = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.inUse, s.prev, s.next = false, nil, nil
}

func (c *Conn) compile(sql string) (*Stmt, error) {
	if strings.IndexByte(sql, 0) >= 0 {
		return nil, pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
	}
	saved := c.fault
	c.fault = nil
	// Preparing runs BestIndex and, for statistics, deterministic functions of
	// constants: the scratch is theirs too, so the text needs memory of its own.
	var text cbuf
	z := text.put(c.tls, []byte(sql))
	rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, z, int32(len(sql)+1), sqlite3.SQLITE_PREPARE_PERSISTENT, c.out, c.out+8)
	p, tail := *(*uintptr)(ptr(c.out)), *(*uintptr)(ptr(c.out + 8))
	rest := ""
	if rc == sqlite3.SQLITE_OK {
		rest = strings.Trim(libc.GoString(tail), " \t\r\n;")
	}
	text.free(c.tls)
	fault := c.fault
	c.fault = saved
	if rc != sqlite3.SQLITE_OK {
		if fault != nil {
			return nil, fault
		}
		return nil, c.error(rc, sql)
	}
	if p == 0 || rest != "" {
		sqlite3.Xsqlite3_finalize(c.tls, p)
		return nil, pgerr.Internal("not one SQL statement: %.200s", sql)
	}
	s := &Stmt{
		c: c, p: p, sql: sql,
		columns:  int(sqlite3.Xsqlite3_column_count(c.tls, p)),
		readonly: sqlite3.Xsqlite3_stmt_readonly(c.tls, p) != 0,
	}
	if n := sqlite3.Xsqlite3_bind_parameter_count(c.tls, p); n > 0 {
		s.bound = make([][]byte, n)
		if !shareGoMemory {
			s.own = make([]cbuf, n)
		}
	}
	return s, nil
}

// evict keeps the cache within its bound by dropping the statement that has
// been idle for longest.
func (c *Conn) evict() {
	for len(c.cache) > statementCache {
		var oldest *Stmt
		for _, s := range c.cache {
			if !s.inUse && (oldest == nil || s.used < oldest.used) {
				oldest = s
			}
		}
		if oldest == nil {
			return
		}
		oldest.finalize()
	}
}

// SQL is the statement's text.
func (s *Stmt) SQL() string { return s.sql }

// Columns is the number of result columns.
func (s *Stmt) Columns() int { return s.columns }

// ColumnName is the name of result column i, from 0.
func (s *Stmt) ColumnName(i int) string {
	return libc.GoString(sqlite3.Xsqlite3_column_name(s.c.tls, s.p, int32(i)))
}

// Parameters is the number of parameters.
func (s *Stmt) Parameters() int { return len(s.bound) }

// Readonly reports whether the statement leaves the database alone.
func (s *Stmt) Readonly() bool { return s.readonly }

// Step goes to the next row and reports whether there is one. After the end it
// stays there until Reset. An error ends the run: the statement is reset.
func (s *Stmt) Step() (row bool, err error) {
	c := s.c
	if s.done {
		return false, nil
	}
	if cause := c.cancelled.Load(); cause != nil {
		s.Reset()
		return false, cause.err
	}
	if !s.running {
		s.running, s.dirty = true, true
		c.enter()
	}
	saved := c.fault
	c.fault = nil
	rc := sqlite3.Xsqlite3_step(c.tls, s.p)
	fault := c.fault
	c.fault = saved
	if fault == nil {
		switch rc {
		case sqlite3.SQLITE_ROW:
			s.row = true
			return true, nil
		case sqlite3.SQLITE_DONE:
			s.row, s.done, s.running = false, true, false
			c.leave()
			return false, nil
		}
		fault = c.error(rc, s.sql)
	}
	s.Reset()
	return false, fault
}

// Column is column i, from 0, of the row; a text or blob aliases SQLite's
// memory until the next Step or Reset.
func (s *Stmt) Column(i int) datum.Datum {
	if !s.row || uint(i) >= uint(s.columns) {
		return datum.Null
	}
	row := (*sqlite3.TVdbe)(ptr(s.p)).FpResultRow
	return s.c.load(row + uintptr(i)*memSize)
}

// AppendRow appends the whole row to dst, under Column's terms.
func (s *Stmt) AppendRow(dst []datum.Datum) []datum.Datum {
	if !s.row {
		return dst
	}
	v := (*sqlite3.TVdbe)(ptr(s.p)).FpResultRow
	for range s.columns {
		dst = append(dst, s.c.load(v))
		v += memSize
	}
	return dst
}

// Reset ends the run: the statement can be bound and stepped anew. Parameters
// keep their values.
func (s *Stmt) Reset() {
	if !s.dirty {
		return
	}
	c := s.c
	// Ending a run may call into Go (cursors close, aggregates finish); what
	// they report is of no interest any more.
	saved := c.fault
	sqlite3.Xsqlite3_reset(c.tls, s.p)
	c.fault = saved
	s.dirty, s.row, s.done = false, false, false
	if s.running {
		s.running = false
		c.leave()
	}
}

// Close resets the statement, forgets its parameters and gives it back to the
// connection. It must not be used afterwards.
func (s *Stmt) Close() {
	if !s.inUse {
		return
	}
	s.Reset()
	s.give()
	if !s.cached {
		s.finalize()
		return
	}
	if len(s.bound) > 0 {
		sqlite3.Xsqlite3_clear_bindings(s.c.tls, s.p)
		clear(s.bound)
	}
	s.c.clock++
	s.used = s.c.clock
}

// finalize destroys the statement.
func (s *Stmt) finalize() {
	s.Reset()
	if s.cached {
		delete(s.c.cache, s.sql)
	}
	sqlite3.Xsqlite3_finalize(s.c.tls, s.p)
	for i := range s.own {
		s.own[i].free(s.c.tls)
	}
	s.p = 0
}
