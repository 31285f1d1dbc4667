package wire

import (
	"errors"
	"strings"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/pgerr"
)

// errClosing ends a connection's loop when all that is to be said has been
// said.
var errClosing = errors.New("connection is closing")

// adminShutdown is what a client hears when the server stops.
func adminShutdown() *pgerr.Error {
	return pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command")
}

// syncLost is a stream of which nobody can say where its next message begins.
func syncLost() *pgerr.Error {
	return fatal(pgerr.ProtocolViolation, "terminating connection because protocol synchronization was lost")
}

func fatal(code, format string, args ...any) *pgerr.Error {
	return pgerr.Newf(code, format, args...).WithSeverity(pgerr.SeverityFatal)
}

// isFatal reports whether e ends the connection.
func isFatal(e *pgerr.Error) bool {
	return e.Severity == pgerr.SeverityFatal || e.Severity == pgerr.SeverityPanic
}

// appendError appends an ErrorResponse with the given severity.
func appendError(dst []byte, e *pgerr.Error, severity string) []byte {
	return appendMessage(dst, errorFields(e, severity))
}

// appendNotice appends a NoticeResponse.
func appendNotice(dst []byte, e *pgerr.Error) []byte {
	severity := e.Severity
	if severity == "" {
		severity = pgerr.SeverityNotice
	}
	return appendMessage(dst, (*pgproto3.NoticeResponse)(errorFields(e, severity)))
}

func errorFields(e *pgerr.Error, severity string) *pgproto3.ErrorResponse {
	message := e.Message
	if message == "" {
		message = "missing error text"
	}
	code := e.Code
	if code == "" {
		code = pgerr.InternalError
	}
	return &pgproto3.ErrorResponse{
		Severity:            severity,
		SeverityUnlocalized: severity,
		Code:                code,
		Message:             field(message),
		Detail:              field(e.Detail),
		Hint:                field(e.Hint),
		Position:            int32(e.Position),
		Where:               field(e.Where),
		SchemaName:          field(e.Schema),
		TableName:           field(e.Table),
		ColumnName:          field(e.Column),
		DataTypeName:        field(e.DataType),
		ConstraintName:      field(e.Constraint),
	}
}

// field makes a string safe for a protocol that ends strings with a zero byte:
// an error may quote what it complains about.
func field(s string) string {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return s[:i]
	}
	return s
}
