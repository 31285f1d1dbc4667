package planner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/oracle"
	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// analysisFixture is the schema that statements are analysed against, in SQL
// for PostgreSQL and as objects for the catalog.
var analysisFixture = []fixtureTable{
	{name: "t", key: 0, columns: []fixtureColumn{
		{"a", "integer", oid.Int4, -1, true}, {"b", "text", oid.Text, -1, false}, {"c", "numeric(10,2)", oid.Numeric, 655366, false},
		{"d", "varchar(20)", oid.VarChar, 24, false}, {"e", "timestamptz", oid.TimestampTZ, -1, false},
		{"f", "float8", oid.Float8, -1, false}, {"g", "integer[]", oid.Int4Array, -1, false}, {"h", "jsonb", oid.JSONB, -1, false},
		{"i", "boolean", oid.Bool, -1, false}, {"j", "json", oid.JSON, -1, false}, {"k", "char(4)", oid.BPChar, 8, false},
		{"s", "smallint", oid.Int2, -1, false},
	}},
	{name: "u", key: 0, columns: []fixtureColumn{
		{"a", "bigint", oid.Int8, -1, true}, {"x", "text", oid.Text, -1, false}, {"y", "date", oid.Date, -1, false},
		{"z", "uuid", oid.UUID, -1, false},
	}},
	{name: "w", key: -1, columns: []fixtureColumn{
		{"a", "integer", oid.Int4, -1, false}, {"n", "name", oid.Name, -1, false}, {"by", "bytea", oid.Bytea, -1, false},
		{"tm", "time", oid.Time, -1, false}, {"iv", "interval", oid.Interval, -1, false}, {"ts", "timestamp", oid.Timestamp, -1, false},
	}},
}

// analysisViews are views over those tables: simple ones, which can be changed,
// and one that cannot. Their columns follow from their queries.
var analysisViews = []struct {
	name, query string
	columns     []string
}{
	{"v", "select a, b as label, c + 1 as more from t where i", []string{"a", "label", "more"}},
	{"vv", "select label, a as id from v where a > 10", []string{"label", "id"}},
	{"vagg", "select b, count(*) as n from t group by b", []string{"b", "n"}},
}

func analysisEnv(t testing.TB) *Env {
	t.Helper()
	edit := catalog.New(catalog.Load(builtin.Functions())).Edit()
	for _, f := range analysisFixture {
		rel := &catalog.Relation{Name: f.name, Schema: oid.PublicSchema, Kind: catalog.KindTable, Physical: f.name, Owner: oid.BootstrapRole}
		for i, c := range f.columns {
			rel.Columns = append(rel.Columns, &catalog.Column{Name: c.name, Attnum: int16(i + 1), Type: c.typ, Typmod: c.typmod,
				NotNull: c.notNull, Physical: c.name})
		}
		edit.Put(rel)
		if f.key >= 0 {
			index := &catalog.Relation{Name: f.name + "_pkey", Schema: oid.PublicSchema, Kind: catalog.KindIndex, Owner: oid.BootstrapRole,
				Index: &catalog.Index{Table: rel.OID, Method: "btree", Unique: true, Primary: true, Valid: true,
					Keys: []catalog.IndexKey{{Attnum: int16(f.key + 1), Type: f.columns[f.key].typ}}}}
			edit.Put(index)
			altered := *rel
			altered.Constraints = []*catalog.Constraint{{Name: index.Name, Kind: catalog.ConstraintPrimary,
				Columns: []int16{int16(f.key + 1)}, Index: index.OID}}
			altered.Indexes = []oid.OID{index.OID}
			edit.Put(&altered)
		}
	}
	for _, v := range analysisViews {
		rel := &catalog.Relation{Name: v.name, Schema: oid.PublicSchema, Kind: catalog.KindView, Owner: oid.BootstrapRole,
			View: &catalog.View{Query: v.query, SearchPath: []string{"public"}}}
		for i, name := range v.columns {
			rel.Columns = append(rel.Columns, &catalog.Column{Name: name, Attnum: int16(i + 1), Type: oid.Text, Typmod: -1})
		}
		edit.Put(rel)
	}
	snap := edit.Done()
	values := datum.DefaultEnv()
	path := []oid.OID{oid.PGCatalogSchema, oid.PublicSchema}
	values.Names = snap.Names(path)
	return &Env{Catalog: snap, SearchPath: path, CreateSchema: oid.PublicSchema, Values: values,
		VariableParams: true, Database: "postgres", User: "postgres"}
}

