package catalog

import (
	"slices"
	"strings"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/oracle"
)

// TestFactsAgainstPostgres compares the facts, as rows of the system relations,
// with what PostgreSQL itself says: another minor version, or a mistake in how
// the files are read, would show.
func TestFactsAgainstPostgres(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	s := New(sharedFacts())
	c := &SystemContext{Catalog: s, SearchPath: defaultPath, Database: "postgres", User: "postgres"}
	env := datum.DefaultEnv()
	env.Names = s.Names(defaultPath)
	for catalog, skip := range map[string]string{
		"pg_type":      "typdefaultbin typacl typnamespace",
		"pg_proc":      "proargdefaults prosqlbody proacl pronamespace",
		"pg_aggregate": "",
		"pg_operator":  "",
		"pg_cast":      "",
		"pg_opclass":   "",
		"pg_opfamily":  "",
		"pg_amop":      "",
		"pg_amproc":    "",
		"pg_am":        "",
		"pg_range":     "",
		"pg_attribute": "attacl",
		"pg_index":     "indexprs indpred",
	} {
		r := systemNamed(t, s, catalog)
		key := r.Columns[0].Name
		var names, list []string
		for _, column := range r.Columns {
			names = append(names, column.Name)
			name := column.Name
			switch column.Type {
			case oid.Regproc:
				name += "::oid"
			case 2211: // regtype[]
				name += "::oid[]"
			}
			list = append(list, name)
		}
		// Ours are the facts alone: objects have higher numbers, and toast tables
		// and the columns without names are made up.
		var got, want []string
		condition := key + "::oid < 16384"
		switch catalog {
		case "pg_attribute":
			condition += " AND attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace <> 99 AND relkind IN ('r', 'v', 'i'))"
		case "pg_index":
			condition += " AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace <> 99)"
		case "pg_proc":
			condition += " AND pronamespace IN (11, 'information_schema'::regnamespace) AND proname !~ '^plpgsql'"
		}
		for _, row := range textRows(t, conn, "SELECT "+strings.Join(list, ", ")+" FROM "+catalog+" WHERE "+condition) {
			want = append(want, line(names, strings.Fields(skip), func(i int) (string, bool) { return row[i], row[i] != nullText }))
		}
		rows, err := r.System.Rows(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row[0].Int() >= int64(oid.FirstExtension) || catalog == "pg_attribute" && row[5].Int() < 0 {
				continue
			}
			got = append(got, line(names, strings.Fields(skip), func(i int) (string, bool) {
				if row[i].IsNull() {
					return "", false
				}
				if row[i].Kind() == datum.KindInt && r.Columns[i].Type != oid.Bool {
					return itoa(row[i].Int()), true
				}
				values := s.Type(r.Columns[i].Type).Values
				if values == nil || r.Columns[i].Type == 2211 {
					return plainText(row[i]), true
				}
				return string(values.AppendText(nil, env, row[i])), true
			}))
		}
		slices.Sort(want)
		slices.Sort(got)
		if len(want) != len(got) {
			t.Errorf("%s has %d rows here and %d in PostgreSQL", catalog, len(got), len(want))
		}
		differ := 0
		for i := range min(len(want), len(got)) {
			if want[i] != got[i] && differ < 3 {
				differ++
				t.Errorf("%s differs:\n%s", catalog, difference(want[i], got[i]))
			}
		}
	}
}

// plainText is a regtype[] by numbers.
func plainText(d datum.Datum) string {
	if d.Kind() == datum.KindText {
		return d.Str()
	}
	return string(datum.ByOID(oid.OIDArray).AppendText(nil, datum.DefaultEnv(), d))
}
