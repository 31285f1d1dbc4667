package datum

import (
	"math"
	"math/big"

	"voronoi/internal/pgerr"
)

// The functions here take stored numerics that are not NULL and return one,
// with the scale that Postgres gives the result.

var (
	decimalNaN    = decimal{form: notANumber}
	decimalPosInf = decimal{form: positiveInf}
	decimalNegInf = decimal{form: negativeInf}
	decimalOne    = intDecimal(1)
)

// infinite is the infinity of the given sign.
func infinite(sign int) decimal {
	if sign < 0 {
		return decimalNegInf
	}
	return decimalPosInf
}

func (x decimal) isNaN() bool { return x.form == notANumber }

func (x decimal) isInf() bool { return x.form == positiveInf || x.form == negativeInf }

// NumericAdd is a + b.
func NumericAdd(a, b Datum) (Datum, error) { return decimalOf(a).add(decimalOf(b)).datum() }

// NumericSub is a - b.
func NumericSub(a, b Datum) (Datum, error) { return decimalOf(a).add(decimalOf(b).neg()).datum() }

// NumericMul is a * b.
func NumericMul(a, b Datum) (Datum, error) { return decimalOf(a).mul(decimalOf(b)).datum() }

// NumericDiv is a / b.
func NumericDiv(a, b Datum) (Datum, error) {
	x, y := decimalOf(a), decimalOf(b)
	return divide(x, y, func() decimal { return x.quo(y, divScale(x, y), true) })
}

// NumericDivTrunc is a / b without its fraction.
func NumericDivTrunc(a, b Datum) (Datum, error) {
	x, y := decimalOf(a), decimalOf(b)
	return divide(x, y, func() decimal { return x.quo(y, 0, false) })
}

// divide settles the cases in which nothing has to be computed.
func divide(x, y decimal, quotient func() decimal) (Datum, error) {
	switch {
	case x.isNaN() || y.isNaN() || x.isInf() && y.isInf():
		return decimalNaN.datum()
	case y.sign() == 0:
		return Null, divisionByZero()
	case x.isInf():
		return infinite(x.sign() * y.sign()).datum()
	case y.isInf():
		return decimal{}.datum()
	}
	return quotient().datum()
}

// NumericMod is the remainder of a / b truncated; it has the sign of a.
func NumericMod(a, b Datum) (Datum, error) {
	x, y := decimalOf(a), decimalOf(b)
	switch {
	case x.isNaN() || y.isNaN():
		return decimalNaN.datum()
	case y.sign() == 0:
		return Null, divisionByZero()
	case x.isInf():
		return decimalNaN.datum()
	case y.isInf():
		return a, nil
	}
	return x.rem(y).datum()
}

func (x decimal) add(y decimal) decimal {
	if x.form != finite || y.form != finite {
		switch {
		case x.isNaN() || y.isNaN() || x.isInf() && y.isInf() && x.form != y.form:
			return decimalNaN
		case x.isInf():
			return x
		}
		return y
	}
	scale := max(x.scale, y.scale)
	x, y = x.rescaled(scale), y.rescaled(scale)
	if x.big == nil && y.big == nil {
		if sum := x.small + y.small; (sum > x.small) == (y.small > 0) {
			return decimal{small: sum, scale: scale}
		}
	}
	return bigDecimal(new(big.Int).Add(x.coef(), y.coef()), scale)
}

func (x decimal) mul(y decimal) decimal {
	if x.form != finite || y.form != finite {
		if x.isNaN() || y.isNaN() || x.sign() == 0 || y.sign() == 0 {
			return decimalNaN
		}
		return infinite(x.sign() * y.sign())
	}
	r := decimal{scale: x.scale + y.scale}
	var ok bool
	if x.big == nil && y.big == nil {
		r.small, ok = mulSmall(x.small, y.small)
	}
	if !ok {
		r = bigDecimal(new(big.Int).Mul(x.coef(), y.coef()), r.scale)
	}
	if r.scale > maxScale {
		r = r.round(maxScale)
	}
	return r
}

// quo is x / y with the given scale, rounded half away from zero or truncated.
func (x decimal) quo(y decimal, scale int, half bool) decimal {
	shift := scale + y.scale - x.scale
	if shift >= 0 && shift < len(powersOf10) && x.big == nil && y.big == nil {
		if n, ok := mulSmall(x.small, powersOf10[shift]); ok && n != math.MinInt64 && y.small != math.MinInt64 {
			q, rest := n/y.small, n%y.small
			if half && abs(rest) >= abs(y.small)-abs(rest) {
				if (n < 0) == (y.small < 0) {
					q++
				} else {
					q--
				}
			}
			return decimal{small: q, scale: scale}
		}
	}
	n, d := x.coef(), y.coef()
	if shift >= 0 {
		n = new(big.Int).Mul(n, pow10(shift))
	} else {
		d = new(big.Int).Mul(d, pow10(-shift))
	}
	return bigDecimal(quotient(n, d, half), scale)
}

