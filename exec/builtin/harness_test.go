package builtin

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/oracle"
	"voronoi/internal/pgerr"
)

// The files under testdata/postgres hold what PostgreSQL answers, those under
// testdata/pgvector what it answers with the vector extension. A block is
//
//	call                       every "with" line is the arguments of one call
//	cross                      every "with" line is the choices for one argument, the last one for the rest too
//	set                        as call, for functions that return rows
//	aggregate                  every "with" line is a row
//	window                     as aggregate; the SQL has an OVER clause
//	(integer, text) -> text    argument and result types
//	textpos: strpos($1, $2)    the implementation's key and the SQL that calls it; several such lines
//	with: 'a' | 'b'            NULL, a value in quotes, or a plain one
//
// The words columns=(name, type, …), which say what a function in FROM delivers,
// lax (called with NULLs too) and zone=… may follow the first. With
// -rewrite PostgreSQL writes the answers; otherwise the Go functions have to
// give them, the templates in SQLite as well, and PostgreSQL where it is there.

type block struct {
	kind    string
	lax     bool
	zone    string
	args    []string
	result  string
	calls   [][2]string // key, SQL
	tuples  [][]string
	variant bool
	columns []string // name and type in turn
}

func parseBlock(t *testing.T, d *datadriven.TestData) *block {
	t.Helper()
	b := &block{kind: d.Cmd, zone: "UTC"}
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "lax":
			b.lax = true
		case "zone":
			b.zone = a.Vals[0]
		case "columns":
			b.columns = a.Vals
		case "variadic":
			b.variant = true
		default:
			d.Fatalf(t, "unknown option %s", a.Key)
		}
	}
	var with [][]string
	for i, line := range strings.Split(d.Input, "\n") {
		switch {
		case i == 0:
			args, result, ok := strings.Cut(line, " -> ")
			if !ok {
				d.Fatalf(t, "no signature: %s", line)
			}
			args = strings.Trim(args, "()")
			if args != "" {
				b.args = strings.Split(args, ", ")
			}
			b.result = result
		case strings.HasPrefix(line, "with:"):
			with = append(with, splitValues(strings.TrimPrefix(line, "with:")))
		default:
			key, text, ok := strings.Cut(line, ": ")
			if !ok {
				d.Fatalf(t, "neither a call nor values: %s", line)
			}
			b.calls = append(b.calls, [2]string{key, text})
		}
	}
	if b.kind == "cross" {
		for len(with) < len(b.args) {
			with = append(with, with[len(with)-1])
		}
		with = product(with)
	}
	if len(with) == 0 && b.kind != "aggregate" && b.kind != "window" {
		with = [][]string{nil}
	}
	b.tuples = with
	return b
}

func splitValues(s string) []string {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	var values []string
	for _, v := range strings.Split(s, " | ") {
		values = append(values, strings.TrimSpace(v))
	}
	return values
}

func product(choices [][]string) [][]string {
	out := [][]string{nil}
	for _, c := range choices {
		var next [][]string
		for _, head := range out {
			for _, v := range c {
				next = append(next, append(head[:len(head):len(head)], v))
			}
		}
		out = next
	}
	return out
}

// unquote gives a value's text; quoted values may hold blanks, and \n for a
// line break.
func unquote(v string) string {
	if len(v) >= 2 && v[0] == '\'' && v[len(v)-1] == '\'' {
		return strings.ReplaceAll(v[1:len(v)-1], `\n`, "\n")
	}
	return v
}

func literal(v, typ string) string {
	if v == "NULL" {
		return "NULL::" + typ
	}
	return "'" + strings.ReplaceAll(unquote(v), "'", "''") + "'::" + typ
}

// render makes one line of an answer.
func render(text string) string { return strings.ReplaceAll(text, "\n", `\n`) }

func renderError(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return "ERROR " + pg.Code + ": " + render(pg.Message)
	}
	e := pgerr.From(err)
	return "ERROR " + e.Code + ": " + render(e.Message)
}

