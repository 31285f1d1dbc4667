package builtin

import (
	"bytes"
	"slices"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// jsonTree is a jsonb value taken apart for changing it.
type jsonTree struct {
	kind   byte   // as jsonKind gives it
	raw    []byte // the text of a scalar
	keys   [][]byte
	values []*jsonTree
}

func readTree(b []byte) *jsonTree {
	b = jsonTrim(b)
	t := &jsonTree{kind: jsonKind(b)}
	switch t.kind {
	case '{':
		jsonMembers(b, func(key, value []byte) bool {
			t.keys = append(t.keys, jsonString(key))
			t.values = append(t.values, readTree(value))
			return true
		})
	case '[':
		jsonItems(b, func(_ int, value []byte) bool {
			t.values = append(t.values, readTree(value))
			return true
		})
	default:
		t.raw = b
	}
	return t
}

func (t *jsonTree) append(dst []byte) []byte {
	switch t.kind {
	case '{':
		dst = append(dst, '{')
		for i, key := range t.keys {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(datum.AppendJSONString(dst, key), ": "...)
			dst = t.values[i].append(dst)
		}
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		for i, v := range t.values {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = v.append(dst)
		}
		return append(dst, ']')
	}
	return append(dst, t.raw...)
}

func (t *jsonTree) datum() datum.Datum { return datum.TextBytes(t.append(nil)) }

// compareKeys is the order of an object's keys: by length, then by bytes.
func compareKeys(a, b []byte) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}

func (t *jsonTree) find(key []byte) (int, bool) {
	return slices.BinarySearchFunc(t.keys, key, compareKeys)
}

// put sets a key of an object.
func (t *jsonTree) put(key []byte, v *jsonTree) {
	i, found := t.find(key)
	if found {
		t.values[i] = v
		return
	}
	t.keys = slices.Insert(t.keys, i, key)
	t.values = slices.Insert(t.values, i, v)
}

func (t *jsonTree) remove(i int) {
	t.values = slices.Delete(t.values, i, i+1)
	if t.kind == '{' {
		t.keys = slices.Delete(t.keys, i, i+1)
	}
}

func (t *jsonTree) isScalar() bool { return t.kind != '{' && t.kind != '[' }

func jsonbEdits() Table {
	return Table{
		"jsonb_concat":       two(jsonbConcat),
		"jsonb_delete":       two(jsonbDelete),
		"jsonb_delete_array": two(jsonbDeleteArray),
		"jsonb_delete_idx":   two(jsonbDeleteIndex),
		"jsonb_delete_path":  two(jsonbDeletePath),
		"jsonb_set":          pure(jsonbSet),
		"jsonb_set_lax":      pure(jsonbSetLax),
		"jsonb_insert":       pure(jsonbInsert),
		"jsonb_pretty": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(readTree(a.Bytes()).pretty(nil, 0)), nil
		}),
	}
}

// jsonbConcat merges two objects; otherwise it joins arrays, of which anything
// else is one with a single element.
func jsonbConcat(a, b datum.Datum) (datum.Datum, error) {
	x, y := readTree(a.Bytes()), readTree(b.Bytes())
	if x.kind == '{' && y.kind == '{' {
		for i, key := range y.keys {
			x.put(key, y.values[i])
		}
		return x.datum(), nil
	}
	elements := func(t *jsonTree) []*jsonTree {
		if t.kind == '[' {
			return t.values
		}
		return []*jsonTree{t}
	}
	return (&jsonTree{kind: '[', values: append(elements(x), elements(y)...)}).datum(), nil
}

func deleteFromScalar() error { return invalid("cannot delete from scalar") }

func jsonbDelete(a, key datum.Datum) (datum.Datum, error) {
	return deleteKeys(a, [][]byte{key.Bytes()})
}

func jsonbDeleteArray(a, keys datum.Datum) (datum.Datum, error) {
	if len(datum.ArrayDims(keys)) > 1 {
		return datum.Null, subscriptFault("wrong number of array subscripts")
	}
	var list [][]byte
	for _, key := range datum.ArrayAll(textType(), keys) {
		if !key.IsNull() {
			list = append(list, key.Bytes())
		}
	}
	return deleteKeys(a, list)
}

// deleteKeys removes keys from an object, or strings from an array.
func deleteKeys(a datum.Datum, keys [][]byte) (datum.Datum, error) {
	t := readTree(a.Bytes())
	if t.isScalar() {
		return datum.Null, deleteFromScalar()
	}
	for i := len(t.values) - 1; i >= 0; i-- {
		name := []byte(nil)
		switch {
		case t.kind == '{':
			name = t.keys[i]
		case t.values[i].kind == '"':
			name = jsonString(t.values[i].raw)
		default:
			continue
		}
		if slices.ContainsFunc(keys, func(key []byte) bool { return bytes.Equal(key, name) }) {
			t.remove(i)
		}
	}
	return t.datum(), nil
}

func jsonbDeleteIndex(a, index datum.Datum) (datum.Datum, error) {
	t := readTree(a.Bytes())
	switch {
	case t.kind == '{':
		return datum.Null, invalid("cannot delete from object using integer index")
	case t.isScalar():
		return datum.Null, deleteFromScalar()
	}
	n := index.Int()
	if n < 0 {
		n += int64(len(t.values))
	}
	if n >= 0 && n < int64(len(t.values)) {
		t.remove(int(n))
	}
	return t.datum(), nil
}

