package storage

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"voronoi/internal/pgerr"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// checkpointPages is how long the log grows before its pages are copied
	// into the database: 16 MiB.
	checkpointPages = 16 << 20 / pageSize
	// truncatePages is the length past which the log is also cut off, which
	// holds the writer up for a moment: 64 MiB.
	truncatePages = 64 << 20 / pageSize
	// truncateWait is how long a truncating checkpoint waits for readers to
	// leave the log, and with it how long a writer may be held up; after a wait
	// in vain it leaves the writers alone for a tick.
	truncateWait = 20 * time.Millisecond
	// tickInterval is how often the checkpointer looks by itself.
	tickInterval = time.Second
	// oldTicks is the age from which on a snapshot may be cancelled: younger ones
	// end by themselves.
	oldTicks = 5
)

// checkpointer moves the log into the database file, in a goroutine and on a
// connection of its own: done inside a commit it would cost that one some
// milliseconds.
type checkpointer struct {
	db    *DB
	conn  *Conn
	mu    sync.Mutex   // one checkpoint at a time
	held  atomic.Int64 // the tick in which readers last kept the log from being emptied
	tick  atomic.Int64 // counts looks, from 1: the age of snapshots
	pages atomic.Int64 // length of the log after the last commit
	wake  chan struct{}
	quit  chan struct{}
	ended chan struct{}
}

func (k *checkpointer) init(db *DB) {
	k.db = db
	k.tick.Store(1)
	k.wake = make(chan struct{}, 1)
}

// start starts the goroutine.
func (k *checkpointer) start() {
	k.quit, k.ended = make(chan struct{}), make(chan struct{})
	go k.run(k.quit, k.ended)
}

var walFn = callable(walHook)

// walHook is called after each commit with the log's length in pages.
func walHook(_ *libc.TLS, arg, _, _ uintptr, pages int32) int32 {
	k := &(*Conn)(ptr(arg)).DB.checkpointer
	k.db.syncer.commits.Add(1)
	k.pages.Store(int64(pages))
	if pages >= checkpointPages {
		select {
		case k.wake <- struct{}{}:
		default:
		}
	}
	return sqlite3.SQLITE_OK
}

func (k *checkpointer) run(quit <-chan struct{}, ended chan<- struct{}) {
	defer close(ended)
	timer := time.NewTicker(tickInterval)
	defer timer.Stop()
	for {
		select {
		case <-quit:
			return
		case <-timer.C:
			k.tick.Add(1)
		case <-k.wake:
		}
		if k.pages.Load() < checkpointPages {
			continue
		}
		if err := k.checkpoint(); err != nil {
			k.db.log.Error("checkpoint", slog.Any("error", err))
		}
	}
}

// stop ends the goroutine.
func (k *checkpointer) stop() {
	if k.quit != nil {
		g := &k.db.gate
		g.mu.Lock()
		g.closing = true
		g.mu.Unlock()
		g.changed.Broadcast()
		close(k.quit)
		<-k.ended
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conn != nil {
		k.conn.close()
		k.conn = nil
	}
}

// Checkpoint moves the log into the database file as far as snapshots allow,
// and empties it if they allow all and nobody is writing.
func (db *DB) Checkpoint() error {
	k := &db.checkpointer
	if err := k.copyLog(sqlite3.SQLITE_CHECKPOINT_PASSIVE); err != nil {
		return err
	}
	return k.truncate(false)
}

// checkpoint does what the log's length calls for.
func (k *checkpointer) checkpoint() error {
	if err := k.copyLog(sqlite3.SQLITE_CHECKPOINT_PASSIVE); err != nil {
		return err
	}
	if k.pages.Load() < truncatePages || k.held.Load() == k.tick.Load() {
		return nil
	}
	if err := k.truncate(true); err != nil {
		return err
	}
	if k.pages.Load()*pageSize > k.db.options.WALBound {
		k.cancelOldest()
	}
	return nil
}

// truncate empties the log, unless readers stay in it for too long. Without it
// a steady writer would keep the log growing: passive checkpoints never quite
// catch up. It waits for a writer to end, or else leaves the log to another
// time.
func (k *checkpointer) truncate(wait bool) error {
	g := &k.db.gate
	g.mu.Lock()
	if g.checkpoint || g.writer != nil && !wait {
		g.mu.Unlock()
		return nil
	}
	g.checkpoint = true
	for g.writer != nil && !g.closing {
		g.changed.Wait()
	}
	idle := g.writer == nil
	g.mu.Unlock()
	defer func() {
		g.mu.Lock()
		g.checkpoint = false
		g.mu.Unlock()
		g.changed.Broadcast()
	}()
	if !idle {
		return nil
	}
	return k.copyLog(sqlite3.SQLITE_CHECKPOINT_TRUNCATE)
}

// run1 runs one checkpoint. That readers or a writer kept it from finishing is
// no error.
func (k *checkpointer) copyLog(mode int32) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.conn == nil {
		c, err := k.db.connect()
		if err != nil {
			return err
		}
		sqlite3.Xsqlite3_busy_timeout(c.tls, c.db, int32(truncateWait/time.Millisecond))
		k.conn = c
	}
	c := k.conn
	rc := sqlite3.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, mode, c.out, c.out+4)
	switch rc & 0xff {
	case sqlite3.SQLITE_OK:
		if mode == sqlite3.SQLITE_CHECKPOINT_TRUNCATE {
			k.pages.Store(0)
		}
		return nil
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		if mode == sqlite3.SQLITE_CHECKPOINT_TRUNCATE {
			k.held.Store(k.tick.Load())
		}
		return nil
	}
	return c.error(rc, "checkpoint")
}

// cancelOldest ends the oldest snapshot if it is what keeps the log long: if the
// log has grown by its bound since the snapshot began. Without that the log is
// long for another reason, such as one large load.
func (k *checkpointer) cancelOldest() {
	db := k.db
	var oldest *Conn
	db.mu.Lock()
	for c := range db.inUse {
		if t := c.pinned.Load(); t != 0 && (oldest == nil || t < oldest.pinned.Load()) {
			oldest = c
		}
	}
	if oldest != nil && (k.tick.Load()-oldest.pinned.Load() < oldTicks ||
		(k.pages.Load()-oldest.pinnedPages.Load())*pageSize <= db.options.WALBound) {
		oldest = nil
	}
	if oldest != nil {
		oldest.InterruptWith(pgerr.New(pgerr.SerializationFailure, "canceling statement due to conflict with the checkpoint").
			WithDetail("The transaction's snapshot kept the write-ahead log from shrinking past its bound."))
	}
	db.mu.Unlock()
	if oldest == nil {
		return
	}
	db.log.Warn("an old snapshot was cancelled: the write-ahead log had reached its bound")
	if f := db.options.OnSnapshotTooOld; f != nil {
		f(oldest)
	}
}

// last empties the log as the database closes, through the anchor.
func (k *checkpointer) last() error {
	if k.db.private {
		return nil
	}
	c := k.db.anchor
	rc := sqlite3.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, sqlite3.SQLITE_CHECKPOINT_TRUNCATE, 0, 0)
	switch rc & 0xff {
	case sqlite3.SQLITE_OK, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return nil
	}
	return c.error(rc, "checkpoint")
}