var typeNames = map[string]oid.OID{
	"boolean": oid.Bool, "bytea": oid.Bytea, `"char"`: oid.Char, "name": oid.Name,
	"bigint": oid.Int8, "smallint": oid.Int2, "integer": oid.Int4, "text": oid.Text,
	"oid": oid.OIDType, "xid": oid.XID, "json": oid.JSON, "jsonpath": oid.JSONPath, "jsonb": oid.JSONB, "real": oid.Float4,
	"double precision": oid.Float8, "character": oid.BPChar, "bpchar": oid.BPChar,
	"character varying": oid.VarChar, "varchar": oid.VarChar,
	"date": oid.Date, "time": oid.Time, "timetz": oid.TimeTZ, "timestamp": oid.Timestamp,
	"timestamptz": oid.TimestampTZ, "interval": oid.Interval, "bit": oid.Bit, "varbit": oid.VarBit,
	"numeric": oid.Numeric, "uuid": oid.UUID, "void": oid.Void, "inet": oid.Inet, "cidr": oid.CIDR,
	"record": oid.Record, "vector": oid.Vector, "halfvec": oid.HalfVec, "sparsevec": oid.SparseVec, "cstring": oid.CString, "unknown": oid.Unknown,
	"boolean[]": oid.BoolArray, "bytea[]": oid.ByteaArray, "smallint[]": oid.Int2Array,
	"integer[]": oid.Int4Array, "bigint[]": oid.Int8Array, "text[]": oid.TextArray, "varchar[]": oid.VarCharArray,
	"real[]": oid.Float4Array, "double precision[]": oid.Float8Array, "numeric[]": oid.NumericArray,
	"date[]": oid.DateArray, "timestamp[]": oid.TimestampArray, "timestamptz[]": oid.TimestampTZArray,
	"interval[]": oid.IntervalArray, "uuid[]": oid.UUIDArray, "jsonb[]": oid.JSONBArray, "json[]": oid.JSONArray,
	"vector[]": oid.VectorArray, "regtype": oid.Regtype, "xid8": oid.XID8, "aclitem[]": oid.ACLItemArray,
}

// testSession is the little of a session that functions under test ask for.
type testSession struct {
	env    *datum.Env
	random Random
}

func (s *testSession) Type(id oid.OID) *datum.Type { return datum.ByOID(id) }
func (s *testSession) TransactionTime() time.Time  { return s.env.Now }
func (s *testSession) StatementTime() time.Time    { return s.env.Now }
func (s *testSession) Setting(string) (string, bool) {
	return "", false
}
func (s *testSession) Random() *Random { return &s.random }

func typeOf(t *testing.T, d *datadriven.TestData, name string) *datum.Type {
	t.Helper()
	id, ok := typeNames[name]
	if !ok {
		d.Fatalf(t, "unknown type %s", name)
	}
	typ := datum.ByOID(id)
	if typ == nil {
		d.Fatalf(t, "no type %s", name)
	}
	return typ
}

func (b *block) call(t *testing.T, d *datadriven.TestData) *Call {
	t.Helper()
	c := &Call{Env: datum.DefaultEnv(), Variadic: b.variant}
	zone, err := time.LoadLocation(b.zone)
	if err != nil {
		d.Fatalf(t, "%v", err)
	}
	c.Env.TimeZone, c.Env.TimeZoneName = zone, b.zone
	c.Env.Now = time.Date(2024, 2, 29, 12, 34, 56, 789000, time.UTC)
	c.Session = &testSession{env: c.Env}
	for _, name := range b.args {
		c.Args = append(c.Args, typeOf(t, d, name).OID)
	}
	c.Result = typeOf(t, d, b.result).OID
	for i := 0; i < len(b.columns); i += 2 {
		c.Columns = append(c.Columns, Column{b.columns[i], typeOf(t, d, b.columns[i+1]), -1})
	}
	return c
}

