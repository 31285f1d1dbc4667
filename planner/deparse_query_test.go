package planner

import (
	"context"
	"testing"

	"github.com/cockroachdb/datadriven"

	"voronoi/internal/oracle"
	"voronoi/sqlparse"
)

// deparsedViews holds views with what PostgreSQL shows for them; the test that
// asks it records it with -rewrite.
const deparsedViews = "testdata/deparse/views"

// TestDeparseQueryAgainstPostgres makes each view on PostgreSQL and compares
// what pg_get_viewdef shows with what is recorded.
func TestDeparseQueryAgainstPostgres(t *testing.T) {
	ctx := context.Background()
	conn := oracle.Postgres(t).Connect(t)
	createFixture(t, conn)
	datadriven.RunTest(t, deparsedViews, func(t *testing.T, d *datadriven.TestData) string {
		if _, err := conn.Exec(ctx, "CREATE VIEW shown AS "+d.Input); err != nil {
			return err.Error() + "\n"
		}
		defer conn.Exec(ctx, "DROP VIEW shown")
		var plain, pretty string
		err := conn.QueryRow(ctx, "SELECT pg_get_viewdef('shown'::regclass), pg_get_viewdef('shown'::regclass, true)").Scan(&plain, &pretty)
		if err != nil {
			return err.Error() + "\n"
		}
		return bothForms(plain, pretty)
	})
}

func bothForms(plain, pretty string) string {
	if plain == pretty {
		return plain + "\n"
	}
	return plain + "\n--- pretty\n" + pretty + "\n"
}

// TestDeparseQuery compares our text of each view with PostgreSQL's. The text
// without the pretty form must also mean the same when it is read again.
func TestDeparseQuery(t *testing.T) {
	env := analysisEnv(t)
	show := func(t *testing.T, sql string) (plain, pretty string) {
		t.Helper()
		statements, err := sqlparse.Parse(sql)
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		a, err := Analyze(env, statements[0])
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		var names []string
		for _, out := range a.Query.outputs() {
			names = append(names, out.Name)
		}
		plain, ok := DeparseQuery(env.Catalog, env.SearchPath, a.Query, names, false)
		if !ok {
			t.Errorf("%s cannot be written", sql)
		}
		pretty, _ = DeparseQuery(env.Catalog, env.SearchPath, a.Query, names, true)
		return plain, pretty
	}
	datadriven.RunTest(t, deparsedViews, func(t *testing.T, d *datadriven.TestData) string {
		plain, pretty := show(t, d.Input)
		for _, text := range []string{plain, pretty} {
			if again, _ := show(t, text); again != plain {
				t.Errorf("%s read again becomes %s", text, again)
			}
		}
		return bothForms(plain+";", pretty+";")
	})
}
