package wire

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestPgx runs a driver against the server in each of its modes: simple and
// extended protocol, text and binary, statements prepared and not.
func TestPgx(t *testing.T) {
	addr := startServer(t, newFakeBackend(), Options{})
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec, pgx.QueryExecModeExec,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			conn := mustDial(t, addr)
			var a int32
			var b *string
			for range 3 {
				if err := conn.QueryRow(t.Context(), "SELECT $1::int4 AS a, $2::text AS b", mode, int32(7), "seven").Scan(&a, &b); err != nil {
					t.Fatal(err)
				}
				if a != 7 || *b != "seven" {
					t.Errorf("got %d, %q", a, *b)
				}
			}
			if err := conn.QueryRow(t.Context(), "SELECT $1::int4 AS a, $2::text AS b", mode, int32(8), (*string)(nil)).Scan(&a, &b); err != nil || b != nil {
				t.Errorf("a NULL came back as %v, %v", b, err)
			}
			_, err := conn.Exec(t.Context(), "SELECT 1/0", mode)
			wantCode(t, err, "22012")
			if err := conn.Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPgxBatch(t *testing.T) {
	conn := mustDial(t, startServer(t, newFakeBackend(), Options{}))
	batch := &pgx.Batch{}
	for i := range int32(100) {
		batch.Queue("SELECT $1::int4 AS a, $2::text AS b", i, "x")
	}
	batch.Queue("SELECT 1/0")
	batch.Queue("SELECT 1")
	results := conn.SendBatch(t.Context(), batch)
	for i := range int32(100) {
		var a int32
		var b string
		if err := results.QueryRow().Scan(&a, &b); err != nil || a != i {
			t.Fatalf("answer %d is %d, %v", i, a, err)
		}
	}
	_, err := results.Exec()
	wantCode(t, err, "22012")
	if err := results.Close(); err == nil {
		t.Error("the statement after the failed one has run")
	}
	if err := conn.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPgxCopy(t *testing.T) {
	conn := mustDial(t, startServer(t, newFakeBackend(), Options{}))
	var want strings.Builder
	for range 50000 {
		want.WriteString("12\ta line of some length\n")
	}
	tag, err := conn.PgConn().CopyFrom(t.Context(), strings.NewReader(want.String()), "COPY t FROM STDIN")
	if err != nil || tag.RowsAffected() != 50000 {
		t.Fatalf("%v, %v", tag, err)
	}
	var got strings.Builder
	if _, err := conn.PgConn().CopyTo(t.Context(), &got, "COPY t TO STDOUT"); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("%d bytes came back of %d", got.Len(), want.Len())
	}
	_, err = conn.PgConn().CopyFrom(t.Context(), strings.NewReader("x\ty\n"), "COPY t FROM STDIN")
	wantCode(t, err, "22P02")
}

func TestPgxNotification(t *testing.T) {
	addr := startServer(t, newFakeBackend(), Options{})
	ear, mouth := mustDial(t, addr), mustDial(t, addr)
	if _, err := ear.Exec(t.Context(), "LISTEN c"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 100 {
		if _, err := mouth.Exec(t.Context(), "NOTIFY c, 'news'"); err != nil {
			t.Fatal(err)
		}
	}
	for range 100 {
		n, err := ear.WaitForNotification(ctx)
		if err != nil || n.Payload != "news" {
			t.Fatalf("%v, %v", n, err)
		}
	}
}
