package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// The functions here make a Scalar out of a Go function over plain values, so
// that a table's row says what is computed and nothing else.

// template is an implementation in SQL with the Go function that agrees.
func template(sql string, s Scalar) Impl { return Impl{Template: sql, Scalar: s} }

// same is a function whose result is its first argument, as it is stored.
func same() Impl {
	return template("$1", func(_ *Call, a []datum.Datum) (datum.Datum, error) { return a[0], nil })
}

func scalar(s Scalar) Impl { return Impl{Scalar: s} }

// pure is a function of its arguments alone.
func pure(f func(a []datum.Datum) (datum.Datum, error)) Impl {
	return Impl{Scalar: func(_ *Call, a []datum.Datum) (datum.Datum, error) { return f(a) }}
}

// one and two adapt functions over datums that know no more than their
// arguments, as internal/datum exports them.
func one(f func(a datum.Datum) (datum.Datum, error)) Impl {
	return Impl{Scalar: func(_ *Call, a []datum.Datum) (datum.Datum, error) { return f(a[0]) }}
}

func two(f func(a, b datum.Datum) (datum.Datum, error)) Impl {
	return Impl{Scalar: func(_ *Call, a []datum.Datum) (datum.Datum, error) { return f(a[0], a[1]) }}
}

// test1 and test2 adapt predicates.
func test1(f func(a datum.Datum) bool) Scalar {
	return func(_ *Call, a []datum.Datum) (datum.Datum, error) { return datum.Bool(f(a[0])), nil }
}

func test2(f func(a, b datum.Datum) bool) Scalar {
	return func(_ *Call, a []datum.Datum) (datum.Datum, error) { return datum.Bool(f(a[0], a[1])), nil }
}

// textOf adapts a function from text to text that cannot fail.
func textOf(f func(s string) string) Scalar {
	return func(_ *Call, a []datum.Datum) (datum.Datum, error) { return datum.Text(f(a[0].Str())), nil }
}

// countOf adapts a function from text or bytes to a number.
func countOf(f func(b []byte) int) Scalar {
	return func(_ *Call, a []datum.Datum) (datum.Datum, error) { return datum.Int(int64(f(a[0].Bytes()))), nil }
}

// int4 is an argument of a small integer type as an int.
func int4(d datum.Datum) int { return int(d.Int()) }

// Limits of what one value may hold.
const (
	maxValue = 1<<30 - 1 // bytes in a text, bytea or array, as in Postgres
)

// tooLarge is the error for a text or bytea result beyond maxValue.
func tooLarge() error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "requested length too large")
}
