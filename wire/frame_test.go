package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/jackc/pgproto3/v2"
)

// frame makes a message of any type with any stated length.
func frame(typ byte, length uint32, body string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{typ}, length), body...)
}

func TestFrames(t *testing.T) {
	long := strings.Repeat("x", 3*frameBuffer)
	stream := bytes.Join([][]byte{
		frame('Q', 6, "a\x00"),
		frame('S', 4, ""),
		frame('d', uint32(4+len(long)), long),
		frame('X', 4, ""),
	}, nil)
	for name, r := range map[string]io.Reader{
		"at once":      bytes.NewReader(stream),
		"byte by byte": iotest.OneByteReader(bytes.NewReader(stream)),
		"in halves":    iotest.HalfReader(bytes.NewReader(stream)),
	} {
		t.Run(name, func(t *testing.T) {
			f := newFrameReader(r)
			for _, want := range []struct {
				typ  byte
				body string
			}{{'Q', "a\x00"}, {'S', ""}, {'d', long}, {'X', ""}} {
				typ, body, err := f.next()
				if err != nil || typ != want.typ || string(body) != want.body {
					t.Fatalf("got %c with %d bytes, %v; want %c with %d", typ, len(body), err, want.typ, len(want.body))
				}
			}
			if _, _, err := f.next(); err != io.EOF {
				t.Errorf("after the last frame: %v", err)
			}
		})
	}
}

func TestFrameErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		stream []byte
		want   error
	}{
		{"nothing", nil, io.EOF},
		{"no length", []byte{'Q', 0, 0}, io.ErrUnexpectedEOF},
		{"no body", frame('Q', 8, "a"), io.ErrUnexpectedEOF},
		{"length below its own size", frame('Q', 3, ""), errFrameLength},
		{"length of zero", frame('Q', 0, ""), errFrameLength},
		{"negative length", frame('Q', 0xffffffff, ""), errFrameLength},
		{"more than Postgres can allocate", frame('Q', 1<<30, ""), errFrameTooLong},
		{"a small message that is large", frame('S', 10005, ""), errFrameTooLong},
		{"no such message", frame('y', 4, ""), unknownMessageError('y')},
		{"a password when none was asked for", frame('p', 5, "\x00"), unknownMessageError('p')},
	} {
		if _, _, err := newFrameReader(bytes.NewReader(c.stream)).next(); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

// TestFrameMemory: a length is a claim, and memory is given for what arrives
// (W1).
func TestFrameMemory(t *testing.T) {
	f := newFrameReader(bytes.NewReader(frame('d', 1<<30-2, strings.Repeat("x", 100<<10))))
	if _, _, err := f.next(); err != io.ErrUnexpectedEOF {
		t.Fatal(err)
	}
	if len(f.buf) > 256<<10 {
		t.Errorf("100 KiB of a claimed GiB took a buffer of %d bytes", len(f.buf))
	}
	body := strings.Repeat("x", 2*keepBuffer)
	f = newFrameReader(bytes.NewReader(append(frame('d', uint32(4+len(body)), body), frame('S', 4, "")...)))
	for range 2 {
		if _, _, err := f.next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := f.next(); err != io.EOF {
		t.Fatal(err)
	}
	if len(f.buf) > keepBuffer {
		t.Errorf("a buffer of %d bytes is kept", len(f.buf))
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(frame('Q', 6, "a\x00"))
	f.Add(frame('d', 0x3fffffff, "abc"))
	f.Add(append(frame('S', 4, ""), frame('B', 9, "\x00\x00\x00\x00\x00")...))
	f.Fuzz(func(t *testing.T, stream []byte) {
		r := newFrameReader(bytes.NewReader(stream))
		for consumed := 0; ; {
			_, body, err := r.next()
			if len(r.buf) > 2*len(stream)+frameBuffer {
				t.Fatalf("%d bytes took a buffer of %d", len(stream), len(r.buf))
			}
			if err != nil {
				return
			}
			if consumed += 5 + len(body); consumed > len(stream) {
				t.Fatal("more was delivered than sent")
			}
		}
	})
}

// FuzzShapes holds W2: what has a good shape can be decoded.
func FuzzShapes(f *testing.F) {
	for _, m := range []pgproto3.FrontendMessage{
		&pgproto3.Query{String: "SELECT 1"},
		&pgproto3.Parse{Name: "a", Query: "b", ParameterOIDs: []uint32{23}},
		&pgproto3.Bind{
			DestinationPortal: "p", PreparedStatement: "s", ParameterFormatCodes: []int16{1, 0},
			Parameters: [][]byte{nil, []byte("x")}, ResultFormatCodes: []int16{1},
		},
		&pgproto3.Describe{ObjectType: 'S', Name: "s"},
		&pgproto3.Close{ObjectType: 'P', Name: "p"},
		&pgproto3.Execute{Portal: "p", MaxRows: 3},
		&pgproto3.CopyFail{Message: "m"},
	} {
		b, err := m.Encode(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[0], b[5:])
	}
	f.Add(byte('Q'), []byte{})
	f.Add(byte('B'), []byte("\x00\x00\x00\x00\x00\x01\xff\xff\xff\xfe\x00\x00"))
	f.Fuzz(func(t *testing.T, typ byte, content []byte) {
		m := map[byte]pgproto3.FrontendMessage{
			'Q': &pgproto3.Query{}, 'P': &pgproto3.Parse{}, 'B': &pgproto3.Bind{}, 'D': &pgproto3.Describe{},
			'C': &pgproto3.Close{}, 'E': &pgproto3.Execute{}, 'f': &pgproto3.CopyFail{},
		}[typ]
		if m == nil || checkShape(typ, content) != nil {
			return
		}
		if err := m.Decode(content); err != nil {
			t.Errorf("%c %q has a good shape and does not decode: %v", typ, content, err)
		}
	})
}
