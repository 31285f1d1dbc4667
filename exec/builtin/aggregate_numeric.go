package builtin

import (
	"math/big"

	"voronoi/internal/datum"
)

// Sums, averages and variances that are exact: of integers, and of numerics
// whatever their scales. They can forget rows again, since nothing is rounded
// before the end.
func numericAggregates() Table {
	t := Table{
		"sum(bigint)":  exact(newIntSum, (*exactState).total),
		"sum(numeric)": exact(newNumericSum, (*exactState).total),
	}
	moments := map[string]func(s *exactState) (datum.Datum, error){
		"avg":         (*exactState).average,
		"var_pop":     func(s *exactState) (datum.Datum, error) { return s.variance(false, false) },
		"var_samp":    func(s *exactState) (datum.Datum, error) { return s.variance(true, false) },
		"stddev_pop":  func(s *exactState) (datum.Datum, error) { return s.variance(false, true) },
		"stddev_samp": func(s *exactState) (datum.Datum, error) { return s.variance(true, true) },
	}
	moments["variance"], moments["stddev"] = moments["var_samp"], moments["stddev_samp"]
	for name, result := range moments {
		for _, typ := range []string{"smallint", "integer", "bigint"} {
			t[name+"("+typ+")"] = exact(newIntSum, result)
		}
		t[name+"(numeric)"] = exact(newNumericSum, result)
	}
	for name, impl := range t { // only variances need the squares
		if name[0] == 's' && name[1] == 'u' || name[0] == 'a' {
			t[name] = Impl{Aggregate: func(c *Call) (Accumulator, error) {
				a, err := impl.Aggregate(c)
				a.(*exactState).noSquares = true
				return a, err
			}}
		}
	}
	return t
}

func exact(state func() *exactState, result func(s *exactState) (datum.Datum, error)) Impl {
	return Impl{Aggregate: func(*Call) (Accumulator, error) {
		s := state()
		s.result = result
		return s, nil
	}}
}

// exactState adds up coefficients at the largest scale seen; squares have twice
// that scale.
type exactState struct {
	read        func(d datum.Datum) (coefficient, error)
	result      func(s *exactState) (datum.Datum, error)
	noSquares   bool
	n           int64
	scale       int
	sum, square big.Int
	// low collects what fits a machine word, before it goes to sum.
	low    int64
	scales []int64 // how many values have each scale
	// How many values are NaN and the infinities.
	nans, plus, minus int64
}

// coefficient is a number taken apart: the value is small, or big unless that
// is nil, divided by 10^scale.
type coefficient struct {
	small   int64
	big     *big.Int
	scale   int
	special byte // 'N', '+' or '-' for NaN and the infinities
}

func newIntSum() *exactState {
	return &exactState{read: func(d datum.Datum) (coefficient, error) { return coefficient{small: d.Int()}, nil }}
}

func newNumericSum() *exactState {
	return &exactState{read: readCoefficient}
}

// smallDigits is how many digits surely fit an int64.
const smallDigits = 18

// readCoefficient takes a stored numeric apart.
func readCoefficient(d datum.Datum) (coefficient, error) {
	s := d.Bytes()
	switch string(s) {
	case "NaN":
		return coefficient{special: 'N'}, nil
	case "Infinity":
		return coefficient{special: '+'}, nil
	case "-Infinity":
		return coefficient{special: '-'}, nil
	}
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	var c coefficient
	for i, b := range s {
		if b == '.' {
			c.scale = len(s) - i - 1
			continue
		}
		if len(s) <= smallDigits {
			c.small = c.small*10 + int64(b-'0')
		}
	}
	if len(s) > smallDigits {
		digits := make([]byte, 0, len(s))
		for _, b := range s {
			if b != '.' {
				digits = append(digits, b)
			}
		}
		c.big, _ = new(big.Int).SetString(string(digits), 10)
	}
	if negative {
		c.small = -c.small
		if c.big != nil {
			c.big.Neg(c.big)
		}
	}
	return c, nil
}

func (s *exactState) Step(a []datum.Datum) error { return s.add(a[0], 1) }

func (s *exactState) Inverse(a []datum.Datum) error { return s.add(a[0], -1) }

