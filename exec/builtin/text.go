package builtin

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// Letters of any script have case here, as in a Postgres database whose
// LC_CTYPE is C.UTF-8: one character becomes one character.

func textFunctions() Table {
	characters := template("length($1)", countOf(utf8.RuneCount))
	octets := template("octet_length($1)", countOf(func(b []byte) int { return len(b) }))
	return Table{
		"textlen":        characters,
		"textoctetlen":   octets,
		"bpcharoctetlen": octets,
		"bpcharlen": template("length(rtrim($1))", countOf(func(b []byte) int {
			return utf8.RuneCount(bytes.TrimRight(b, " "))
		})),
		"textcat": template("$1 || $2", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(concat(a[0].Bytes(), a[1].Bytes())), nil
		}),
		"text_starts_with": scalar(test2(func(s, prefix datum.Datum) bool {
			return bytes.HasPrefix(s.Bytes(), prefix.Bytes())
		})),
		"textpos": template("instr($1, $2)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			at := bytes.Index(a[0].Bytes(), a[1].Bytes())
			if at < 0 {
				return datum.Int(0), nil
			}
			return datum.Int(int64(utf8.RuneCount(a[0].Bytes()[:at]) + 1)), nil
		}),

		"lower":   scalar(textOf(mapRunes(unicode.ToLower))),
		"upper":   scalar(textOf(mapRunes(unicode.ToUpper))),
		"initcap": scalar(textOf(initcap)),
		"replace_text": template("replace($1, $2, $3)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			if len(a[1].Bytes()) == 0 {
				return a[0], nil
			}
			return datum.TextBytes(bytes.ReplaceAll(a[0].Bytes(), a[1].Bytes(), a[2].Bytes())), nil
		}),
		"translate": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.Text(translate(a[0].Str(), a[1].Str(), a[2].Str())), nil
		}),
		"text_reverse": scalar(textOf(reverse)),
		"repeat":       pure(repeat),
		"lpad":         pure(lpad),
		"rpad":         pure(rpad),
		"split_part":   pure(splitPart),
		"chr":          pure(chr),
		"ascii": pure(func(a []datum.Datum) (datum.Datum, error) {
			if len(a[0].Bytes()) == 0 {
				return datum.Int(0), nil
			}
			r, _ := utf8.DecodeRune(a[0].Bytes())
			return datum.Int(int64(r)), nil
		}),
		"to_hex32": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.Text(strconv.FormatUint(uint64(uint32(a[0].Int())), 16)), nil
		}),
		"to_hex64": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.Text(strconv.FormatUint(uint64(a[0].Int()), 16)), nil
		}),

		"text_left":          pure(left),
		"text_right":         pure(right),
		"text_substr":        pure(func(a []datum.Datum) (datum.Datum, error) { return substr(a[0], a[1].Int(), a[2].Int(), true) }),
		"text_substr_no_len": pure(func(a []datum.Datum) (datum.Datum, error) { return substr(a[0], a[1].Int(), 0, false) }),
		"textoverlay": pure(func(a []datum.Datum) (datum.Datum, error) {
			return overlay(a[0], a[1], a[2].Int(), a[3].Int())
		}),
		"textoverlay_no_len": pure(func(a []datum.Datum) (datum.Datum, error) {
			return overlay(a[0], a[1], a[2].Int(), int64(utf8.RuneCount(a[1].Bytes())))
		}),
		"lpad(text,integer)": pure(func(a []datum.Datum) (datum.Datum, error) { return lpad(append(a[:2:2], datum.Text(" "))) }),
		"rpad(text,integer)": pure(func(a []datum.Datum) (datum.Datum, error) { return rpad(append(a[:2:2], datum.Text(" "))) }),
		"bit_length(text)":   template("octet_length($1) * 8", countOf(func(b []byte) int { return len(b) * 8 })),
		"bit_length(bytea)":  template("octet_length($1) * 8", countOf(func(b []byte) int { return len(b) * 8 })),
	}
}

func concat(a, b []byte) []byte {
	c := make([]byte, 0, len(a)+len(b))
	return append(append(c, a...), b...)
}

func mapRunes(f func(rune) rune) func(string) string {
	return func(s string) string { return strings.Map(f, s) }
}

// initcap sets the first letter of each word in upper case and the rest in
// lower case. A word is a sequence of letters and digits.
func initcap(s string) string {
	inside := false
	return strings.Map(func(r rune) rune {
		if inside {
			r = unicode.ToLower(r)
		} else {
			r = unicode.ToUpper(r)
		}
		inside = unicode.IsLetter(r) || unicode.IsDigit(r)
		return r
	}, s)
}

// translate replaces each character of from by the one at the same place in to,
// or by nothing where to is shorter. Of a character repeated in from the first
// counts.
func translate(s, from, to string) string {
	source, target := []rune(from), []rune(to)
	return strings.Map(func(r rune) rune {
		for i, f := range source {
			if f == r {
				if i < len(target) {
					return target[i]
				}
				return -1
			}
		}
		return r
	}, s)
}

func reverse(s string) string {
	b := make([]byte, 0, len(s))
	for s != "" {
		_, n := utf8.DecodeLastRuneInString(s)
		b = append(b, s[len(s)-n:]...)
		s = s[:len(s)-n]
	}
	return string(b)
}

