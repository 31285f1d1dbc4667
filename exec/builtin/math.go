package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func mathFunctions() Table {
	return Table{
		"dround": floatFunc(math.RoundToEven),
		"dtrunc": floatFunc(math.Trunc),
		"dceil":  floatFunc(math.Ceil),
		"dfloor": floatFunc(math.Floor),
		"dsign": floatFunc(func(v float64) float64 {
			switch {
			case v > 0:
				return 1
			case v < 0:
				return -1
			default:
				return 0
			}
		}),
		"dsqrt": floatTry(func(v float64) (float64, error) {
			if v < 0 {
				return 0, pgerr.New(pgerr.InvalidArgumentForPower, "cannot take square root of a negative number")
			}
			return math.Sqrt(v), nil
		}),
		"dcbrt":  floatFunc(math.Cbrt),
		"dexp":   floatTry(exponential),
		"dlog1":  floatTry(logarithm(preciseLog)),
		"dlog10": floatTry(logarithm(preciseLog10)),
		"dpow":   floatTry2(power),
		"dpi":    pure(func([]datum.Datum) (datum.Datum, error) { return datum.Float(math.Pi), nil }),

		"dsin":    floatTry(finite(preciseSin)),
		"dcos":    floatTry(finite(preciseCos)),
		"dtan":    floatTry(finite(preciseTan)),
		"dcot":    floatTry(finite(func(v float64) float64 { return 1 / preciseTan(v) })),
		"dasin":   floatTry(within(-1, 1, preciseAsin)),
		"dacos":   floatTry(within(-1, 1, preciseAcos)),
		"datan":   floatFunc(preciseAtan),
		"datan2":  floatTry2(func(a, b float64) (float64, error) { return preciseAtan2(a, b), nil }),
		"dsinh":   floatTry(noOverflow(math.Sinh)),
		"dcosh":   floatTry(noOverflow(math.Cosh)),
		"dtanh":   floatFunc(math.Tanh),
		"dasinh":  floatFunc(math.Asinh),
		"dacosh":  floatTry(within(1, math.Inf(1), math.Acosh)),
		"datanh":  floatTry(within(-1, 1, math.Atanh)),
		"degrees": floatTry(noOverflow(func(v float64) float64 { return v / radiansPerDegree })),
		"radians": floatTry(noOverflow(func(v float64) float64 { return v * radiansPerDegree })),

		"dsind":   floatTry(degreesOf(sinDegrees)),
		"dcosd":   floatTry(degreesOf(cosDegrees)),
		"dtand":   floatTry(degreesOf(tanDegrees)),
		"dcotd":   floatTry(degreesOf(cotDegrees)),
		"dasind":  floatTry(within(-1, 1, asinDegrees)),
		"dacosd":  floatTry(within(-1, 1, acosDegrees)),
		"datand":  floatFunc(func(v float64) float64 { return preciseAtan(v) / preciseAtan(1) * 45 }),
		"datan2d": floatTry2(func(a, b float64) (float64, error) { return preciseAtan2(a, b) / preciseAtan(1) * 45, nil }),

		"width_bucket_float8": pure(widthBucketFloat),
	}
}

const radiansPerDegree = 0.0174532925199432957692

// floatTry and floatTry2 are functions over floats that refuse some of them.
func floatTry(f func(float64) (float64, error)) Impl {
	return one(func(a datum.Datum) (datum.Datum, error) {
		r, err := f(a.Float())
		if err != nil {
			return datum.Null, err
		}
		return datum.Float(r), nil
	})
}

func floatTry2(f func(a, b float64) (float64, error)) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		r, err := f(a.Float(), b.Float())
		if err != nil {
			return datum.Null, err
		}
		return datum.Float(r), nil
	})
}

func inputOutOfRange() error { return outOfRange("input is") }

// finite refuses infinite arguments.
func finite(f func(float64) float64) func(float64) (float64, error) {
	return func(v float64) (float64, error) {
		if math.IsInf(v, 0) {
			return 0, inputOutOfRange()
		}
		return f(v), nil
	}
}

// within refuses arguments outside [low, high]; NaN is NaN.
func within(low, high float64, f func(float64) float64) func(float64) (float64, error) {
	return func(v float64) (float64, error) {
		if v < low || v > high {
			return 0, inputOutOfRange()
		}
		return f(v), nil
	}
}

// noOverflow refuses an infinite result of a finite argument.
func noOverflow(f func(float64) float64) func(float64) (float64, error) {
	return func(v float64) (float64, error) {
		r := f(v)
		if math.IsInf(r, 0) && !math.IsInf(v, 0) {
			return 0, floatOverflow()
		}
		return r, nil
	}
}

func exponential(v float64) (float64, error) {
	r := preciseExp(v)
	switch {
	case math.IsInf(r, 0) && !math.IsInf(v, 0):
		return 0, floatOverflow()
	case r == 0 && !math.IsInf(v, 0):
		return 0, floatUnderflow()
	}
	return r, nil
}

func logarithm(f func(float64) float64) func(float64) (float64, error) {
	return func(v float64) (float64, error) {
		switch {
		case v == 0:
			return 0, pgerr.New(pgerr.InvalidArgumentForLog, "cannot take logarithm of zero")
		case v < 0:
			return 0, pgerr.New(pgerr.InvalidArgumentForLog, "cannot take logarithm of a negative number")
		}
		return f(v), nil
	}
}

// power is Postgres's a ^ b: POSIX pow with the two faults as errors.
func power(a, b float64) (float64, error) {
	switch {
	case a != a:
		if b == 0 {
			return 1, nil
		}
		return a, nil
	case b != b:
		if a == 1 {
			return 1, nil
		}
		return b, nil
	case a == 0 && b < 0:
		return 0, pgerr.New(pgerr.InvalidArgumentForPower, "zero raised to a negative power is undefined")
	case a < 0 && math.Floor(b) != b:
		return 0, pgerr.New(pgerr.InvalidArgumentForPower,
			"a negative number raised to a non-integer power yields a complex result")
	}
	r := precisePow(a, b)
	if math.IsInf(a, 0) || math.IsInf(b, 0) {
		return r, nil
	}
	switch {
	case math.IsInf(r, 0):
		return 0, floatOverflow()
	case r == 0 && a != 0:
		return 0, floatUnderflow()
	}
	return r, nil
}

func widthBucketFloat(a []datum.Datum) (datum.Datum, error) {
	operand, low, high, count := a[0].Float(), a[1].Float(), a[2].Float(), a[3].Int()
	bucketFault := func(message string) (datum.Datum, error) {
		return datum.Null, pgerr.New(pgerr.InvalidArgumentForWidth, message)
	}
	switch {
	case count <= 0:
		return bucketFault("count must be greater than zero")
	case operand != operand || low != low || high != high:
		return bucketFault("operand, lower bound, and upper bound cannot be NaN")
	case math.IsInf(low, 0) || math.IsInf(high, 0):
		return bucketFault("lower and upper bounds must be finite")
	case low == high:
		return bucketFault("lower bound cannot equal upper bound")
	}
	if low > high { // buckets count downwards: mirror everything
		operand, low, high = -operand, -low, -high
	}
	switch {
	case operand < low:
		return datum.Int(0), nil
	case operand >= high:
		if count == math.MaxInt32 {
			return datum.Null, datum.IntOutOfRange(32)
		}
		return datum.Int(count + 1), nil
	}
	// Halves keep the width of the range finite.
	share := (operand/2 - low/2) / (high/2 - low/2)
	return datum.Int(min(int64(share*float64(count)), count-1) + 1), nil
}
