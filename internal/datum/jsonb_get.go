package datum

import (
	"bytes"
	"iter"
	"strconv"

	"voronoi/internal/pgerr"
)

// The functions of jsonb take and return stored values. Parts of a value alias
// it.

// jsonTypeNames by the first byte of a value; what is missing is a number.
var jsonTypeNames = map[byte]string{'{': "object", '[': "array", '"': "string", 't': "boolean", 'f': "boolean", 'n': "null"}

func jsonTypeName(first byte) string {
	if name, ok := jsonTypeNames[first]; ok {
		return name
	}
	return "number"
}

// JSONBType is object, array, string, number, boolean or null.
func JSONBType(d Datum) string { return jsonTypeName(d.b[0]) }

// JSONBGet is the member of an object; false where d has none.
func JSONBGet(d Datum, key []byte) (Datum, bool) {
	if d.b[0] != '{' {
		return Null, false
	}
	var found []byte
	jsonbMembers(d.b, func(k, v []byte) bool {
		if bytes.Equal(jsonbRaw(k), key) {
			found = v
		}
		return found == nil
	})
	return TextBytes(found), found != nil
}

// JSONBIndex is the element of an array, counted from 0 or, negative, from the
// end; false where d has none. A scalar counts as an array of one, because that
// is how Postgres stores it.
func JSONBIndex(d Datum, i int) (Datum, bool) {
	switch d.b[0] {
	case '{':
		return Null, false
	case '[':
	default:
		return d, i == 0 || i == -1
	}
	if i < 0 {
		if i += jsonbCount(d.b); i < 0 {
			return Null, false
		}
	}
	var found []byte
	jsonbItems(d.b, func(v []byte) bool {
		if i == 0 {
			found = v
		}
		i--
		return i >= 0
	})
	return TextBytes(found), found != nil
}

// JSONBPath follows keys and indices.
func JSONBPath(d Datum, path []string) (Datum, bool) {
	for _, step := range path {
		var ok bool
		switch d.b[0] {
		case '{':
			d, ok = JSONBGet(d, []byte(step))
		case '[':
			i, err := parseInt(step, "integer", 32)
			if err != nil {
				return Null, false
			}
			d, ok = JSONBIndex(d, int(i))
		}
		if !ok {
			return Null, false
		}
	}
	return d, true
}

// JSONBText is a value as text: strings without quotes, null as NULL.
func JSONBText(d Datum) Datum {
	switch d.b[0] {
	case 'n':
		return Null
	case '"':
		return TextBytes(jsonbRaw(d.b))
	}
	return d
}

// JSONBCount is the number of elements or members, 0 of a scalar.
func JSONBCount(d Datum) int { return jsonbCount(d.b) }

// JSONBItems gives the elements of an array, nothing for other values.
func JSONBItems(d Datum) iter.Seq[Datum] {
	return func(yield func(Datum) bool) {
		if d.b[0] == '[' {
			jsonbItems(d.b, func(v []byte) bool { return yield(TextBytes(v)) })
		}
	}
}

// JSONBMembers gives the keys, as text, and values of an object, nothing for
// other values.
func JSONBMembers(d Datum) iter.Seq2[Datum, Datum] {
	return func(yield func(key, value Datum) bool) {
		if d.b[0] == '{' {
			jsonbMembers(d.b, func(k, v []byte) bool { return yield(TextBytes(jsonbRaw(k)), TextBytes(v)) })
		}
	}
}

// JSONBArrayLength is the number of elements of an array.
func JSONBArrayLength(d Datum) (int, error) { return arrayLength(d.b[0], jsonbCount(d.b)) }

func arrayLength(first byte, n int) (int, error) {
	switch first {
	case '[':
		return n, nil
	case '{':
		return 0, pgerr.New(pgerr.InvalidParameterValue, "cannot get array length of a non-array")
	}
	return 0, pgerr.New(pgerr.InvalidParameterValue, "cannot get array length of a scalar")
}

// JSONBExists reports whether key is a key of an object, a string in an array,
// or the string itself.
func JSONBExists(d Datum, key []byte) bool {
	switch d.b[0] {
	case '{':
		_, ok := JSONBGet(d, key)
		return ok
	case '"':
		return bytes.Equal(jsonbRaw(d.b), key)
	}
	for v := range JSONBItems(d) {
		if v.b[0] == '"' && bytes.Equal(jsonbRaw(v.b), key) {
			return true
		}
	}
	return false
}

// JSONBContains reports whether a has everything that b has. An array contains
// a scalar that is one of its elements, though not inside something else.
func JSONBContains(a, b Datum) bool {
	if a.b[0] == '[' && b.b[0] != '[' && b.b[0] != '{' {
		return jsonbHasElement(a.b, b.b)
	}
	return jsonbContains(a.b, b.b)
}

func jsonbContains(a, b []byte) bool {
	if jsonTypeName(a[0]) != jsonTypeName(b[0]) {
		return false
	}
	all := true
	switch b[0] {
	case '{':
		jsonbMembers(b, func(k, v []byte) bool {
			have, ok := JSONBGet(TextBytes(a), jsonbRaw(k))
			all = ok && jsonbContains(have.b, v)
			return all
		})
	case '[':
		jsonbItems(b, func(v []byte) bool {
			all = jsonbHasElement(a, v)
			return all
		})
	default:
		return compareJSONBValues(a, b) == 0
	}
	return all
}

func jsonbHasElement(array, v []byte) bool {
	found := false
	jsonbItems(array, func(e []byte) bool {
		found = jsonbContains(e, v)
		return !found
	})
	return found
}

// JSONBToNumeric is a number as a numeric, for a cast to the named type.
func JSONBToNumeric(d Datum, typ string) (Datum, error) {
	if JSONBType(d) != "number" {
		return Null, cannotCast(d, typ)
	}
	return d, nil
}

// JSONBToBool is a boolean of its own, for a cast.
func JSONBToBool(d Datum) (Datum, error) {
	if JSONBType(d) != "boolean" {
		return Null, cannotCast(d, "boolean")
	}
	return Bool(d.b[0] == 't'), nil
}

func cannotCast(d Datum, typ string) error {
	kind := JSONBType(d)
	if kind == "number" {
		kind = "numeric"
	}
	return pgerr.Newf(pgerr.InvalidParameterValue, "cannot cast jsonb %s to type %s", kind, typ)
}

// JSONBScalar is a value of an SQL type as jsonb: booleans and numbers keep
// their kind, other values become the string of their text. NULL is null.
func JSONBScalar(env *Env, t *Type, d Datum) (Datum, error) {
	if d.IsNull() {
		return Text("null"), nil
	}
	text := t.AppendText(nil, env, d)
	switch {
	case t.Storage == KindInt && t.Name == "bool":
		return Text(strconv.FormatBool(d.Bool())), nil
	case jsonNumberType(t):
		// What is no number in JSON, such as NaN, is written as a string.
		if n, err := parseNumeric(string(text)); err == nil && decimalOf(n).form == finite {
			return n, nil
		}
	case t.Name == "json":
		return parseJSONB(string(text))
	case t.Name == "jsonb":
		return d, nil
	}
	return TextBytes(AppendJSONString(nil, text)), nil
}

// jsonNumberType reports whether values of t are numbers in JSON.
func jsonNumberType(t *Type) bool {
	switch t.Name {
	case "int2", "int4", "int8", "float4", "float8", "numeric":
		return true
	}
	return false
}
