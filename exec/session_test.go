package exec

import (
	"context"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// The harness of this package's tests: a server in a directory of its own, and
// clients that talk to sessions as the protocol does, with the rows as text.

// testServer is a server that is closed with the test, and can be reopened.
type testServer struct {
	memoryLimit string // the default of voronoi.memory_limit
	*Server
	t   testing.TB
	dir string
}

// newServer opens a server over an empty directory.
func newServer(t testing.TB) *testServer {
	t.Helper()
	return openServer(t, t.TempDir())
}

// openServer opens a server over a directory.
func openServer(t testing.TB, dir string) *testServer {
	t.Helper()
	ts := &testServer{t: t, dir: dir}
	ts.open()
	t.Cleanup(func() {
		if ts.Server != nil {
			ts.Server.Close()
		}
	})
	return ts
}

func (ts *testServer) open() {
	ts.t.Helper()
	srv, err := Open(context.Background(), Options{Dir: ts.dir, Version: "test", MemoryLimit: ts.memoryLimit, Logger: slog.New(slog.NewTextHandler(testLog{ts.t}, nil))})
	if err != nil {
		ts.t.Fatal(err)
	}
	ts.Server = srv
}

// reopen closes the server, and with it all sessions, and opens it again.
func (ts *testServer) reopen() {
	ts.t.Helper()
	ts.stop()
	ts.open()
}

// stop closes the server, and with it all sessions.
func (ts *testServer) stop() {
	ts.t.Helper()
	for _, s := range ts.sessions.all() {
		s.Close()
	}
	err := ts.Close()
	ts.Server = nil
	if err != nil {
		ts.t.Fatal(err)
	}
}

// testLog shows what the server logs while its test fails.
type testLog struct{ t testing.TB }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(strings.TrimRight(string(b), "\n"))
	return len(b), nil
}

// testClient is a client with its session. Like a connection, it is for one
// goroutine.
type testClient struct {
	*Session
	t testing.TB

	mu         sync.Mutex
	notices    []string
	terminated *pgerr.Error
}

// connect starts a session, which ends with the test if not before.
func (ts *testServer) connect() *testClient {
	ts.t.Helper()
	c := &testClient{t: ts.t}
	s, err := ts.Connect(context.Background(), frontend.Startup{User: "voronoi", Database: "voronoi"}, c)
	if err != nil {
		ts.t.Fatal(err)
	}
	c.Session = s
	srv := ts.Server
	ts.t.Cleanup(func() {
		if srv.sessions.find(s.pid) == s {
			s.Close()
		}
	})
	return c
}

// Notice keeps a notice.
func (c *testClient) Notice(n *pgerr.Error) {
	c.mu.Lock()
	c.notices = append(c.notices, n.Level()+": "+n.Error())
	c.mu.Unlock()
}

// ParameterStatus drops a report.
func (c *testClient) ParameterStatus(string, string) {}

// Notify drops a notification.
func (c *testClient) Notify(int32, string, string) {}

// Terminate notes why the connection is ended.
func (c *testClient) Terminate(reason *pgerr.Error) {
	c.mu.Lock()
	c.terminated = reason
	c.mu.Unlock()
}

// answer is what one query string was answered with.
type answer struct {
	columns []frontend.Column
	rows    [][]string // of the last statement that returned rows
	tags    []string
	copied  []byte // by COPY TO
}

// String is the rows, a line each, columns divided by |.
func (a *answer) String() string {
	lines := make([]string, len(a.rows))
	for i, row := range a.rows {
		lines[i] = strings.Join(row, "|")
	}
	return strings.Join(lines, "\n")
}

// receiver collects an answer.
type receiver struct {
	answer
	c         *testClient
	input     []byte // for COPY FROM
	suspended bool
}

// Describe begins a list of rows.
func (r *receiver) Describe(columns []frontend.Column) error {
	r.columns, r.rows = columns, nil
	return nil
}

