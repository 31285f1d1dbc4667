package toolqueries

import (
	"os"
	"strings"
	"testing"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/sqlparse"
)

// executors stand for the functions that ask the running server, which the
// executor implements.
var executors = func() builtin.Table {
	table := builtin.Table{}
	for _, source := range []string{"pg_table_size", "pg_tablespace_size_oid", "pg_database_size_name", "show_config_by_name", "set_config_by_name", "current_database", "current_user"} {
		table[source] = builtin.Impl{Scalar: func(*builtin.Call, []datum.Datum) (datum.Datum, error) { return datum.Null, nil }}
	}
	return table
}()

// TestToolQueries plans what psql 15 sends for its backslash commands and what
// pg_dump 15 asks: every relation, column, function and operator that they name
// must be there and have an implementation.
func TestToolQueries(t *testing.T) {
	for _, tool := range []string{"psql", "pg_dump"} {
		t.Run(tool, func(t *testing.T) { testQueries(t, "testdata/"+tool+"_queries.sql") })
	}
}

func testQueries(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	facts := catalog.Load(builtin.Functions(), catalog.SystemFunctions(), executors)
	s := catalog.New(facts)
	e := s.Edit()
	e.Put(&catalog.Relation{OID: 20002, Schema: oid.PublicSchema, Name: "items", Kind: catalog.KindTable, Owner: 10, Physical: "items",
		Columns: []*catalog.Column{{Name: "id", Attnum: 1, Type: oid.Int4, Typmod: -1}}})
	e.Put(&catalog.Relation{OID: 20006, Schema: oid.PublicSchema, Name: "cheap", Kind: catalog.KindView, Owner: 10,
		Columns: []*catalog.Column{{Name: "id", Attnum: 1, Type: oid.Int4, Typmod: -1}},
		View:    &catalog.View{Query: "SELECT id FROM items", SearchPath: []string{"public"}}})
	s = e.Done()
	path := []oid.OID{oid.PGCatalogSchema, oid.PublicSchema}
	values := datum.DefaultEnv()
	values.Names = s.Names(path)
	for _, command := range strings.Split(string(text), "\n-- ") {
		name, sql, _ := strings.Cut(command, "\n")
		t.Run(strings.TrimPrefix(name, "-- "), func(t *testing.T) {
			statements, err := sqlparse.Parse(sql)
			if err != nil {
				t.Fatalf("%v in %s", err, sql)
			}
			for _, statement := range statements {
				_, err := planner.Make(&planner.Env{
					Catalog: s, SearchPath: path, CreateSchema: oid.PublicSchema, Values: values,
					Setting: func(string) string { return "" }, Notice: func(*pgerr.Error) {},
					VariableParams: true, Database: "postgres", User: "postgres",
				}, statement)
				if err != nil {
					t.Errorf("%v\n%s", err, statement.Text)
				}
			}
		})
	}
}
