package exec

import (
	"testing"

	"voronoi/exec/storage"
)

// underLoad begins a load of the column v of t, lets commits happen meanwhile and
// gives what the load then has.
func (ts *testServer) underLoad(meanwhile func(c *vectorColumn)) (c *vectorColumn, l *loadedColumn, done bool, err error) {
	ts.t.Helper()
	ctx := ts.t.Context()
	conn, err := ts.db.Acquire(ctx)
	if err != nil {
		ts.t.Fatal(err)
	}
	defer ts.db.Release(conn)
	c = ts.column("t", "v")
	c.invalidate()
	var meta storage.Meta
	if meta, err = c.beginLoad(conn); err != nil {
		ts.t.Fatal(err)
	}
	rel, col := columnAt(ts.catalogs.current(), c.id)
	rows := rowsOf(rel, col)
	vectors, err := rows.load(ctx, conn, false)
	if err != nil {
		ts.t.Fatal(err)
	}
	meanwhile(c)
	l = &loadedColumn{vectors: vectors, base: meta.CommitSeq, rows: rows}
	done, err = c.endLoad(l)
	c.invalidate()
	return c, l, done, err
}

// TestLoadMeetsOtherLengths: a vector of another length that is committed during a
// load is no error of the search that waits for the load.
func TestLoadMeetsOtherLengths(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int, v vector)", "INSERT INTO t VALUES (1, '[1,2]'), (2, '[3,4]')")
	for _, step := range []struct {
		sql  string
		done bool
	}{
		{"INSERT INTO t VALUES (3, '[5,6]')", true},
		{"INSERT INTO t VALUES (4, '[7,8,9]')", false},
	} {
		if _, l, done, err := ts.underLoad(func(*vectorColumn) { c.exec(step.sql) }); err != nil || done != step.done || done && l.vectors.Len() != 3 {
			t.Errorf("%s: %v, %v", step.sql, done, err)
		}
	}
	c.fails("22000", "different vector dimensions 3 and 2", "SELECT id FROM t ORDER BY v <-> '[0,0]'")
	c.exec("DELETE FROM t WHERE id = 4")
	c.expect("SELECT id FROM t ORDER BY v <-> '[0,0]'", "1", "2", "3")
}

// TestLoadIsOvertaken: what commits leave to a load is bounded, all of them
// together, and a load that was overtaken begins again.
func TestLoadIsOvertaken(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int, v vector(2))", "INSERT INTO t VALUES (1, '[1,2]')")
	for commits, want := range map[int]bool{4: true, 5: false, 100: false} {
		var held int64
		_, _, done, err := ts.underLoad(func(c *vectorColumn) {
			for range commits {
				c.hand(&columnDelta{seq: 1 << 40, bytes: maxDeltaBytes})
				c.mu.Lock()
				held = max(held, c.deltaBytes)
				c.mu.Unlock()
			}
		})
		if err != nil || done != want || held > maxDeltasBytes {
			t.Errorf("%d commits: taken in is %v, held were %d bytes, error %v", commits, done, held, err)
		}
	}
	c.expect("SELECT id FROM t ORDER BY v <-> '[0,0]'", "1")
}
