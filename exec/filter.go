package exec

import (
	"crypto/sha256"
	"fmt"
	"iter"
	"math"
	"math/bits"
	"math/rand/v2"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
	"voronoi/internal/datum"
)

// A WHERE beside a vector search can be met in three ways.
//
//   - streaming: the search knows nothing of the filter, SQLite drops what fails
//     it. Nothing is spent before the first row, but with a share s of the rows
//     passing, limit/s candidates have to be looked up, and the search has to
//     reach that far with the recall of one for few: its probes and candidates
//     are scaled by 1/s.
//   - exact: the filter is run once into a set of keys, and every vector that is
//     in it is measured.
//   - index: the same set restricts the search of the index.
//
// The share is estimated from a sample of rows. Streaming is given up where the
// estimate says so, where the candidates pulled show that it was wrong, and, for
// a filter that comes again and again, where all its searches together have
// spent what the set would have cost: so nobody pays more than about twice what
// the better choice costs, whatever comes. The set is kept for the snapshot that
// it is true of (filterCache).

// What streaming costs, in units of what running the filter costs a row. It is
// enough that they are of the right order.
const (
	lookupCost  = 4 // a candidate looked up by its key, rather than in a scan
	measureCost = 8 // so many vectors measured cost one unit

	filterSample = 64  // rows that the share is estimated from
	exactRows    = 256 // so few survivors are always measured exactly
	// wrongFactor is how many times the candidates expected must have been
	// pulled for an estimate to count as wrong, with some slack for chance.
	wrongFactor = 4
	wrongSlack  = 64
)

// scanFilter is the filter of one scan, for all its searches.
type scanFilter struct {
	scan *scan
	rows int // vectors in the column, about

	cache *filterCache // of the column, or the scan's own
	id    filterID

	share    float64 // of the rows that pass; meaningful once sampled
	sampled  bool
	survives *keySet // nil until it is needed
	cached   bool    // survives was there already
	broken   bool    // the filter cannot be run by itself: always stream

	// Where columns in memory answer the filter:
	ranges *filterRanges // nil otherwise
	slots  *slotMap
	passed int // about how many keys pass
	tried  bool

	work filterWork
}

// filterWork is what EXPLAIN ANALYZE shows of a filter.
type filterWork struct {
	streamed, exact, index int // searches by the way they began
	switched               int // searches that gave up streaming
	pulled                 int // candidates that SQLite has been given
}

// filterWay is how one search meets the filter.
type filterWay struct {
	allowed *keySet // nil while streaming
	exact   bool
	ranges  *filterRanges // in place of allowed
	share   float64       // that passes, of ranges
	listed  bool          // exact, and of the slots in list
	list    []index.Slot  // where ranges are searched by lists, some that pass
	total   int           // keys that pass, where listed
	scale   float64       // of the probes and candidates: 1 over the share that passes
}

// newFilter is the scan's filter; nil without one or without anything to search.
func (s *scan) newFilter() (*scanFilter, error) {
	p := s.plan.Filter
	if p == nil || s.column.empty() {
		return nil, nil
	}
	x := s.x
	f := &scanFilter{scan: s, cache: new(filterCache)}
	if s.column.streamed {
		return f, nil
	}
	view := s.column.vectors.View()
	f.rows = view.Len()
	// A writer's own view changes within one sequence number, and a stable
	// function can tell executions apart that nothing else does.
	if s.plan.FilterStable || s.writing() {
		return f, nil
	}
	f.cache = &s.column.filters
	h := sha256.New()
	part := func(b []byte) { fmt.Fprintf(h, "%d:%s", len(b), b) }
	part([]byte(p.SQL))
	part([]byte(x.session.planKey() + x.session.settings.get("bytea_output") + x.session.settings.get("extra_float_digits")))
	for _, e := range p.Binds {
		d, err := x.eval(e)
		if err != nil {
			return nil, err
		}
		part(bindKey(d))
	}
	for _, set := range p.RowSets {
		rows, err := x.evalRows(set)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(h, "rows %d", len(rows))
		for _, row := range rows {
			for _, d := range row {
				part(bindKey(d))
			}
		}
	}
	h.Sum(f.id[:0])
	return f, nil
}

// bindKey tells values apart.
func bindKey(d datum.Datum) []byte {
	b := []byte{byte(d.Kind())}
	switch d.Kind() {
	case datum.KindInt:
		return fmt.Append(b, d.Int())
	case datum.KindFloat:
		return fmt.Append(b, math.Float64bits(d.Float()))
	case datum.KindText, datum.KindBlob:
		return append(b, d.Bytes()...)
	}
	return b
}

