package storage

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"voronoi/internal/datum"
)

// TestGroupSync: commits that come while a sync is under way share the next.
func TestGroupSync(t *testing.T) {
	db := openDB(t, t.TempDir(), Options{})
	c := acquire(t, db)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	var syncs atomic.Int64
	begun, proceed := make(chan struct{}, 100), make(chan struct{})
	db.syncer.sync = func(f *os.File) error {
		syncs.Add(1)
		begun <- struct{}{}
		<-proceed
		return datasync(f)
	}
	ctx := context.Background()
	results := make(chan error, 100)
	exec(t, c, "INSERT INTO t VALUES (0)")
	go func() { results <- db.SyncCommits(ctx) }()
	<-begun
	const waiters = 20
	var waiting sync.WaitGroup
	for i := range waiters {
		exec(t, c, "INSERT INTO t VALUES (?)", datum.Int(int64(i)))
		waiting.Add(1)
		go func() {
			waiting.Done()
			results <- db.SyncCommits(ctx)
		}()
	}
	waiting.Wait()
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if err := db.SyncCommits(cancelled); err == nil {
		t.Error("a cancelled wait succeeded")
	}
	close(proceed)
	for range waiters + 1 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	// A waiter that was slow to arrive may need a third.
	if n := syncs.Load(); n < 2 || n > 3 {
		t.Errorf("%d syncs for %d commits", n, waiters+1)
	}
	before := syncs.Load()
	if err := db.SyncCommits(ctx); err != nil || syncs.Load() != before {
		t.Errorf("a sync without a commit: %v", err)
	}
}

// TestSyncFailure: after a failed sync nothing is promised any more.
func TestSyncFailure(t *testing.T) {
	db := openDB(t, t.TempDir(), Options{})
	c := acquire(t, db)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	broken := errors.New("input/output error")
	db.syncer.sync = func(*os.File) error { return broken }
	if err := db.SyncCommits(t.Context()); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	select {
	case <-db.Fatal():
	default:
		t.Error("Fatal is not closed")
	}
	if !errors.Is(db.FatalError(), broken) {
		t.Errorf("FatalError: %v", db.FatalError())
	}
	db.syncer.sync = datasync
	exec(t, c, "INSERT INTO t VALUES (1)")
	if err := db.SyncCommits(t.Context()); !errors.Is(err, broken) {
		t.Errorf("a later call: %v", err)
	}
}
