package storage

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"voronoi/internal/datum"
)

func TestReopen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by open")
	var metas []Meta
	for i := range 3 {
		db, err := Open(dir, Options{Logger: quiet})
		if err != nil {
			t.Fatal(err)
		}
		c, err := db.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
		}
		want(t, c, fmt.Sprint(i), "SELECT count(*) FROM t")
		exec(t, c, "INSERT INTO t VALUES (1)")
		m, err := c.Meta()
		if err != nil {
			t.Fatal(err)
		}
		metas = append(metas, m)
		db.Release(c)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Errorf("second Close: %v", err)
		}
	}
	if metas[0].Epoch == metas[1].Epoch || metas[1].Epoch == metas[2].Epoch {
		t.Errorf("an epoch came twice: %v", metas)
	}
}

func TestSecondServer(t *testing.T) {
	dir := t.TempDir()
	openDB(t, dir, Options{})
	_, err := Open(dir, Options{Logger: quiet})
	expected := fmt.Sprintf("data directory %q is in use by another server (pid %d)", dir, os.Getpid())
	if err == nil || err.Error() != expected {
		t.Errorf("got %v, want %s", err, expected)
	}
}

func TestForeignFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "voronoi.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{Logger: quiet}); err == nil {
		t.Error("a text file was opened")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	db := openDB(t, dir, Options{})
	c := acquire(t, db)
	exec(t, c, "UPDATE meta SET format = 99")
	db.Release(c)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{Logger: quiet}); err == nil || !strings.Contains(err.Error(), "newer than this server's") {
		t.Errorf("a newer format: %v", err)
	}
}

func TestMemoryIsRemoved(t *testing.T) {
	db, err := Open(Memory, Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(db.Dir()); !os.IsNotExist(err) {
		t.Errorf("the directory is still there: %v", err)
	}
}

// TestRelease: nothing of one user of a connection reaches the next.
func TestRelease(t *testing.T) {
	db := openMemory(t)
	c, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	c.Owner = t
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "INSERT INTO t VALUES (1)")
	for range 2 { // one cached, one compiled for this use alone
		s, err := c.Prepare("SELECT a FROM t WHERE a = ?")
		if err != nil {
			t.Fatal(err)
		}
		s.Bind(1, datum.Int(1))
		if row, err := s.Step(); !row || err != nil {
			t.Fatal(err)
		}
	}
	c.Interrupt()
	db.Release(c)
	d := acquire(t, db)
	if d != c {
		t.Fatal("the pool did not hand the connection out again")
	}
	if d.Owner != nil || d.InTransaction() || d.Interrupted() != nil || d.open != nil || d.active != 0 || d.pinned.Load() != 0 {
		t.Errorf("something was left: %v %v", d.Owner, d.Interrupted())
	}
	want(t, d, "0", "SELECT count(*) FROM t")
	if err := acquire(t, db).BeginImmediate(); err != nil {
		t.Errorf("the gate stayed closed: %v", err)
	}
}

func TestAcquireAfterClose(t *testing.T) {
	db, err := Open(Memory, Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Acquire(context.Background()); err == nil {
		t.Error("a closed database handed out a connection")
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := openMemory(t).Acquire(done); err == nil {
		t.Error("a cancelled context got a connection")
	}
}

// TestCollationOnDemand: a collation is known wherever the schema names it.
func TestCollationOnDemand(t *testing.T) {
	db := openDB(t, Memory, Options{Collations: map[string]func(a, b []byte) int{
		"by_length": func(a, b []byte) int { return len(a) - len(b) },
	}})
	c := acquire(t, db)
	exec(t, c, "CREATE TABLE t(a TEXT COLLATE by_length) STRICT")
	exec(t, c, "CREATE UNIQUE INDEX i ON t(a)")
	exec(t, c, "INSERT INTO t VALUES ('bb'), ('a'), ('ccc')")
	d := acquire(t, db)
	want(t, d, `"a";"bb";"ccc"`, "SELECT a FROM t ORDER BY a")
	if err := d.Exec("INSERT INTO t VALUES ('zz')"); !IsUnique(err) {
		t.Errorf("got %v", err)
	}
	if _, err := query(d, "SELECT 1 ORDER BY 1 COLLATE nosuch"); err == nil {
		t.Error("an unknown collation was accepted")
	}
}
