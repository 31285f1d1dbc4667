package datum

import (
	"encoding/binary"
	"math"
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(
		intType(oid.Int2, "int2", "smallint", 16),
		intType(oid.Int4, "int4", "integer", 32),
		intType(oid.Int8, "int8", "bigint", 64),
		oidType(oid.OIDType, "oid"),
		unsignedType(oid.XID, "xid", 32),
		unsignedType(oid.CID, "cid", 32),
		unsignedType(oid.XID8, "xid8", 64),
	)
}

// intType makes a signed integer type of the given width; spoken is the name
// that error messages use.
func intType(id oid.OID, name, spoken string, bits int) *Type {
	return &Type{
		OID: id, Name: name, Storage: KindInt,
		Input: func(_ *Env, s string) (Datum, error) {
			v, err := parseInt(s, spoken, bits)
			return Int(v), err
		},
		AppendText:   appendIntText,
		Recv:         recvInt(bits),
		AppendBinary: sendInt(bits),
		Compare:      compareInts,
		AppendKey:    keyOfInt,
		width:        bits / 8,
	}
}

func appendIntText(dst []byte, _ *Env, d Datum) []byte { return strconv.AppendInt(dst, d.Int(), 10) }

func recvInt(bits int) func(*Env, []byte) (Datum, error) {
	return func(_ *Env, b []byte) (Datum, error) {
		if err := fixed(b, bits/8); err != nil {
			return Null, err
		}
		switch bits {
		case 16:
			return Int(int64(int16(binary.BigEndian.Uint16(b)))), nil
		case 32:
			return Int(int64(int32(binary.BigEndian.Uint32(b)))), nil
		}
		return Int(int64(binary.BigEndian.Uint64(b))), nil
	}
}

func sendInt(bits int) func([]byte, *Env, Datum) []byte {
	switch bits {
	case 16:
		return func(dst []byte, _ *Env, d Datum) []byte { return binary.BigEndian.AppendUint16(dst, uint16(d.num)) }
	case 32:
		return func(dst []byte, _ *Env, d Datum) []byte { return binary.BigEndian.AppendUint32(dst, uint32(d.num)) }
	}
	return func(dst []byte, _ *Env, d Datum) []byte { return binary.BigEndian.AppendUint64(dst, d.num) }
}

// parseInt reads a decimal integer between white space. Like Postgres it finds
// a number too large before it looks at what follows the digits.
func parseInt(s, spoken string, bits int) (int64, error) {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	negative := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	limit := uint64(1)<<(bits-1) - 1
	if negative {
		limit++
	}
	first := i
	var v uint64
	for ; i < len(s) && isDigit(s[i]); i++ {
		digit := uint64(s[i] - '0')
		if v > (limit-digit)/10 {
			return 0, outOfRange(spoken, s)
		}
		v = v*10 + digit
	}
	if i == first {
		return 0, badText(spoken, s)
	}
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	if i < len(s) {
		return 0, badText(spoken, s)
	}
	if negative {
		v = -v
	}
	return int64(v), nil
}

// oidType makes an unsigned 32-bit type that is read as Postgres reads an oid.
func oidType(id oid.OID, name string) *Type {
	t := unsignedType(id, name, 32)
	t.Input = func(_ *Env, s string) (Datum, error) {
		v, err := parseOID(s)
		return Int(int64(v)), err
	}
	return t
}

// parseOID reads an oid: a decimal integer, where a negative one stands for its
// two's complement.
func parseOID(s string) (oid.OID, error) {
	digits := trimSpace(s)
	v, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case err != nil && pureDigits(digits), err == nil && (v > math.MaxUint32 || v < math.MinInt32):
		return 0, outOfRange("oid", s)
	case err != nil:
		return 0, badText("oid", s)
	}
	return oid.OID(uint32(v)), nil
}

func pureDigits(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// unsignedType makes one of the transaction number types. Their input takes
// what the C library's strtoul takes: a number in base 8, 10 or 16, and
// nothing of what follows it.
func unsignedType(id oid.OID, name string, bits int) *Type {
	mask := uint64(math.MaxUint64) >> (64 - bits)
	unsigned := func(d Datum) uint64 { return d.num & mask }
	return &Type{
		OID: id, Name: name, Storage: KindInt,
		Input: func(_ *Env, s string) (Datum, error) {
			return Int(int64(leadingUnsigned(s) & mask)), nil
		},
		AppendText: func(dst []byte, _ *Env, d Datum) []byte { return strconv.AppendUint(dst, unsigned(d), 10) },
		Recv: func(_ *Env, b []byte) (Datum, error) {
			d, err := recvInt(bits)(nil, b)
			return Int(int64(unsigned(d))), err
		},
		AppendBinary: sendInt(bits),
		Compare:      compareInts,
		AppendKey:    keyOfInt,
	}
}

func leadingUnsigned(s string) uint64 {
	s = trimSpace(s)
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = s[1:]
	}
	base := 10
	switch {
	case len(s) > 2 && s[0] == '0' && lower(s[1]) == 'x':
		base, s = 16, s[2:]
	case len(s) > 1 && s[0] == '0':
		base = 8
	}
	end := 0
	for end < len(s) && digitValue(s[end]) < base {
		end++
	}
	v, _ := strconv.ParseUint(s[:end], base, 64)
	if negative {
		v = -v
	}
	return v
}

// digitValue is the value of a digit in bases up to 16, 16 for other bytes.
func digitValue(c byte) int {
	switch c = lower(c); {
	case isDigit(c):
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return 16
}

// spokenInt names the integer type of each width in error messages.
var spokenInt = map[int]string{16: "smallint", 32: "integer", 64: "bigint"}

// IntOutOfRange is the error of an integer result too large for its type of
// 16, 32 or 64 bits.
func IntOutOfRange(bits int) error {
	return pgerr.Newf(pgerr.NumericValueOutOfRange, "%s out of range", spokenInt[bits])
}

// FitInt checks that v fits an integer type of 16, 32 or 64 bits.
func FitInt(v int64, bits int) (Datum, error) {
	if shift := 64 - bits; v<<shift>>shift != v {
		return Null, IntOutOfRange(bits)
	}
	return Int(v), nil
}
