package vectorops

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// InBlocks calls work for [0, n) in blocks of size grain on all processors,
// and stops between blocks when ctx is cancelled. The blocks are the same
// whatever the number of processors, so a work that combines its blocks'
// results in order is deterministic (invariant 4).
func InBlocks(ctx context.Context, n, grain int, work func(lo, hi int)) error {
	blocks := (n + grain - 1) / grain
	var next atomic.Int64
	run := func() {
		for ctx.Err() == nil {
			b := int(next.Add(1)) - 1
			if b >= blocks {
				return
			}
			work(b*grain, min((b+1)*grain, n))
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) - 1 {
		wg.Go(run)
	}
	run()
	wg.Wait()
	return ctx.Err()
}
