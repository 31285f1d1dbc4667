package storage

import (
	"math"
	"unsafe"

	"voronoi/internal/datum"

	sqlite3 "modernc.org/sqlite/lib"
)

// Mem flags of SQLite's values: the storage class is in the low six bits.
const (
	memClass = sqlite3.MEM_AffMask
	memZero  = sqlite3.MEM_Zero
	// memSize is the distance between the values of a row.
	memSize = unsafe.Sizeof(sqlite3.Tsqlite3_value{})
)

// load reads a SQLite value without copying it. It looks into the value
// itself, which is what sqlite3_value_type and its companions do at a call
// each; only the rare forms (a number that also has a text, zeroblob's tail)
// take the calls.
func (c *Conn) load(v uintptr) datum.Datum {
	m := (*sqlite3.Tsqlite3_value)(ptr(v))
	switch m.Fflags & memClass {
	case sqlite3.MEM_Int:
		return datum.Int(*(*int64)(unsafe.Pointer(&m.Fu)))
	case sqlite3.MEM_Null:
		return datum.Null
	case sqlite3.MEM_Real:
		return datum.Float(math.Float64frombits(*(*uint64)(unsafe.Pointer(&m.Fu))))
	case sqlite3.MEM_Str:
		return datum.TextBytes(view(m.Fz, int(m.Fn)))
	case sqlite3.MEM_Blob:
		if m.Fflags&memZero == 0 {
			return datum.Blob(view(m.Fz, int(m.Fn)))
		}
	}
	return c.loadSlow(v)
}

func (c *Conn) loadSlow(v uintptr) datum.Datum {
	switch sqlite3.Xsqlite3_value_type(c.tls, v) {
	case sqlite3.SQLITE_INTEGER:
		return datum.Int(sqlite3.Xsqlite3_value_int64(c.tls, v))
	case sqlite3.SQLITE_FLOAT:
		return datum.Float(sqlite3.Xsqlite3_value_double(c.tls, v))
	case sqlite3.SQLITE_TEXT:
		p := sqlite3.Xsqlite3_value_text(c.tls, v)
		return datum.TextBytes(view(p, int(sqlite3.Xsqlite3_value_bytes(c.tls, v))))
	case sqlite3.SQLITE_BLOB:
		p := sqlite3.Xsqlite3_value_blob(c.tls, v)
		return datum.Blob(view(p, int(sqlite3.Xsqlite3_value_bytes(c.tls, v))))
	default:
		return datum.Null
	}
}

// pushArgs loads a callback's arguments onto the connection's stack of them,
// which grows once and is then reused: nested callbacks stack up.
func (c *Conn) pushArgs(argc int32, argv uintptr) []datum.Datum {
	base := len(c.args)
	if argc > 0 {
		for _, v := range unsafe.Slice((*uintptr)(ptr(argv)), argc) {
			c.args = append(c.args, c.load(v))
		}
	}
	return c.args[base:len(c.args):len(c.args)]
}

// result hands d to SQLite as a callback's result; texts and blobs are copied.
func (c *Conn) result(ctx uintptr, d datum.Datum) {
	switch d.Kind() {
	case datum.KindInt:
		sqlite3.Xsqlite3_result_int64(c.tls, ctx, d.Int())
	case datum.KindFloat:
		sqlite3.Xsqlite3_result_double(c.tls, ctx, d.Float())
	case datum.KindText:
		b := d.Bytes()
		sqlite3.Xsqlite3_result_text64(c.tls, ctx, c.source(b), uint64(len(b)), sqlite3.SQLITE_TRANSIENT, sqlite3.SQLITE_UTF8)
	case datum.KindBlob:
		b := d.Bytes()
		sqlite3.Xsqlite3_result_blob64(c.tls, ctx, c.source(b), uint64(len(b)), sqlite3.SQLITE_TRANSIENT)
	default:
		sqlite3.Xsqlite3_result_null(c.tls, ctx)
	}
}
