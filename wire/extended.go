package wire

import (
	"encoding/binary"
	"slices"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// portal is what the protocol has to know of a portal: in which formats its
// columns are to be sent. The session has the rest. A cursor made by a
// statement has none, and is sent as text.
type portal struct {
	formats []int16
	codec   codec
}

// The messages without a body.
var (
	parseComplete pgproto3.BackendMessage = &pgproto3.ParseComplete{}
	bindComplete  pgproto3.BackendMessage = &pgproto3.BindComplete{}
	closeComplete pgproto3.BackendMessage = &pgproto3.CloseComplete{}
	noData        pgproto3.BackendMessage = &pgproto3.NoData{}
)

func (c *conn) parse(content []byte) error {
	var m pgproto3.Parse
	if err := m.Decode(content); err != nil {
		return errFormat
	}
	if err := checkTexts(m.Name, m.Query); err != nil {
		return err
	}
	params := make([]oid.OID, len(m.ParameterOIDs))
	for i, id := range m.ParameterOIDs {
		params[i] = oid.OID(id)
	}
	if err := c.session.Parse(c.ctx, m.Name, m.Query, params); err != nil {
		return err
	}
	return c.reply(parseComplete)
}

func (c *conn) describe(content []byte) error {
	var m pgproto3.Describe
	if err := m.Decode(content); err != nil {
		return errFormat
	}
	switch m.ObjectType {
	case 'S':
		params, cols, rows, err := c.session.DescribeStatement(c.ctx, m.Name)
		if err != nil {
			return err
		}
		start := c.out.begin('t')
		c.out.buf = binary.BigEndian.AppendUint16(c.out.buf, uint16(len(params)))
		for _, id := range params {
			c.out.buf = binary.BigEndian.AppendUint32(c.out.buf, uint32(id))
		}
		if err := c.out.end(start); err != nil {
			return err
		}
		return c.describeRows(cols, rows, nil)
	case 'P':
		cols, rows, err := c.session.DescribePortal(c.ctx, m.Name)
		if err != nil {
			return err
		}
		return c.describeRows(cols, rows, c.portalFormats(m.Name))
	}
	return pgerr.Newf(pgerr.ProtocolViolation, "invalid DESCRIBE message subtype %d", m.ObjectType)
}

func (c *conn) describeRows(cols []frontend.Column, rows bool, formats []int16) error {
	if !rows {
		return c.reply(noData)
	}
	c.out.buf = c.box.takeNotices(c.out.buf)
	return appendRowDescription(&c.out, cols, formats)
}

// portalFormats are the result formats of a portal, none (all text) where it
// was not made by Bind.
func (c *conn) portalFormats(name string) []int16 {
	if p := c.portals[name]; p != nil {
		return p.formats
	}
	return nil
}

func (c *conn) execute(content []byte) error {
	var m pgproto3.Execute
	if err := m.Decode(content); err != nil {
		return errFormat
	}
	cols, _, err := c.session.DescribePortal(c.ctx, m.Portal)
	if err != nil {
		return err
	}
	p := c.portals[m.Portal]
	if p == nil {
		p = &portal{}
		c.portals[m.Portal] = p
	}
	if err := p.codec.prepare(c.session, cols, p.formats); err != nil {
		return err
	}
	// A limit that is negative when read with a sign is none.
	limit := max(0, int(int32(m.MaxRows)))
	c.results.reset(c, &p.codec)
	return c.session.Execute(c.ctx, m.Portal, limit, &c.results)
}

func (c *conn) closeObject(content []byte) error {
	var m pgproto3.Close
	if err := m.Decode(content); err != nil {
		return errFormat
	}
	var err error
	switch m.ObjectType {
	case 'S':
		err = c.session.CloseStatement(m.Name)
	case 'P':
		delete(c.portals, m.Name)
		err = c.session.ClosePortal(m.Name)
	default:
		err = pgerr.Newf(pgerr.ProtocolViolation, "invalid CLOSE message subtype %d", m.ObjectType)
	}
	if err != nil {
		return err
	}
	return c.reply(closeComplete)
}

func (c *conn) flush([]byte) error {
	c.out.buf = c.box.takeNotices(c.out.buf)
	return c.out.flush()
}

func (c *conn) sync([]byte) error {
	c.skipping = false
	if err := c.session.Sync(c.ctx); err != nil {
		return err
	}
	return c.sendReady()
}

// reply appends a message after the notices that came before it.
func (c *conn) reply(m pgproto3.BackendMessage) error {
	c.out.buf = c.box.takeNotices(c.out.buf)
	return c.out.send(m)
}

func checkTexts(texts ...string) error {
	for _, t := range texts {
		if err := datum.ValidText([]byte(t)); err != nil {
			return err
		}
	}
	return nil
}

// setFormats remembers a portal's result formats. What the portal of that name
// used before is used again: an unnamed portal is bound for every execution.
func (c *conn) setFormats(name string, formats []int16) {
	p := c.portals[name]
	if p == nil {
		p = &portal{}
		c.portals[name] = p
	}
	if !slices.Equal(p.formats, formats) {
		p.formats = append(p.formats[:0], formats...)
		p.codec.forget()
	}
}
