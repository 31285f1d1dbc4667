package builtin

import (
	"strconv"

	"voronoi/internal/datum"
)

// jsonFunctions read values of type json and jsonb. Both have most of them,
// under names that differ in a letter.
func jsonFunctions() Table {
	t := Table{}
	for _, kind := range []string{"json", "jsonb"} {
		isJSONB := kind == "jsonb"
		t[kind+"_object_field"] = two(func(a, key datum.Datum) (datum.Datum, error) {
			return jsonResult(fieldOf(a.Bytes(), key.Bytes()), false)
		})
		t[kind+"_object_field_text"] = two(func(a, key datum.Datum) (datum.Datum, error) {
			return jsonResult(fieldOf(a.Bytes(), key.Bytes()), true)
		})
		t[kind+"_array_element"] = two(func(a, n datum.Datum) (datum.Datum, error) {
			return jsonResult(elementOf(a.Bytes(), n.Int(), isJSONB), false)
		})
		t[kind+"_array_element_text"] = two(func(a, n datum.Datum) (datum.Datum, error) {
			return jsonResult(elementOf(a.Bytes(), n.Int(), isJSONB), true)
		})
		t[kind+"_extract_path"] = two(func(a, path datum.Datum) (datum.Datum, error) { return jsonPath(a, path, false) })
		t[kind+"_extract_path_text"] = two(func(a, path datum.Datum) (datum.Datum, error) { return jsonPath(a, path, true) })
		t[kind+"_typeof"] = one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Text(jsonKindNames[jsonKind(a.Bytes())]), nil
		})
		t[kind+"_array_length"] = one(func(a datum.Datum) (datum.Datum, error) {
			switch jsonKind(a.Bytes()) {
			case '[':
				return datum.Int(int64(jsonCount(a.Bytes()))), nil
			case '{':
				return datum.Null, invalid("cannot get array length of a non-array")
			default:
				return datum.Null, invalid("cannot get array length of a scalar")
			}
		})
		t[kind+"_array_elements"] = jsonElements(kind, false)
		t[kind+"_array_elements_text"] = jsonElements(kind, true)
		t[kind+"_each"] = jsonEach(kind, false)
		t[kind+"_each_text"] = jsonEach(kind, true)
		t[kind+"_object_keys"] = jsonKeys(kind)
		t[kind+"_strip_nulls"] = one(func(a datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(stripNulls(nil, a.Bytes(), isJSONB)), nil
		})
	}
	for name, bits := range map[string]int{"jsonb_int2": 16, "jsonb_int4": 32, "jsonb_int8": 64} {
		t[name] = jsonNumber(map[int]string{16: "smallint", 32: "integer", 64: "bigint"}[bits], func(a datum.Datum) (datum.Datum, error) {
			return datum.NumericToInt(a, bits)
		})
	}
	t["jsonb_float4"] = jsonNumber("real", func(a datum.Datum) (datum.Datum, error) { return datum.NumericToFloat(a, 32) })
	t["jsonb_float8"] = jsonNumber("double precision", func(a datum.Datum) (datum.Datum, error) { return datum.NumericToFloat(a, 64) })
	t["jsonb_numeric"] = jsonNumber("numeric", func(a datum.Datum) (datum.Datum, error) { return a, nil })
	t["jsonb_bool"] = one(func(a datum.Datum) (datum.Datum, error) {
		switch jsonKind(a.Bytes()) {
		case 't':
			return datum.Bool(true), nil
		case 'f':
			return datum.Bool(false), nil
		}
		return datum.Null, cannotCast(a, "boolean")
	})
	return t
}

// cannotCast is the error for a jsonb value that is not what a cast needs.
func cannotCast(a datum.Datum, typ string) error {
	name := jsonKindNames[jsonKind(a.Bytes())]
	if name == "number" {
		name = "numeric"
	}
	return invalid("cannot cast jsonb %s to type %s", name, typ)
}

func jsonNumber(typ string, f func(a datum.Datum) (datum.Datum, error)) Impl {
	return one(func(a datum.Datum) (datum.Datum, error) {
		if jsonKind(a.Bytes()) != '0' {
			return datum.Null, cannotCast(a, typ)
		}
		return f(a)
	})
}

// jsonResult makes a datum of a part of a value, NULL where there is none. As
// text a string is what it says, and null is NULL.
func jsonResult(b []byte, asText bool) (datum.Datum, error) {
	if b == nil {
		return null()
	}
	if asText {
		switch b[0] {
		case 'n':
			return null()
		case '"':
			return datum.TextBytes(jsonString(b)), nil
		}
	}
	return datum.TextBytes(b), nil
}

func fieldOf(b, key []byte) []byte {
	if jsonKind(b) != '{' {
		return nil
	}
	return jsonField(b, key)
}

