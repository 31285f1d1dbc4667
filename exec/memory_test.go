package exec

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"
)

// limitMemory sets the server's default limit of vector memory, in kB.
func (ts *testServer) limitMemory(kb int) {
	ts.memoryLimit = strconv.Itoa(kb)
	if err := ts.setMemoryLimit(ts.memoryLimit); err != nil {
		ts.t.Fatal(err)
	}
	for _, c := range ts.vectors.list() {
		c.invalidate()
		c.refusal.Store(nil)
	}
}

// column is the entry of a table's column.
func (ts *testServer) column(table, column string) *vectorColumn {
	ts.t.Helper()
	for _, rel := range ts.catalogs.current().Relations() {
		if rel.Name == table && rel.Index == nil {
			return ts.vectors.column(rel, rel.Column(column))
		}
	}
	ts.t.Fatalf("no table %s", table)
	return nil
}

// held is what is in memory of a table's column, nil for nothing.
func (ts *testServer) held(table, column string) *loadedColumn {
	ts.t.Helper()
	return ts.column(table, column).table.Load()
}

// searchLine is what EXPLAIN ANALYZE says of a search.
func (c *testClient) searchLine(sql string) string {
	c.t.Helper()
	for _, line := range c.lines("EXPLAIN (ANALYZE) " + sql) {
		if _, rest, ok := strings.Cut(line, "Vector Search on "); ok {
			return rest
		}
	}
	c.t.Errorf("no search in %s", sql)
	return ""
}

// TestSearchesByTheTable: without memory every search gives what it gives with
// it, and says where it has it from.
func TestSearchesByTheTable(t *testing.T) {
	roomy, tight := newServer(t), newServer(t)
	tight.limitMemory(1)
	var clients []*testClient
	var d *digitsSet
	for _, ts := range []*testServer{roomy, tight} {
		c := ts.connect()
		d = loadDigits(c)
		c.exec("UPDATE digits SET v = NULL WHERE id % 400 = 7", "INSERT INTO digits SELECT id + 5000, label, v FROM digits WHERE id <= 40") // ties
		clients = append(clients, c)
	}
	both := func(sql string) {
		t.Helper()
		if a, b := clients[0].rows(sql), clients[1].rows(sql); a != b {
			t.Errorf("%s\nin memory:\n%.300s\nby the table:\n%.300s", sql, a, b)
		}
	}
	run := func(sql ...string) {
		t.Helper()
		for _, c := range clients {
			c.exec(sql...)
		}
	}
	q := func(i int) string { return "'" + literal(d.vector(i)) + "'" }
	for _, op := range operators {
		for _, tail := range []string{" LIMIT 10", " LIMIT 1", " LIMIT 3 OFFSET 500", "", " LIMIT 0", " FETCH FIRST 20 ROWS WITH TIES"} {
			both("SELECT id, v " + op + " " + q(17) + " FROM digits ORDER BY v " + op + " " + q(17) + tail)
		}
		for _, where := range []string{"label = 3", "id % 300 = 1", "id < 0", "id > 0", "label IN (2, 7) AND id < 900", "v IS NULL"} {
			both("SELECT id FROM digits WHERE " + where + " ORDER BY v " + op + " " + q(99) + " LIMIT 15")
		}
	}
	both("SELECT id FROM digits WHERE v <-> " + q(3) + " < 30 ORDER BY v <-> " + q(3))
	both("SELECT a.id, b.id FROM (SELECT * FROM digits WHERE id <= 12) a, LATERAL (SELECT id FROM digits ORDER BY v <-> a.v LIMIT 3) b")
	both("SELECT key FROM (SELECT id AS key FROM digits ORDER BY v <-> NULL LIMIT 5) x ORDER BY 1")
	// A transaction sees its own changes, and not what it has taken back.
	run("BEGIN", "UPDATE digits SET v = (SELECT v FROM digits WHERE id = 2) WHERE id BETWEEN 100 AND 120", "SAVEPOINT a",
		"DELETE FROM digits WHERE label = 1", "INSERT INTO digits SELECT 9000, 1, v FROM digits WHERE id = 2")
	both("SELECT id FROM digits ORDER BY v <-> " + q(1) + " LIMIT 60")
	run("ROLLBACK TO a")
	both("SELECT id FROM digits ORDER BY v <-> " + q(1) + " LIMIT 60")
	run("COMMIT")
	both("SELECT id FROM digits ORDER BY v <-> " + q(1) + " LIMIT 60")
	if tight.held("digits", "v") != nil || roomy.held("digits", "v") == nil {
		t.Error("the column is in memory where it should not be, or not where it should")
	}
	const sql = "SELECT id FROM digits ORDER BY v <-> (SELECT v FROM digits WHERE id = 5) LIMIT 3"
	if line := clients[1].searchLine(sql); !strings.Contains(line, "(exact, vectors read from the table)") {
		t.Errorf("the search is shown as %s", line)
	}
	if line := clients[0].searchLine(sql); strings.Contains(line, "table") {
		t.Errorf("the search is shown as %s", line)
	}
	clients[1].fails("22000", "different vector dimensions 64 and 2", "SELECT id FROM digits ORDER BY v <-> '[1,2]'")

	// The functions that look at whole columns do so by the table too.
	both("SELECT mse > 200 AND mse < 250 FROM pq_train('digits', 'v', 8, 16, 1)")
}

