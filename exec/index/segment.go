package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A segment is an index as it is saved: a header that says what it is and
// which state of the data it belongs to, the body of the access method, and a
// checksum over both. It is worth loading only for exactly the data that it
// was made from; in every other case the index is rebuilt.
//
//	offset  bytes  all numbers little-endian
//	0       8      magic
//	8       4      kind: the access method's four letters
//	12      4      version of the body
//	16      16     epoch of the server start that wrote it
//	32      8      commit sequence number
//	40      8      length of the body
//	48      …      body
//	end     4      CRC-32C of everything before
const (
	segmentMagic      = "voronoi\x01"
	segmentHeaderSize = 48
	segmentMaxBody    = 1 << 40
)

// Stamp says which state of the data a segment belongs to.
type Stamp struct {
	Epoch [16]byte // random, of the server start
	Seq   Seq
}

// ErrDamaged says that a segment is not what was written.
var ErrDamaged = errors.New("index segment is damaged")

// ErrStale says that a segment is whole but not of this data or version.
var ErrStale = errors.New("index segment does not belong to this data")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// WriteSegment frames a body.
func WriteSegment(w io.Writer, kind string, version uint32, stamp Stamp, body []byte) error {
	header := make([]byte, 0, segmentHeaderSize)
	header = append(header, segmentMagic...)
	header = append(header, (kind + "\x00\x00\x00\x00")[:4]...)
	header = binary.LittleEndian.AppendUint32(header, version)
	header = append(header, stamp.Epoch[:]...)
	header = binary.LittleEndian.AppendUint64(header, uint64(stamp.Seq))
	header = binary.LittleEndian.AppendUint64(header, uint64(len(body)))
	crc := crc32.Update(crc32.Checksum(header, castagnoli), castagnoli, body)
	for _, part := range [][]byte{header, body, binary.LittleEndian.AppendUint32(nil, crc)} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// ReadSegment reads what WriteSegment wrote and returns the body: ErrDamaged
// (wrapped) if anything in it is not as it was written, ErrStale if it is of
// another kind, version, epoch or commit than asked for.
func ReadSegment(r io.Reader, kind string, version uint32, stamp Stamp) ([]byte, error) {
	header := make([]byte, segmentHeaderSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("%w: header: %w", ErrDamaged, err)
	}
	if string(header[:8]) != segmentMagic {
		return nil, fmt.Errorf("%w: wrong magic", ErrDamaged)
	}
	size := binary.LittleEndian.Uint64(header[40:])
	if size > segmentMaxBody {
		return nil, fmt.Errorf("%w: body of %d bytes", ErrDamaged, size)
	}
	// Grow with what arrives: the length is not to be trusted with memory.
	var body bytes.Buffer
	if n, err := io.CopyN(&body, r, int64(size)); err != nil {
		return nil, fmt.Errorf("%w: body ends after %d of %d bytes", ErrDamaged, n, size)
	}
	var trailer [4]byte
	if _, err := io.ReadFull(r, trailer[:]); err != nil {
		return nil, fmt.Errorf("%w: checksum: %w", ErrDamaged, err)
	}
	crc := crc32.Update(crc32.Checksum(header, castagnoli), castagnoli, body.Bytes())
	if crc != binary.LittleEndian.Uint32(trailer[:]) {
		return nil, fmt.Errorf("%w: checksum does not match", ErrDamaged)
	}
	switch {
	case string(header[8:12]) != (kind + "\x00\x00\x00\x00")[:4]:
		return nil, fmt.Errorf("%w: it is of kind %q", ErrStale, header[8:12])
	case binary.LittleEndian.Uint32(header[12:]) != version:
		return nil, fmt.Errorf("%w: version %d", ErrStale, binary.LittleEndian.Uint32(header[12:]))
	case [16]byte(header[16:32]) != stamp.Epoch, Seq(binary.LittleEndian.Uint64(header[32:])) != stamp.Seq:
		return nil, fmt.Errorf("%w: other epoch or commit", ErrStale)
	}
	return body.Bytes(), nil
}
