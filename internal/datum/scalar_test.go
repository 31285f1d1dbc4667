package datum

import (
	"math/rand/v2"
	"testing"

	"voronoi/internal/oid"
)

func TestScalarsAgainstPostgres(t *testing.T) {
	ints := []string{"0", "1", "-1", "+5", " 12 ", "\t7\n", "", " ", "abc", "1a", "1 2", "--1", "1.0", "0x10", "1e3", "32767", "32768",
		"-32768", "-32769", "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807",
		"9223372036854775808", "-9223372036854775808", "-9223372036854775809", "99999999999x", "-", "+", "007"}
	floats := []string{"0", "-0", "1", "1.5", "-1.5e10", "1e20", "1e15", "1e14", "123456789012345678", "1e-4", "1e-5", "0.1", "1e23",
		"9007199254740993", "4.35", "NaN", "nan", "Infinity", "-infinity", "inf", "+inf", "-Inf", "1e400", "-1e400", "1e-400", "5e-324", "1e-45",
		"2e-46", "3.4028235e38", "3.5e38", "1.17549435e-38", "0x1p4", "0x1.8", "0X.8p1", "0x", ".5", "5.", ".", "e5", "1e", "1e+", "", " ", " 1 ", "1 x", "1x",
		"1_000", "infinit", "nanx", "33554436", "16777217", "8388608.5", "3.355445e7", "1e5", "1e6", "123456", "1234567", "0.00012345", "1e22", "1e21", "9e15"}
	for name, c := range map[string]struct {
		id     oid.OID
		inputs []string
	}{
		"boolean": {oid.Bool, []string{"t", "true", "TRUE", "tr", "y", "yes", "on", "o", "of", "off", "1", "0", "f", "false", "no", "n", " t ", "", "2", "truex", "10"}},
		"int2":    {oid.Int2, ints}, "int4": {oid.Int4, ints}, "int8": {oid.Int8, ints},
		"oid": {oid.OIDType, []string{"0", "1", "4294967295", "4294967296", "-1", "-2147483648", "-2147483649", "abc", "", " 5 ", "5x", "99999999999999999999", "1.0"}},
		"xid": {oid.XID, []string{"0", "1", "4294967295", "abc", "0x10", "010"}}, "cid": {oid.CID, []string{"12", "x"}},
		"float8": {oid.Float8, floats}, "float4": {oid.Float4, floats},
		"text": {oid.Text, []string{"", "a", " b ", "é"}}, "varchar": {oid.VarChar, []string{"", "abc "}},
		"name":   {oid.Name, []string{"", "abc", "éééééééééééééééééééééééééééééééééééééééééé"}},
		`"char"`: {oid.Char, []string{"", "a", "ab"}}, "refcursor": {oid.RefCursor, []string{"c"}},
		"bytea": {oid.Bytea, []string{"", "abc", `\x`, `\x00ff`, `\xFF`, `\x0`, `\xzz`, `\x 00 11 `, `a\\b`, `a\000b`, `\377`, `\400`, `\`, `a\1`, "é", `\xé0`, `\x0é`}},
		"uuid": {oid.UUID, []string{"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
			"a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "{a0eebc999c0b4ef8bb6d6bb9bd380a11", "a0eebc999c0b4ef8bb6d6bb9bd380a1", "",
			"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-", "g0eebc999c0b4ef8bb6d6bb9bd380a11", "a-0eebc999c0b4ef8bb6d6bb9bd380a11"}},
	} {
		t.Run(name, func(t *testing.T) { sameAsPostgres(t, name, c.id, -1, c.inputs) })
	}
}

func TestLengthsAgainstPostgres(t *testing.T) {
	inputs := []string{"", "a", "abc", "abcd", "ab   ", "éàü", "éàüö"}
	sameAsPostgres(t, "varchar(3)", oid.VarChar, 7, inputs)
	sameAsPostgres(t, "char(3)", oid.BPChar, 7, inputs)
	sameAsPostgres(t, "bpchar", oid.BPChar, -1, inputs)
}

func TestNumericsAgainstPostgres(t *testing.T) {
	inputs := []string{"0", "-0", "1", "-1", "1.10", "-0.00", "0.0001", ".5", "5.", ".", "", " ", " 1 ", "1e3", "1e-3", "1.5e1", "1.25E+2", "1e", "1e+", "1.2.3", "abc", "1x", "1 2",
		"NaN", "nan", "-nan", "Infinity", "-Infinity", "inf", "+inf", "-INF", "infi", "00012.3400", "99999999999999999999999999.99999999", "1e131071", "1e131072", "1e-16383", "1e-16384",
		"0e200000", "1e2147483647", "10000", "100000000", "0.00001", "0.000100000001", "12345678901234567890", "1234567890123456789", "-9223372036854775808", "9999.9999", "0x10", "1_0"}
	sameAsPostgres(t, "numeric", oid.Numeric, -1, inputs)
	for range 500 {
		inputs = append(inputs, randomNumeric(rand.IntN(20), rand.IntN(12)))
	}
	sameAsPostgres(t, "numeric", oid.Numeric, -1, inputs[50:])
	sameAsPostgres(t, "numeric(6,2)", oid.Numeric, mustTypmod(t, oid.Numeric, "6", "2"), inputs)
	sameAsPostgres(t, "numeric(3,5)", oid.Numeric, mustTypmod(t, oid.Numeric, "3", "5"), inputs)
	sameAsPostgres(t, "numeric(3,-2)", oid.Numeric, mustTypmod(t, oid.Numeric, "3", "-2"), inputs)
	sameAsPostgres(t, "numeric(2,2)", oid.Numeric, mustTypmod(t, oid.Numeric, "2", "2"), inputs)
}

func mustTypmod(t *testing.T, id oid.OID, args ...string) int32 {
	t.Helper()
	typmod, err := TypmodIn(ByOID(id), args)
	if err != nil {
		t.Fatal(err)
	}
	return typmod
}

// randomNumeric has up to the given number of digits before and after the
// point.
func randomNumeric(before, after int) string {
	b := []byte{}
	if rand.IntN(2) == 0 {
		b = append(b, '-')
	}
	digit := func() {
		if rand.IntN(3) == 0 {
			b = append(b, "09"[rand.IntN(2)])
			return
		}
		b = append(b, byte('0'+rand.IntN(10)))
	}
	for range before {
		digit()
	}
	if before == 0 {
		b = append(b, '0')
	}
	if after > 0 {
		b = append(b, '.')
		for range after {
			digit()
		}
	}
	return string(b)
}
