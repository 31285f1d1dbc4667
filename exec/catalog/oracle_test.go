package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/oracle"
)

// shopDDL makes in Postgres what shop makes in a Snapshot.
const shopDDL = `
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TABLE items (
	id serial PRIMARY KEY,
	name character varying(100) DEFAULT 'none',
	price numeric(10,2) CHECK (price >= 0),
	feel mood,
	tags text[],
	amount positive
);
COMMENT ON TABLE items IS 'things';
COMMENT ON COLUMN items.name IS 'what it is called';
CREATE INDEX items_lower_idx ON items (lower(name) DESC) INCLUDE (price) WITH (fillfactor = 70) WHERE price > 0;
CREATE TABLE sales (
	item integer REFERENCES items (id) ON DELETE CASCADE,
	at timestamptz DEFAULT now()
);
CREATE VIEW cheap AS SELECT id, name FROM items WHERE price < 10;
`

// ours marks what the shop has made: its names, and what is named after them.
var ours = []string{"items", "items_id_seq", "items_pkey", "items_lower_idx", "sales", "cheap", "mood", "positive",
	"items_price_check", "sales_item_fkey", "positive_check", "_items", "_sales", "_cheap", "_mood", "_positive"}

// compared are the catalogs whose rows are compared, with the columns that hold
// what is Postgres's own business: places on disk, transactions, statistics.
var compared = map[string]string{
	"pg_class":      "oid relfilenode relpages reltuples relfrozenxid relminmxid reltoastrelid",
	"pg_attribute":  "",
	"pg_type":       "oid",
	"pg_attrdef":    "oid adbin",
	"pg_index":      "indexprs indpred",
	"pg_constraint": "oid conbin",
	"pg_enum":       "oid",
	"pg_sequence":   "",
	"pg_tables":     "tableowner",
	"pg_views":      "viewowner",
	"pg_indexes":    "",
	"pg_sequences":  "sequenceowner last_value data_type",

	"information_schema.tables":                  "table_catalog is_insertable_into",
	"information_schema.columns":                 "table_catalog udt_catalog domain_catalog is_updatable",
	"information_schema.views":                   "table_catalog is_updatable is_insertable_into",
	"information_schema.sequences":               "sequence_catalog",
	"information_schema.table_constraints":       "constraint_catalog table_catalog constraint_name",
	"information_schema.key_column_usage":        "constraint_catalog table_catalog",
	"information_schema.constraint_column_usage": "constraint_catalog table_catalog",
	"information_schema.constraint_table_usage":  "constraint_catalog table_catalog",
	"information_schema.referential_constraints": "constraint_catalog unique_constraint_catalog",
	"information_schema.check_constraints":       "constraint_catalog",
	"information_schema.domains":                 "domain_catalog udt_catalog",
	"information_schema.domain_constraints":      "domain_catalog constraint_catalog",
	"information_schema.view_table_usage":        "table_catalog view_catalog",
	"information_schema.view_column_usage":       "table_catalog view_catalog",
	"information_schema.element_types":           "object_catalog udt_catalog",
	"information_schema.column_udt_usage":        "table_catalog udt_catalog",
	"information_schema.column_domain_usage":     "table_catalog domain_catalog",
}

// namers write the number of an object made here as its name: numbers differ.
// The queries give Postgres's numbers and names, the functions ours.
var namers = map[string]struct {
	query string
	name  func(s *Snapshot, id oid.OID) string
}{
	"pg_class":      {"SELECT oid, relname FROM pg_class", func(s *Snapshot, id oid.OID) string { return s.Relation(id).Name }},
	"pg_type":       {"SELECT oid, typname FROM pg_type", func(s *Snapshot, id oid.OID) string { return s.Type(id).Name }},
	"pg_constraint": {"SELECT oid, conname FROM pg_constraint", func(s *Snapshot, id oid.OID) string { c, _ := s.Constraint(id); return c.Name }},
	"pg_namespace":  {"SELECT oid, nspname FROM pg_namespace", func(s *Snapshot, id oid.OID) string { return s.schemaName(id) }},
}

// refers says which catalog a column of object numbers refers to.
var refers = map[string]string{
	"attrelid": "pg_class", "atttypid": "pg_type", "reltype": "pg_type", "typrelid": "pg_class", "typelem": "pg_type",
	"typarray": "pg_type", "typbasetype": "pg_type", "adrelid": "pg_class", "indexrelid": "pg_class",
	"indrelid": "pg_class", "conrelid": "pg_class", "contypid": "pg_type", "conindid": "pg_class",
	"confrelid": "pg_class", "enumtypid": "pg_type", "seqrelid": "pg_class", "seqtypid": "pg_type",
}

