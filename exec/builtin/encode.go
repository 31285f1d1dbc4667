package builtin

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// textEncoding is a way to write bytes as text, for encode() and decode().
type textEncoding struct {
	encode func(b []byte) []byte
	decode func(s []byte) ([]byte, error)
}

var textEncodings = map[string]textEncoding{
	"hex": {
		func(b []byte) []byte { return hex.AppendEncode(nil, b) },
		func(s []byte) ([]byte, error) { return datum.ParseHex(string(s)) },
	},
	"base64": {encodeBase64, decodeBase64},
	"escape": {encodeEscape, decodeEscape},
}

func encodingNamed(name string) (textEncoding, error) {
	f, ok := textEncodings[strings.ToLower(name)]
	if !ok {
		return f, invalid(`unrecognized encoding: "%s"`, name)
	}
	return f, nil
}

// base64Line is the longest line of base64 that Postgres writes.
const base64Line = 76

func encodeBase64(b []byte) []byte {
	flat := base64.StdEncoding.AppendEncode(nil, b)
	var out []byte
	for len(flat) > base64Line {
		out = append(append(out, flat[:base64Line]...), '\n')
		flat = flat[base64Line:]
	}
	out = append(out, flat...)
	if len(flat) == base64Line {
		out = append(out, '\n')
	}
	return out
}

var base64Values = func() (v [256]int8) {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for i := range v {
		v[i] = -1
	}
	for i := range alphabet {
		v[alphabet[i]] = int8(i)
	}
	return v
}()

// decodeBase64 skips white space anywhere and insists on the padding.
func decodeBase64(s []byte) ([]byte, error) {
	var out []byte
	var group uint32
	pos, padding := 0, 0
	for i, c := range s {
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case c == '=':
			if padding == 0 {
				switch pos {
				case 2:
					padding = 1
				case 3:
					padding = 2
				default:
					return nil, invalid(`unexpected "=" while decoding base64 sequence`)
				}
			}
			group <<= 6
		case base64Values[c] >= 0:
			group = group<<6 | uint32(base64Values[c])
		default:
			_, n := utf8.DecodeRune(s[i:])
			return nil, invalid(`invalid symbol "%s" found while decoding base64 sequence`, s[i:i+n])
		}
		if pos++; pos == 4 {
			out = append(out, byte(group>>16))
			if padding == 0 || padding > 1 {
				out = append(out, byte(group>>8))
			}
			if padding == 0 || padding > 2 {
				out = append(out, byte(group))
			}
			pos, group = 0, 0
		}
	}
	if pos != 0 {
		return nil, invalid("invalid base64 end sequence").
			WithHint("Input data is missing padding, is truncated, or is otherwise corrupted.")
	}
	return out, nil
}

func encodeEscape(b []byte) []byte {
	var out []byte
	for _, c := range b {
		switch {
		case c == 0 || c >= 0x80:
			out = append(out, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		case c == '\\':
			out = append(out, '\\', '\\')
		default:
			out = append(out, c)
		}
	}
	return out
}

func decodeEscape(s []byte) ([]byte, error) {
	var out []byte
	octal := func(c byte, most byte) bool { return c >= '0' && c <= most }
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			out = append(out, s[i])
		case i+3 < len(s) && octal(s[i+1], '3') && octal(s[i+2], '7') && octal(s[i+3], '7'):
			out = append(out, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 3
		case i+1 < len(s) && s[i+1] == '\\':
			out = append(out, '\\')
			i++
		default:
			return nil, pgerr.Newf(pgerr.InvalidTextRepresentation, "invalid input syntax for type %s", "bytea")
		}
	}
	return out, nil
}

// onlyUTF8 refuses conversions to and from other encodings than the one that
// everything here is in.
func onlyUTF8(name string) error {
	switch strings.ToLower(string(bytes.ReplaceAll([]byte(name), []byte("-"), nil))) {
	case "utf8", "unicode":
		return nil
	}
	return pgerr.Unsupported("conversion between UTF8 and encoding \"%s\"", name)
}