// evaluator gives one line for one tuple (for every tuple at once in an
// aggregate block).
type evaluator func(key, text string, tuples [][]string) string

func (b *block) run(eval evaluator) string {
	var out strings.Builder
	for _, call := range b.calls {
		if len(b.calls) > 1 {
			fmt.Fprintf(&out, "%s\n", call[1])
		}
		if b.kind == "aggregate" || b.kind == "window" {
			fmt.Fprintf(&out, "%s\n", eval(call[0], call[1], b.tuples))
			continue
		}
		for _, tuple := range b.tuples {
			if len(tuple) > 0 {
				fmt.Fprintf(&out, "%s => ", strings.Join(tuple, " | "))
			}
			fmt.Fprintf(&out, "%s\n", eval(call[0], call[1], [][]string{tuple}))
		}
	}
	return out.String()
}

func (b *block) inputs(c *Call, tuple []string) ([]datum.Datum, bool, error) {
	args := make([]datum.Datum, len(tuple))
	null := false
	for i, v := range tuple {
		if v == "NULL" {
			null = true
			continue
		}
		var err error
		if args[i], err = datum.ByOID(c.Args[i]).Input(c.Env, unquote(v)); err != nil {
			return nil, false, err
		}
	}
	return args, null, nil
}

func (b *block) output(c *Call, d datum.Datum) string {
	if d.IsNull() {
		return "NULL"
	}
	return render(string(datum.ByOID(c.Result).AppendText(nil, c.Env, d)))
}

func (b *block) inGo(t *testing.T, d *datadriven.TestData) evaluator {
	return func(key, _ string, tuples [][]string) string {
		impl, ok := Functions()[key]
		if !ok {
			return "MISSING " + key
		}
		c := b.call(t, d)
		if b.kind == "aggregate" {
			return b.aggregateInGo(c, impl, tuples)
		}
		if b.kind == "window" {
			return inSQLOnly
		}
		args, null, err := b.inputs(c, tuples[0])
		if err != nil {
			return "INPUT " + renderError(err)
		}
		if null && !b.lax {
			if b.kind == "set" {
				return "[]"
			}
			return "NULL"
		}
		if b.kind == "set" {
			return b.rowsInGo(c, impl, args)
		}
		if impl.Scalar == nil {
			return "NO SCALAR " + key
		}
		v, err := impl.Scalar(c, args)
		if err != nil {
			return renderError(err)
		}
		return b.output(c, v)
	}
}

func (b *block) aggregateInGo(c *Call, impl Impl, tuples [][]string) string {
	if impl.Aggregate == nil {
		return inSQLOnly
	}
	acc, err := impl.Aggregate(c)
	if err != nil {
		return renderError(err)
	}
	for _, tuple := range tuples {
		args, _, err := b.inputs(c, tuple)
		if err != nil {
			return "INPUT " + renderError(err)
		}
		if err := acc.Step(args); err != nil {
			return renderError(err)
		}
	}
	v, err := acc.Value()
	if err != nil {
		return renderError(err)
	}
	return b.output(c, v)
}

func (b *block) rowsInGo(c *Call, impl Impl, args []datum.Datum) string {
	if impl.Set == nil {
		return "NO SET"
	}
	rows, err := impl.Set(c, args)
	if err != nil {
		return renderError(err)
	}
	var out []string
	for len(out) < 1000 {
		row, err := rows.Next()
		if err != nil {
			return renderError(err)
		}
		if row == nil {
			break
		}
		var fields []string
		for i, v := range row {
			of := c
			if i < len(c.Columns) {
				of = &Call{Env: c.Env, Result: c.Columns[i].Type.OID}
			}
			fields = append(fields, b.output(of, v))
		}
		out = append(out, strings.Join(fields, ","))
	}
	return "[" + strings.Join(out, "; ") + "]"
}