// Row keeps a row as text, NULL as ∅.
func (r *receiver) Row(values []datum.Datum) error {
	row := make([]string, len(values))
	env := r.c.Env()
	for i, d := range values {
		if d.IsNull() {
			row[i] = "∅"
			continue
		}
		row[i] = string(r.c.Type(r.columns[i].Type).AppendText(nil, env, d))
	}
	r.rows = append(r.rows, row)
	return nil
}

// Complete keeps a command tag.
func (r *receiver) Complete(tag string) error {
	r.tags = append(r.tags, tag)
	return nil
}

// Empty is the answer to an empty query string.
func (r *receiver) Empty() error { return r.Complete("") }

// Suspended ends an Execute at its limit.
func (r *receiver) Suspended() error {
	r.suspended = true
	return nil
}

// CopyIn sends what the test has for a COPY FROM STDIN.
func (r *receiver) CopyIn(bool, int) (frontend.CopySource, error) { return r, nil }

// Next gives the input in pieces of a size that divides nothing.
func (r *receiver) Next() ([]byte, error) {
	if len(r.input) == 0 {
		return nil, io.EOF
	}
	piece := r.input[:min(len(r.input), 60013)]
	r.input = r.input[len(piece):]
	return piece, nil
}

// CopyOut begins a COPY TO STDOUT.
func (r *receiver) CopyOut(bool, int) error { return nil }

// CopyData keeps a piece of it.
func (r *receiver) CopyData(piece []byte) error {
	r.copied = append(r.copied, piece...)
	return nil
}

// query runs a query string; input is what a COPY FROM STDIN in it reads.
func (c *testClient) query(sql string, input ...byte) (*answer, error) {
	r := &receiver{c: c, input: input}
	err := c.Query(context.Background(), sql, r)
	return &r.answer, err
}

// prepared runs a statement by the extended protocol, its arguments as text.
func (c *testClient) prepared(sql string, args ...string) (*answer, error) {
	ctx := context.Background()
	r := &receiver{c: c}
	err := func() error {
		if err := c.Parse(ctx, "", sql, nil); err != nil {
			return err
		}
		types, columns, _, err := c.DescribeStatement(ctx, "")
		if err != nil {
			return err
		}
		r.columns = columns
		values := make([]datum.Datum, len(args))
		for i, a := range args {
			if values[i], err = c.Type(types[i]).Input(c.Env(), a); err != nil {
				return err
			}
		}
		if err := c.Bind(ctx, "", "", values); err != nil {
			return err
		}
		return c.Execute(ctx, "", 0, r)
	}()
	if err != nil {
		c.Fail()
		return &r.answer, err
	}
	return &r.answer, c.Sync(ctx)
}

// exec runs query strings that have to succeed.
func (c *testClient) exec(statements ...string) {
	c.t.Helper()
	for _, sql := range statements {
		if _, err := c.query(sql); err != nil {
			c.t.Fatalf("%s\n%s", sql, describeError(err))
		}
	}
}

// rows runs a query string that has to succeed, and gives its rows as text.
func (c *testClient) rows(sql string, args ...string) string {
	c.t.Helper()
	run := func() (*answer, error) { return c.query(sql) }
	if len(args) > 0 {
		run = func() (*answer, error) { return c.prepared(sql, args...) }
	}
	a, err := run()
	if err != nil {
		c.t.Fatalf("%s\n%s", sql, describeError(err))
	}
	return a.String()
}

// expect compares a query's rows, a line each.
func (c *testClient) expect(sql string, want ...string) {
	c.t.Helper()
	if got := c.rows(sql); got != strings.Join(want, "\n") {
		c.t.Errorf("%s\ngave\n%s\nwant\n%s", sql, got, strings.Join(want, "\n"))
	}
}

// fails runs a query string that has to fail with a SQLSTATE and a message that
// contains the given text.
func (c *testClient) fails(code, message, sql string) {
	c.t.Helper()
	_, err := c.query(sql)
	if err == nil {
		c.t.Errorf("%s\nsucceeded, want %s %s", sql, code, message)
	} else if pgerr.Code(err) != code || !strings.Contains(err.Error(), message) {
		c.t.Errorf("%s\nfailed with %s\nwant %s %s", sql, describeError(err), code, message)
	}
}

