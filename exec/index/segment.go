package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"unsafe"

	"voronoi/vectorops"
)

// A segment is an index as it is saved: a header that says what it is, the
// roster of the vectors that are in it, the body of the access method, in which
// a vector is its position in the roster, and a checksum over all of it. It
// belongs to no commit: who loads it compares the roster with the vectors that
// there are ([Roster.Match]), so that whatever has happened since costs only
// the vectors that it happened to.
//
//	offset  bytes  all numbers little-endian
//	0       8      magic
//	8       4      kind: the access method's four letters
//	12      4      version of the body
//	16      8      n, the number of vectors
//	24      8·n    their keys
//	…       8·n    their digests
//	…       …      body
//	end     4      CRC-32C of everything before
const (
	segmentMagic  = "voronoi\x02"
	segmentBuffer = 1 << 20
)

// ErrDamaged says that a segment is not what was written.
var ErrDamaged = errors.New("index segment is damaged")

// ErrStale says that a segment is whole but of another kind, version or
// definition than asked for.
var ErrStale = errors.New("index segment does not belong to this index")

// ErrBehind says that a segment lacks more vectors than the caller would wait
// for.
var ErrBehind = errors.New("index segment lacks too many vectors")

// Restoring says what an index is loaded for.
type Restoring struct {
	View   View
	Source Source // reads the vectors that View does not have
	// Most bounds how many vectors that the segment lacks are inserted; with
	// more it is ErrBehind. Negative is no bound.
	Most int

	// Exact is set when the segment has exactly the vectors of View.
	Exact bool
}

// Accept decides on what Match has found: ErrStale if most of the view would have
// to be inserted, which building does better, and ErrBehind as Most says.
func (o *Restoring) Accept(moved, fresh []Slot) error {
	o.Exact = len(fresh) == 0 && InPlace(moved)
	switch {
	case 2*len(fresh) > o.View.Len():
		return fmt.Errorf("%w: it lacks %d vectors of %d", ErrStale, len(fresh), o.View.Len())
	case o.Most >= 0 && len(fresh) > o.Most:
		return fmt.Errorf("%w: %d", ErrBehind, len(fresh))
	}
	return nil
}

