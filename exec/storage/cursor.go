package storage

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// cursor is the Go half of an open cursor. SQLite holds its address; the
// connection's list keeps it reachable.
type cursor struct {
	Cursor
	m          *module
	prev, next *cursor
}

// cursorBase is the half of a cursor in SQLite's memory.
type cursorBase struct {
	base   sqlite3.Tsqlite3_vtab_cursor
	cursor uintptr
}

func cursorOf(p uintptr) *cursor { return (*cursor)(ptr((*cursorBase)(ptr(p)).cursor)) }

func cursorOpen(tls *libc.TLS, vtab, out uintptr) (rc int32) {
	m := moduleOf(vtab)
	c := m.c
	defer c.guardCode(&rc, m.name, len(c.args))
	cur, err := m.Open(c)
	if err != nil {
		c.blame(err)
		return sqlite3.SQLITE_ERROR
	}
	p := sqlite3.Xsqlite3_malloc64(tls, uint64(unsafe.Sizeof(cursorBase{})))
	if p == 0 {
		_ = cur.Close() // the lack of memory is the error to report
		return sqlite3.SQLITE_NOMEM
	}
	k := &cursor{Cursor: cur, m: m, next: c.cursors}
	if k.next != nil {
		k.next.prev = k
	}
	c.cursors = k
	*(*cursorBase)(ptr(p)) = cursorBase{cursor: uintptr(unsafe.Pointer(k))}
	*(*uintptr)(ptr(out)) = p
	return sqlite3.SQLITE_OK
}

func cursorClose(tls *libc.TLS, p uintptr) (rc int32) {
	k := cursorOf(p)
	c := k.m.c
	defer c.guardCode(&rc, k.m.name, len(c.args))
	sqlite3.Xsqlite3_free(tls, p)
	if k.prev != nil {
		k.prev.next = k.next
	} else {
		c.cursors = k.next
	}
	if k.next != nil {
		k.next.prev = k.prev
	}
	// SQLite ignores what closing returns; the fault slot does not.
	if err := k.Close(); err != nil {
		c.blame(err)
	}
	return sqlite3.SQLITE_OK
}

func cursorFilter(_ *libc.TLS, p uintptr, plan int32, _ uintptr, argc int32, argv uintptr) (rc int32) {
	k := cursorOf(p)
	c := k.m.c
	defer c.guardCode(&rc, k.m.name, len(c.args))
	return c.code(k.Filter(int(plan), c.pushArgs(argc, argv)))
}

func cursorNext(_ *libc.TLS, p uintptr) (rc int32) {
	k := cursorOf(p)
	c := k.m.c
	defer c.guardCode(&rc, k.m.name, len(c.args))
	return c.code(k.Next())
}

// cursorEOF cannot fail: a panic ends the scan and stays in the fault slot.
func cursorEOF(_ *libc.TLS, p uintptr) (eof int32) {
	k := cursorOf(p)
	c := k.m.c
	defer c.guardCode(&eof, k.m.name, len(c.args))
	if k.EOF() {
		return 1
	}
	return 0
}

func cursorColumn(_ *libc.TLS, p, ctx uintptr, i int32) (rc int32) {
	k := cursorOf(p)
	c := k.m.c
	defer c.guardCode(&rc, k.m.name, len(c.args))
	d, err := k.Column(int(i))
	if err != nil {
		return c.code(err)
	}
	c.result(ctx, d)
	return sqlite3.SQLITE_OK
}

func cursorRowid(_ *libc.TLS, p, out uintptr) (rc int32) {
	k := cursorOf(p)
	c := k.m.c
	defer c.guardCode(&rc, k.m.name, len(c.args))
	*(*int64)(ptr(out)) = k.Rowid()
	return sqlite3.SQLITE_OK
}

// code is the SQLite code of a callback's error.
func (c *Conn) code(err error) int32 {
	if err == nil {
		return sqlite3.SQLITE_OK
	}
	c.blame(err)
	return sqlite3.SQLITE_ERROR
}
