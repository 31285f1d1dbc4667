// Package pgerr is the error that reaches a Postgres client: message, SQLSTATE
// and the optional fields of an ErrorResponse. It is made where the fault is
// found, with everything known there, and only rendered at the wire.
package pgerr

import (
	"errors"
	"fmt"
)

// Severities, as they appear in the S and V fields.
const (
	SeverityError   = "ERROR"
	SeverityFatal   = "FATAL"
	SeverityPanic   = "PANIC"
	SeverityWarning = "WARNING"
	SeverityNotice  = "NOTICE"
	SeverityDebug   = "DEBUG"
	SeverityInfo    = "INFO"
	SeverityLog     = "LOG"
)

// Error is one ErrorResponse or, with a severity below ERROR, one
// NoticeResponse. The zero Severity means ERROR.
type Error struct {
	Severity   string
	Code       string // SQLSTATE
	Message    string
	Detail     string
	Hint       string
	Position   int // in characters from 1; 0 when unknown
	Where      string
	Schema     string
	Table      string
	Column     string
	DataType   string
	Constraint string

	cause error
}

// New returns an error with a message of fixed text.
func New(code, message string) *Error { return &Error{Code: code, Message: message} }

// Newf returns an error with a formatted message.
func Newf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Notice returns a notice: it informs the client and fails nothing.
func Notice(code, format string, args ...any) *Error {
	return &Error{Severity: SeverityNotice, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Warning returns a warning.
func Warning(code, format string, args ...any) *Error {
	return &Error{Severity: SeverityWarning, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Unsupported is the error for a construct that Postgres has and Voronoi has
// not: it names the construct, so that nobody has to guess.
func Unsupported(format string, args ...any) *Error {
	return New(FeatureNotSupported, fmt.Sprintf(format, args...)+" is not supported")
}

// Internal is an error that no input should be able to cause.
func Internal(format string, args ...any) *Error { return Newf(InternalError, format, args...) }

// Error is the message without its fields.
func (e *Error) Error() string { return e.Message }

// Unwrap gives the error underneath, for the log.
func (e *Error) Unwrap() error { return e.cause }

// WithDetail adds a formatted detail and returns e.
func (e *Error) WithDetail(format string, args ...any) *Error {
	e.Detail = fmt.Sprintf(format, args...)
	return e
}

// WithHint adds a formatted hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// At sets the position, in characters from 1, unless the error has one, and
// returns e. A position of 0 leaves it unknown.
func (e *Error) At(position int) *Error {
	if e.Position == 0 {
		e.Position = position
	}
	return e
}

// On names the table that the error is about and returns e.
func (e *Error) On(schema, table string) *Error {
	e.Schema, e.Table = schema, table
	return e
}

// WithConstraint names the violated constraint and returns e.
func (e *Error) WithConstraint(name string) *Error {
	e.Constraint = name
	return e
}

// WithColumn names the column that the error is about and returns e.
func (e *Error) WithColumn(name string) *Error {
	e.Column = name
	return e
}

// WithSeverity sets the severity and returns e.
func (e *Error) WithSeverity(severity string) *Error {
	e.Severity = severity
	return e
}

// Caused keeps the error underneath for the log and returns e.
func (e *Error) Caused(err error) *Error {
	e.cause = err
	return e
}

// Level is the severity, ERROR where none is set.
func (e *Error) Level() string {
	if e.Severity == "" {
		return SeverityError
	}
	return e.Severity
}

// From finds the Error in err's chain. An error of another kind becomes an
// internal one: that a client sees XX000 is a defect of the place it was born.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return (&Error{Code: InternalError, Message: err.Error()}).Caused(err)
}

// Code is the SQLSTATE of err, or "" where it has none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
