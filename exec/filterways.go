package exec

import (
	"math"

	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
)

// Where columns in memory answer a filter, how many rows pass is known before
// the search, and whether one does costs next to nothing. So there is no
// streaming: all that pass are measured where that is cheap beside a search
// without a filter, and otherwise the index is searched among them.

// What work costs, in nanoseconds; it is enough that the proportions are about
// right.
const (
	statementCost = 40e3 // whatever is searched
	vectorCost    = 15   // a vector measured, beside its bytes
	bytesEach     = 8    // of vectors here and there that come in one
	bytesInLine   = 12   // of vectors in a row
	bytesInCache  = 40
	// exactFactor is how many times as dear as a search without a filter measuring
	// all that pass may be. It is better: exact.
	exactFactor = 2.5
)

// measuring is the cost of measuring one vector somewhere.
func measuring(dims int) float64 { return vectorCost + 4*float64(dims)/bytesEach }

// searching is the cost of a search without a filter.
func (f *scanFilter) searching() float64 {
	s := f.scan
	dims := f.slots.view.Dims()
	size := 4 * float64(dims)
	switch x := s.idx.(type) {
	case *ivf.Index:
		lists := float64(max(x.Lists(), 1))
		n := float64(f.rows) * min(float64(s.probes)/lists, 1)
		each := size / bytesInLine
		if parts := x.Parts(); parts > 0 {
			each = 1 + float64(parts)/2/bytesInLine
			n += 100 * measuring(dims) / each
		}
		return statementCost + lists*size/bytesInCache + n*each
	case *hnsw.Index:
		nodes := float64(max(s.efSearch(), s.limit) * x.Options().M)
		return statementCost + min(nodes, float64(f.rows))*(measuring(dims)+20)
	}
	return statementCost + float64(f.rows)*size/bytesInLine
}

// ranged is the way of a search whose filter columns in memory answer; false
// where they do not.
func (f *scanFilter) ranged() (way filterWay, ok bool, err error) {
	s := f.scan
	if !f.tried {
		f.tried = true
		if f.ranges, err = s.newRanges(f.rows, f.rows); err != nil {
			return way, false, err
		}
	}
	if f.ranges == nil {
		return way, false, nil
	}
	f.slots = s.column.slots()
	if err := f.readLate(); err != nil {
		if s.x.ctx.Err() != nil {
			return way, false, err
		}
		f.ranges = nil // it fails for some row, which the statement may never come to
		return way, false, nil
	}
	f.passed = f.ranges.estimate()
	if late := f.ranges.late; late != nil {
		f.passed += late.count
	}
	if float64(f.passed)*measuring(f.slots.view.Dims()) <= exactFactor*f.searching() {
		way = filterWay{exact: true, listed: true, scale: 1}
		way.list, way.total = f.survivingSlots()
		f.passed = way.total
		f.work.exact++
		return way, true, nil
	}
	share := min(float64(f.passed)/float64(max(f.rows, 1)), 1)
	way = filterWay{ranges: f.ranges, share: share, scale: 1}
	if s.idx == nil {
		way.exact = true
		f.work.exact++
		return way, true, nil
	}
	switch s.idx.(type) {
	case *ivf.Index:
		way.list = f.drawn()
	case *hnsw.Index:
		// The walk goes on until as many as are kept pass, past 1/s times as many
		// nodes: that is more than it needs.
		way.scale = math.Cbrt(share)
	}
	f.work.index++
	return way, true, nil
}
