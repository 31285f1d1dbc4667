package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// datetimeRanges are OVERLAPS, series of timestamps, and aggregates of
// intervals.
func datetimeRanges() Table {
	t := Table{
		"overlaps_time":      pure(func(a []datum.Datum) (datum.Datum, error) { return overlaps(compareInts, a), nil }),
		"overlaps_timestamp": pure(func(a []datum.Datum) (datum.Datum, error) { return overlaps(compareInts, a), nil }),
		"overlaps_timetz": pure(func(a []datum.Datum) (datum.Datum, error) {
			return overlaps(datum.ByOID(oid.TimeTZ).Compare, a), nil
		}),
		"generate_series_timestamp": {Set: func(_ *Call, a []datum.Datum) (Rows, error) {
			return datetimeSeries(a, datum.TimestampAddInterval)
		}},
		"generate_series_timestamptz": {Set: func(c *Call, a []datum.Datum) (Rows, error) {
			env := c.Env
			return datetimeSeries(a, func(t, v datum.Datum) (datum.Datum, error) {
				return datum.TimestampTZAddInterval(env, t, v)
			})
		}},
		"sum(interval)": fold(datum.IntervalAdd),
		"avg(interval)": {Aggregate: func(*Call) (Accumulator, error) { return &intervalMean{}, nil }},
		"percentile_cont(double precision,interval)":   percentile(continuousInterval, false),
		"percentile_cont(double precision[],interval)": percentile(continuousInterval, true),
	}
	compare := datum.ByOID(oid.Interval).Compare
	t["interval_larger"], t["interval_smaller"] = larger(compare), smaller(compare)
	// With an interval in place of an end, which then is counted from the
	// beginning.
	const plain, zone = "timestamp without time zone", "timestamp with time zone"
	addTime := func(_ *Call, a, v datum.Datum) (datum.Datum, error) { return datum.TimeAddInterval(a, v), nil }
	addPlain := func(_ *Call, a, v datum.Datum) (datum.Datum, error) { return datum.TimestampAddInterval(a, v) }
	addZoned := func(c *Call, a, v datum.Datum) (datum.Datum, error) { return datum.TimestampTZAddInterval(c.Env, a, v) }
	for name, add := range map[string]func(c *Call, a, v datum.Datum) (datum.Datum, error){
		"time without time zone": addTime, plain: addPlain, zone: addZoned,
	} {
		for _, ends := range [][2]bool{{false, true}, {true, false}, {true, true}} {
			first, second := name, name
			if ends[0] {
				first = "interval"
			}
			if ends[1] {
				second = "interval"
			}
			t[`"overlaps"(`+name+","+first+","+name+","+second+")"] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
				b := [4]datum.Datum{a[0], a[1], a[2], a[3]}
				for i, relative := range ends {
					start, end := b[2*i], &b[2*i+1]
					if !relative || end.IsNull() {
						continue
					}
					if start.IsNull() {
						*end = datum.Null
						continue
					}
					var err error
					if *end, err = add(c, start, *end); err != nil {
						return datum.Null, err
					}
				}
				return overlaps(compareInts, b[:]), nil
			})
		}
	}
	return t
}

// overlaps reports whether two periods, each given by its ends in any order,
// share a time. What a missing end leaves open is NULL.
func overlaps(compare func(a, b datum.Datum) int, a []datum.Datum) datum.Datum {
	order := func(start, end datum.Datum) (datum.Datum, datum.Datum) {
		if start.IsNull() || !end.IsNull() && compare(start, end) > 0 {
			return end, start
		}
		return start, end
	}
	s1, e1 := order(a[0], a[1])
	s2, e2 := order(a[2], a[3])
	if s1.IsNull() || s2.IsNull() {
		return datum.Null
	}
	c := compare(s1, s2)
	if c > 0 {
		s1, e1, s2, e2 = s2, e2, s1, e1
	}
	switch {
	case c == 0 && (e1.IsNull() || e2.IsNull()):
		return datum.Null
	case c == 0:
		return datum.Bool(true)
	case e1.IsNull(): // the earlier period
		return datum.Null
	case compare(s2, e1) < 0:
		return datum.Bool(true)
	case e2.IsNull():
		return datum.Null
	}
	return datum.Bool(false)
}

func datetimeSeries(a []datum.Datum, add func(t, v datum.Datum) (datum.Datum, error)) (Rows, error) {
	compare := datum.ByOID(oid.Interval).Compare
	step := a[2].Clone()
	direction := sign(compare(step, datum.Interval{}.Datum()))
	if direction == 0 {
		return nil, zeroStep()
	}
	next, last := a[0], a[1].Int()
	row := make([]datum.Datum, 1)
	return rowsFunc(func() ([]datum.Datum, error) {
		if direction > 0 && next.Int() > last || direction < 0 && next.Int() < last {
			return nil, nil
		}
		row[0] = next
		var err error
		next, err = add(next, step)
		return row, err
	}), nil
}

// intervalMean is the sum of intervals and their number.
type intervalMean struct {
	n   int64
	sum datum.Datum
}

func (s *intervalMean) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return nil
	}
	s.n++
	if s.n == 1 {
		s.sum = a[0].Clone()
		return nil
	}
	var err error
	s.sum, err = datum.IntervalAdd(s.sum, a[0])
	return err
}

func (s *intervalMean) Value() (datum.Datum, error) {
	if s.n == 0 {
		return null()
	}
	return datum.IntervalDiv(s.sum, float64(s.n))
}

func continuousInterval(sorted []datum.Datum, fraction float64) (datum.Datum, error) {
	low, high, share := between(len(sorted), fraction)
	if low == high {
		return sorted[low], nil
	}
	span, err := datum.IntervalSub(sorted[high], sorted[low])
	if err != nil {
		return datum.Null, err
	}
	if span, err = datum.IntervalMul(span, share); err != nil {
		return datum.Null, err
	}
	return datum.IntervalAdd(sorted[low], span)
}
