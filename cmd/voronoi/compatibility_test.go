package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestCompatibilityLists holds the lists of docs/compatibility.md against the
// server: every function and operator that a user may call is put into a
// statement, and is missing if the statement cannot be planned. With -rewrite
// the lists are written anew.
func TestCompatibilityLists(t *testing.T) {
	file := docs + "/compatibility.md"
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn, err := pgconn.Connect(ctx, fmt.Sprintf("postgres://reader@%s/docs?sslmode=disable", startServer(t)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	p := prober{t, ctx, conn}
	page := string(body)
	for name, list := range map[string]string{
		"functions": p.list("Function", p.functions()),
		"operators": p.list("Operator", p.operators()),
	} {
		begin, end := "<!-- "+name+": generated -->\n", "<!-- end -->"
		before, rest, ok := strings.Cut(page, begin)
		_, after, closed := strings.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("compatibility.md has no place for the list of %s", name)
		}
		page = before + begin + list + end + after
	}
	if page == string(body) {
		return
	}
	if !rewriting() {
		t.Fatalf("docs/compatibility.md is out of date (-rewrite brings it up to date):\n%s", firstDifference(string(body), page))
	}
	if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// probed is one function or operator.
type probed struct {
	name, signature string
	types           []string
	sql             string
	there           bool
}

// prober asks a server.
type prober struct {
	t    *testing.T
	ctx  context.Context
	conn *pgconn.PgConn
}

func (p prober) rows(sql string) [][][]byte {
	r := p.conn.ExecParams(p.ctx, sql, nil, nil, nil, nil).Read()
	if r.Err != nil {
		p.t.Fatalf("%s: %v", sql, r.Err)
	}
	return r.Rows
}

// functions are those that are for users: not the insides of types, operators
// and access methods.
func (p prober) functions() []probed {
	var list []probed
	for _, row := range p.rows(`
		SELECT p.proname, quote_ident(p.proname), p.oid::regprocedure::text, p.prokind, p.proretset, p.provariadic::int, p.prorettype = 'record'::regtype AND p.proretset,
		       array_to_string(ARRAY(SELECT format_type(a, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u(a, n) ORDER BY n), '|'),
		       (SELECT aggkind FROM pg_aggregate WHERE aggfnoid = p.oid)
		FROM pg_proc p
		WHERE p.proname !~ '^(sequence_state|fmgr_|amvalidate|currtid|pg_event_trigger_|pg_isolation_test|binary_upgrade_|_pg_|RI_FKey|_PG_)'
		  AND NOT EXISTS (SELECT 1 FROM pg_operator o WHERE o.oprcode = p.oid)
		  AND NOT EXISTS (SELECT 1 FROM pg_cast c WHERE c.castfunc = p.oid)
		  AND NOT EXISTS (SELECT 1 FROM pg_amproc a WHERE a.amproc = p.oid)
		  AND NOT EXISTS (SELECT 1 FROM pg_type y WHERE p.oid IN (y.typinput, y.typoutput, y.typsend, y.typreceive, y.typmodin, y.typmodout))
		  AND NOT EXISTS (SELECT 1 FROM pg_aggregate g WHERE p.oid IN (g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggmtransfn, g.aggminvtransfn))
		  AND coalesce(obj_description(p.oid, 'pg_proc'), '') !~ '^(implementation of|internal|I/O|join selectivity|restriction selectivity|.*window RANGE support|planner support|transition function|aggregate (transition|final|combine|serial|deserial) function)'
		  AND p.prorettype::regtype::text !~ '^(internal|cstring|trigger|event_trigger|"?char"?_handler|.*_handler)$'
		  AND NOT EXISTS (SELECT 1 FROM unnest(p.proargtypes::oid[]) AS a WHERE a::regtype::text IN ('internal', 'cstring'))
		ORDER BY p.proname COLLATE "C", p.oid`) {
		f := probed{name: string(row[0]), signature: string(row[2])}
		if len(row[7]) > 0 {
			f.types = strings.Split(string(row[7]), "|")
		}
		var args []string
		for i, typ := range f.types {
			arg := column(i)
			if i == len(f.types)-1 && string(row[5]) != "0" && typ != `"any"` {
				arg = "VARIADIC " + arg
			}
			args = append(args, arg)
		}
		call := string(row[1]) + "(" + strings.Join(args, ", ") + ")"
		switch aggregate := string(row[8]); {
		case string(row[3]) == "w":
			call += " OVER (ORDER BY 1)"
		case aggregate == "o" && len(args) > 0:
			// Direct arguments must not be of a row; all of them are fractions.
			direct := strings.TrimSuffix(strings.Repeat("0.5, ", len(args)-1), ", ")
			call = fmt.Sprintf("%s(%s) WITHIN GROUP (ORDER BY %s)", row[1], direct, args[len(args)-1])
		case aggregate == "h":
			call = fmt.Sprintf("%s(1) WITHIN GROUP (ORDER BY 1)", row[1])
		}
		switch f.name {
		case "count":
			if len(args) == 0 {
				call = "count(*)"
			}
		case "knn":
			call = "knn('probe_vector', '[1]')"
		}
		f.sql = "SELECT " + call + source(f.types)
		if columns := definitions[f.name]; columns != "" || string(row[6]) == "t" {
			f.sql = "SELECT 1" + source(f.types) + comma(f.types) + "LATERAL " + call + " AS r" + columns
		}
		list = append(list, f)
	}
	return p.probe(list)
}

// definitions are the column lists of functions that return whatever is asked
// of them.
var definitions = map[string]string{
	"json_to_record": "(x int)", "jsonb_to_record": "(x int)", "json_to_recordset": "(x int)", "jsonb_to_recordset": "(x int)",
}

func column(i int) string { return fmt.Sprintf("c%d", i) }

func comma(types []string) string {
	if len(types) == 0 {
		return " FROM "
	}
	return ", "
}

// source is a FROM clause with a column of each type, which nobody can take for
// constant.
func source(types []string) string {
	if len(types) == 0 {
		return ""
	}
	var values, names []string
	for i, typ := range types {
		values, names = append(values, "NULL::"+concrete(typ)), append(names, column(i))
	}
	row := "(" + strings.Join(values, ", ") + ")"
	return fmt.Sprintf(" FROM (VALUES %s, %s) AS v(%s)", row, row, strings.Join(names, ", "))
}

// concrete is a type that stands for a polymorphic one.
func concrete(typ string) string {
	switch typ {
	case "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray", `"any"`, "any":
		return "int"
	case "anyarray", "anycompatiblearray", "anyarray[]":
		return "int[]"
	case "anyrange", "anycompatiblerange":
		return "int4range"
	case "anymultirange", "anycompatiblemultirange":
		return "int4multirange"
	case "anyenum":
		return "probe_enum"
	case "record":
		return "probe_row"
	case "record[]":
		return "probe_row[]"
	}
	return typ
}

// operators are all operators.
func (p prober) operators() []probed {
	var list []probed
	for _, row := range p.rows(`
		SELECT oprname, quote_ident(oprnamespace::regnamespace::text), CASE oprleft WHEN 0 THEN '' ELSE format_type(oprleft, NULL) END, format_type(oprright, NULL) FROM pg_operator
		ORDER BY oprname COLLATE "C", oid`) {
		o := probed{name: string(row[0]), types: []string{string(row[3])}}
		o.signature = strings.TrimSpace(fmt.Sprintf("%s %s %s", row[2], row[0], row[3]))
		left := ""
		if len(row[2]) > 0 {
			o.types = append(o.types, string(row[2]))
			left = "c1 "
		}
		o.sql = fmt.Sprintf("SELECT %sOPERATOR(%s.%s) c0%s", left, row[1], row[0], source(o.types))
		list = append(list, o)
	}
	return p.probe(list)
}

// probe finds out which are there.
func (p prober) probe(list []probed) []probed {
	for _, sql := range []string{"DROP TYPE IF EXISTS probe_enum", "CREATE TYPE probe_enum AS ENUM ('a')",
		"DROP TABLE IF EXISTS probe_row, probe_vector", "CREATE TABLE probe_row (a int)", "CREATE TABLE probe_vector (a vector(1))"} {
		if _, err := p.conn.Exec(p.ctx, sql).ReadAll(); err != nil {
			p.t.Fatal(err)
		}
	}
	for i := range list {
		_, err := p.conn.Exec(p.ctx, "EXPLAIN "+list[i].sql).ReadAll()
		var code string
		if e, ok := err.(*pgconn.PgError); ok {
			code = e.Code
		} else if err != nil {
			p.t.Fatal(err)
		}
		list[i].there = code == ""
		if code != "" && code != "0A000" {
			p.t.Logf("%s\n\t%v", list[i].sql, err)
		}
	}
	return list
}

// families are what missing things belong to, by types that only they have or
// by how their names begin.
var families = []struct {
	title           string
	types, prefixes []string
}{
	{"ranges", []string{"anyrange", "anymultirange", "anycompatiblerange", "anycompatiblemultirange", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"},
		[]string{"range_", "multirange", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange", "datemultirange"}},
	{"geometry", []string{"point", "box", "lseg", "path", "polygon", "circle", "line"}, []string{"point"}},
	{"text search", []string{"tsvector", "tsquery", "regconfig", "regdictionary"}, []string{"ts_", "tsvector_", "get_current_ts_config", "array_to_tsvector", "to_tsvector", "to_tsquery", "json_to_tsvector", "jsonb_to_tsvector",
		"plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery"}},
	{"XML", []string{"xml", "xml[]"}, []string{"xml", "table_to_xml", "query_to_xml", "schema_to_xml", "database_to_xml", "cursor_to_xml", "xpath", "text"}},
	{"money", []string{"money"}, []string{"money", "cash"}},
	{"MAC addresses", []string{"macaddr", "macaddr8"}, []string{"macaddr"}},
	{"large objects", nil, []string{"lo_", "lo", "be_lo"}},
	{"replication, log, backup and files of the server", []string{"pg_lsn"}, []string{"pg_replication", "pg_logical", "pg_wal", "pg_backup", "pg_create_", "pg_drop_", "pg_copy_", "pg_ls_", "pg_read_", "pg_stat_file", "pg_switch_wal", "pg_current_wal", "pg_last_", "pg_promote", "pg_is_wal", "pg_get_wal", "pg_get_replication", "pg_get_publication", "pg_control", "pg_rotate", "pg_lsn", "pg_show_"}},
	{"transaction numbers", nil, []string{"txid_", "pg_current_snapshot", "pg_snapshot_", "pg_visible_in", "pg_xact_", "pg_get_multixact", "mxid_", "age"}},
	{"statistics of the server", nil, []string{"pg_stat_", "pg_stat"}},
}

// others is the family of what belongs to none.
const others = "others"

func family(x probed) string {
	for _, f := range families {
		for _, typ := range x.types {
			if slices.Contains(f.types, typ) {
				return f.title
			}
		}
		for _, prefix := range f.prefixes {
			if strings.HasPrefix(x.name, prefix) {
				return f.title
			}
		}
	}
	return others
}

// list is the text for the page: what is missing by family, and what is there.
func (p prober) list(kind string, all []probed) string {
	have, missing := map[string]bool{}, map[string][]probed{}
	there := 0
	for _, x := range all {
		if x.there {
			have[x.name] = true
			there++
		} else {
			f := family(x)
			missing[f] = append(missing[f], x)
		}
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n%ss: %d of %d signatures are there.\n\n", kind, there, len(all))
	for _, title := range slices.Sorted(maps.Keys(missing)) {
		var names []string
		for _, x := range missing[title] {
			switch {
			case kind == "Operator" && title != others:
				// Whole families: the name says enough.
				names = append(names, x.name)
			case kind == "Operator" || have[x.name]:
				names = append(names, strings.ReplaceAll(x.signature, " ", "\u00a0"))
			default:
				names = append(names, x.name)
			}
		}
		fmt.Fprintf(&out, "Missing, %s:\n\n%s\n", title, wrapped(slices.Compact(names)))
	}
	fmt.Fprintf(&out, "There:\n\n%s\n", wrapped(slices.Sorted(maps.Keys(have))))
	return out.String()
}

// wrapped is a block of names in lines of text.
func wrapped(names []string) string {
	var out strings.Builder
	out.WriteString("```text")
	at := 100
	for _, name := range names {
		if at += len(name) + 2; at > 96 {
			at = len(name)
			out.WriteString("\n" + name)
		} else {
			out.WriteString("  " + name)
		}
	}
	out.WriteString("\n```\n")
	return strings.ReplaceAll(out.String(), "\u00a0", " ")
}
