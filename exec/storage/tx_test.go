package storage

import (
	"errors"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func TestSnapshots(t *testing.T) {
	db := openMemory(t)
	c, d := acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	if err := d.BeginRead(); err != nil {
		t.Fatal(err)
	}
	m0, _ := d.Meta()
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "INSERT INTO t VALUES (1)")
	m1 := Meta{m0.CatalogVersion + 1, m0.CommitSeq + 1, m0.Epoch}
	if err := c.SetMeta(m1); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.Meta(); got != m1 {
		t.Errorf("the writer sees meta %v", got)
	}
	if err := c.Commit(); err != nil {
		t.Fatal(err)
	}
	want(t, d, "0", "SELECT count(*) FROM t")
	if got, _ := d.Meta(); got != m0 {
		t.Errorf("the snapshot's meta moved to %v", got)
	}
	if err := d.Commit(); err != nil {
		t.Fatal(err)
	}
	want(t, d, "1", "SELECT count(*) FROM t")
	if got, _ := d.Meta(); got != m1 {
		t.Errorf("after the snapshot: %v", got)
	}
}

func TestOneWriter(t *testing.T) {
	db := openMemory(t)
	c, d := acquire(t, db), acquire(t, db)
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	err := d.BeginImmediate()
	if pgerr.Code(err) != pgerr.LockNotAvailable {
		t.Errorf("second writer: %v", err)
	}
	if err := c.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := d.BeginImmediate(); err != nil {
		t.Errorf("after the first: %v", err)
	}
	if err := d.Exec("COMMIT"); err != nil { // by its text, too, it frees the gate
		t.Error(err)
	}
	if err := c.BeginImmediate(); err != nil {
		t.Error(err)
	}
}

// TestCommitBesideRead: a statement that still runs does not keep the writer's
// place, and keeps its snapshot.
func TestCommitBesideRead(t *testing.T) {
	db := openMemory(t)
	c, d := acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	exec(t, c, "INSERT INTO t VALUES (1), (2)")
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	s, err := c.Prepare("SELECT a FROM t")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if row, err := s.Step(); !row || err != nil {
		t.Fatal(err)
	}
	if err := c.Commit(); err != nil {
		t.Fatal(err)
	}
	if c.pinned.Load() == 0 {
		t.Error("the running statement's snapshot is not noted")
	}
	if err := d.BeginImmediate(); err != nil {
		t.Errorf("the gate stayed closed: %v", err)
	}
	s.Reset()
	if c.pinned.Load() != 0 {
		t.Error("a snapshot is noted that is gone")
	}
}

func TestBusySnapshot(t *testing.T) {
	db := openMemory(t)
	c, d := acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	if err := d.BeginRead(); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "INSERT INTO t VALUES (1)")
	for range 2 {
		err := d.Upgrade()
		if !IsBusySnapshot(err) || pgerr.Code(err) != pgerr.SerializationFailure {
			t.Errorf("got %v", err)
		}
	}
	want(t, d, "0", "SELECT count(*) FROM t")
	if err := d.Rollback(); err != nil {
		t.Error(err)
	}
	if err := d.BeginRead(); err != nil {
		t.Error(err)
	}
	for range 2 {
		if err := d.Upgrade(); err != nil {
			t.Errorf("with a snapshot that is current: %v", err)
		}
	}
	if err := c.BeginImmediate(); pgerr.Code(err) != pgerr.LockNotAvailable {
		t.Errorf("beside an upgraded writer: %v", err)
	}
	exec(t, d, "INSERT INTO t VALUES (2)")
	if err := d.Commit(); err != nil {
		t.Error(err)
	}
	if err := c.BeginRead(); err != nil {
		t.Error(err)
	}
	m, _ := c.Meta()
	m.CommitSeq++
	if err := c.SetMeta(m); err != nil || d.BeginImmediate() == nil {
		t.Errorf("SetMeta did not make the writer: %v", err)
	}
	if err := c.Commit(); err != nil {
		t.Error(err)
	}
	want(t, c, "2", "SELECT count(*) FROM t")
}

func TestSavepoints(t *testing.T) {
	c := openConn(t)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	step := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	step(c.BeginImmediate())
	m, err := c.Meta()
	step(err)
	exec(t, c, "INSERT INTO t VALUES (1)")
	step(c.Savepoint(`a "quoted" name`))
	exec(t, c, "INSERT INTO t VALUES (2)")
	step(c.SetMeta(Meta{9, 9, 9}))
	step(c.RollbackTo(`a "quoted" name`))
	if got, _ := c.Meta(); got != m {
		t.Errorf("meta after RollbackTo: %v", got)
	}
	exec(t, c, "INSERT INTO t VALUES (3)")
	step(c.ReleaseSavepoint(`a "quoted" name`))
	step(c.Commit())
	want(t, c, "1;3", "SELECT a FROM t")
}

// TestInterruptedWrite holds rule R4.
func TestInterruptedWrite(t *testing.T) {
	db := openMemory(t)
	c, d := acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	err := c.CreateFunction(Function{Name: "cancel", Args: 1, Scalar: func(c *Conn, a []datum.Datum) (datum.Datum, error) {
		if a[0].Int() == 5000 {
			c.Interrupt()
		}
		return a[0], nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.BeginImmediate(); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "INSERT INTO t VALUES (1)")
	err = c.Exec("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO t SELECT cancel(i) FROM n")
	if !errors.Is(err, userRequest) {
		t.Fatalf("got %v", err)
	}
	if c.InTransaction() {
		t.Error("the transaction outlived its cancelled write")
	}
	if err := d.BeginImmediate(); err != nil {
		t.Errorf("the gate stayed closed: %v", err)
	}
	if err := c.Rollback(); err != nil {
		t.Errorf("Rollback afterwards: %v", err)
	}
	c.ClearInterrupt()
	want(t, c, "0", "SELECT count(*) FROM t")
}

// TestVacuum: the settings leave VACUUM possible.
func TestVacuum(t *testing.T) {
	c := openConn(t)
	exec(t, c, "CREATE TABLE t(id INTEGER PRIMARY KEY, a BLOB) STRICT")
	exec(t, c, "INSERT INTO t VALUES (7, zeroblob(100000)), (9, NULL)")
	exec(t, c, "DELETE FROM t WHERE id = 7")
	exec(t, c, "VACUUM")
	want(t, c, "9", "SELECT id FROM t")
}
