package wire

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
)

// tenSession answers everything with ten rows, at no cost of its own: what is
// left is the protocol's.
type tenSession struct {
	*fakeSession
	env  *datum.Env
	cols []frontend.Column
	row  []datum.Datum
	none []oid.OID
}

func (s *tenSession) Env() *datum.Env { return s.env }
func (s *tenSession) Query(_ context.Context, _ string, r frontend.Receiver) error {
	if err := r.Describe(s.cols); err != nil {
		return err
	}
	return s.Execute(context.Background(), "", 0, r)
}
func (s *tenSession) StatementParams(string) ([]oid.OID, error) { return s.none, nil }
func (s *tenSession) Parse(context.Context, string, string, []oid.OID) error {
	return nil
}
func (s *tenSession) DescribeStatement(context.Context, string) ([]oid.OID, []frontend.Column, bool, error) {
	return s.none, s.cols, true, nil
}
func (s *tenSession) Bind(context.Context, string, string, []datum.Datum) error { return nil }
func (s *tenSession) DescribePortal(context.Context, string) ([]frontend.Column, bool, error) {
	return s.cols, true, nil
}
func (s *tenSession) Execute(_ context.Context, _ string, _ int, r frontend.Receiver) error {
	for range 10 {
		if err := r.Row(s.row); err != nil {
			return err
		}
	}
	return r.Complete("SELECT 10")
}

type tenBackend struct{ *fakeBackend }

func (b tenBackend) Connect(ctx context.Context, s frontend.Startup, c frontend.Client) (Session, error) {
	f, err := b.fakeBackend.Connect(ctx, s, c)
	if err != nil {
		return nil, err
	}
	cols, row := sampleRow(16)
	return &tenSession{fakeSession: f.(*fakeSession), env: datum.DefaultEnv(), cols: cols[:3], row: row[:3]}, nil
}

// BenchmarkRoundTrip is a query of ten rows over loopback, one at a time.
func BenchmarkRoundTrip(b *testing.B) {
	addr := startServer(b, tenBackend{newFakeBackend()}, Options{})
	host, port, _ := net.SplitHostPort(addr)
	ctx := context.Background()
	conn, err := pgconn.Connect(ctx, fmt.Sprintf("host=%s port=%s user=postgres", host, port))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Prepare(ctx, "s", "SELECT", nil); err != nil {
		b.Fatal(err)
	}
	drain := func(b *testing.B, r *pgconn.ResultReader) {
		for r.NextRow() {
		}
		if _, err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("prepared", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			drain(b, conn.ExecPrepared(ctx, "s", nil, nil, []int16{1}))
		}
	})
	b.Run("simple", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := conn.Exec(ctx, "SELECT").ReadAll(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
