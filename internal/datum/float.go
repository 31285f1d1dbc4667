package datum

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(
		floatType(oid.Float4, "float4", "real", 32),
		floatType(oid.Float8, "float8", "double precision", 64),
	)
}

func floatType(id oid.OID, name, spoken string, size int) *Type {
	t := &Type{
		OID: id, Name: name, Storage: KindFloat,
		Input: func(_ *Env, s string) (Datum, error) {
			v, rest, err := scanFloat(s, spoken, size)
			if err != nil {
				if size == 32 && pgerr.Code(err) == pgerr.NumericValueOutOfRange {
					err = floatRange(s, spoken) // here Postgres shows all of the text
				}
				return Null, err
			}
			if trimSpace(rest) != "" {
				return Null, badText(spoken, s)
			}
			return Float(v), nil
		},
		AppendText: func(dst []byte, env *Env, d Datum) []byte {
			if env == nil || env.ExtraFloatDigits > 0 {
				return AppendFloat(dst, d.Float(), size)
			}
			return appendRounded(dst, d.Float(), floatDigits[size]+env.ExtraFloatDigits)
		},
		Compare:   func(a, b Datum) int { return CompareFloats(a.Float(), b.Float()) },
		AppendKey: keyOfFloat,
		width:     size / 8,
	}
	if size == 32 {
		t.Recv = func(_ *Env, b []byte) (Datum, error) {
			if err := fixed(b, 4); err != nil {
				return Null, err
			}
			return Float(float64(math.Float32frombits(binary.BigEndian.Uint32(b)))), nil
		}
		t.AppendBinary = func(dst []byte, _ *Env, d Datum) []byte {
			return binary.BigEndian.AppendUint32(dst, math.Float32bits(float32(d.Float())))
		}
		return t
	}
	t.Recv = func(_ *Env, b []byte) (Datum, error) {
		if err := fixed(b, 8); err != nil {
			return Null, err
		}
		return Float(math.Float64frombits(binary.BigEndian.Uint64(b))), nil
	}
	t.AppendBinary = func(dst []byte, _ *Env, d Datum) []byte {
		v := math.Float64bits(d.Float())
		if d.kind == KindBlob {
			v = quietNaN
		}
		return binary.BigEndian.AppendUint64(dst, v)
	}
	return t
}

// quietNaN is the NaN that C makes; Go's own has another bit set.
const quietNaN = 0x7ff8000000000000

// floatDigits is how many decimal digits a float of the given size always
// keeps, mantissaBits how many bits its mantissa has, and fixedBelow the
// decimal exponent from which the shortest output is in scientific notation.
var (
	floatDigits  = map[int]int{32: 6, 64: 15}
	mantissaBits = map[int]int{32: 24, 64: 53}
	fixedBelow   = map[int]int{32: 6, 64: 15}
)

// CompareFloats orders floats as Postgres does: NaN equals itself and is above
// everything else.
func CompareFloats(a, b float64) int {
	switch {
	case a != a && b != b:
		return 0
	case a != a:
		return 1
	case b != b:
		return -1
	}
	return cmp.Compare(a, b)
}

// scanFloat reads the longest float at the beginning of s, after white space,
// and returns what follows it. It takes what the C library's strtod takes,
// except for numbers too large or too close to 0.
func scanFloat(s, spoken string, size int) (v float64, rest string, err error) {
	v, token, rest, err := scanFlushed(s, spoken, size)
	if err == nil && v == 0 && !isZero(token) {
		err = floatRange(token, spoken)
	}
	return v, rest, err
}

func floatRange(token, spoken string) error {
	return pgerr.Newf(pgerr.NumericValueOutOfRange, `"%s" is out of range for type %s`, token, spoken)
}

