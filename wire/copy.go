package wire

import (
	"fmt"
	"io"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// copyFormats is the overall format of a COPY and that of each column, which
// are always the same.
func copyFormats(binary bool, columns int) (overall byte, each []uint16) {
	each = make([]uint16, columns)
	if !binary {
		return formatText, each
	}
	for i := range each {
		each[i] = formatBinary
	}
	return formatBinary, each
}

func (r *results) CopyIn(binary bool, columns int) (frontend.CopySource, error) {
	overall, each := copyFormats(binary, columns)
	if err := r.send(&pgproto3.CopyInResponse{OverallFormat: overall, ColumnFormatCodes: each}); err != nil {
		return nil, err
	}
	if err := r.c.out.flush(); err != nil {
		return nil, err
	}
	return &copySource{c: r.c}, nil
}

func (r *results) CopyOut(binary bool, columns int) error {
	r.copying = true
	overall, each := copyFormats(binary, columns)
	return r.send(&pgproto3.CopyOutResponse{OverallFormat: overall, ColumnFormatCodes: each})
}

func (r *results) CopyData(piece []byte) error {
	r.notices()
	o := &r.c.out
	start := o.begin('d')
	o.buf = append(o.buf, piece...)
	return o.end(start)
}

// copySource reads the data of a COPY FROM STDIN.
type copySource struct {
	c   *conn
	end error // how the stream ended, nil before that
}

// Next gives the content of the next CopyData, which is valid until the
// following call.
func (s *copySource) Next() ([]byte, error) {
	for s.end == nil {
		typ, content, err := s.c.in.next()
		switch {
		case err != nil:
			s.end = s.broken(err)
		case typ == 'd':
			return content, nil
		case typ == 'c':
			s.end = io.EOF
		case typ == 'f':
			s.end = copyFailed(content)
		case typ == 'H' || typ == 'S':
			// Part of the extended protocol's habit, which need not
			// know that the statement is a COPY.
		default:
			s.end = s.intruder(typ)
		}
	}
	return nil, s.end
}

func copyFailed(content []byte) error {
	if err := checkShape('f', content); err != nil {
		return err
	}
	return pgerr.Newf(pgerr.QueryCanceled, "COPY from stdin failed: %s", content[:len(content)-1])
}

// intruder is a message that has no place in COPY data. Postgres reports it
// before it has read the message, and then has to give the connection up.
func (s *copySource) intruder(typ byte) error {
	s.c.lost = true
	return pgerr.New(pgerr.ProtocolViolation, fmt.Sprintf("unexpected message type 0x%02X during COPY from stdin", typ))
}

// broken is a stream that ends in the middle of COPY.
func (s *copySource) broken(err error) error {
	if typ, ok := err.(unknownMessageError); ok {
		return s.intruder(byte(typ))
	}
	if e, ok := err.(*pgerr.Error); ok {
		return e // the connection was told to end
	}
	s.c.out.err = err
	return pgerr.New(pgerr.ConnectionFailure, "unexpected EOF on client connection with an open transaction").Caused(err)
}
