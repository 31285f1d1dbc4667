package exec

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"voronoi/exec/index/ivf"
	"voronoi/internal/pgerr"
)

// pausedBuild is a statement that builds an index, stopped in the middle: the
// build waits for its session's status.
type pausedBuild struct {
	c      *testClient
	result chan error
	cancel context.CancelFunc
}

// pause starts a statement in a session of its own and stops its build once it is
// in a phase. A build may be over before that; then undo makes another try
// possible.
func (ts *testServer) pause(sql, phase, undo string) *pausedBuild {
	ts.t.Helper()
	for range 50 {
		p := &pausedBuild{c: ts.connect(), result: make(chan error, 1)}
		var ctx context.Context
		ctx, p.cancel = context.WithCancel(context.Background())
		go func() { p.result <- p.c.Query(ctx, sql, &receiver{c: p.c}) }()
		status := &p.c.Session.status
		for over := false; !over; {
			status.mu.Lock()
			if b := status.build; b.index != nil && b.phase == phase && b.done > 0 {
				return p
			}
			status.mu.Unlock()
			select {
			case err := <-p.result:
				if err != nil {
					ts.t.Fatal(describeError(err))
				}
				over = true
			default:
				runtime.Gosched()
			}
		}
		p.c.exec(undo)
		p.cancel()
	}
	ts.t.Fatalf("no build could be stopped in the phase %s", phase)
	return nil
}

// resume lets the build go on and gives what the statement is answered with.
func (p *pausedBuild) resume() error {
	p.c.Session.status.mu.Unlock()
	err := <-p.result
	if err != nil {
		p.c.Fail()
	}
	p.cancel()
	return err
}

// expectIndexed checks that an index over digits, searched through and through,
// finds what the table has.
func expectIndexed(t *testing.T, c *testClient, d *digitsSet, index string) {
	t.Helper()
	c.exec("SET ivfflat.probes = 32768", "SET hnsw.ef_search = 1000")
	for _, i := range []int{0, 700, 1500} {
		q := "'" + literal(d.vector(i)) + "'"
		search := "SELECT id, v <-> " + q + " FROM digits ORDER BY v <-> " + q + " LIMIT 30"
		usesIndex(t, c, search, index)
		want := c.rows("SELECT id, v <-> " + q + " FROM digits WHERE v IS NOT NULL ORDER BY (v <-> " + q + ") + 0, id LIMIT 30")
		if got := c.rows(search); got != want {
			t.Errorf("by the index\n%s\nby the table\n%s", got, want)
		}
	}
}

var builds = []struct{ name, sql, phase string }{
	{"ivfflat", "CREATE INDEX i ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 300)", "performing k-means"},
	{"hnsw", "CREATE INDEX i ON digits USING hnsw (v vector_l2_ops)", "loading tuples"},
	{"concurrently", "CREATE INDEX CONCURRENTLY i ON digits USING hnsw (v vector_l2_ops)", "loading tuples"},
}

// TestOthersWriteDuringBuild (rule V3): while an index is built, others read and
// write this table and others, and what they have done is in the index.
func TestOthersWriteDuringBuild(t *testing.T) {
	for _, b := range builds {
		t.Run(b.name, func(t *testing.T) {
			ts := newServer(t)
			c := ts.connect()
			d := loadDigits(c)
			p := ts.pause(b.sql, b.phase, "DROP INDEX IF EXISTS i")
			c.exec("INSERT INTO digits SELECT id + 5000, label, v FROM digits WHERE id % 3 = 0", "DELETE FROM digits WHERE id % 5 = 0",
				"UPDATE digits SET v = (SELECT v FROM digits WHERE id = 7) WHERE id % 50 = 1", "CREATE TABLE other (i int)", "INSERT INTO other VALUES (1)", "VACUUM")
			c.expect("SELECT count(*) FROM other", "1")
			c.rows("SELECT id FROM digits ORDER BY v <-> '" + literal(d.vector(3)) + "' LIMIT 5")
			if err := p.resume(); err != nil {
				t.Fatal(describeError(err))
			}
			expectIndexed(t, c, d, "i")
			c.exec("DELETE FROM digits WHERE id % 2 = 0", "VACUUM")
			expectIndexed(t, c, d, "i")
			ts.reopen()
			expectIndexed(t, ts.connect(), d, "i")
		})
	}
}

