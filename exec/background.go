package exec

import (
	"context"
	"sync"
)

// background is the work that the server does on its own account, until it is
// closed.
type background struct {
	ctx    context.Context
	cancel context.CancelFunc
	tasks  sync.WaitGroup
}

func (b *background) init() { b.ctx, b.cancel = context.WithCancel(context.Background()) }

// start runs a task.
func (b *background) start(task func(ctx context.Context)) {
	b.tasks.Add(1)
	go func() {
		defer b.tasks.Done()
		task(b.ctx)
	}()
}

// stop ends all tasks and waits for them.
func (b *background) stop() {
	b.cancel()
	b.tasks.Wait()
}
