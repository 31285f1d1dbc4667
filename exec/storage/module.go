package storage

import (
	"unsafe"

	"voronoi/internal/datum"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Module is a read-only virtual table in Go. It is eponymous: registered under
// a name it is a table of that name, and a table-valued function whose
// arguments are its HIDDEN columns.
type Module interface {
	// Declare is the column list, as between the parentheses of CREATE TABLE.
	Declare() string
	// BestIndex chooses how a scan uses the constraints and orderings on offer.
	// It is called several times per statement while that is prepared. The
	// error [ErrNoPlan] says that no scan is possible with what is usable.
	BestIndex(*IndexInfo) error
	// Open makes a cursor; Filter positions it.
	Open(c *Conn) (Cursor, error)
}

// Cursor is one scan of a virtual table.
type Cursor interface {
	// Filter begins a scan by the plan that BestIndex chose, and goes to the
	// first row. It is called again for every outer row of a join. The
	// arguments are only valid during the call (R1).
	Filter(plan int, args []datum.Datum) error
	Next() error
	EOF() bool
	// Column is column i, from 0, of the row; it is copied.
	Column(i int) (datum.Datum, error)
	Rowid() int64
	Close() error
}

// module is what SQLite carries for a registered Module.
type module struct {
	Module
	c    *Conn
	name string
}

// CreateModule registers an eponymous virtual table; one that is registered
// already stays as it is.
func (c *Conn) CreateModule(name string, m Module) error {
	if _, ok := c.modules[name]; ok {
		return nil
	}
	b := &module{m, c, name}
	rc := sqlite3.Xsqlite3_create_module_v2(c.tls, c.db, c.str(name), uintptr(unsafe.Pointer(&moduleMethods)), uintptr(unsafe.Pointer(b)), 0)
	if rc != sqlite3.SQLITE_OK {
		return c.error(rc, name)
	}
	c.modules[name] = b
	return nil
}

// HasModule reports whether a virtual table of that name is registered.
func (c *Conn) HasModule(name string) bool { return c.modules[name] != nil }

// moduleMethods is shared by all modules: each finds itself through what
// SQLite carries. Without xCreate a module is eponymous only.
var moduleMethods = sqlite3.Tsqlite3_module{
	FxConnect:    callable(tableConnect),
	FxBestIndex:  callable(tableBestIndex),
	FxDisconnect: callable(tableDisconnect),
	FxDestroy:    callable(tableDisconnect),
	FxOpen:       callable(cursorOpen),
	FxClose:      callable(cursorClose),
	FxFilter:     callable(cursorFilter),
	FxNext:       callable(cursorNext),
	FxEof:        callable(cursorEOF),
	FxColumn:     callable(cursorColumn),
	FxRowid:      callable(cursorRowid),
}

// table is a sqlite3_vtab in SQLite's memory with the module behind it.
type table struct {
	base   sqlite3.Tsqlite3_vtab
	module uintptr
}

func moduleOf(vtab uintptr) *module { return (*module)(ptr((*table)(ptr(vtab)).module)) }

func tableConnect(tls *libc.TLS, db, aux uintptr, _ int32, _, out, _ uintptr) (rc int32) {
	m := (*module)(ptr(aux))
	c := m.c
	defer c.guardCode(&rc, m.name, len(c.args))
	rc = sqlite3.Xsqlite3_declare_vtab(tls, db, c.str("CREATE TABLE x("+m.Declare()+")"))
	if rc != sqlite3.SQLITE_OK {
		c.blame(c.error(rc, m.Declare()))
		return rc
	}
	p := sqlite3.Xsqlite3_malloc64(tls, uint64(unsafe.Sizeof(table{})))
	if p == 0 {
		return sqlite3.SQLITE_NOMEM
	}
	*(*table)(ptr(p)) = table{module: aux}
	*(*uintptr)(ptr(out)) = p
	return sqlite3.SQLITE_OK
}

func tableDisconnect(tls *libc.TLS, vtab uintptr) int32 {
	sqlite3.Xsqlite3_free(tls, vtab)
	return sqlite3.SQLITE_OK
}
