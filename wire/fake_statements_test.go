package wire

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

var one = []datum.Datum{datum.Int(1)}

// fakeStatements are the statements of the transcripts.
var fakeStatements map[string]*fakeStatement

func init() {
	fakeStatements = map[string]*fakeStatement{
		"SELECT 1":                    selects([]frontend.Column{column("?column?", oid.Int4)}, one),
		"SELECT 'a' AS x, NULL AS y":  selects([]frontend.Column{column("x", oid.Text), column("y", oid.Text)}, []datum.Datum{datum.Text("a"), datum.Null}),
		"SELECT":                      selects([]frontend.Column{}, []datum.Datum{}),
		"SELECT generate_series(1,3)": selects([]frontend.Column{column("generate_series", oid.Int4)}, one, []datum.Datum{datum.Int(2)}, []datum.Datum{datum.Int(3)}),
		"SELECT generate_series(1,100000)": {
			cols: []frontend.Column{column("generate_series", oid.Int4)},
			run: func(_ context.Context, _ *fakeSession, _ *fakePortal, r frontend.Receiver) error {
				for i := range int64(100000) {
					if err := r.Row([]datum.Datum{datum.Int(i + 1)}); err != nil {
						return err
					}
				}
				return r.Complete("SELECT 100000")
			},
		},
		"SELECT $1::int4 AS a, $2::text AS b": {
			params: []oid.OID{oid.Int4, oid.Text},
			cols:   []frontend.Column{column("a", oid.Int4), column("b", oid.Text)},
			run: func(_ context.Context, _ *fakeSession, p *fakePortal, r frontend.Receiver) error {
				if err := r.Row(p.args); err != nil {
					return err
				}
				return r.Complete("SELECT 1")
			},
		},
		"SELECT 1/0": fails(pgerr.New(pgerr.DivisionByZero, "division by zero")),
		"SELECT pg_sleep(60)": {
			cols: []frontend.Column{column("pg_sleep", oid.Void)},
			run: func(ctx context.Context, s *fakeSession, _ *fakePortal, _ frontend.Receiver) error {
				select {
				case <-s.cancel:
				case <-ctx.Done():
				}
				return pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
			},
		},
		"BEGIN":    does("BEGIN", func(s *fakeSession) { s.block = 'T' }),
		"COMMIT":   endBlock("COMMIT"),
		"ROLLBACK": endBlock("ROLLBACK"),
		"SET application_name = 'x'": does("SET", func(s *fakeSession) {
			s.client.ParameterStatus("application_name", "x")
		}),
		"DROP TABLE IF EXISTS nope": does("DROP TABLE", func(s *fakeSession) {
			s.client.Notice(pgerr.Notice("00000", `table "nope" does not exist, skipping`))
		}),
		"LISTEN c": does("LISTEN", func(s *fakeSession) { s.listening = true }),
		"NOTIFY c, 'news'": does("NOTIFY", func(s *fakeSession) {
			s.backend.mu.Lock()
			defer s.backend.mu.Unlock()
			for _, other := range s.backend.sessions {
				if other.listening {
					other.client.Notify(s.pid, "c", "news")
				}
			}
		}),
		"CREATE TEMP TABLE t (a int, b text)": does("CREATE TABLE", func(s *fakeSession) { s.table = nil }),
		"COPY t FROM STDIN":                   {run: copyIn},
		"COPY t TO STDOUT":                    {run: copyOut},
	}
}

func fails(err error) *fakeStatement {
	return &fakeStatement{run: func(context.Context, *fakeSession, *fakePortal, frontend.Receiver) error { return err }}
}

// endBlock commits or rolls back; a failed block can only be rolled back.
func endBlock(tag string) *fakeStatement {
	return &fakeStatement{run: func(_ context.Context, s *fakeSession, _ *fakePortal, r frontend.Receiver) error {
		if s.block == 'E' {
			tag = "ROLLBACK"
		}
		s.block = 0
		return r.Complete(tag)
	}}
}

func copyIn(_ context.Context, s *fakeSession, _ *fakePortal, r frontend.Receiver) error {
	source, err := r.CopyIn(false, 2)
	if err != nil {
		return err
	}
	var data strings.Builder
	for {
		piece, err := source.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			e := *pgerr.From(err)
			e.Where = fmt.Sprintf("COPY t, line %d", strings.Count(data.String(), "\n")+1)
			return &e
		}
		data.Write(piece)
	}
	lines := strings.SplitAfter(data.String(), "\n")
	lines = lines[:len(lines)-1]
	for i, line := range lines {
		if a, _, _ := strings.Cut(line, "\t"); strings.Trim(a, "0123456789") != "" {
			return (&pgerr.Error{
				Code: pgerr.InvalidTextRepresentation, Message: fmt.Sprintf(`invalid input syntax for type integer: "%s"`, a),
				Where: fmt.Sprintf(`COPY t, line %d, column a: "%s"`, i+1, a),
			})
		}
	}
	s.table = append(s.table, lines...)
	return r.Complete(fmt.Sprintf("COPY %d", len(lines)))
}

func copyOut(_ context.Context, s *fakeSession, _ *fakePortal, r frontend.Receiver) error {
	if err := r.CopyOut(false, 2); err != nil {
		return err
	}
	for _, line := range s.table {
		if err := r.CopyData([]byte(line)); err != nil {
			return err
		}
	}
	return r.Complete(fmt.Sprintf("COPY %d", len(s.table)))
}

// patience is how long a test waits for what has to come.
const patience = 20 * time.Second