// TestIndexWithoutRoom: an ivfflat index whose column does not fit keeps working
// over its keys, through changes, rollbacks and a restart.
func TestIndexWithoutRoom(t *testing.T) {
	ts := newServer(t)
	ts.limitMemory(250) // 1800 keys fit, 1800 × 64 floats do not
	c := ts.connect()
	d := loadDigits(c)
	c.exec("CREATE INDEX i ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 20, seed = 1)", "SET ivfflat.probes = 20")
	if l := ts.held("digits", "v"); l == nil || l.inMemory() {
		t.Fatalf("%v is held, not a table of keys", l)
	}
	check := func(c *testClient) {
		t.Helper()
		for _, i := range []int{0, 500, 1700} {
			q := "'" + literal(d.vector(i)) + "'"
			index := "SELECT id, v <-> " + q + " FROM digits ORDER BY v <-> " + q + " LIMIT 12"
			table := "SELECT id, v <-> " + q + " FROM digits ORDER BY (v <-> " + q + ") + 0, id LIMIT 12"
			if a, b := c.rows(index), c.rows(table); a != b {
				t.Errorf("by index\n%s\nby the table\n%s", a, b)
			}
			if line := c.searchLine(index); !strings.Contains(line, "(index i, vectors read from the table)") {
				t.Errorf("the search is shown as %s", line)
			}
		}
	}
	check(c)
	reader := ts.connect()
	reader.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	q := "'" + literal(d.vector(3)) + "'"
	nearest := "SELECT id FROM digits ORDER BY v <-> " + q + " LIMIT 20"
	before := reader.rows(nearest)
	c.exec("BEGIN", "DELETE FROM digits WHERE id % 3 = 0", "SAVEPOINT s", "UPDATE digits SET v = (SELECT v FROM digits WHERE id = 4) WHERE id % 7 = 1")
	check(c)
	c.exec("ROLLBACK TO s")
	check(c)
	c.exec("INSERT INTO digits SELECT id + 4000, label, v FROM digits WHERE id < 300", "COMMIT")
	check(c)
	if now := reader.rows(nearest); now != before {
		t.Errorf("a snapshot saw\n%s\nand now\n%s", before, now)
	}
	// The same for an index that is made while that snapshot is alive.
	c.exec("REINDEX INDEX i", "DROP INDEX i", "CREATE INDEX i ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 20, seed = 1)")
	if now := reader.rows(nearest); now != before {
		t.Errorf("a snapshot saw\n%s\nand with a new index\n%s", before, now)
	}
	reader.exec("COMMIT")
	c.exec("VACUUM")
	check(c)
	c.expect("SELECT sum(size) FROM ivf_lists('i')", c.rows("SELECT count(*) FROM digits"))
	c.fails("53200", "needs the vectors of its column in memory", "CREATE INDEX h ON digits USING hnsw (v vector_l2_ops)")

	ts.stop()
	ts.open()
	c = ts.connect()
	c.exec("SET ivfflat.probes = 20")
	c.rows("SELECT count(*) FROM ivf_lists('i')") // waits for the index
	check(c)
	// With room again it is loaded whole.
	ts.limitMemory(-1)
	c.rows("SELECT count(*) FROM ivf_lists('i')")
	if l := ts.held("digits", "v"); l == nil || !l.inMemory() {
		t.Errorf("%v is held, not all vectors", l)
	}
	c.exec("CREATE INDEX h ON digits USING hnsw (v vector_l2_ops)")

	// What outgrows the limit gives up its vectors, and its index answers still.
	c.exec("DROP INDEX h")
	if err := ts.setMemoryLimit("250"); err != nil {
		t.Fatal(err)
	}
	if err := ts.asWriter(t.Context(), func() error { ts.vectors.shrink(250 << 10); return nil }); err != nil {
		t.Fatal(err)
	}
	if l := ts.held("digits", "v"); l == nil || l.inMemory() {
		t.Errorf("%v is held, not a table of keys", l)
	}
	check(c)
	c.exec("DELETE FROM digits WHERE id % 5 = 0", "INSERT INTO digits SELECT id + 8000, label, v FROM digits WHERE id < 300")
	check(c)
	c.exec("VACUUM")
	check(c)
}

