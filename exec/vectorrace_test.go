package exec

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// TestReindexBesideOldSnapshots: what came and went while an index was built over
// vectors that are not in memory is not in it, but searches of snapshots that see
// it find it.
func TestReindexBesideOldSnapshots(t *testing.T) {
	ts := newServer(t)
	ts.limitMemory(250) // 1800 keys fit, 1800 × 64 floats do not
	c := ts.connect()
	loadDigits(c)
	c.exec("CREATE INDEX i ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 100)")
	p := ts.pause("REINDEX INDEX i", "performing k-means", "SELECT 1")
	c.exec("INSERT INTO digits SELECT 5000, label, v FROM digits WHERE id = 8")
	old := ts.connect()
	old.exec("BEGIN ISOLATION LEVEL REPEATABLE READ", "SET LOCAL ivfflat.probes = 100")
	old.expect("SELECT count(*) FROM digits WHERE id = 5000", "1")
	c.exec("DELETE FROM digits WHERE id = 5000")
	if err := p.resume(); err != nil {
		t.Fatal(describeError(err))
	}
	search := "SELECT id FROM digits ORDER BY v <-> (SELECT v FROM digits WHERE id = 8) LIMIT 2"
	old.expect(search, "8\n5000")
	old.exec("COMMIT", "SET ivfflat.probes = 100")
	old.expect(search, "8\n"+old.rows("SELECT id FROM digits WHERE id <> 8 ORDER BY (v <-> (SELECT v FROM digits WHERE id = 8)) + 0, id LIMIT 1"))
}

// TestWriteBehindTypeChange: who waits for ALTER TABLE to change a vector column
// writes to the column as it is then.
func TestWriteBehindTypeChange(t *testing.T) {
	for round := range 5 {
		ts := newServer(t)
		a, b, c := ts.connect(), ts.connect(), ts.connect()
		a.exec("CREATE TABLE t (id int, v vector(4))", "INSERT INTO t VALUES (1, '[1,1,1,1]'), (2, '[2,2,2,2]')")
		search := "SELECT id FROM t ORDER BY v <-> '[0,0,0,0]'"
		c.expect(search, "1\n2")
		a.exec("BEGIN", "ALTER TABLE t ALTER v TYPE halfvec(4)")
		b.exec("BEGIN")
		done := make(chan struct{})
		go func() {
			defer close(done)
			b.exec("INSERT INTO t VALUES (3, '[3,3,3,3]')")
		}()
		waitFor(t, "the insertion waits", ts.waiting)
		a.exec("COMMIT")
		<-done
		c.expect(search, "1\n2")
		b.exec("COMMIT")
		c.expect(search, "1\n2\n3")
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
		a.exec("BEGIN", "INSERT INTO t VALUES (4, '[4,4,4,4]')", "SAVEPOINT s", "ALTER TABLE t ALTER v TYPE vector(4)")
		a.expect(search, "1\n2\n3\n4")
		a.exec("ROLLBACK TO s", "INSERT INTO t VALUES (5, '[5,5,5,5]')")
		a.expect(search, "1\n2\n3\n4\n5")
		c.expect(search, "1\n2\n3")
		a.exec("COMMIT")
		a.expect(search, "1\n2\n3\n4\n5")
		a.exec("BEGIN", "DELETE FROM t WHERE id < 3", "ALTER TABLE t ALTER v TYPE vector(4)", "ROLLBACK")
		c.expect(search, "1\n2\n3\n4\n5")
	}
}

