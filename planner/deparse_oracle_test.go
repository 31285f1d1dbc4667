package planner

import (
	"context"
	"os"
	"strings"
	"testing"

	"voronoi/internal/oid"
	"voronoi/internal/oracle"
)

// TestDeparseAgainstPostgres makes a CHECK constraint of each expression on
// PostgreSQL and compares what pg_get_expr shows with Deparse; the text must
// also mean the same when it is read again.
func TestDeparseAgainstPostgres(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	createFixture(t, conn)
	env := analysisEnv(t)
	rel := env.Catalog.RelationNamed(oid.PublicSchema, "t")
	text, err := os.ReadFile("testdata/analyze/deparse.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, expr := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var want string
		_, err := conn.Exec(context.Background(), "ALTER TABLE t ADD CONSTRAINT c CHECK (("+expr+") IS NOT NULL)")
		if err == nil {
			err = conn.QueryRow(context.Background(), "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'c'").Scan(&want)
		}
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		if _, err := conn.Exec(context.Background(), "ALTER TABLE t DROP CONSTRAINT c"); err != nil {
			t.Fatal(err)
		}
		e, entry, err := AnalyzeScalar(env, "("+expr+") IS NOT NULL", rel)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		got := Deparse(env.Catalog, env.SearchPath, e, entry)
		if got != want {
			t.Errorf("%s\n  here  %s\n  there %s", expr, got, want)
			continue
		}
		// Reading it again must give the same, at the latest the second time:
		// Postgres too moves the cast of IN's array to its elements.
		for range 2 {
			if e, entry, err = AnalyzeScalar(env, got, rel); err != nil {
				t.Errorf("%s: reading %s: %v", expr, got, err)
				break
			}
			want, got = got, Deparse(env.Catalog, env.SearchPath, e, entry)
		}
		if err == nil && got != want {
			t.Errorf("%s: read again\n  first  %s\n  second %s", expr, want, got)
		}
	}
}
