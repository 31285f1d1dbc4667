package storage

import (
	"unsafe"

	"voronoi/internal/datum"

	sqlite3 "modernc.org/sqlite/lib"
)

// slides reports whether the program that runs the aggregate of ctx ever takes
// rows out of it, that is, whether it is a window function over a frame whose
// start moves. SQLite does not tell at the first step, when it matters, but the
// program does: a sliding frame has an inverse instruction on the same register.
func slides(ctx uintptr) bool {
	x := (*sqlite3.Tsqlite3_context)(ptr(ctx))
	if x.FpVdbe == 0 {
		return false
	}
	v := (*sqlite3.TVdbe)(ptr(x.FpVdbe))
	ops := unsafe.Slice((*sqlite3.TOp)(ptr(v.FaOp)), v.FnOp)
	register := ops[x.FiOp].Fp3
	for i := range ops {
		op := &ops[i]
		if op.Fp3 != register {
			continue
		}
		// An AggInverse that has run once has become an AggStep1 with P1 = 1.
		if op.Fopcode == sqlite3.OP_AggInverse || op.Fopcode == sqlite3.OP_AggStep1 && op.Fp1 == 1 {
			return true
		}
	}
	return false
}

// recompute makes an accumulator that cannot take rows out usable over a
// sliding frame: it keeps the frame's rows, which leave in the order in which
// they came, and starts over when one has left.
type recompute struct {
	c     *Conn
	fresh func(*Conn) Accumulator
	acc   Accumulator // holds all rows of the frame, unless stale
	stale bool
	rows  [][]datum.Datum
	head  int // rows[head:] is the frame
}

func (r *recompute) Step(args []datum.Datum) error {
	row := make([]datum.Datum, len(args))
	for i, d := range args {
		row[i] = d.Clone()
	}
	r.rows = append(r.rows, row)
	if r.stale {
		return nil
	}
	return r.acc.Step(row)
}

func (r *recompute) Inverse([]datum.Datum) error {
	r.rows[r.head] = nil
	r.head++
	r.stale = true
	if r.head > len(r.rows)/2 { // amortized: each row moves at most once or twice
		n := copy(r.rows, r.rows[r.head:])
		clear(r.rows[n:])
		r.rows, r.head = r.rows[:n], 0
	}
	return nil
}

func (r *recompute) Value() (datum.Datum, error) {
	if r.stale {
		r.acc, r.stale = r.fresh(r.c), false
		for _, row := range r.rows[r.head:] {
			if err := r.acc.Step(row); err != nil {
				return datum.Null, err
			}
		}
	}
	return r.acc.Value()
}
