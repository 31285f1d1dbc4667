package planner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"voronoi/internal/oracle"
	"voronoi/internal/pgerr"
)

// TestAgainstPostgres runs the statements of testdata/oracle, one a paragraph,
// on PostgreSQL and through emission on SQLite, over the same tables. The rows
// must be equal as text, in order where the statement has an ORDER BY at its
// end; errors must have the same SQLSTATE and message.
//
// A paragraph that begins with "-- lacking" is one that Voronoi refuses: the
// test holds that it is 0A000 and nothing else.
func TestAgainstPostgres(t *testing.T) {
	pg := oracle.Postgres(t).Connect(t).PgConn()
	r := newRunner(t)
	ask := func(sql string) ([][]string, error) { return askPostgres(pg, sql) }
	r.createBoth(t, pg, "emission")
	files, err := filepath.Glob("testdata/oracle/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no statements: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".sql"), func(t *testing.T) {
			for _, sql := range strings.Split(string(text), "\n\n") {
				if sql = strings.TrimSpace(sql); sql != "" {
					compareWithPostgres(t, r, ask, sql)
				}
			}
		})
	}
}

func compareWithPostgres(t *testing.T, r *runner, ask func(string) ([][]string, error), sql string) {
	t.Helper()
	got, err := r.query(sql)
	if strings.HasPrefix(sql, "-- lacking") {
		if pgerr.Code(err) != pgerr.FeatureNotSupported {
			t.Errorf("%s\nwanted 0A000, got %v, %v", sql, got, err)
		}
		return
	}
	want, pgErr := ask(sql)
	if pgErr != nil {
		var e *pgconn.PgError
		if !errors.As(pgErr, &e) {
			t.Fatal(pgErr)
		}
		if pgerr.Code(err) != e.Code || pgerr.From(err).Message != e.Message {
			t.Errorf("%s\nPostgreSQL: %s %s\nVoronoi:    %s %v %v", sql, e.Code, e.Message, pgerr.Code(err), err, got)
		}
		return
	}
	if err != nil {
		t.Errorf("%s\nVoronoi: %v %s\nPostgreSQL: %v", sql, err, pgerr.Code(err), want)
		return
	}
	if last := strings.LastIndex(strings.ToLower(sql), "order by"); last < 0 || strings.Contains(sql[last:], ")") && !strings.Contains(sql[last:], "(") {
		sortRows(got)
		sortRows(want)
	}
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		plan, _ := r.plan(sql)
		t.Errorf("%s\nVoronoi:    %q\nPostgreSQL: %q\n%s", sql, got, want, plan.(*QueryPlan).SQL)
	}
}

func askPostgres(pg *pgconn.PgConn, sql string) ([][]string, error) {
	results, err := pg.Exec(context.Background(), sql).ReadAll()
	if err != nil || len(results) == 0 {
		return nil, err
	}
	var rows [][]string
	for _, row := range results[len(results)-1].Rows {
		text := make([]string, len(row))
		for i, v := range row {
			text[i] = "NULL"
			if v != nil {
				text[i] = string(v)
			}
		}
		rows = append(rows, text)
	}
	return rows, nil
}

func sortRows(rows [][]string) {
	slices.SortFunc(rows, func(a, b []string) int { return slices.Compare(a, b) })
}

// createBoth makes the fixtures in a schema of PostgreSQL, and then here from
// what is there.
func (r *runner) createBoth(t *testing.T, pg *pgconn.PgConn, schema string) {
	t.Helper()
	for _, sql := range []string{
		"DROP SCHEMA IF EXISTS " + schema + " CASCADE", "CREATE SCHEMA " + schema, "SET search_path = " + schema, "SET timezone = 'UTC'",
	} {
		if _, err := askPostgres(pg, sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	for i := range fixtures {
		f := &fixtures[i]
		if _, err := askPostgres(pg, f.createSQL()); err != nil {
			t.Fatalf("%s: %v", f.name, err)
		}
		results, err := pg.Exec(t.Context(), "SELECT * FROM "+f.name).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var rows [][]*string
		for _, row := range results[0].Rows {
			values := make([]*string, len(row))
			for j, v := range row {
				if v != nil {
					s := string(v)
					values[j] = &s
				}
			}
			rows = append(rows, values)
		}
		r.create(f, rows)
	}
}
