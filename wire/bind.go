package wire

import (
	"bytes"
	"fmt"
	"unsafe"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

const (
	formatText   = pgproto3.TextFormat
	formatBinary = pgproto3.BinaryFormat
)

func (c *conn) bind(content []byte) error {
	// The parameters may live as long as the portal, so the one copy is made
	// here and everything below aliases it (W3).
	var m pgproto3.Bind
	if err := m.Decode(bytes.Clone(content)); err != nil {
		return errFormat
	}
	types, err := c.session.StatementParams(m.PreparedStatement)
	if err != nil {
		return err
	}
	if err := checkCounts(&m, len(types)); err != nil {
		return err
	}
	if c.session.TxStatus() == 'E' && len(types) > 0 {
		// Reading values may need the catalog, which a failed transaction
		// has no view of.
		return pgerr.New(pgerr.InFailedSQLTransaction,
			"current transaction is aborted, commands ignored until end of transaction block")
	}
	args := make([]datum.Datum, len(types))
	env := c.session.Env()
	for i, id := range types {
		if args[i], err = c.parameter(env, &m, i, id); err != nil {
			return inParameter(err, &m, i)
		}
	}
	if err := c.session.Bind(c.ctx, m.DestinationPortal, m.PreparedStatement, args); err != nil {
		return err
	}
	if err := c.checkResultFormats(&m); err != nil {
		return err
	}
	c.setFormats(m.DestinationPortal, m.ResultFormatCodes)
	return c.reply(bindComplete)
}

// checkCounts compares the numbers of values and formats with what the
// statement has.
func checkCounts(m *pgproto3.Bind, params int) error {
	formats := len(m.ParameterFormatCodes)
	if formats > 1 && formats != len(m.Parameters) {
		return pgerr.Newf(pgerr.ProtocolViolation, "bind message has %d parameter formats but %d parameters",
			formats, len(m.Parameters))
	}
	if len(m.Parameters) != params {
		return pgerr.Newf(pgerr.ProtocolViolation,
			`bind message supplies %d parameters, but prepared statement "%s" requires %d`,
			len(m.Parameters), m.PreparedStatement, params)
	}
	return nil
}

// checkResultFormats is for lists that name each column: there have to be as
// many as the portal has.
func (c *conn) checkResultFormats(m *pgproto3.Bind) error {
	formats := len(m.ResultFormatCodes)
	if formats <= 1 {
		return nil
	}
	cols, rows, err := c.session.DescribePortal(c.ctx, m.DestinationPortal)
	if err != nil {
		return err
	}
	if rows && formats != len(cols) {
		return pgerr.Newf(pgerr.ProtocolViolation, "bind message has %d result formats but query has %d columns",
			formats, len(cols))
	}
	return nil
}

// parameter reads the value of parameter i.
func (c *conn) parameter(env *datum.Env, m *pgproto3.Bind, i int, id oid.OID) (datum.Datum, error) {
	value := m.Parameters[i]
	t := c.session.Type(id)
	if t == nil {
		return datum.Null, pgerr.Internal("cache lookup failed for type %d", id)
	}
	if value == nil {
		return datum.Null, nil
	}
	switch format := formatOf(m.ParameterFormatCodes, i); format {
	case formatText:
		if err := datum.ValidText(value); err != nil {
			return datum.Null, err
		}
		return t.Input(env, unsafe.String(unsafe.SliceData(value), len(value)))
	case formatBinary:
		if t.Recv == nil {
			return datum.Null, pgerr.Newf(pgerr.UndefinedFunction, "no binary input function available for type %s", t.Name)
		}
		return t.Recv(env, value)
	default:
		return datum.Null, unsupportedFormat(format)
	}
}

// trailing is what datum says of a binary value that has bytes left over.
const trailing = "incorrect binary data format"

// inParameter says in which parameter an error was found, in Postgres's words.
func inParameter(err error, m *pgproto3.Bind, i int) error {
	e := *pgerr.From(err)
	if e.Code == pgerr.InvalidBinaryRepresentation && e.Message == trailing {
		e.Message = fmt.Sprintf("%s in bind parameter %d", trailing, i+1)
	}
	portal := "unnamed portal"
	if m.DestinationPortal != "" {
		portal = fmt.Sprintf(`portal "%s"`, m.DestinationPortal)
	}
	where := fmt.Sprintf("%s parameter $%d", portal, i+1)
	if formatOf(m.ParameterFormatCodes, i) == formatText && e.Code != pgerr.CharacterNotInRepertoire {
		// Postgres would quote the value here, but is told by default to
		// keep it out of its log.
		where += " = '...'"
	}
	if e.Where != "" {
		where = e.Where + "\n" + where
	}
	e.Where = where
	return &e
}

// formatOf is the format of value i: one format stands for all, none for text.
func formatOf(formats []int16, i int) int16 {
	switch len(formats) {
	case 0:
		return formatText
	case 1:
		return formats[0]
	}
	return formats[i]
}

func unsupportedFormat(format int16) error {
	return pgerr.Newf(pgerr.InvalidParameterValue, "unsupported format code: %d", format)
}
