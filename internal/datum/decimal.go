package datum

import (
	"math"
	"math/big"
	"strconv"

	"voronoi/internal/pgerr"
)

// form tells the numbers from the special values of type numeric.
type form uint8

const (
	finite form = iota
	negativeInf
	positiveInf
	notANumber
)

// decimal is a numeric taken apart for arithmetic: coefficient / 10^scale. The
// scale counts all digits after the point, zeros too. Small coefficients, the
// usual ones, need no allocation.
type decimal struct {
	form  form
	scale int
	small int64    // the coefficient where big is nil
	big   *big.Int // never changed once set
}

// The limits of Postgres's own storage: digits before the point, which it
// counts in groups of four, and after it.
const (
	maxIntegerDigits = (math.MaxInt16 + 1) * 4
	maxScale         = 16383
)

// maxDisplayScale is the largest scale that a function chooses for its result,
// minSigDigits the fewest significant digits it aims for.
const (
	maxDisplayScale = 1000
	minSigDigits    = 16
	maxResultScale  = 2000
)

var specialNames = [...]string{negativeInf: "-Infinity", positiveInf: "Infinity", notANumber: "NaN"}

func intDecimal(v int64) decimal { return decimal{small: v} }

func bigDecimal(coef *big.Int, scale int) decimal {
	if coef.IsInt64() {
		return decimal{small: coef.Int64(), scale: scale}
	}
	return decimal{big: coef, scale: scale}
}

// decimalOf takes a stored numeric apart.
func decimalOf(d Datum) decimal {
	s := d.b
	if len(s) == 0 {
		return decimal{form: notANumber}
	}
	negative := s[0] == '-'
	if negative {
		s = s[1:]
	}
	switch s[0] {
	case 'N':
		return decimal{form: notANumber}
	case 'I':
		if negative {
			return decimal{form: negativeInf}
		}
		return decimal{form: positiveInf}
	}
	if len(s) > 19 {
		return bigDecimalOf(s, negative)
	}
	var r decimal
	point := len(s)
	for i, c := range s {
		if c == '.' {
			point = i + 1
			continue
		}
		r.small = r.small*10 + int64(c-'0')
	}
	r.scale = len(s) - point
	if negative {
		r.small = -r.small
	}
	if len(s) == 19 && point == len(s) {
		return bigDecimalOf(s, negative) // may not fit
	}
	return r
}

func bigDecimalOf(s []byte, negative bool) decimal {
	digits := make([]byte, 0, len(s))
	scale := 0
	for i, c := range s {
		if c == '.' {
			scale = len(s) - i - 1
			continue
		}
		digits = append(digits, c)
	}
	coef, _ := new(big.Int).SetString(string(digits), 10)
	if negative {
		coef.Neg(coef)
	}
	return bigDecimal(coef, scale)
}

// datum is the stored form; it fails where Postgres could not store the number.
func (x decimal) datum() (Datum, error) {
	if x.form != finite {
		return Text(specialNames[x.form]), nil
	}
	var buf [24]byte
	var digits []byte
	if x.big == nil {
		digits = strconv.AppendInt(buf[:0], x.small, 10)
	} else {
		digits = x.big.Append(nil, 10)
	}
	out := make([]byte, 0, max(len(digits), x.scale)+3)
	if digits[0] == '-' {
		out = append(out, '-')
		digits = digits[1:]
	}
	if len(digits)-x.scale > maxIntegerDigits || x.scale > maxScale {
		return Null, numericOverflow()
	}
	return TextBytes(appendPointed(out, digits, x.scale)), nil
}

// appendPointed appends digits with the point set before the last scale ones.
func appendPointed(out, digits []byte, scale int) []byte {
	if scale == 0 {
		return append(out, digits...)
	}
	if len(digits) <= scale {
		out = append(out, '0', '.')
		for range scale - len(digits) {
			out = append(out, '0')
		}
		return append(out, digits...)
	}
	out = append(out, digits[:len(digits)-scale]...)
	out = append(out, '.')
	return append(out, digits[len(digits)-scale:]...)
}

func numericOverflow() error {
	return pgerr.New(pgerr.NumericValueOutOfRange, "value overflows numeric format")
}

func divisionByZero() error { return pgerr.New(pgerr.DivisionByZero, "division by zero") }

// coef is the coefficient; the caller must not change it.
func (x decimal) coef() *big.Int {
	if x.big != nil {
		return x.big
	}
	return big.NewInt(x.small)
}

// sign is -1, 0 or 1; NaN counts as 1, being above all.
func (x decimal) sign() int {
	switch {
	case x.form == negativeInf:
		return -1
	case x.form != finite:
		return 1
	case x.big != nil:
		return x.big.Sign()
	case x.small < 0:
		return -1
	case x.small > 0:
		return 1
	}
	return 0
}

func (x decimal) neg() decimal {
	switch {
	case x.form == negativeInf:
		x.form = positiveInf
	case x.form == positiveInf:
		x.form = negativeInf
	case x.big != nil:
		x.big = new(big.Int).Neg(x.big)
	case x.small == math.MinInt64:
		x.big = new(big.Int).Neg(big.NewInt(x.small))
	default:
		x.small = -x.small
	}
	return x
}

