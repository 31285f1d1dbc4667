package datum

import (
	"strings"

	"voronoi/internal/oid"
)

func init() {
	register(&Type{
		OID: oid.Bool, Name: "bool", Storage: KindInt,
		Input: func(_ *Env, s string) (Datum, error) {
			v, ok := ParseBool(trimSpace(s))
			if !ok {
				return Null, badText("boolean", s)
			}
			return Bool(v), nil
		},
		AppendText: func(dst []byte, _ *Env, d Datum) []byte {
			if d.Bool() {
				return append(dst, 't')
			}
			return append(dst, 'f')
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			if len(b) == 0 {
				return Null, noData()
			}
			if err := fixed(b, 1); err != nil {
				return Null, err
			}
			return Bool(b[0] != 0), nil
		},
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte { return append(dst, byte(d.num&1)) },
		Compare:      compareInts,
		AppendKey:    func(dst []byte, d Datum) []byte { return append(dst, byte(d.num&1)) },
	})
}

// ParseBool reads a boolean as Postgres spells it, here and in its settings:
// any unambiguous beginning of true, false, yes, no, on and off, or 1 or 0.
func ParseBool(s string) (value, ok bool) {
	if s == "" {
		return false, false
	}
	s = fold(s)
	begins := func(word string, least int) bool { return len(s) >= least && strings.HasPrefix(word, s) }
	switch {
	case s == "1", begins("true", 1), begins("yes", 1), begins("on", 2):
		return true, true
	case s == "0", begins("false", 1), begins("no", 1), begins("off", 2):
		return false, true
	}
	return false, false
}
