package exec

import (
	"voronoi/exec/index"
	"voronoi/internal/datum"
)

// filteredSearch is one search under a filter, as it goes from streaming to a
// set of keys when the filter proves selective. The zero value is a search
// without a filter.
type filteredSearch struct {
	filter   *scanFilter // nil without one
	query    datum.Datum
	way      filterWay
	pulled   []int64 // the keys delivered while streaming
	patience int     // how many may be
	settled  bool    // the search does not turn any more
	found    int     // how many of the way's keys were delivered
}

// begin starts a search.
func (f *filteredSearch) begin(s *scan, query datum.Datum) (index.Cursor, error) {
	*f = filteredSearch{settled: true, pulled: f.pulled[:0]}
	if s.column.empty() || query.IsNull() {
		return nil, nil
	}
	if err := s.attach(); err != nil {
		return nil, err
	}
	if s.filter != nil {
		way, err := s.filter.begin()
		if err != nil {
			return nil, err
		}
		f.filter, f.query, f.way = s.filter, query, way
		f.settled, f.patience = way.restricts() || s.filter.broken, s.filter.patience()
	}
	return s.search(query, f.way)
}

// deliver takes note of a key that SQLite is given.
func (f *filteredSearch) deliver(key int64) {
	if f.filter == nil {
		return
	}
	f.filter.work.pulled++
	f.found++
	if !f.settled {
		f.pulled = append(f.pulled, key)
	}
}

// account adds what streaming has cost to what the filter has cost so far.
func (f *filteredSearch) account(n index.Counters) {
	if f.filter != nil && !f.way.restricts() && !f.filter.broken {
		f.filter.streamed(len(f.pulled), n)
	}
}

// due reports whether streaming has gone on for too long.
func (f *filteredSearch) due() bool { return !f.settled && len(f.pulled) >= f.patience }

// complete reports whether every row that passes the filter was delivered: then
// none without a vector is among them.
func (f *filteredSearch) complete() bool {
	return f.way.allowed != nil && f.found >= f.way.allowed.count || f.way.listed && f.found >= f.way.total
}

// passes reports whether a row without a vector may pass the filter.
func (f *filteredSearch) passes(key int64) bool {
	if r := f.filterRanges(); r != nil {
		return key > r.last || r.has(key) // behind last the statement's own qual decides
	}
	return f.way.allowed == nil || f.way.allowed.has(key)
}

// filterRanges answers the filter, nil where nothing in memory does.
func (f *filteredSearch) filterRanges() *filterRanges {
	if f.filter == nil {
		return nil
	}
	return f.filter.ranges
}

// turn gives up streaming: the filter is run, and what it lets through and was
// not delivered is searched instead. An index may have passed over a row that is
// nearer than one delivered; it comes now, and what comes now is in order among
// itself.
func (c *knnCursor) turn() error {
	f := &c.filtered
	f.settled = true
	if f.filter.survives == nil {
		if err := f.filter.build(); err != nil {
			return err
		}
	}
	if f.filter.survives == nil {
		return nil // it cannot be run by itself
	}
	c.handIn()
	way := f.filter.restricted(f.filter.survives.without(f.pulled))
	cursor, err := c.scan.search(f.query, way)
	if err != nil {
		return err
	}
	c.cursor, f.way, f.found = cursor, way, 0
	f.filter.work.switched++
	c.scan.searches-- // it is still the same one
	return nil
}
