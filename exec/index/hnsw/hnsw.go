package hnsw

import (
	"context"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// Metric is the metric that the index serves.
func (x *Index) Metric() vectorops.Metric { return x.options.Metric }

// Options is what the index was built with.
func (x *Index) Options() Options { return x.options }

// Covered is a view with the slots that the index has taken in.
func (x *Index) Covered() index.View { return x.covered }

// Insert takes in a slot. The graph measures against vectors that are in memory.
func (x *Index) Insert(view index.View, s index.Slot, _ []float32) {
	st := x.state.Load()
	st.g.grow(int(s) + 1)
	// Without a deadline, inserting has no way to fail.
	_ = newBuilder(x.options, view, st.g).insert(context.Background(), s, 1)
	x.covered = view
}

// Bytes is the memory that the graph has allocated.
func (x *Index) Bytes() int64 { return x.state.Load().g.bytes() }

// Levels is the number of nodes whose top layer is each layer, dead ones
// included.
func (x *Index) Levels() []int {
	st := x.state.Load()
	view := st.view.Now()
	var levels []int
	for s := range index.Slot(view.Len()) {
		level := st.g.level(s)
		for len(levels) <= level {
			levels = append(levels, 0)
		}
		if level >= 0 {
			levels[level]++
		}
	}
	return levels
}