// Fetch copies the vectors of slots to the rows of dst; found tells those of
// which there still is one.
func (o *Restoring) Fetch(dst vectorops.Matrix, slots []Slot, found []bool) error {
	if o.View.HasVectors() {
		for i, s := range slots {
			copy(dst.Row(i), o.View.Vector(s))
			found[i] = true
		}
		return nil
	}
	keys := make([]int64, len(slots))
	for i, s := range slots {
		keys[i], found[i] = o.View.Key(s), false
	}
	return o.Source.Fetch(keys, func(at int, vec []float32) {
		// The row may have another vector by now, for another slot.
		if len(vec) == dst.Dims && Digest(vec) == o.View.Digest(slots[at], nil) {
			copy(dst.Row(at), vec)
			found[at] = true
		}
	})
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// SegmentWriter writes a segment front to back. Errors are kept until Close.
type SegmentWriter struct {
	w   io.Writer
	buf []byte
	crc uint32
	err error
}

// WriteSegment begins a segment.
func WriteSegment(w io.Writer, kind string, version uint32, r *Roster) *SegmentWriter {
	s := &SegmentWriter{w: w, buf: make([]byte, 0, segmentBuffer)}
	s.Bytes([]byte(segmentMagic))
	s.Bytes([]byte((kind + "\x00\x00\x00\x00")[:4]))
	s.U32(version)
	s.U64(uint64(len(r.Keys)))
	writeNumbers(s, r.Keys)
	writeNumbers(s, r.Digests)
	return s
}

// Close ends the segment and gives the first error.
func (s *SegmentWriter) Close() error {
	s.flush()
	s.buf = binary.LittleEndian.AppendUint32(s.buf, s.crc)
	s.flush()
	return s.err
}

// Sealed is a segment without its checksum with the right one, for tests of what
// reads segments: damage that no checksum would let through.
func Sealed(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(append([]byte(nil), b...), crc32.Checksum(b, castagnoli))
}

func (s *SegmentWriter) flush() {
	s.write(s.buf)
	s.buf = s.buf[:0]
}

func (s *SegmentWriter) write(b []byte) {
	s.crc = crc32.Update(s.crc, castagnoli, b)
	if s.err == nil && len(b) > 0 {
		_, s.err = s.w.Write(b)
	}
}

// Bytes writes bytes as they are.
func (s *SegmentWriter) Bytes(b []byte) {
	if len(s.buf)+len(b) > cap(s.buf) {
		s.flush()
	}
	if len(b) > cap(s.buf) {
		s.write(b)
		return
	}
	s.buf = append(s.buf, b...)
}

// U8 writes a byte.
func (s *SegmentWriter) U8(x byte) { s.Bytes([]byte{x}) }

// U32 writes four bytes.
func (s *SegmentWriter) U32(x uint32) {
	if len(s.buf)+4 > cap(s.buf) {
		s.flush()
	}
	s.buf = binary.LittleEndian.AppendUint32(s.buf, x)
}

// U64 writes eight bytes.
func (s *SegmentWriter) U64(x uint64) {
	s.U32(uint32(x))
	s.U32(uint32(x >> 32))
}

// U32s writes numbers without their count.
func (s *SegmentWriter) U32s(xs []uint32) { writeNumbers(s, xs) }

// F32s writes numbers without their count.
func (s *SegmentWriter) F32s(xs []float32) { writeNumbers(s, xs) }

// SegmentReader reads a segment front to back in one pass. When there is less
// than was asked for, it gives zeros, and Finish says so; nothing that was read
// may be believed before.
type SegmentReader struct {
	Roster Roster

	r    io.Reader
	left int64 // not yet asked for, without the checksum
	buf  []byte
	rest []byte // of buf, read ahead
	crc  uint32
	err  error
}

// mostRows is how many vectors a segment may have for a view of n. One that has
// more is mostly of what is deleted. The bound holds before the checksum is known,
// and with it memory is in proportion to the table, not to what a file, which may
// be sparse, says of itself.
func mostRows(n int) uint64 { return 4*uint64(n) + 1<<16 }

// ReadSegment begins to read a segment of size bytes for a view of vectors:
// ErrDamaged (wrapped) if its head cannot have been written so, ErrStale if it is
// of another kind or version, or has far more vectors than the view.
func ReadSegment(r io.Reader, size int64, kind string, version uint32, vectors int) (*SegmentReader, error) {
	s := &SegmentReader{r: r, left: size - crc32.Size, buf: make([]byte, segmentBuffer)}
	magic, k, v := s.Bytes(8), s.Bytes(4), s.U32()
	n := s.U64()
	switch {
	case s.err != nil:
		return nil, s.err
	case string(magic) != segmentMagic:
		return nil, fmt.Errorf("%w: wrong magic", ErrDamaged)
	case string(k) != (kind + "\x00\x00\x00\x00")[:4]:
		return nil, fmt.Errorf("%w: it is of kind %q", ErrStale, k)
	case v != version:
		return nil, fmt.Errorf("%w: version %d", ErrStale, v)
	case n >= maxSlots || int64(n) > s.left/16:
		return nil, fmt.Errorf("%w: %d vectors", ErrDamaged, n)
	case n > mostRows(vectors):
		return nil, fmt.Errorf("%w: it has %d vectors, the table %d", ErrStale, n, vectors)
	}
	s.Roster.Keys = readNumbers[int64](s, int(n))
	s.Roster.Digests = readNumbers[uint64](s, int(n))
	return s, s.err
}

// Left is the number of bytes that are still to be read.
func (s *SegmentReader) Left() int64 { return s.left }

// Failed reports whether more was read than there was.
func (s *SegmentReader) Failed() bool { return s.err != nil }

// Finish is ErrDamaged unless all was read and is as it was written.
func (s *SegmentReader) Finish() error {
	if s.err != nil {
		return s.err
	}
	if s.left != 0 {
		return fmt.Errorf("%w: %d bytes too many", ErrDamaged, s.left)
	}
	var trailer [crc32.Size]byte
	if _, err := io.ReadFull(s.r, trailer[:]); err != nil {
		return fmt.Errorf("%w: checksum: %w", ErrDamaged, err)
	}
	if s.crc != binary.LittleEndian.Uint32(trailer[:]) {
		return fmt.Errorf("%w: checksum does not match", ErrDamaged)
	}
	return nil
}

// read fills dst.
func (s *SegmentReader) read(dst []byte) {
	if s.err == nil && int64(len(dst)) > s.left {
		s.err = fmt.Errorf("%w: it ends too early", ErrDamaged)
	}
	if s.err != nil {
		clear(dst)
		return
	}
	s.left -= int64(len(dst))
	n := copy(dst, s.rest)
	s.rest = s.rest[n:]
	for dst = dst[n:]; len(dst) > 0; dst = dst[n:] {
		if len(dst) >= len(s.buf) {
			n = len(dst)
			s.fill(dst)
		} else {
			ahead := min(int64(len(s.buf)), int64(len(dst))+s.left)
			s.fill(s.buf[:ahead])
			n = copy(dst, s.buf[:ahead])
			s.rest = s.buf[n:ahead]
		}
	}
}

// fill reads from the file.
func (s *SegmentReader) fill(dst []byte) {
	if s.err != nil {
		clear(dst)
		return
	}
	if _, err := io.ReadFull(s.r, dst); err != nil {
		s.err = fmt.Errorf("%w: %w", ErrDamaged, err)
		clear(dst)
	}
	s.crc = crc32.Update(s.crc, castagnoli, dst)
}

// Bytes reads n bytes; nil if there are fewer.
func (s *SegmentReader) Bytes(n int) []byte { return readNumbers[byte](s, n) }

// U8 reads a byte.
func (s *SegmentReader) U8() byte {
	if s.err == nil && len(s.rest) > 0 && s.left > 0 {
		b := s.rest[0]
		s.rest, s.left = s.rest[1:], s.left-1
		return b
	}
	var b [1]byte
	s.read(b[:])
	return b[0]
}

// U32 reads four bytes.
func (s *SegmentReader) U32() uint32 {
	var b [4]byte
	s.read(b[:])
	return binary.LittleEndian.Uint32(b[:])
}

// U64 reads eight bytes.
func (s *SegmentReader) U64() uint64 {
	var b [8]byte
	s.read(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

// U32s reads n numbers; nil if there are fewer.
func (s *SegmentReader) U32s(n int) []uint32 { return readNumbers[uint32](s, n) }

// ReadF32s fills dst.
func (s *SegmentReader) ReadF32s(dst []float32) {
	s.read(asBytes(dst))
	fromLittleEndian(dst)
}

type number interface {
	byte | uint32 | uint64 | int64 | float32
}

var hostIsLittleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// asBytes is the memory of numbers.
func asBytes[T number](xs []T) []byte {
	var x T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(xs))), len(xs)*int(unsafe.Sizeof(x)))
}

