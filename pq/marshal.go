package pq

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"voronoi/vectorops"
)

// The marshalled form, all numbers little-endian:
//
//	offset  bytes  what
//	0       4      magic "VPQ" and the version, 1
//	4       4      M
//	8       4      Ksub
//	12      4      Dsub
//	16      …      the centroids, float32
//	end     4      CRC-32C of everything before
const (
	magic      = "VPQ\x01"
	headerSize = 16
	maxDims    = 1 << 16
)

// ErrMarshalled says that bytes are not a marshalled codebook.
var ErrMarshalled = errors.New("not a product quantization codebook")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// MarshalBinary is the codebook in the form above.
func (cb *Codebook) MarshalBinary() ([]byte, error) {
	le := binary.LittleEndian
	b := make([]byte, 0, headerSize+4*len(cb.Centroids)+4)
	b = append(b, magic...)
	b = le.AppendUint32(b, uint32(cb.M))
	b = le.AppendUint32(b, uint32(cb.Ksub))
	b = le.AppendUint32(b, uint32(cb.Dsub))
	for _, f := range cb.Centroids {
		b = le.AppendUint32(b, math.Float32bits(f))
	}
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli)), nil
}

// UnmarshalBinary reads what MarshalBinary wrote; anything else is
// ErrMarshalled.
func (cb *Codebook) UnmarshalBinary(b []byte) error {
	if len(b) < headerSize+4 || string(b[:4]) != magic {
		return fmt.Errorf("%w: no header", ErrMarshalled)
	}
	le := binary.LittleEndian
	m, ksub, dsub := le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:])
	if m < 1 || m > maxDims || ksub < 1 || ksub > MaxKsub || dsub < 1 || dsub > maxDims {
		return fmt.Errorf("%w: %d parts of %d dimensions, %d centroids", ErrMarshalled, m, dsub, ksub)
	}
	n := uint64(m) * uint64(ksub) * uint64(dsub)
	if uint64(len(b)) != headerSize+4*n+4 {
		return fmt.Errorf("%w: %d bytes for %d values", ErrMarshalled, len(b), n)
	}
	body := b[:len(b)-4]
	if crc32.Checksum(body, castagnoli) != le.Uint32(b[len(body):]) {
		return fmt.Errorf("%w: checksum does not match", ErrMarshalled)
	}
	cb.M, cb.Ksub, cb.Dsub = int(m), int(ksub), int(dsub)
	cb.Centroids = vectorops.AlignedFloats(int(n))
	for i := range cb.Centroids {
		cb.Centroids[i] = math.Float32frombits(le.Uint32(body[headerSize+4*i:]))
	}
	return nil
}
