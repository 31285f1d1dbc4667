package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Ordered-set aggregates. The rows come in the order that WITHIN GROUP asks
// for, which is the planner's part; each Step has the direct arguments first
// and then the aggregated one.
func orderedAggregates() Table {
	return Table{
		"percentile_disc(double precision,anyelement)":         percentile(discrete, false),
		"percentile_disc(double precision[],anyelement)":       percentile(discrete, true),
		"percentile_cont(double precision,double precision)":   percentile(continuousFloat, false),
		"percentile_cont(double precision[],double precision)": percentile(continuousFloat, true),
		"mode(anyelement)": {Aggregate: newMode},
	}
}

// interpolate gives the value at a fraction of the sorted values.
type interpolate func(sorted []datum.Datum, fraction float64) (datum.Datum, error)

func discrete(sorted []datum.Datum, fraction float64) (datum.Datum, error) {
	i := int(math.Ceil(fraction*float64(len(sorted)))) - 1
	return sorted[max(i, 0)], nil
}

// between finds the neighbors of a fraction and how far it is from the first.
func between(n int, fraction float64) (low, high int, share float64) {
	at := fraction * float64(n-1)
	low, high = int(math.Floor(at)), int(math.Ceil(at))
	return low, high, at - float64(low)
}

func continuousFloat(sorted []datum.Datum, fraction float64) (datum.Datum, error) {
	low, high, share := between(len(sorted), fraction)
	a, b := sorted[low].Float(), sorted[high].Float()
	if low == high {
		return datum.Float(a), nil
	}
	return datum.Float(a + share*(b-a)), nil
}

func percentile(f interpolate, many bool) Impl {
	return Impl{Aggregate: func(c *Call) (Accumulator, error) {
		s := &percentileState{f: f}
		if many {
			if s.result = c.Type(c.Result); s.result == nil || s.result.Elem == nil {
				return nil, unsupported("an array of percentiles of type %s", typeName(c, c.Args[1]))
			}
		}
		return s, nil
	}}
}

type percentileState struct {
	f         interpolate
	result    *datum.Type // of an array of percentiles, nil for a single one
	begun     bool
	fractions datum.Datum
	sorted    []datum.Datum
}

func (s *percentileState) Step(a []datum.Datum) error {
	if !s.begun {
		s.fractions, s.begun = a[0].Clone(), true
	}
	if !a[1].IsNull() {
		s.sorted = append(s.sorted, a[1].Clone())
	}
	return nil
}

func (s *percentileState) Value() (datum.Datum, error) {
	if s.fractions.IsNull() {
		return null()
	}
	if s.result == nil {
		return s.at(s.fractions)
	}
	fractions := datum.ArrayElems(datum.ByOID(oid.Float8), s.fractions)
	if len(fractions) == 0 {
		return datum.NewArray(s.result.Elem, nil), nil
	}
	if s.sorted == nil {
		return null()
	}
	out := make([]datum.Datum, len(fractions))
	for i, f := range fractions {
		if f.IsNull() {
			continue
		}
		var err error
		if out[i], err = s.at(f); err != nil {
			return datum.Null, err
		}
	}
	return datum.NewArrayDims(s.result.Elem, datum.ArrayDims(s.fractions), out)
}

func (s *percentileState) at(fraction datum.Datum) (datum.Datum, error) {
	f := fraction.Float()
	if !(f >= 0 && f <= 1) {
		return datum.Null, pgerr.Newf(pgerr.NumericValueOutOfRange, "percentile value %s is not between 0 and 1",
			shortFloat(f))
	}
	if s.sorted == nil {
		return null()
	}
	return s.f(s.sorted, f)
}

// shortFloat is a float as C prints it by %g.
func shortFloat(f float64) string {
	env := *datum.DefaultEnv()
	env.ExtraFloatDigits = -9 // 15 - 9 digits
	return string(datum.ByOID(oid.Float8).AppendText(nil, &env, datum.Float(f)))
}

// newMode finds the most frequent value, the first of those in the order.
func newMode(c *Call) (Accumulator, error) {
	t := c.Type(c.Args[0])
	if t == nil || t.Compare == nil {
		return nil, noEquality(c, c.Args[0])
	}
	return &modeState{compare: t.Compare}, nil
}

type modeState struct {
	compare        func(a, b datum.Datum) int
	current, best  datum.Datum
	count, highest int
}

func (s *modeState) Step(a []datum.Datum) error {
	v := a[0]
	switch {
	case v.IsNull():
		return nil
	case s.count > 0 && s.compare(v, s.current) == 0:
		s.count++
	default:
		s.current, s.count = v.Clone(), 1
	}
	if s.count > s.highest {
		s.best, s.highest = s.current, s.count
	}
	return nil
}

func (s *modeState) Value() (datum.Datum, error) { return s.best, nil }