// elementOf is element n of an array. A jsonb that is a scalar is stored as an
// array of that one element, and lets it be seen.
func elementOf(b []byte, n int64, isJSONB bool) []byte {
	switch k := jsonKind(b); {
	case k == '[':
		return jsonElement(b, n)
	case k != '{' && isJSONB && (n == 0 || n == -1):
		return b
	}
	return nil
}

// jsonPath follows keys and subscripts into a value.
func jsonPath(a, path datum.Datum, asText bool) (datum.Datum, error) {
	b := jsonTrim(a.Bytes())
	if datum.ArrayHasNull(path) {
		return null()
	}
	for _, step := range datum.ArrayAll(textType(), path) {
		switch jsonKind(b) {
		case '{':
			b = jsonField(b, step.Bytes())
		case '[':
			n, ok := jsonSubscript(step.View())
			if !ok {
				return null()
			}
			b = jsonElement(b, n)
		default:
			return null()
		}
		if b == nil {
			return null()
		}
	}
	return jsonResult(b, asText)
}

// jsonSubscript reads a subscript in a path, as the C library's strtoint does.
func jsonSubscript(s string) (int64, bool) {
	n, err := strconv.ParseInt(trimSpaces(s), 10, 32)
	return n, err == nil
}

func jsonElements(kind string, asText bool) Impl {
	function := kind + "_array_elements"
	if asText {
		function += "_text"
	}
	return Impl{Set: func(_ *Call, a []datum.Datum) (Rows, error) {
		b := a[0].Clone().Bytes()
		switch k := jsonKind(b); {
		case k == '[':
		case kind == "json" && k == '{':
			return nil, invalid("cannot call %s on a non-array", function)
		case kind == "json":
			return nil, invalid("cannot call %s on a scalar", function)
		case k == '{':
			return nil, invalid("cannot extract elements from an object")
		default:
			return nil, invalid("cannot extract elements from a scalar")
		}
		var rows []datum.Datum
		jsonItems(b, func(_ int, value []byte) bool {
			d, _ := jsonResult(value, asText)
			rows = append(rows, d)
			return true
		})
		return listRows(rows), nil
	}}
}

func jsonEach(kind string, asText bool) Impl {
	function := kind + "_each"
	if asText {
		function += "_text"
	}
	return Impl{Set: func(_ *Call, a []datum.Datum) (Rows, error) {
		b := a[0].Clone().Bytes()
		switch k := jsonKind(b); {
		case k == '{':
		case kind == "jsonb":
			return nil, invalid("cannot call %s on a non-object", function)
		case k == '[':
			return nil, invalid("cannot deconstruct an array as an object")
		default:
			return nil, invalid("cannot deconstruct a scalar")
		}
		var rows [][]datum.Datum
		jsonMembers(b, func(key, value []byte) bool {
			d, _ := jsonResult(value, asText)
			rows = append(rows, []datum.Datum{datum.TextBytes(jsonString(key)), d})
			return true
		})
		return tableRows(rows), nil
	}}
}

func jsonKeys(kind string) Impl {
	return Impl{Set: func(_ *Call, a []datum.Datum) (Rows, error) {
		b := a[0].Bytes()
		switch jsonKind(b) {
		case '{':
		case '[':
			return nil, invalid("cannot call %s_object_keys on an array", kind)
		default:
			return nil, invalid("cannot call %s_object_keys on a scalar", kind)
		}
		var keys []datum.Datum
		jsonMembers(b, func(key, _ []byte) bool {
			keys = append(keys, datum.TextBytes(jsonString(key)))
			return true
		})
		return listRows(keys), nil
	}}
}

// stripNulls appends a value without the members of objects that are null. The
// text of a json loses its white space too.
func stripNulls(dst, b []byte, spaced bool) []byte {
	comma, colon := ",", ":"
	if spaced {
		comma, colon = ", ", ": "
	}
	b = jsonTrim(b)
	first := true
	switch b[0] {
	case '{':
		dst = append(dst, '{')
		jsonMembers(b, func(key, value []byte) bool {
			if value[0] == 'n' {
				return true
			}
			if !first {
				dst = append(dst, comma...)
			}
			first = false
			dst = append(datum.AppendJSONString(dst, jsonString(key)), colon...)
			dst = stripNulls(dst, value, spaced)
			return true
		})
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		jsonItems(b, func(i int, value []byte) bool {
			if i > 0 {
				dst = append(dst, comma...)
			}
			dst = stripNulls(dst, value, spaced)
			return true
		})
		return append(dst, ']')
	case '"':
		return datum.AppendJSONString(dst, jsonString(b))
	}
	return append(dst, b...)
}