// TestMemoryIsShared: a column that needs room takes it from those that were not
// searched lately and have no index.
func TestMemoryIsShared(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	for _, name := range []string{"a", "b", "c", "indexed"} {
		c.exec("CREATE TABLE "+name+" (id int, v vector(256))",
			"INSERT INTO "+name+" SELECT i, array_fill(i::real, ARRAY[256])::vector FROM generate_series(1, 1000) i")
	}
	c.exec("CREATE INDEX ON indexed USING hnsw (v vector_l2_ops)")
	search := func(name string) {
		t.Helper()
		c.expect("SELECT id FROM "+name+" ORDER BY v <-> array_fill(500.1::real, ARRAY[256])::vector LIMIT 2", "500", "501")
	}
	one := ts.held("indexed", "v").vectors.Bytes()
	c.exec(fmt.Sprintf("SET voronoi.memory_limit = '%d kB'", (7*one/2)>>10))
	have := func(want ...string) {
		t.Helper()
		var held []string
		for _, name := range []string{"a", "b", "c", "indexed"} {
			if ts.held(name, "v") != nil {
				held = append(held, name)
			}
		}
		if strings.Join(held, " ") != strings.Join(want, " ") {
			t.Errorf("%v are in memory, want %v", held, want)
		}
	}
	search("a")
	search("b")
	have("a", "b", "indexed")
	search("a")
	search("c")
	have("a", "c", "indexed")
	search("b")
	have("b", "c", "indexed")
	// A session with more room may take it.
	other := ts.connect()
	other.expect("SHOW voronoi.memory_limit", "-1")
	other.expect("SET voronoi.memory_limit = '2 GB'; SHOW voronoi.memory_limit", "2GB")
	other.expect("SELECT setting, unit, vartype, context FROM pg_settings WHERE name = 'voronoi.memory_limit'", "2097152|kB|integer|user")
	other.fails("22023", "invalid value for parameter", "SET voronoi.memory_limit = 'much'")
	other.fails("22023", "outside the valid range", "SET voronoi.memory_limit = -2")
	other.exec("RESET voronoi.memory_limit")
	other.expect("SELECT id FROM a ORDER BY v <-> array_fill(3::real, ARRAY[256])::vector LIMIT 1", "3")
	have("a", "b", "c", "indexed")

	// What goes from the catalog goes from memory.
	c.exec("DROP TABLE a", "ALTER TABLE b DROP COLUMN v", "ALTER TABLE c ALTER COLUMN v TYPE text", "DROP TABLE indexed")
	for _, col := range ts.vectors.list() {
		if n := col.table.Load().bytes(); n > 1<<16 {
			t.Errorf("%d bytes are held of column %v", n, col.id)
		}
	}
}

// TestMemoryIsGivenBack: half of the rows go, and with them half of the memory;
// the other half is found as before.
func TestMemoryIsGivenBack(t *testing.T) {
	for _, vacuum := range []string{"VACUUM", ""} {
		t.Run(vacuum, func(t *testing.T) {
			ts := newServer(t)
			c := ts.connect()
			d := loadDigits(c)
			c.exec("INSERT INTO digits SELECT id + 2000, label, v FROM digits", "CREATE INDEX i ON digits USING ivfflat (v vector_l2_ops) WITH (lists = 20, seed = 1)", "SET ivfflat.probes = 20")
			before := ts.held("digits", "v").vectors.Bytes()
			c.exec("DELETE FROM digits WHERE hashint4(id) % 2 = 0")
			if vacuum != "" {
				c.exec(vacuum)
			}
			left := c.number("SELECT count(*) FROM digits")
			after := ts.held("digits", "v").vectors.Bytes()
			if share := float64(after) / float64(before); share > float64(left)/3594+.15 {
				t.Errorf("%.0f rows of 3594 are left and %.2f of the memory", float64(left), share)
			}
			for i := range 50 {
				q := "'" + literal(d.vector(i*30)) + "'"
				rows := c.lines("SELECT id FROM digits ORDER BY v <-> " + q + " LIMIT 10")
				want := c.lines("SELECT id FROM digits ORDER BY (v <-> " + q + ") + 0, id LIMIT 10")
				if strings.Join(rows, " ") != strings.Join(want, " ") {
					t.Errorf("%v, want %v", rows, want)
				}
			}
			c.exec("TRUNCATE digits", vacuumOf(vacuum))
			if n := ts.held("digits", "v").bytes(); n > before/4 {
				t.Errorf("%d bytes of %d are held of no rows", n, before)
			}
		})
	}
}