// TestVectorsGoDuringScan: a column gives up its vectors between the searches of
// one scan.
func TestVectorsGoDuringScan(t *testing.T) {
	for _, indexed := range []bool{false, true} {
		ts := newServer(t)
		c := ts.connect()
		loadDigits(c)
		if indexed {
			c.exec("CREATE INDEX ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 10)", "SET ivfflat.probes = 10")
		}
		query := "SELECT a.id, b.id FROM (SELECT * FROM digits WHERE id <= 300) a, LATERAL (SELECT id FROM digits ORDER BY v <-> a.v LIMIT 3) b"
		want := c.rows(query)
		ctx, part, rest := context.Background(), &receiver{c: c}, &receiver{c: c}
		if err := errors.Join(c.Parse(ctx, "", query, nil), c.Bind(ctx, "", "", nil)); err != nil {
			t.Fatal(describeError(err))
		}
		_, part.columns, _, _ = c.DescribeStatement(ctx, "")
		rest.columns = part.columns
		if err := c.Execute(ctx, "", 4, part); err != nil {
			t.Fatal(describeError(err))
		}
		if err := ts.asWriter(context.Background(), func() error {
			ts.held("digits", "v").vectors.ForgetVectors()
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := c.Execute(ctx, "", 0, rest); err != nil {
			t.Fatal(describeError(err))
		}
		if got := part.String() + "\n" + rest.String(); got != want {
			t.Errorf("indexed %v:\n%s\nwas\n%s", indexed, got, want)
		}
		if err := c.Sync(ctx); err != nil {
			t.Fatal(describeError(err))
		}
	}
}

// TestCommitsMeetLoads: a column that is dropped from memory and loaded again and
// again, while others commit, misses nothing.
func TestCommitsMeetLoads(t *testing.T) {
	ts := newServer(t)
	setup := ts.connect()
	const before, rows = 2000, 150
	setup.exec("CREATE TABLE t (id int, v vector(2))", "INSERT INTO t SELECT -i, '[-1,0]' FROM generate_series(1, "+itoa(before)+") AS s(i)")
	column := ts.column("t", "v")
	var wg sync.WaitGroup
	stop := make(chan struct{})
	reader := ts.connect()
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(8 * time.Millisecond):
				column.invalidate()
				reader.rows("SELECT id FROM t ORDER BY v <-> '[0,0]' LIMIT 1")
			}
		}
	})
	writer := ts.connect()
	for i := 1; i <= rows; i++ {
		writer.exec(fmt.Sprintf("INSERT INTO t VALUES (%d, '[%d,0]')", i, i))
		writer.expect("SELECT id FROM t ORDER BY v <-> '["+itoa(i)+",0]' LIMIT 1", itoa(i))
	}
	close(stop)
	wg.Wait()
	if l := column.table.Load(); l != nil && l.vectors.Len() != before+rows {
		t.Errorf("%d of %d rows are in memory", l.vectors.Len(), before+rows)
	}
}

// TestTypeChangeUnderDerivedVectors: an index over an expression is made again with
// the column that it is of.
func TestTypeChangeUnderDerivedVectors(t *testing.T) {
	ts := newServer(t)
	a, b := ts.connect(), ts.connect()
	a.exec("CREATE TABLE t (id int, v vector(2))", "INSERT INTO t VALUES (1, '[1,1]'), (2, '[2,2]')",
		"CREATE INDEX i ON t USING hnsw ((v::halfvec(2)) halfvec_l2_ops)")
	search := "SELECT id FROM t ORDER BY v::halfvec(2) <-> '[0,0]' LIMIT 5"
	b.expect(search, "1\n2")
	a.exec("BEGIN", "ALTER TABLE t ALTER v TYPE vector(2) USING '[3,3]'::vector - v")
	b.exec("BEGIN")
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.exec("INSERT INTO t VALUES (3, '[3,3]')")
	}()
	waitFor(t, "the insertion waits", ts.waiting)
	a.expect(search, "2\n1")
	a.exec("COMMIT")
	<-done
	a.expect(search, "2\n1")
	b.exec("COMMIT")
	a.expect(search, "2\n1\n3")
	a.exec("BEGIN", "DROP INDEX i", "INSERT INTO t VALUES (4, '[4,4]')", "ROLLBACK")
	a.expect(search, "2\n1\n3")
	a.exec("DROP INDEX i")
	b.expect(search, "2\n1\n3")
}
