package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"voronoi/internal/oracle"
)

// portalScript suspends portals and writes between their parts: in one
// transaction, before and after the session begins to write, and across a
// savepoint that is rolled back. Each line is what is sent up to a Sync.
func portalScript() [][]pgproto3.FrontendMessage {
	query := func(sql string) []pgproto3.FrontendMessage {
		return []pgproto3.FrontendMessage{&pgproto3.Query{String: sql}}
	}
	open := func(portal, sql string, rows uint32) []pgproto3.FrontendMessage {
		return []pgproto3.FrontendMessage{
			&pgproto3.Parse{Name: "s" + portal, Query: sql}, &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: "s" + portal},
			&pgproto3.Execute{Portal: portal, MaxRows: rows}, &pgproto3.Sync{},
		}
	}
	more := func(portal string, rows uint32) []pgproto3.FrontendMessage {
		return []pgproto3.FrontendMessage{&pgproto3.Execute{Portal: portal, MaxRows: rows}, &pgproto3.Sync{}}
	}
	return [][]pgproto3.FrontendMessage{
		query("CREATE TABLE t (id int PRIMARY KEY, v text)"),
		query("INSERT INTO t SELECT g, 'v' || g FROM generate_series(1, 10) g"),
		query("BEGIN"),
		open("a", "SELECT id, v FROM t ORDER BY id", 2),
		query("UPDATE t SET v = 'new' || id"),
		more("a", 2),
		open("b", "SELECT id, v FROM t ORDER BY id", 3),
		query("SAVEPOINT x"),
		query("DELETE FROM t WHERE id > 4"),
		more("b", 2),
		open("c", "SELECT count(*) FROM t", 0),
		query("ROLLBACK TO x"),
		more("a", 0),
		more("b", 0),
		more("c", 1),
		open("d", "INSERT INTO t VALUES (11, 'x'), (12, 'y') RETURNING id", 1),
		query("INSERT INTO t VALUES (11, 'again')"),
		more("d", 1),
		query("ROLLBACK"),
		more("a", 1),
		open("e", "SELECT id FROM t ORDER BY id", 2),
		more("e", 2),
		query("SELECT count(*) FROM t"),
	}
}

// TestSuspendedPortals: what a suspended portal goes on with, whatever its
// session has written meanwhile, is what PostgreSQL goes on with.
func TestSuspendedPortals(t *testing.T) {
	ours := portalAnswers(t, fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", startServer(t)))
	want := []string{
		"PortalSuspended", "[1 v1]", "[4 v4]", "[1 new1]", "SELECT 1",
	}
	for _, w := range want {
		if !strings.Contains(ours, w) {
			t.Errorf("%q is not in\n%s", w, ours)
		}
	}
	srv := oracle.Postgres(t)
	theirs := portalAnswers(t, srv.DSN())
	if ours != theirs {
		t.Errorf("here\n%s\nPostgreSQL\n%s", ours, theirs)
	}
}

func portalAnswers(t *testing.T, dsn string) string {
	t.Helper()
	conn, err := pgconn.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(context.Background(), "CREATE SCHEMA portals; SET search_path = portals").ReadAll(); err != nil {
		t.Fatal(err)
	}
	raw, err := conn.Hijack()
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Conn.Close()
	var log strings.Builder
	for i, messages := range portalScript() {
		fmt.Fprintf(&log, "%d:", i)
		for _, m := range messages {
			raw.Frontend.Send(m)
		}
		if err := raw.Frontend.Flush(); err != nil {
			t.Fatal(err)
		}
		for ready := false; !ready; {
			m, err := raw.Frontend.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.DataRow:
				fmt.Fprintf(&log, " %s", m.Values)
			case *pgproto3.CommandComplete:
				fmt.Fprintf(&log, " %s", m.CommandTag)
			case *pgproto3.PortalSuspended:
				log.WriteString(" PortalSuspended")
			case *pgproto3.ErrorResponse:
				fmt.Fprintf(&log, " %s %s", m.Code, m.Message)
			case *pgproto3.ReadyForQuery:
				fmt.Fprintf(&log, " %c\n", m.TxStatus)
				ready = true
			}
		}
	}
	return log.String()
}
