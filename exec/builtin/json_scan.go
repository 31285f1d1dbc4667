package builtin

import (
	"unicode/utf8"
)

// Values of type json and jsonb are texts that are known to be valid, the
// latter in one spelling only. The functions here walk over either: a value is
// a slice of the text.

func jsonSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func jsonSkip(b []byte) []byte {
	for len(b) > 0 && jsonSpace(b[0]) {
		b = b[1:]
	}
	return b
}

// jsonTrim is the value without the white space around it.
func jsonTrim(b []byte) []byte {
	b = jsonSkip(b)
	for len(b) > 0 && jsonSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

// jsonLength is the length of the value at the beginning of b.
func jsonLength(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// jsonMembers calls f with each key, in quotes, and value of an object until it
// returns false.
func jsonMembers(b []byte, f func(key, value []byte) bool) {
	b = jsonSkip(jsonSkip(b)[1:])
	for len(b) > 0 && b[0] == '"' {
		n := jsonLength(b)
		key := b[:n]
		b = jsonSkip(jsonSkip(b[n:])[1:])
		n = jsonLength(b)
		if !f(key, b[:n]) {
			return
		}
		if b = jsonSkip(b[n:]); b[0] != ',' {
			return
		}
		b = jsonSkip(b[1:])
	}
}

// jsonItems calls f with each element of an array until it returns false.
func jsonItems(b []byte, f func(i int, value []byte) bool) {
	b = jsonSkip(jsonSkip(b)[1:])
	for i := 0; len(b) > 0 && b[0] != ']'; i++ {
		n := jsonLength(b)
		if !f(i, b[:n]) {
			return
		}
		if b = jsonSkip(b[n:]); b[0] != ',' {
			return
		}
		b = jsonSkip(b[1:])
	}
}

// jsonKind is what a value is: one of { [ " t f n, and 0 for a number.
func jsonKind(b []byte) byte {
	b = jsonSkip(b)
	switch c := b[0]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return c
	}
	return '0'
}

var jsonKindNames = map[byte]string{
	'{': "object", '[': "array", '"': "string", 't': "boolean", 'f': "boolean", 'n': "null", '0': "number",
}

// jsonString decodes a string with its quotes.
func jsonString(b []byte) []byte {
	b = b[1 : len(b)-1]
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r := hexRune(b[i+1:])
			i += 4
			if r >= 0xd800 && r < 0xdc00 && i+6 < len(b) {
				r = (r-0xd800)<<10 + (hexRune(b[i+3:]) - 0xdc00) + 0x10000
				i += 6
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return out
}

func hexRune(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= 'a':
			c -= 'a' - 10
		case c >= 'A':
			c -= 'A' - 10
		default:
			c -= '0'
		}
		r = r<<4 | rune(c)
	}
	return r
}

// jsonField is the value of an object's key, nil where it has none. Of a key
// that is there twice, which only type json allows, the last counts.
func jsonField(b, name []byte) []byte {
	var found []byte
	jsonMembers(b, func(key, value []byte) bool {
		if jsonKeyIs(key, name) {
			found = value
		}
		return true
	})
	return found
}

func jsonKeyIs(key, name []byte) bool {
	for i := range key {
		if key[i] == '\\' {
			return string(jsonString(key)) == string(name)
		}
	}
	return string(key[1:len(key)-1]) == string(name)
}

// jsonElement is element n of an array, from the end where n is negative.
func jsonElement(b []byte, n int64) []byte {
	if n < 0 {
		n += int64(jsonCount(b))
	}
	var found []byte
	jsonItems(b, func(i int, value []byte) bool {
		if int64(i) == n {
			found = value
		}
		return found == nil
	})
	return found
}

func jsonCount(b []byte) int {
	n := 0
	jsonItems(b, func(int, []byte) bool { n++; return true })
	return n
}
