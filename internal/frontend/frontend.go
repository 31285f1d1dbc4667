// Package frontend is the vocabulary between the protocol server and the
// executor: what a session is told about its client, and what it answers.
//
// The protocol owns bytes and formats, the executor values and meaning. Rows
// cross as datums; their types say how the protocol writes them.
package frontend

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Startup is what a client said of itself before its first statement.
type Startup struct {
	User     string
	Database string
	// Settings are all other startup parameters, options' -c included, in
	// the order in which they were given.
	Settings []Setting
	// RemoteAddr and LocalAddr are the connection's ends, "host:port".
	RemoteAddr, LocalAddr string
}

// Setting is one named value.
type Setting struct{ Name, Value string }

// Column describes one column of a result.
type Column struct {
	Name   string
	Type   oid.OID
	Typmod int32 // -1 for none
	// Table and Attnum say which table's column this is, 0 when it is none.
	Table  oid.OID
	Attnum int16
}

// Receiver takes what a statement answers. All of its methods are called by the
// goroutine that called the session.
type Receiver interface {
	// Describe announces the columns of the rows that follow. The extended
	// protocol, where the client asks for a description itself, drops it.
	Describe(columns []Column) error
	// Row sends one row; values are only read during the call.
	Row(values []datum.Datum) error
	// Complete ends one statement with its command tag.
	Complete(tag string) error
	// Empty answers a query string without a statement.
	Empty() error
	// Suspended ends an Execute that has reached its row limit.
	Suspended() error
	// CopyIn asks the client for data: binary or text, in so many columns.
	CopyIn(binary bool, columns int) (CopySource, error)
	// CopyOut announces data, CopyData sends one piece of it (a line, or a
	// tuple), and Complete ends it.
	CopyOut(binary bool, columns int) error
	CopyData(piece []byte) error
}

// CopySource is the stream of a COPY FROM STDIN.
type CopySource interface {
	// Next gives the next piece as the client cut it, which may be anywhere;
	// it is valid until the following call. io.EOF ends the stream, and a
	// client that gave up is an error with SQLSTATE 57014.
	Next() ([]byte, error)
}

// Client is what a session can say at any time, from any goroutine; the
// protocol sends it where the protocol allows it.
type Client interface {
	// Notice sends a notice or a warning, or drops it where
	// client_min_messages says so: the session decides that before.
	Notice(n *pgerr.Error)
	// ParameterStatus reports the new value of a reported setting.
	ParameterStatus(name, value string)
	// Notify delivers a notification between transactions.
	Notify(pid int32, channel, payload string)
	// Terminate ends the connection with a FATAL error.
	Terminate(reason *pgerr.Error)
}