func (x decimal) abs() decimal {
	if x.sign() < 0 {
		return x.neg()
	}
	return x
}

// powersOf10 fit an int64.
var powersOf10 = func() (p [19]int64) {
	p[0] = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1] * 10
	}
	return p
}()

func pow10(n int) *big.Int {
	if n < len(powersOf10) {
		return big.NewInt(powersOf10[n])
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// mulSmall multiplies where the product fits.
func mulSmall(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	if p/b != a || a == math.MinInt64 && b == -1 || b == math.MinInt64 && a == -1 {
		return 0, false
	}
	return p, true
}

// rescaled gives x more digits after the point: scale must not be below x's.
func (x decimal) rescaled(scale int) decimal {
	n := scale - x.scale
	if n == 0 {
		return x
	}
	if x.big == nil && n < len(powersOf10) {
		if p, ok := mulSmall(x.small, powersOf10[n]); ok {
			return decimal{small: p, scale: scale}
		}
	}
	return bigDecimal(new(big.Int).Mul(x.coef(), pow10(n)), scale)
}

// round rounds half away from zero to the given scale, which may be negative;
// the scale of the result is never below 0.
func (x decimal) round(scale int) decimal { return x.reduce(scale, true) }

// trunc cuts off what is beyond the given scale.
func (x decimal) trunc(scale int) decimal { return x.reduce(scale, false) }

func (x decimal) reduce(scale int, half bool) decimal {
	if x.form != finite {
		return x
	}
	if scale >= x.scale {
		return x.rescaled(scale)
	}
	n := x.scale - scale
	var r decimal
	if x.big == nil && n < len(powersOf10) {
		p := powersOf10[n]
		q, rest := x.small/p, x.small%p
		if half && rest >= p-rest {
			q++
		} else if half && -rest >= p+rest {
			q--
		}
		r = decimal{small: q, scale: scale}
	} else if x.big == nil && n > len(powersOf10) {
		r = decimal{scale: scale} // less than a tenth of a unit
	} else {
		r = bigDecimal(quotient(x.coef(), pow10(n), half), scale)
	}
	if scale < 0 {
		r.scale = 0
		r = bigDecimal(new(big.Int).Mul(r.coef(), pow10(-scale)), 0)
	}
	return r
}

// quotient is a/b truncated or, with half, rounded half away from zero.
func quotient(a, b *big.Int, half bool) *big.Int {
	q, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if !half || rest.Sign() == 0 {
		return q
	}
	if rest.Lsh(rest, 1).CmpAbs(b) >= 0 {
		if a.Sign() == b.Sign() {
			return q.Add(q, big.NewInt(1))
		}
		return q.Sub(q, big.NewInt(1))
	}
	return q
}

// digits is the number of digits of the coefficient, 0 for zero.
func (x decimal) digits() int {
	if x.big != nil {
		return len(x.big.Text(10)) - sub(x.big.Sign() < 0)
	}
	n := 0
	for v := x.small; v != 0; v /= 10 {
		n++
	}
	return n
}

func sub(negative bool) int {
	if negative {
		return 1
	}
	return 0
}

// group is how Postgres sees the first digit: its base is 10000, the first
// digit is at 10000^weight.
func (x decimal) group() (first, weight int) {
	if x.sign() == 0 {
		return 0, 0
	}
	if x.big == nil && x.small != math.MinInt64 {
		n := x.digits()
		weight = floorDiv(n-x.scale-1, 4)
		if cut := n - (n - x.scale - 4*weight); cut >= 0 {
			return int(abs(x.small) / powersOf10[cut]), weight
		} else {
			return int(abs(x.small) * powersOf10[-cut]), weight
		}
	}
	digits := x.abs().coef().Append(nil, 10)
	before := len(digits) - x.scale // may be negative
	weight = floorDiv(before-1, 4)
	for i := range before - 4*weight {
		first *= 10
		if i < len(digits) {
			first += int(digits[i] - '0')
		}
	}
	return first, weight
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// float is x as a float, 0 or infinite where it is beyond their range.
func (x decimal) float() float64 {
	switch x.form {
	case notANumber:
		return math.NaN()
	case positiveInf:
		return math.Inf(1)
	case negativeInf:
		return math.Inf(-1)
	}
	v, _ := strconv.ParseFloat(x.coef().String()+"e"+strconv.Itoa(-x.scale), 64)
	return v
}

// integral reports whether x has no fraction.
func (x decimal) integral() bool {
	return x.form == finite && x.cmp(x.trunc(0)) == 0
}

// cmp orders decimals as Postgres does: -Infinity, numbers, Infinity, NaN.
func (x decimal) cmp(y decimal) int {
	if x.form != finite || y.form != finite {
		rank := [...]int{finite: 1, negativeInf: 0, positiveInf: 2, notANumber: 3}
		return rank[x.form] - rank[y.form]
	}
	scale := max(x.scale, y.scale)
	x, y = x.rescaled(scale), y.rescaled(scale)
	if x.big == nil && y.big == nil {
		switch {
		case x.small < y.small:
			return -1
		case x.small > y.small:
			return 1
		}
		return 0
	}
	return x.coef().Cmp(y.coef())
}
