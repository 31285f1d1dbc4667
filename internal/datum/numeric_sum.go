package datum

import (
	"math/big"

	"voronoi/internal/pgerr"
)

// NumericSum accumulates numerics, or integers, for sum, avg, variance and
// standard deviation. The zero value is empty and does not keep squares.
type NumericSum struct {
	// Squares has to be set before the first value where Variance or Stddev
	// will be asked for.
	Squares bool

	count                 int64
	nans, posInfs, negInf int64
	sum, squares          decimal
}

// Add takes a value that is not NULL.
func (s *NumericSum) Add(a Datum) { s.change(decimalOf(a), 1) }

// AddInt takes an integer.
func (s *NumericSum) AddInt(v int64) { s.change(intDecimal(v), 1) }

// Remove takes a value back, as a moving window frame does. The scale of the
// result does not shrink again.
func (s *NumericSum) Remove(a Datum) { s.change(decimalOf(a), -1) }

// RemoveInt takes an integer back.
func (s *NumericSum) RemoveInt(v int64) { s.change(intDecimal(v), -1) }

func (s *NumericSum) change(x decimal, times int64) {
	s.count += times
	switch x.form {
	case notANumber:
		s.nans += times
		return
	case positiveInf:
		s.posInfs += times
		return
	case negativeInf:
		s.negInf += times
		return
	}
	square := decimal{}
	if s.Squares {
		square = x.mul(x)
	}
	if times < 0 {
		x, square = x.neg(), square.neg()
	}
	s.sum = s.sum.add(x)
	if s.Squares {
		s.squares = s.squares.add(square)
	}
}

// Merge adds what another sum has.
func (s *NumericSum) Merge(t *NumericSum) {
	s.count += t.count
	s.nans += t.nans
	s.posInfs += t.posInfs
	s.negInf += t.negInf
	s.sum, s.squares = s.sum.add(t.sum), s.squares.add(t.squares)
}

// Count is the number of values.
func (s *NumericSum) Count() int64 { return s.count }

func (s *NumericSum) total() decimal {
	switch {
	case s.nans > 0 || s.posInfs > 0 && s.negInf > 0:
		return decimalNaN
	case s.posInfs > 0:
		return decimalPosInf
	case s.negInf > 0:
		return decimalNegInf
	}
	return s.sum
}

// Sum is the sum, NULL of nothing.
func (s *NumericSum) Sum() (Datum, error) {
	if s.count == 0 {
		return Null, nil
	}
	return s.total().datum()
}

// SumInt is the sum as a bigint, for sum(int4) and sum(int2).
func (s *NumericSum) SumInt() (Datum, error) {
	if s.count == 0 {
		return Null, nil
	}
	if s.sum.big != nil {
		return Null, IntOutOfRange(64)
	}
	return Int(s.sum.small), nil
}

// Avg is the mean, NULL of nothing.
func (s *NumericSum) Avg() (Datum, error) {
	if s.count == 0 {
		return Null, nil
	}
	x := s.total()
	if x.form != finite {
		return x.datum()
	}
	n := intDecimal(s.count)
	return x.quo(n, divScale(x, n), true).datum()
}

// Variance is the variance of a sample or of a population: NULL of fewer than
// two, or one, values. It needs Squares.
func (s *NumericSum) Variance(sample bool) (Datum, error) { return s.deviation(sample, false) }

// Stddev is the standard deviation, likewise.
func (s *NumericSum) Stddev(sample bool) (Datum, error) { return s.deviation(sample, true) }

func (s *NumericSum) deviation(sample, root bool) (Datum, error) {
	if !s.Squares {
		return Null, pgerr.Internal("squares were not accumulated")
	}
	if s.count == 0 || sample && s.count == 1 {
		return Null, nil
	}
	if s.nans > 0 || s.posInfs > 0 || s.negInf > 0 {
		return decimalNaN.datum()
	}
	n := intDecimal(s.count)
	above := n.mul(s.squares).add(s.sum.mul(s.sum).neg())
	if above.sign() <= 0 {
		return decimal{}.datum()
	}
	other := s.count
	if sample {
		other--
	}
	below := bigDecimal(new(big.Int).Mul(big.NewInt(s.count), big.NewInt(other)), 0)
	scale := divScale(above, below)
	variance := above.quo(below, scale, true)
	if root {
		return variance.sqrt(scale).datum()
	}
	return variance.datum()
}
