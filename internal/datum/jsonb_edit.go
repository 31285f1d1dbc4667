package datum

import (
	"bytes"
	"math"

	"voronoi/internal/pgerr"
)

func badJSONOperand(format string, args ...any) error {
	return pgerr.Newf(pgerr.InvalidParameterValue, format, args...)
}

// NewJSONBArray makes an array of stored values.
func NewJSONBArray(values []Datum) Datum {
	b := []byte{'['}
	for i, v := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, v.b...)
	}
	return TextBytes(append(b, ']'))
}

// NewJSONBObject makes an object of keys, as text, and stored values. Of equal
// keys the last one counts.
func NewJSONBObject(keys, values []Datum) Datum {
	pairs := make([]jsonPair, len(keys))
	for i := range pairs {
		pairs[i] = jsonPair{keys[i].b, values[i].b}
	}
	return TextBytes(appendJSONObject(nil, pairs))
}

func membersOf(b []byte) (pairs []jsonPair) {
	jsonbMembers(b, func(k, v []byte) bool {
		pairs = append(pairs, jsonPair{jsonbRaw(k), v})
		return true
	})
	return pairs
}

// elementsOf is the elements of an array; anything else is its own only
// element.
func elementsOf(b []byte) (values []Datum) {
	if b[0] != '[' {
		return []Datum{TextBytes(b)}
	}
	jsonbItems(b, func(v []byte) bool {
		values = append(values, TextBytes(v))
		return true
	})
	return values
}

// JSONBConcat merges two objects or joins two arrays; anything else counts as
// an array of one.
func JSONBConcat(a, b Datum) Datum {
	if a.b[0] == '{' && b.b[0] == '{' {
		return TextBytes(appendJSONObject(nil, append(membersOf(a.b), membersOf(b.b)...)))
	}
	return NewJSONBArray(append(elementsOf(a.b), elementsOf(b.b)...))
}

// JSONBDeleteKeys removes members of an object, or strings from an array.
func JSONBDeleteKeys(d Datum, keys ...[]byte) (Datum, error) {
	listed := func(raw []byte) bool {
		for _, k := range keys {
			if bytes.Equal(k, raw) {
				return true
			}
		}
		return false
	}
	switch d.b[0] {
	case '{':
		var keep []jsonPair
		for _, p := range membersOf(d.b) {
			if !listed(p.key) {
				keep = append(keep, p)
			}
		}
		return TextBytes(appendJSONObject(nil, keep)), nil
	case '[':
		var keep []Datum
		for _, v := range elementsOf(d.b) {
			if v.b[0] != '"' || !listed(jsonbRaw(v.b)) {
				keep = append(keep, v)
			}
		}
		return NewJSONBArray(keep), nil
	}
	return Null, badJSONOperand("cannot delete from scalar")
}

// JSONBDeleteIndex removes the element of an array that JSONBIndex would give.
func JSONBDeleteIndex(d Datum, i int) (Datum, error) {
	switch d.b[0] {
	case '[':
	case '{':
		return Null, badJSONOperand("cannot delete from object using integer index")
	default:
		return Null, badJSONOperand("cannot delete from scalar")
	}
	values := elementsOf(d.b)
	if i < 0 {
		i += len(values)
	}
	if i < 0 || i >= len(values) {
		return d, nil
	}
	return NewJSONBArray(append(values[:i], values[i+1:]...)), nil
}

// pathEdit is what happens at the end of a path.
type pathEdit uint8

const (
	editReplace pathEdit = iota
	editCreate           // replace, or add what is missing
	editDelete
	editInsertBefore
	editInsertAfter
)

// JSONBSet puts value at the end of the path; create adds a member or element
// that is not there.
func JSONBSet(d Datum, path []string, value Datum, create bool) (Datum, error) {
	if create {
		return editPath(d, path, value, editCreate)
	}
	return editPath(d, path, value, editReplace)
}

// JSONBInsert adds value at the end of the path, before or after the element
// that is there; it never replaces a member.
func JSONBInsert(d Datum, path []string, value Datum, after bool) (Datum, error) {
	if after {
		return editPath(d, path, value, editInsertAfter)
	}
	return editPath(d, path, value, editInsertBefore)
}

// JSONBDeletePath removes what is at the end of the path.
func JSONBDeletePath(d Datum, path []string) (Datum, error) {
	return editPath(d, path, Null, editDelete)
}

func editPath(d Datum, path []string, value Datum, edit pathEdit) (Datum, error) {
	if d.b[0] != '{' && d.b[0] != '[' {
		verb := "set"
		if edit == editDelete {
			verb = "delete"
		}
		return Null, badJSONOperand("cannot %s path in scalar", verb)
	}
	if empty := jsonbCount(d.b) == 0; len(path) == 0 || empty && (edit == editReplace || edit == editDelete) {
		return d, nil
	}
	e := pathEditor{path: path, value: value.b, edit: edit}
	b, err := e.apply(d.b, 0)
	return TextBytes(b), err
}

