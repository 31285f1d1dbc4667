package datum

import (
	"math"
	"math/big"

	"voronoi/internal/pgerr"
)

// displayScale brings a scale chosen for significance within bounds.
func displayScale(scale int, operands ...decimal) int {
	for _, x := range operands {
		scale = max(scale, x.scale)
	}
	return min(max(scale, 0), maxDisplayScale)
}

// NumericSqrt is the square root.
func NumericSqrt(a Datum) (Datum, error) {
	x := decimalOf(a)
	switch {
	case x.isNaN():
		return a, nil
	case x.sign() < 0:
		return Null, pgerr.New(pgerr.InvalidArgumentForPower, "cannot take square root of a negative number")
	case x.isInf():
		return a, nil
	}
	_, weight := x.group()
	return x.sqrt(displayScale(minSigDigits-(weight*4/2+1), x)).datum()
}

// sqrt rounds half up; the scale must be at least half of x's.
func (x decimal) sqrt(scale int) decimal {
	n := new(big.Int).Mul(x.coef(), pow10(2*scale-x.scale))
	root := new(big.Int).Sqrt(n)
	// (root + 1/2)^2 is root*(root+1) + 1/4: no integer is on that edge.
	if edge := new(big.Int).Add(root, big.NewInt(1)); n.Cmp(edge.Mul(edge, root)) > 0 {
		root.Add(root, big.NewInt(1))
	}
	return bigDecimal(root, scale)
}

// maxExpArgument bounds the arguments of exp: beyond it the result certainly
// overflows or vanishes.
const maxExpArgument = maxResultScale * 3

const log10E = 0.434294481903252

// NumericExp is e^a.
func NumericExp(a Datum) (Datum, error) {
	x := decimalOf(a)
	switch x.form {
	case negativeInf:
		return decimal{}.datum()
	case positiveInf, notANumber:
		return a, nil
	}
	weight := min(max(x.float()*log10E, -maxResultScale), maxResultScale)
	r, err := expDecimal(x, displayScale(minSigDigits-int(weight), x))
	if err != nil {
		return Null, err
	}
	return r.datum()
}

// expDecimal is e^x with the given scale.
func expDecimal(x decimal, scale int) (decimal, error) {
	if v := x.float(); v >= maxExpArgument {
		return decimal{}, numericOverflow()
	} else if v <= -maxExpArgument {
		return decimal{scale: scale}, nil
	}
	// Bits for the digits of the result on both sides of the point.
	digits := scale + int(math.Abs(x.float())*log10E) + 8
	prec := uint(float64(digits)*math.Log2(10)) + 64
	f := fixedOf(x, prec)
	return fixedDecimal(expFixed(f, prec), prec, scale), nil
}

// lnWeight estimates the decimal weight of ln(x), as Postgres does: it decides
// the scale of the result.
func lnWeight(x decimal) int {
	if x.sign() <= 0 {
		return 0
	}
	ninety, ten := decimal{small: 9, scale: 1}, decimal{small: 11, scale: 1}
	if x.cmp(ninety) >= 0 && x.cmp(ten) <= 0 {
		y := x.add(intDecimal(-1))
		if y.sign() == 0 {
			return 0
		}
		first, weight := y.group()
		return weight*4 + int(math.Log10(float64(first)))
	}
	first, weight := x.group()
	digits, power := float64(first), weight*4
	if second, more := x.secondGroup(weight); more {
		digits, power = digits*10000+float64(second), power-4
	}
	return int(math.Log10(math.Abs(math.Log(digits) + float64(power)*2.302585092994046)))
}

// secondGroup is the group of four digits after the first one; more is false
// where all digits from there on are 0.
func (x decimal) secondGroup(weight int) (group int, more bool) {
	below := x.abs().rem(decimalPower(weight * 4))
	if below.sign() == 0 {
		return 0, false
	}
	q := below.quo(decimalPower((weight-1)*4), 0, false)
	return int(q.small), true
}

// decimalPower is 10^n.
func decimalPower(n int) decimal {
	if n >= 0 {
		return bigDecimal(pow10(n), 0)
	}
	return decimal{small: 1, scale: -n}
}

// checkLog refuses what has no logarithm.
func checkLog(x decimal) error {
	switch {
	case x.sign() < 0:
		return pgerr.New(pgerr.InvalidArgumentForLog, "cannot take logarithm of a negative number")
	case x.sign() == 0:
		return pgerr.New(pgerr.InvalidArgumentForLog, "cannot take logarithm of zero")
	}
	return nil
}

// NumericLn is the natural logarithm.
func NumericLn(a Datum) (Datum, error) {
	x := decimalOf(a)
	if x.isNaN() {
		return a, nil
	}
	if err := checkLog(x); err != nil {
		return Null, err
	}
	if x.isInf() {
		return a, nil
	}
	return lnDecimal(x, displayScale(minSigDigits-lnWeight(x), x)).datum()
}

func lnDecimal(x decimal, scale int) decimal {
	prec := uint(float64(scale+8)*math.Log2(10)) + 64
	return fixedDecimal(lnFixed(x, prec), prec, scale)
}

// NumericLog is the logarithm of x to a base.
func NumericLog(base, x Datum) (Datum, error) {
	b, n := decimalOf(base), decimalOf(x)
	if b.isNaN() || n.isNaN() {
		return decimalNaN.datum()
	}
	if b.isInf() || n.isInf() {
		if b.sign() < 0 || n.sign() < 0 {
			return Null, checkLog(intDecimal(-1))
		}
	}
	for _, x := range []decimal{b, n} {
		if err := checkLog(x); err != nil {
			return Null, err
		}
	}
	switch {
	case b.isInf() && n.isInf():
		return decimalNaN.datum()
	case b.isInf():
		return decimal{}.datum()
	case n.isInf():
		return decimalPosInf.datum()
	}
	baseWeight, weight := lnWeight(b), lnWeight(n)
	scale := displayScale(minSigDigits-(weight-baseWeight), b, n)
	below := lnDecimal(b, max(0, scale+weight-2*baseWeight+8))
	above := lnDecimal(n, max(0, scale-baseWeight+8))
	if below.sign() == 0 {
		return Null, divisionByZero()
	}
	return above.quo(below, scale, true).datum()
}
