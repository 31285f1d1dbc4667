// Package exec runs plans: sessions with their settings, prepared statements and
// portals, transactions and locks, definitions, changes to rows, COPY, and the
// virtual tables through which SQLite reads vector indexes, system relations
// and row sets.
//
// # A statement's way
//
// The protocol calls a [Session]. A statement is parsed and planned against the
// session's catalog snapshot, or taken from the plan cache, and run by an
// execution: the plan, its parameters, a SQLite connection and the snapshot
// that this connection reads. Rows are pulled one by one and pushed into the
// frontend.Receiver; values stay where SQLite has them until the protocol has
// written them out.
//
// # Transactions (rule S6)
//
// A read-committed transaction holds nothing before its first write: every
// statement takes a pooled connection for its own snapshot. The first write
// waits for the writer lock, begins an immediate transaction on a connection
// that the session then keeps, and replays the savepoints. Repeatable read
// keeps a connection, and with it a snapshot, from its first statement on.
//
// Invariants:
//
//	E1  Who writes holds the writer lock, from before BEGIN IMMEDIATE until
//	    after COMMIT or ROLLBACK; everything that belongs to the newest commit
//	    (catalog, vector slots, sequences' log) is changed under it.
//	E2  A transaction's commit sequence is the file's plus one, written with its
//	    first change. Vector slots carry it from the start, so that a commit
//	    makes them visible by itself and a rollback only has to drop them.
//	E3  A statement plans against the catalog of the snapshot that it reads: the
//	    catalog version is read in the snapshot and compared.
//	E4  At most one client statement is active on a SQLite connection; a
//	    suspended portal owns its connection or its spooled rows (rule S7).
//	E5  No acknowledgement of a commit leaves before the commit is on disk
//	    (rule S8).
package exec
