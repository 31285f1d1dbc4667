package index

import "encoding/binary"

// Decoder reads the little-endian numbers of a segment's body. When there are
// too few bytes it gives zeros, and Failed says so.
type Decoder struct {
	rest   []byte
	failed bool
}

// NewDecoder reads from b.
func NewDecoder(b []byte) *Decoder { return &Decoder{rest: b} }

// Failed reports whether more was read than there was.
func (d *Decoder) Failed() bool { return d.failed }

// Len is the number of bytes left.
func (d *Decoder) Len() int { return len(d.rest) }

// Skip passes over n bytes.
func (d *Decoder) Skip(n int) { d.Bytes(n) }

// Bytes is the next n bytes, not a copy; nil if there are fewer.
func (d *Decoder) Bytes(n int) []byte {
	if n < 0 || n > len(d.rest) {
		d.failed, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

// U8 reads a byte.
func (d *Decoder) U8() byte {
	if b := d.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// U32 reads four bytes.
func (d *Decoder) U32() uint32 {
	if b := d.Bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// U64 reads eight bytes.
func (d *Decoder) U64() uint64 {
	if b := d.Bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}
