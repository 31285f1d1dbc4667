package storage

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"unsafe"

	"voronoi/internal/datum"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// statementCache bounds the prepared statements that a connection keeps.
const statementCache = 256

// Conn is one SQLite connection, used by one goroutine at a time.
type Conn struct {
	DB *DB
	// Owner is whoever uses the connection: the executor's statement context,
	// which function closures read. Release clears it.
	Owner any
	// holder is who has acquired the connection, where it has said so: others
	// may ask.
	holder atomic.Pointer[any]

	tls     *libc.TLS
	db      uintptr // sqlite3, 0 once closed
	out     uintptr // two words of SQLite's memory for results by address
	scratch cbuf

	handle    sync.Mutex // closing against Interrupt
	cancelled atomic.Pointer[interruption]
	fault     error         // what a callback failed with
	args      []datum.Datum // the running callbacks' arguments

	cache map[string]*Stmt
	clock uint64
	open  *Stmt // the first of the statements in use

	// What is registered on the connection, kept reachable: SQLite holds the
	// addresses.
	functions  map[signature]any
	names      map[string]bool
	collations map[string]*collation
	modules    map[string]*module

	accumulators     []Accumulator
	freeAccumulators []int64
	cursors          *cursor

	active      int          // running statements
	writer      bool         // holds the gate
	pinned      atomic.Int64 // the tick in which the snapshot began, 0 without one
	pinnedPages atomic.Int64 // how long the log was then

	meta      Meta // as the transaction sees it
	metaKnown bool
	broken    bool // not to be pooled again
	recache   bool // has a page cache of its own size
}

// vfsName is SQLite's file layer for a database of one process (which dirLock
// makes it): its locks are counters in memory. With those of the default one a
// snapshot costs four system calls.
const vfsName = "unix-excl"

// setup is run on every connection. The names are SQLite's: a connection that
// was given them is what the rest of the package takes for granted. Mapped
// pages are shared by all connections, so their own caches can be small;
// cell_size_check is off because it is done again for every mapped page fetched.
const setup = `
PRAGMA foreign_keys = OFF;
PRAGMA trusted_schema = OFF;
PRAGMA recursive_triggers = OFF;
PRAGMA automatic_index = ON;
PRAGMA temp_store = FILE;
PRAGMA wal_autocheckpoint = 0;
`