// begin chooses the way of a search.
func (f *scanFilter) begin() (filterWay, error) {
	if f.broken {
		f.work.streamed++
		return filterWay{scale: 1}, nil
	}
	if way, ok, err := f.ranged(); ok || err != nil {
		return way, err
	}
	if f.survives == nil {
		known := f.cache.entry(f.id)
		if known.survives != nil && known.seq == f.scan.x.seq {
			f.survives, f.cached = known.survives, true
		} else {
			f.share, f.sampled = known.share, known.sampled
			if selective, err := f.selective(known.spent); err != nil {
				return filterWay{}, err
			} else if selective {
				if err := f.build(); err != nil {
					return filterWay{}, err
				}
			}
		}
	}
	if f.survives == nil {
		f.work.streamed++
		if f.broken {
			return filterWay{scale: 1}, nil
		}
		return filterWay{scale: 1 / f.share}, nil
	}
	way := f.restricted(f.survives)
	if way.exact {
		f.work.exact++
	} else {
		f.work.index++
	}
	return way, nil
}

// selective decides whether to run the filter before the search begins. spent is
// what streaming has cost the searches with this filter so far.
func (f *scanFilter) selective(spent int) (bool, error) {
	if f.scan.column.streamed {
		return true, nil // each search reads all rows that are not ruled out
	}
	if !f.sampled {
		if err := f.sample(); err != nil || f.broken {
			return false, err
		}
	}
	s := f.scan
	scale := 1 / f.share
	switch reach := f.unfiltered(); {
	case f.share*filterSample < 1, // not one in the sample: it may be anything
		spent >= f.rows,
		lookupCost*float64(s.limit)*scale >= float64(f.rows),
		reach < f.rows && float64(reach)*scale >= float64(f.rows):
		return true, nil
	}
	return false, nil
}

// patience is how many candidates a search that streams may pull before it is
// to switch.
func (f *scanFilter) patience() int {
	if f.broken {
		return math.MaxInt
	}
	n := max(f.rows/lookupCost, wrongSlack)
	if f.scan.limit > 0 {
		n = min(n, int(wrongFactor*float64(f.scan.limit)/f.share)+wrongSlack)
	}
	return n
}

// unfiltered is about how many vectors a search without a filter measures: all
// of them without an index.
func (f *scanFilter) unfiltered() int {
	s := f.scan
	n := f.rows
	switch x := s.idx.(type) {
	case *ivf.Index:
		n = int(float64(f.rows) * float64(s.probes) / float64(max(x.Options().Lists, 1)))
	case *hnsw.Index:
		n = max(s.efSearch(), s.limit) * 2 * x.Options().M
	}
	return min(max(n, 1), f.rows)
}

// restricted is the way to search among a set of keys.
func (f *scanFilter) restricted(allowed *keySet) filterWay {
	share := float64(max(allowed.count, 1)) / float64(max(f.rows, 1))
	way := filterWay{allowed: allowed, exact: true, scale: 1}
	reach := f.unfiltered()
	switch f.scan.idx.(type) {
	case *ivf.Index:
		// As many survivors measured as the unfiltered search would measure
		// vectors, twice that because they need not lie as evenly.
		way.scale = max(2/share, 1)
		way.exact = allowed.count <= max(exactRows, 2*reach)
	case *hnsw.Index:
		// The walk passes over 1/share nodes for each that counts, and where the
		// survivors lie apart from the query it needs more of them not to get
		// stuck. One vector measured there costs as much as two in a row.
		way.scale = 1 / math.Sqrt(min(share, 1))
		way.exact = allowed.count <= exactRows || float64(allowed.count) <= 2*float64(reach)*way.scale/share
	}
	return way
}

// restricts reports whether the search looks at rows that pass only.
func (w *filterWay) restricts() bool { return w.allowed != nil || w.ranges != nil || w.listed }

// apply makes search options what the way needs.
func (w *filterWay) apply(o *index.SearchOptions) {
	if w.allowed != nil {
		o.Allowed = w.allowed.has
	}
	if w.ranges != nil {
		o.Allowed, o.Share, o.Drawn = w.ranges.test(), w.share, w.list
	}
	const most = 1 << 20
	scaled := func(n int) int { return int(min(float64(n)*w.scale+0.999, most)) }
	if w.ranges != nil && w.scale < 1 {
		o.EfSearch = max(int(float64(o.EfSearch)*w.scale), min(2*o.Limit, o.EfSearch))
	}
	if w.scale <= 1 {
		return
	}
	if o.MaxProbes > 0 {
		o.Probes = max(o.Probes, min(scaled(o.Probes), o.MaxProbes))
	} else {
		o.Probes = scaled(o.Probes)
	}
	o.EfSearch = scaled(max(o.EfSearch, o.Limit))
	if !w.restricts() {
		o.Limit = scaled(o.Limit)
	}
}

