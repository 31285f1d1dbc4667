package builtin

import (
	"fmt"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// jsonBuilders make JSON out of values of all types.
func jsonBuilders() Table {
	return Table{
		"to_json":              scalar(toJSON),
		"to_jsonb":             scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) { return asJSONB(toJSON(c, a)) }),
		"row_to_json":          scalar(toJSON),
		"row_to_json_pretty":   scalar(toJSONPretty),
		"array_to_json":        scalar(toJSON),
		"array_to_json_pretty": scalar(toJSONPretty),

		"json_build_array":         scalar(jsonBuildArray),
		"json_build_array_noargs":  pure(func([]datum.Datum) (datum.Datum, error) { return datum.Text("[]"), nil }),
		"json_build_object":        scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) { return jsonBuildObject(c, a, false) }),
		"json_build_object_noargs": pure(func([]datum.Datum) (datum.Datum, error) { return datum.Text("{}"), nil }),
		"jsonb_build_array": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return asJSONB(jsonBuildArray(c, a))
		}),
		"jsonb_build_array_noargs": pure(func([]datum.Datum) (datum.Datum, error) { return datum.Text("[]"), nil }),
		"jsonb_build_object": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return asJSONB(jsonBuildObject(c, a, true))
		}),
		"jsonb_build_object_noargs": pure(func([]datum.Datum) (datum.Datum, error) { return datum.Text("{}"), nil }),

		"json_object":          pure(jsonObject),
		"json_object_two_arg":  pure(jsonObjectPairs),
		"jsonb_object":         pure(func(a []datum.Datum) (datum.Datum, error) { return asJSONB(jsonObject(a)) }),
		"jsonb_object_two_arg": pure(func(a []datum.Datum) (datum.Datum, error) { return asJSONB(jsonObjectPairs(a)) }),

		"json_agg(anyelement)":          {Aggregate: func(c *Call) (Accumulator, error) { return newJSONList(c, false) }},
		"jsonb_agg(anyelement)":         {Aggregate: func(c *Call) (Accumulator, error) { return newJSONList(c, true) }},
		`json_object_agg("any","any")`:  {Aggregate: func(c *Call) (Accumulator, error) { return newJSONPairs(c, false) }},
		`jsonb_object_agg("any","any")`: {Aggregate: func(c *Call) (Accumulator, error) { return newJSONPairs(c, true) }},
	}
}

// asJSONB brings the JSON that another function has made to jsonb's form.
func asJSONB(d datum.Datum, err error) (datum.Datum, error) {
	if err != nil || d.IsNull() {
		return datum.Null, err
	}
	return datum.ToJSONB(d)
}

// argType is the type of argument i.
func argType(c *Call, i int) (*datum.Type, error) {
	t := c.Type(c.Args[i])
	if t == nil {
		return nil, unsupported("type %d as JSON", c.Args[i])
	}
	return t, nil
}

func fieldsOf(c *Call, i int) []string {
	if i < len(c.Fields) {
		return c.Fields[i]
	}
	return nil
}

func fieldName(names []string, i int) string {
	if i < len(names) && names[i] != "" {
		return names[i]
	}
	return fmt.Sprintf("f%d", i+1)
}

func toJSON(c *Call, a []datum.Datum) (datum.Datum, error) {
	t, err := argType(c, 0)
	if err != nil {
		return datum.Null, err
	}
	return datum.TextBytes(newJSONWriter(c).value(nil, t, fieldsOf(c, 0), a[0])), nil
}

func toJSONPretty(c *Call, a []datum.Datum) (datum.Datum, error) {
	t, err := argType(c, 0)
	if err != nil {
		return datum.Null, err
	}
	w := newJSONWriter(c)
	w.lines = a[1].Bool()
	return datum.TextBytes(w.value(nil, t, fieldsOf(c, 0), a[0])), nil
}

func jsonBuildArray(c *Call, a []datum.Datum) (datum.Datum, error) {
	types, args, missing, err := anyArgs(c, a, 0)
	if err != nil || missing {
		return datum.Null, err
	}
	w := newJSONWriter(c)
	out := []byte{'['}
	for i, d := range args {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = w.value(out, types[i], w.names(i), d)
	}
	return datum.TextBytes(append(out, ']')), nil
}

// names are the field names of argument i, unless the arguments come from an
// array.
func (w *jsonWriter) names(i int) []string {
	if w.c.Variadic {
		return nil
	}
	return fieldsOf(w.c, i)
}

func jsonBuildObject(c *Call, a []datum.Datum, binary bool) (datum.Datum, error) {
	types, args, missing, err := anyArgs(c, a, 0)
	if err != nil || missing {
		return datum.Null, err
	}
	name := "json_build_object"
	if binary {
		name = "jsonb_build_object"
	}
	if len(args)%2 != 0 {
		return datum.Null, invalid("argument list must have even number of elements").
			WithHint("The arguments of %s() must consist of alternating keys and values.", name)
	}
	w := newJSONWriter(c)
	out := []byte{'{'}
	for i := 0; i < len(args); i += 2 {
		if args[i].IsNull() {
			if binary {
				return datum.Null, invalid("argument %d: key must not be null", i+1)
			}
			return datum.Null, invalid("argument %d cannot be null", i+1).WithHint("Object keys should be text.")
		}
		if i > 0 {
			out = append(out, ", "...)
		}
		if out, err = w.key(out, types[i], args[i]); err != nil {
			return datum.Null, err
		}
		out = append(out, " : "...)
		out = w.value(out, types[i+1], w.names(i+1), args[i+1])
	}
	return datum.TextBytes(append(out, '}')), nil
}

