package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
)

// engine is the index packages without anything above them.
type engine struct {
	config *config
	data   *dataset
	truth  [][]int64
	table  *index.Table
	index  index.Index // nil for exact search
	known  facts
}

func newEngine(ctx context.Context, c *config, d *dataset, truth [][]int64) (*engine, error) {
	e := &engine{config: c, data: d, truth: truth}
	var err error
	if e.table, err = tableOf(d); err != nil {
		return nil, err
	}
	before := heap()
	began, spent := time.Now(), processorTime()
	if c.index == "exact" {
		return e, nil
	}
	method := methods[c.index]
	if method.build == nil || c.with != "" {
		return nil, errors.New("--mode engine measures no index that only SQL describes")
	}
	e.index, err = method.build(ctx, c, d.metric, e.table.View())
	e.known.build, e.known.buildCPU = time.Since(began), processorTime()-spent
	e.known.index = float64(heap()-before) / float64(d.base.Rows())
	return e, err
}

// heap is the memory in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func (e *engine) name() string { return "engine" }

func (e *engine) points() []point {
	var all []point
	for _, s := range e.config.settings() {
		all = append(all, point{s, 1})
	}
	return all
}

func (e *engine) measure(ctx context.Context, p point) (sample, error) {
	one := &engineSearcher{engine: e, options: index.SearchOptions{Limit: e.config.k, Probes: p.setting, EfSearch: p.setting}}
	s, err := drive(ctx, processorTime, p.clients, e.truth, func(context.Context) (searcher, error) { return one, nil })
	n := float64(one.searches)
	s.work.estimated, s.work.candidates = float64(one.work.Estimated)/n, float64(one.work.Candidates)/n
	return s, err
}

func (e *engine) facts() facts { return e.known }
func (e *engine) close() error { return nil }

type engineSearcher struct {
	engine   *engine
	options  index.SearchOptions
	searches int
	work     index.Counters
}

func (s *engineSearcher) search(_ context.Context, i int, dst []int64) ([]int64, error) {
	e := s.engine
	var cursor index.Cursor
	var err error
	if e.index == nil {
		cursor, err = flat.Search(e.table, e.data.metric, 0, e.data.query.Row(i), s.options)
	} else {
		cursor, err = e.index.Search(0, e.data.query.Row(i), s.options)
	}
	if err != nil {
		return dst, err
	}
	for range s.options.Limit {
		key, _, ok := cursor.Next()
		if !ok {
			break
		}
		dst = append(dst, key)
	}
	work := cursor.Counters()
	s.searches++
	s.work.Estimated += work.Estimated
	s.work.Candidates += work.Candidates
	err = cursor.Err()
	cursor.Close()
	return dst, err
}

func (s *engineSearcher) close() error { return nil }
