package index

import (
	"context"
	"errors"
	"fmt"
)

// SearchOptions says how to search. The zero value is a search for everything,
// in order, by the access method's defaults.
type SearchOptions struct {
	// Context ends a search early; nil never does.
	Context context.Context
	// Limit is how many rows the caller expects to take. It may take more.
	Limit int
	// Allowed restricts the search to the keys for which it is true; nil allows
	// all.
	Allowed func(key int64) bool
	// Share is about what part of the keys is allowed; 0 is not known. With it an
	// index looks as far as the nearest of them may be.
	Share float64
	// Drawn is some slots of keys that are allowed, drawn evenly, Share being
	// known. With them an IVF index goes where those keys are.
	Drawn []Slot
	// Source reads the vectors that a search has to measure and that are not in
	// memory; it must see the snapshot that the search has. It is not used
	// where they are.
	Source Source
	// EfSearch is how many candidates an HNSW index keeps while it looks for the
	// nearest; 0 is 40. It is never less than Limit where neither Strict nor
	// MaxCandidates ends the search.
	EfSearch int
	// MaxCandidates bounds how many vectors an HNSW index measures before it
	// gives up looking for more rows; 0 is no bound.
	MaxCandidates int
	// Probes is how many lists an IVF index looks at first; 0 is 1.
	Probes int
	// MaxProbes bounds how many lists it goes on to when those are exhausted;
	// 0 is all.
	MaxProbes int
	// Refine is how many vectors an IVF index with codes measures exactly for
	// each row that the caller expects; 0 is as many as the errors of the codes
	// ask for, or 10 for an index that consists of codes.
	Refine int
	// Strict ends the search with what the first Probes lists or the first
	// EfSearch candidates gave, although more rows are wanted.
	Strict bool
}

// Err is the error of the context, or nil.
func (o *SearchOptions) Err() error {
	if o.Context == nil {
		return nil
	}
	return o.Context.Err()
}

// ErrClosed is the error of a cursor that was closed.
var ErrClosed = errors.New("cursor is closed")

// Counters is the work that a search has done so far.
type Counters struct {
	Lists      int // inverted lists probed
	Estimated  int // vectors measured by their codes
	Candidates int // vectors measured exactly
	Delivered  int // rows that Next returned
}

// String is the counters as EXPLAIN ANALYZE and tests print them.
func (c Counters) String() string {
	return fmt.Sprintf("lists=%d estimated=%d candidates=%d delivered=%d", c.Lists, c.Estimated, c.Candidates, c.Delivered)
}

// Cursor delivers the rows that a search finds. It works only while Next is
// called and belongs to one goroutine.
type Cursor interface {
	// Next is the next row: its key and the exact distance in the unit of the
	// metric's SQL operator. ok is false when there is none or the search
	// failed.
	Next() (key int64, distance float64, ok bool)
	// Err is why the search ended early, or nil.
	Err() error
	// Relaxed reports whether a row may have come after one that is farther.
	Relaxed() bool
	// Counters is the work done so far.
	Counters() Counters
	// Close ends the search and gives its memory to the next one. A cursor that
	// is not closed is merely garbage.
	Close()
}
