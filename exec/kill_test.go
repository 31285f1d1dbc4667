package exec

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"voronoi/exec/catalog"
)

// The kill test: a child process runs a server whose sessions write, the parent
// notes what they begin and what is acknowledged, kills the process at a random
// moment, opens the directory and looks at what is there. What the child does is
// described by what results from it, as keys and values:
//
//	row.7       the value n of row 7 of vecs, whose vector follows from n; 0: none
//	pair.9      how many rows of pairs there are of operation 9: two or none
//	table.3     how many rows table t3 has, plus one; 0: no such table
//	index.3     1 when index x3 on vecs exists
//
// A writer tells the keys that a transaction will change before it begins, and
// that it has committed afterwards. Keys belong to one writer each.

// killWriters is how many sessions write, killKeys how many rows each has.
const (
	killWriters = 4
	killKeys    = 100
)

// childEnv names the directory that a child works on.
const childEnv = "VORONOI_TEST_CHILD"

// child is a running child process.
type child struct {
	t     *testing.T
	cmd   *osexec.Cmd
	lines chan string
	said  []string // before it was ready
}

// startChild runs one of the tests that are made for it in a process of its own,
// and waits until it says that it is ready.
func startChild(t *testing.T, test, dir string, seed int) *child {
	t.Helper()
	c := &child{t: t, cmd: osexec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.timeout=5m"), lines: make(chan string, 1<<16)}
	c.cmd.Env = append(os.Environ(), childEnv+"="+dir, "VORONOI_TEST_SEED="+strconv.Itoa(seed))
	c.cmd.Stderr = os.Stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	go func() {
		defer close(c.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			c.lines <- scanner.Text()
		}
	}()
	for line := range c.lines {
		if line == "ready" {
			return c
		}
		c.said = append(c.said, line)
	}
	t.Fatalf("the child ended and said %q", c.said)
	return nil
}

// kill ends the child at once.
func (c *child) kill() {
	c.cmd.Process.Kill()
	for range c.lines {
	}
	c.cmd.Wait()
}

// killAfter lets the child live for a while and gives everything that it said.
func (c *child) killAfter(d time.Duration) []string {
	time.Sleep(d)
	c.cmd.Process.Kill()
	var said []string
	for line := range c.lines {
		said = append(said, line)
	}
	c.cmd.Wait()
	if how := c.cmd.ProcessState.String(); how != "signal: killed" {
		c.t.Errorf("the child ended by itself: %s", how)
	}
	return said
}

// childDir is the directory of a child, for a test that only runs as one.
func childDir(t *testing.T) (dir string, seed uint64) {
	dir = os.Getenv(childEnv)
	if dir == "" {
		t.Skip("runs as a child process only")
	}
	n, _ := strconv.Atoi(os.Getenv("VORONOI_TEST_SEED"))
	return dir, uint64(n)
}

// say tells the parent something, in one write.
func say(format string, args ...any) { os.Stdout.WriteString(fmt.Sprintf(format, args...) + "\n") }

// killVector is the vector of row id in its version n.
func killVector(id, n int) string {
	rng := rand.New(rand.NewPCG(uint64(id), uint64(n)))
	v := make([]float32, 6)
	for i := range v {
		v[i] = float32(rng.IntN(100))
	}
	return literal(v)
}

// TestKilledServer is the child: it writes until it is killed.
func TestKilledServer(t *testing.T) {
	dir, seed := childDir(t)
	ts := openServer(t, dir)
	say("ready")
	var writers sync.WaitGroup
	for i := range killWriters {
		w := &killWriter{c: ts.connect(), number: i, rng: rand.New(rand.NewPCG(seed, uint64(i))), version: int(seed) * 1000000}
		writers.Go(func() {
			for {
				w.step()
			}
		})
	}
	writers.Wait()
}

// killWriter is one session that writes.
type killWriter struct {
	c       *testClient
	number  int
	rng     *rand.Rand
	version int
}

func (w *killWriter) run(sql string) {
	if _, err := w.c.query(sql); err != nil {
		say("fail %d %s: %s", w.number, describeError(err), strings.ReplaceAll(sql, "\n", " "))
		select {} // the parent ends it
	}
}

// transaction runs statements between the announcement of what they will have
// done and the acknowledgement that they have.
func (w *killWriter) transaction(results []string, statements ...string) {
	say("begin %d %s", w.number, strings.Join(results, " "))
	for _, sql := range statements {
		w.run(sql)
	}
	say("ack %d", w.number)
}

func (w *killWriter) step() {
	w.version++
	switch n := w.rng.IntN(100); {
	case n < 50:
		results, statements := w.rows()
		w.transaction(results, append(append([]string{"BEGIN"}, statements...), "COMMIT")...)
	case n < 60:
		_, statements := w.rows()
		w.transaction(nil, append(append([]string{"BEGIN"}, statements...), "ROLLBACK")...)
	case n < 70:
		_, undone := w.rows()
		results, statements := w.rows()
		all := append(append([]string{"BEGIN", "SAVEPOINT s"}, undone...), "ROLLBACK TO s")
		w.transaction(results, append(append(all, statements...), "COMMIT")...)
	case n < 78:
		op := w.version*killWriters + w.number
		w.transaction([]string{fmt.Sprintf("pair.%d=2", op)}, "BEGIN",
			fmt.Sprintf("INSERT INTO pairs (op) VALUES (%d)", op), fmt.Sprintf("INSERT INTO pairs (op) VALUES (%d)", op), "COMMIT")
	case n < 84:
		w.transaction(nil, fmt.Sprintf("UPDATE accounts SET balance = balance + CASE id WHEN 1 THEN %d ELSE %[1]d * -1 END", w.rng.IntN(100)))
	case n < 88:
		rows := w.rng.IntN(20)
		table := fmt.Sprintf("t%d", w.number)
		w.transaction([]string{fmt.Sprintf("table.%d=%d", w.number, rows+1)}, "BEGIN", "DROP TABLE IF EXISTS "+table,
			"CREATE TABLE "+table+" (id int PRIMARY KEY, v vector(2))",
			"CREATE INDEX ON "+table+" USING hnsw (v vector_l2_ops)",
			fmt.Sprintf("INSERT INTO %s SELECT i, ARRAY[i, i * i]::vector FROM generate_series(1, %d) i", table, rows), "COMMIT")
	case n < 90:
		w.transaction([]string{fmt.Sprintf("table.%d=0", w.number)}, fmt.Sprintf("DROP TABLE IF EXISTS t%d", w.number))
	case n < 93:
		name := fmt.Sprintf("x%d", w.number)
		w.transaction([]string{fmt.Sprintf("index.%d=1", w.number)}, "BEGIN", "DROP INDEX IF EXISTS "+name,
			"CREATE INDEX "+name+" ON vecs USING ivfflat (v vector_l2_ops) WITH (lists = 5)", "COMMIT")
	case n < 95:
		w.transaction([]string{fmt.Sprintf("index.%d=0", w.number)}, fmt.Sprintf("DROP INDEX IF EXISTS x%d", w.number))
	case n < 99:
		w.run("SELECT id FROM vecs ORDER BY v <-> '" + killVector(0, w.version) + "' LIMIT 5")
	default:
		w.run("CHECKPOINT")
	}
}

// rows are statements that change one to three of the writer's rows.
func (w *killWriter) rows() (results, statements []string) {
	first := w.rng.IntN(killKeys)
	for i := range 1 + w.rng.IntN(3) {
		id := w.number*killKeys + (first+i)%killKeys + 1
		if w.rng.IntN(4) == 0 {
			statements = append(statements, fmt.Sprintf("DELETE FROM vecs WHERE id = %d", id))
			results = append(results, fmt.Sprintf("row.%d=0", id))
			continue
		}
		statements = append(statements, fmt.Sprintf("INSERT INTO vecs VALUES (%d, %d, '%s') ON CONFLICT (id) DO UPDATE SET n = excluded.n, v = excluded.v",
			id, w.version, killVector(id, w.version)))
		results = append(results, fmt.Sprintf("row.%d=%d", id, w.version))
	}
	return results, statements
}

// killState is what must be in the file: what is acknowledged, and for each
// writer the transaction that may or may not have been committed.
type killState struct {
	known   map[string]int
	pending map[string]map[string]int
	acks    int
}

// learn takes in what a child has said.
func (st *killState) learn(t *testing.T, said []string) {
	t.Helper()
	st.pending = map[string]map[string]int{}
	for _, line := range said {
		word, rest, _ := strings.Cut(line, " ")
		writer, rest, _ := strings.Cut(rest, " ")
		switch word {
		case "begin":
			results := map[string]int{}
			for _, kv := range strings.Fields(rest) {
				key, value, _ := strings.Cut(kv, "=")
				results[key], _ = strconv.Atoi(value)
			}
			st.pending[writer] = results
		case "ack":
			maps.Copy(st.known, st.pending[writer])
			delete(st.pending, writer)
			st.acks++
		default:
			t.Fatalf("the child said %q", line)
		}
	}
}

// check compares the file's state with what must be there: everything that is
// acknowledged, and each of the other transactions as a whole or not at all.
func (st *killState) check(t *testing.T, have map[string]int) {
	t.Helper()
	for writer, results := range st.pending {
		done, undone := true, true
		for key, value := range results {
			done = done && have[key] == value
			undone = undone && have[key] == st.known[key]
		}
		if !done && !undone {
			t.Errorf("a transaction of writer %s is there in part: %v", writer, results)
		}
		for key := range results {
			st.known[key] = have[key]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(st.known)) {
		if have[key] != st.known[key] {
			t.Errorf("%s is %d, acknowledged was %d", key, have[key], st.known[key])
		}
	}
	for key, value := range have {
		if _, known := st.known[key]; !known {
			t.Errorf("%s is %d, which nobody wrote", key, value)
		}
	}
}

// readKillState reads the state from the file, and checks on the way that
// vectors are those that belong to the rows.
func readKillState(t *testing.T, c *testClient) map[string]int {
	t.Helper()
	have := map[string]int{}
	table := func(sql string) [][]string {
		a, err := c.query(sql)
		if err != nil {
			t.Fatalf("%s\n%s", sql, describeError(err))
		}
		return a.rows
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, row := range table("SELECT id, n, v FROM vecs") {
		id, n := number(row[0]), number(row[1])
		have["row."+row[0]] = n
		if row[2] != killVector(id, n) {
			t.Errorf("row %d in version %d has vector %s", id, n, row[2])
		}
	}
	for _, row := range table("SELECT op, count(*) FROM pairs GROUP BY op") {
		have["pair."+row[0]] = number(row[1])
	}
	for _, row := range table(`SELECT relname FROM pg_class WHERE relname ~ '^[tx]\d$' ORDER BY 1`) {
		if row[0][0] == 'x' {
			have["index."+row[0][1:]] = 1
			continue
		}
		n := c.number("SELECT count(*) FROM " + row[0] + " WHERE v = ARRAY[id, id * id]::vector")
		have["table."+row[0][1:]] = int(n) + 1
		// Every row is its own neighbour.
		c.expect("SELECT count(*) FROM "+row[0]+" a WHERE id <> (SELECT b.id FROM "+row[0]+" b ORDER BY b.v <-> a.v LIMIT 1)", "0")
		c.expect("SELECT id FROM "+row[0]+" ORDER BY v <-> '[0,0]'", c.rows("SELECT id FROM "+row[0]+" ORDER BY id"))
	}
	return have
}

// distance is the distance in a row of a number and a distance.
func distance(row string) float64 {
	_, d, _ := strings.Cut(row, "|")
	f, _ := strconv.ParseFloat(d, 64)
	return f
}

// byDistance computes over the table: its rows, nearest first.
func byDistance(c *testClient, operator, query string) []string {
	rows := strings.Split(c.rows("SELECT id, v "+operator+" $1 FROM vecs", query), "\n")
	slices.SortStableFunc(rows, func(a, b string) int { return int(1e9 * (distance(a) - distance(b))) })
	return rows
}

// checkGraph compares searches by the graph index with computing over the table:
// what they find must be there, and they find nearly all. It counts.
func checkGraph(t *testing.T, c *testClient, seed int) (found, wanted int) {
	t.Helper()
	c.exec("SET hnsw.ef_search = 60")
	for i := range 5 {
		q := killVector(seed, -i-1)
		rows := byDistance(c, "<=>", q)
		got := strings.Split(c.rows("SELECT id, v <=> $1 FROM vecs ORDER BY v <=> $1 LIMIT 20", q), "\n")
		if len(got) != min(20, len(rows)) {
			t.Errorf("%d rows found of %d", len(got), len(rows))
		}
		for _, row := range got {
			if !slices.Contains(rows, row) {
				t.Errorf("neighbour %s of %s is not in the table", row, q)
			}
			if slices.Contains(rows[:len(got)], row) {
				found++
			}
		}
		wanted += len(got)
	}
	return found, wanted
}

// checkSearches compares searches by index with computing over the table.
func checkSearches(t *testing.T, c *testClient, seed int) {
	t.Helper()
	c.exec("SET ivfflat.probes = 32768")
	c.expect("SELECT sum(size) FROM ivf_lists('vecs_v_idx')", c.rows("SELECT count(*) FROM vecs"))
	for i := range 5 {
		q := killVector(seed, -i-1)
		got := c.rows("SELECT id, v <-> $1 FROM vecs ORDER BY v <-> $1 LIMIT 20", q)
		exact := c.rows("SELECT id, distance FROM knn('vecs', $1, 20, exact => true)", q)
		rows := byDistance(c, "<->", q)
		for _, found := range []string{got, exact} {
			list := strings.Split(found, "\n")
			if len(list) != min(20, len(rows)) {
				t.Errorf("%d rows found of %d", len(list), len(rows))
			}
			for j, row := range list {
				// Rows at one distance may come in any order.
				if distance(row) != distance(rows[j]) || !slices.Contains(rows, row) {
					t.Errorf("neighbour %d of %s is %s, want %s", j, q, row, rows[j])
				}
			}
		}
	}
}

// checkFile asks SQLite whether its file is sound, and whether it holds the
// tables that the catalog says.
func checkFile(t *testing.T, ts *testServer) {
	t.Helper()
	conn, err := ts.db.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer ts.db.Release(conn)
	column := func(sql string) (values []string) {
		st, err := conn.Prepare(sql)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		for {
			ok, err := st.Step()
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				return values
			}
			values = append(values, strings.Clone(st.Column(0).Str()))
		}
	}
	if got := column("PRAGMA integrity_check"); len(got) != 1 || got[0] != "ok" {
		t.Errorf("integrity check: %v", got)
	}
	var want []string
	indexes := map[string]bool{}
	for _, rel := range ts.catalogs.current().Relations() {
		switch rel.Kind {
		case catalog.KindIndex:
			indexes[strconv.Itoa(int(rel.OID))] = true
		case catalog.KindTable:
			want = append(want, rel.Physical)
			for _, c := range rel.Live() {
				if c.Companion != "" {
					want = append(want, c.Companion)
				}
			}
		}
	}
	slices.Sort(want)
	have := column("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'voronoi_%' AND name <> 'meta' ORDER BY name")
	if !slices.Equal(have, want) {
		t.Errorf("SQLite has tables %v, the catalog %v", have, want)
	}
	for _, file := range segmentFiles(t, ts.dir) {
		name, _ := strings.CutSuffix(filepath.Base(file), newSuffix)
		if id, _ := strings.CutSuffix(name, segmentSuffix); !indexes[id] {
			t.Errorf("a segment of index %s, which does not exist", id)
		}
	}
	for _, id := range column("SELECT CAST(oid AS TEXT) FROM voronoi_segment") {
		if !indexes[id] {
			t.Errorf("centroids of index %s, which does not exist", id)
		}
	}
}

// damage does something to one of the segments in a directory: none, a byte that
// is another, or an end too early. It tells how many there are, and how many
// were being written.
func damage(t *testing.T, dir string, rng *rand.Rand) (segments, written int) {
	t.Helper()
	var whole []string
	for _, file := range segmentFiles(t, dir) {
		if strings.HasSuffix(file, newSuffix) {
			written++
		} else {
			whole = append(whole, file)
		}
	}
	if len(whole) == 0 {
		return 0, written
	}
	file := whole[rng.IntN(len(whole))]
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	switch rng.IntN(3) {
	case 0:
		b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
	case 1:
		b = b[:rng.IntN(len(b))]
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return len(whole), written
}

// TestKill kills a server over and over.
func TestKill(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	ts := openServer(t, t.TempDir())
	c := ts.connect()
	c.exec("CREATE TABLE vecs (id int PRIMARY KEY, n int NOT NULL, v vector(6) NOT NULL)",
		"CREATE TABLE pairs (id serial PRIMARY KEY, op int NOT NULL)", "CREATE INDEX ON pairs (op)",
		"CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)", "INSERT INTO accounts VALUES (1, 0), (2, 0)",
		"INSERT INTO vecs SELECT 0, 1, '"+killVector(0, 1)+"'",
		"CREATE INDEX ON vecs USING ivfflat (v vector_l2_ops) WITH (lists = 8)", "CREATE INDEX graph ON vecs USING hnsw (v vector_cosine_ops)")
	st := &killState{known: map[string]int{"row.0": 1}}
	rng := rand.New(rand.NewPCG(7, 7))
	found, wanted, segments, written := 0, 0, 0, 0
	for round := range rounds {
		if t.Failed() {
			break
		}
		c.Close()
		if err := ts.Close(); err != nil {
			t.Fatal(err)
		}
		ts.Server = nil
		said := startChild(t, "TestKilledServer", ts.dir, round+1).killAfter(time.Duration(20+rng.IntN(300)) * time.Millisecond)
		n, m := damage(t, ts.dir, rng)
		segments, written = segments+n, written+m
		ts.open()
		c = ts.connect()
		st.learn(t, said)
		st.check(t, readKillState(t, c))
		c.expect("SELECT sum(balance) FROM accounts", "0")
		checkSearches(t, c, round)
		n, m = checkGraph(t, c, round)
		found, wanted = found+n, wanted+m
		checkFile(t, ts)
	}
	t.Logf("%d acknowledged transactions in %d rounds; %d segments, %d more half written; recall of the graph %d of %d",
		st.acks, rounds, segments, written, found, wanted)
	if found*100 < wanted*97 {
		t.Errorf("the graph finds %d of %d", found, wanted)
	}
	if st.acks < 5*rounds {
		t.Errorf("only %d transactions were acknowledged in %d rounds", st.acks, rounds)
	}
}