// description is what a client learns of a statement before it runs.
func description(params []oid.OID, columns []string, err *pgerr.Error) string {
	if err != nil {
		s := fmt.Sprintf("ERROR %s: %s", err.Code, err.Message)
		if err.Detail != "" {
			s += " DETAIL: " + err.Detail
		}
		if err.Hint != "" {
			s += " HINT: " + err.Hint
		}
		return fmt.Sprintf("%s @%d", s, err.Position)
	}
	return fmt.Sprintf("params %v columns %s", params, strings.Join(columns, ", "))
}

func describeHere(env *Env, sql string) string {
	statements, err := sqlparse.Parse(sql)
	if err != nil {
		return description(nil, nil, pgerr.From(err))
	}
	a, err := Analyze(env, statements[0])
	if err != nil {
		e := pgerr.From(err)
		if e.Code == pgerr.InternalError && e.Unwrap() != nil {
			return e.Unwrap().Error() // where it happened
		}
		return description(nil, nil, e)
	}
	var columns []string
	for _, o := range a.Query.outputs() {
		// A client is told the type under a domain.
		base, mod := newAnalyzer(env, nil).baseMod(o.Expr.Type(), o.Expr.Typmod())
		columns = append(columns, fmt.Sprintf("%s %s(%d)%s", o.Name, typeMark(base), mod, originMark(o.Table != 0, o.Attnum)))
	}
	return description(a.Params, columns, nil)
}

// typeMark is a type's number, where that is not each server's own.
func typeMark(id oid.OID) string {
	if id >= oid.FirstExtension {
		return "own"
	}
	return fmt.Sprint(id)
}

func originMark(known bool, attnum int16) string {
	if !known {
		return ""
	}
	return fmt.Sprintf("#%d", attnum)
}

func describeThere(conn *pgx.Conn, sql string) string {
	sd, err := conn.PgConn().Prepare(context.Background(), "", sql, nil)
	if err != nil {
		var e *pgconn.PgError
		if !errors.As(err, &e) {
			return err.Error()
		}
		return description(nil, nil, &pgerr.Error{Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint, Position: int(e.Position)})
	}
	var params []oid.OID
	for _, p := range sd.ParamOIDs {
		params = append(params, oid.OID(p))
	}
	var columns []string
	for _, f := range sd.Fields {
		columns = append(columns, fmt.Sprintf("%s %s(%d)%s", f.Name, typeMark(oid.OID(f.DataTypeOID)), f.TypeModifier,
			originMark(f.TableOID != 0, int16(f.TableAttributeNumber))))
	}
	return description(params, columns, nil)
}

// TestDescribe compares parameter types, result columns and errors with the test
// data, in which each statement stands with PostgreSQL's answer.
func TestDescribe(t *testing.T) {
	env := analysisEnv(t)
	datadriven.Walk(t, "testdata/analyze/describe", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return describeHere(env, d.Input) + "\n"
		})
	})
}

// TestDescribeAgainstPostgres prepares the same statements on PostgreSQL, whose
// answers must be those of the test data.
func TestDescribeAgainstPostgres(t *testing.T) {
	conn := oracle.Postgres(t).Connect(t)
	createFixture(t, conn)
	datadriven.Walk(t, "testdata/analyze/describe", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			return describeThere(conn, d.Input) + "\n"
		})
	})
}

func createFixture(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for i := range analysisFixture {
		f := &analysisFixture[i]
		if _, err := conn.Exec(context.Background(), "DROP TABLE IF EXISTS "+f.name+" CASCADE;"+f.createSQL()); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range analysisViews {
		if _, err := conn.Exec(context.Background(), "CREATE VIEW "+v.name+" AS "+v.query); err != nil {
			t.Fatal(err)
		}
	}
}
