package storage

import (
	"unsafe"

	"voronoi/internal/datum"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Aggregate is an aggregate SQL function in Go. Every one is a window function
// too, over any frame.
type Aggregate struct {
	Name string
	Args int // -1: any number
	// DirectOnly keeps the function out of schema objects.
	DirectOnly bool
	// New makes the state of one group or of one window partition.
	New func(c *Conn) Accumulator
}

// Accumulator is the state of one group. Arguments are only valid during the
// call (R1). Value may be called any number of times, steps may follow it, and
// the datum that it returns is copied.
type Accumulator interface {
	Step(args []datum.Datum) error
	Value() (datum.Datum, error)
}

// Inverter is an Accumulator that can also take a row out again: over a sliding
// frame it costs a step and an inverse per row. Without it the frame's rows are
// kept and the value is computed anew for each row.
type Inverter interface {
	Accumulator
	Inverse(args []datum.Datum) error
}

// aggregate is what SQLite carries as the function's user data.
type aggregate struct {
	c *Conn
	Aggregate
}

// CreateAggregate registers an aggregate; one that is registered already stays
// as it is.
func (c *Conn) CreateAggregate(a Aggregate) error {
	sig := signature{a.Name, a.Args}
	if _, ok := c.functions[sig]; ok {
		return nil
	}
	b := &aggregate{c, a}
	rc := sqlite3.Xsqlite3_create_window_function(c.tls, c.db, c.str(a.Name), int32(a.Args),
		functionFlags(false, a.DirectOnly), uintptr(unsafe.Pointer(b)), aggStepFn, aggFinalFn, aggValueFn, aggInverseFn, 0)
	if rc != sqlite3.SQLITE_OK {
		return c.error(rc, a.Name)
	}
	c.registered(sig, b)
	return nil
}

// The state of a group is found by a number in the group's SQLite memory:
// its index in the connection's accumulators plus one, 0 before the first row.

var (
	aggStepFn    = callable(callStep)
	aggFinalFn   = callable(callFinal)
	aggValueFn   = callable(callValue)
	aggInverseFn = callable(callInverse)
)

func aggregateOf(tls *libc.TLS, ctx uintptr) *aggregate {
	return (*aggregate)(ptr(sqlite3.Xsqlite3_user_data(tls, ctx)))
}

// slot is the group's number, nil when SQLite is out of memory, or (without
// create) when the group had no row.
func slot(tls *libc.TLS, ctx uintptr, create bool) *int64 {
	n := int32(0)
	if create {
		n = int32(unsafe.Sizeof(int64(0)))
	}
	return (*int64)(ptr(sqlite3.Xsqlite3_aggregate_context(tls, ctx, n)))
}

// accumulator is the group's state, made at its first row.
func (a *aggregate) accumulator(ctx uintptr) Accumulator {
	c := a.c
	n := slot(c.tls, ctx, true)
	if n == nil {
		panic(&Error{Code: sqlite3.SQLITE_NOMEM, Extended: sqlite3.SQLITE_NOMEM, Msg: "out of memory"})
	}
	if *n == 0 {
		acc := a.New(c)
		if _, ok := acc.(Inverter); !ok && slides(ctx) {
			acc = &recompute{fresh: a.New, c: c, acc: acc}
		}
		*n = c.keep(acc)
	}
	return c.accumulators[*n-1]
}

// keep stores an accumulator and returns its number.
func (c *Conn) keep(acc Accumulator) int64 {
	if k := len(c.freeAccumulators); k > 0 {
		n := c.freeAccumulators[k-1]
		c.freeAccumulators = c.freeAccumulators[:k-1]
		c.accumulators[n-1] = acc
		return n
	}
	c.accumulators = append(c.accumulators, acc)
	return int64(len(c.accumulators))
}

func callStep(tls *libc.TLS, ctx uintptr, argc int32, argv uintptr) {
	a := aggregateOf(tls, ctx)
	c := a.c
	defer c.guardCall(ctx, a.Name, len(c.args))
	acc := a.accumulator(ctx)
	if err := acc.Step(c.pushArgs(argc, argv)); err != nil {
		c.failCall(ctx, err)
	}
}

func callInverse(tls *libc.TLS, ctx uintptr, argc int32, argv uintptr) {
	a := aggregateOf(tls, ctx)
	c := a.c
	defer c.guardCall(ctx, a.Name, len(c.args))
	acc := a.accumulator(ctx).(Inverter)
	if err := acc.Inverse(c.pushArgs(argc, argv)); err != nil {
		c.failCall(ctx, err)
	}
}

func callValue(tls *libc.TLS, ctx uintptr) {
	a := aggregateOf(tls, ctx)
	c := a.c
	defer c.guardCall(ctx, a.Name, len(c.args))
	// An empty frame before the first step must not make the state: whether the
	// frame slides cannot be seen from here.
	if n := slot(tls, ctx, false); n != nil && *n != 0 {
		c.deliver(ctx, c.accumulators[*n-1])
	} else {
		c.deliver(ctx, a.New(c))
	}
}

// callFinal also runs when a statement ends before its groups do; the value is
// then computed in vain and its error dropped by whoever ended the statement.
func callFinal(tls *libc.TLS, ctx uintptr) {
	a := aggregateOf(tls, ctx)
	c := a.c
	defer c.guardCall(ctx, a.Name, len(c.args))
	n := slot(tls, ctx, false)
	if n == nil || *n == 0 {
		c.deliver(ctx, a.New(c))
		return
	}
	acc := c.accumulators[*n-1]
	c.accumulators[*n-1] = nil
	c.freeAccumulators = append(c.freeAccumulators, *n)
	*n = 0
	if c.fault == nil {
		c.deliver(ctx, acc)
	}
}

func (c *Conn) deliver(ctx uintptr, acc Accumulator) {
	d, err := acc.Value()
	if err != nil {
		c.failCall(ctx, err)
		return
	}
	c.result(ctx, d)
}
