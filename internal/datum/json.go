package datum

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"voronoi/internal/oid"
)

func init() {
	Collations["pg_jsonb"] = func(a, b []byte) int { return compareJSONB(TextBytes(a), TextBytes(b)) }
	register(
		unordered(textType(oid.JSON, "json")).with(func(t *Type) {
			t.Input = func(_ *Env, s string) (Datum, error) {
				if err := validateJSON(s); err != nil {
					return Null, err
				}
				return Text(s), nil
			}
			t.Recv = func(_ *Env, b []byte) (Datum, error) {
				if err := ValidText(b); err != nil {
					return Null, err
				}
				d := TextBytes(b)
				return d, validateJSON(d.View())
			}
		}),
		textType(oid.JSONB, "jsonb").with(func(t *Type) {
			t.Ordering, t.Collation = OrderCollation, "pg_jsonb"
			t.Input = func(_ *Env, s string) (Datum, error) { return parseJSONB(s) }
			t.Recv = recvVersioned("jsonb", func(_ *Env, b []byte) (Datum, error) {
				if err := ValidText(b); err != nil {
					return Null, err
				}
				return parseJSONB(string(b))
			})
			t.load = func(b []byte) Datum { return TextBytes(b[1:]) }
			t.AppendBinary = sendVersioned
			t.Compare = compareJSONB
			t.AppendKey = appendJSONBKey
		}),
	)
}

func itoa(n int) string { return strconv.Itoa(n) }

// parseJSONB brings a JSON text to the form that jsonb has: Postgres's output,
// with the keys of objects sorted and unique.
func parseJSONB(s string) (Datum, error) {
	b := jsonbBuilder{jsonScanner: *newJSONScanner(s, true)}
	if err := b.next(); err != nil {
		return Null, err
	}
	out, err := b.build(make([]byte, 0, len(s)+len(s)/4))
	if err != nil {
		return Null, err
	}
	if b.tok != jsonEnd {
		return Null, b.unexpected("end of input")
	}
	return TextBytes(out), nil
}

// ToJSONB is a value of type json as jsonb.
func ToJSONB(d Datum) (Datum, error) { return parseJSONB(d.View()) }

// jsonbBuilder appends values in their final form. What it needs besides the
// output is shared by all objects of the text.
type jsonbBuilder struct {
	jsonScanner
	members []jsonbMember // of the objects being built, innermost last
	scratch []byte
}

// jsonbMember is a member in the output: where its key, its value and what
// follows it begin.
type jsonbMember struct{ key, value, end int }

// build appends the value that begins with the current token and moves behind
// it.
func (b *jsonbBuilder) build(dst []byte) ([]byte, error) {
	var err error
	switch b.tok {
	case '{':
		return b.object(dst)
	case '[':
		dst = append(dst, '[')
		first := true
		err = b.elements(func() (err error) {
			if !first {
				dst = append(dst, ", "...)
			}
			first = false
			dst, err = b.build(dst)
			return err
		})
		return append(dst, ']'), err
	case jsonString:
		dst = AppendJSONString(dst, b.text)
	case jsonNumber:
		// What follows the number is looked at first.
		text := b.s[b.start:b.end]
		if err := b.next(); err != nil {
			return nil, err
		}
		d, err := parseNumeric(text)
		if err != nil {
			return nil, err
		}
		return append(dst, d.b...), nil
	case jsonTrue:
		dst = append(dst, "true"...)
	case jsonFalse:
		dst = append(dst, "false"...)
	case jsonNull:
		dst = append(dst, "null"...)
	default:
		return nil, b.unexpected("JSON value")
	}
	return dst, b.next()
}

// object writes the members in the order of the text and then, unless that was
// the right one, once more in the order of the keys.
func (b *jsonbBuilder) object(dst []byte) ([]byte, error) {
	base, open := len(b.members), len(dst)
	dst = append(dst, '{')
	err := b.jsonScanner.members(func() error {
		if len(b.members) > base {
			dst = append(dst, ", "...)
		}
		m := jsonbMember{key: len(dst)}
		dst = append(AppendJSONString(dst, b.text), ": "...)
		m.value = len(dst)
		b.members = append(b.members, m)
		return nil
	}, func() (err error) {
		at := len(b.members) - 1
		dst, err = b.build(dst)
		b.members[at].end = len(dst)
		return err
	})
	if err != nil {
		return nil, err
	}
	members := b.members[base:]
	b.members = b.members[:base]
	compare := func(p, q jsonbMember) int {
		return compareKeys(jsonbRaw(dst[p.key:p.value-len(": ")]), jsonbRaw(dst[q.key:q.value-len(": ")]))
	}
	for i := 1; i < len(members); i++ {
		if compare(members[i-1], members[i]) >= 0 {
			slices.SortStableFunc(members, compare)
			return b.reorder(dst, open, members, compare), nil
		}
	}
	return append(dst, '}'), nil
}

// reorder writes the members of the object that begins at open again. Of those
// with the same key the last one counts.
func (b *jsonbBuilder) reorder(dst []byte, open int, members []jsonbMember, compare func(p, q jsonbMember) int) []byte {
	kept := members[:0]
	for i, m := range members {
		if i+1 == len(members) || compare(m, members[i+1]) != 0 {
			kept = append(kept, m)
		}
	}
	b.scratch = append(b.scratch[:0], dst[open:]...)
	dst = dst[:open+1]
	for i, m := range kept {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(dst, b.scratch[m.key-open:m.end-open]...)
	}
	return append(dst, '}')
}

// compareKeys is the order of keys in an object: the shorter first.
func compareKeys(a, b []byte) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return bytes.Compare(a, b)
}

// AppendJSONString appends s as a JSON string, with no more escapes than
// needed.
func AppendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(append(dst, s[from:i]...), '\\')
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, c)
		case '\b':
			dst = append(dst, 'b')
		case '\f':
			dst = append(dst, 'f')
		case '\n':
			dst = append(dst, 'n')
		case '\r':
			dst = append(dst, 'r')
		case '\t':
			dst = append(dst, 't')
		default:
			dst = append(dst, 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}
