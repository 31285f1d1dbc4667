// Package wire is Voronoi's side of Postgres's frontend/backend protocol,
// version 3: it turns bytes into calls of a [Session] and a session's answers
// into bytes, and knows nothing of what a statement means.
//
// # One connection
//
// A connection is one goroutine with one read buffer and one output buffer. It
// reads a frame, checks it, calls the session, and appends the answers to the
// output buffer; nothing else ever writes to its socket. The buffer goes out at
// Sync, at Flush, after an error, before a wait for COPY data, and whenever it
// passes 64 KiB, so that a client that reads slowly holds the statement up
// instead of filling memory.
//
//	frame.go     bytes → frames; limits before allocation
//	shape.go     is a body what its type promises? (the decoders trust it)
//	startup.go   the untyped first packets, version negotiation
//	loop.go      which message calls which handler; skipping to Sync
//	simple.go    Query
//	extended.go  Parse, Bind, Describe, Execute, Close, Sync
//	bind.go      parameters → datums
//	result.go    a session's answers → messages
//	row.go       datums → DataRow
//	copy.go      COPY in both directions
//	mailbox.go   what other goroutines want said on this connection
//	errors.go    ErrorResponse and NoticeResponse
//	server.go    listening, limits, shutdown
//	lost.go      noticing that a client has gone during a statement
//
// # Rules
//
// W1. No length that a client sends is believed: a frame's type and length are
// checked against a limit first, and memory then grows only as bytes arrive.
//
// W2. A body is checked by its shape before pgproto3 decodes it, because its
// decoders trust counts and lengths. A recover per connection is the last
// defence, not the first.
//
// W3. What was read is valid until the next read. Whatever outlives a message
// (statement texts, parameters) is copied.
//
// W4. Other goroutines never write to the socket. They put messages into the
// connection's mailbox and, if it is waiting for its client, wake it by moving
// its read deadline into the past.
//
// W5. The types of columns choose their encoders once per portal; a row is
// then a straight loop without an allocation.
//
// W6. An error in an extended message is sent at once and everything up to the
// next Sync is dropped, Flush included. An error of severity FATAL ends the
// connection.
package wire
