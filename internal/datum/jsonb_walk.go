package datum

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"unicode/utf8"
)

// What follows walks over jsonb in its stored form, which is known to be
// valid, sorted and spaced in one way only. Slices of it are values in stored
// form themselves.

// jsonbLen is the length of the value that b begins with.
func jsonbLen(b []byte) int {
	switch b[0] {
	case '"':
		return jsonbStringLen(b)
	case '{', '[':
		depth := 0
		for i := 0; i < len(b); i++ {
			switch b[i] {
			case '"':
				i += jsonbStringLen(b[i:]) - 1
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return len(b)
	}
	for i, c := range b {
		if c == ',' || c == '}' || c == ']' {
			return i
		}
	}
	return len(b)
}

func jsonbStringLen(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// jsonbRaw is what a string holds between its quotes, decoded; it aliases b
// where there is nothing to decode.
func jsonbRaw(b []byte) []byte {
	b = b[1 : len(b)-1]
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		if i++; b[i] != 'u' {
			out = append(out, jsonEscapes[b[i]])
			continue
		}
		var r rune
		for _, c := range b[i+1 : i+5] {
			r = r<<4 | rune(digitValue(c))
		}
		out = utf8.AppendRune(out, r)
		i += 4
	}
	return out
}

// jsonbItems goes through the elements of an array.
func jsonbItems(b []byte, yield func(value []byte) bool) {
	for b = b[1:]; b[0] != ']'; {
		n := jsonbLen(b)
		if !yield(b[:n]) {
			return
		}
		if b = b[n:]; b[0] == ',' {
			b = b[len(", "):]
		}
	}
}

// jsonbMembers goes through the members of an object, the keys with their
// quotes.
func jsonbMembers(b []byte, yield func(key, value []byte) bool) {
	for b = b[1:]; b[0] != '}'; {
		k := jsonbStringLen(b)
		value := b[k+len(": "):]
		n := jsonbLen(value)
		if !yield(b[:k], value[:n]) {
			return
		}
		if b = value[n:]; b[0] == ',' {
			b = b[len(", "):]
		}
	}
}

func jsonbCount(b []byte) int {
	n := 0
	switch b[0] {
	case '[':
		jsonbItems(b, func([]byte) bool { n++; return true })
	case '{':
		jsonbMembers(b, func(_, _ []byte) bool { n++; return true })
	}
	return n
}

// jsonbRank orders the types of values.
func jsonbRank(c byte) int {
	switch c {
	case 'n':
		return 1
	case '"':
		return 2
	case 't', 'f':
		return 4
	case '[':
		return 5
	case '{':
		return 6
	}
	return 3 // a number
}

// emptyArrayRank is where Postgres sorts an empty array that is not inside
// something else: before everything.
const emptyArrayRank = 0

func jsonbTopRank(b []byte) int {
	if b[0] == '[' && b[1] == ']' {
		return emptyArrayRank
	}
	return jsonbRank(b[0])
}

func compareJSONB(a, b Datum) int {
	if bytes.Equal(a.b, b.b) {
		return 0
	}
	if c := cmp.Compare(jsonbTopRank(a.b), jsonbTopRank(b.b)); c != 0 {
		return c
	}
	return compareJSONBValues(a.b, b.b)
}

func compareJSONBValues(a, b []byte) int {
	rank := jsonbRank(a[0])
	if c := cmp.Compare(rank, jsonbRank(b[0])); c != 0 {
		return c
	}
	switch a[0] {
	case 'n':
		return 0
	case 't', 'f':
		return cmp.Compare(a[0], b[0])
	case '"':
		return bytes.Compare(jsonbRaw(a), jsonbRaw(b))
	case '[', '{':
		if c := cmp.Compare(jsonbCount(a), jsonbCount(b)); c != 0 {
			return c
		}
		return compareJSONBParts(a, b)
	}
	return compareNumericText(a, b)
}

// compareJSONBParts compares arrays or objects of the same size.
func compareJSONBParts(a, b []byte) int {
	var parts [][]byte
	if a[0] == '[' {
		jsonbItems(b, func(v []byte) bool { parts = append(parts, v); return true })
	} else {
		jsonbMembers(b, func(k, v []byte) bool { parts = append(parts, k, v); return true })
	}
	c := 0
	against := func(v []byte) bool {
		c = compareJSONBValues(v, parts[0])
		parts = parts[1:]
		return c == 0
	}
	if a[0] == '[' {
		jsonbItems(a, against)
	} else {
		jsonbMembers(a, func(k, v []byte) bool { return against(k) && against(v) })
	}
	return c
}

func appendJSONBKey(dst []byte, d Datum) []byte {
	if jsonbTopRank(d.b) == emptyArrayRank {
		return append(dst, emptyArrayRank)
	}
	return appendJSONBValueKey(dst, d.b)
}

func appendJSONBValueKey(dst, b []byte) []byte {
	dst = append(dst, byte(jsonbRank(b[0])))
	switch b[0] {
	case 'n':
		return dst
	case 't', 'f':
		return append(dst, b[0])
	case '"':
		return appendBytesKey(dst, jsonbRaw(b))
	case '[':
		dst = binary.BigEndian.AppendUint32(dst, uint32(jsonbCount(b)))
		jsonbItems(b, func(v []byte) bool {
			dst = appendJSONBValueKey(dst, v)
			return true
		})
		return dst
	case '{':
		dst = binary.BigEndian.AppendUint32(dst, uint32(jsonbCount(b)))
		jsonbMembers(b, func(k, v []byte) bool {
			dst = appendJSONBValueKey(appendBytesKey(dst, jsonbRaw(k)), v)
			return true
		})
		return dst
	}
	return appendNumericKey(dst, b)
}
