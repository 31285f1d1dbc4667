package datum

import (
	"unicode/utf8"

	"voronoi/internal/pgerr"
)

// badText is the error of an input function that cannot read its text.
func badText(typ, s string) error {
	return pgerr.Newf(pgerr.InvalidTextRepresentation, `invalid input syntax for type %s: "%s"`, typ, s)
}

// outOfRange is the error of an input function whose text is a number too large
// for the type.
func outOfRange(typ, s string) error {
	return pgerr.Newf(pgerr.NumericValueOutOfRange, `value "%s" is out of range for type %s`, s, typ)
}

// shortMessage is the error of a binary value that ends too early.
func shortMessage() error {
	return pgerr.New(pgerr.ProtocolViolation, "insufficient data left in message")
}

// noData is the error of a binary value that ends where a single byte is read.
func noData() error { return pgerr.New(pgerr.ProtocolViolation, "no data left in message") }

// badBinary is the error of a binary value with bytes left over. Whoever knows
// the place (a parameter's number, an array's element) puts that into words.
func badBinary() error {
	return pgerr.New(pgerr.InvalidBinaryRepresentation, "incorrect binary data format")
}

// fixed checks the length of a binary form that has only one.
func fixed(b []byte, n int) error {
	switch {
	case len(b) < n:
		return shortMessage()
	case len(b) > n:
		return badBinary()
	}
	return nil
}

// ValidText reports, as Postgres words it, the first byte sequence of b that
// is not valid UTF-8; a zero byte is not valid in a Postgres text.
func ValidText(b []byte) error {
	for i := 0; i < len(b); {
		c := b[i]
		if c != 0 && c < utf8.RuneSelf {
			i++
			continue
		}
		if c != 0 {
			if r, n := utf8.DecodeRune(b[i:]); r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
		}
		return invalidSequence(b[i:])
	}
	return nil
}

// invalidSequence names as many bytes as the first one announces.
func invalidSequence(b []byte) error {
	n := 1
	switch c := b[0]; {
	case c&0xe0 == 0xc0:
		n = 2
	case c&0xf0 == 0xe0:
		n = 3
	case c&0xf8 == 0xf0:
		n = 4
	}
	const digits = "0123456789abcdef"
	var list []byte
	for _, c := range b[:min(n, len(b))] {
		if list != nil {
			list = append(list, ' ')
		}
		list = append(list, '0', 'x', digits[c>>4], digits[c&15])
	}
	return pgerr.Newf(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, list)
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlpha(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func trimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// fold lower-cases the ASCII letters of s.
func fold(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			b := []byte(s)
			for i := range b {
				b[i] = lower(b[i])
			}
			return string(b)
		}
	}
	return s
}