// TestAgainstPostgres makes the same objects in Postgres and in a Snapshot and
// compares what the catalogs say of them.
func TestAgainstPostgres(t *testing.T) {
	shopConn := postgresShop(t)
	theirs := map[string]map[string]string{}
	for catalog, namer := range namers {
		theirs[catalog] = map[string]string{}
		for _, row := range textRows(t, shopConn, namer.query) {
			theirs[catalog][row[0]] = row[1]
		}
	}
	s := shop(t)
	c := &SystemContext{Catalog: s, SearchPath: defaultPath, Database: "catalog_shop", User: "postgres"}
	env := datum.DefaultEnv()
	env.Names = s.Names(defaultPath)
	for catalog, ignored := range compared {
		t.Run(catalog, func(t *testing.T) {
			r := systemNamed(t, s, catalog)
			skip := strings.Fields(ignored)
			var names, list []string
			for _, column := range r.Columns {
				names = append(names, column.Name)
				if column.Type == oid.Regproc {
					list = append(list, column.Name+"::oid")
				} else {
					list = append(list, column.Name)
				}
			}
			var want, got []string
			for _, row := range textRows(t, shopConn, "SELECT "+strings.Join(list, ", ")+" FROM "+catalog) {
				want = append(want, line(names, skip, func(i int) (string, bool) {
					if to := refers[names[i]]; to != "" && row[i] != "" {
						return theirs[to][row[i]], true
					}
					return row[i], row[i] != nullText
				}))
			}
			rows, err := r.System.Rows(c, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				got = append(got, line(names, skip, func(i int) (string, bool) {
					if row[i].IsNull() {
						return "", false
					}
					if to := refers[names[i]]; to != "" {
						id := oid.OID(row[i].Int())
						if id == 0 {
							return "", true
						}
						return namers[to].name(s, id), true
					}
					if r.Columns[i].Type == oid.Regproc {
						return decimal(oid.OID(row[i].Int())), true
					}
					values := s.Type(r.Columns[i].Type).Values
					if values == nil {
						return row[i].Str(), true
					}
					return string(values.AppendText(nil, env, row[i])), true
				}))
			}
			compare(t, relevant(want), relevant(got))
		})
	}
}

// postgresShop is a database of Postgres with the shop in it.
func postgresShop(t *testing.T) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	conn := oracle.Postgres(t).Connect(t)
	for _, sql := range []string{"DROP DATABASE IF EXISTS catalog_shop", "CREATE DATABASE catalog_shop"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	config := conn.Config().Copy()
	config.Database = "catalog_shop"
	shopConn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shopConn.Close(ctx) })
	if _, err := shopConn.Exec(ctx, shopDDL); err != nil {
		t.Fatal(err)
	}
	return shopConn
}

const nullText = "\x00NULL"

// textRows runs a query whose columns are texts.
func textRows(t *testing.T, conn *pgx.Conn, sql string) [][]string {
	t.Helper()
	rows, err := conn.Query(context.Background(), sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	defer rows.Close()
	var list [][]string
	for rows.Next() {
		var row []string
		for _, value := range rows.RawValues() {
			if value == nil {
				row = append(row, nullText)
			} else {
				row = append(row, string(value))
			}
		}
		list = append(list, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return list
}

func systemNamed(t *testing.T, s *Snapshot, name string) *Relation {
	t.Helper()
	schema := oid.PGCatalogSchema
	if rest, ok := strings.CutPrefix(name, "information_schema."); ok {
		schema, name = oid.InformationSchema, rest
	}
	r := s.RelationNamed(schema, name)
	if r == nil {
		t.Fatalf("there is no relation %s", name)
	}
	return r
}

// line is a row as text, without the columns to skip; a value that is no value
// is NULL.
func line(names, skip []string, value func(i int) (string, bool)) string {
	var parts []string
	for i, name := range names {
		if slices.Contains(skip, name) {
			continue
		}
		text, ok := value(i)
		if !ok {
			text = "NULL"
		}
		if text == "0" && refers[name] != "" {
			text = ""
		}
		parts = append(parts, name+"="+text)
	}
	return strings.Join(parts, " ")
}

// relevant are the lines about objects of the shop, sorted.
func relevant(lines []string) []string {
	var list []string
	for _, l := range lines {
		for _, field := range strings.Split(l, " ") {
			if _, value, ok := strings.Cut(field, "="); ok && slices.Contains(ours, value) {
				list = append(list, l)
				break
			}
		}
	}
	slices.Sort(list)
	return list
}

// compare reports the lines that only one side has, with their differences where
// they belong together.
func compare(t *testing.T, want, got []string) {
	t.Helper()
	if len(want) == 0 {
		t.Error("Postgres has no such rows: the test compares nothing")
	}
	for i := range max(len(want), len(got)) {
		w, g := "(none)", "(none)"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Errorf("row %d differs:\n%s", i, difference(w, g))
		}
	}
}

func difference(want, got string) string {
	w, g := strings.Split(want, " "), strings.Split(got, " ")
	if len(w) != len(g) || want == "(none)" || got == "(none)" {
		return "want " + want + "\ngot  " + got
	}
	text := "  of " + strings.Join(w[:min(4, len(w))], " ") + strconv.Itoa(len(w)) + ":"
	for i := range w {
		if w[i] != g[i] {
			text += fmt.Sprintf(" want %s got %s;", w[i], g[i])
		}
	}
	return text
}
