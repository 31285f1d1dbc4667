package exec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"voronoi/vectorops"
)

// usesIndex waits until a search is answered by the index, and gives what
// EXPLAIN ANALYZE says of it.
func usesIndex(t *testing.T, c *testClient, sql, index string) string {
	t.Helper()
	for range 200 {
		if plan := c.rows("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + sql); strings.Contains(plan, "(index "+index+")") {
			return plan
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s is not used by %s", index, sql)
	return ""
}

// TestGraphIndex: hnsw finds what exact search finds, follows changes, and comes
// back from its segment.
func TestGraphIndex(t *testing.T) {
	ts := openServer(t, t.TempDir())
	c := ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX graph ON digits USING hnsw (v vector_l2_ops) WITH (m = 8, ef_construction = 64)")
	measure := func() float64 {
		total := 0.0
		queries := d.queries(50)
		for _, q := range queries {
			total += overlap(d.truth(vectorops.L2, q, 10), c.nearest("digits", "<->", q, 10))
		}
		return total / float64(len(queries))
	}
	search := "SELECT id FROM digits ORDER BY v <-> '" + literal(d.vector(3)) + "' LIMIT 10"
	usesIndex(t, c, search, "graph")
	if recall := measure(); recall < 0.97 {
		t.Errorf("recall %.3f", recall)
	}
	c.exec("INSERT INTO digits (id, label, v) VALUES (9000, 3, '"+literal(d.vector(3))+"')", "DELETE FROM digits WHERE id = 4")
	if got := c.nearest("digits", "<->", d.vector(3), 1); got[0] != "9000" {
		t.Errorf("nearest is %v", got)
	}
	c.exec("DELETE FROM digits WHERE id = 9000", "INSERT INTO digits (id, label, v) VALUES (4, 3, '"+literal(d.vector(3))+"')")

	ts.reopen()
	c = ts.connect()
	usesIndex(t, c, search, "graph")
	if recall := measure(); recall < 0.97 {
		t.Errorf("recall after a restart %.3f", recall)
	}
}

// TestSegmentsAreChecked: a segment that is damaged or of another state is not
// used, and the index is there all the same.
func TestSegmentsAreChecked(t *testing.T) {
	dir := t.TempDir()
	ts := openServer(t, dir)
	c := ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX graph ON digits USING hnsw (v vector_l2_ops)",
		"CREATE INDEX lists ON digits USING ivfflat (v vector_cosine_ops) WITH (lists = 8)")
	near := c.nearest("digits", "<->", d.vector(7), 5)
	ts.stop()
	files := segmentFiles(t, dir)
	if len(files) != 2 {
		t.Fatalf("segments: %v", files)
	}
	for _, damage := range []func(b []byte) []byte{
		func(b []byte) []byte { b[len(b)/2] ^= 1; return b },
		func(b []byte) []byte { return b[:len(b)/2] },
		func([]byte) []byte { return nil },
	} {
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, damage(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ts.open()
		c = ts.connect()
		usesIndex(t, c, "SELECT id FROM digits ORDER BY v <-> '"+literal(d.vector(7))+"' LIMIT 5", "graph")
		if got := c.nearest("digits", "<->", d.vector(7), 5); strings.Join(got, " ") != strings.Join(near, " ") {
			t.Errorf("%v, not %v", got, near)
		}
		ts.stop()
	}
	ts.open()
}

// segmentFiles are the files in a directory of segments.
func segmentFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "segments", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// waitFor waits for something that the server does in the background.
func waitFor(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("in vain: %s", what)
}

// TestSegmentsAreSavedInTheBackground: when an index has been made and when much
// has changed since, and removed with the index or its table.
func TestSegmentsAreSavedInTheBackground(t *testing.T) {
	dir := t.TempDir()
	ts := openServer(t, dir)
	c := ts.connect()
	loadDigits(c)
	c.exec("BEGIN", "CREATE INDEX graph ON digits USING hnsw (v vector_l2_ops)", "CREATE INDEX lists ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 4)")
	if files := segmentFiles(t, dir); len(files) != 0 {
		t.Errorf("before the commit: %v", files)
	}
	c.exec("COMMIT")
	saved := func(n int) func() bool {
		return func() bool {
			files := segmentFiles(t, dir)
			return len(files) == n && !strings.HasSuffix(strings.Join(files, " "), newSuffix)
		}
	}
	waitFor(t, "two segments", saved(2))
	for _, name := range []string{"graph", "lists"} {
		if n := c.number("SELECT pg_relation_size('" + name + "')"); n < 30000 {
			t.Errorf("%s is said to take %g bytes", name, float64(n))
		}
	}
	size := func() (total int64) {
		for _, file := range segmentFiles(t, dir) {
			if info, err := os.Stat(file); err == nil {
				total += info.Size()
			}
		}
		return total
	}
	before := size()
	c.exec("INSERT INTO digits (id, label, v) SELECT id + 10000, label, v FROM digits", "INSERT INTO digits (id, label, v) SELECT id + 20000, label, v FROM digits")
	waitFor(t, "larger segments", func() bool { return size() > 3*before })
	c.exec("DROP INDEX lists")
	waitFor(t, "one segment", saved(1))
	c.exec("BEGIN", "DROP TABLE digits", "ROLLBACK")
	if !saved(1)() {
		t.Errorf("a table that was not dropped lost its segment")
	}
	c.exec("DROP TABLE digits")
	waitFor(t, "no segment", saved(0))
}

// TestTidySegments: what a crash has left goes at the start.
func TestTidySegments(t *testing.T) {
	dir := t.TempDir()
	ts := openServer(t, dir)
	c := ts.connect()
	loadDigits(c)
	c.exec("CREATE INDEX graph ON digits USING hnsw (v vector_l2_ops)")
	ts.stop()
	kept := segmentFiles(t, dir)
	for _, name := range []string{"99999.segment", "20001.segment.new", "1.segment", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, "segments", name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ts.open()
	if files := segmentFiles(t, dir); len(files) != len(kept)+1 || !strings.HasSuffix(files[len(files)-1], "notes.txt") {
		t.Errorf("there are %v", files)
	}
}
