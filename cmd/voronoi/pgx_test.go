package main

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// vector is a value of that type; its codec speaks the binary form.
type vector []float32

type vectorCodec struct{}

func (vectorCodec) FormatSupported(format int16) bool { return format == pgx.BinaryFormatCode }
func (vectorCodec) PreferredFormat() int16            { return pgx.BinaryFormatCode }

func (vectorCodec) PlanEncode(_ *pgtype.Map, _ uint32, format int16, value any) pgtype.EncodePlan {
	if _, ok := value.(vector); !ok || format != pgx.BinaryFormatCode {
		return nil
	}
	return encodeVector{}
}

type encodeVector struct{}

func (encodeVector) Encode(value any, buf []byte) ([]byte, error) {
	v := value.(vector)
	buf = binary.BigEndian.AppendUint16(buf, uint16(len(v)))
	buf = binary.BigEndian.AppendUint16(buf, 0)
	for _, x := range v {
		buf = binary.BigEndian.AppendUint32(buf, math.Float32bits(x))
	}
	return buf, nil
}

func (vectorCodec) PlanScan(_ *pgtype.Map, _ uint32, format int16, target any) pgtype.ScanPlan {
	if _, ok := target.(*vector); !ok || format != pgx.BinaryFormatCode {
		return nil
	}
	return scanVector{}
}

type scanVector struct{}

func (scanVector) Scan(src []byte, target any) error {
	if len(src) < 4 {
		return fmt.Errorf("a vector of %d bytes", len(src))
	}
	v := make(vector, binary.BigEndian.Uint16(src))
	for i := range v {
		v[i] = math.Float32frombits(binary.BigEndian.Uint32(src[4+4*i:]))
	}
	*target.(*vector) = v
	return nil
}

func (vectorCodec) DecodeDatabaseSQLValue(*pgtype.Map, uint32, int16, []byte) (driver.Value, error) {
	return nil, errors.New("not by database/sql")
}

func (vectorCodec) DecodeValue(*pgtype.Map, uint32, int16, []byte) (any, error) {
	return nil, errors.New("into a vector only")
}

// connect opens a connection that knows the vector type, with an empty table
// items.
func connect(t *testing.T, addr *net.TCPAddr) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres", addr.IP, addr.Port))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	must(t, conn, "CREATE EXTENSION IF NOT EXISTS vector")
	var id uint32
	if err := conn.QueryRow(t.Context(), "SELECT to_regtype('vector')::oid").Scan(&id); err != nil {
		t.Fatal(err)
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "vector", OID: id, Codec: vectorCodec{}})
	must(t, conn, "DROP TABLE IF EXISTS items")
	must(t, conn, "CREATE TABLE items (id bigserial PRIMARY KEY, name text UNIQUE, embedding vector(3))")
	return conn
}

func must(t *testing.T, conn *pgx.Conn, sql string, args ...any) pgconn.CommandTag {
	t.Helper()
	tag, err := conn.Exec(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return tag
}

// names runs a query of one text column.
func names(t *testing.T, conn *pgx.Conn, sql string, args ...any) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want SQLSTATE %s", err, code)
	}
}

func TestPgxVectors(t *testing.T) {
	conn := connect(t, startServer(t))
	for name, v := range map[string]vector{"a": {1, 0, 0}, "b": {0, 1, 0}, "c": {0, 0, 1}} {
		if tag := must(t, conn, "INSERT INTO items (name, embedding) VALUES ($1, $2)", name, v); tag.String() != "INSERT 0 1" {
			t.Errorf("tag %q", tag)
		}
	}
	var got vector
	var distance float64
	err := conn.QueryRow(t.Context(), "SELECT embedding, embedding <-> $1 FROM items ORDER BY embedding <-> $1 LIMIT 1",
		vector{0, 2, 0}).Scan(&got, &distance)
	if err != nil || !slices.Equal(got, vector{0, 1, 0}) || distance != 1 {
		t.Errorf("got %v at %v, %v", got, distance, err)
	}
	// Text parameters, as an application without the type sends them.
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeSimpleProtocol, pgx.QueryExecModeExec, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeCacheStatement,
	} {
		list := names(t, conn, "SELECT name FROM items ORDER BY embedding <-> $1::text::vector LIMIT 2", mode, "[0,0.1,1]")
		if !slices.Equal(list, []string{"c", "b"}) {
			t.Errorf("%s: got %v", mode, list)
		}
	}
}

