package exec

import (
	"math"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/internal/datum"
	"voronoi/planner"
)

// radius is the least of a scan's bounds on the distance. The zero value is
// none.
type radius struct {
	bounded  bool
	distance float64
	closed   bool // the distance itself is let through
	nan      bool // and so is NaN, which is beyond
}

// slack is what a bound that was computed may be off by, for its size.
const slack = 1e-9

// readRadius computes the scan's bounds.
func (s *scan) readRadius() (r radius, err error) {
	r.nan = true
	for _, p := range s.plan.Radii {
		d, err := s.x.eval(p.Distance)
		if err != nil {
			return r, err
		}
		r.nan = r.nan && p.NaN && !d.IsNull()
		next := radius{bounded: true, distance: math.Inf(-1)} // a bound of NULL lets nothing through
		if !d.IsNull() {
			next.distance, next.closed = d.Float(), p.Closed
		}
		if math.IsNaN(next.distance) {
			continue // no number is farther
		}
		if p.Negated {
			next.distance = -next.distance
		}
		if p.Loose {
			next.distance += slack * (1 + math.Abs(next.distance))
			next.closed = true
		}
		if !r.bounded || next.distance < r.distance || next.distance == r.distance && !next.closed {
			next.nan = r.nan
			r = next
		}
	}
	return r, nil
}

// beyond reports whether no row at a distance or farther is wanted.
func (r *radius) beyond(distance float64) bool {
	return r.bounded && (distance > r.distance || distance == r.distance && !r.closed || distance != distance)
}

// nanApart reports whether rows whose distance is NaN are not to come where a
// search delivers them, last: before all others, or behind a bound that they
// pass. It is false where the vector searched for has no direction either, and
// all distances are NaN.
func (s *scan) nanApart(query datum.Datum) bool {
	return s.plan.Metric == planner.MetricCosine && s.column.vectors != nil && !query.IsNull() &&
		(s.plan.NaNFirst || s.radius.bounded && s.radius.nan) &&
		s.column.rows.typ.squaredNorm(query) > 0
}

// withoutAngle finds the rows whose vector has no direction, in order of their
// keys. Their cosine distance to anything is NaN.
func (s *scan) withoutAngle() ([]int64, error) {
	view := s.column.vectors.View()
	var keys []int64
	if !view.HasVectors() {
		return s.storedWithoutAngle()
	}
	for chunk := range view.Vectors().Chunks() {
		rows, first := view.Vectors().ChunkRows(chunk)
		for i, norm := range view.Norms(chunk)[:rows] {
			slot := index.Slot(first + i)
			if norm == 0 && view.Visible(slot, s.seq()) {
				keys = append(keys, view.Key(slot))
			}
		}
	}
	return keys, nil
}

// storedWithoutAngle is withoutAngle for vectors that are not in memory.
func (s *scan) storedWithoutAngle() ([]int64, error) {
	rows := s.column.rows
	st, err := s.x.conn.Prepare("SELECT " + catalog.KeyColumn + ", " + rows.value + " FROM " + rows.companion)
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var keys []int64
	for {
		ok, err := st.Step()
		if !ok || err != nil {
			return keys, err
		}
		if rows.typ.squaredNorm(st.Column(1)) == 0 {
			keys = append(keys, st.Column(0).Int())
		}
	}
}
