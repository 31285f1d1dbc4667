package wire

import (
	"voronoi/internal/pgerr"
)

// handlers are what the messages of [messages] do; nil where a message is
// ignored: COPY data may still be on its way when a COPY has failed.
var handlers = [256]func(*conn, []byte) error{
	'Q': (*conn).query,
	'F': (*conn).functionCall,
	'P': (*conn).parse,
	'B': (*conn).bind,
	'D': (*conn).describe,
	'E': (*conn).execute,
	'C': (*conn).closeObject,
	'H': (*conn).flush,
	'S': (*conn).sync,
}

// loop serves messages until the connection ends, which is always by an error.
func (c *conn) loop() error {
	for {
		typ, content, err := c.in.next()
		if err != nil {
			return frameFailure(err)
		}
		if typ == 'X' {
			return errClosing
		}
		if c.skipping && typ != 'S' {
			continue
		}
		c.ready = false
		c.served.Add(1)
		if err := c.dispatch(typ, content); err != nil {
			return err
		}
	}
}

func (c *conn) dispatch(typ byte, content []byte) error {
	handle := handlers[typ]
	if handle == nil {
		return nil
	}
	err := checkShape(typ, content)
	if err == nil {
		err = handle(c, content)
	}
	if err == nil {
		return c.out.err
	}
	c.session.Fail()
	if err := c.fail(err); err != nil {
		return err
	}
	switch typ {
	case 'Q', 'F':
		// These end a transaction of their own, and the cycle.
		if err := c.session.Sync(c.ctx); err != nil {
			return c.fail(err)
		}
		return c.sendReady()
	case 'S':
		return c.sendReady()
	}
	c.skipping = true
	return nil
}

// frameFailure is what is said of a stream that cannot be read on.
func frameFailure(err error) error {
	if typ, ok := err.(unknownMessageError); ok {
		return fatal(pgerr.ProtocolViolation, "invalid frontend message type %d", byte(typ))
	}
	if err == errFrameTooLong {
		// Postgres only logs this; whoever sends too much wants to be told.
		return fatal(pgerr.ProtocolViolation, "invalid message length")
	}
	return err
}

// functionCall refuses the one message that nothing has sent since libpq's
// large objects.
func (c *conn) functionCall([]byte) error {
	return pgerr.Unsupported("the function call protocol")
}
