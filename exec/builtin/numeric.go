package builtin

import (
	"math/big"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func numericFunctions() Table {
	fromInt := template("CAST($1 AS TEXT)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
		return datum.NumericFromInt(a[0].Int()), nil
	})
	fromFloat := func(size int) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.NumericFromFloat(a.Float(), size) })
	}
	toInt := func(size int) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.NumericToInt(a, size) })
	}
	toFloat := func(size int) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.NumericToFloat(a, size) })
	}
	scaled := func(f func(a datum.Datum, scale int) (datum.Datum, error)) Impl {
		return two(func(a, n datum.Datum) (datum.Datum, error) { return f(a, int4(n)) })
	}
	whole := func(f func(a datum.Datum, scale int) (datum.Datum, error)) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return f(a, 0) })
	}
	scaleOf := func(f func(a datum.Datum) (int, bool)) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) {
			n, ok := f(a)
			if !ok {
				return null()
			}
			return datum.Int(int64(n)), nil
		})
	}
	log10 := one(func(a datum.Datum) (datum.Datum, error) {
		return datum.NumericLog(datum.NumericFromInt(10), a)
	})
	compare := datum.ByOID(oid.Numeric).Compare
	return Table{
		"numeric_add":        two(datum.NumericAdd),
		"numeric_sub":        two(datum.NumericSub),
		"numeric_mul":        two(datum.NumericMul),
		"numeric_div":        two(datum.NumericDiv),
		"numeric_div_trunc":  two(datum.NumericDivTrunc),
		"numeric_mod":        two(datum.NumericMod),
		"numeric_uminus":     one(datum.NumericNeg),
		"numeric_uplus":      same(),
		"numeric_abs":        one(datum.NumericAbs),
		"numeric_sign":       one(datum.NumericSign),
		"numeric_ceil":       one(datum.NumericCeil),
		"numeric_floor":      one(datum.NumericFloor),
		"numeric_round":      scaled(datum.NumericRound),
		"numeric_trunc":      scaled(datum.NumericTrunc),
		"round(numeric)":     whole(datum.NumericRound),
		"trunc(numeric)":     whole(datum.NumericTrunc),
		"numeric_scale":      scaleOf(datum.NumericScale),
		"numeric_min_scale":  scaleOf(datum.NumericMinScale),
		"numeric_trim_scale": one(datum.NumericTrimScale),
		"numeric_gcd":        two(datum.NumericGCD),
		"numeric_lcm":        two(datum.NumericLCM),
		"numeric_sqrt":       one(datum.NumericSqrt),
		"numeric_exp":        one(datum.NumericExp),
		"numeric_ln":         one(datum.NumericLn),
		"numeric_log":        two(datum.NumericLog),
		"log(numeric)":       log10,
		"log10(numeric)":     log10,
		"numeric_power":      two(datum.NumericPower),
		"numeric_inc": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.NumericAdd(a, datum.NumericFromInt(1))
		}),
		"numeric_fac":     one(factorial),
		"numeric_larger":  larger(compare),
		"numeric_smaller": smaller(compare),
		"width_bucket_numeric": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.NumericWidthBucket(a[0], a[1], a[2], a[3].Int())
		}),
		"int2_numeric": fromInt, "int4_numeric": fromInt, "int8_numeric": fromInt,
		"float4_numeric": fromFloat(32), "float8_numeric": fromFloat(64),
		"numeric_int2": toInt(16), "numeric_int4": toInt(32), "numeric_int8": toInt(64),
		"numeric_float4": toFloat(32), "numeric_float8": toFloat(64),
		"generate_series_numeric":      {Set: numericSeries},
		"generate_series_step_numeric": {Set: numericSeries},
	}
}

// maxFactorial is the last argument whose factorial a numeric holds.
const maxFactorial = 32177

func factorial(a datum.Datum) (datum.Datum, error) {
	switch n := a.Int(); {
	case n < 0:
		return datum.Null, numberFault("factorial of a negative number is undefined")
	case n > maxFactorial:
		return datum.Null, numberFault("value overflows numeric format")
	default:
		return datum.NumericFromBig(new(big.Int).MulRange(1, max(n, 1)), 0)
	}
}

func numberFault(message string) error { return pgerr.New(pgerr.NumericValueOutOfRange, message) }

// numericSeries counts in numerics, all of which must be finite.
func numericSeries(_ *Call, a []datum.Datum) (Rows, error) {
	step := datum.NumericFromInt(1)
	for i, name := range []string{"start value", "stop value", "step size"} {
		if i == len(a) {
			break
		}
		if _, finite := datum.NumericScale(a[i]); !finite {
			if a[i].View() == "NaN" {
				return nil, invalid("%s cannot be NaN", name)
			}
			return nil, invalid("%s cannot be infinity", name)
		}
	}
	if len(a) > 2 {
		step = a[2].Clone()
	}
	zero := datum.NumericFromInt(0)
	direction := datum.NumericCmp(step, zero)
	if direction == 0 {
		return nil, zeroStep()
	}
	next, last := a[0].Clone(), a[1].Clone()
	row := make([]datum.Datum, 1)
	return rowsFunc(func() ([]datum.Datum, error) {
		if sign(datum.NumericCmp(next, last)) == sign(direction) {
			return nil, nil
		}
		row[0] = next
		var err error
		next, err = datum.NumericAdd(next, step)
		return row, err
	}), nil
}
