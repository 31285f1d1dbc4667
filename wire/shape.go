package wire

import (
	"bytes"
	"encoding/binary"

	"voronoi/internal/pgerr"
)

// The limits on a message's body are Postgres's: the largest value it can
// allocate for messages that carry data, and little for the others.
const (
	largeMessage = 1<<30 - 1
	smallMessage = 10000
)

// messages are the messages that a client may send once it is authenticated. A
// limit of 0 marks a byte that is none of them. The shape says whether a body
// is what the decoders expect; nil where nothing decodes it.
var messages = [256]struct {
	limit int64
	shape func(*body)
}{
	'Q': {largeMessage, func(b *body) { b.text() }},
	'P': {largeMessage, func(b *body) { b.text(); b.text(); b.skip(4 * b.count()) }},
	'B': {largeMessage, bindShape},
	'D': {smallMessage, func(b *body) { b.letter(); b.text() }},
	'C': {smallMessage, func(b *body) { b.letter(); b.text() }},
	'E': {smallMessage, func(b *body) { b.text(); b.skip(4) }},
	'H': {smallMessage, func(*body) {}},
	'S': {smallMessage, func(*body) {}},
	'X': {smallMessage, nil},
	'F': {largeMessage, nil},
	'd': {largeMessage, nil},
	'c': {smallMessage, nil},
	'f': {smallMessage, func(b *body) { b.text() }},
}

func bindShape(b *body) {
	b.text()
	b.text()
	b.skip(2 * b.count())
	for range b.count() {
		b.value()
		if b.err != nil {
			return
		}
	}
	b.skip(2 * b.count())
}

// checkShape reports whether a message's body can be decoded.
func checkShape(typ byte, content []byte) error {
	shape := messages[typ].shape
	if shape == nil {
		return nil
	}
	b := body{rest: content}
	shape(&b)
	if b.err == nil && len(b.rest) > 0 {
		b.err = errFormat
	}
	if b.err != nil {
		return b.err
	}
	return nil
}

var (
	errFormat   = pgerr.New(pgerr.ProtocolViolation, "invalid message format")
	errNoString = pgerr.New(pgerr.ProtocolViolation, "invalid string in message")
	errNoLetter = pgerr.New(pgerr.ProtocolViolation, "no data left in message")
	errShort    = pgerr.New(pgerr.ProtocolViolation, "insufficient data left in message")
)

// body walks over a message. After the first fault its methods do nothing.
type body struct {
	rest []byte
	err  *pgerr.Error
}

// text passes a string and the zero byte that ends it.
func (b *body) text() {
	if b.err != nil {
		return
	}
	end := bytes.IndexByte(b.rest, 0)
	if end < 0 {
		b.err = errNoString
		return
	}
	b.rest = b.rest[end+1:]
}

// letter passes one byte.
func (b *body) letter() {
	if b.err != nil {
		return
	}
	if len(b.rest) == 0 {
		b.err = errNoLetter
		return
	}
	b.rest = b.rest[1:]
}

// count reads a number of things, which is 16 bits without a sign.
func (b *body) count() int {
	if b.err != nil || !b.has(2) {
		return 0
	}
	n := binary.BigEndian.Uint16(b.rest)
	b.rest = b.rest[2:]
	return int(n)
}

// value passes a length and so many bytes; a length of -1 stands for NULL.
func (b *body) value() {
	if b.err != nil || !b.has(4) {
		return
	}
	n := int32(binary.BigEndian.Uint32(b.rest))
	b.rest = b.rest[4:]
	if n != -1 {
		b.skip(int(n))
	}
}

func (b *body) skip(n int) {
	if b.err == nil && b.has(n) {
		b.rest = b.rest[n:]
	}
}

func (b *body) has(n int) bool {
	if n < 0 || n > len(b.rest) {
		b.err = errShort
		return false
	}
	return true
}