// rem is x - y * trunc(x/y).
func (x decimal) rem(y decimal) decimal {
	scale := max(x.scale, y.scale)
	x, y = x.rescaled(scale), y.rescaled(scale)
	if x.big == nil && y.big == nil {
		if y.small == -1 {
			return decimal{scale: scale}
		}
		return decimal{small: x.small % y.small, scale: scale}
	}
	return bigDecimal(new(big.Int).Rem(x.coef(), y.coef()), scale)
}

// divScale is the scale of a quotient: enough for 16 significant digits,
// counted in Postgres's groups of four, and not less than the operands'.
func divScale(x, y decimal) int {
	firstX, weightX := x.group()
	firstY, weightY := y.group()
	weight := weightX - weightY
	if firstX <= firstY {
		weight--
	}
	scale := minSigDigits - weight*4
	return min(max(scale, x.scale, y.scale, 0), maxDisplayScale)
}

// NumericNeg is -a.
func NumericNeg(a Datum) (Datum, error) { return decimalOf(a).neg().datum() }

// NumericAbs is a without its sign.
func NumericAbs(a Datum) (Datum, error) { return decimalOf(a).abs().datum() }

// NumericSign is -1, 0 or 1, or NaN.
func NumericSign(a Datum) (Datum, error) {
	x := decimalOf(a)
	if x.isNaN() {
		return a, nil
	}
	return intDecimal(int64(x.sign())).datum()
}

// clampScale limits the scale that a caller asks for, as Postgres does.
func clampScale(scale int) int { return min(max(scale, -maxResultScale), maxResultScale) }

// NumericRound rounds half away from zero to a number of digits after the
// point; a negative one rounds before it.
func NumericRound(a Datum, scale int) (Datum, error) {
	return decimalOf(a).round(clampScale(scale)).datum()
}

// NumericTrunc cuts off the digits that NumericRound rounds away.
func NumericTrunc(a Datum, scale int) (Datum, error) {
	return decimalOf(a).trunc(clampScale(scale)).datum()
}

// NumericCeil is the smallest integer not below a.
func NumericCeil(a Datum) (Datum, error) { return decimalOf(a).toward(1).datum() }

// NumericFloor is the largest integer not above a.
func NumericFloor(a Datum) (Datum, error) { return decimalOf(a).toward(-1).datum() }

// toward rounds to an integer in the given direction.
func (x decimal) toward(direction int) decimal {
	r := x.trunc(0)
	if x.form == finite && x.sign() == direction && x.cmp(r) != 0 {
		r = r.add(intDecimal(int64(direction)))
	}
	return r
}

// NumericScale is the number of digits after the point; false for NaN and the
// infinities, which have none.
func NumericScale(a Datum) (int, bool) {
	x := decimalOf(a)
	return x.scale, x.form == finite
}

// NumericMinScale is the smallest scale that keeps the value.
func NumericMinScale(a Datum) (int, bool) {
	sign, _, fraction := splitNumeric(a.b)
	return len(trimZeros(fraction)), sign == signPositive || sign == signNegative
}

// NumericTrimScale takes the zeros at the end of the fraction away.
func NumericTrimScale(a Datum) (Datum, error) {
	scale, ok := NumericMinScale(a)
	if !ok {
		return a, nil
	}
	return decimalOf(a).trunc(scale).datum()
}

// NumericGCD is the greatest common divisor, and NumericLCM the least common
// multiple; both are never negative.
func NumericGCD(a, b Datum) (Datum, error) {
	x, y := decimalOf(a), decimalOf(b)
	if x.form != finite || y.form != finite {
		return decimalNaN.datum()
	}
	return gcdDecimal(x, y).datum()
}

func gcdDecimal(x, y decimal) decimal {
	scale := max(x.scale, y.scale)
	p := new(big.Int).Abs(x.rescaled(scale).coef())
	q := new(big.Int).Abs(y.rescaled(scale).coef())
	return bigDecimal(new(big.Int).GCD(nil, nil, p, q), scale)
}

// NumericLCM is the least common multiple.
func NumericLCM(a, b Datum) (Datum, error) {
	x, y := decimalOf(a), decimalOf(b)
	if x.form != finite || y.form != finite {
		return decimalNaN.datum()
	}
	scale := max(x.scale, y.scale)
	if x.sign() == 0 || y.sign() == 0 {
		return decimal{scale: scale}.datum()
	}
	return x.quo(gcdDecimal(x, y), 0, false).mul(y).abs().rescaled(scale).datum()
}

// maxFactorial is the largest argument whose factorial can be stored.
const maxFactorial = 32177

// Factorial is n!.
func Factorial(n int64) (Datum, error) {
	switch {
	case n < 0:
		return Null, pgerr.New(pgerr.NumericValueOutOfRange, "factorial of a negative number is undefined")
	case n > maxFactorial:
		return Null, numericOverflow()
	}
	return bigDecimal(new(big.Int).MulRange(1, n), 0).datum()
}
