package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// syncer makes commits durable: it syncs the log on behalf of all who wait.
// SQLite itself, at synchronous=NORMAL, syncs only around checkpoints, and a
// sync of its own for every commit would be two milliseconds each.
type syncer struct {
	off     bool
	wal     *os.File             // open for life
	sync    func(*os.File) error // datasync, unless a test has other plans
	commits atomic.Uint64        // commits so far, counted by the WAL hook
	synced  atomic.Uint64        // of these, how many are known to be on disk

	mu      sync.Mutex
	current *round // under way
	next    *round // what those who come now wait for
	err     error  // the error that ended it all
	fatal   chan struct{}
}

// round is one sync and those who wait for it.
type round struct{ done chan struct{} }

func (s *syncer) open(db *DB) error {
	s.fatal, s.sync = make(chan struct{}), datasync
	if s.off = db.options.NoSync; s.off {
		return nil
	}
	var err error
	if s.wal, err = os.OpenFile(db.path+"-wal", os.O_RDWR, 0); err != nil {
		return err
	}
	// The names of new files must be durable before what is in them counts.
	for _, dir := range []string{db.dir, filepath.Dir(db.dir)} {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		err = d.Sync()
		d.Close()
		if err != nil {
			return err
		}
	}
	return s.sync(s.wal)
}

func (s *syncer) close() {
	if s.wal != nil {
		s.wal.Close()
	}
}

// SyncCommits returns once everything that was committed before the call is on
// disk. One sync serves all who wait for it. Once a sync has failed nothing can
// be promised any more: every call fails, and the server must stop (Fatal). A
// cancelled wait undoes nothing: the commit is visible and soon durable, so a
// caller that is to acknowledge it had better wait on.
func (db *DB) SyncCommits(ctx context.Context) error {
	s := &db.syncer
	if s.off || s.synced.Load() >= s.commits.Load() {
		return nil
	}
	s.mu.Lock()
	if s.err != nil {
		s.mu.Unlock()
		return s.err
	}
	if s.current == nil {
		r := &round{make(chan struct{})}
		s.current = r
		s.mu.Unlock()
		s.lead(r)
		return s.failed()
	}
	// The sync under way may have begun before our commit: wait for the next.
	if s.next == nil {
		s.next = &round{make(chan struct{})}
	}
	r := s.next
	s.mu.Unlock()
	select {
	case <-r.done:
		return s.failed()
	case <-ctx.Done():
		return userRequest.Caused(ctx.Err())
	}
}

// lead syncs for round r and sees to the round after it.
func (s *syncer) lead(r *round) {
	n := s.commits.Load()
	err := s.sync(s.wal)
	s.mu.Lock()
	if err == nil {
		s.synced.Store(n)
	} else if s.err == nil {
		// The kernel may have dropped the pages that it could not write, so a
		// second sync that succeeds would prove nothing.
		s.err = fmt.Errorf("could not sync the write-ahead log: %w", err)
		close(s.fatal)
	}
	s.current, s.next = s.next, nil
	if s.current != nil {
		go s.lead(s.current)
	}
	s.mu.Unlock()
	close(r.done)
}

func (s *syncer) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Fatal is closed when durability can no longer be promised; FatalError then
// says why.
func (db *DB) Fatal() <-chan struct{} { return db.syncer.fatal }

// FatalError is why Fatal is closed.
func (db *DB) FatalError() error { return db.syncer.failed() }
