package datum

import (
	"math"
	"math/big"

	"voronoi/internal/pgerr"
)

// NumericPower is a^b.
func NumericPower(a, b Datum) (Datum, error) {
	x, y := decimalOf(a), decimalOf(b)
	if x.isNaN() || y.isNaN() {
		if x.isNaN() && y.form == finite && y.sign() == 0 || x.form == finite && x.cmp(decimalOne) == 0 {
			return decimalOne.datum()
		}
		return decimalNaN.datum()
	}
	if x.sign() == 0 && y.sign() < 0 {
		return Null, pgerr.New(pgerr.InvalidArgumentForPower, "zero raised to a negative power is undefined")
	}
	if x.sign() < 0 && y.form == finite && !y.integral() {
		return Null, pgerr.New(pgerr.InvalidArgumentForPower, "a negative number raised to a non-integer power yields a complex result")
	}
	r, done := powerInfinite(x, y)
	if !done {
		var err error
		if r, err = powerFinite(x, y); err != nil {
			return Null, err
		}
	}
	return r.datum()
}

// powerInfinite settles the cases with an infinite operand by the rules of
// POSIX's pow.
func powerInfinite(x, y decimal) (r decimal, done bool) {
	switch {
	case x.form == finite && y.form == finite:
		return r, false
	case x.form == finite && x.cmp(decimalOne) == 0, y.sign() == 0:
		return decimalOne, true
	case x.sign() == 0:
		return decimal{}, true
	case y.isInf():
		if x.form == finite && x.cmp(intDecimal(-1)) == 0 {
			return decimalOne, true
		}
		if grows := x.isInf() || x.abs().cmp(decimalOne) > 0; grows == (y.sign() > 0) {
			return decimalPosInf, true
		}
		return decimal{}, true
	case y.sign() < 0:
		return decimal{}, true
	case x.sign() < 0 && y.trunc(0).coef().Bit(0) == 1:
		return decimalNegInf, true
	}
	return decimalPosInf, true
}

func powerFinite(x, y decimal) (decimal, error) {
	if y.integral() {
		if n := y.trunc(0); n.big == nil && n.small >= math.MinInt32 && n.small <= math.MaxInt32 {
			return powerInt(x, n.small, displayScale(minSigDigits, x, y))
		}
	}
	if x.sign() == 0 {
		return decimal{scale: minSigDigits}, nil
	}
	negative := x.sign() < 0 && y.trunc(0).coef().Bit(0) == 1
	x = x.abs()
	weight := lnWeight(x)
	// A first estimate to 8 digits tells how large the result will be.
	roughScale := max(0, 8-weight)
	rough := lnDecimal(x, roughScale).mul(y).round(roughScale).float()
	if math.Abs(rough) > maxExpArgument+20 {
		if rough > 0 {
			return decimal{}, numericOverflow()
		}
		return decimal{scale: maxDisplayScale}, nil
	}
	size := int(rough * log10E)
	scale := displayScale(minSigDigits-size, x, y)
	digits := max(0, scale+size)
	lnScale := max(0, digits-weight+8)
	product := lnDecimal(x, lnScale).mul(y)
	if product.scale > lnScale {
		product = product.round(lnScale)
	}
	r, err := expDecimal(product, scale)
	if negative {
		r = r.neg()
	}
	return r, err
}

// powerInt multiplies. It keeps as many digits as the result needs and some
// more, and fails or vanishes early where the estimate leaves no doubt.
func powerInt(x decimal, n int64, scale int) (decimal, error) {
	switch n {
	case 0:
		return decimalOne.rescaled(scale), nil
	case 1:
		return x.round(scale), nil
	case 2:
		return x.mul(x).round(scale), nil
	}
	if x.sign() == 0 {
		if n < 0 {
			return decimal{}, divisionByZero()
		}
		return decimal{scale: scale}, nil
	}
	if n == -1 {
		return decimalOne.quo(x, scale, true), nil
	}
	size := float64(n) * log10Of(x)
	switch {
	case size > maxIntegerDigits:
		return decimal{}, numericOverflow()
	case size+1 < -float64(scale) || size+1 < -maxDisplayScale:
		return decimal{scale: scale}, nil
	}
	digits := 1 + scale + int(size) + int(math.Log(math.Abs(float64(n)))) + 16
	r := bigPower(x, uint64(abs(n)), max(digits, 20))
	if n < 0 {
		r = decimalOne.scaledQuo(r, scale)
	}
	return r.round(scale), nil
}

// log10Of is the decimal logarithm of a number's magnitude, from its first
// digits.
func log10Of(x decimal) float64 {
	text := new(big.Int).Abs(x.coef()).Text(10)
	head := text[:min(len(text), 17)]
	v, _ := new(big.Float).SetString(head)
	f, _ := v.Float64()
	return math.Log10(f) + float64(len(text)-len(head)-x.scale)
}

// bigPower is x^n to the given number of significant digits. The scale of
// intermediate results may be negative: zeros before the point are not kept.
func bigPower(x decimal, n uint64, digits int) decimal {
	cut := func(coef *big.Int, scale int) (*big.Int, int) {
		excess := int(float64(coef.BitLen())*math.Log10(2)) - digits
		if excess <= 8 {
			return coef, scale
		}
		return quotient(coef, pow10(excess), true), scale - excess
	}
	coef, scale := big.NewInt(1), 0
	square, squareScale := x.coef(), x.scale
	for ; ; n >>= 1 {
		if n&1 == 1 {
			coef, scale = cut(new(big.Int).Mul(coef, square), scale+squareScale)
		}
		if n == 1 {
			break
		}
		square, squareScale = cut(new(big.Int).Mul(square, square), 2*squareScale)
	}
	if scale < 0 {
		return bigDecimal(coef.Mul(coef, pow10(-scale)), 0)
	}
	return bigDecimal(coef, scale)
}

// scaledQuo is x / y rounded to the scale.
func (x decimal) scaledQuo(y decimal, scale int) decimal { return x.quo(y, scale, true) }
