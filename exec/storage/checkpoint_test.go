package storage

import (
	"os"
	"runtime"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func walSize(t *testing.T, db *DB) int64 {
	t.Helper()
	fi, err := os.Stat(db.path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	return fi.Size()
}

func TestCheckpoint(t *testing.T) {
	db := openDB(t, t.TempDir(), Options{})
	c, d := acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(a BLOB) STRICT")
	if err := d.BeginRead(); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "INSERT INTO t VALUES (zeroblob(1000000))")
	if err := db.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if n := walSize(t, db); n < 1000000 {
		t.Errorf("the log was cut off under a snapshot: %d", n)
	}
	want(t, d, "0", "SELECT count(*) FROM t")
	if err := d.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if n := walSize(t, db); n != 0 {
		t.Errorf("log of %d bytes", n)
	}
	want(t, d, "1", "SELECT count(*) FROM t")
	// What comes after the cut is as durable as what came before.
	exec(t, c, "INSERT INTO t VALUES (zeroblob(10))")
	if err := db.SyncCommits(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestBoundedLog: a steady writer beside short readers does not make the log
// grow without end.
func TestBoundedLog(t *testing.T) {
	db := openDB(t, t.TempDir(), Options{NoSync: true})
	c := acquire(t, db)
	exec(t, c, "CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB) STRICT")
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		d, err := db.Acquire(t.Context())
		if err != nil {
			done <- err
			return
		}
		defer db.Release(d)
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if _, err := query(d, "SELECT count(*), max(id) FROM t"); err != nil {
				done <- err
				return
			}
		}
	}()
	const pages = 3 * truncatePages
	for i := range pages / 64 {
		if err := c.BeginImmediate(); err != nil {
			t.Fatal(err)
		}
		exec(t, c, "INSERT OR REPLACE INTO t VALUES (?, zeroblob(?))", datum.Int(int64(i%8)), datum.Int(64*pageSize))
		if err := c.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := walSize(t, db); n > 2*truncatePages*pageSize {
		t.Errorf("the log grew to %d MiB", n>>20)
	}
}

// TestOldSnapshotCancelled: past the bound the oldest snapshot goes.
func TestOldSnapshotCancelled(t *testing.T) {
	told := make(chan *Conn, 10)
	db := openDB(t, t.TempDir(), Options{NoSync: true, WALBound: 1, OnSnapshotTooOld: func(c *Conn) {
		select {
		case told <- c:
		default:
		}
	}})
	c, old, young := acquire(t, db), acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB) STRICT")
	if err := old.BeginRead(); err != nil {
		t.Fatal(err)
	}
	db.checkpointer.tick.Add(oldTicks)
	exec(t, c, "INSERT INTO t VALUES (0, NULL)")
	if err := young.BeginRead(); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if err := c.BeginImmediate(); err != nil {
			t.Fatal(err)
		}
		exec(t, c, "INSERT OR REPLACE INTO t VALUES (1, zeroblob(?))", datum.Int(2<<20+int64(i)))
		if err := c.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	if got := <-told; got != old {
		t.Error("another than the oldest was named")
	}
	if _, err := query(old, "SELECT count(*) FROM t"); pgerr.Code(err) != pgerr.SerializationFailure {
		t.Errorf("the old snapshot still reads: %v", err)
	}
	if err := old.Rollback(); err != nil {
		t.Error(err)
	}
}

// TestCloseBesideWriter: neither an idle writer nor the checkpoint that waits for
// it keeps the database from closing.
func TestCloseBesideWriter(t *testing.T) {
	db, err := Open(t.TempDir(), Options{NoSync: true, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	c, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(); err != nil { // the writer's own, too, does not wait
		t.Fatal(err)
	}
	waiting := make(chan error)
	go func() { waiting <- db.checkpointer.truncate(true) }()
	for {
		db.gate.mu.Lock()
		begun := db.gate.checkpoint
		db.gate.mu.Unlock()
		if begun {
			break
		}
		runtime.Gosched()
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if err := <-waiting; err != nil {
		t.Error(err)
	}
	db.Release(c)
}
