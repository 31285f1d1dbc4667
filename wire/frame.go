package wire

import (
	"encoding/binary"
	"errors"
	"io"
)

const (
	// frameBuffer is the size of a read buffer at rest, and keepBuffer the
	// largest that is kept for the next message.
	frameBuffer = 16 << 10
	keepBuffer  = 256 << 10

	// maxStartup is Postgres's limit on the first packet. It holds until a
	// client has authenticated.
	maxStartup = 10000
)

var (
	errFrameLength   = errors.New("invalid message length")
	errFrameTooLong  = errors.New("invalid message length: too long")
	errStartupLength = errors.New("invalid length of startup packet")
)

// unknownMessageError is a frame whose type byte no client may send.
type unknownMessageError byte

func (e unknownMessageError) Error() string { return "invalid frontend message type" }

// frameReader cuts a stream into frames. A frame's body is valid until the
// next one is read.
type frameReader struct {
	r   io.Reader
	buf []byte // buf[pos:end] has been received and not been consumed
	pos int
	end int
}

func newFrameReader(r io.Reader) *frameReader {
	return &frameReader{r: r, buf: make([]byte, frameBuffer)}
}

// next reads one typed frame. Its errors are io.EOF between frames,
// io.ErrUnexpectedEOF within one, errFrameLength, errFrameTooLong, an unknownMessageError, and
// those of the stream.
func (f *frameReader) next() (typ byte, body []byte, err error) {
	f.rest()
	if err := f.fill(1); err != nil {
		return 0, nil, err
	}
	typ = f.buf[f.pos]
	limit := messages[typ].limit
	if limit == 0 {
		return 0, nil, unknownMessageError(typ)
	}
	if err := f.fill(5); err != nil {
		return 0, nil, unexpected(err)
	}
	n := int64(int32(binary.BigEndian.Uint32(f.buf[f.pos+1:]))) - 4
	if n < 0 {
		return 0, nil, errFrameLength
	}
	if n+4 > limit { // as in Postgres, the limit counts the length itself
		return 0, nil, errFrameTooLong
	}
	if err := f.fill(5 + int(n)); err != nil {
		return 0, nil, unexpected(err)
	}
	return typ, f.take(5, int(n)), nil
}

// startup reads one packet of the kind that opens a connection, which has a
// length and no type, and returns what follows the length.
func (f *frameReader) startup() ([]byte, error) {
	if err := f.fill(4); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(f.buf[f.pos:])) - 4
	if n < 4 || n > maxStartup {
		return nil, errStartupLength
	}
	if err := f.fill(4 + int(n)); err != nil {
		return nil, unexpected(err)
	}
	return f.take(4, int(n)), nil
}

// buffered is how many bytes have been received and not been consumed.
func (f *frameReader) buffered() int { return f.end - f.pos }

// take consumes a header and a body and returns the body.
func (f *frameReader) take(header, n int) []byte {
	start := f.pos + header
	f.pos = start + n
	return f.buf[start:f.pos:f.pos]
}

// rest makes the buffer ready for a new frame, and gives back the memory that
// an unusually large one has needed.
func (f *frameReader) rest() {
	if f.pos != f.end {
		return
	}
	f.pos, f.end = 0, 0
	if len(f.buf) > keepBuffer {
		f.buf = make([]byte, frameBuffer)
	}
}

// fill reads until n unconsumed bytes are in the buffer. The buffer doubles
// only once it is full (W1).
func (f *frameReader) fill(n int) error {
	for f.end-f.pos < n {
		if f.pos+n > len(f.buf) && f.pos > 0 {
			copy(f.buf, f.buf[f.pos:f.end])
			f.pos, f.end = 0, f.end-f.pos
		}
		if f.end == len(f.buf) {
			grown := make([]byte, min(n, 2*len(f.buf)))
			copy(grown, f.buf[:f.end])
			f.buf = grown
		}
		if err := f.read(); err != nil {
			return err
		}
	}
	return nil
}

// read receives at least one byte into the free end of the buffer.
func (f *frameReader) read() error {
	for range 100 {
		n, err := f.r.Read(f.buf[f.end:])
		f.end += n
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