// scanFlushed is scanFloat with numbers too close to 0 taken as 0; token is
// what was read.
func scanFlushed(s, spoken string, size int) (v float64, token, rest string, err error) {
	i := 0
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	number := s[i:]
	n := floatLength(number)
	if n == 0 {
		return 0, "", s, badText(spoken, s)
	}
	token = number[:n]
	if lower(token[n-1]) == 'n' { // NaN may have a sign, which means nothing
		return math.NaN(), token, number[n:], nil
	}
	if isHexFloat(token) && !hasBinaryExponent(token) {
		token += "p0"
	}
	v, err = strconv.ParseFloat(token, size)
	if err != nil {
		return 0, token, s, floatRange(number[:n], spoken)
	}
	return v, number[:n], number[n:], nil
}

func isHexFloat(s string) bool {
	if s[0] == '+' || s[0] == '-' {
		s = s[1:]
	}
	return len(s) > 2 && s[0] == '0' && lower(s[1]) == 'x'
}

func hasBinaryExponent(s string) bool {
	for i := range len(s) {
		if lower(s[i]) == 'p' {
			return true
		}
	}
	return false
}

// isZero reports whether a float's text has no digit but 0 before its exponent.
func isZero(s string) bool {
	hex := isHexFloat(s)
	for i := range len(s) {
		c := lower(s[i])
		if c == 'p' || c == 'e' && !hex {
			break
		}
		if c >= '1' && c <= '9' || hex && c >= 'a' && c <= 'f' {
			return false
		}
	}
	return true
}

// floatLength is the length of the float at the beginning of s, 0 where there
// is none.
func floatLength(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if i < len(s) && isAlpha(s[i]) {
		for _, word := range []string{"infinity", "inf", "nan"} {
			if len(s)-i >= len(word) && fold(s[i:i+len(word)]) == word {
				return i + len(word)
			}
		}
		return 0
	}
	base, mark := 10, byte('e')
	if len(s) > i+2 && s[i] == '0' && lower(s[i+1]) == 'x' &&
		(digitValue(s[i+2]) < 16 || s[i+2] == '.' && len(s) > i+3 && digitValue(s[i+3]) < 16) {
		base, mark = 16, 'p'
		i += 2
	}
	digits := 0
	for i < len(s) && digitValue(s[i]) < base {
		i, digits = i+1, digits+1
	}
	if i < len(s) && s[i] == '.' {
		i++
		for i < len(s) && digitValue(s[i]) < base {
			i, digits = i+1, digits+1
		}
	}
	if digits == 0 {
		return 0
	}
	if i < len(s) && lower(s[i]) == mark {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for j < len(s) && isDigit(s[j]) {
				j++
			}
			i = j
		}
	}
	return i
}

// AppendFloat appends the shortest decimal that reads back as v, a float of 32
// or 64 bits, in Postgres's notation.
func AppendFloat(dst []byte, v float64, size int) []byte {
	powerOf2 := math.Float64bits(v)&(1<<52-1) == 0
	switch m := math.Abs(v); {
	case powerOf2 && v != 0:
	case m >= 1e-4 && (m < 1e6 || m < 1e15 && size == 64), v == 0:
		// Neither an exponent nor a midpoint can occur here.
		return strconv.AppendFloat(dst, v, 'f', -1, size)
	case v != v:
		return append(dst, "NaN"...)
	}
	switch {
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], v, 'e', -1, size)
	if powerOf2 {
		text = evenTie(text, v, size)
	}
	if e := decimalExponent(text); e >= 15 || size == 32 && e >= 7 {
		text = withinInterval(buf[:0], text, v, size)
	}
	return appendNotation(dst, text, fixedBelow[size])
}

// evenTie replaces text, the shortest decimal for a power of two, by the one
// of as many digits that is rounded half to even. Below a power of two the
// floats are closer together than above it, and there Go's choice between two
// decimals at the same distance is not Postgres's.
func evenTie(text []byte, v float64, size int) []byte {
	even := strconv.AppendFloat(nil, v, 'e', digitCount(text)-1, size)
	if back, err := strconv.ParseFloat(string(even), size); err == nil && back == v {
		return even
	}
	return text
}

