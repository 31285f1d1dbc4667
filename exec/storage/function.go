package storage

import (
	"unsafe"

	"voronoi/internal/datum"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Function is a scalar SQL function in Go.
type Function struct {
	Name string
	Args int // -1: any number
	// Deterministic lets SQLite factor calls with constant arguments out of
	// loops and use the function in indexes.
	Deterministic bool
	// DirectOnly keeps the function out of schema objects.
	DirectOnly bool
	// Scalar computes one call. The arguments alias SQLite's memory and the
	// slice is reused: neither outlives the call (R1). The result is copied.
	Scalar func(c *Conn, args []datum.Datum) (datum.Datum, error)
}

// signature identifies a registered function.
type signature struct {
	name string
	args int
}

// scalar is what SQLite carries as the function's user data.
type scalar struct {
	c *Conn
	Function
}

// CreateFunction registers a scalar function; one that is registered already
// stays as it is.
func (c *Conn) CreateFunction(f Function) error {
	sig := signature{f.Name, f.Args}
	if _, ok := c.functions[sig]; ok {
		return nil
	}
	b := &scalar{c, f}
	rc := sqlite3.Xsqlite3_create_function_v2(c.tls, c.db, c.str(f.Name), int32(f.Args),
		functionFlags(f.Deterministic, f.DirectOnly), uintptr(unsafe.Pointer(b)), scalarFn, 0, 0, 0)
	if rc != sqlite3.SQLITE_OK {
		return c.error(rc, f.Name)
	}
	c.registered(sig, b)
	return nil
}

// HasFunction reports whether a function or aggregate of that name is
// registered.
func (c *Conn) HasFunction(name string) bool { return c.names[name] }

func (c *Conn) registered(sig signature, keep any) {
	c.functions[sig] = keep
	c.names[sig.name] = true
}

func functionFlags(deterministic, directOnly bool) int32 {
	flags := int32(sqlite3.SQLITE_UTF8)
	if deterministic {
		flags |= sqlite3.SQLITE_DETERMINISTIC
	}
	if directOnly {
		return flags | sqlite3.SQLITE_DIRECTONLY
	}
	// trusted_schema is off: what indexes may call must say it is harmless.
	return flags | sqlite3.SQLITE_INNOCUOUS
}

// callable is the address by which translated C calls a Go function. The
// function must be declared at package level.
func callable[F any](f F) uintptr {
	return *(*uintptr)(unsafe.Pointer(&f))
}

var scalarFn = callable(callScalar)

func callScalar(tls *libc.TLS, ctx uintptr, argc int32, argv uintptr) {
	f := (*scalar)(ptr(sqlite3.Xsqlite3_user_data(tls, ctx)))
	c := f.c
	defer c.guardCall(ctx, f.Name, len(c.args))
	d, err := f.Scalar(c, c.pushArgs(argc, argv))
	if err != nil {
		c.failCall(ctx, err)
		return
	}
	c.result(ctx, d)
}
