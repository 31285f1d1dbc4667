package exec

import (
	"encoding/binary"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// copyWriter writes the rows of COPY TO in any of the three formats.
type copyWriter struct {
	x     *execution
	n     *planner.Copy
	types []*datum.Type
	buf   []byte
	value []byte
}

func newCopyWriter(x *execution, n *planner.Copy) (*copyWriter, error) {
	w := &copyWriter{x: x, n: n}
	for _, col := range n.Query.Columns {
		t := x.Type(col.Type)
		if t == nil || t.AppendText == nil || t.AppendBinary == nil && n.Options.Format == "binary" {
			return nil, pgerr.Unsupported("COPY of column %q of this type", col.Name)
		}
		w.types = append(w.types, t)
	}
	return w, nil
}

func (w *copyWriter) begin(r frontend.Receiver) error {
	if w.n.Options.Format == "binary" {
		// It goes out with the first row or the trailer: psycopg does not
		// look for a row in a message of its own.
		w.buf = append(append(w.buf[:0], copySignature...), 0, 0, 0, 0, 0, 0, 0, 0)
		return nil
	}
	if !w.n.Options.Header {
		return nil
	}
	w.buf = w.buf[:0]
	for i, col := range w.n.Query.Columns {
		if i > 0 {
			w.buf = append(w.buf, w.n.Options.Delimiter)
		}
		w.field(i, []byte(col.Name), false)
	}
	w.buf = append(w.buf, '\n')
	return w.send(r)
}

func (w *copyWriter) row(r frontend.Receiver, row []datum.Datum) error {
	if w.n.Options.Format == "binary" {
		w.buf = binary.BigEndian.AppendUint16(w.buf, uint16(len(row)))
		for i, d := range row {
			if d.IsNull() {
				w.buf = binary.BigEndian.AppendUint32(w.buf, 0xffffffff)
				continue
			}
			at := len(w.buf)
			w.buf = w.types[i].AppendBinary(append(w.buf, 0, 0, 0, 0), w.x.env, d)
			binary.BigEndian.PutUint32(w.buf[at:], uint32(len(w.buf)-at-4))
		}
		return w.send(r)
	}
	for i, d := range row {
		if i > 0 {
			w.buf = append(w.buf, w.n.Options.Delimiter)
		}
		if d.IsNull() {
			w.buf = append(w.buf, w.n.Options.Null...)
			continue
		}
		w.value = w.types[i].AppendText(w.value[:0], w.x.env, d)
		w.field(i, w.value, len(row) == 1)
	}
	w.buf = append(w.buf, '\n')
	return w.send(r)
}

// send sends the buffer and empties it.
func (w *copyWriter) send(r frontend.Receiver) error {
	err := r.CopyData(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *copyWriter) end(r frontend.Receiver) error {
	if w.n.Options.Format == "binary" {
		w.buf = append(w.buf, 0xff, 0xff)
		return w.send(r)
	}
	return nil
}

// field appends a value in the text or CSV format.
func (w *copyWriter) field(i int, value []byte, alone bool) {
	o := &w.n.Options
	if o.Format == "csv" {
		if !o.ForceQuoteAll && !contains(o.ForceQuote, i) && !w.needsQuotes(value, alone) {
			w.buf = append(w.buf, value...)
			return
		}
		w.buf = append(w.buf, o.Quote)
		for _, b := range value {
			if b == o.Quote || b == o.Escape {
				w.buf = append(w.buf, o.Escape)
			}
			w.buf = append(w.buf, b)
		}
		w.buf = append(w.buf, o.Quote)
		return
	}
	for _, b := range value {
		switch b {
		case '\\':
			w.buf = append(w.buf, '\\', '\\')
		case '\b':
			w.buf = append(w.buf, '\\', 'b')
		case '\f':
			w.buf = append(w.buf, '\\', 'f')
		case '\n':
			w.buf = append(w.buf, '\\', 'n')
		case '\r':
			w.buf = append(w.buf, '\\', 'r')
		case '\t':
			w.buf = append(w.buf, '\\', 't')
		case '\v':
			w.buf = append(w.buf, '\\', 'v')
		default:
			if b == o.Delimiter {
				w.buf = append(w.buf, '\\')
			}
			w.buf = append(w.buf, b)
		}
	}
}

// needsQuotes reports whether a CSV value would be read back as something else
// without quotes.
func (w *copyWriter) needsQuotes(value []byte, alone bool) bool {
	o := &w.n.Options
	if string(value) == o.Null || alone && string(value) == `\.` {
		return true
	}
	for _, b := range value {
		if b == o.Delimiter || b == o.Quote || b == '\n' || b == '\r' {
			return true
		}
	}
	return false
}
