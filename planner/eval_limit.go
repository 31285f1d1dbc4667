package planner

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// countExpr is a LIMIT or OFFSET as SQLite wants it: a number, where NULL has
// become -1 (no limit) or 0 (no offset) and a negative number an error.
type countExpr struct {
	Typed
	Arg    Expr
	Offset bool
}

// sumExpr is how many rows are wanted in all: the sum of LIMIT and OFFSET, NULL
// when there is no limit.
type sumExpr struct {
	Typed
	Args []Expr
}

func newCount(arg Expr, offset bool) *countExpr {
	return &countExpr{Typed: Typed{Typ: oid.Int8, Mod: -1}, Arg: arg, Offset: offset}
}

func (v *evaluation) count(e *countExpr) (datum.Datum, error) {
	d, err := v.eval(e.Arg)
	if err != nil {
		return datum.Null, err
	}
	return checkCount(d, e.Offset)
}

// checkCount turns the value of a LIMIT or OFFSET into SQLite's.
func checkCount(d datum.Datum, offset bool) (datum.Datum, error) {
	switch {
	case d.IsNull() && offset:
		return datum.Int(0), nil
	case d.IsNull():
		return datum.Int(-1), nil
	case d.Int() >= 0:
		return d, nil
	case offset:
		return datum.Null, pgerr.New(pgerr.InvalidRowCountInOffset, "OFFSET must not be negative")
	default:
		return datum.Null, pgerr.New(pgerr.InvalidRowCountInLimit, "LIMIT must not be negative")
	}
}

func (v *evaluation) sum(e *sumExpr) (datum.Datum, error) {
	total := int64(0)
	for _, arg := range e.Args {
		d, err := v.eval(arg)
		if err != nil || d.IsNull() {
			return datum.Null, err
		}
		if d.Int() > math.MaxInt64-total {
			return datum.Null, nil
		}
		total += d.Int()
	}
	return datum.Int(total), nil
}
