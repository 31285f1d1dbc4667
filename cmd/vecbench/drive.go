package main

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"

	"voronoi/exec/index"
)

// drive has clients ask every query each, each beginning with another one, and
// measures that. processorTime is what the process that searches has used so far.
func drive(ctx context.Context, processorTime func() time.Duration, clients int, truth [][]int64,
	open func(context.Context) (searcher, error)) (s sample, err error) {
	var all []searcher
	defer func() {
		for _, one := range all {
			err = errors.Join(err, one.close())
		}
	}()
	for range clients {
		one, err := open(ctx)
		if err != nil {
			return s, err
		}
		all = append(all, one)
		// What is done once for a client is no part of a query.
		if _, err := one.search(ctx, 0, nil); err != nil {
			return s, err
		}
	}
	n := len(truth)
	times, recalls, failed := make([]time.Duration, n*clients), make([]float64, n*clients), make([]error, clients)
	runtime.GC()
	var wait sync.WaitGroup
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	mallocs := memory.Mallocs
	began, spent := time.Now(), processorTime()
	for number, one := range all {
		wait.Go(func() {
			keys := make([]int64, 0, len(truth[0]))
			for j := range n {
				i := (j + number*n/clients) % n
				at := time.Now()
				keys, failed[number] = one.search(ctx, i, keys[:0])
				if failed[number] != nil {
					return
				}
				times[number*n+j] = time.Since(at)
				recalls[number*n+j] = index.Recall(truth[i], keys)
			}
		})
	}
	wait.Wait()
	took, used := time.Since(began), processorTime()-spent
	runtime.ReadMemStats(&memory)
	s.allocs = float64(memory.Mallocs-mallocs) / float64(n*clients)
	for _, r := range recalls {
		s.recall += r
	}
	s.recall /= float64(len(recalls))
	slices.Sort(times)
	s.qps = float64(len(times)) / took.Seconds()
	if used > 0 {
		s.perCPU = float64(len(times)) / used.Seconds()
	}
	s.p50, s.p99 = times[len(times)/2], times[len(times)*99/100]
	return s, errors.Join(failed...)
}
