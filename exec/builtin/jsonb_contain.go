package builtin

import (
	"bytes"
	"slices"

	"voronoi/internal/datum"
)

// jsonbTests are the operators that ask what a jsonb holds.
func jsonbTests() Table {
	quantified := func(all bool) Impl {
		return two(func(a, keys datum.Datum) (datum.Datum, error) {
			for _, key := range datum.ArrayAll(textType(), keys) {
				if key.IsNull() {
					continue
				}
				if jsonbExists(a.Bytes(), key.Bytes()) != all {
					return datum.Bool(!all), nil
				}
			}
			return datum.Bool(all), nil
		})
	}
	return Table{
		"jsonb_exists":     scalar(test2(func(a, key datum.Datum) bool { return jsonbExists(a.Bytes(), key.Bytes()) })),
		"jsonb_exists_any": quantified(false),
		"jsonb_exists_all": quantified(true),
		"jsonb_contains": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Bool(jsonbContains(readTree(a[0].Bytes()), keptTree(c, a[1].Bytes()))), nil
		}),
		"jsonb_contained": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Bool(jsonbContains(readTree(a[1].Bytes()), keptTree(c, a[0].Bytes()))), nil
		}),
	}
}

// jsonbExists reports whether key is a key of an object, an element of an
// array or the value itself.
func jsonbExists(b, key []byte) bool {
	switch jsonKind(b) {
	case '{':
		return jsonField(b, key) != nil
	case '[':
		found := false
		jsonItems(b, func(_ int, value []byte) bool {
			found = value[0] == '"' && jsonKeyIs(value, key)
			return !found
		})
		return found
	case '"':
		return jsonKeyIs(b, key)
	}
	return false
}

// preparedTree is what a call keeps of the value that the others are asked to
// contain: it is the same for all rows more often than not.
type preparedTree struct {
	text []byte
	tree *jsonTree
}

func keptTree(c *Call, b []byte) *jsonTree {
	kept, _ := c.State.(*preparedTree)
	if kept == nil || !bytes.Equal(kept.text, b) {
		text := bytes.Clone(b)
		kept = &preparedTree{text, readTree(text)}
		c.State = kept
	}
	return kept.tree
}

// jsonbContains reports whether x contains y. At the top an array contains a
// scalar that is one of its elements.
func jsonbContains(x, y *jsonTree) bool {
	if x.kind == '[' && y.isScalar() {
		y = &jsonTree{kind: '[', values: []*jsonTree{y}}
	}
	return x.contains(y)
}

func (t *jsonTree) contains(o *jsonTree) bool {
	if t.isScalar() || o.isScalar() {
		return t.equals(o)
	}
	if t.kind != o.kind {
		return false
	}
	if t.kind == '{' {
		for i, key := range o.keys {
			j, found := t.find(key)
			if !found || !t.values[j].contains(o.values[i]) {
				return false
			}
		}
		return true
	}
	for _, v := range o.values {
		if !slices.ContainsFunc(t.values, func(w *jsonTree) bool {
			return w.kind == v.kind && w.contains(v) || w.isScalar() && w.equals(v)
		}) {
			return false
		}
	}
	return true
}

// equals compares scalars: numbers by value.
func (t *jsonTree) equals(o *jsonTree) bool {
	if t.kind != o.kind {
		return false
	}
	if t.kind == '0' {
		return datum.NumericCmp(datum.TextBytes(t.raw), datum.TextBytes(o.raw)) == 0
	}
	return t.isScalar() && bytes.Equal(t.raw, o.raw)
}
