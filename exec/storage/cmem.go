package storage

import (
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite's memory lies outside the Go heap and its addresses are uintptrs. The
// Go memory whose address SQLite gets (bound values, callback records) is kept
// reachable by the Conn and never moves, since it is on the heap.

// ptr turns an address from SQLite into a pointer.
func ptr(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// view is SQLite's memory as a slice, not copied.
func view(p uintptr, n int) []byte {
	if n == 0 {
		return []byte{}
	}
	return unsafe.Slice((*byte)(ptr(p)), n)
}

// empty is where empty texts and blobs point: a null address would be NULL.
var empty = func() uintptr {
	p, err := libc.CString("")
	if err != nil {
		panic(err)
	}
	return p
}()

// cbuf is a growing buffer in SQLite's memory.
type cbuf struct {
	p   uintptr
	cap int
}

// put copies b and a terminating zero into the buffer.
func (m *cbuf) put(tls *libc.TLS, b []byte) uintptr {
	if len(b) >= m.cap {
		m.free(tls)
		n := max(2*len(b), 512)
		m.p = sqlite3.Xsqlite3_malloc64(tls, uint64(n))
		if m.p == 0 {
			panic(&Error{Code: sqlite3.SQLITE_NOMEM, Extended: sqlite3.SQLITE_NOMEM, Msg: "out of memory"})
		}
		m.cap = n
	}
	dst := unsafe.Slice((*byte)(ptr(m.p)), m.cap)
	dst[copy(dst, b)] = 0
	return m.p
}

func (m *cbuf) free(tls *libc.TLS) {
	if m.p != 0 {
		sqlite3.Xsqlite3_free(tls, m.p)
	}
	*m = cbuf{}
}

// str copies a Go string into the connection's scratch memory; it lasts until
// the next use of the scratch.
func (c *Conn) str(s string) uintptr {
	return c.scratch.put(c.tls, unsafe.Slice(unsafe.StringData(s), len(s)))
}

// source is the address from which SQLite may copy b during the next call.
func (c *Conn) source(b []byte) uintptr {
	if len(b) == 0 {
		return empty
	}
	if !shareGoMemory {
		return c.scratch.put(c.tls, b)
	}
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))
}
