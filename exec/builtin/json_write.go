package builtin

import (
	"bytes"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// jsonWriter writes values of any type as JSON. Styles differ in the white
// space between parts, which Postgres's functions have each in its own way.
type jsonWriter struct {
	c   *Call
	env datum.Env // with dates in ISO form
	// lines puts each element of an array and each field of a record at the top
	// level in a line of its own.
	lines bool
}

func newJSONWriter(c *Call) *jsonWriter {
	w := &jsonWriter{c: c, env: *datum.DefaultEnv()}
	if c.Env != nil {
		w.env = *c.Env
	}
	w.env.DateStyle = datum.DateStyle{}
	return w
}

// value appends a value of the given type. Names are those of the fields of an
// anonymous record.
func (w *jsonWriter) value(dst []byte, t *datum.Type, names []string, d datum.Datum) []byte {
	if d.IsNull() {
		return append(dst, "null"...)
	}
	if t.Elem != nil && t.OID != oid.OIDVector && t.OID != oid.Int2Vector {
		return w.array(dst, t.Elem, d)
	}
	switch t.OID {
	case oid.Bool:
		if d.Bool() {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case oid.Int2, oid.Int4, oid.Int8, oid.Float4, oid.Float8, oid.Numeric:
		text := t.AppendText(nil, &w.env, d)
		if c := text[len(text)-1]; c < '0' || c > '9' { // NaN and the infinities
			return datum.AppendJSONString(dst, text)
		}
		return append(dst, text...)
	case oid.JSON, oid.JSONB:
		return append(dst, d.Bytes()...)
	case oid.Date:
		return datum.AppendJSONString(dst, t.AppendText(nil, &w.env, d))
	case oid.Timestamp, oid.TimestampTZ:
		return datum.AppendJSONString(dst, xsdTimestamp(t.AppendText(nil, &w.env, d), t.OID == oid.TimestampTZ))
	}
	if w.isRecord(t) {
		return w.record(dst, t, names, d)
	}
	return datum.AppendJSONString(dst, t.AppendText(nil, w.c.Env, d))
}

// FieldSession is a session that knows the composite types of users.
type FieldSession interface {
	// FieldsOf is the fields of a composite type; false for any other.
	FieldsOf(id oid.OID) ([]Column, bool)
}

// fieldsOfType is the fields of a composite type of a user.
func fieldsOfType(c *Call, id oid.OID) ([]Column, bool) {
	if s, ok := c.Session.(FieldSession); ok && id >= oid.FirstExtension {
		return s.FieldsOf(id)
	}
	return nil, false
}

// isRecord reports whether t is a composite type.
func (w *jsonWriter) isRecord(t *datum.Type) bool {
	if t.OID == oid.Record {
		return true
	}
	_, ok := fieldsOfType(w.c, t.OID)
	return ok
}

// xsdTimestamp has a T before the time, and minutes in its zone.
func xsdTimestamp(text []byte, zoned bool) []byte {
	i := bytes.IndexByte(text, ' ')
	if i < 0 {
		return text
	}
	text[i] = 'T'
	if !zoned {
		return text
	}
	suffix := []byte(nil)
	if bytes.HasSuffix(text, []byte(" BC")) {
		text, suffix = text[:len(text)-3], []byte(" BC")
	}
	sign := bytes.LastIndexAny(text, "+-")
	if sign == len(text)-3 {
		text = append(text, ":00"...)
	}
	return append(text, suffix...)
}

func (w *jsonWriter) array(dst []byte, elem *datum.Type, d datum.Datum) []byte {
	dims := datum.ArrayDims(d)
	if len(dims) == 0 {
		return append(dst, "[]"...)
	}
	separator := ","
	if w.lines {
		separator = ",\n "
		w.lines = false
	}
	return w.dimension(dst, elem, dims, datum.ArrayElems(elem, d), separator)
}

func (w *jsonWriter) dimension(dst []byte, elem *datum.Type, dims []datum.Dim, elems []datum.Datum, separator string) []byte {
	dst = append(dst, '[')
	size := len(elems) / dims[0].Len
	for i := range dims[0].Len {
		if i > 0 {
			dst = append(dst, separator...)
		}
		part := elems[i*size : (i+1)*size]
		if len(dims) > 1 {
			dst = w.dimension(dst, elem, dims[1:], part, ",")
		} else {
			dst = w.value(dst, elem, nil, part[0])
		}
	}
	return append(dst, ']')
}

func (w *jsonWriter) record(dst []byte, t *datum.Type, names []string, d datum.Datum) []byte {
	var types []*datum.Type
	if fields, ok := fieldsOfType(w.c, t.OID); ok {
		names = nil
		for _, f := range fields {
			names, types = append(names, f.Name), append(types, f.Type)
		}
	}
	separator := ","
	if w.lines {
		separator = ",\n "
		w.lines = false
	}
	values, actual := datum.RecordFields(types, d)
	dst = append(dst, '{')
	for i, v := range values {
		if i > 0 {
			dst = append(dst, separator...)
		}
		dst = append(datum.AppendJSONString(dst, []byte(fieldName(names, i))), ':')
		dst = w.value(dst, actual[i], nil, v)
	}
	return append(dst, '}')
}

// asText is the text of a value as an object's key.
func (w *jsonWriter) asText(t *datum.Type, d datum.Datum) []byte {
	switch t.OID {
	case oid.Date:
		return t.AppendText(nil, &w.env, d)
	case oid.Bool:
		if d.Bool() {
			return []byte("true")
		}
		return []byte("false")
	case oid.Timestamp, oid.TimestampTZ:
		return xsdTimestamp(t.AppendText(nil, &w.env, d), t.OID == oid.TimestampTZ)
	}
	return t.AppendText(nil, w.c.Env, d)
}
