package wire

import (
	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

var (
	emptyQuery      pgproto3.BackendMessage = &pgproto3.EmptyQueryResponse{}
	portalSuspended pgproto3.BackendMessage = &pgproto3.PortalSuspended{}
	copyDone        pgproto3.BackendMessage = &pgproto3.CopyDone{}
)

// results is the [frontend.Receiver] of a connection. Its methods fail when
// the connection is to end, which is how a long result is cut short.
type results struct {
	c *conn
	// codec writes the rows: the portal's under Execute, own, made anew by
	// each Describe, under Query.
	codec   *codec
	own     codec
	simple  bool
	copying bool // CopyOut has been sent
	tag     pgproto3.CommandComplete
}

// reset prepares for a statement. Without a codec it is one of Query's.
func (r *results) reset(c *conn, portal *codec) {
	r.c, r.codec, r.simple, r.copying = c, portal, portal == nil, false
}

func (r *results) Describe(cols []frontend.Column) error {
	if !r.simple {
		return nil
	}
	r.own.forget()
	r.codec = &r.own
	if err := r.own.prepare(r.c.session, cols, nil); err != nil {
		return err
	}
	r.notices()
	return appendRowDescription(&r.c.out, cols, nil)
}

func (r *results) Row(values []datum.Datum) error {
	r.notices()
	if r.codec == nil {
		return pgerr.Internal("a row without a description")
	}
	return r.codec.appendRow(&r.c.out, values)
}

func (r *results) Complete(tag string) error {
	if r.copying {
		r.copying = false
		if err := r.send(copyDone); err != nil {
			return err
		}
	}
	r.tag.CommandTag = append(r.tag.CommandTag[:0], tag...)
	return r.send(&r.tag)
}

func (r *results) Empty() error { return r.send(emptyQuery) }

func (r *results) Suspended() error { return r.send(portalSuspended) }

func (r *results) send(m pgproto3.BackendMessage) error {
	r.notices()
	return r.c.out.send(m)
}

// notices lets what was said before the next message go before it.
func (r *results) notices() {
	if r.c.box.urgent.Load() {
		r.c.out.buf = r.c.box.takeNotices(r.c.out.buf)
	}
}