func repeat(a []datum.Datum) (datum.Datum, error) {
	n := max(a[1].Int(), 0)
	if n*int64(len(a[0].Bytes())) > maxValue {
		return datum.Null, tooLarge()
	}
	return datum.TextBytes(bytes.Repeat(a[0].Bytes(), int(n))), nil
}

func lpad(a []datum.Datum) (datum.Datum, error) {
	s, padding, err := pad(a)
	return datum.TextBytes(concat(padding, s)), err
}

func rpad(a []datum.Datum) (datum.Datum, error) {
	s, padding, err := pad(a)
	return datum.TextBytes(concat(s, padding)), err
}

// pad cuts the text to a length in characters and makes what it lacks out of
// the filler.
func pad(a []datum.Datum) (s, padding []byte, err error) {
	s, filler := a[0].Bytes(), a[2].Bytes()
	length := max(a[1].Int(), 0)
	if length*utf8.UTFMax > maxValue {
		return nil, nil, tooLarge()
	}
	missing := int(length) - utf8.RuneCount(s)
	if missing <= 0 {
		return s[:offset(s, int(length))], nil, nil
	}
	for rest := filler; missing > 0 && len(filler) > 0; missing-- {
		if len(rest) == 0 {
			rest = filler
		}
		_, n := utf8.DecodeRune(rest)
		padding, rest = append(padding, rest[:n]...), rest[n:]
	}
	return s, padding, nil
}

// offset is the byte offset of the nth character of s, its length where there
// are not so many.
func offset(s []byte, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(s[i:])
		i += size
	}
	return i
}

func left(a []datum.Datum) (datum.Datum, error) {
	s, n := a[0].Bytes(), a[1].Int()
	if n < 0 {
		n = max(int64(utf8.RuneCount(s))+n, 0)
	}
	return datum.TextBytes(s[:offset(s, int(n))]), nil
}

func right(a []datum.Datum) (datum.Datum, error) {
	s, n := a[0].Bytes(), a[1].Int()
	skip := int64(int32(-n)) // the least integer stays negative, and nothing is skipped
	if n >= 0 {
		skip = max(int64(utf8.RuneCount(s))-n, 0)
	}
	return datum.TextBytes(s[offset(s, int(skip)):]), nil
}

func negativeSubstring() error {
	return pgerr.New(pgerr.SubstringError, "negative substring length not allowed")
}

// window turns SQL's substring bounds, from 1 and possibly outside, into a
// range [skip, skip+n); n is negative for all of the rest.
func window(start, length int64, bounded bool) (skip, n int64, err error) {
	if bounded && length < 0 {
		return 0, 0, negativeSubstring()
	}
	skip = max(start, 1) - 1
	if end := start + length; bounded && end <= math.MaxInt32 {
		return skip, max(end-1-skip, 0), nil
	}
	return skip, -1, nil
}

func substr(d datum.Datum, start, length int64, bounded bool) (datum.Datum, error) {
	skip, n, err := window(start, length, bounded)
	if err != nil {
		return datum.Null, err
	}
	s := d.Bytes()
	s = s[offset(s, int(skip)):]
	if n >= 0 {
		s = s[:offset(s, int(n))]
	}
	return datum.TextBytes(s), nil
}

func overlay(s, by datum.Datum, start, length int64) (datum.Datum, error) {
	if start <= 0 {
		return datum.Null, negativeSubstring()
	}
	if start+length > math.MaxInt32 {
		return datum.Null, datum.IntOutOfRange(32)
	}
	b := s.Bytes()
	head := b[:offset(b, int(start-1))]
	tail := b[offset(b, int(max(start+length, 1)-1)):]
	return datum.TextBytes(append(concat(head, by.Bytes()), tail...)), nil
}

func splitPart(a []datum.Datum) (datum.Datum, error) {
	s, sep, n := a[0].Bytes(), a[1].Bytes(), a[2].Int()
	if n == 0 {
		return datum.Null, invalid("field position must not be zero")
	}
	if len(sep) == 0 {
		if n == 1 || n == -1 {
			return a[0], nil
		}
		return datum.Text(""), nil
	}
	parts := bytes.Split(s, sep)
	if n < 0 {
		n += int64(len(parts)) + 1
	}
	if n < 1 || n > int64(len(parts)) {
		return datum.Text(""), nil
	}
	return datum.TextBytes(parts[n-1]), nil
}

func chr(a []datum.Datum) (datum.Datum, error) {
	v := a[0].Int()
	switch {
	case v < 0:
		return datum.Null, invalid("character number must be positive")
	case v == 0:
		return datum.Null, pgerr.New(pgerr.ProgramLimitExceeded, "null character not permitted")
	case v > unicode.MaxRune:
		return datum.Null, pgerr.Newf(pgerr.ProgramLimitExceeded, "requested character too large for encoding: %d", v)
	case !utf8.ValidRune(rune(v)):
		return datum.Null, pgerr.Newf(pgerr.ProgramLimitExceeded, "requested character not valid for encoding: %d", v)
	}
	return datum.Text(string(rune(v))), nil
}