// TestTableChangesDuringBuild: the statement is planned again over what the
// catalog has become.
func TestTableChangesDuringBuild(t *testing.T) {
	for _, change := range []struct{ sql, code, message string }{
		{"DROP TABLE digits", "42P01", `relation "digits" does not exist`},
		{"ALTER TABLE digits RENAME TO numbers", "42P01", `relation "digits" does not exist`},
		{"ALTER TABLE digits DROP COLUMN v", "42703", `column "v" does not exist`},
		{"CREATE INDEX i ON digits (label)", "42P07", `relation "i" already exists`},
		{"ALTER TABLE digits ALTER v TYPE vector", "22023", "column does not have dimensions"},
		{"ALTER TABLE digits ALTER v TYPE vector(64)", "", ""},
		{"ALTER TABLE digits ADD COLUMN w int", "", ""},
		{"TRUNCATE digits", "", ""},
		{"BEGIN; CREATE TABLE d2 AS SELECT * FROM digits; ALTER TABLE d2 ALTER v TYPE vector(64); DROP TABLE digits; ALTER TABLE d2 RENAME TO digits; COMMIT", "", ""},
	} {
		ts := newServer(t)
		c := ts.connect()
		d := loadDigits(c)
		p := ts.pause(builds[1].sql, builds[1].phase, "DROP INDEX i")
		c.exec(change.sql)
		err := p.resume()
		switch {
		case change.code == "" && err != nil:
			t.Errorf("%s: %s", change.sql, describeError(err))
		case change.code != "" && (pgerr.Code(err) != change.code || !strings.Contains(err.Error(), change.message)):
			t.Errorf("%s: %v", change.sql, describeError(err))
		case change.code == "" && !strings.HasPrefix(change.sql, "TRUNCATE"):
			expectIndexed(t, c, d, "i")
		}
		ts.expectIdle(t)
	}
}

// expectIdle checks that no build has left anything behind.
func (ts *testServer) expectIdle(t *testing.T) {
	t.Helper()
	known := map[string]bool{}
	for _, rel := range ts.catalogs.current().Relations() {
		known[itoa(int(rel.OID))] = true
	}
	for _, c := range ts.vectors.list() {
		l := c.table.Load()
		if l == nil || l.vectors == nil {
			continue
		}
		// The background may be making one again, or dropping one.
		waitFor(t, "no build, and no index that does not exist", func() bool {
			attached := l.attached()
			for id := range attached {
				if !known[itoa(int(id))] {
					return false
				}
			}
			idle := l.moving.TryLock()
			if idle {
				l.moving.Unlock()
			}
			return idle && ts.asWriter(context.Background(), func() error {
				if n := len(l.vectors.Indexes()); n != len(attached) {
					return fmt.Errorf("%d indexes follow the column, %d are known", n, len(attached))
				}
				return nil
			}) == nil
		})
	}
	waitFor(t, "no segment of what does not exist", func() bool {
		for _, file := range segmentFiles(t, ts.dir) {
			id, _ := strings.CutSuffix(file[strings.LastIndexByte(file, '/')+1:], segmentSuffix)
			if !known[id] {
				return false
			}
		}
		return true
	})
}

// TestCancelBuild: a build that is cancelled leaves nothing.
func TestCancelBuild(t *testing.T) {
	for _, b := range append(builds, struct{ name, sql, phase string }{"reindex", "REINDEX INDEX old", "loading tuples"}) {
		ts := newServer(t)
		c := ts.connect()
		d := loadDigits(c)
		c.exec("CREATE INDEX old ON digits USING hnsw (v vector_l2_ops)")
		p := ts.pause(b.sql, b.phase, "DROP INDEX IF EXISTS i")
		p.cancel()
		if err := p.resume(); pgerr.Code(err) != pgerr.QueryCanceled && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", b.name, err)
		}
		c.expect("SELECT count(*) FROM pg_class WHERE relname = 'i'", "0")
		c.expect("SELECT count(*) FROM pg_stat_progress_create_index", "0")
		ts.expectIdle(t)
		expectIndexed(t, c, d, "old")
	}
}

// TestBuildProgress: a build shows in pg_stat_progress_create_index.
func TestBuildProgress(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	loadDigits(c)
	for _, b := range []struct{ sql, phase, undo, want string }{
		{builds[0].sql, "performing k-means", "DROP INDEX i", "CREATE INDEX, performing k-means"},
		{"REINDEX INDEX i", "assigning tuples", "SELECT 1", "REINDEX, assigning tuples"},
		{"REINDEX TABLE CONCURRENTLY digits", "performing k-means", "SELECT 1", "REINDEX CONCURRENTLY, performing k-means"},
		{"CREATE INDEX CONCURRENTLY j ON digits USING hnsw (v vector_l2_ops)", "loading tuples", "DROP INDEX j", "CREATE INDEX CONCURRENTLY, loading tuples"},
	} {
		p := ts.pause(b.sql, b.phase, b.undo)
		shown := p.c.Session.status.build
		if got := fmt.Sprintf("%s, %s", shown.command, shown.phase); got != b.want || shown.total < shown.done {
			t.Errorf("%s shows %s, %d of %d", b.sql, got, shown.done, shown.total)
		}
		if err := p.resume(); err != nil {
			t.Error(describeError(err))
		}
	}
	c.expect("SELECT count(*) FROM pg_stat_progress_create_index", "0")
}

