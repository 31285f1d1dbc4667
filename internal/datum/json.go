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

type jsonbBuilder struct{ jsonScanner }

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
		d, err := parseNumeric(b.s[b.start:b.end])
		if err != nil {
			return nil, err
		}
		dst = append(dst, d.b...)
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

// jsonPair is a member of an object that is being built: the key as it is and
// the value in its final form.
type jsonPair struct{ key, value []byte }

func (b *jsonbBuilder) object(dst []byte) ([]byte, error) {
	var pairs []jsonPair
	err := b.members(func() error {
		pairs = append(pairs, jsonPair{key: bytes.Clone(b.text)})
		return nil
	}, func() error {
		value, err := b.build(nil)
		pairs[len(pairs)-1].value = value
		return err
	})
	if err != nil {
		return nil, err
	}
	return appendJSONObject(dst, pairs), nil
}

// compareKeys is the order of keys in an object: the shorter first.
func compareKeys(a, b []byte) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return bytes.Compare(a, b)
}

// appendJSONObject appends an object out of pairs in any order; of those with
// the same key the last one counts.
func appendJSONObject(dst []byte, pairs []jsonPair) []byte {
	slices.SortStableFunc(pairs, func(p, q jsonPair) int { return compareKeys(p.key, q.key) })
	dst = append(dst, '{')
	first := true
	for i, p := range pairs {
		if i+1 < len(pairs) && bytes.Equal(p.key, pairs[i+1].key) {
			continue
		}
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		dst = append(AppendJSONString(dst, p.key), ": "...)
		dst = append(dst, p.value...)
	}
	return append(dst, '}')
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
