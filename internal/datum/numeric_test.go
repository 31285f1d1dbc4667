package datum

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"voronoi/internal/oid"
)

// edgeNumerics meet every special rule.
var edgeNumerics = []string{"0", "0.00", "1", "-1", "1.0", "2", "-2", "0.5", "-0.5", "3", "10", "100", "0.1", "0.0001", "9999", "10000", "99999999", "0.99999", "1.00001", "1.1", "0.9",
	"NaN", "Infinity", "-Infinity", "12345678901234567890.123456789", "-9223372036854775808", "9223372036854775807", "1e100", "1e-100", "999999999999999999", "2.718281828459045", "1234.5678", "5000", "-3.5", "0.3333"}

func numericOf(t *testing.T, s string) Datum {
	t.Helper()
	d, err := parseNumeric(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// numericPairs are all pairs of edges and many random ones.
func numericPairs(n int) (pairs [][2]string) {
	for _, a := range edgeNumerics {
		for _, b := range edgeNumerics {
			pairs = append(pairs, [2]string{a, b})
		}
	}
	for range n {
		pairs = append(pairs, [2]string{randomNumeric(rand.IntN(15), rand.IntN(10)), randomNumeric(rand.IntN(10), rand.IntN(15))})
	}
	return pairs
}

func TestNumericArithmeticAgainstPostgres(t *testing.T) {
	typ := ByOID(oid.Numeric)
	var c calls
	for _, p := range numericPairs(1500) {
		a, b := numericOf(t, p[0]), numericOf(t, p[1])
		for format, f := range map[string]func(a, b Datum) (Datum, error){
			"%s + %s": NumericAdd, "%s - %s": NumericSub, "%s * %s": NumericMul, "%s / %s": NumericDiv,
			"%s %% %s": NumericMod, "div(%s, %s)": NumericDivTrunc, "gcd(%s, %s)": NumericGCD, "lcm(%s, %s)": NumericLCM,
		} {
			d, err := f(a, b)
			c.add(fmt.Sprintf(format, "'"+p[0]+"'::numeric", "'"+p[1]+"'::numeric"), result(nil, typ, d, err))
		}
		c.add(fmt.Sprintf("'%s'::numeric < '%s'::numeric", p[0], p[1]), strconv.FormatBool(NumericCmp(a, b) < 0))
		c.add(fmt.Sprintf("'%s'::numeric = '%s'::numeric", p[0], p[1]), strconv.FormatBool(NumericCmp(a, b) == 0))
	}
	c.check(t, newSession(t, nil))
}

func TestNumericFunctionsAgainstPostgres(t *testing.T) {
	typ := ByOID(oid.Numeric)
	inputs := append([]string{}, edgeNumerics...)
	for range 300 {
		inputs = append(inputs, randomNumeric(rand.IntN(12), rand.IntN(12)))
	}
	var c calls
	for _, s := range inputs {
		a := numericOf(t, s)
		for name, f := range map[string]func(a Datum) (Datum, error){
			"-": NumericNeg, "abs": NumericAbs, "sign": NumericSign, "ceil": NumericCeil, "floor": NumericFloor, "trim_scale": NumericTrimScale,
			"sqrt": NumericSqrt, "ln": NumericLn, "exp": NumericExp,
		} {
			if x := decimalOf(a); name == "exp" && x.abs().cmp(intDecimal(3000)) > 0 && x.form == finite && x.abs().cmp(intDecimal(100000)) < 0 {
				continue // slow in PostgreSQL
			}
			d, err := f(a)
			c.add(name+"('"+s+"'::numeric)", result(nil, typ, d, err))
		}
		for _, scale := range []int{-3, -1, 0, 1, 5, 30} {
			d, err := NumericRound(a, scale)
			c.add(fmt.Sprintf("round('%s'::numeric, %d)", s, scale), result(nil, typ, d, err))
			d, err = NumericTrunc(a, scale)
			c.add(fmt.Sprintf("trunc('%s'::numeric, %d)", s, scale), result(nil, typ, d, err))
		}
		for size, name := range map[int]string{16: "int2", 32: "int4", 64: "int8"} {
			d, err := NumericToInt(a, size)
			c.add("'"+s+"'::numeric::"+name, result(nil, ByOID(oid.Int8), d, err))
		}
		d, err := NumericToFloat(a, 64)
		c.add("'"+s+"'::numeric::float8", result(nil, ByOID(oid.Float8), d, err))
		d, err = NumericToFloat(a, 32)
		c.add("'"+s+"'::numeric::float4", result(nil, ByOID(oid.Float4), d, err))
	}
	c.check(t, newSession(t, nil))
}

func TestNumericPowersAgainstPostgres(t *testing.T) {
	typ := ByOID(oid.Numeric)
	var c calls
	pairs := numericPairs(0)
	for range 300 {
		pairs = append(pairs, [2]string{randomNumeric(rand.IntN(4), rand.IntN(5)), randomNumeric(rand.IntN(3), rand.IntN(4))})
	}
	for _, p := range pairs {
		a, b := numericOf(t, p[0]), numericOf(t, p[1])
		d, err := NumericPower(a, b)
		c.add(fmt.Sprintf("power('%s'::numeric, '%s'::numeric)", p[0], p[1]), result(nil, typ, d, err))
		d, err = NumericLog(a, b)
		c.add(fmt.Sprintf("log('%s'::numeric, '%s'::numeric)", p[0], p[1]), result(nil, typ, d, err))
	}
	c.check(t, newSession(t, nil))
}

func TestFloatsAsNumericsAgainstPostgres(t *testing.T) {
	typ := ByOID(oid.Numeric)
	var c calls
	for _, v := range []float64{0, 1, -1.5, 1e20, 1.0 / 3, 123456789012345678, 1e-7, 1e300, 0.1, 1e15, 999999.5, 1234567} {
		for size, name := range map[int]string{32: "float4", 64: "float8"} {
			if size == 32 && v > 1e38 {
				continue
			}
			if size == 32 {
				v = float64(float32(v))
			}
			d, err := NumericFromFloat(v, size)
			c.add(fmt.Sprintf("'%s'::%s::numeric", AppendFloat(nil, v, size), name), result(nil, typ, d, err))
		}
	}
	for range 300 {
		op, low, high := randomNumeric(2, 2), randomNumeric(2, 1), randomNumeric(2, 1)
		n := rand.IntN(12) - 1
		d, err := NumericWidthBucket(numericOf(t, op), numericOf(t, low), numericOf(t, high), int64(n))
		c.add(fmt.Sprintf("width_bucket('%s'::numeric, '%s', '%s', %d)", op, low, high, n), result(nil, ByOID(oid.Int4), d, err))
	}
	for _, n := range []int64{-1, 0, 1, 5, 20, 21, 100, 32178} {
		d, err := Factorial(n)
		c.add(fmt.Sprintf("factorial(%d)", n), result(nil, typ, d, err))
	}
	c.check(t, newSession(t, nil))
}

func TestNumericSumsAgainstPostgres(t *testing.T) {
	typ := ByOID(oid.Numeric)
	var c calls
	for n := range 40 {
		sum := NumericSum{Squares: true}
		var values []string
		for range n {
			v := randomNumeric(rand.IntN(8), rand.IntN(6))
			if rand.IntN(60) == 0 {
				v = []string{"NaN", "Infinity", "-Infinity"}[rand.IntN(3)]
			}
			values = append(values, "'"+v+"'::numeric")
			sum.Add(numericOf(t, v))
		}
		list := "unnest(ARRAY[" + strings.Join(values, ",") + "]::numeric[])"
		for name, f := range map[string]func() (Datum, error){
			"sum": sum.Sum, "avg": sum.Avg,
			"variance": func() (Datum, error) { return sum.Variance(true) }, "var_pop": func() (Datum, error) { return sum.Variance(false) },
			"stddev": func() (Datum, error) { return sum.Stddev(true) }, "stddev_pop": func() (Datum, error) { return sum.Stddev(false) },
		} {
			d, err := f()
			c.add("SELECT "+name+"(v) FROM "+list+" v", result(nil, typ, d, err))
		}
	}
	c.check(t, newSession(t, nil))
}

func TestNumericKeysFollowComparison(t *testing.T) {
	var values []Datum
	for _, s := range edgeNumerics {
		values = append(values, numericOf(t, s))
	}
	for range 300 {
		values = append(values, numericOf(t, randomNumeric(rand.IntN(6), rand.IntN(5))))
	}
	checkKeys(t, ByOID(oid.Numeric), values)
}

func TestNumericCompareDoesNotAllocate(t *testing.T) {
	a, b := numericOf(t, "-12345.678900"), numericOf(t, "-12345.6789")
	if n := testing.AllocsPerRun(10, func() { compareNumericText(a.b, b.b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