// TestMemoryIsGivenBackLater: what a snapshot needs goes when the snapshot has
// gone, without anybody asking.
func TestMemoryIsGivenBackLater(t *testing.T) {
	ts := newServer(t)
	c, reader := ts.connect(), ts.connect()
	loadDigits(c)
	c.rows("SELECT id FROM digits ORDER BY v <-> (SELECT v FROM digits WHERE id = 1) LIMIT 1")
	reader.exec("BEGIN ISOLATION LEVEL REPEATABLE READ")
	reader.rows("SELECT 1 FROM digits LIMIT 1")
	c.exec("DELETE FROM digits WHERE id > 100", "VACUUM")
	dead := func() (n int) {
		if err := ts.asWriter(t.Context(), func() error { n = ts.held("digits", "v").vectors.Dead(); return nil }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := dead(); n != 1697 {
		t.Errorf("%d entries are dead while a snapshot needs 1697", n)
	}
	reader.expect("SELECT count(*) FROM (SELECT id FROM digits ORDER BY v <-> (SELECT v FROM digits WHERE id = 1)) x", "1797")
	reader.exec("COMMIT")
	for dead() > 0 { // bounded by the test's timeout
		time.Sleep(20 * time.Millisecond)
	}
	c.expect("SELECT count(*) FROM (SELECT id FROM digits ORDER BY v <-> (SELECT v FROM digits WHERE id = 1)) x", "100")
}

func vacuumOf(s string) string {
	if s == "" {
		return "SELECT 1"
	}
	return s
}

// TestSearchesBesideWritesAndDrops is TestSearchesBesideWrites while the column
// is dropped from memory at any time, between the statements of transactions
// that write and search it; in all forms that it can be in memory.
func TestSearchesBesideWritesAndDrops(t *testing.T) {
	for _, kb := range []int{-1, 30, 1} {
		t.Run(strconv.Itoa(kb), func(t *testing.T) {
			ts := newServer(t)
			ts.limitMemory(kb)
			searchesBesideWrites(ts, func(stop <-chan struct{}) {
				rng := rand.New(rand.NewPCG(8, 8))
				for {
					select {
					case <-stop:
						return
					case <-time.After(time.Duration(rng.IntN(5000)) * time.Microsecond):
					}
					for _, col := range ts.vectors.list() {
						if l := col.table.Load(); rng.IntN(3) > 0 || l == nil || !l.inMemory() {
							col.invalidate()
						} else if err := ts.asWriter(t.Context(), func() error { l.vectors.ForgetVectors(); return nil }); err != nil {
							t.Error(err)
						}
					}
				}
			})
		})
	}
}

// TestTypesByTheTable: what is not a vector is read from its table as well.
func TestTypesByTheTable(t *testing.T) {
	roomy := newServer(t)
	for _, kb := range []int{1, 35} { // for nothing, and for the keys
		tight := newServer(t)
		tight.limitMemory(kb)
		for column, ops := range map[string][2]string{
			"h halfvec(9)":   {"<-> <#> <=> <+>", "ivfflat (h halfvec_l2_ops)"},
			"b bit(90)":      {"<~> <%>", "ivfflat (b bit_hamming_ops)"},
			"s sparsevec(9)": {"<-> <#> <=> <+>", ""},
		} {
			name, typ, _ := strings.Cut(column, " ")
			var answers [2]string
			for i, ts := range []*testServer{roomy, tight} {
				c := ts.connect()
				value := "array_fill(i % 5 + 0.25::real, ARRAY[4]) || ARRAY[i % 7, 0, i % 2, i % 3, 1]::real[]"
				if name == "b" {
					value = "i"
				}
				as := map[string]string{"h": "(" + value + ")::halfvec(9)", "b": "i::bit(90)", "s": "(" + value + ")::vector::sparsevec"}[name]
				c.exec("DROP TABLE IF EXISTS x", "CREATE TABLE x (id int, "+name+" "+typ+")",
					"INSERT INTO x SELECT i, "+as+" FROM generate_series(1, 700) i")
				for _, with := range []string{"", ops[1]} {
					if with != "" {
						c.exec("CREATE INDEX ON x USING "+with+" WITH (lists = 3)", "SET ivfflat.probes = 3")
					}
					for _, op := range strings.Fields(ops[0]) {
						query := name + " " + op + " (SELECT " + name + " FROM x WHERE id = 17)"
						answers[i] += c.rows("SELECT id, "+query+" FROM x ORDER BY "+query+", id LIMIT 300") + "\n\n" +
							c.rows("SELECT id FROM x WHERE id % 9 = 1 ORDER BY "+query+" LIMIT 10") + "\n\n"
					}
				}
				if l := ts.held("x", name); i == 1 && l != nil && l.inMemory() {
					t.Errorf("%s is in memory with %d kB", column, kb)
				}
			}
			if answers[0] != answers[1] {
				t.Errorf("%s with %d kB:\n%s\nand with room:\n%s", column, kb, answers[1], answers[0])
			}
		}
	}
}