// inSQLOnly is the Go evaluation of what is a template and nothing else.
const inSQLOnly = "IN SQL ONLY"

var placeholder = regexp.MustCompile(`\$(\d)`)

func (b *block) inPostgres(conn *pgconn.PgConn) evaluator {
	ask := func(text string) ([]string, error) {
		var out []string
		results, err := conn.Exec(context.Background(), text).ReadAll()
		if err != nil {
			return nil, err
		}
		for _, row := range results[len(results)-1].Rows {
			var fields []string
			for _, f := range row {
				if f == nil {
					fields = append(fields, "NULL")
				} else {
					fields = append(fields, render(string(f)))
				}
			}
			out = append(out, strings.Join(fields, ","))
		}
		return out, nil
	}
	return func(_, text string, tuples [][]string) string {
		if b.kind == "aggregate" || b.kind == "window" {
			var columns, rows []string
			for i := range b.args {
				columns = append(columns, fmt.Sprintf("x%d", i+1))
			}
			for _, tuple := range tuples {
				var values []string
				for i, v := range tuple {
					values = append(values, literal(v, b.args[i]))
				}
				rows = append(rows, "("+strings.Join(values, ", ")+")")
			}
			from := "(VALUES " + strings.Join(rows, ", ") + ")"
			if len(rows) == 0 {
				var nulls []string
				for i := range b.args {
					nulls = append(nulls, "NULL::"+b.args[i])
				}
				from = "(SELECT " + strings.Join(nulls, ", ") + " WHERE false)"
			}
			text = "SELECT " + placeholder.ReplaceAllString(text, "x$1") + " FROM " + from +
				" AS v(" + strings.Join(columns, ", ") + ")"
		} else {
			text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
				i := p[1] - '1'
				return literal(tuples[0][i], b.args[i])
			})
			if b.kind == "set" {
				text = "SELECT * FROM " + text
			} else {
				text = "SELECT " + text
			}
		}
		got, err := ask("SET timezone = '" + b.zone + "'; " + text)
		if err != nil {
			return renderError(err)
		}
		if b.kind == "set" {
			return "[" + strings.Join(got, "; ") + "]"
		}
		return strings.Join(got, "; ")
	}
}

// inSQLite evaluates templates, as the planner emits them.
func (b *block) inSQLite(t *testing.T, d *datadriven.TestData, db *sql.DB, reference evaluator) evaluator {
	return func(key, text string, tuples [][]string) string {
		impl := Functions()[key]
		sqlText := impl.Template
		if b.kind == "aggregate" {
			sqlText = impl.AggregateTemplate
		}
		if b.kind == "window" {
			// What follows OVER is as the test has it.
			_, over, _ := strings.Cut(text, " over ")
			sqlText = impl.Window + " over " + over
		}
		if sqlText == "" {
			return reference(key, text, tuples)
		}
		c := b.call(t, d)
		var values []any
		from := ""
		for _, tuple := range tuples {
			args, _, err := b.inputs(c, tuple)
			if err != nil {
				return "INPUT " + renderError(err)
			}
			for _, a := range args {
				values = append(values, toSQL(a))
			}
		}
		if b.kind == "aggregate" || b.kind == "window" {
			sqlText = placeholder.ReplaceAllString(sqlText, "column$1")
			row := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(b.args)), ", ") + ")"
			from = " FROM (VALUES " + strings.TrimSuffix(strings.Repeat(row+", ", len(tuples)), ", ") + ")"
			if len(tuples) == 0 {
				from = " FROM (SELECT NULL AS column1, NULL AS column2 WHERE 0)"
			}
		} else {
			sqlText = placeholder.ReplaceAllString(sqlText, "?$1")
		}
		rows, err := db.Query("SELECT ("+sqlText+")"+from, values...)
		if err != nil {
			return "SQLITE " + err.Error()
		}
		defer func() { _ = rows.Close() }()
		var out []string
		for rows.Next() {
			var got any
			if err := rows.Scan(&got); err != nil {
				return "SQLITE " + err.Error()
			}
			out = append(out, b.output(c, fromSQL(datum.ByOID(c.Result), got)))
		}
		if err := rows.Err(); err != nil {
			return "SQLITE " + err.Error()
		}
		return strings.Join(out, "; ")
	}
}