type pathEditor struct {
	path  []string
	value []byte
	edit  pathEdit
}

func (e *pathEditor) adds() bool { return e.edit == editCreate || e.edit >= editInsertBefore }

// apply edits a container at a level of the path; scalars stay as they are.
func (e *pathEditor) apply(b []byte, level int) ([]byte, error) {
	switch {
	case b[0] == '{':
		return e.object(b, level)
	case b[0] == '[':
		return e.array(b, level)
	}
	return b, nil
}

func (e *pathEditor) object(b []byte, level int) ([]byte, error) {
	key, last := []byte(e.path[level]), level == len(e.path)-1
	pairs := membersOf(b)
	at := -1
	for i, p := range pairs {
		if bytes.Equal(p.key, key) {
			at = i
		}
	}
	switch {
	case at < 0 && last && e.adds():
		pairs = append(pairs, jsonPair{key, e.value})
	case at < 0:
		return b, nil
	case !last:
		v, err := e.apply(pairs[at].value, level+1)
		if err != nil {
			return nil, err
		}
		pairs[at].value = v
	case e.edit == editDelete:
		pairs = append(pairs[:at], pairs[at+1:]...)
	case e.edit >= editInsertBefore:
		return nil, pgerr.From(badJSONOperand("cannot replace existing key")).
			WithHint("Try using the function jsonb_set to replace key value.")
	default:
		pairs[at].value = e.value
	}
	return appendJSONObject(nil, pairs), nil
}

func (e *pathEditor) array(b []byte, level int) ([]byte, error) {
	values, last := elementsOf(b), level == len(e.path)-1
	n, err := parseInt(e.path[level], "integer", 32)
	if err != nil {
		return nil, pgerr.Newf(pgerr.InvalidTextRepresentation, `path element at position %d is not an integer: "%s"`, level+1, e.path[level])
	}
	i := int(n)
	if i < 0 {
		if i += len(values); i < 0 {
			i = math.MinInt // before the first
		}
	}
	i = min(i, len(values))
	value := TextBytes(e.value)
	switch {
	case i < 0 || i == len(values):
		if !last || !e.adds() {
			return b, nil
		}
		if i < 0 {
			values = append([]Datum{value}, values...)
		} else {
			values = append(values, value)
		}
	case !last:
		v, err := e.apply(values[i].b, level+1)
		if err != nil {
			return nil, err
		}
		values[i] = TextBytes(v)
	case e.edit == editDelete:
		values = append(values[:i], values[i+1:]...)
	case e.edit == editInsertBefore:
		values = append(values[:i:i], append([]Datum{value}, values[i:]...)...)
	case e.edit == editInsertAfter:
		values = append(values[:i+1:i+1], append([]Datum{value}, values[i+1:]...)...)
	default:
		values[i] = value
	}
	return NewJSONBArray(values).b, nil
}

// JSONBStripNulls removes the members that are null, at all depths.
func JSONBStripNulls(d Datum) Datum { return TextBytes(stripNulls(d.b)) }

func stripNulls(b []byte) []byte {
	switch b[0] {
	case '{':
		var keep []jsonPair
		for _, p := range membersOf(b) {
			if p.value[0] != 'n' {
				keep = append(keep, jsonPair{p.key, stripNulls(p.value)})
			}
		}
		return appendJSONObject(nil, keep)
	case '[':
		values := elementsOf(b)
		for i, v := range values {
			values[i] = TextBytes(stripNulls(v.b))
		}
		return NewJSONBArray(values).b
	}
	return b
}

// JSONBPretty is a text with a line for each part.
func JSONBPretty(d Datum) Datum { return TextBytes(appendPretty(nil, d.b, 0)) }

const prettyIndent = 4

func appendPretty(dst, b []byte, depth int) []byte {
	line := func(depth int) {
		dst = append(dst, '\n')
		for range depth * prettyIndent {
			dst = append(dst, ' ')
		}
	}
	first := true
	next := func() {
		if !first {
			dst = append(dst, ',')
		}
		first = false
		line(depth + 1)
	}
	switch b[0] {
	case '{':
		dst = append(dst, '{')
		jsonbMembers(b, func(k, v []byte) bool {
			next()
			dst = append(append(dst, k...), ": "...)
			dst = appendPretty(dst, v, depth+1)
			return true
		})
		line(depth)
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		jsonbItems(b, func(v []byte) bool {
			next()
			dst = appendPretty(dst, v, depth+1)
			return true
		})
		line(depth)
		return append(dst, ']')
	}
	return append(dst, b...)
}