func describeError(err error) string {
	e := pgerr.From(err)
	return e.Code + " " + e.Message
}

// number is the only value of a query's only row.
func (c *testClient) number(sql string, args ...string) float64 {
	c.t.Helper()
	f, err := strconv.ParseFloat(c.rows(sql, args...), 64)
	if err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return f
}

func TestRowsAndVectors(t *testing.T) {
	c := newServer(t).connect()
	c.exec("CREATE TABLE items (id serial PRIMARY KEY, name text, embedding vector(2))",
		"INSERT INTO items (name, embedding) VALUES ('a', '[0,0]'), ('b', '[1,0]'), ('c', NULL), ('d', '[3,4]')")
	c.expect("SELECT id, name, embedding FROM items ORDER BY id", "1|a|[0,0]", "2|b|[1,0]", "3|c|∅", "4|d|[3,4]")
	c.expect("SELECT name, embedding <-> '[0,1]' FROM items ORDER BY embedding <-> '[0,1]' LIMIT 2", "a|1", "b|1.4142135623730951")
	c.expect("SELECT name FROM items ORDER BY embedding <-> '[3,3]'", "d", "b", "a", "c")
	c.expect("SELECT id, name, distance FROM knn('items', '[3,3]', k => 2)", "4|d|1", "2|b|3.605551275463989")
	if got := c.rows("SELECT name FROM knn('items', $1, k => $2)", "[1,1]", "1"); got != "b" {
		t.Errorf("knn with parameters gave %s", got)
	}
	c.exec("UPDATE items SET embedding = '[9,9]' WHERE name = 'a'", "DELETE FROM items WHERE name = 'd'")
	c.expect("SELECT name FROM knn('items', '[9,8]', k => 10)", "a", "b")
}

func TestRollbackOfVectors(t *testing.T) {
	ts := newServer(t)
	c, other := ts.connect(), ts.connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, v vector(1))", "INSERT INTO t VALUES (1, '[1]'), (2, '[2]')")
	nearest := "SELECT id FROM knn('t', '[0]')"
	c.expect(nearest, "1", "2")
	c.exec("BEGIN", "INSERT INTO t VALUES (3, '[0]')", "SAVEPOINT a", "UPDATE t SET v = '[-1]' WHERE id = 2", "DELETE FROM t WHERE id = 1")
	c.expect(nearest, "3", "2")
	other.expect(nearest, "1", "2")
	c.exec("ROLLBACK TO a")
	c.expect(nearest, "3", "1", "2")
	c.exec("ROLLBACK")
	c.expect(nearest, "1", "2")
	c.exec("BEGIN", "INSERT INTO t VALUES (3, '[0]')", "COMMIT")
	other.expect(nearest, "3", "1", "2")
}

func TestRestart(t *testing.T) {
	ts := newServer(t)
	c := ts.connect()
	c.exec("CREATE TABLE t (id int PRIMARY KEY, v vector(1))", "INSERT INTO t VALUES (1, '[1]'), (2, '[2]')",
		"CREATE INDEX ON t USING ivfflat (v vector_l2_ops) WITH (lists = 1)")
	ts.reopen()
	c = ts.connect()
	c.expect("SELECT id FROM t ORDER BY v <-> '[3]'", "2", "1")
	c.expect("SELECT indexdef FROM pg_indexes WHERE indexname = 't_v_idx'",
		"CREATE INDEX t_v_idx ON public.t USING ivfflat (v) WITH (lists='1')")
	c.exec("INSERT INTO t VALUES (3, '[3]')")
	c.expect("SELECT id FROM t ORDER BY v <-> '[3]'", "3", "2", "1")
	c.fails("23505", `duplicate key value violates unique constraint "t_pkey"`, "INSERT INTO t VALUES (3, '[3]')")
}
