package datum

import (
	"math"
	"math/big"
	"strconv"

	"voronoi/internal/pgerr"
)

// NumericFromInt is an integer as a numeric.
func NumericFromInt(v int64) Datum {
	return TextBytes(strconv.AppendInt(make([]byte, 0, 20), v, 10))
}

// NumericFromFloat is a float of 32 or 64 bits as a numeric: with the digits
// that such a float always keeps, 6 or 15.
func NumericFromFloat(v float64, size int) (Datum, error) {
	switch {
	case v != v:
		return Text("NaN"), nil
	case math.IsInf(v, 1):
		return Text("Infinity"), nil
	case math.IsInf(v, -1):
		return Text("-Infinity"), nil
	}
	var buf [40]byte
	text := appendRounded(buf[:0], v, floatDigits[size])
	return parseNumeric(string(text))
}

// NumericToFloat is a numeric as a float of 32 or 64 bits.
func NumericToFloat(a Datum, size int) (Datum, error) {
	spoken := "double precision"
	if size == 32 {
		spoken = "real"
	}
	s := a.Str()
	v, _, err := scanFloat(s, spoken, size)
	return Float(v), err
}

// NumericToInt rounds to an integer of 16, 32 or 64 bits.
func NumericToInt(a Datum, size int) (Datum, error) {
	x := decimalOf(a)
	switch x.form {
	case notANumber:
		return Null, pgerr.Newf(pgerr.FeatureNotSupported, "cannot convert NaN to %s", spokenInt[size])
	case positiveInf, negativeInf:
		return Null, pgerr.Newf(pgerr.FeatureNotSupported, "cannot convert infinity to %s", spokenInt[size])
	}
	x = x.round(0)
	if x.big != nil {
		return Null, IntOutOfRange(size)
	}
	return FitInt(x.small, size)
}

// FloatToInt rounds a float, half to even, to an integer of 16, 32 or 64 bits.
func FloatToInt(v float64, size int) (Datum, error) {
	v = math.RoundToEven(v)
	limit := math.Ldexp(1, size-1)
	if v != v || v < -limit || v >= limit {
		return Null, IntOutOfRange(size)
	}
	return Int(int64(v)), nil
}

// NumericFromBig is coef / 10^scale.
func NumericFromBig(coef *big.Int, scale int) (Datum, error) { return bigDecimal(coef, scale).datum() }

// NumericWidthBucket is the number of the bucket, of count between low and
// high, that a falls into.
func NumericWidthBucket(a, low, high Datum, count int64) (Datum, error) {
	fault := func(message string) (Datum, error) { return Null, pgerr.New(pgerr.InvalidArgumentForWidth, message) }
	x, from, to := decimalOf(a), decimalOf(low), decimalOf(high)
	switch {
	case count <= 0:
		return fault("count must be greater than zero")
	case x.isNaN() || from.isNaN() || to.isNaN():
		return fault("operand, lower bound, and upper bound cannot be NaN")
	case from.isInf() || to.isInf():
		return fault("lower and upper bounds must be finite")
	}
	order := from.cmp(to)
	if order == 0 {
		return fault("lower bound cannot equal upper bound")
	}
	bucket := func(n int64, ok bool) (Datum, error) {
		if !ok || n > math.MaxInt32 {
			return Null, IntOutOfRange(32)
		}
		return Int(n), nil
	}
	switch {
	case order*x.cmp(from) > 0:
		return bucket(0, true)
	case order*x.cmp(to) <= 0:
		return bucket(addInt64(count, 1))
	}
	part := x.add(from.neg()).mul(intDecimal(count)).quo(to.add(from.neg()), 0, false)
	return bucket(part.small+1, part.big == nil)
}
