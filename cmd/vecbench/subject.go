package main

import (
	"context"
	"time"
)

// subject is what is measured.
type subject interface {
	// name is a row's first column.
	name() string
	// points are what to measure.
	points() []point
	// measure asks all queries at one point.
	measure(ctx context.Context, p point) (sample, error)
	// facts are known once everything has been measured.
	facts() facts
	close() error
}

// point is one setting of the index, and how many clients ask at once.
type point struct{ setting, clients int }

// sample is what one measurement gave.
type sample struct {
	recall, qps float64
	perCPU      float64       // queries a second of processor time of the process; 0 where it is not known
	p50, p99    time.Duration // 0 where single queries were not timed
	work        work          // of one query, on average; 0 where it is not known
	allocs      float64       // objects allocated for a query; 0 where it is not known
}

// facts are what is not measured by queries; 0 where it is not known.
type facts struct {
	copyRows  float64       // rows a second by binary COPY into a table without indexes
	build     time.Duration // of the index
	buildCPU  time.Duration // the same in processor time
	index     float64       // bytes of the index for each vector, the vector not counted
	resident  int64         // bytes of the process when all was done
	firstTime time.Duration // from the start of a server to the first answer by the index
	roundTrip time.Duration // of a prepared statement without work, median
}

// searcher is one client of a subject.
type searcher interface {
	// search appends the keys of the nearest vectors of query number i.
	search(ctx context.Context, i int, dst []int64) ([]int64, error)
	close() error
}
