package exec

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// copyStream makes one stream of the pieces that a client sends.
type copyStream struct {
	source frontend.CopySource
	buf    []byte
	at     int
	eof    bool
}

func newCopyStream(source frontend.CopySource) *copyStream { return &copyStream{source: source} }

// more appends the next piece to the buffer, having dropped what is consumed.
func (c *copyStream) more() error {
	if c.eof {
		return io.EOF
	}
	piece, err := c.source.Next()
	if err == io.EOF {
		c.eof = true
		return io.EOF
	}
	if err != nil {
		return err
	}
	c.buf = append(c.buf[:copy(c.buf, c.buf[c.at:])], piece...)
	c.at = 0
	return nil
}

// take gives the next n bytes, valid until the next call.
func (c *copyStream) take(n int) ([]byte, error) {
	for len(c.buf)-c.at < n {
		if err := c.more(); err != nil {
			return nil, err
		}
	}
	b := c.buf[c.at : c.at+n]
	c.at += n
	return b, nil
}

// drain reads to the end of the stream.
func (c *copyStream) drain() error {
	for {
		c.at = len(c.buf)
		if err := c.more(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// line gives the next line without its end, nil at the end of the stream. Under
// CSV an end of line within quotes is part of the line.
func (c *copyStream) line(quote, escape byte) ([]byte, error) {
	scanned, quoted := 0, false
	for {
		rest := c.buf[c.at:]
		for i := scanned; i < len(rest); i++ {
			switch b := rest[i]; {
			case quoted && b == escape && escape != quote:
				i++
			case quote != 0 && b == quote:
				quoted = !quoted
			case b == '\\' && quote == 0:
				i++ // an escaped newline does not end the line
			case b == '\n' && !quoted:
				c.at += i + 1
				return bytes.TrimSuffix(rest[:i], []byte{'\r'}), nil
			}
			scanned = i + 1
		}
		scanned = min(scanned, len(rest))
		if scanned == len(rest) && len(rest) > 0 && (rest[len(rest)-1] == '\\' && quote == 0 || quoted && rest[len(rest)-1] == escape) {
			// An escape at the end of a piece: look at it again with what follows.
			scanned, quoted = 0, false
		}
		err := c.more()
		if err == io.EOF {
			if quoted {
				return nil, pgerr.New(pgerr.BadCopyFileFormat, "unterminated CSV quoted field")
			}
			if len(c.buf) == c.at {
				return nil, nil
			}
			rest := c.buf[c.at:]
			c.at = len(c.buf)
			return bytes.TrimSuffix(rest, []byte{'\r'}), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// copyReader reads the rows of COPY FROM in any of the three formats.
type copyReader struct {
	x       *execution
	n       *planner.Copy
	stream  *copyStream
	types   []*datum.Type
	row     []datum.Datum
	fields  [][]byte
	isNull  []bool
	scratch []byte
	lineNo  int
	column  string // being read, for errors
	value   string
	ended   bool
}

// begin reads what comes before the first row.
func (c *copyReader) begin() error {
	for _, col := range c.n.Columns {
		t := c.x.Type(col.Type)
		if t == nil || t.Input == nil || t.Recv == nil && c.n.Options.Format == "binary" {
			return pgerr.Unsupported("COPY into column %q of this type", col.Name)
		}
		c.types = append(c.types, t)
	}
	c.row = make([]datum.Datum, len(c.types))
	switch {
	case c.n.Options.Format == "binary":
		return c.binaryHeader()
	case c.n.Options.Header:
		return c.header()
	}
	return nil
}

// header passes over the first line, which HEADER MATCH compares.
func (c *copyReader) header() error {
	c.lineNo++
	line, err := c.readLine()
	if err != nil || line == nil || !c.n.Options.HeaderMatch {
		return err
	}
	if err := c.split(line); err != nil {
		return err
	}
	if len(c.fields) != len(c.n.Columns) {
		return pgerr.Newf(pgerr.BadCopyFileFormat, "wrong number of fields in header line: got %d, expected %d", len(c.fields), len(c.n.Columns))
	}
	for i, f := range c.fields {
		if name := c.n.Columns[i].Name; c.isNull[i] || string(f) != name {
			return pgerr.Newf(pgerr.BadCopyFileFormat, "column name mismatch in header line field %d: got %q, expected %q", i+1, f, name)
		}
	}
	return nil
}

func (c *copyReader) readLine() ([]byte, error) {
	o := &c.n.Options
	if o.Format == "csv" {
		return c.stream.line(o.Quote, o.Escape)
	}
	return c.stream.line(0, 0)
}

// next gives the next row, valid until the following call; nil at the end.
func (c *copyReader) next() ([]datum.Datum, error) {
	c.column, c.value = "", ""
	if c.ended {
		return nil, nil
	}
	c.lineNo++
	if c.n.Options.Format == "binary" {
		return c.binaryRow()
	}
	line, err := c.readLine()
	if err != nil {
		return nil, err
	}
	if line == nil || len(line) == 2 && line[0] == '\\' && line[1] == '.' {
		c.ended = true
		return nil, nil
	}
	if err := c.split(line); err != nil {
		return nil, err
	}
	for i, col := range c.n.Columns {
		if i >= len(c.fields) || len(c.fields) == 1 && len(c.n.Columns) > 1 && len(line) == 0 {
			return nil, pgerr.Newf(pgerr.BadCopyFileFormat, "missing data for column %q", c.n.Columns[min(max(i, len(c.fields)), len(c.n.Columns)-1)].Name)
		}
		c.column = col.Name
		if c.isNull[i] {
			c.row[i] = datum.Null
			continue
		}
		c.value = string(c.fields[i])
		if !utf8.ValidString(c.value) || strings.IndexByte(c.value, 0) >= 0 {
			return nil, invalidUTF8(c.value)
		}
		d, err := c.types[i].Input(c.x.env, c.value)
		if err == nil && col.Typmod >= 0 && c.types[i].Coerce != nil {
			d, err = c.types[i].Coerce(d, col.Typmod, false)
		}
		if err != nil {
			return nil, err
		}
		c.row[i] = d
	}
	if len(c.fields) > len(c.n.Columns) {
		return nil, pgerr.New(pgerr.BadCopyFileFormat, "extra data after last expected column")
	}
	c.column, c.value = "", ""
	return c.row, nil
}

func invalidUTF8(s string) error {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || r == 0 {
			return pgerr.Newf(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": 0x%02x", s[i])
		}
		i += n
	}
	return nil
}

// locate says where in the data an error happened.
func (c *copyReader) locate(err error) error {
	var e *pgerr.Error
	if !errors.As(err, &e) || e.Where != "" {
		return err
	}
	e.Where = "COPY " + c.n.Table.Name + ", line " + itoa(c.lineNo)
	if c.column != "" {
		value := c.value
		if len(value) > 100 {
			value = value[:100] + "..."
		}
		e.Where += ", column " + c.column + ": \"" + value + "\""
	}
	return e
}

// split cuts a line into fields.
func (c *copyReader) split(line []byte) error {
	c.fields, c.isNull, c.scratch = c.fields[:0], c.isNull[:0], c.scratch[:0]
	if c.n.Options.Format == "csv" {
		return c.splitCSV(line)
	}
	return c.splitText(line)
}

// splitText cuts a line of the text format, whose escapes begin with a
// backslash.
func (c *copyReader) splitText(line []byte) error {
	o := &c.n.Options
	for {
		end, escaped := 0, false
		for end < len(line) && line[end] != o.Delimiter {
			if line[end] == '\\' {
				escaped = true
				end++
			}
			end++
		}
		end = min(end, len(line))
		raw := line[:end]
		null := string(raw) == o.Null
		c.isNull = append(c.isNull, null)
		if escaped && !null {
			raw = c.unescape(raw)
		}
		c.fields = append(c.fields, raw)
		if end == len(line) {
			return nil
		}
		line = line[end+1:]
	}
}

var textEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

func (c *copyReader) unescape(raw []byte) []byte {
	start := len(c.scratch)
	for i := 0; i < len(raw); i++ {
		b := raw[i]
		if b != '\\' || i+1 == len(raw) {
			c.scratch = append(c.scratch, b)
			continue
		}
		i++
		b = raw[i]
		switch plain, ok := textEscapes[b]; {
		case ok:
			c.scratch = append(c.scratch, plain)
		case b >= '0' && b <= '7':
			v := b - '0'
			for n := 1; n < 3 && i+1 < len(raw) && raw[i+1] >= '0' && raw[i+1] <= '7'; n++ {
				i++
				v = v<<3 | (raw[i] - '0')
			}
			c.scratch = append(c.scratch, v)
		case b == 'x' && i+1 < len(raw) && hexDigit(raw[i+1]) >= 0:
			v := 0
			for n := 0; n < 2 && i+1 < len(raw) && hexDigit(raw[i+1]) >= 0; n++ {
				i++
				v = v<<4 | hexDigit(raw[i])
			}
			c.scratch = append(c.scratch, byte(v))
		default:
			c.scratch = append(c.scratch, b)
		}
	}
	return c.scratch[start:len(c.scratch):len(c.scratch)]
}

func hexDigit(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'a' && b <= 'f':
		return int(b-'a') + 10
	case b >= 'A' && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}

// splitCSV cuts a line of the CSV format.
func (c *copyReader) splitCSV(line []byte) error {
	o := &c.n.Options
	for i := 0; ; i++ {
		start, quoted := len(c.scratch), false
		at := 0
		for at < len(line) && line[at] != o.Delimiter {
			if line[at] != o.Quote {
				c.scratch = append(c.scratch, line[at])
				at++
				continue
			}
			quoted = true
			for at++; ; at++ {
				if at >= len(line) {
					return pgerr.New(pgerr.BadCopyFileFormat, "unterminated CSV quoted field")
				}
				if line[at] == o.Escape && at+1 < len(line) && (line[at+1] == o.Quote || line[at+1] == o.Escape) {
					at++
				} else if line[at] == o.Quote {
					at++
					break
				}
				c.scratch = append(c.scratch, line[at])
			}
		}
		field := c.scratch[start:len(c.scratch):len(c.scratch)]
		null := !quoted && string(field) == o.Null && !contains(o.ForceNotNull, i) ||
			quoted && string(field) == o.Null && contains(o.ForceNull, i)
		c.fields, c.isNull = append(c.fields, field), append(c.isNull, null)
		if at >= len(line) {
			return nil
		}
		line = line[at+1:]
	}
}

func contains(list []int, i int) bool {
	for _, e := range list {
		if e == i {
			return true
		}
	}
	return false
}

// copySignature begins the binary format.
const copySignature = "PGCOPY\n\xff\r\n\x00"

func (c *copyReader) binaryHeader() error {
	b, err := c.stream.take(len(copySignature) + 8)
	if err == io.EOF {
		return pgerr.New(pgerr.BadCopyFileFormat, "COPY file signature not recognized")
	}
	if err != nil {
		return err
	}
	if string(b[:len(copySignature)]) != copySignature {
		return pgerr.New(pgerr.BadCopyFileFormat, "COPY file signature not recognized")
	}
	flags := binary.BigEndian.Uint32(b[len(copySignature):])
	if flags&(1<<16) != 0 {
		return pgerr.New(pgerr.BadCopyFileFormat, "invalid COPY file header (WITH OIDS)")
	}
	if flags>>16 != 0 {
		return pgerr.New(pgerr.BadCopyFileFormat, "unrecognized critical flags in COPY file header")
	}
	extension := int32(binary.BigEndian.Uint32(b[len(copySignature)+4:]))
	if extension < 0 {
		return pgerr.New(pgerr.BadCopyFileFormat, "invalid COPY file header (missing length)")
	}
	if _, err := c.stream.take(int(extension)); err != nil {
		return c.truncated(err, "invalid COPY file header (wrong length)")
	}
	return nil
}

func (c *copyReader) truncated(err error, message string) error {
	if err == io.EOF {
		return pgerr.New(pgerr.BadCopyFileFormat, message)
	}
	return err
}

// maxField is the longest value that Postgres accepts.
const maxField = 1<<30 - 1

// binaryRow reads one tuple of the binary format. Its fields lie in the stream's
// buffer, which must hold the tuple as a whole.
func (c *copyReader) binaryRow() ([]datum.Datum, error) {
	b, err := c.stream.take(2)
	if err == io.EOF && len(c.stream.buf) == c.stream.at {
		c.ended = true // without a trailer, as pgx ends it
		return nil, nil
	}
	if err != nil {
		return nil, c.truncated(err, "unexpected EOF in COPY data")
	}
	count := int16(binary.BigEndian.Uint16(b))
	if count == -1 {
		c.ended = true
		return nil, nil
	}
	if int(count) != len(c.types) {
		return nil, pgerr.Newf(pgerr.BadCopyFileFormat, "row field count is %d, expected %d", count, len(c.types))
	}
	if err := c.wholeTuple(int(count)); err != nil {
		return nil, err
	}
	for i, t := range c.types {
		c.column = c.n.Columns[i].Name
		field, null := c.field()
		if null {
			c.row[i] = datum.Null
			continue
		}
		d, err := t.Recv(c.x.env, field)
		if err == nil && c.n.Columns[i].Typmod >= 0 && t.Coerce != nil {
			d, err = t.Coerce(d, c.n.Columns[i].Typmod, false)
		}
		if err != nil {
			return nil, err
		}
		c.row[i] = d
	}
	c.column = ""
	return c.row, nil
}

// wholeTuple makes sure that all fields of a tuple are in the buffer, so that
// none is moved while another is read.
func (c *copyReader) wholeTuple(count int) error {
	at := 0
	for range count {
		if err := c.have(at + 4); err != nil {
			return err
		}
		size := int32(binary.BigEndian.Uint32(c.stream.buf[c.stream.at+at:]))
		if size < -1 || size > maxField {
			return pgerr.New(pgerr.BadCopyFileFormat, "invalid field size")
		}
		at += 4 + int(max(size, 0))
		if err := c.have(at); err != nil {
			return err
		}
	}
	return nil
}

func (c *copyReader) have(n int) error {
	for len(c.stream.buf)-c.stream.at < n {
		if err := c.stream.more(); err != nil {
			return c.truncated(err, "unexpected EOF in COPY data")
		}
	}
	return nil
}

func (c *copyReader) field() (b []byte, null bool) {
	s := c.stream
	size := int32(binary.BigEndian.Uint32(s.buf[s.at:]))
	s.at += 4
	if size < 0 {
		return nil, true
	}
	b = s.buf[s.at : s.at+int(size) : s.at+int(size)]
	s.at += int(size)
	return b, false
}
