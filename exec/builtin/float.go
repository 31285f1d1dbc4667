package builtin

import (
	"math"

	"voronoi/internal/datum"
)

// floatOp is one arithmetic operation in both widths. Underflow and overflow
// are errors in Postgres unless an operand accounts for the result.
type floatOp struct {
	suffix string
	f64    func(a, b float64) float64
	f32    func(a, b float32) float32
	check  func(a, b, r float64) error
}

var floatOps = []floatOp{
	{"pl", func(a, b float64) float64 { return a + b }, func(a, b float32) float32 { return a + b }, checkSum},
	{"mi", func(a, b float64) float64 { return a - b }, func(a, b float32) float32 { return a - b }, checkSum},
	{"mul", func(a, b float64) float64 { return a * b }, func(a, b float32) float32 { return a * b },
		func(a, b, r float64) error {
			if r == 0 && a != 0 && b != 0 {
				return floatUnderflow()
			}
			return checkSum(a, b, r)
		}},
	{"div", func(a, b float64) float64 { return a / b }, func(a, b float32) float32 { return a / b },
		func(a, b, r float64) error {
			switch {
			case b == 0 && a == a:
				return divisionByZero()
			case math.IsInf(r, 0) && !math.IsInf(a, 0):
				return floatOverflow()
			case r == 0 && a != 0 && !math.IsInf(b, 0):
				return floatUnderflow()
			}
			return nil
		}},
}

func checkSum(a, b, r float64) error {
	if math.IsInf(r, 0) && !math.IsInf(a, 0) && !math.IsInf(b, 0) {
		return floatOverflow()
	}
	return nil
}

func floatFunctions() Table {
	t := Table{}
	for _, op := range floatOps {
		wide := two(func(a, b datum.Datum) (datum.Datum, error) {
			x, y := a.Float(), b.Float()
			r := op.f64(x, y)
			if err := op.check(x, y, r); err != nil {
				return datum.Null, err
			}
			return datum.Float(r), nil
		})
		t["float8"+op.suffix], t["float48"+op.suffix], t["float84"+op.suffix] = wide, wide, wide
		t["float4"+op.suffix] = two(func(a, b datum.Datum) (datum.Datum, error) {
			x, y := a.Float(), b.Float()
			r := float64(op.f32(float32(x), float32(y)))
			if err := op.check(x, y, r); err != nil {
				return datum.Null, err
			}
			return datum.Float(r), nil
		})
	}
	for _, width := range []string{"float4", "float8"} {
		t[width+"up"] = same()
		t[width+"um"] = floatFunc(func(v float64) float64 { return -v })
		t[width+"abs"] = floatFunc(math.Abs)
		t[width+"larger"] = larger(compareFloats)
		t[width+"smaller"] = smaller(compareFloats)
	}
	return t
}

func compareFloats(a, b datum.Datum) int { return datum.CompareFloats(a.Float(), b.Float()) }

// floatFunc is a function over floats that cannot fail.
func floatFunc(f func(float64) float64) Impl {
	return one(func(a datum.Datum) (datum.Datum, error) { return datum.Float(f(a.Float())), nil })
}
