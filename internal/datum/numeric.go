package datum

import (
	"encoding/binary"
	"math"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	Collations["pg_numeric"] = compareNumericText
	register(&Type{
		OID: oid.Numeric, Name: "numeric", Storage: KindText, Ordering: OrderCollation, Collation: "pg_numeric",
		Input:        func(_ *Env, s string) (Datum, error) { return parseNumeric(s) },
		AppendText:   appendBytes,
		Recv:         func(_ *Env, b []byte) (Datum, error) { return recvNumeric(b) },
		AppendBinary: appendNumericBinary,
		Coerce:       func(d Datum, typmod int32, _ bool) (Datum, error) { return coerceNumeric(d, typmod) },
		Compare:      NumericCmp,
		AppendKey:    func(dst []byte, d Datum) []byte { return appendNumericKey(dst, d.b) },
	})
}

// maxExponent bounds the exponent of a numeric's text, before its effect on
// the number of digits is known.
const maxExponent = math.MaxInt32 / 2

// parseNumeric brings the text of a number to its stored form.
func parseNumeric(s string) (Datum, error) {
	text := trimSpace(s)
	if d, ok := parseSpecial(text); ok {
		return d, nil
	}
	negative := false
	i := 0
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		negative = text[i] == '-'
		i++
	}
	digits := make([]byte, 0, len(text))
	scale, point := 0, false
	for ; i < len(text); i++ {
		if isDigit(text[i]) {
			digits = append(digits, text[i])
			if point {
				scale++
			}
		} else if text[i] == '.' && !point {
			point = true
		} else {
			break
		}
	}
	if len(digits) == 0 {
		return Null, badText("numeric", s)
	}
	exponent := 0
	if i < len(text) && lower(text[i]) == 'e' {
		n, end := scanExponent(text, i+1)
		if end < 0 {
			return Null, badText("numeric", s)
		}
		exponent, i = n, end
		if exponent >= maxExponent || exponent <= -maxExponent {
			return Null, numericOverflow()
		}
	}
	if i < len(text) {
		return Null, badText("numeric", s)
	}
	return canonicalNumeric(negative, digits, scale-exponent)
}

// parseSpecial reads NaN, which has no sign, and the infinities.
func parseSpecial(text string) (Datum, bool) {
	if text == "" || len(text) > len("+infinity") {
		return Null, false
	}
	if c := text[len(text)-1] | 0x20; c != 'n' && c != 'y' && c != 'f' {
		return Null, false
	}
	switch fold(text) {
	case "nan":
		return Text("NaN"), true
	case "infinity", "inf", "+infinity", "+inf":
		return Text("Infinity"), true
	case "-infinity", "-inf":
		return Text("-Infinity"), true
	}
	return Null, false
}

// scanExponent reads an exponent at s[i:] and returns where it ends, -1 where
// there is none. It stops counting far above the largest that is allowed.
func scanExponent(s string, i int) (n, end int) {
	negative := false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		negative = s[i] == '-'
		i++
	}
	first := i
	for ; i < len(s) && isDigit(s[i]); i++ {
		n = min(n*10+int(s[i]-'0'), math.MaxInt32)
	}
	if i == first {
		return 0, -1
	}
	if negative {
		n = -n
	}
	return n, i
}

// canonicalNumeric is digits / 10^scale in stored form. A negative scale asks
// for zeros before the point.
func canonicalNumeric(negative bool, digits []byte, scale int) (Datum, error) {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	zero := len(digits) == 1 && digits[0] == '0'
	if scale > maxScale || !zero && len(digits)-scale > maxIntegerDigits {
		return Null, numericOverflow()
	}
	if scale < 0 {
		if !zero {
			for range -scale {
				digits = append(digits, '0')
			}
		}
		scale = 0
	}
	if !negative || zero {
		if scale == 0 {
			return TextBytes(digits), nil
		}
		return TextBytes(appendPointed(make([]byte, 0, max(len(digits), scale)+2), digits, scale)), nil
	}
	out := append(make([]byte, 0, max(len(digits), scale)+3), '-')
	return TextBytes(appendPointed(out, digits, scale)), nil
}

// Signs of the binary form.
const (
	signPositive = 0x0000
	signNegative = 0x4000
	signNaN      = 0xC000
	signPosInf   = 0xD000
	signNegInf   = 0xF000

	// infinityScale is what Postgres sends as the scale of an infinite value;
	// it is without meaning.
	infinityScale = 0x20
)

func badNumericBinary(what string) error {
	return pgerr.Newf(pgerr.InvalidBinaryRepresentation, `invalid %s in external "numeric" value`, what)
}