// key appends a value as the key of an object, which only a scalar can be.
func (w *jsonWriter) key(dst []byte, t *datum.Type, d datum.Datum) ([]byte, error) {
	if t.Elem != nil || w.isRecord(t) || t.OID == oid.JSON || t.OID == oid.JSONB {
		return nil, invalid("key value must be scalar, not array, composite, or json")
	}
	return datum.AppendJSONString(dst, w.asText(t, d)), nil
}

func nullKey() error { return nullNotAllowed("null value not allowed for object key") }

// jsonObject makes an object out of an array of keys and values, or of pairs.
func jsonObject(a []datum.Datum) (datum.Datum, error) {
	dims := datum.ArrayDims(a[0])
	switch {
	case len(dims) == 0:
		return datum.Text("{}"), nil
	case len(dims) == 1 && dims[0].Len%2 != 0:
		return datum.Null, subscriptFault("array must have even number of elements")
	case len(dims) == 2 && dims[1].Len != 2:
		return datum.Null, subscriptFault("array must have two columns")
	case len(dims) > 2:
		return datum.Null, subscriptFault("wrong number of array subscripts")
	}
	elems := datum.ArrayElems(textType(), a[0])
	var keys, values []datum.Datum
	for i := 0; i < len(elems); i += 2 {
		keys, values = append(keys, elems[i]), append(values, elems[i+1])
	}
	return pairs(keys, values)
}

func jsonObjectPairs(a []datum.Datum) (datum.Datum, error) {
	x, y := datum.ArrayDims(a[0]), datum.ArrayDims(a[1])
	switch {
	case len(x) > 1 || len(x) != len(y):
		return datum.Null, subscriptFault("wrong number of array subscripts")
	case len(x) == 0:
		return datum.Text("{}"), nil
	case x[0].Len != y[0].Len:
		return datum.Null, subscriptFault("mismatched array dimensions")
	}
	return pairs(datum.ArrayElems(textType(), a[0]), datum.ArrayElems(textType(), a[1]))
}

func pairs(keys, values []datum.Datum) (datum.Datum, error) {
	out := []byte{'{'}
	for i, key := range keys {
		if key.IsNull() {
			return datum.Null, nullKey()
		}
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(datum.AppendJSONString(out, key.Bytes()), " : "...)
		if values[i].IsNull() {
			out = append(out, "null"...)
		} else {
			out = datum.AppendJSONString(out, values[i].Bytes())
		}
	}
	return datum.TextBytes(append(out, '}')), nil
}

// jsonList is the state of json_agg and jsonb_agg.
type jsonList struct {
	w      *jsonWriter
	t      *datum.Type
	names  []string
	binary bool
	out    []byte
	// apart puts arrays and records on lines of their own.
	apart bool
}

func newJSONList(c *Call, binary bool) (Accumulator, error) {
	t, err := argType(c, 0)
	if err != nil {
		return nil, err
	}
	w := newJSONWriter(c)
	return &jsonList{w: w, t: t, names: fieldsOf(c, 0), binary: binary, apart: t.Elem != nil || w.isRecord(t)}, nil
}

func (s *jsonList) Step(a []datum.Datum) error {
	switch {
	case s.out == nil:
		s.out = append(s.out, '[')
	case s.apart && !a[0].IsNull():
		s.out = append(s.out, ", \n "...)
	default:
		s.out = append(s.out, ", "...)
	}
	s.out = s.w.value(s.out, s.t, s.names, a[0])
	return nil
}

func (s *jsonList) Value() (datum.Datum, error) {
	if s.out == nil {
		return null()
	}
	return finishJSON(s.out, "]", s.binary)
}

// finishJSON closes what an aggregate has written so far, in a copy.
func finishJSON(out []byte, end string, binary bool) (datum.Datum, error) {
	d := datum.TextBytes(append(out[:len(out):len(out)], end...))
	if binary {
		return datum.ToJSONB(d)
	}
	return d, nil
}

// jsonPairs is the state of json_object_agg and jsonb_object_agg.
type jsonPairs struct {
	w      *jsonWriter
	key, t *datum.Type
	names  []string
	binary bool
	out    []byte
}

func newJSONPairs(c *Call, binary bool) (Accumulator, error) {
	key, err := argType(c, 0)
	if err != nil {
		return nil, err
	}
	t, err := argType(c, 1)
	return &jsonPairs{w: newJSONWriter(c), key: key, t: t, names: fieldsOf(c, 1), binary: binary}, err
}

func (s *jsonPairs) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return invalid("field name must not be null")
	}
	if s.out == nil {
		s.out = append(s.out, "{ "...)
	} else {
		s.out = append(s.out, ", "...)
	}
	var err error
	if s.out, err = s.w.key(s.out, s.key, a[0]); err != nil {
		return err
	}
	s.out = append(s.out, " : "...)
	s.out = s.w.value(s.out, s.t, s.names, a[1])
	return nil
}

func (s *jsonPairs) Value() (datum.Datum, error) {
	if s.out == nil {
		return null()
	}
	return finishJSON(s.out, " }", s.binary)
}
