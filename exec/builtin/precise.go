package builtin

import "math"

// The C library that Postgres computes with rounds its elementary functions
// correctly in all but a few cases; Go's may be off by one unit in the last
// place, which shows in the shortest decimal output. So these are evaluated
// with twice the precision and rounded once.

// double2 is an unevaluated sum of two floats, 106 bits of precision.
type double2 struct{ hi, lo float64 }

func twoSum(a, b float64) double2 {
	s := a + b
	t := s - a
	return double2{s, (a - (s - t)) + (b - t)}
}

func quickSum(a, b float64) double2 {
	s := a + b
	return double2{s, b - (s - a)}
}

func (a double2) add(b double2) double2 {
	s, t := twoSum(a.hi, b.hi), twoSum(a.lo, b.lo)
	s = quickSum(s.hi, s.lo+t.hi)
	return quickSum(s.hi, s.lo+t.lo)
}

func (a double2) neg() double2 { return double2{-a.hi, -a.lo} }

func (a double2) mul(b double2) double2 {
	p := a.hi * b.hi
	return quickSum(p, math.FMA(a.hi, b.hi, -p)+(a.hi*b.lo+a.lo*b.hi))
}

func (a double2) div(b double2) double2 {
	q := a.hi / b.hi
	r := a.add(b.mul(double2{q, 0}).neg())
	q2 := r.hi / b.hi
	r = r.add(b.mul(double2{q2, 0}).neg())
	return quickSum(q, q2).add(double2{r.hi / b.hi, 0})
}

// scale multiplies by a power of two, which is exact.
func (a double2) scale(f float64) double2 { return double2{a.hi * f, a.lo * f} }

func (a double2) value() float64 { return a.hi + a.lo }

var (
	ln2    = double2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}
	ln10   = double2{0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53}
	halfPi = [3]float64{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110}
)

// exp2 is e^x as m·2^k.
func exp2(x double2) (m double2, k int) {
	k = int(math.Round(x.hi / ln2.hi))
	r := x.add(ln2.mul(double2{float64(k), 0}).neg()).scale(1.0 / 256)
	// e^r - 1 by its series, then doubled eight times.
	sum, term := r, r
	for n := 2.0; n < 12; n++ {
		term = term.mul(r).div(double2{n, 0})
		sum = sum.add(term)
	}
	for range 8 {
		sum = sum.scale(2).add(sum.mul(sum))
	}
	return sum.add(double2{1, 0}), k
}

func expValue(x double2) float64 {
	switch {
	case x.hi > 710:
		return math.Inf(1)
	case x.hi < -746:
		return 0
	}
	m, k := exp2(x)
	return math.Ldexp(m.value(), k)
}

// log2 is the natural logarithm of a positive finite float.
func log2(x float64) double2 {
	m, k := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m, k = m*2, k-1
	}
	y := math.Log(m)
	// One step of Newton's method from the float's value.
	e, shift := exp2(double2{-y, 0})
	e = e.scale(math.Ldexp(1, shift)).mul(double2{m, 0}).add(double2{-1, 0})
	correction := e.add(e.mul(e).scale(-0.5))
	return double2{y, 0}.add(correction).add(ln2.mul(double2{float64(k), 0}))
}

func preciseExp(x float64) float64 {
	if x != x || math.IsInf(x, 0) {
		return math.Exp(x)
	}
	return expValue(double2{x, 0})
}

func preciseLog(x float64) float64 {
	if x != x || math.IsInf(x, 0) || x <= 0 {
		return math.Log(x)
	}
	return log2(x).value()
}

func preciseLog10(x float64) float64 {
	if x != x || math.IsInf(x, 0) || x <= 0 {
		return math.Log10(x)
	}
	return log2(x).div(ln10).value()
}

func precisePow(a, b float64) float64 {
	r := math.Pow(a, b)
	if a == 0 || b == 0 || a != a || b != b || math.IsInf(a, 0) || math.IsInf(b, 0) || math.Abs(a) == 1 ||
		r == 0 || math.IsInf(r, 0) {
		return r
	}
	p := expValue(log2(math.Abs(a)).mul(double2{b, 0}))
	if a < 0 && math.Mod(b, 2) != 0 {
		p = -p
	}
	return p
}

// sinCos2 is the sine and cosine of x, of moderate size.
func sinCos2(x float64) (sin, cos double2) {
	k := math.Round(x / halfPi[0])
	r := double2{x, 0}
	for _, part := range halfPi {
		r = r.add(double2{part, 0}.mul(double2{-k, 0}))
	}
	square := r.mul(r).neg()
	sin, cos = r, double2{1, 0}
	s, c := r, double2{1, 0}
	for n := 1.0; n < 29; n += 2 {
		c = c.mul(square).div(double2{n * (n + 1), 0})
		s = s.mul(square).div(double2{(n + 1) * (n + 2), 0})
		sin, cos = sin.add(s), cos.add(c)
	}
	switch int64(k) & 3 {
	case 1:
		return cos, sin.neg()
	case 2:
		return sin.neg(), cos.neg()
	case 3:
		return cos.neg(), sin
	}
	return sin, cos
}

// moderate reports whether the reduction of sinCos2 keeps its precision.
func moderate(x float64) bool { return math.Abs(x) < 1<<24 && math.Abs(x) > 1e-8 }

func preciseSin(x float64) float64 {
	if !moderate(x) {
		return math.Sin(x)
	}
	s, _ := sinCos2(x)
	return s.value()
}

func preciseCos(x float64) float64 {
	if !moderate(x) {
		return math.Cos(x)
	}
	_, c := sinCos2(x)
	return c.value()
}

func preciseTan(x float64) float64 {
	if !moderate(x) {
		return math.Tan(x)
	}
	s, c := sinCos2(x)
	return s.div(c).value()
}

func preciseAtan2(y, x float64) float64 {
	z := math.Atan2(y, x)
	middling := func(v float64) bool { return math.Abs(v) > 1e-150 && math.Abs(v) < 1e150 }
	if !moderate(z) || !middling(x) || !middling(y) {
		return z
	}
	s, c := sinCos2(z)
	xx, yy := double2{x, 0}, double2{y, 0}
	error2 := yy.mul(c).add(xx.mul(s).neg()).div(xx.mul(c).add(yy.mul(s)))
	return double2{z, 0}.add(error2).value()
}

func preciseAtan(x float64) float64 { return preciseAtan2(x, 1) }

func preciseAsin(x float64) float64 {
	y := math.Asin(x)
	if !moderate(y) || math.Abs(x) == 1 {
		return y
	}
	s, c := sinCos2(y)
	return double2{y, 0}.add(double2{x, 0}.add(s.neg()).div(c)).value()
}

func preciseAcos(x float64) float64 {
	y := math.Acos(x)
	if !moderate(y) || math.Abs(x) == 1 {
		return y
	}
	s, c := sinCos2(y)
	return double2{y, 0}.add(c.add(double2{-x, 0}).div(s)).value()
}
