package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func vectorAggregates() Table {
	return Table{
		"sum(vector)": fold(addVectors),
		"avg(vector)": {Aggregate: func(*Call) (Accumulator, error) {
			return &vectorMean{floats: datum.VectorFloats, make: func(v []float32) (datum.Datum, error) {
				return datum.FromFloats(v), nil
			}}, nil
		}},
	}
}

// vectorMean adds up in double precision.
type vectorMean struct {
	n      float64
	sum    []float64
	floats func(d datum.Datum) []float32
	make   func(v []float32) (datum.Datum, error)
}

func (s *vectorMean) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return nil
	}
	v := s.floats(a[0])
	if s.sum == nil {
		s.sum = make([]float64, len(v))
	} else if len(v) != len(s.sum) {
		return pgerr.Newf(pgerr.DataException, "expected %d dimensions, not %d", len(s.sum), len(v))
	}
	s.n++
	for i, x := range v {
		s.sum[i] += float64(x)
		if math.IsInf(s.sum[i], 0) {
			return floatOverflow()
		}
	}
	return nil
}

func (s *vectorMean) Value() (datum.Datum, error) {
	if s.n == 0 {
		return null()
	}
	mean := make([]float32, len(s.sum))
	for i, x := range s.sum {
		mean[i] = float32(x / s.n)
		if err := datum.CheckElement("vector", mean[i]); err != nil {
			return datum.Null, err
		}
	}
	return s.make(mean)
}