// sample estimates the share of the vectors whose rows pass.
func (f *scanFilter) sample() error {
	s := f.scan
	view := s.column.vectors.View()
	if view.Len() == 0 {
		f.broken = true
		return nil
	}
	p := *s.plan.Filter
	at := p.Inputs + len(p.Binds) + 1
	p.SQL = fmt.Sprintf("SELECT 1 FROM (%s) WHERE %s = ?%d", p.SQL, catalog.KeyColumn, at)
	src, err := s.x.query(&p, nil)
	if err != nil {
		return f.failed(err)
	}
	defer src.close()
	rows, ok := src.(*queryRows)
	if !ok {
		f.broken = true
		return nil
	}
	rng := rand.New(rand.NewPCG(1, 2)) // the same rows each time: a plan that can be explained
	seen, passed := 0, 0
	for tries := 0; seen < filterSample && tries < 4*filterSample; tries++ {
		slot := index.Slot(rng.IntN(view.Len()))
		if !view.Visible(slot, s.seq()) {
			continue
		}
		rows.st.Bind(at, datum.Int(view.Key(slot)))
		row, err := rows.next()
		if err != nil {
			return f.failed(err)
		}
		seen++
		if row != nil {
			passed++
		}
	}
	if f.share = float64(passed) / float64(max(seen, 1)); passed == 0 {
		f.share = 0.5 / filterSample
	}
	f.sampled = true
	f.cache.update(f.id, func(e *filterEntry) { e.share, e.sampled = f.share, true })
	return nil
}

// build runs the filter over the whole table.
func (f *scanFilter) build() error {
	x := f.scan.x
	rows, err := x.query(f.scan.plan.Filter, nil)
	if err != nil {
		return f.failed(err)
	}
	defer rows.close()
	keys := new(keySet)
	for {
		row, err := rows.next()
		if err != nil {
			return f.failed(err)
		}
		if row == nil {
			break
		}
		if !keys.add(row[0].Int()) {
			f.broken = true
			return nil
		}
	}
	f.survives = keys
	f.cache.update(f.id, func(e *filterEntry) {
		if x.seq >= e.seq {
			e.survives, e.seq, e.spent = keys, x.seq, 0
		}
	})
	return nil
}

// failed makes a search stream when its filter fails for some row: that row may
// be one that the statement never comes to.
func (f *scanFilter) failed(err error) error {
	if f.scan.x.ctx.Err() != nil {
		return err
	}
	f.broken = true
	return nil
}

// streamed takes note of what a search has cost beyond one without a filter.
func (f *scanFilter) streamed(pulled int, n index.Counters) {
	cost := lookupCost*max(pulled-f.scan.limit, 0) + max(n.Candidates+n.Estimated-f.unfiltered(), 0)/measureCost
	f.cache.update(f.id, func(e *filterEntry) { e.spent += cost })
}

// String is a filter's line in EXPLAIN ANALYZE.
func (f *scanFilter) String() string {
	w := f.work
	line := fmt.Sprintf("streamed=%d exact=%d index=%d switched=%d pulled=%d", w.streamed, w.exact, w.index, w.switched, w.pulled)
	if f.ranges != nil {
		return line + fmt.Sprintf(" survivors=%d (by columns)", f.passed)
	}
	if f.sampled {
		line += fmt.Sprintf(" estimated=%.1f%%", 100*f.share)
	}
	if f.survives != nil {
		line += fmt.Sprintf(" survivors=%d", f.survives.count)
		if f.cached {
			line += " (cached)"
		}
	}
	return line
}

// keySet is a set of row keys. They are numbered from 1 upwards by the table,
// so a bit for each is small. It is not changed any more once it is shared.
type keySet struct {
	words []uint64
	count int
}

// mostKeys bounds a set's memory: 128 MiB.
const mostKeys = 1 << 30

// add is false for a key that cannot be in a set.
func (k *keySet) add(key int64) bool {
	if key < 0 || key >= mostKeys {
		return false
	}
	for at := int(key >> 6); at >= len(k.words); {
		k.words = append(k.words, 0)
	}
	if w, bit := &k.words[key>>6], uint64(1)<<(key&63); *w&bit == 0 {
		*w |= bit
		k.count++
	}
	return true
}

func (k *keySet) has(key int64) bool {
	at := uint64(key) >> 6
	return at < uint64(len(k.words)) && k.words[at]>>(uint64(key)&63)&1 != 0
}

// all goes through the keys in order.
func (k *keySet) all() iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for i, w := range k.words {
			for ; w != 0; w &= w - 1 {
				if !yield(int64(i)<<6 | int64(bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// without is a copy that lacks some keys.
func (k *keySet) without(keys []int64) *keySet {
	rest := &keySet{words: append([]uint64(nil), k.words...)}
	for _, key := range keys {
		if k.has(key) {
			rest.words[key>>6] &^= 1 << (key & 63)
		}
	}
	for _, w := range rest.words {
		rest.count += bits.OnesCount64(w)
	}
	return rest
}
