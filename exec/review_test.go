package exec

import (
	"context"
	"errors"
	"testing"
	"time"

	"voronoi/exec/lock"
	"voronoi/internal/pgerr"
)

// What a savepoint takes back must also be taken back in memory.
func TestRollbackToForgetsWhatDefinitionsLeft(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int, v vector(1))", "INSERT INTO t VALUES (1, '[1]'), (2, '[2]')",
		"CREATE INDEX kept ON t USING hnsw (v vector_l2_ops)")
	snap := ts.catalogs.current()
	rel := snap.Relation(snap.Relations()[0].OID)
	for _, r := range snap.Relations() {
		if r.Name == "t" {
			rel = r
		}
	}
	column := ts.vectors.column(rel, rel.Columns[1])

	c.exec("BEGIN", "SAVEPOINT a", "CREATE INDEX gone ON t USING hnsw (v vector_cosine_ops)", "ROLLBACK TO a")
	if n := len(column.table.Load().vectors.Indexes()); n != 1 {
		t.Errorf("%d indexes follow the column after ROLLBACK TO, want 1", n)
	}
	c.exec("COMMIT", "BEGIN", "SAVEPOINT a", "DROP TABLE t", "ROLLBACK TO a", "COMMIT")
	if ts.vectors.column(rel, rel.Columns[1]) != column {
		t.Error("a DROP TABLE that was rolled back made the column forgotten")
	}

	c.exec("BEGIN", "SAVEPOINT a", "CREATE TEMP TABLE x (i int)", "ROLLBACK TO a", "COMMIT", "CREATE TEMP TABLE y (i int)")
	c.expect("SELECT n.nspname LIKE 'pg_temp_%' FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE relname = 'y'", "t")
}

// DISCARD within a transaction must not lose it, or the writer lock with it.
func TestDiscardKeepsTheTransaction(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	c.exec("CREATE TABLE t (i int)", "CREATE TEMP TABLE x (i int)")
	c.exec("BEGIN", "INSERT INTO t VALUES (1)", "DISCARD TEMP", "INSERT INTO t VALUES (2)", "ROLLBACK",
		"BEGIN", "SAVEPOINT a", "DISCARD TEMP", "ROLLBACK TO a", "COMMIT")
	c.expect("SELECT count(*) FROM t", "0")
	c.expect("SELECT count(*) FROM x", "0")
	c.exec("BEGIN", "INSERT INTO t VALUES (1)", "DISCARD TEMP", "COMMIT")
	c.fails("42P01", "x", "SELECT * FROM x")
	c.expect("SELECT count(*) FROM t", "1")
	c.exec("CREATE TEMP TABLE x (i int)")
	c.fails("25001", "DISCARD ALL cannot run inside a transaction block", "BEGIN; DISCARD ALL")
	c.exec("ROLLBACK", "DISCARD ALL")
	c.fails("42P01", "x", "SELECT * FROM x")
	other.exec("SET lock_timeout = '2s'", "INSERT INTO t VALUES (3)")
}

// A plan with parameters is not one for a query string, however it was cached.
func TestQueryStringWithParameters(t *testing.T) {
	c := newServer(t).connect()
	if _, err := c.prepared("SELECT $1::int + 1", "5"); err != nil {
		t.Fatal(err)
	}
	c.fails("42P02", "there is no parameter $1", "SELECT $1::int + 1")
}

// RESTART holds although others ask for values before it is committed.
func TestSequenceRestartAgainstNextval(t *testing.T) {
	for _, end := range []string{"COMMIT", "ROLLBACK"} {
		ts := newServer(t)
		a, b := ts.connect(), ts.connect()
		a.exec("CREATE SEQUENCE s")
		a.expect("SELECT nextval('s')", "1")
		a.exec("BEGIN", "ALTER SEQUENCE s RESTART WITH 1000")
		done := make(chan float64)
		go func() { done <- b.number("SELECT nextval('s')") }()
		var early float64
		select {
		case early = <-done:
		case <-time.After(100 * time.Millisecond):
		}
		a.exec(end)
		if early == 0 {
			early = <-done
		}
		late := a.number("SELECT nextval('s')")
		if end == "COMMIT" && late < 1000 {
			t.Errorf("after RESTART WITH 1000: %v, then %v", early, late)
		}
		if end == "ROLLBACK" && (late > 1000 || late <= 1 || late == early) {
			t.Errorf("after RESTART was rolled back: %v, then %v", early, late)
		}
	}
}