// withinInterval replaces text, the shortest decimal for v, where it lies
// exactly between v and its neighbor: it reads back as v only by rounding to
// even, on which Postgres does not rely.
func withinInterval(buf, text []byte, v float64, size int) []byte {
	if !onMidpoint(text, size) {
		return text
	}
	for prec := digitCount(text); ; prec++ {
		longer := strconv.AppendFloat(buf, v, 'e', prec, size)
		back, err := strconv.ParseFloat(string(longer), size)
		if err == nil && back == v && !onMidpoint(longer, size) {
			return longer
		}
	}
}

// onMidpoint reports whether the decimal is an integer that needs exactly one
// bit more than the mantissa has.
func onMidpoint(text []byte, size int) bool {
	mantissa := uint64(0)
	power := decimalExponent(text) + 1
	for i := 0; text[i] != 'e'; i++ {
		if isDigit(text[i]) {
			mantissa = mantissa*10 + uint64(text[i]-'0')
			power--
		}
	}
	for mantissa != 0 && mantissa%10 == 0 {
		mantissa /= 10
		power++
	}
	for ; power > 0; power-- {
		// Multiplying by 5 alone: the factor 2 only shifts.
		over, low := bits.Mul64(mantissa, 5)
		if over != 0 {
			return false
		}
		mantissa = low
	}
	if mantissa == 0 {
		return false
	}
	return bits.Len64(mantissa>>bits.TrailingZeros64(mantissa)) == mantissaBits[size]+1
}

func digitCount(text []byte) int {
	n := 0
	for i := 0; i < len(text) && text[i] != 'e'; i++ {
		if isDigit(text[i]) {
			n++
		}
	}
	return n
}

// decimalExponent reads the exponent of a text like -1.25e+07.
func decimalExponent(text []byte) int {
	i := len(text) - 1
	e, scale := 0, 1
	for ; isDigit(text[i]); i-- {
		e += int(text[i]-'0') * scale
		scale *= 10
	}
	if text[i] == '-' {
		return -e
	}
	return e
}

// appendNotation rewrites a text like -1.25e+07: without exponent where that is
// at least -4 and below the limit, otherwise with one of two digits or more.
func appendNotation(dst, text []byte, limit int) []byte {
	e := decimalExponent(text)
	if text[0] == '-' {
		dst = append(dst, '-')
		text = text[1:]
	}
	var buf [24]byte
	digits := buf[:0]
	for i := 0; text[i] != 'e'; i++ {
		if text[i] != '.' {
			digits = append(digits, text[i])
		}
	}
	for len(digits) > 1 && digits[len(digits)-1] == '0' {
		digits = digits[:len(digits)-1]
	}
	switch {
	case e < -4 || e >= limit:
		dst = append(dst, digits[0])
		if len(digits) > 1 {
			dst = append(dst, '.')
			dst = append(dst, digits[1:]...)
		}
		sign := byte('+')
		if e < 0 {
			sign, e = '-', -e
		}
		dst = append(dst, 'e', sign)
		if e < 10 {
			dst = append(dst, '0')
		}
		return strconv.AppendInt(dst, int64(e), 10)
	case e < 0:
		dst = append(dst, "0.000"[:1-e]...)
		return append(dst, digits...)
	case e+1 >= len(digits):
		dst = append(dst, digits...)
		for range e + 1 - len(digits) {
			dst = append(dst, '0')
		}
		return dst
	}
	dst = append(dst, digits[:e+1]...)
	dst = append(dst, '.')
	return append(dst, digits[e+1:]...)
}

// appendRounded appends v rounded to the given number of digits, at least one,
// as C's %.*g prints it: what extra_float_digits at 0 or below asks for.
func appendRounded(dst []byte, v float64, digits int) []byte {
	if v != v || math.IsInf(v, 0) {
		return AppendFloat(dst, v, 64)
	}
	digits = max(digits, 1)
	return appendNotation(dst, strconv.AppendFloat(nil, v, 'e', digits-1, 64), digits)
}
