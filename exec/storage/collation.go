package storage

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// collation is what SQLite carries for a collation in Go.
type collation struct {
	c    *Conn
	name string
	cmp  func(a, b []byte) int
}

// CreateCollation registers a collation; one that is registered already stays
// as it is. cmp gets SQLite's own memory and must be a total preorder: an index
// is sorted by it.
func (c *Conn) CreateCollation(name string, cmp func(a, b []byte) int) error {
	if _, ok := c.collations[name]; ok {
		return nil
	}
	b := &collation{c, name, cmp}
	rc := sqlite3.Xsqlite3_create_collation_v2(c.tls, c.db, c.str(name), sqlite3.SQLITE_UTF8, uintptr(unsafe.Pointer(b)), collateFn, 0)
	if rc != sqlite3.SQLITE_OK {
		return c.error(rc, name)
	}
	c.collations[name] = b
	return nil
}

var (
	collateFn = callable(collate)
	neededFn  = callable(collationNeeded)
)

func collate(_ *libc.TLS, arg uintptr, na int32, a uintptr, nb int32, b uintptr) int32 {
	f := (*collation)(ptr(arg))
	defer f.guard()
	return int32(f.cmp(view(a, int(na)), view(b, int(nb))))
}

// guard catches a comparison's panic. SQLite offers a collation no way to fail,
// so the statement is interrupted, and should it reach a row or its end before
// it notices, Step still finds the fault.
func (f *collation) guard() {
	if v := recover(); v != nil {
		f.c.blame(f.c.panicked(f.name, v))
		sqlite3.Xsqlite3_interrupt(f.c.tls, f.c.db)
	}
}

// collationNeeded registers a collation of [Options.Collations] when SQLite
// first meets its name, in a statement or in the schema.
func collationNeeded(_ *libc.TLS, arg, _ uintptr, _ int32, zName uintptr) {
	c := (*Conn)(ptr(arg))
	name := libc.GoString(zName)
	if cmp, ok := c.DB.options.Collations[name]; ok {
		if err := c.CreateCollation(name, cmp); err != nil {
			c.blame(err)
		}
	}
}
