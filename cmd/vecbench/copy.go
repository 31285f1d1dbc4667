package main

import (
	"encoding/binary"
)

// copyStream is the whole of COPY … FROM STDIN (FORMAT binary) for a table of
// keys and vectors. It is made before the clock starts.
func copyStream(d *dataset) []byte {
	b := make([]byte, 0, 21+d.base.Rows()*(2+4+8+4+4+4*d.base.Dims))
	b = append(b, "PGCOPY\n\xff\r\n\x00"...)
	b = append(b, make([]byte, 8)...) // no flags, no header extension
	for i := range d.base.Rows() {
		b = binary.BigEndian.AppendUint16(b, 2)
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(i))
		b = binary.BigEndian.AppendUint32(b, uint32(4+4*d.base.Dims))
		b = appendVector(b, d.base.Row(i))
	}
	return binary.BigEndian.AppendUint16(b, 0xffff)
}
