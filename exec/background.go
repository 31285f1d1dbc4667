package exec

import (
	"context"
	"log/slog"
	"runtime/debug"
	"sync"
)

// background is the work that the server does on its own account, until it is
// closed.
type background struct {
	ctx    context.Context
	cancel context.CancelFunc
	log    *slog.Logger

	mu      sync.Mutex // guards stopped, and that no task is added after it
	stopped bool
	tasks   sync.WaitGroup
}

func (b *background) init(log *slog.Logger) {
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.log = log
}

// start runs a task; false if the server does nothing any more. A panic ends the
// task alone: what it was to hand over or to give back, it does in deferred calls.
func (b *background) start(task func(ctx context.Context)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return false
	}
	b.tasks.Add(1)
	go func() {
		defer b.tasks.Done()
		defer func() {
			if p := recover(); p != nil {
				b.log.Error("panic in the background", "err", p, "stack", string(debug.Stack()))
			}
		}()
		task(b.ctx)
	}()
	return true
}

// stop ends all tasks and waits for them.
func (b *background) stop() {
	b.mu.Lock()
	b.stopped = true
	b.mu.Unlock()
	b.cancel()
	b.tasks.Wait()
}
