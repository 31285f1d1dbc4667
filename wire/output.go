package wire

import (
	"encoding/binary"
	"io"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/pgerr"
)

const (
	// flushAt is where output is written without being asked for.
	flushAt = 64 << 10
	// keepOutput is the largest output buffer that is kept.
	keepOutput = 1 << 20
)

// output collects a connection's messages. A write error is kept: nothing can
// be said after it.
type output struct {
	w   io.Writer
	buf []byte
	err error
}

// send appends one message.
func (o *output) send(m pgproto3.BackendMessage) error {
	o.buf = appendMessage(o.buf, m)
	return o.flushFull()
}

// begin appends a message's type and room for its length, and returns where
// the message starts; end fills the length in.
func (o *output) begin(typ byte) (start int) {
	start = len(o.buf)
	o.buf = append(o.buf, typ, 0, 0, 0, 0)
	return start
}

// end closes the message that starts there. One that is longer than the
// protocol allows is taken back.
func (o *output) end(start int) error {
	n := len(o.buf) - start - 1
	if n > largeMessage {
		o.buf = o.buf[:start]
		return pgerr.New(pgerr.ProgramLimitExceeded, "out of memory").
			WithDetail("A message of %d bytes exceeds the limit of %d bytes.", n, largeMessage)
	}
	binary.BigEndian.PutUint32(o.buf[start+1:], uint32(n))
	return o.flushFull()
}

// flushFull writes the buffer once it is large.
func (o *output) flushFull() error {
	if len(o.buf) < flushAt {
		return o.err
	}
	return o.flush()
}

// flush writes everything.
func (o *output) flush() error {
	if o.err == nil && len(o.buf) > 0 {
		_, o.err = o.w.Write(o.buf)
	}
	if cap(o.buf) > keepOutput {
		o.buf = nil
	}
	o.buf = o.buf[:0]
	return o.err
}

// appendMessage appends m. The encoders fail only on counts and lengths beyond
// the protocol's, which the callers do not make.
func appendMessage(dst []byte, m pgproto3.BackendMessage) []byte {
	out, err := m.Encode(dst)
	if err != nil {
		return dst
	}
	return out
}
