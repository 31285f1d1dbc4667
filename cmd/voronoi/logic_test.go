package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5/pgconn"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/oracle"
)

// The logic tests are files of SQL with the answers that it must get. Each runs
// over the simple protocol, the extended one in text and the extended one in
// binary, which must answer alike. Files in postgres/ also run against a real
// PostgreSQL, where there is one; with -rewrite its answers become the expected
// ones. Files in voronoi/ are about what PostgreSQL has not.
//
// Commands, each on one connection, by default "main" (session=name):
//
//	sql               one statement: its rows or tag, notices before, or its error
//	batch             a simple-query string of several statements
//	async             a statement that is expected to wait; await gives its answer
//	await
//	copyin            COPY … FROM STDIN, the data below the first line
//	copyout           COPY … TO STDOUT
//	disconnect        closes the connection
const logic = "../../testdata/logic"

// protocol is one way to send statements.
type protocol struct {
	name   string
	simple bool
	format int16
}

var protocols = []protocol{{"simple", true, 0}, {"text", false, 0}, {"binary", false, 1}}

func TestLogic(t *testing.T) {
	for _, kind := range []string{"postgres", "voronoi"} {
		files, err := filepath.Glob(filepath.Join(logic, kind, "*.txt"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s logic tests: %v", kind, err)
		}
		for _, file := range files {
			name := kind + "/" + strings.TrimSuffix(filepath.Base(file), ".txt")
			t.Run(name, func(t *testing.T) {
				if kind == "postgres" && rewriting() {
					t.Run("oracle", func(t *testing.T) { runOracle(t, file) })
					return
				}
				for _, p := range protocols {
					if rewriting() && !p.simple {
						continue
					}
					t.Run(p.name, func(t *testing.T) {
						addr := startServer(t)
						runLogic(t, file, fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", addr), p)
					})
				}
				if kind == "postgres" {
					t.Run("oracle", func(t *testing.T) { runOracle(t, file) })
				}
			})
		}
	}
}

func rewriting() bool {
	for _, arg := range os.Args {
		if arg == "-rewrite" || arg == "-rewrite=true" || arg == "--rewrite" {
			return true
		}
	}
	return false
}

// runOracle runs a file against PostgreSQL, in a database of its own.
func runOracle(t *testing.T, file string) {
	srv := oracle.Postgres(t)
	admin := srv.Connect(t)
	ctx := context.Background()
	name := "logic_" + strings.TrimSuffix(filepath.Base(file), ".txt")
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)",
		"CREATE DATABASE " + name + " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
		"ALTER DATABASE " + name + " SET timezone = 'UTC'",
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	config := admin.Config().Copy()
	config.Database = name
	runLogic(t, file, config.ConnString()+" dbname="+name, protocols[0])
}

// logicRun is one file on one server over one protocol.
type logicRun struct {
	t        *testing.T
	dsn      string
	protocol protocol
	sessions map[string]*logicSession
}

type logicSession struct {
	conn    *pgconn.PgConn
	mu      sync.Mutex
	notices []string
	pending chan string
}

func runLogic(t *testing.T, file, dsn string, p protocol) {
	r := &logicRun{t: t, dsn: dsn, protocol: p, sessions: map[string]*logicSession{}}
	defer func() {
		for _, s := range r.sessions {
			s.conn.Close(context.Background())
		}
	}()
	datadriven.RunTest(t, file, func(t *testing.T, d *datadriven.TestData) string {
		name := "main"
		d.MaybeScanArgs(t, "session", &name)
		s := r.session(name)
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		switch d.Cmd {
		case "sql":
			return s.notes() + r.run(ctx, s, d.Input)
		case "batch":
			return s.simple(ctx, d.Input)
		case "async":
			s.pending = make(chan string, 1)
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
				defer cancel()
				s.pending <- r.run(ctx, s, d.Input)
			}()
			select {
			case out := <-s.pending:
				return "did not wait:\n" + out
			case <-time.After(300 * time.Millisecond):
				return "waits\n"
			}
		case "await":
			if s.pending == nil {
				return "nothing is pending\n"
			}
			out := <-s.pending
			s.pending = nil
			return out
		case "copyin":
			sql, data, _ := strings.Cut(d.Input, "\n")
			tag, err := s.conn.CopyFrom(ctx, strings.NewReader(data+"\n"), sql)
			if err != nil {
				return describeError(err)
			}
			return tag.String() + "\n"
		case "copyout":
			var out bytes.Buffer
			tag, err := s.conn.CopyTo(ctx, &out, d.Input)
			if err != nil {
				return out.String() + describeError(err)
			}
			return out.String() + tag.String() + "\n"
		case "disconnect":
			s.conn.Close(ctx)
			delete(r.sessions, name)
			return ""
		}
		t.Fatalf("%s: unknown command %q", d.Pos, d.Cmd)
		return ""
	})
}

