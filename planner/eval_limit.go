package planner

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// countExpr is a number of rows as SQLite wants it: checked, and never NULL.
type countExpr struct {
	Typed
	Arg  Expr
	What count
}

// count says where a number of rows stands.
type count uint8

const (
	countLimit count = iota
	countOffset
	countFrameStart
	countFrameEnd
)

// countRule says what stands for NULL, unless that is an error, and the errors.
type countRule struct {
	name     string // of the function that checks it in SQL
	null     datum.Datum
	missing  error
	negative error
}

var countRules = [...]countRule{
	countLimit: {
		name: "limit_count", null: datum.Int(-1),
		negative: pgerr.New(pgerr.InvalidRowCountInLimit, "LIMIT must not be negative"),
	},
	countOffset: {
		name: "offset_count", null: datum.Int(0),
		negative: pgerr.New(pgerr.InvalidRowCountInOffset, "OFFSET must not be negative"),
	},
	countFrameStart: {
		name:     "frame_start",
		missing:  pgerr.New(pgerr.NullValueNotAllowed, "frame starting offset must not be null"),
		negative: pgerr.New(pgerr.InvalidPrecedingFollowing, "frame starting offset must not be negative"),
	},
	countFrameEnd: {
		name:     "frame_end",
		missing:  pgerr.New(pgerr.NullValueNotAllowed, "frame ending offset must not be null"),
		negative: pgerr.New(pgerr.InvalidPrecedingFollowing, "frame ending offset must not be negative"),
	},
}

// sumExpr is how many rows are wanted in all: the sum of LIMIT and OFFSET, NULL
// when there is no limit.
type sumExpr struct {
	Typed
	Args []Expr
}

func newCount(arg Expr, what count) *countExpr {
	return &countExpr{Typed: Typed{Typ: oid.Int8, Mod: -1}, Arg: arg, What: what}
}

func (v *evaluation) count(e *countExpr) (datum.Datum, error) {
	d, err := v.eval(e.Arg)
	if err != nil {
		return datum.Null, err
	}
	return checkCount(d, e.What)
}

// checkCount turns the value of a LIMIT, OFFSET or frame bound into SQLite's.
func checkCount(d datum.Datum, what count) (datum.Datum, error) {
	rule := &countRules[what]
	switch {
	case d.IsNull() && rule.missing != nil:
		return datum.Null, rule.missing
	case d.IsNull():
		return rule.null, nil
	case d.Kind() == datum.KindInt && d.Int() < 0, d.Kind() == datum.KindFloat && d.Float() < 0:
		return datum.Null, rule.negative
	}
	return d, nil
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