// TestReindex: an index is trained and built anew, and serves meanwhile.
func TestReindex(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX i ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 200)", "CREATE INDEX g ON digits USING hnsw (v vector_cosine_ops)",
		"DELETE FROM digits WHERE label < 5", "CREATE INDEX labels ON digits (label)")
	// The index itself: its centroids follow what is inserted.
	attached := func() savedIndex {
		for _, x := range ts.held("digits", "v").attached() {
			if _, ok := x.(*ivf.Index); ok {
				return x
			}
		}
		return nil
	}
	p := ts.pause("REINDEX TABLE digits", "performing k-means", "SELECT 1")
	before := attached()
	c.exec("INSERT INTO digits SELECT id + 5000, label, v FROM digits")
	if attached() != before {
		t.Error("the index was replaced before its time")
	}
	if err := p.resume(); err != nil {
		t.Fatal(describeError(err))
	}
	if after := attached(); after == before || after == nil {
		t.Error("the index was not replaced")
	}
	c.expect("SELECT sum(size) FROM ivf_lists('i')", c.rows("SELECT count(*) FROM digits"))
	expectIndexed(t, c, d, "i")
	for _, sql := range []string{"REINDEX INDEX CONCURRENTLY i", "REINDEX SCHEMA public", "REINDEX DATABASE voronoi", "REINDEX SYSTEM voronoi", "REINDEX (VERBOSE, CONCURRENTLY false) INDEX labels", "REINDEX INDEX digits_pkey"} {
		c.exec(sql)
	}
	ts.reopen()
	c = ts.connect()
	expectIndexed(t, c, d, "i")
	c.exec("BEGIN", "INSERT INTO digits SELECT id + 20000, label, v FROM digits WHERE id < 100", "REINDEX INDEX i")
	expectIndexed(t, c, d, "i")
	c.exec("ROLLBACK")
	expectIndexed(t, c, d, "i")
	ts.expectIdle(t)
}

// TestMaintenanceMemory: what training takes is bounded, by a worse index or by an
// error before anything is taken.
func TestMaintenanceMemory(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	loadDigits(c)
	c.expect("SHOW maintenance_work_mem", "256MB")
	c.exec("INSERT INTO digits SELECT id + 10000 * i, label, v FROM digits, generate_series(1, 4) i", "SET maintenance_work_mem = '1MB'",
		"CREATE INDEX a ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 100)")
	if n := strings.Join(c.notices, "\n"); !strings.Contains(n, "ivfflat index was trained on 3680 vectors for 100 lists") {
		t.Errorf("it was told %q", n)
	}
	c.fails("54000", "memory required is 4 MB, maintenance_work_mem is 1 MB", "CREATE INDEX b ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 2000)")
	ts.expectIdle(t)
	c.exec("SET maintenance_work_mem = '64MB'", "CREATE INDEX b ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 2000)")
}

// TestConcurrentlyInABlock: as in Postgres.
func TestConcurrentlyInABlock(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	loadDigits(c)
	c.exec("CREATE INDEX i ON digits USING hnsw (v vector_l2_ops)")
	for sql, message := range map[string]string{
		"CREATE INDEX CONCURRENTLY j ON digits USING hnsw (v vector_l2_ops)": "CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
		"CREATE INDEX CONCURRENTLY j ON digits (label)":                      "CREATE INDEX CONCURRENTLY cannot run inside a transaction block",
		"REINDEX INDEX CONCURRENTLY i":                                       "REINDEX CONCURRENTLY cannot run inside a transaction block",
		"REINDEX SCHEMA public":                                              "REINDEX SCHEMA cannot run inside a transaction block",
		"REINDEX DATABASE voronoi":                                           "REINDEX DATABASE cannot run inside a transaction block",
	} {
		c.exec("BEGIN")
		c.fails("25001", message, sql)
		c.exec("ROLLBACK")
	}
	c.fails("42809", `"digits" is not an index`, "REINDEX INDEX digits")
	c.fails("42809", `"i" is not a table or materialized view`, "REINDEX TABLE i")
	c.fails("0A000", "can only reindex the currently open database", "REINDEX DATABASE postgres2")
	c.fails("42601", `unrecognized REINDEX option "nonsense"`, "REINDEX (nonsense) TABLE digits")
	c.fails("3F000", `schema "nowhere" does not exist`, "REINDEX SCHEMA nowhere")
}
