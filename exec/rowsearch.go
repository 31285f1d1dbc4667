package exec

import (
	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/vectorops"
)

// rowSearch is exact search by reading the rows: for columns whose vectors are
// not in memory, and for snapshots older than what is. It sees what the
// statement's connection sees, its own transaction's changes included.
//
// Each pass reads all rows and keeps the best that come after what was
// delivered, more of them each time: a search for few reads once, and one for
// everything needs memory for a bounded number of candidates only.
type rowSearch struct {
	rows     *rowVectors
	metric   vectorops.Metric
	format   vectorops.Format
	query    []float32
	norm     float32 // squared, of the query
	options  index.SearchOptions
	allowed  *keySet // nil without a filter
	counters index.Counters
	err      error

	keep    int // candidates of the next pass
	nearest vectorops.TopK
	first   []vectorops.Candidate // what is left of the last pass
	last    vectorops.Candidate   // the last one found so far
	started bool
	ended   bool // there is nothing behind last

	block vectorops.Matrix // rows read and not yet measured
	keys  []int64
	raw   []float32
	ranks []float64
	norms []float32
}

const (
	leastPassRows = 32
	mostPassRows  = 1 << 20
	passGrowth    = 64
	rowBlock      = 64 // rows measured at a time
)

// exactSearch searches all vectors of a column that a statement sees, in memory
// where they are, else by reading rows.
func (l *loadedColumn) exactSearch(rows func() *rowVectors, metric vectorops.Metric, seq index.Seq, query []float32, o index.SearchOptions, allowed *keySet) (index.Cursor, error) {
	if l.vectors != nil {
		view := l.vectors.View()
		if view.HasVectors() {
			return flat.SearchView(view, metric, seq, query, o)
		}
		if err := view.CheckQuery(query); err != nil {
			return nil, err
		}
	}
	return &rowSearch{
		rows: rows(), metric: metric, format: l.rows.typ.format, query: query, norm: l.rows.typ.format.SquaredNorm(query), options: o, allowed: allowed,
		keep: min(max(o.Limit, leastPassRows), mostPassRows),
	}, nil
}

func (c *rowSearch) Next() (int64, float64, bool) {
	for c.err == nil {
		if len(c.first) > 0 {
			next := c.first[0]
			c.first = c.first[1:]
			c.counters.Delivered++
			return next.Key, c.metric.FromRank(next.Rank), true
		}
		if c.ended {
			break
		}
		c.pass()
	}
	return 0, 0, false
}

// pass finds the next candidates.
func (c *rowSearch) pass() {
	c.nearest.Reset(c.keep)
	if c.raw == nil {
		c.block = vectorops.NewMatrix(rowBlock, len(c.query))
		c.raw, c.ranks, c.norms = make([]float32, rowBlock), make([]float64, rowBlock), make([]float32, rowBlock)
	}
	if c.err = c.read(); c.err != nil {
		return
	}
	c.measure()
	c.ended = !c.nearest.Full()
	c.first = c.nearest.Sorted()
	if n := len(c.first); n > 0 {
		c.last, c.started = c.first[n-1], true
	}
	c.keep = min(c.keep*passGrowth, mostPassRows)
}

// read offers every row that the filter allows: by their keys where they are
// few, else in a scan.
func (c *rowSearch) read() error {
	ctx := c.options.Context
	const fetchRows = 256
	if c.allowed != nil && c.allowed.sparse() {
		keys := make([]int64, 0, fetchRows)
		var wrong error
		fetch := func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := c.rows.Fetch(keys, func(at int, vec []float32) {
				if err := c.offer(keys[at], vec); err != nil {
					wrong = err
				}
			})
			keys = keys[:0]
			if err == nil {
				err = wrong
			}
			return err
		}
		for key := range c.allowed.all() {
			if keys = append(keys, key); len(keys) == fetchRows {
				if err := fetch(); err != nil {
					return err
				}
			}
		}
		return fetch()
	}
	return c.rows.each(ctx, func(key int64, vec []float32) error {
		if c.options.Allowed != nil && !c.options.Allowed(key) {
			return nil
		}
		return c.offer(key, vec)
	})
}

// offer adds a row to the block.
func (c *rowSearch) offer(key int64, vec []float32) error {
	if have, want := c.format.DimsOf(c.query), c.format.DimsOf(vec); have != want {
		return &index.DimensionError{Want: want, Have: have}
	}
	if n := len(c.keys); c.format == vectorops.Sparse {
		c.raw[n], c.norms[n] = c.metric.RawSparse(c.query, vec), c.format.SquaredNorm(vec)
	} else {
		copy(c.block.Row(n), vec)
	}
	if c.keys = append(c.keys, key); len(c.keys) == rowBlock {
		c.measure()
	}
	return nil
}

// measure ranks the block and keeps what is among the best.
func (c *rowSearch) measure() {
	n := len(c.keys)
	if n == 0 {
		return
	}
	if c.format != vectorops.Sparse {
		c.metric.Raw(c.raw[:n], c.query, c.block.Slice(0, n).Data)
		for i := 0; i < n && c.metric.UsesNorms(); i++ {
			c.norms[i] = vectorops.SquaredNorm(c.block.Row(i))
		}
	}
	c.metric.Rank(c.ranks[:n], c.raw[:n], c.norm, c.norms[:n])
	for i, rank := range c.ranks[:n] {
		if c.nearest.Full() && rank > c.nearest.Last().Rank {
			continue
		}
		candidate := vectorops.Candidate{Rank: rank, Key: c.keys[i]}
		if !c.started || c.last.Before(candidate) {
			c.nearest.Push(candidate)
		}
	}
	c.counters.Candidates += n
	c.keys = c.keys[:0]
}

func (c *rowSearch) Err() error               { return c.rows.typ.worded(c.err) }
func (c *rowSearch) Relaxed() bool            { return false }
func (c *rowSearch) Counters() index.Counters { return c.counters }

// Close ends the search.
func (c *rowSearch) Close() {
	c.err, c.first = index.ErrClosed, nil
}

// sparse reports whether a set has so few of the keys up to its last that
// looking each up is cheaper than a scan.
func (k *keySet) sparse() bool {
	const lookUp = 4 // costs as much as so many rows of a scan
	return k.count*lookUp < 64*len(k.words)
}
