package exec

import (
	"slices"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// limit applies a plan's LIMIT and OFFSET where its SQL does not.
func (x *execution) limit(rows rowSource, plan *planner.QueryPlan) (rowSource, error) {
	limit, offset := int64(-1), int64(0)
	if plan.Limit != nil {
		d, err := x.eval(plan.Limit)
		if err != nil {
			return nil, err
		}
		if !d.IsNull() {
			if limit = d.Int(); limit < 0 {
				return nil, pgerr.New(pgerr.InvalidRowCountInLimit, "LIMIT must not be negative")
			}
		}
	}
	if plan.Offset != nil {
		d, err := x.eval(plan.Offset)
		if err != nil {
			return nil, err
		}
		if !d.IsNull() {
			if offset = d.Int(); offset < 0 {
				return nil, pgerr.New(pgerr.InvalidRowCountInOffset, "OFFSET must not be negative")
			}
		}
	}
	if limit < 0 && offset == 0 {
		return rows, nil
	}
	return &limitRows{src: rows, limit: limit, offset: offset}, nil
}

// limitRows passes over offset rows and then delivers limit ones, all when it is
// negative.
type limitRows struct {
	src           rowSource
	limit, offset int64
}

func (l *limitRows) next() ([]datum.Datum, error) {
	for ; l.offset > 0; l.offset-- {
		if row, err := l.src.next(); err != nil || row == nil {
			return nil, err
		}
	}
	if l.limit == 0 {
		return nil, nil
	}
	if l.limit > 0 {
		l.limit--
	}
	return l.src.next()
}

func (l *limitRows) close() { l.src.close() }

// tieRows finishes an order that its source delivers by the first key alone
// (rule V2): it buffers the rows among which that key is equal and sorts them
// by the others.
type tieRows struct {
	src   rowSource
	ties  *planner.Ties
	cols  int
	peers [][]datum.Datum
	at    int
	ahead []datum.Datum // the first row of the next peers
	done  bool
}

func newTies(src rowSource, ties *planner.Ties, cols int) *tieRows {
	return &tieRows{src: src, ties: ties, cols: cols}
}

func (t *tieRows) next() ([]datum.Datum, error) {
	for t.at == len(t.peers) {
		if t.done && t.ahead == nil {
			return nil, nil
		}
		if err := t.fill(); err != nil {
			return nil, err
		}
	}
	t.at++
	return t.peers[t.at-1], nil
}

// fill collects the next rows of equal first key and sorts them.
func (t *tieRows) fill() error {
	t.peers, t.at = t.peers[:0], 0
	if t.ahead != nil {
		t.peers = append(t.peers, t.ahead)
		t.ahead = nil
	}
	for !t.done {
		row, err := t.src.next()
		if err != nil {
			return err
		}
		if row == nil {
			t.done = true
			break
		}
		row = cloneRow(row)
		if len(t.peers) > 0 && !sameDistance(t.peers[0][t.ties.First], row[t.ties.First]) {
			t.ahead = row
			break
		}
		t.peers = append(t.peers, row)
	}
	slices.SortStableFunc(t.peers, func(a, b []datum.Datum) int {
		for _, k := range t.ties.Keys {
			if c := k.Compare(a[k.Col], b[k.Col]); c != 0 {
				return c
			}
		}
		return 0
	})
	return nil
}

// sameDistance compares two values of the first key, a distance or NULL.
func sameDistance(a, b datum.Datum) bool {
	if a.IsNull() || b.IsNull() {
		return a.IsNull() == b.IsNull()
	}
	x, y := a.Float(), b.Float()
	return x == y || x != x && y != y
}

func (t *tieRows) close() { t.src.close() }
