// Package flat is exact search: every vector that is visible and allowed is
// measured.
//
// The first rows cost one pass over the vectors, which keeps as many nearest
// as the caller said it would take. If it takes more, a second pass keeps all
// the others and orders them as far as they are asked for, so that a scan
// without LIMIT delivers every row in order, ties by key, NaN last.
package flat

import (
	"voronoi/exec/index"
	"voronoi/vectorops"
)

// firstRows is how many nearest the first pass keeps when the caller did not
// say, and the least that it keeps.
const firstRows = 32

// maxHeapRows is up to where a heap of the nearest is better than keeping all.
const maxHeapRows = 4096

// Search looks at all vectors of a table that the snapshot seq sees. A query
// of another length than theirs is an *index.DimensionError.
func Search(t *index.Table, metric vectorops.Metric, seq index.Seq, query []float32, o index.SearchOptions) (index.Cursor, error) {
	return SearchView(t.View(), metric, seq, query, o)
}

// SearchView is Search in a view, which must have the vectors.
func SearchView(view index.View, metric vectorops.Metric, seq index.Seq, query []float32, o index.SearchOptions) (index.Cursor, error) {
	c := &cursor{view: view, seq: seq, options: o}
	if err := c.view.CheckQuery(query); err != nil {
		return nil, err
	}
	c.measure = index.NewMeasure(metric, &c.view, query)
	return c, nil
}

// SearchAmong looks at some slots of a view only, which ascend.
func SearchAmong(v index.View, metric vectorops.Metric, seq index.Seq, query []float32, slots []index.Slot, o index.SearchOptions) (index.Cursor, error) {
	c := &cursor{view: v, seq: seq, options: o, among: slots, some: true}
	if err := c.view.CheckQuery(query); err != nil {
		return nil, err
	}
	c.measure = index.NewMeasure(metric, &c.view, query).From(o.Source)
	return c, nil
}

type cursor struct {
	view     index.View
	seq      index.Seq
	options  index.SearchOptions
	measure  *index.Measure
	counters index.Counters
	err      error

	slots   []index.Slot // scratch
	among   []index.Slot // where only some are looked at
	some    bool
	passes  int
	nearest vectorops.TopK        // of the first pass
	first   []vectorops.Candidate // sorted, the delivered ones cut off
	last    vectorops.Candidate   // the last of the first pass
	rest    vectorops.Ranking     // of the second
}

func (c *cursor) Next() (int64, float64, bool) {
	if c.passes == 0 {
		c.firstPass()
	}
	if len(c.first) > 0 {
		next := c.first[0]
		c.first = c.first[1:]
		return c.deliver(next)
	}
	// A heap that did not fill had everything in it.
	if c.passes == 1 && c.nearest.Full() && c.err == nil {
		c.secondPass()
	}
	if next, ok := c.rest.Next(); ok {
		return c.deliver(next)
	}
	return 0, 0, false
}

func (c *cursor) deliver(next vectorops.Candidate) (int64, float64, bool) {
	if c.err != nil {
		return 0, 0, false
	}
	c.counters.Delivered++
	return next.Key, c.measure.Metric.FromRank(next.Rank), true
}

func (c *cursor) firstPass() {
	c.passes = 1
	c.nearest.Reset(min(max(c.options.Limit, firstRows), maxHeapRows))
	c.scan(func(candidate vectorops.Candidate) { c.nearest.Push(candidate) },
		// Almost all are beyond the threshold: see that before anything else.
		func(rank float64) bool { return c.nearest.Full() && rank > c.nearest.Last().Rank })
	c.first = c.nearest.Sorted()
	if n := len(c.first); n > 0 {
		c.last = c.first[n-1]
	}
}

func (c *cursor) secondPass() {
	c.passes = 2
	c.scan(func(candidate vectorops.Candidate) {
		if c.last.Before(candidate) {
			c.rest.Add(candidate)
		}
	}, func(rank float64) bool { return rank < c.last.Rank })
}

// scan offers every visible and allowed vector whose rank is not out.
func (c *cursor) scan(offer func(vectorops.Candidate), out func(rank float64) bool) {
	allVisible := c.view.AllVisible(c.seq)
	if c.some {
		c.scanAmong(allVisible, offer, out)
		return
	}
	for i := range c.view.Vectors().Chunks() {
		if c.err = c.options.Err(); c.err != nil {
			return
		}
		if c.options.Allowed != nil {
			c.scanAllowed(i, offer, out)
			continue
		}
		ranks, first := c.measure.Chunk(&c.view, i)
		c.counters.Candidates += len(ranks)
		for j, rank := range ranks {
			slot := first + index.Slot(j)
			if !out(rank) && (allVisible || c.view.Visible(slot, c.seq)) {
				offer(vectorops.Candidate{Rank: rank, Key: c.view.Key(slot)})
			}
		}
	}
}

// amongBlock is how many of some slots are measured at once.
const amongBlock = 1024

// scanAmong measures the slots that were named.
func (c *cursor) scanAmong(allVisible bool, offer func(vectorops.Candidate), out func(rank float64) bool) {
	for rest := c.among; len(rest) > 0; {
		if c.err = c.options.Err(); c.err != nil {
			return
		}
		block := rest[:min(amongBlock, len(rest))]
		rest = rest[len(block):]
		c.counters.Candidates += len(block)
		ranks := c.measure.Slots(&c.view, block)
		if c.err = c.measure.Err(); c.err != nil {
			return
		}
		for i, s := range block {
			if !out(ranks[i]) && (allVisible || c.view.Visible(s, c.seq)) {
				offer(vectorops.Candidate{Rank: ranks[i], Key: c.view.Key(s)})
			}
		}
	}
}

// scanAllowed measures those slots of a chunk that the filter allows.
func (c *cursor) scanAllowed(chunk int, offer func(vectorops.Candidate), out func(rank float64) bool) {
	rows, first := c.view.Vectors().ChunkRows(chunk)
	c.slots = c.slots[:0]
	for slot := index.Slot(first); slot < index.Slot(first+rows); slot++ {
		if c.options.Allowed(c.view.Key(slot)) && c.view.Visible(slot, c.seq) {
			c.slots = append(c.slots, slot)
		}
	}
	c.counters.Candidates += len(c.slots)
	for j, rank := range c.measure.Slots(&c.view, c.slots) {
		if !out(rank) {
			offer(vectorops.Candidate{Rank: rank, Key: c.view.Key(c.slots[j])})
		}
	}
}

func (c *cursor) Err() error               { return c.err }
func (c *cursor) Relaxed() bool            { return false }
func (c *cursor) Counters() index.Counters { return c.counters }

// Close ends the search.
func (c *cursor) Close() { c.err = index.ErrClosed }
