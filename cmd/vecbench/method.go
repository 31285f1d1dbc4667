package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"voronoi/exec/index"
	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
	"voronoi/vectorops"
)

// method is a way to search.
type method struct {
	setting string                                                                            // that trades rate for recall; "" if there is none
	values  func(*config) numbers                                                             // that the setting takes in turn
	options func(*config) string                                                              // of CREATE INDEX
	build   func(context.Context, *config, vectorops.Metric, index.View) (index.Index, error) // nil: there is no index, or only by SQL
	factory func(c *config) string                                                            // the nearest that FAISS has
}

var methods = map[string]*method{
	"exact": {
		values:  func(*config) numbers { return numbers{0} },
		factory: func(*config) string { return "Flat" },
	},
	"ivfflat": {
		setting: "ivfflat.probes",
		values:  func(c *config) numbers { return c.probes },
		options: func(c *config) string { return fmt.Sprintf("lists = %d", c.lists) },
		build: func(ctx context.Context, c *config, m vectorops.Metric, v index.View) (index.Index, error) {
			return ivf.Build(ctx, v, ivf.Options{Metric: m, Lists: c.lists}, nil)
		},
		factory: func(c *config) string { return fmt.Sprintf("IVF%d,Flat", c.lists) },
	},
	// Of the methods with codes only SQL can make an index as a user does.
	"ivfpq": {
		setting: "ivfpq.probes",
		values:  func(c *config) numbers { return c.probes },
		options: func(c *config) string { return fmt.Sprintf("lists = %d, m = %d", c.lists, c.parts) },
		factory: func(c *config) string { return fmt.Sprintf("IVF%d,PQ%dx4fs,RFlat", c.lists, c.parts) },
	},
	"pq": {
		setting: "ivfpq.rerank",
		values:  func(c *config) numbers { return c.rerank },
		options: func(c *config) string { return fmt.Sprintf("m = %d", c.parts) },
		factory: func(c *config) string { return fmt.Sprintf("PQ%dx4fs,RFlat", c.parts) },
	},
	"hnsw": {
		setting: "hnsw.ef_search",
		values:  func(c *config) numbers { return c.ef },
		options: func(c *config) string { return fmt.Sprintf("m = %d, ef_construction = %d", c.m, c.construction) },
		build: func(ctx context.Context, c *config, m vectorops.Metric, v index.View) (index.Index, error) {
			return hnsw.Build(ctx, v, hnsw.Options{Metric: m, M: c.m, EfConstruction: c.construction}, nil)
		},
		factory: func(c *config) string { return fmt.Sprintf("HNSW%d", c.m) },
	},
}

func methodNames() []string { return slices.Sorted(maps.Keys(methods)) }

// settings are the values that the index's setting takes in turn; an exact
// search has none, which is one.
func (c *config) settings() []int { return methods[c.index].values(c) }

// options of CREATE INDEX.
func (c *config) options() string {
	if c.with != "" {
		return c.with
	}
	return methods[c.index].options(c)
}

// describeIndex is the index with its options.
func (c *config) describeIndex() string {
	if c.index == "exact" {
		return "none"
	}
	return fmt.Sprintf("%s (%s)", c.index, c.options())
}
