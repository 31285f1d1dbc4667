package storage

import (
	"voronoi/internal/datum"

	sqlite3 "modernc.org/sqlite/lib"
)

// Bind sets parameter i, from 1. A text or blob is not copied: its bytes must
// stay as they are until the statement is reset, closed or bound anew (R1). A
// parameter that the statement does not have is ignored. A running statement is
// reset first.
func (s *Stmt) Bind(i int, d datum.Datum) {
	if uint(i-1) >= uint(len(s.bound)) {
		return
	}
	s.Reset()
	tls, n := s.c.tls, int32(i)
	switch d.Kind() {
	case datum.KindInt:
		sqlite3.Xsqlite3_bind_int64(tls, s.p, n, d.Int())
	case datum.KindFloat:
		sqlite3.Xsqlite3_bind_double(tls, s.p, n, d.Float())
	case datum.KindText:
		b := d.Bytes()
		sqlite3.Xsqlite3_bind_text64(tls, s.p, n, s.hold(i-1, b), uint64(len(b)), sqlite3.SQLITE_STATIC, sqlite3.SQLITE_UTF8)
	case datum.KindBlob:
		b := d.Bytes()
		sqlite3.Xsqlite3_bind_blob64(tls, s.p, n, s.hold(i-1, b), uint64(len(b)), sqlite3.SQLITE_STATIC)
	default:
		sqlite3.Xsqlite3_bind_null(tls, s.p, n)
	}
}

// BindAll sets the parameters from the first on; parameters beyond the
// arguments are NULL.
func (s *Stmt) BindAll(args []datum.Datum) {
	for i, d := range args {
		s.Bind(i+1, d)
	}
	for i := len(args); i < len(s.bound); i++ {
		s.Bind(i+1, datum.Null)
	}
}

// hold keeps b reachable for as long as parameter i is bound to it and gives
// its address.
func (s *Stmt) hold(i int, b []byte) uintptr {
	s.bound[i] = b
	if len(b) == 0 {
		return empty
	}
	if !shareGoMemory {
		return s.own[i].put(s.c.tls, b)
	}
	return s.c.source(b)
}
