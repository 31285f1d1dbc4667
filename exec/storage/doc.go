// Package storage is the SQLite file: connections, statements, Go functions
// and virtual tables inside SQLite, the one writer, durable commits and the
// checkpoint. It knows SQLite and durability, and nothing of plans, protocol
// or geometry. Its values are datums in storage form (package datum).
//
// # Model
//
// A [DB] is a data directory with one SQLite database in WAL mode. It hands out
// [Conn]s from a pool; opening one is cheap (about 0.1 ms and 80 KB), so a
// session takes one per statement or keeps one per transaction. A Conn is used
// by one goroutine at a time, without any lock; only [Conn.Interrupt] may come
// from elsewhere. A [Stmt] is prepared on a Conn and cached there by its text.
//
// The package calls modernc.org/sqlite/lib directly: rows are read where SQLite
// left them, and functions get their arguments the same way.
//
// # Rules
//
// R1. Memory. A datum read from a row, from a function's or a cursor's
// arguments, or from a collation's aliases SQLite's memory: a row's until the
// next Step or Reset of its statement, an argument's until the callback
// returns. Clone what lives longer. A datum bound to a parameter is not copied
// either: its bytes must stay unchanged until the statement is Reset, Closed or
// bound anew.
//
// R2. Errors. An error or a panic in a callback always fails the statement, and
// Step returns that very error, so errors.As finds a *pgerr.Error. SQLite's own
// errors are *[Error], which says what Postgres would call them.
//
// R3. Transactions. A Conn outside a transaction reads a new snapshot with each
// statement. [Conn.BeginRead] pins one; [Conn.BeginImmediate] makes the Conn the
// writer. There is one writer: whoever calls BeginImmediate holds the executor's
// writer lock, otherwise it gets a busy error at once, never a wait.
//
// R4. A cancelled write has lost its whole transaction: SQLite rolls all of it
// back, savepoints included. [Conn.InTransaction] says so afterwards.
//
// R5. Durability. Commit makes a transaction visible, [DB.SyncCommits] makes all
// that is visible durable; a commit is acknowledged after the second.
//
// R6. An interrupt stays in force until [Conn.ClearInterrupt], so that one which
// arrives between two steps is not lost.
package storage