func recvNumeric(b []byte) (Datum, error) {
	if len(b) < 8 {
		return Null, shortMessage()
	}
	count := int(binary.BigEndian.Uint16(b))
	weight := int(int16(binary.BigEndian.Uint16(b[2:])))
	sign := binary.BigEndian.Uint16(b[4:])
	scale := int(binary.BigEndian.Uint16(b[6:]))
	switch sign {
	case signPositive, signNegative, signNaN, signPosInf, signNegInf:
	default:
		return Null, badNumericBinary("sign")
	}
	if scale > maxScale {
		return Null, badNumericBinary("scale")
	}
	b = b[8:]
	if len(b) < 2*count {
		return Null, shortMessage()
	}
	if len(b) > 2*count {
		return Null, badBinary()
	}
	digits := make([]byte, 0, 4*count+8)
	for ; len(b) > 0; b = b[2:] {
		g := binary.BigEndian.Uint16(b)
		if g > 9999 {
			return Null, badNumericBinary("digit")
		}
		digits = append(digits, byte('0'+g/1000), byte('0'+g/100%10), byte('0'+g/10%10), byte('0'+g%10))
	}
	switch sign {
	case signNaN:
		return Text("NaN"), nil
	case signPosInf:
		return Text("Infinity"), nil
	case signNegInf:
		return Text("-Infinity"), nil
	}
	if count == 0 {
		weight = -1
	}
	return placeDigits(sign == signNegative, digits, 4*(weight+1), scale)
}

// placeDigits is the number whose first digits stand before the point, cut to
// the scale.
func placeDigits(negative bool, digits []byte, before, scale int) (Datum, error) {
	if before < 0 {
		lead := min(-before, scale)
		padded := make([]byte, lead, lead+len(digits))
		for i := range padded {
			padded[i] = '0'
		}
		digits, before = append(padded, digits...), 0
	}
	for len(digits) < before+scale {
		digits = append(digits, '0')
	}
	digits = digits[:before+scale]
	if len(digits) == 0 {
		digits = []byte{'0'}
	}
	zero := true
	for _, c := range digits {
		zero = zero && c == '0'
	}
	if zero {
		digits = digits[:1]
	}
	return canonicalNumeric(negative, digits, scale)
}

func appendNumericBinary(dst []byte, _ *Env, d Datum) []byte {
	header := func(count, weight int, sign uint16, scale int) {
		dst = binary.BigEndian.AppendUint16(dst, uint16(count))
		dst = binary.BigEndian.AppendUint16(dst, uint16(weight))
		dst = binary.BigEndian.AppendUint16(dst, sign)
		dst = binary.BigEndian.AppendUint16(dst, uint16(scale))
	}
	sign, whole, fraction := splitNumeric(d.b)
	switch sign {
	case signNaN:
		header(0, 0, sign, 0)
		return dst
	case signPosInf, signNegInf:
		header(0, 0, sign, infinityScale)
		return dst
	}
	at := len(dst)
	header(0, 0, sign, len(fraction))
	weight := (len(whole)+3)/4 - 1
	count, last := 0, 0
	emit := func(g int) {
		if g == 0 && count == 0 {
			weight--
			return
		}
		dst = binary.BigEndian.AppendUint16(dst, uint16(g))
		count++
		if g != 0 {
			last = count
		}
	}
	for len(whole) > 0 {
		n := (len(whole)-1)%4 + 1
		emit(groupValue(whole[:n], n))
		whole = whole[n:]
	}
	for len(fraction) > 0 {
		n := min(4, len(fraction))
		emit(groupValue(fraction[:n], 4))
		fraction = fraction[n:]
	}
	if last == 0 {
		weight = 0
	}
	binary.BigEndian.PutUint16(dst[at:], uint16(last))
	binary.BigEndian.PutUint16(dst[at+2:], uint16(weight))
	return dst[:at+8+2*last]
}

// groupValue is the value of digits, padded with zeros to the given width.
func groupValue(digits []byte, width int) int {
	g := 0
	for i := range width {
		g *= 10
		if i < len(digits) {
			g += int(digits[i] - '0')
		}
	}
	return g
}

// NumericTypmod takes the type modifier of numeric(precision, scale) apart.
func NumericTypmod(typmod int32) (precision, scale int) {
	t := int(typmod) - typmodHeader
	return t >> 16 & 0xffff, (t&0x7ff ^ 1024) - 1024
}

func coerceNumeric(d Datum, typmod int32) (Datum, error) {
	if typmod < typmodHeader {
		return d, nil
	}
	precision, scale := NumericTypmod(typmod)
	x := decimalOf(d)
	switch x.form {
	case notANumber:
		return d, nil
	case positiveInf, negativeInf:
		return Null, pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").
			WithDetail("A field with precision %d, scale %d cannot hold an infinite value.", precision, scale)
	}
	if x.scale != scale {
		x = x.round(scale)
	}
	if before := x.digits() - x.scale; x.sign() != 0 && before > precision-scale {
		power := "10^"
		limit := precision - scale
		if limit == 0 {
			power, limit = "", 1
		}
		return Null, pgerr.New(pgerr.NumericValueOutOfRange, "numeric field overflow").
			WithDetail("A field with precision %d, scale %d must round to an absolute value less than %s%d.",
				precision, scale, power, limit)
	}
	return x.datum()
}