func (r *logicRun) session(name string) *logicSession {
	if s := r.sessions[name]; s != nil {
		return s
	}
	s := &logicSession{}
	config, err := pgconn.ParseConfig(r.dsn)
	if err != nil {
		r.t.Fatal(err)
	}
	config.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.notices = append(s.notices, describe((*pgconn.PgError)(n)))
	}
	if s.conn, err = pgconn.ConnectConfig(context.Background(), config); err != nil {
		r.t.Fatal(err)
	}
	r.sessions[name] = s
	return s
}

// notes gives the notices that have come, and forgets them.
func (s *logicSession) notes() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := strings.Join(s.notices, "")
	s.notices = nil
	return out
}

func (r *logicRun) run(ctx context.Context, s *logicSession, sql string) string {
	if r.protocol.simple {
		return s.simple(ctx, sql)
	}
	reader := s.conn.ExecParams(ctx, sql, nil, nil, nil, []int16{r.protocol.format})
	out := readResult(reader)
	return s.notes() + out
}

func (s *logicSession) simple(ctx context.Context, sql string) string {
	results := s.conn.Exec(ctx, sql)
	var out strings.Builder
	for results.NextResult() {
		out.WriteString(readResult(results.ResultReader()))
	}
	if err := results.Close(); err != nil {
		text := describeError(err)
		if !strings.HasSuffix(out.String(), text) {
			out.WriteString(text)
		}
	}
	return s.notes() + out.String()
}

// readResult prints one statement's rows as psql -A would, and its tag where it
// has none.
func readResult(reader *pgconn.ResultReader) string {
	var out strings.Builder
	fields := reader.FieldDescriptions()
	env := datum.DefaultEnv()
	var header strings.Builder
	for i, f := range fields {
		if i > 0 {
			header.WriteByte('|')
		}
		header.WriteString(f.Name)
	}
	if len(fields) > 0 {
		header.WriteByte('\n')
	}
	for first := true; reader.NextRow(); first = false {
		if first {
			out.WriteString(header.String())
		}
		for i, v := range reader.Values() {
			if i > 0 {
				out.WriteByte('|')
			}
			if v == nil {
				out.WriteString("∅")
				continue
			}
			out.WriteString(valueText(env, fields[i], v))
		}
		out.WriteByte('\n')
	}
	tag, err := reader.Close()
	if err != nil {
		return out.String() + describeError(err)
	}
	switch {
	case len(fields) == 0:
		return tag.String() + "\n"
	case out.Len() == 0:
		// Where an error comes before the first row it depends on the protocol
		// whether the columns were described.
		return header.String()
	}
	return out.String()
}

// valueText is a value in text, whatever format it came in.
func valueText(env *datum.Env, f pgconn.FieldDescription, v []byte) string {
	if f.Format == 0 {
		return strings.ReplaceAll(string(v), "\n", "⏎")
	}
	t := datum.ByOID(oid.OID(f.DataTypeOID))
	if t == nil {
		return string(v) // an enum, whose binary form is its label
	}
	d, err := t.Recv(env, v)
	if err != nil {
		return fmt.Sprintf("(bad binary of type %s: %v) %x", t.Name, err, v)
	}
	return strings.ReplaceAll(string(t.AppendText(nil, env, d)), "\n", "⏎")
}

func describeError(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return describe(e)
	}
	if errors.Is(err, io.EOF) {
		return "connection closed\n"
	}
	return "client error: " + err.Error() + "\n"
}

// describe prints the fields of an error or notice that clients look at.
func describe(e *pgconn.PgError) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s: %s\n", e.Severity, e.Code, e.Message)
	for _, f := range []struct{ name, value string }{
		{"DETAIL", e.Detail}, {"HINT", e.Hint}, {"CONSTRAINT", e.ConstraintName}, {"COLUMN", e.ColumnName},
	} {
		if f.value != "" {
			fmt.Fprintf(&out, "%s: %s\n", f.name, f.value)
		}
	}
	if e.Position > 0 {
		fmt.Fprintf(&out, "POSITION: %d\n", e.Position)
	}
	return out.String()
}