// A statement that is cancelled before it has a connection to be interrupted on
// still ends.
func TestCancelBeforeTheConnection(t *testing.T) {
	c := newServer(t).connect()
	ctx, cancel := context.WithCancelCause(context.Background())
	c.exec("CREATE TABLE t (i int)", "BEGIN", "INSERT INTO t VALUES (1)")
	x, err := c.execute(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	x.close()
	reason := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	cancel(reason)
	if x, err = c.execute(ctx, nil, nil); err == nil {
		x.close()
		t.Error("a cancelled statement began")
	} else if !errors.Is(err, reason) && pgerr.Code(err) != pgerr.QueryCanceled {
		t.Error(err)
	}
	c.rollback()
}

// A cursor WITH HOLD does not outlive a transaction that failed to commit.
func TestHeldCursorOfFailedCommit(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE p (i int PRIMARY KEY)", "CREATE TABLE f (i int REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
		"BEGIN", "INSERT INTO f VALUES (1)", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM f")
	c.fails("23503", "violates foreign key", "COMMIT")
	c.fails("34000", `cursor "c" does not exist`, "FETCH c")
}

// A new column's constraints hold for the rows that there are.
func TestAddColumnChecksItsConstraints(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE p (i int PRIMARY KEY)", "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)")
	c.fails("23503", "violates foreign key", "ALTER TABLE t ADD COLUMN r int DEFAULT 7 REFERENCES p")
	c.fails("23514", "violated by some row", "ALTER TABLE t ADD COLUMN n int DEFAULT -1 CHECK (n > 0)")
	c.exec("ALTER TABLE t ADD COLUMN n int DEFAULT 1 CHECK (n > 0)")
}

// What a foreign key's action writes obeys the referencing table's rules.
func TestCascadeObeysChecks(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE p (i int PRIMARY KEY)",
		"CREATE TABLE f (i int REFERENCES p ON UPDATE CASCADE CHECK (i < 10), twice int GENERATED ALWAYS AS (i * 2) STORED)",
		"INSERT INTO p VALUES (1)", "INSERT INTO f VALUES (1)", "UPDATE p SET i = 2")
	c.expect("SELECT i, twice FROM f", "2|4")
	c.fails("23514", "violates check constraint", "UPDATE p SET i = 20")
}

// A value of a sequence that waits for the writer is part of a deadlock as any
// other wait.
func TestNextvalDeadlock(t *testing.T) {
	ts := newServer(t)
	a, b := ts.connect(), ts.connect()
	a.exec("CREATE SEQUENCE s", "CREATE TABLE t (i int)", "BEGIN", "SELECT pg_advisory_xact_lock(1)")
	b.exec("BEGIN", "INSERT INTO t VALUES (1)")
	failed := make(chan error, 2)
	run := func(c *testClient, sql string) {
		_, err := c.query(sql)
		if err != nil {
			c.query("ROLLBACK")
		}
		failed <- err
	}
	go run(a, "SELECT nextval('s')")
	for !ts.waiting() {
		time.Sleep(time.Millisecond)
	}
	go run(b, "SELECT pg_advisory_xact_lock(1)")
	select {
	case err := <-failed:
		if pgerr.Code(err) != pgerr.DeadlockDetected {
			t.Error(err)
		}
	case <-time.After(3 * time.Second):
		t.Error("a deadlock was not found")
		a.interrupt(pgerr.New(pgerr.QueryCanceled, "test"))
		<-failed
	}
	<-failed
	a.query("ROLLBACK")
	b.query("ROLLBACK")
}

// waiting reports whether anybody waits for the writer lock.
func (ts *testServer) waiting() bool {
	for _, l := range ts.locks.List() {
		if l.Tag == lock.Writer && !l.Granted {
			return true
		}
	}
	return false
}

// An empty query string ends what was sent without a Sync before it.
func TestEmptyQueryEndsTheImplicitTransaction(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	c.exec("CREATE TABLE t (i int)")
	ctx := context.Background()
	if err := errors.Join(c.Parse(ctx, "", "INSERT INTO t VALUES (1)", nil), c.Bind(ctx, "", "", nil),
		c.Execute(ctx, "", 0, &receiver{c: c})); err != nil {
		t.Fatal(err)
	}
	c.exec("")
	other.expect("SELECT count(*) FROM t", "1")
}

// A log-ahead that was rolled back is written again before what others took from
// it can be lost.
func TestRolledBackLogIsWrittenAgain(t *testing.T) {
	ts := newServer(t)
	a, b := ts.connect(), ts.connect()
	a.exec("CREATE SEQUENCE s", "CREATE TABLE t (i int PRIMARY KEY)", "SELECT nextval('s')",
		"SELECT nextval('s') FROM generate_series(1, 32)", "BEGIN", "INSERT INTO t VALUES (0)", "SELECT nextval('s')")
	value := b.rows("SELECT nextval('s')")
	a.exec("ROLLBACK")
	b.exec("INSERT INTO t VALUES (" + value + ")")
	for _, rel := range ts.catalogs.current().Relations() {
		if rel.Sequence != nil {
			ts.counters.forget(rel.OID) // as a crash does
		}
	}
	if next := b.number("SELECT nextval('s')"); next <= b.number("SELECT i FROM t") {
		t.Errorf("value %v was given out twice", next)
	}
}
