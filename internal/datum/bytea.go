package datum

import (
	"encoding/hex"
	"unicode/utf8"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(&Type{
		OID: oid.Bytea, Name: "bytea", Storage: KindBlob,
		Input: func(_ *Env, s string) (Datum, error) {
			b, err := parseBytea(s)
			return Blob(b), err
		},
		AppendText: func(dst []byte, env *Env, d Datum) []byte {
			if env != nil && env.ByteaEscape {
				return appendEscaped(dst, d.b)
			}
			return hex.AppendEncode(append(dst, '\\', 'x'), d.b)
		},
		Recv:         func(_ *Env, b []byte) (Datum, error) { return Blob(b), nil },
		AppendBinary: appendBytes,
		Compare:      compareBytes,
		AppendKey:    keyOfBytes,
	})
}

func parseBytea(s string) ([]byte, error) {
	if len(s) >= 2 && s[0] == '\\' && s[1] == 'x' {
		return ParseHex(s[2:])
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\':
			b = append(b, s[i])
		case i+1 < len(s) && s[i+1] == '\\':
			b = append(b, '\\')
			i++
		case i+3 < len(s) && s[i+1] >= '0' && s[i+1] <= '3' && isOctal(s[i+2]) && isOctal(s[i+3]):
			b = append(b, (s[i+1]-'0')<<6|(s[i+2]-'0')<<3|(s[i+3]-'0'))
			i += 3
		default:
			return nil, pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type bytea")
		}
	}
	return b, nil
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

// ParseHex decodes hexadecimal digits; white space may stand between pairs.
func ParseHex(s string) ([]byte, error) {
	b := make([]byte, 0, len(s)/2)
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ', '\n', '\t', '\r':
			continue
		}
		high := digitValue(s[i])
		if high > 15 {
			return nil, badHexDigit(s[i:])
		}
		i++
		if i == len(s) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		low := digitValue(s[i])
		if low > 15 {
			return nil, badHexDigit(s[i:])
		}
		b = append(b, byte(high<<4|low))
	}
	return b, nil
}

func badHexDigit(s string) error {
	_, n := utf8.DecodeRuneInString(s)
	return pgerr.Newf(pgerr.InvalidParameterValue, `invalid hexadecimal digit: "%s"`, s[:n])
}

func appendEscaped(dst, b []byte) []byte {
	for _, c := range b {
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < ' ' || c > '~':
			dst = append(dst, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