// dbConfig is settings that SQLite offers to programs only. Without the DQS
// settings a misspelt "column" would quietly be a text.
var dbConfig = []struct{ op, value int32 }{
	{sqlite3.SQLITE_DBCONFIG_DEFENSIVE, 1},
	{sqlite3.SQLITE_DBCONFIG_DQS_DML, 0},
	{sqlite3.SQLITE_DBCONFIG_DQS_DDL, 0},
	{sqlite3.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	{sqlite3.SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
}

// limits are SQLite's, all at the most that it is compiled for except worker
// threads: callbacks must stay on the connection's own goroutine.
var limits = []struct{ id, value int32 }{
	{sqlite3.SQLITE_LIMIT_LENGTH, sqlite3.SQLITE_MAX_LENGTH},
	{sqlite3.SQLITE_LIMIT_SQL_LENGTH, sqlite3.SQLITE_MAX_SQL_LENGTH},
	{sqlite3.SQLITE_LIMIT_COLUMN, sqlite3.SQLITE_MAX_COLUMN},
	{sqlite3.SQLITE_LIMIT_EXPR_DEPTH, sqlite3.SQLITE_MAX_EXPR_DEPTH},
	{sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, sqlite3.SQLITE_MAX_COMPOUND_SELECT},
	{sqlite3.SQLITE_LIMIT_VDBE_OP, sqlite3.SQLITE_MAX_VDBE_OP},
	{sqlite3.SQLITE_LIMIT_FUNCTION_ARG, sqlite3.SQLITE_MAX_FUNCTION_ARG},
	{sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, sqlite3.SQLITE_MAX_VARIABLE_NUMBER},
	{sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, sqlite3.SQLITE_MAX_LIKE_PATTERN_LENGTH},
	{sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0},
}

// connect opens a connection.
func (db *DB) connect() (*Conn, error) {
	c := &Conn{
		DB: db, tls: libc.NewTLS(),
		cache:      map[string]*Stmt{},
		functions:  map[signature]any{},
		names:      map[string]bool{},
		collations: map[string]*collation{},
		modules:    map[string]*module{},
	}
	if err := c.connect(db.path); err != nil {
		c.close()
		return nil, fmt.Errorf("open %s: %w", db.path, err)
	}
	return c, nil
}

// connect opens the file and sets the connection up.
func (c *Conn) connect(path string) error {
	if c.out = sqlite3.Xsqlite3_malloc64(c.tls, 64); c.out == 0 {
		return errors.New("out of memory")
	}
	const flags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE | sqlite3.SQLITE_OPEN_NOMUTEX | sqlite3.SQLITE_OPEN_EXRESCODE
	vfs, err := libc.CString(vfsName)
	if err != nil {
		return err
	}
	rc := sqlite3.Xsqlite3_open_v2(c.tls, c.str(path), c.out, flags, vfs)
	libc.Xfree(c.tls, vfs)
	c.db = *(*uintptr)(ptr(c.out))
	if rc != sqlite3.SQLITE_OK {
		if c.db == 0 {
			return errors.New("out of memory")
		}
		return c.error(rc, "")
	}
	for _, k := range dbConfig {
		args := libc.VaList(c.out, k.value, uintptr(0))
		if rc := sqlite3.Xsqlite3_db_config(c.tls, c.db, k.op, args); rc != sqlite3.SQLITE_OK {
			return c.error(rc, "")
		}
	}
	for _, k := range limits {
		sqlite3.Xsqlite3_limit(c.tls, c.db, k.id, k.value)
	}
	self := uintptr(unsafe.Pointer(c))
	sqlite3.Xsqlite3_collation_needed(c.tls, c.db, self, neededFn)
	sqlite3.Xsqlite3_busy_handler(c.tls, c.db, busyFn, self)
	sqlite3.Xsqlite3_progress_handler(c.tls, c.db, progressInterval, progressFn, self)
	if err := c.script(setup + c.DB.options.pragmas()); err != nil {
		return err
	}
	sqlite3.Xsqlite3_wal_hook(c.tls, c.db, walFn, self)
	return nil
}

// close finalizes everything and closes the connection.
func (c *Conn) close() {
	for c.open != nil {
		c.open.Close()
	}
	for _, s := range c.cache {
		s.finalize()
	}
	c.handle.Lock()
	db := c.db
	c.db = 0
	c.handle.Unlock()
	if db != 0 {
		sqlite3.Xsqlite3_close_v2(c.tls, db)
	}
	c.leaveGate()
	c.scratch.free(c.tls)
	if c.out != 0 {
		sqlite3.Xsqlite3_free(c.tls, c.out)
		c.out = 0
	}
	c.tls.Close()
}

// Exec runs one statement to its end and drops its rows.
func (c *Conn) Exec(sql string, args ...datum.Datum) error {
	s, err := c.Prepare(sql)
	if err != nil {
		return err
	}
	defer s.Close()
	s.BindAll(args)
	for {
		row, err := s.Step()
		if err != nil || !row {
			return err
		}
	}
}

// script runs statements without parameters, none of them cached.
func (c *Conn) script(sql string) error {
	var text cbuf
	z := text.put(c.tls, []byte(sql))
	defer text.free(c.tls)
	if rc := sqlite3.Xsqlite3_exec(c.tls, c.db, z, 0, 0, 0); rc != sqlite3.SQLITE_OK {
		return c.error(rc, sql)
	}
	return nil
}

// SetCache changes the connection's page cache, in KiB, until it is released: a
// statement that writes all over a large table or index gains from one that
// holds what it touches.
func (c *Conn) SetCache(kib int) error {
	c.recache = true
	return c.script(fmt.Sprintf("PRAGMA cache_size = -%d", kib))
}

// Changes is the number of rows that the last INSERT, UPDATE or DELETE changed.
func (c *Conn) Changes() int64 { return sqlite3.Xsqlite3_changes64(c.tls, c.db) }

// LastInsertRowid is the key of the last row inserted.
func (c *Conn) LastInsertRowid() int64 { return sqlite3.Xsqlite3_last_insert_rowid(c.tls, c.db) }

// InTransaction reports whether a transaction is open.
func (c *Conn) InTransaction() bool { return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// enter notes that a statement begins to run, which pins a snapshot.
func (c *Conn) enter() {
	if c.active == 0 && c.pinned.Load() == 0 {
		c.pinnedPages.Store(c.DB.checkpointer.pages.Load())
		c.pinned.Store(c.DB.checkpointer.tick.Load())
	}
	c.active++
}

// leave notes that a statement has ended, and with it perhaps a transaction.
func (c *Conn) leave() {
	c.active--
	if c.InTransaction() {
		return
	}
	c.metaKnown = false
	c.leaveGate()
	if c.active == 0 {
		c.pinned.Store(0)
	}
}

// SetHolder says who has acquired the connection, until it is released.
func (c *Conn) SetHolder(holder any) { c.holder.Store(&holder) }

// Holder is who has acquired the connection, nil if that is not known. Any
// goroutine may ask.
func (c *Conn) Holder() any {
	if h := c.holder.Load(); h != nil {
		return *h
	}
	return nil
}
