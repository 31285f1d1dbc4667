package planner

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
)

// sortSpec says how the input of an aggregate is prepared. The arguments of a
// step are the direct arguments, the aggregated ones, then sort keys that are
// neither.
type sortSpec struct {
	direct, args int
	distinct     bool
	keys         []argumentKey
}

// argumentKey is a sort key at a place among the arguments.
type argumentKey struct {
	at               int
	typ              *datum.Type
	desc, nullsFirst bool
}

// String tells two specs apart.
func (s *sortSpec) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %d %t", s.direct, s.args, s.distinct)
	for _, k := range s.keys {
		fmt.Fprintf(&b, " %d:%d:%t:%t", k.at, k.typ.OID, k.desc, k.nullsFirst)
	}
	return b.String()
}

// wrap makes an aggregate that keeps its input, and at the end feeds it to the
// aggregate underneath in order.
func (s *sortSpec) wrap(under func(*builtin.Call) (builtin.Accumulator, error)) func(*builtin.Call) (builtin.Accumulator, error) {
	spec := *s
	return func(c *builtin.Call) (builtin.Accumulator, error) {
		return &sorter{spec: &spec, call: c, under: under}, nil
	}
}

type sorter struct {
	spec  *sortSpec
	call  *builtin.Call
	under func(*builtin.Call) (builtin.Accumulator, error)
	rows  [][]datum.Datum
}

// Step keeps a row.
func (s *sorter) Step(args []datum.Datum) error {
	row := make([]datum.Datum, len(args))
	for i, a := range args {
		row[i] = a.Clone()
	}
	s.rows = append(s.rows, row)
	return nil
}

// Value aggregates what has been kept.
func (s *sorter) Value() (datum.Datum, error) {
	slices.SortStableFunc(s.rows, s.spec.compare)
	under, err := s.under(s.call)
	if err != nil {
		return datum.Null, err
	}
	n := s.spec.direct + s.spec.args
	for i, row := range s.rows {
		if s.spec.distinct && i > 0 && s.spec.compare(s.rows[i-1], row) == 0 {
			continue
		}
		if err := under.Step(row[:n]); err != nil {
			return datum.Null, err
		}
	}
	return under.Value()
}

func (s *sortSpec) compare(a, b []datum.Datum) int {
	for _, k := range s.keys {
		if c := k.compare(a[k.at], b[k.at]); c != 0 {
			return c
		}
	}
	return 0
}

func (k *argumentKey) compare(a, b datum.Datum) int {
	switch {
	case a.IsNull() && b.IsNull():
		return 0
	case a.IsNull() || b.IsNull():
		if a.IsNull() == k.nullsFirst {
			return -1
		}
		return 1
	}
	c := k.typ.Compare(a, b)
	if k.desc {
		return -c
	}
	return c
}
