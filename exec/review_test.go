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
	// One of them fails, and then the other need not wait any more; which of
	// the two says so first is open.
	deadlocks := 0
	for range 2 {
		select {
		case err := <-failed:
			if pgerr.Code(err) == pgerr.DeadlockDetected {
				deadlocks++
			} else if err != nil {
				t.Error(err)
			}
		case <-time.After(3 * time.Second):
			t.Error("a deadlock was not found")
			a.interrupt(pgerr.New(pgerr.QueryCanceled, "test"))
			b.interrupt(pgerr.New(pgerr.QueryCanceled, "test"))
		}
	}
	if deadlocks != 1 {
		t.Errorf("%d of the two statements were told of the deadlock", deadlocks)
	}
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

// A failed transaction lets go of its locks before its ROLLBACK.
func TestFailedTransactionFreesLocks(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	c.exec("BEGIN", "SELECT pg_advisory_xact_lock(1)")
	c.query("SELECT 1/0")
	other.expect("SELECT pg_try_advisory_lock(1)", "t")
	c.exec("ROLLBACK")
}

// A new type of a column is checked against what holds for it.
func TestAlterTypeChecksConstraints(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE t (i int CHECK (i > 5))", "INSERT INTO t VALUES (6)")
	c.fails("23514", "", "ALTER TABLE t ALTER i TYPE int USING 1")
	c.exec("CREATE TABLE p (i int PRIMARY KEY)", "INSERT INTO p VALUES (1)", "CREATE TABLE f (i int REFERENCES p)", "INSERT INTO f VALUES (1)")
	c.fails("23503", "", "ALTER TABLE f ALTER i TYPE bigint USING 7")
	c.exec("CREATE TABLE n (i int NOT NULL)", "INSERT INTO n VALUES (1)")
	c.fails("23502", "", "ALTER TABLE n ALTER i TYPE bigint USING NULL")
}

func TestSuspendedPortals(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	ctx := context.Background()
	c.exec("CREATE TABLE t (i int, v vector(1))", "INSERT INTO t SELECT g, ARRAY[g]::real[]::vector FROM generate_series(1, 100) g")
	for _, iso := range []string{"", " ISOLATION LEVEL REPEATABLE READ"} {
		c.exec("BEGIN" + iso)
		c.Parse(ctx, "s", "SELECT i FROM t ORDER BY v <-> '[0]'", nil)
		c.Bind(ctx, "p", "s", nil)
		_, cols, _, _ := c.DescribeStatement(ctx, "s")
		r := &receiver{c: c}
		r.columns = cols
		if err := c.Execute(ctx, "p", 2, r); err != nil {
			t.Fatal(err)
		}
		c.exec("DELETE FROM t WHERE i < 50", "SAVEPOINT a", "DROP TABLE t")
		if err := c.Execute(ctx, "p", 0, r); err != nil || len(r.rows) != 100 || r.rows[99][0] != "100" {
			t.Error(iso, err, len(r.rows))
		}
		c.exec("ROLLBACK")
		c.CloseStatement("s")
	}
	c.exec("BEGIN", "DECLARE c CURSOR WITH HOLD FOR SELECT i FROM t ORDER BY i", "FETCH 1 FROM c", "TRUNCATE t", "COMMIT", "DROP TABLE t")
	c.expect("FETCH 2 FROM c", "2", "3")
	if n := len(ts.vectors.horizon.live); n != 0 {
		t.Errorf("%d snapshots are left", n)
	}
}

func TestForeignKeysOfOneTable(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE tree (i int PRIMARY KEY, up int REFERENCES tree ON DELETE CASCADE, v vector(1))",
		"INSERT INTO tree VALUES (3, 2, '[3]'), (2, 1, '[2]'), (1, NULL, '[1]'), (4, 4, '[4]')",
		"DELETE FROM tree WHERE i = 4", "DELETE FROM tree WHERE i = 1")
	c.expect("SELECT count(*) FROM tree", "0")
	c.expect("SELECT count(*) FROM knn('tree', '[0]')", "0")
	c.exec("CREATE TABLE a (i int PRIMARY KEY)", "CREATE TABLE b (i int DEFAULT 9 REFERENCES a ON DELETE SET DEFAULT)",
		"INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (1)")
	c.fails("23503", "", "DELETE FROM a")
	c.exec("INSERT INTO a VALUES (9)", "DELETE FROM a WHERE i = 1")
	c.expect("SELECT i FROM b", "9")
	c.exec("CREATE TABLE d (i int REFERENCES a DEFERRABLE INITIALLY DEFERRED)", "BEGIN", "INSERT INTO d VALUES (5)", "SAVEPOINT s", "INSERT INTO d VALUES (6)", "ROLLBACK TO s", "INSERT INTO a VALUES (5)", "COMMIT",
		"BEGIN", "DELETE FROM a WHERE i = 5", "INSERT INTO a VALUES (5)", "COMMIT")
	c.fails("23503", "", "DELETE FROM a WHERE i = 5")
	c.exec("BEGIN", "INSERT INTO d VALUES (7)", "DROP TABLE d", "COMMIT")
}