// pathEdit says what becomes of the place that a path leads to.
type pathEdit struct {
	steps   []datum.Datum
	value   *jsonTree // nil to delete
	create  bool      // a place that is not there is made
	replace bool      // one that is there is replaced
	before  bool      // inserted before it
	after   bool      // inserted after it
}

func readPath(path datum.Datum) ([]datum.Datum, error) {
	if len(datum.ArrayDims(path)) > 1 {
		return nil, subscriptFault("wrong number of array subscripts")
	}
	return datum.ArrayElems(textType(), path), nil
}

// apply changes t at the path's step number level.
func (e *pathEdit) apply(t *jsonTree, level int) error {
	step := e.steps[level]
	if step.IsNull() {
		return pgerr.Newf(pgerr.NullValueNotAllowed, "path element at position %d is null", level+1)
	}
	last := level == len(e.steps)-1
	switch t.kind {
	case '{':
		i, found := t.find(step.Bytes())
		switch {
		case !found:
			if last && e.create {
				t.put(step.Bytes(), e.value)
			}
		case !last:
			return e.apply(t.values[i], level+1)
		case e.value == nil:
			t.remove(i)
		case e.before || e.after:
			return invalid("cannot replace existing key").
				WithHint("Try using the function jsonb_set to replace key value.")
		case e.replace:
			t.values[i] = e.value
		}
	case '[':
		return e.applyToArray(t, level, last)
	}
	return nil
}

func (e *pathEdit) applyToArray(t *jsonTree, level int, last bool) error {
	step := e.steps[level]
	n, ok := jsonSubscript(step.View())
	if !ok {
		return pgerr.Newf(pgerr.InvalidTextRepresentation,
			`path element at position %d is not an integer: "%s"`, level+1, step.View())
	}
	size := int64(len(t.values))
	outside := false
	if n < 0 {
		if -n > size {
			n, outside = 0, true // before all others
		} else {
			n += size
		}
	}
	if n >= size {
		n, outside = size, true
	}
	switch {
	case outside || size == 0:
		if last && e.create {
			t.values = slices.Insert(t.values, int(min(n, size)), e.value)
		}
	case !last:
		return e.apply(t.values[n], level+1)
	case e.value == nil:
		t.remove(int(n))
	case e.before:
		t.values = slices.Insert(t.values, int(n), e.value)
	case e.after:
		t.values = slices.Insert(t.values, int(n)+1, e.value)
	case e.replace:
		t.values[n] = e.value
	}
	return nil
}

// run applies the edit to a whole value; verb names it in the error.
func (e *pathEdit) run(a, path datum.Datum, scalar error) (datum.Datum, error) {
	var err error
	if e.steps, err = readPath(path); err != nil {
		return datum.Null, err
	}
	t := readTree(a.Bytes())
	if t.isScalar() {
		return datum.Null, scalar
	}
	if len(e.steps) == 0 {
		return a, nil
	}
	if len(t.values) == 0 && !e.create {
		return a, nil
	}
	if err := e.apply(t, 0); err != nil {
		return datum.Null, err
	}
	return t.datum(), nil
}

func setInScalar() error { return invalid("cannot set path in scalar") }

func jsonbDeletePath(a, path datum.Datum) (datum.Datum, error) {
	return (&pathEdit{}).run(a, path, invalid("cannot delete path in scalar"))
}

func jsonbSet(a []datum.Datum) (datum.Datum, error) {
	e := &pathEdit{value: readTree(a[2].Bytes()), create: a[3].Bool(), replace: true}
	return e.run(a[0], a[1], setInScalar())
}

func jsonbInsert(a []datum.Datum) (datum.Datum, error) {
	e := &pathEdit{value: readTree(a[2].Bytes()), create: true, before: !a[3].Bool(), after: a[3].Bool()}
	return e.run(a[0], a[1], setInScalar())
}

// jsonbSetLax is jsonbSet with a choice of what NULL does.
func jsonbSetLax(a []datum.Datum) (datum.Datum, error) {
	if a[0].IsNull() || a[1].IsNull() || a[3].IsNull() {
		return null()
	}
	const choices = `null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"`
	if a[4].IsNull() {
		return datum.Null, invalid("%s", choices)
	}
	if !a[2].IsNull() {
		return jsonbSet(a)
	}
	switch a[4].View() {
	case "raise_exception":
		return datum.Null, pgerr.New(pgerr.NullValueNotAllowed, "JSON value must not be null").
			WithDetail(`Exception was raised because null_value_treatment is "raise_exception".`).
			WithHint("To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.")
	case "use_json_null":
		return jsonbSet([]datum.Datum{a[0], a[1], datum.Text("null"), a[3]})
	case "delete_key":
		return jsonbDeletePath(a[0], a[1])
	case "return_target":
		return a[0], nil
	}
	return datum.Null, invalid("%s", choices)
}

// pretty appends the value with a line for each part, indented by four blanks.
func (t *jsonTree) pretty(dst []byte, depth int) []byte {
	line := func(depth int) {
		dst = append(dst, '\n')
		dst = append(dst, bytes.Repeat([]byte(" "), 4*depth)...)
	}
	if t.isScalar() {
		return append(dst, t.raw...)
	}
	open, end := byte('['), byte(']')
	if t.kind == '{' {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i, v := range t.values {
		if i > 0 {
			dst = append(dst, ',')
		}
		line(depth + 1)
		if t.kind == '{' {
			dst = append(datum.AppendJSONString(dst, t.keys[i]), ": "...)
		}
		dst = v.pretty(dst, depth+1)
	}
	line(depth)
	return append(dst, end)
}
