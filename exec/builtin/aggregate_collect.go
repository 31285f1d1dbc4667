package builtin

import (
	"slices"

	"voronoi/internal/datum"
)

// collectors gather values into an array or a text, in the order in which the
// rows come.
func collectors() Table {
	return Table{
		"array_agg(anynonarray)": {Aggregate: func(c *Call) (Accumulator, error) {
			t := c.Type(c.Args[0])
			if t == nil {
				return nil, unsupported("an array of type %s", typeName(c, c.Args[0]))
			}
			return &arrayState{elem: t}, nil
		}},
		"array_agg(anyarray)": {Aggregate: func(c *Call) (Accumulator, error) {
			elem, err := elemType(c, 0)
			return &nestedState{elem: elem}, err
		}},
		"string_agg(text,text)":   {Aggregate: func(*Call) (Accumulator, error) { return &joinState{make: datum.TextBytes}, nil }},
		"string_agg(bytea,bytea)": {Aggregate: func(*Call) (Accumulator, error) { return &joinState{make: datum.Blob}, nil }},
	}
}

type arrayState struct {
	elem  *datum.Type
	elems []datum.Datum
}

func (s *arrayState) Step(a []datum.Datum) error {
	s.elems = append(s.elems, a[0].Clone())
	return nil
}

func (s *arrayState) Value() (datum.Datum, error) {
	if s.elems == nil {
		return null()
	}
	return datum.NewArray(s.elem, s.elems), nil
}

// nestedState makes arrays of one shape the slices of a larger one.
type nestedState struct {
	elem  *datum.Type
	dims  []datum.Dim
	n     int
	elems []datum.Datum
}

func (s *nestedState) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return nullNotAllowed("cannot accumulate null arrays")
	}
	dims := datum.ArrayDims(a[0])
	if len(dims) == 0 {
		return subscriptFault("cannot accumulate empty arrays")
	}
	if s.n == 0 {
		s.dims = dims
	} else if !slices.Equal(dims, s.dims) {
		return subscriptFault("cannot accumulate arrays of different dimensionality")
	}
	s.n++
	s.elems = append(s.elems, datum.ArrayElems(s.elem, a[0].Clone())...)
	return nil
}

func (s *nestedState) Value() (datum.Datum, error) {
	if s.n == 0 {
		return null()
	}
	return datum.NewArrayDims(s.elem, append([]datum.Dim{{Len: s.n, Lower: 1}}, s.dims...), s.elems)
}

// joinState joins texts or bytes, each after its own delimiter, of which the
// first is not used.
type joinState struct {
	joined []byte
	any    bool
	make   func(b []byte) datum.Datum
}

func (s *joinState) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return nil
	}
	if s.any {
		s.joined = append(s.joined, a[1].Bytes()...)
	}
	s.any = true
	s.joined = append(s.joined, a[0].Bytes()...)
	if len(s.joined) > maxValue {
		return tooLarge()
	}
	return nil
}

func (s *joinState) Value() (datum.Datum, error) {
	if !s.any {
		return null()
	}
	return s.make(slices.Clone(s.joined)), nil
}
