package exec

import (
	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/planner"
	"voronoi/vectorops"
)

// batchSearch answers the exact searches of a LATERAL subquery some at a time.
// The vectors that will be searched for are read ahead from where the outer rows
// have them (planner.VectorScan.Batch), and measured together: each vector is
// read from memory once for all of them. Should the outer rows come in another
// order, or only some of them, the search gives up reading ahead.
type batchSearch struct {
	src     rowSource
	k       int
	answers map[string][]vectorops.Candidate // by the stored query
	missed  int
}

const (
	batchQueries = 64 // read ahead at a time
	leastBatch   = 4  // fewer are not worth it
	mostMissed   = 2  // batches without the query that comes
	// mostBatchRows is up to how many rows of each query are found ahead.
	mostBatchRows = 256
	mostAnswers   = 1 << 14 // queries whose answers are kept
)

// batched is the cursor of a search that was answered ahead; nil where it has to
// be searched for by itself.
func (s *scan) batched(query datum.Datum) (index.Cursor, error) {
	p, l := s.plan, s.column
	if p.Batch == nil || p.Column.Type != oid.Vector || s.idx != nil || s.filter != nil || !l.inMemory() || s.writing() ||
		s.limit < 1 || s.limit > mostBatchRows {
		return nil, nil
	}
	b := s.x.batches[p]
	if b == nil {
		if s.x.batches == nil {
			s.x.batches = map[*planner.VectorScan]*batchSearch{}
		}
		b = &batchSearch{k: s.limit, answers: map[string][]vectorops.Candidate{}}
		s.x.batches[p] = b
		src, err := s.x.query(p.Batch, nil)
		if err != nil {
			b.missed = mostMissed
			return nil, nil // the statement itself meets the error, if it comes to it
		}
		b.src = src
		s.x.open = append(s.x.open, b)
	}
	answer, ok := b.answers[string(query.Bytes())]
	if !ok && b.missed < mostMissed {
		if err := b.more(s); err != nil {
			return nil, err
		}
		answer, ok = b.answers[string(query.Bytes())]
	}
	if !ok {
		b.missed++
		return nil, nil
	}
	return &batchCursor{scan: s, query: query, answer: answer, all: len(answer) < b.k}, nil
}

// more reads ahead and searches.
func (b *batchSearch) more(s *scan) error {
	view := s.column.vectors.View()
	queries := vectorops.NewMatrix(batchQueries, view.Dims())
	var keys []string
	for len(keys) < batchQueries {
		row, err := b.src.next()
		if err != nil || row == nil {
			break // an error is the statement's own to meet
		}
		if row[0].IsNull() || datum.VectorDims(row[0]) != view.Dims() {
			continue
		}
		if key := string(row[0].Bytes()); b.answers[key] == nil {
			copy(queries.Row(len(keys)), datum.VectorFloats(row[0]))
			keys = append(keys, key)
		}
	}
	if len(keys) < leastBatch {
		b.missed = mostMissed
		return nil
	}
	answers, err := flat.SearchBatch(liveContext{s.x}, view, metricOf(s.plan.Metric), s.seq(), queries.Slice(0, len(keys)), b.k)
	if err != nil {
		return canceled(s.x.ctx, err)
	}
	if len(b.answers) > mostAnswers {
		clear(b.answers)
	}
	for i, key := range keys {
		b.answers[key] = answers[i]
	}
	s.counters.Candidates += len(keys) * view.Len()
	return nil
}

func (b *batchSearch) close() {
	if b.src != nil {
		b.src.close()
		b.src = nil
	}
}

// batchCursor delivers an answer that was found ahead, and searches for what is
// wanted beyond it.
type batchCursor struct {
	scan      *scan
	query     datum.Datum
	answer    []vectorops.Candidate
	all       bool // there are no other rows
	at        int
	beyond    index.Cursor
	err       error
	delivered int
}

func (c *batchCursor) Next() (int64, float64, bool) {
	metric := metricOf(c.scan.plan.Metric)
	switch {
	case c.at < len(c.answer):
		next := c.answer[c.at]
		c.at++
		c.delivered++
		return next.Key, metric.FromRank(next.Rank), true
	case c.all || c.err != nil:
		return 0, 0, false
	case c.beyond == nil:
		o := index.SearchOptions{Context: liveContext{c.scan.x}, Limit: 4 * len(c.answer)}
		vec := append([]float32(nil), datum.VectorFloats(c.query)...)
		if c.beyond, c.err = flat.Search(c.scan.column.vectors, metric, c.scan.seq(), vec, o); c.err != nil {
			return 0, 0, false
		}
		for range c.answer {
			c.beyond.Next()
		}
	}
	key, distance, ok := c.beyond.Next()
	if ok {
		c.delivered++
	}
	return key, distance, ok
}

func (c *batchCursor) Err() error {
	if c.err == nil && c.beyond != nil {
		return c.beyond.Err()
	}
	return c.err
}

func (c *batchCursor) Relaxed() bool { return false }

func (c *batchCursor) Counters() index.Counters {
	var n index.Counters
	if c.beyond != nil {
		n = c.beyond.Counters()
	}
	n.Delivered = c.delivered
	return n
}

func (c *batchCursor) Close() {
	if c.beyond != nil {
		c.beyond.Close()
	}
}
