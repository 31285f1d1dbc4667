package exec

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
)

// TestBackgroundSurvivesPanics: a defect in a task ends the task, not the server,
// and is told with where it was.
func TestBackgroundSurvivesPanics(t *testing.T) {
	var b background
	var out bytes.Buffer
	b.init(slog.New(slog.NewTextHandler(&out, nil)))
	b.start(func(context.Context) { panic("a defect") })
	ran := make(chan struct{})
	b.start(func(context.Context) { close(ran) })
	<-ran
	b.stop()
	if s := out.String(); !strings.Contains(s, "a defect") || !strings.Contains(s, "background_test.go") {
		t.Errorf("it was logged %q", s)
	}
}

// TestBackgroundStops: whoever starts tasks while the server stops has them ended
// and waited for, or not begun.
func TestBackgroundStops(t *testing.T) {
	for range 100 {
		var b background
		b.init(slog.New(slog.DiscardHandler))
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for b.start(func(ctx context.Context) { <-ctx.Done() }) {
				}
			})
		}
		b.stop()
		wg.Wait()
		if b.start(func(context.Context) { t.Error("begun after the end") }) {
			t.Error("a task was taken after the end")
		}
	}
}

// failingBuilder cannot build.
type failingBuilder struct {
	attempts int
	memory   int64
	panics   bool
}

func (b *failingBuilder) build(context.Context, index.Vectors, ivf.Progress) (savedIndex, error) {
	b.attempts++
	if b.panics {
		panic("a defect")
	}
	return nil, errors.New("no memory")
}

func (b *failingBuilder) within(memory int64) indexBuilder { b.memory = memory; return b }
func (b *failingBuilder) needs(int, int) int64             { return 1 << 40 }

func (b *failingBuilder) load(context.Context, io.Reader, int64, *index.Restoring) (savedIndex, error) {
	return nil, index.ErrStale
}

// TestFailedRestoreWaits: an index that cannot be built is not tried again by
// every search, and has the memory that it needs.
func TestFailedRestoreWaits(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (v vector(2))", "INSERT INTO t VALUES ('[1,2]')")
	c.rows("SELECT v FROM t ORDER BY v <-> '[0,0]' LIMIT 1")
	l := ts.held("t", "v")
	for _, panics := range []bool{false, true} {
		b := &failingBuilder{panics: panics}
		for range 3 {
			<-l.restore(ts.Server, 1, b)
		}
		if b.attempts != 1 || b.memory != 1<<40 {
			t.Errorf("%d attempts with %d bytes", b.attempts, b.memory)
		}
		l.mu.Lock()
		was := l.retries[1]
		was.at = time.Now()
		l.retries[1] = was
		l.mu.Unlock()
		<-l.restore(ts.Server, 1, b)
		l.mu.Lock()
		now := l.retries[1]
		l.mu.Unlock()
		if b.attempts != 2 || now.after != 2*was.after {
			t.Errorf("%d attempts, the next after %v, before after %v", b.attempts, now.after, was.after)
		}
		l.mu.Lock()
		delete(l.retries, 1)
		l.mu.Unlock()
		if !l.moving.TryLock() {
			t.Fatal("the build still holds the slots")
		}
		l.moving.Unlock()
	}
}

// TestRestoreNeedsItsMemory: lists that more than the default was allowed for can
// be trained again in the background.
func TestRestoreNeedsItsMemory(t *testing.T) {
	for _, lists := range []int{1, 1000, ivf.MaxLists} {
		b := ivfBuilder{o: ivf.Options{Lists: lists}}
		if need, before := b.needs(1<<20, 2000), b.within(1<<50).needs(1<<20, 2000); need < int64(lists)*4*2000 || before != 1<<50 {
			t.Errorf("%d lists need %d bytes, once built with 1<<50: %d", lists, need, before)
		}
	}
}
