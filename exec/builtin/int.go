package builtin

import (
	"math"
	"math/bits"

	"voronoi/internal/datum"
)

// intWidths are the operand and result widths of integer arithmetic, by the
// prefix of the functions' names.
var intWidths = []struct {
	prefix string
	bits   int
}{
	{"int2", 16}, {"int4", 32}, {"int8", 64},
	{"int24", 32}, {"int42", 32}, {"int28", 64}, {"int82", 64}, {"int48", 64}, {"int84", 64},
}

func intFunctions() Table {
	t := Table{}
	for _, w := range intWidths {
		n := w.bits
		arith := func(f func(a, b int64) (int64, bool)) Impl {
			return two(func(a, b datum.Datum) (datum.Datum, error) {
				v, ok := f(a.Int(), b.Int())
				if !ok {
					return datum.Null, datum.IntOutOfRange(n)
				}
				return datum.FitInt(v, n)
			})
		}
		t[w.prefix+"pl"] = arith(addInts)
		t[w.prefix+"mi"] = arith(subtractInts)
		t[w.prefix+"mul"] = arith(multiplyInts)
		t[w.prefix+"div"] = two(func(a, b datum.Datum) (datum.Datum, error) { return divideInts(a.Int(), b.Int(), n) })
		if len(w.prefix) == len("int2") {
			addSameWidth(t, w.prefix, n)
		}
	}
	t["int4gcd"], t["int8gcd"] = gcdImpl(32), gcdImpl(64)
	t["int4lcm"], t["int8lcm"] = lcmImpl(32), lcmImpl(64)
	t["int4inc"] = one(func(a datum.Datum) (datum.Datum, error) { return datum.FitInt(a.Int()+1, 32) })
	increment := func(by int64) Impl {
		return pure(func(a []datum.Datum) (datum.Datum, error) {
			v, ok := addInts(a[0].Int(), by)
			if !ok {
				return datum.Null, datum.IntOutOfRange(64)
			}
			return datum.Int(v), nil
		})
	}
	t["int8inc"], t["int8dec"] = increment(1), increment(-1)
	t["int8inc_any"], t["int8dec_any"], t["int8inc_float8_float8"] = increment(1), increment(-1), increment(1)
	return t
}

func addSameWidth(t Table, prefix string, n int) {
	bitwise := func(sql string, f func(a, b int64) int64) Impl {
		return template(sql, func(_ *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(f(a[0].Int(), a[1].Int())), nil
		})
	}
	t[prefix+"mod"] = two(func(a, b datum.Datum) (datum.Datum, error) {
		switch b.Int() {
		case 0:
			return datum.Null, divisionByZero()
		case -1: // the quotient may overflow where the remainder does not
			return datum.Int(0), nil
		}
		return datum.Int(a.Int() % b.Int()), nil
	})
	t[prefix+"um"] = one(func(a datum.Datum) (datum.Datum, error) {
		if a.Int() == math.MinInt64 {
			return datum.Null, datum.IntOutOfRange(64)
		}
		return datum.FitInt(-a.Int(), n)
	})
	t[prefix+"abs"] = one(func(a datum.Datum) (datum.Datum, error) {
		v := a.Int()
		if v == math.MinInt64 {
			return datum.Null, datum.IntOutOfRange(64)
		}
		return datum.FitInt(max(v, -v), n)
	})
	t[prefix+"up"] = same()
	t[prefix+"and"] = bitwise("$1 & $2", func(a, b int64) int64 { return a & b })
	t[prefix+"or"] = bitwise("$1 | $2", func(a, b int64) int64 { return a | b })
	t[prefix+"xor"] = bitwise("", func(a, b int64) int64 { return a ^ b })
	t[prefix+"not"] = template("~ $1", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
		return datum.Int(^a[0].Int()), nil
	})
	// The machine takes the count of a shift modulo the width of a register,
	// of which the narrowest has 32 bits.
	mask := uint64(max(n, 32) - 1)
	t[prefix+"shl"] = bitwise("", func(a, b int64) int64 { return narrow(a<<(uint64(b)&mask), n) })
	t[prefix+"shr"] = bitwise("", func(a, b int64) int64 { return a >> (uint64(b) & mask) })
	t[prefix+"larger"] = larger(func(a, b datum.Datum) int { return compareInts(a, b) })
	t[prefix+"smaller"] = smaller(func(a, b datum.Datum) int { return compareInts(a, b) })
}

func compareInts(a, b datum.Datum) int {
	switch x, y := a.Int(), b.Int(); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// narrow keeps the low n bits of v as a signed number.
func narrow(v int64, n int) int64 { return v << (64 - n) >> (64 - n) }

func addInts(a, b int64) (int64, bool) {
	c := a + b
	return c, (c > a) == (b > 0)
}

func subtractInts(a, b int64) (int64, bool) {
	c := a - b
	return c, (c < a) == (b > 0)
}

func multiplyInts(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	c := a * b
	if (c < 0) != ((a < 0) != (b < 0)) || c/b != a || a == math.MinInt64 && b == -1 {
		return 0, false
	}
	return c, true
}

func divideInts(a, b int64, n int) (datum.Datum, error) {
	switch {
	case b == 0:
		return datum.Null, divisionByZero()
	case b == -1 && a == math.MinInt64:
		return datum.Null, datum.IntOutOfRange(64)
	}
	return datum.FitInt(a/b, n)
}

// magnitude is |v|, exact for the least integer too.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func gcdImpl(n int) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		return fitUnsigned(gcd(magnitude(a.Int()), magnitude(b.Int())), n)
	})
}

func lcmImpl(n int) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		x, y := magnitude(a.Int()), magnitude(b.Int())
		if x == 0 || y == 0 {
			return datum.Int(0), nil
		}
		over, product := bits.Mul64(x/gcd(x, y), y)
		if over != 0 {
			return datum.Null, datum.IntOutOfRange(n)
		}
		return fitUnsigned(product, n)
	})
}

func fitUnsigned(v uint64, n int) (datum.Datum, error) {
	if v > math.MaxInt64 {
		return datum.Null, datum.IntOutOfRange(n)
	}
	return datum.FitInt(int64(v), n)
}
