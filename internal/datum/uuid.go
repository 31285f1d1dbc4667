package datum

import (
	"encoding/hex"

	"voronoi/internal/oid"
)

func init() {
	register(&Type{
		OID: oid.UUID, Name: "uuid", Storage: KindBlob,
		Input: func(_ *Env, s string) (Datum, error) {
			var u [16]byte
			if !parseUUID(&u, s) {
				return Null, badText("uuid", s)
			}
			return Blob(u[:]), nil
		},
		AppendText: func(dst []byte, _ *Env, d Datum) []byte {
			for i, end := range []int{4, 6, 8, 10, 16} {
				begin := 0
				if i > 0 {
					dst = append(dst, '-')
					begin = i*2 + 2
				}
				dst = hex.AppendEncode(dst, d.b[begin:end])
			}
			return dst
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			if err := fixed(b, 16); err != nil {
				return Null, err
			}
			return Blob(b), nil
		},
		AppendBinary: appendBytes,
		Compare:      compareBytes,
		AppendKey:    appendBytes16,
		width:        16,
	})
}

func appendBytes16(dst []byte, d Datum) []byte { return append(dst, d.b...) }

// parseUUID takes 32 hexadecimal digits, with a hyphen after any group of
// four, and braces around them.
func parseUUID(u *[16]byte, s string) bool {
	braces := s != "" && s[0] == '{'
	if braces {
		s = s[1:]
	}
	for i := range u {
		if len(s) < 2 {
			return false
		}
		high, low := digitValue(s[0]), digitValue(s[1])
		if high > 15 || low > 15 {
			return false
		}
		u[i] = byte(high<<4 | low)
		s = s[2:]
		if i%2 == 1 && i < 15 && s != "" && s[0] == '-' {
			s = s[1:]
		}
	}
	if braces {
		return s == "}"
	}
	return s == ""
}