// fromLittleEndian turns numbers that were read into the host's own.
func fromLittleEndian[T number](xs []T) {
	if hostIsLittleEndian {
		return
	}
	switch xs := any(xs).(type) {
	case []uint32:
		for i, b := 0, asBytes(xs); i < len(xs); i++ {
			xs[i] = binary.LittleEndian.Uint32(b[4*i:])
		}
	case []float32:
		for i, b := 0, asBytes(xs); i < len(xs); i++ {
			xs[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case []uint64:
		for i, b := 0, asBytes(xs); i < len(xs); i++ {
			xs[i] = binary.LittleEndian.Uint64(b[8*i:])
		}
	case []int64:
		for i, b := 0, asBytes(xs); i < len(xs); i++ {
			xs[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
}

func writeNumbers[T number](s *SegmentWriter, xs []T) {
	if !hostIsLittleEndian {
		xs = append([]T(nil), xs...)
		fromLittleEndian(xs) // swapping goes both ways
	}
	s.Bytes(asBytes(xs))
}

func readNumbers[T number](s *SegmentReader, n int) []T {
	var x T
	if s.err == nil && (n < 0 || int64(n) > s.left/int64(unsafe.Sizeof(x))) {
		s.err = fmt.Errorf("%w: it ends too early", ErrDamaged)
	}
	if s.err != nil {
		return nil
	}
	xs := make([]T, n)
	s.read(asBytes(xs))
	fromLittleEndian(xs)
	return xs
}
