package datum

import (
	"cmp"
	"encoding/binary"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(CompositeType(oid.Record, "record", nil))
}

// CompositeType makes the type of rows with the given fields. Without fields it
// is the anonymous record, whose text cannot be read.
func CompositeType(id oid.OID, name string, fields []*Type) *Type {
	return &Type{
		OID: id, Name: name, Storage: KindBlob, Ordering: OrderKey,
		Input: func(env *Env, s string) (Datum, error) {
			if id == oid.Record {
				return Null, pgerr.New(pgerr.FeatureNotSupported, "input of anonymous composite types is not implemented")
			}
			return parseRecord(env, fields, s)
		},
		AppendText: func(dst []byte, env *Env, d Datum) []byte { return appendRecordText(dst, env, fields, d) },
		Recv:       func(env *Env, b []byte) (Datum, error) { return recvRecord(env, id, fields, b) },
		load:       Blob,
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte {
			return append(dst, d.b...)
		},
		Compare:   func(a, b Datum) int { return compareRecords(fields, a, b) },
		AppendKey: func(dst []byte, d Datum) []byte { return appendRecordKey(dst, fields, d) },
	}
}

// opaque stands for the types of users in an anonymous record, whose binary
// form is a text: enums and domains over texts.
var opaque = textType(oid.Unknown, "unknown")

// fieldType is the type of field i, whose number is stored with it.
func fieldType(fields []*Type, i int, id oid.OID) *Type {
	if i < len(fields) && fields[i].OID == id {
		return fields[i]
	}
	if t := types[id]; t != nil {
		return t
	}
	return opaque
}

// NewRecord makes a record of values of the given types.
func NewRecord(fields []*Type, values []Datum) Datum {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+16*len(values)), uint32(len(values)))
	for i, v := range values {
		b = appendField(b, fields[i], v)
	}
	return Blob(b)
}

func appendField(b []byte, t *Type, v Datum) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(t.OID))
	if v.IsNull() {
		return append(b, 0xff, 0xff, 0xff, 0xff)
	}
	at := len(b)
	b = t.AppendBinary(append(b, 0, 0, 0, 0), nil, v)
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// RecordLen is the number of fields of a stored record.
func RecordLen(d Datum) int {
	if len(d.b) < 4 {
		return 0
	}
	return int(binary.BigEndian.Uint32(d.b))
}

// recordReader goes over the fields of a stored record.
type recordReader struct {
	fields []*Type
	rest   []byte
	i      int
}

func readRecord(fields []*Type, d Datum) recordReader {
	r := recordReader{fields: fields}
	if len(d.b) >= 4 {
		r.rest = d.b[4:]
	}
	return r
}

func (r *recordReader) next() (t *Type, v Datum, ok bool) {
	if len(r.rest) < 8 {
		return nil, Null, false
	}
	t = fieldType(r.fields, r.i, oid.OID(binary.BigEndian.Uint32(r.rest)))
	v, r.rest = nextElem(t, r.rest[4:])
	r.i++
	return t, v, true
}

// RecordField is field i, from 0, of a record with its type; NULL and nil
// where the record has no such field. Types of users are found among fields,
// which may be nil.
func RecordField(fields []*Type, d Datum, i int) (Datum, *Type) {
	for r := readRecord(fields, d); ; i-- {
		t, v, ok := r.next()
		if !ok || i == 0 {
			return v, t
		}
	}
}

// RecordFields is all fields of a record with their types.
func RecordFields(fields []*Type, d Datum) (values []Datum, ts []*Type) {
	r := readRecord(fields, d)
	for t, v, ok := r.next(); ok; t, v, ok = r.next() {
		values, ts = append(values, v), append(ts, t)
	}
	return values, ts
}

// compareRecords compares field by field, where NULL is the largest.
func compareRecords(fields []*Type, a, b Datum) int {
	x, y := readRecord(fields, a), readRecord(fields, b)
	for {
		t, v, ok := x.next()
		_, w, also := y.next()
		if !ok || !also {
			return cmp.Compare(RecordLen(a), RecordLen(b))
		}
		switch {
		case v.IsNull() && w.IsNull():
		case v.IsNull():
			return 1
		case w.IsNull():
			return -1
		case t.Compare != nil:
			if c := t.Compare(v, w); c != 0 {
				return c
			}
		}
	}
}

func appendRecordKey(dst []byte, fields []*Type, d Datum) []byte {
	r := readRecord(fields, d)
	for t, v, ok := r.next(); ok; t, v, ok = r.next() {
		switch {
		case v.IsNull():
			dst = append(dst, keyNull)
		case t.AppendKey != nil:
			dst = t.AppendKey(append(dst, keyValue), v)
		default:
			dst = append(dst, keyValue)
		}
	}
	return append(dst, keyEnd)
}

func recvRecord(env *Env, id oid.OID, fields []*Type, b []byte) (Datum, error) {
	if len(b) < 4 {
		return Null, shortMessage()
	}
	count := int(int32(binary.BigEndian.Uint32(b)))
	if id != oid.Record && count != len(fields) {
		return Null, pgerr.Newf(pgerr.DatatypeMismatch, "wrong number of columns: %d, expected %d", count, len(fields))
	}
	if count < 0 || count > len(b)/8 {
		return Null, shortMessage()
	}
	out := binary.BigEndian.AppendUint32(make([]byte, 0, len(b)), uint32(count))
	rest := b[4:]
	for i := range count {
		if len(rest) < 8 {
			return Null, shortMessage()
		}
		got := oid.OID(binary.BigEndian.Uint32(rest))
		t := fieldType(fields, i, got)
		if id != oid.Record && got != fields[i].OID {
			return Null, pgerr.Newf(pgerr.DatatypeMismatch,
				"binary data has type %d (%s) instead of expected %d (%s) in record column %d",
				got, TypeName(got), fields[i].OID, TypeName(fields[i].OID), i+1)
		}
		n := int32(binary.BigEndian.Uint32(rest[4:]))
		rest = rest[8:]
		if n == -1 {
			out = binary.BigEndian.AppendUint32(out, uint32(got))
			out = append(out, 0xff, 0xff, 0xff, 0xff)
			continue
		}
		if n < 0 || int(n) > len(rest) {
			return Null, pgerr.New(pgerr.InvalidBinaryRepresentation, "insufficient data left in message")
		}
		v, err := t.Recv(env, rest[:n])
		if err != nil {
			if pgerr.Code(err) == pgerr.InvalidBinaryRepresentation && err.Error() == badBinary().Error() {
				err = pgerr.Newf(pgerr.InvalidBinaryRepresentation, "improper binary format in record column %d", i+1)
			}
			return Null, err
		}
		at := len(out)
		out = appendField(out, t, v)
		binary.BigEndian.PutUint32(out[at:], uint32(got))
		rest = rest[n:]
	}
	if len(rest) > 0 {
		return Null, badBinary()
	}
	return Blob(out), nil
}
