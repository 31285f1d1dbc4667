package wire

import (
	"encoding/binary"
	"unsafe"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// encoder appends one value that is not NULL.
type encoder func(dst []byte, env *datum.Env, d datum.Datum) []byte

// codec writes the rows of one result. It is made once per portal, and used
// again while the columns and formats are the same.
type codec struct {
	cols     []frontend.Column
	encoders []encoder
	env      *datum.Env
}

// prepare chooses the encoders for columns; formats count as in [formatOf].
// The caller calls forget if the formats have changed since the last time.
func (k *codec) prepare(s Session, cols []frontend.Column, formats []int16) error {
	k.env = s.Env()
	if k.encoders != nil && len(k.cols) == len(cols) && unsafe.SliceData(k.cols) == unsafe.SliceData(cols) {
		return nil
	}
	k.cols = cols
	k.encoders = make([]encoder, len(cols))
	for i := range cols {
		e, err := encoderFor(s.Type(cols[i].Type), &cols[i], columnFormat(formats, i))
		if err != nil {
			k.forget()
			return err
		}
		k.encoders[i] = e
	}
	return nil
}

// forget makes the next prepare choose anew.
func (k *codec) forget() { k.cols, k.encoders = nil, nil }

func encoderFor(t *datum.Type, col *frontend.Column, format int16) (encoder, error) {
	if t == nil {
		return nil, pgerr.Internal("cache lookup failed for type %d", col.Type)
	}
	switch format {
	case formatText:
		return t.AppendText, nil
	case formatBinary:
		if t.AppendBinary == nil {
			return nil, pgerr.Newf(pgerr.UndefinedFunction, "no binary output function available for type %s", t.Name)
		}
		return t.AppendBinary, nil
	}
	return nil, unsupportedFormat(format)
}

// appendRow appends a DataRow.
func (k *codec) appendRow(o *output, values []datum.Datum) error {
	if len(values) != len(k.encoders) {
		return pgerr.Internal("a row of %d values for %d columns", len(values), len(k.encoders))
	}
	start := o.begin('D')
	buf := binary.BigEndian.AppendUint16(o.buf, uint16(len(values)))
	for i, encode := range k.encoders {
		if values[i].IsNull() {
			buf = append(buf, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		at := len(buf)
		buf = encode(append(buf, 0, 0, 0, 0), k.env, values[i])
		binary.BigEndian.PutUint32(buf[at:], uint32(len(buf)-at-4))
	}
	o.buf = buf
	return o.end(start)
}

// appendRowDescription appends a RowDescription.
func appendRowDescription(o *output, cols []frontend.Column, formats []int16) error {
	start := o.begin('T')
	buf := binary.BigEndian.AppendUint16(o.buf, uint16(len(cols)))
	for i := range cols {
		col := &cols[i]
		buf = append(append(buf, field(col.Name)...), 0)
		buf = binary.BigEndian.AppendUint32(buf, uint32(col.Table))
		buf = binary.BigEndian.AppendUint16(buf, uint16(col.Attnum))
		buf = binary.BigEndian.AppendUint32(buf, uint32(col.Type))
		buf = binary.BigEndian.AppendUint16(buf, uint16(typeLength(col.Type)))
		buf = binary.BigEndian.AppendUint32(buf, uint32(col.Typmod))
		buf = binary.BigEndian.AppendUint16(buf, uint16(columnFormat(formats, i)))
	}
	o.buf = buf
	return o.end(start)
}

// columnFormat is formatOf for a portal whose list of formats may be shorter
// than its columns, which are not known when a cursor is bound again.
func columnFormat(formats []int16, i int) int16 {
	if len(formats) > 1 && i >= len(formats) {
		return pgproto3.TextFormat
	}
	return formatOf(formats, i)
}
