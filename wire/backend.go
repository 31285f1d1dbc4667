package wire

import (
	"context"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
)

// Backend makes sessions.
type Backend interface {
	// Connect opens a session for a client that has introduced itself. An
	// error is sent with severity FATAL and ends the connection.
	Connect(ctx context.Context, s frontend.Startup, c frontend.Client) (Session, error)
	// Cancel interrupts what the session with this process number and secret
	// key is running; a pair that fits no session does nothing.
	Cancel(pid int32, secret []byte)
}

// Session is one client's state behind the protocol. One goroutine calls it;
// errors are [voronoi/internal/pgerr] errors, and any other kind is shown as an
// internal one.
type Session interface {
	// PID is above 0: some drivers never cancel a session numbered 0.
	PID() int32
	// Secret is the key of a cancel request, 32 bytes, of which protocols
	// before 3.2 are told the first four.
	Secret() []byte
	// Parameters are the settings reported at the start, in order.
	Parameters() []frontend.Setting
	// Env is the environment of text forms as it is now.
	Env() *datum.Env
	// Type is the type with that number, nil where there is none.
	Type(oid.OID) *datum.Type
	// TxStatus is 'I' outside a transaction block, 'T' inside, 'E' in a
	// failed one.
	TxStatus() byte

	// Query runs a whole query string as one implicit transaction. On an
	// error the session has already failed its transaction.
	Query(ctx context.Context, text string, r frontend.Receiver) error

	Parse(ctx context.Context, name, text string, params []oid.OID) error
	// StatementParams are the types of a statement's parameters.
	StatementParams(name string) ([]oid.OID, error)
	// DescribeStatement gives a statement's parameters and columns; rows is
	// false for one that returns none.
	DescribeStatement(ctx context.Context, name string) (params []oid.OID, cols []frontend.Column, rows bool, err error)
	// Bind makes a portal; it may keep args.
	Bind(ctx context.Context, portal, statement string, args []datum.Datum) error
	// DescribePortal gives a portal's columns. While a portal's plan is the
	// same it should give the same slice: encoders are cached by it.
	DescribePortal(ctx context.Context, portal string) (cols []frontend.Column, rows bool, err error)
	// Execute runs a portal, for at most maxRows rows unless that is 0.
	Execute(ctx context.Context, portal string, maxRows int, r frontend.Receiver) error
	CloseStatement(name string) error
	ClosePortal(name string) error
	// Sync ends the implicit transaction; its error is a failed commit.
	Sync(ctx context.Context) error
	// Fail makes the current transaction fail, as an error of a statement
	// does; calling it again changes nothing.
	Fail()
	Close()
}
