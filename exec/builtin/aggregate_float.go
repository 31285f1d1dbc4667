package builtin

import (
	"math"

	"voronoi/internal/datum"
)

// Averages and variances of floats are kept as Postgres keeps them, by the
// method of Youngs and Cramer: the number, the sum and the sum of squared
// deviations, updated with each value.

func floatAggregates() Table {
	t := Table{
		"sum(real)": fold(func(a, b datum.Datum) (datum.Datum, error) {
			r := float64(float32(a.Float()) + float32(b.Float()))
			return datum.Float(r), checkSum(a.Float(), b.Float(), r)
		}),
		"sum(double precision)": fold(func(a, b datum.Datum) (datum.Datum, error) {
			r := a.Float() + b.Float()
			return datum.Float(r), checkSum(a.Float(), b.Float(), r)
		}),
	}
	moments := map[string]func(s *floatState) (float64, bool){
		"avg":         func(s *floatState) (float64, bool) { return s.sum / s.n, s.n > 0 },
		"var_pop":     func(s *floatState) (float64, bool) { return s.deviation / s.n, s.n > 0 },
		"var_samp":    func(s *floatState) (float64, bool) { return s.deviation / (s.n - 1), s.n > 1 },
		"stddev_pop":  func(s *floatState) (float64, bool) { return math.Sqrt(s.deviation / s.n), s.n > 0 },
		"stddev_samp": func(s *floatState) (float64, bool) { return math.Sqrt(s.deviation / (s.n - 1)), s.n > 1 },
	}
	moments["variance"], moments["stddev"] = moments["var_samp"], moments["stddev_samp"]
	for name, result := range moments {
		impl := Impl{Aggregate: func(*Call) (Accumulator, error) { return &floatState{result: result}, nil }}
		t[name+"(real)"], t[name+"(double precision)"] = impl, impl
	}
	for name, result := range regressions {
		t[name+"(double precision,double precision)"] = Impl{Aggregate: func(*Call) (Accumulator, error) {
			return &regressionState{result: result}, nil
		}}
	}
	t["regr_count(double precision,double precision)"] = Impl{Aggregate: func(*Call) (Accumulator, error) {
		return &pairCount{}, nil
	}}
	return t
}

type floatState struct {
	n, sum, deviation float64
	result            func(s *floatState) (float64, bool)
}

func (s *floatState) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return nil
	}
	v := a[0].Float()
	n, before := s.n, s.sum
	s.n++
	s.sum += v
	if n == 0 {
		s.deviation = vanish(v)
		return nil
	}
	d := v*s.n - s.sum
	s.deviation += d * d / (s.n * n)
	if math.IsInf(s.sum, 0) || math.IsInf(s.deviation, 0) {
		if !math.IsInf(before, 0) && !math.IsInf(v, 0) {
			return floatOverflow()
		}
		s.deviation = math.NaN()
	}
	return nil
}

// vanish is the deviation of one value from itself, which is undefined where
// the value is not finite.
func vanish(v float64) float64 { return v - v }

func (s *floatState) Value() (datum.Datum, error) {
	r, ok := s.result(s)
	if !ok {
		return null()
	}
	return datum.Float(r), nil
}

// regressionState is floatState for pairs (y, x).
type regressionState struct {
	n, sx, sxx, sy, syy, sxy float64
	result                   func(s *regressionState) (float64, bool)
}

var regressions = map[string]func(s *regressionState) (float64, bool){
	"regr_sxx":   func(s *regressionState) (float64, bool) { return s.sxx, s.n > 0 },
	"regr_syy":   func(s *regressionState) (float64, bool) { return s.syy, s.n > 0 },
	"regr_sxy":   func(s *regressionState) (float64, bool) { return s.sxy, s.n > 0 },
	"regr_avgx":  func(s *regressionState) (float64, bool) { return s.sx / s.n, s.n > 0 },
	"regr_avgy":  func(s *regressionState) (float64, bool) { return s.sy / s.n, s.n > 0 },
	"covar_pop":  func(s *regressionState) (float64, bool) { return s.sxy / s.n, s.n > 0 },
	"covar_samp": func(s *regressionState) (float64, bool) { return s.sxy / (s.n - 1), s.n > 1 },
	"corr": func(s *regressionState) (float64, bool) {
		return s.sxy / math.Sqrt(s.sxx*s.syy), s.n > 0 && s.sxx != 0 && s.syy != 0
	},
	"regr_r2": func(s *regressionState) (float64, bool) {
		if s.syy == 0 {
			return 1, s.n > 0 && s.sxx != 0
		}
		return s.sxy * s.sxy / (s.sxx * s.syy), s.n > 0 && s.sxx != 0
	},
	"regr_slope": func(s *regressionState) (float64, bool) { return s.sxy / s.sxx, s.n > 0 && s.sxx != 0 },
	"regr_intercept": func(s *regressionState) (float64, bool) {
		return (s.sy - s.sx*s.sxy/s.sxx) / s.n, s.n > 0 && s.sxx != 0
	},
}

func (s *regressionState) Step(a []datum.Datum) error {
	if a[0].IsNull() || a[1].IsNull() {
		return nil
	}
	y, x := a[0].Float(), a[1].Float()
	before := *s
	s.n++
	s.sx += x
	s.sy += y
	if before.n == 0 {
		s.sxx, s.syy, s.sxy = vanish(x), vanish(y), vanish(x)+vanish(y)
		return nil
	}
	dx, dy, scale := x*s.n-s.sx, y*s.n-s.sy, 1/(s.n*before.n)
	s.sxx += dx * dx * scale
	s.syy += dy * dy * scale
	s.sxy += dx * dy * scale
	inf := func(v float64) bool { return math.IsInf(v, 0) }
	finiteX, finiteY := !inf(before.sx) && !inf(x), !inf(before.sy) && !inf(y)
	if (inf(s.sx) || inf(s.sxx)) && finiteX || (inf(s.sy) || inf(s.syy)) && finiteY ||
		inf(s.sxy) && finiteX && finiteY {
		return floatOverflow()
	}
	for _, v := range []*float64{&s.sxx, &s.syy, &s.sxy} {
		if inf(*v) {
			*v = math.NaN()
		}
	}
	return nil
}

func (s *regressionState) Value() (datum.Datum, error) {
	r, ok := s.result(s)
	if !ok {
		return null()
	}
	return datum.Float(r), nil
}

// pairCount counts the pairs without a NULL.
type pairCount struct{ n int64 }

func (s *pairCount) Step(a []datum.Datum) error { s.n += present(a); return nil }

func (s *pairCount) Inverse(a []datum.Datum) error { s.n -= present(a); return nil }

func (s *pairCount) Value() (datum.Datum, error) { return datum.Int(s.n), nil }

func present(a []datum.Datum) int64 {
	if a[0].IsNull() || a[1].IsNull() {
		return 0
	}
	return 1
}
