// Package lock is the lock manager: the one place where sessions wait for each
// other. The writer lock, table locks and advisory locks are all named locks
// with Postgres's modes; row locks need none of their own, since whoever locks
// rows is the writer.
//
// # Model
//
// A [Manager] knows locks by their [Tag]. A session is a [Holder], used by one
// goroutine. It holds a lock in one or several modes, for the transaction or for
// the session: transaction locks go all at once, session locks are counted and
// released one by one.
//
// # Rules
//
// L1. First come, first served: a request waits behind every earlier request
// that it conflicts with, even where the lock's holders would let it in, so
// nobody starves. The exception is Postgres's: who holds the lock already goes
// ahead of those who wait for what it holds.
//
// L2. A wait ends with the lock, or with its context, its timeout or a deadlock,
// and then leaves no trace. A lock that is granted at the moment of the
// cancellation is granted.
//
// L3. A request that would close a cycle of waits fails at once with 40P01; the
// others go on. A cycle that only the order of a queue makes is undone by
// changing that order.
package lock