func toSQL(d datum.Datum) any {
	switch d.Kind() {
	case datum.KindInt:
		return d.Int()
	case datum.KindFloat:
		return d.Float()
	case datum.KindText:
		return d.Str()
	case datum.KindBlob:
		return append([]byte{}, d.Bytes()...)
	default:
		return nil
	}
}

func fromSQL(typ *datum.Type, v any) datum.Datum {
	switch v := v.(type) {
	case int64:
		return datum.Int(v)
	case float64:
		return datum.Float(v)
	case string:
		return datum.Text(v)
	case []byte:
		if typ.Storage == datum.KindText {
			return datum.TextBytes(v)
		}
		return datum.Blob(v)
	default:
		return datum.Null
	}
}

var registerCollations = sync.OnceFunc(func() {
	for name, compare := range datum.Collations {
		sqlite.MustRegisterCollationUtf8(name, func(a, b string) int { return compare([]byte(a), []byte(b)) })
	}
})

func openSQLite(t *testing.T) *sql.DB {
	t.Helper()
	registerCollations()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// rewriting reports whether -rewrite was given.
func rewriting() bool {
	for _, a := range os.Args {
		if strings.TrimLeft(a, "-") == "rewrite" {
			return true
		}
	}
	return false
}

func run(t *testing.T, dir string, postgres *pgconn.PgConn) {
	db := openSQLite(t)
	datadriven.Walk(t, dir, func(t *testing.T, path string) {
		var faults []string // reported at the end, so that none hides the next
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			b := parseBlock(t, d)
			if postgres != nil {
				return b.run(b.inPostgres(postgres))
			}
			answer := b.run(b.inGo(t, d))
			inSQL := b.run(b.inSQLite(t, d, db, b.inGo(t, d)))
			if strings.Contains(answer, inSQLOnly) {
				answer = inSQL
			}
			if answer != d.Expected {
				faults = append(faults, d.Pos+":\n"+diff(d.Expected, answer))
			}
			if inSQL != answer {
				faults = append(faults, d.Pos+": the template's answers differ:\n"+diff(answer, inSQL))
			}
			return d.Expected
		})
		for _, fault := range faults {
			t.Error(fault)
		}
	})
}

// diff lists the lines that differ.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var out []string
	call := ""
	for i := range min(len(w), len(g)) {
		switch {
		case w[i] != g[i]:
			out = append(out, call+" want "+w[i]+"\n"+call+"  got "+g[i])
		case !strings.Contains(w[i], " => "):
			call = w[i]
		}
	}
	return strings.Join(out, "\n")
}

// TestFunctions holds the implementations against the recorded answers.
func TestFunctions(t *testing.T) {
	if rewriting() {
		t.Skip("the answers are being rewritten")
	}
	run(t, "testdata/postgres", nil)
	run(t, "testdata/pgvector", nil)
}

// TestAnswers holds the recorded answers against PostgreSQL itself.
func TestAnswers(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	run(t, "testdata/postgres", conn.PgConn())
}

// TestVectorAnswers does the same for the vector extension, on the server with
// that extension that VORONOI_PGVECTOR names by a connection string.
func TestVectorAnswers(t *testing.T) {
	dsn := os.Getenv("VORONOI_PGVECTOR")
	if dsn == "" {
		t.Skip("VORONOI_PGVECTOR names no server with the vector extension")
	}
	conn, err := pgx.Connect(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	run(t, "testdata/pgvector", conn.PgConn())
}
