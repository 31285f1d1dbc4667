package datum

import (
	"math/rand/v2"
	"testing"
	"time"

	"voronoi/internal/oid"
)

// mutate changes a few bytes of a text to others that occur in such texts.
func mutate(r *rand.Rand, s string) string {
	const alphabet = "0123456789 -+:./,TZ{}[]\"'\\abcdemnpsty()_eE"
	b := []byte(s)
	for range 1 + r.IntN(2) {
		i := 0
		if len(b) > 0 {
			i = r.IntN(len(b))
		}
		c := alphabet[r.IntN(len(alphabet))]
		switch {
		case len(b) == 0 || r.IntN(3) == 0:
			b = append(b[:i], append([]byte{c}, b[i:]...)...)
		case r.IntN(2) == 0:
			b[i] = c
		default:
			b = append(b[:i], b[i+1:]...)
		}
	}
	return string(b)
}

// TestMutatedTextsAgainstPostgres reads texts that are almost right with both.
func TestMutatedTextsAgainstPostgres(t *testing.T) {
	env := DefaultEnv()
	zone, _, _ := LookupZone("America/New_York")
	env.TimeZone, env.Now = zone, time.Now()
	s := newSession(t, env, "TimeZone = 'America/New_York'")
	r := rand.New(rand.NewPCG(3, 5))
	for _, family := range []struct {
		types []oid.OID
		texts []string
	}{
		{[]oid.OID{oid.Date, oid.Timestamp, oid.TimestampTZ}, dateTexts},
		{[]oid.OID{oid.Time, oid.TimeTZ}, []string{"04:05:06.789", "040506", "0405", "04:05 AM", "04:05:06.789-08:00", "2003-04-12 04:05:06 America/New_York", "04:05:06 PST", "T040506", "10:00 J2451187"}},
		{[]oid.OID{oid.Interval}, intervalTexts},
		{[]oid.OID{oid.JSON, oid.JSONB}, jsonTexts},
		{[]oid.OID{oid.TextArray, oid.Int4Array}, []string{"{1,2,3}", "{{1,2},{3,4}}", "[0:1]={1,2}", `{"a b",NULL}`, `{"a\"b",c}`, "{}"}},
		{[]oid.OID{oid.Numeric, oid.Float8, oid.Float4, oid.Int4}, []string{"1.5e10", "-12345.678", "1e-5", "NaN", "Infinity", "0x1p4", "123"}},
		{[]oid.OID{oid.UUID, oid.Bytea, oid.VarBit, oid.Bool}, []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", `\x00ff`, `a\000b`, "b0101", "x1f", "true", "off"}},
	} {
		for _, id := range family.types {
			typ := ByOID(id)
			var c calls
			for range 150 {
				text := mutate(r, family.texts[r.IntN(len(family.texts))])
				if ValidText([]byte(text)) != nil {
					continue
				}
				d, err := typ.Input(env, text)
				expression := quoted(text) + "::" + FormatType(id, -1)
				if id == oid.Bool && err == nil {
					continue // its cast to text is not its output
				}
				c.add(expression, result(env, typ, d, err))
			}
			c.check(t, s)
		}
	}
}