func TestPgxCopyFrom(t *testing.T) {
	conn := connect(t, startServer(t))
	const n = 2000
	count, err := conn.CopyFrom(t.Context(), pgx.Identifier{"items"}, []string{"name", "embedding"},
		pgx.CopyFromSlice(n, func(i int) ([]any, error) {
			return []any{fmt.Sprint("n", i), vector{float32(i), 0, 1}}, nil
		}))
	if err != nil || count != n {
		t.Fatalf("copied %d, %v", count, err)
	}
	list := names(t, conn, "SELECT name FROM items ORDER BY embedding <-> $1 LIMIT 3", vector{1000.1, 0, 1})
	if !slices.Equal(list, []string{"n1000", "n1001", "n999"}) {
		t.Errorf("got %v", list)
	}
	_, err = conn.CopyFrom(t.Context(), pgx.Identifier{"items"}, []string{"name"}, pgx.CopyFromRows([][]any{{"new"}, {"n1"}}))
	wantCode(t, err, "23505")
	if list := names(t, conn, "SELECT name FROM items WHERE name = 'new'"); len(list) != 0 {
		t.Error("a COPY that failed has left a row")
	}
}

// TestPgxBatch: what is between two Syncs is one transaction.
func TestPgxBatch(t *testing.T) {
	conn := connect(t, startServer(t))
	batch := &pgx.Batch{}
	for i := range 100 {
		batch.Queue("INSERT INTO items (name, embedding) VALUES ($1, $2)", fmt.Sprint("n", i), vector{float32(i), 0, 0})
	}
	batch.Queue("SELECT count(*) FROM items")
	results := conn.SendBatch(t.Context(), batch)
	for range 100 {
		if _, err := results.Exec(); err != nil {
			t.Fatal(err)
		}
	}
	var count int
	if err := results.QueryRow().Scan(&count); err != nil || count != 100 {
		t.Errorf("count %d, %v", count, err)
	}
	if err := results.Close(); err != nil {
		t.Fatal(err)
	}
	failing := &pgx.Batch{}
	failing.Queue("INSERT INTO items (name) VALUES ('undone')")
	failing.Queue("INSERT INTO items (name) VALUES ('n1')")
	wantCode(t, conn.SendBatch(t.Context(), failing).Close(), "23505")
	if list := names(t, conn, "SELECT name FROM items WHERE name = 'undone'"); len(list) != 0 {
		t.Error("a batch that failed has left a row")
	}
}

func TestPgxTransactions(t *testing.T) {
	addr := startServer(t)
	conn := connect(t, addr)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "INSERT INTO items (name) VALUES ('kept')"); err != nil {
		t.Fatal(err)
	}
	inner, err := tx.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inner.Exec(t.Context(), "INSERT INTO items (name) VALUES ('kept')"); err == nil {
		t.Error("a duplicate went in")
	} else {
		wantCode(t, err, "23505")
	}
	if err := inner.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list := names(t, conn, "SELECT name FROM items"); !slices.Equal(list, []string{"kept"}) {
		t.Errorf("got %v", list)
	}
}

func TestPgxCancel(t *testing.T) {
	conn := connect(t, startServer(t))
	go func() {
		time.Sleep(100 * time.Millisecond)
		_ = conn.PgConn().CancelRequest(context.Background())
	}()
	_, err := conn.Exec(t.Context(), "SELECT pg_sleep(100)")
	wantCode(t, err, "57014")
	must(t, conn, "SELECT 1")
}

func TestPgxPreparedAcrossDefinitions(t *testing.T) {
	conn := connect(t, startServer(t))
	must(t, conn, "INSERT INTO items (name) VALUES ('a')")
	if _, err := conn.Prepare(t.Context(), "all", "SELECT * FROM items"); err != nil {
		t.Fatal(err)
	}
	must(t, conn, "ALTER TABLE items ADD COLUMN more int")
	_, err := conn.Exec(t.Context(), "all")
	wantCode(t, err, "0A000")
	must(t, conn, "SELECT name FROM items")
}