// add counts a value in, or out again.
func (s *exactState) add(d datum.Datum, times int64) error {
	if d.IsNull() {
		return nil
	}
	c, err := s.read(d)
	if err != nil {
		return err
	}
	s.n += times
	switch c.special {
	case 'N':
		s.nans += times
		return nil
	case '+':
		s.plus += times
		return nil
	case '-':
		s.minus += times
		return nil
	}
	for len(s.scales) <= c.scale {
		s.scales = append(s.scales, 0)
	}
	s.scales[c.scale] += times
	if c.scale > s.scale {
		s.flush()
		s.sum.Mul(&s.sum, power10(c.scale-s.scale))
		s.square.Mul(&s.square, power10(2*(c.scale-s.scale)))
		s.scale = c.scale
	}
	if c.scale == s.scale && c.big == nil && s.noSquares {
		if sum, ok := addInts(s.low, c.small*times); ok && c.small != -1<<63 {
			s.low = sum
			return nil
		}
	}
	value := c.big
	if value == nil {
		value = big.NewInt(c.small)
	}
	if c.scale < s.scale {
		value = new(big.Int).Mul(value, power10(s.scale-c.scale))
	}
	square := new(big.Int)
	if !s.noSquares {
		square.Mul(value, value)
	}
	if times > 0 {
		s.sum.Add(&s.sum, value)
		s.square.Add(&s.square, square)
	} else {
		s.sum.Sub(&s.sum, value)
		s.square.Sub(&s.square, square)
	}
	return nil
}

// flush moves what the machine word holds to the sum.
func (s *exactState) flush() {
	if s.low != 0 {
		s.sum.Add(&s.sum, big.NewInt(s.low))
		s.low = 0
	}
}

func power10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

func (s *exactState) Value() (datum.Datum, error) {
	s.flush()
	if s.n == 0 {
		return null()
	}
	return s.result(s)
}

// special is the result where not all values are finite numbers.
func (s *exactState) special() (datum.Datum, bool) {
	switch {
	case s.nans > 0 || s.plus > 0 && s.minus > 0:
		return datum.Text("NaN"), true
	case s.plus > 0:
		return datum.Text("Infinity"), true
	case s.minus > 0:
		return datum.Text("-Infinity"), true
	}
	return datum.Null, false
}

// current is the largest scale of the values that are still counted.
func (s *exactState) current() int {
	for i := len(s.scales) - 1; i > 0; i-- {
		if s.scales[i] > 0 {
			return i
		}
	}
	return 0
}

func (s *exactState) total() (datum.Datum, error) {
	if d, ok := s.special(); ok {
		return d, nil
	}
	scale := s.current()
	sum := &s.sum
	if scale < s.scale {
		sum = new(big.Int).Quo(sum, power10(s.scale-scale))
	}
	return datum.NumericFromBig(new(big.Int).Set(sum), scale)
}

func (s *exactState) average() (datum.Datum, error) {
	if d, ok := s.special(); ok {
		return d, nil
	}
	sum, err := s.total()
	if err != nil {
		return datum.Null, err
	}
	return datum.NumericDiv(sum, datum.NumericFromInt(s.n))
}

// variance is (n·Σx² - (Σx)²) / n(n-1), or / n² for a population, or its root.
func (s *exactState) variance(sample, root bool) (datum.Datum, error) {
	if sample && s.n < 2 {
		return null()
	}
	if _, ok := s.special(); ok {
		return datum.Text("NaN"), nil
	}
	scale := s.current()
	sum, square := new(big.Int).Set(&s.sum), new(big.Int).Set(&s.square)
	if scale < s.scale {
		sum.Quo(sum, power10(s.scale-scale))
		square.Quo(square, power10(2*(s.scale-scale)))
	}
	n := big.NewInt(s.n)
	top := square.Mul(square, n)
	top.Sub(top, sum.Mul(sum, sum))
	if top.Sign() <= 0 {
		return datum.NumericFromInt(0), nil
	}
	bottom := new(big.Int).Set(n)
	if sample {
		bottom.Sub(bottom, big.NewInt(1))
	}
	bottom.Mul(bottom, n)
	numerator, err := datum.NumericFromBig(top, 2*scale)
	if err != nil {
		return datum.Null, err
	}
	denominator, err := datum.NumericFromBig(bottom, 0)
	if err != nil {
		return datum.Null, err
	}
	v, err := datum.NumericDiv(numerator, denominator)
	if err != nil || !root {
		return v, err
	}
	digits, _ := datum.NumericScale(v)
	if v, err = datum.NumericSqrt(v); err != nil {
		return datum.Null, err
	}
	return datum.NumericRound(v, digits)
}
