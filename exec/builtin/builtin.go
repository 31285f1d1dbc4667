// Package builtin implements functions, aggregates and set-returning functions
// over datums. What they are called, what they accept and return, is not said
// here: those are facts of exec/catalog, taken from Postgres. A fact and an
// implementation meet by a key (see [Table]).
//
// An implementation is a SQLite expression template where SQLite's semantics
// match Postgres's to the last case, and a Go function otherwise. A template
// costs nothing, a Go function about 100 ns a call. The planner also calls Go
// functions itself, to fold constants, so each is a pure function of its
// arguments and its [Call].
package builtin

import (
	"time"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// Call is what an implementation knows besides its arguments. It is shared by
// all calls of one function at one place in a statement and read-only, except
// for State.
type Call struct {
	// Args are the argument types after coercion, Result the result type: for
	// a polymorphic function the actual ones.
	Args   []oid.OID
	Result oid.OID
	// Variadic says that the last argument of a VARIADIC "any" function was
	// written VARIADIC: it is an array whose elements are meant.
	Variadic bool
	// Fields are the names of the fields of arguments that are anonymous
	// records; an argument without an entry, or with a nil one, has f1, f2, ….
	Fields [][]string
	// Columns are the columns that a function in FROM is to deliver, where the
	// statement says so: json_to_record(x) AS r(a int, b text).
	Columns []Column
	Env     *datum.Env
	// Session answers what depends on the session; nil while constants are
	// folded at plan time, when only immutable functions are called.
	Session Session
	// State is for an implementation to keep what it prepared once for all
	// calls, such as a compiled regular expression.
	State any
}

// Column is a column of a function's result, or a field of a composite type.
type Column struct {
	Name   string
	Type   *datum.Type
	Typmod int32
}

// Type is the descriptor of a type that may be made by the catalog.
func (c *Call) Type(id oid.OID) *datum.Type {
	if t := datum.ByOID(id); t != nil {
		return t
	}
	if c.Session != nil {
		return c.Session.Type(id)
	}
	return nil
}

// Session is what functions may ask of the session that calls them. Functions
// of the catalog and of the executor ask for more by a type assertion.
type Session interface {
	Type(id oid.OID) *datum.Type
	TransactionTime() time.Time
	StatementTime() time.Time
	// Setting is the value of a setting as SHOW gives it.
	Setting(name string) (string, bool)
}

// Scalar computes one value. Arguments alias memory that is valid for the call
// alone; the result may alias an argument or be new. A function whose fact says
// strict is never called with a NULL.
type Scalar func(c *Call, args []datum.Datum) (datum.Datum, error)

// Accumulator is the state of one aggregate over one group. Arguments alias
// memory that is valid for the call alone.
type Accumulator interface {
	Step(args []datum.Datum) error
	// Value is the aggregate of what has been stepped; it may be called more
	// than once, with steps in between.
	Value() (datum.Datum, error)
}

// Inverter is an Accumulator that can forget its oldest row again, which makes
// a sliding window frame linear.
type Inverter interface {
	Accumulator
	Inverse(args []datum.Datum) error
}

// Rows is the result of a set-returning function. A row has one value for a
// function that returns a scalar type, several for one that returns a record.
type Rows interface {
	// Next gives the next row, valid until the following call; nil at the end.
	Next() ([]datum.Datum, error)
}

// Impl is one implementation. Exactly one of the groups is set.
type Impl struct {
	// Template is a SQLite expression in which $1, $2, … stand for the
	// arguments, each of which may occur once only unless Pure says that
	// repeating is harmless for cost; the planner adds parentheses.
	Template string
	// Scalar computes the same in Go. With a Template it is used to fold
	// constants.
	Scalar Scalar

	// Aggregate makes an accumulator. AggregateTemplate is instead a SQLite
	// aggregate, usable as a window function too: "count($1)".
	Aggregate         func(c *Call) (Accumulator, error)
	AggregateTemplate string

	// Set makes the rows of a set-returning function.
	Set func(c *Call, args []datum.Datum) (Rows, error)

	// Window is a SQLite window function: "row_number()", "lag($1, $2, $3)".
	Window string
}

// Table maps keys to implementations. A key is pg_proc.prosrc of an internal
// function ("textlen", "int4pl"), which binds all of its aliases at once, or,
// where that is ambiguous (aggregates, functions of our own or of pgvector),
// the function's signature as regprocedure shows it: "sum(integer)".
type Table map[string]Impl
