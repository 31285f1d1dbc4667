package planner

import (
	"fmt"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// fixtureColumn is a column of a test table: its type in SQL and by number.
type fixtureColumn struct {
	name, sql string
	typ       oid.OID
	typmod    int32
	notNull   bool
}

// fixtureTable is a table that exists on both sides of a comparison.
type fixtureTable struct {
	name    string
	columns []fixtureColumn
	key     int // place of the primary key's column, -1 for none
	rows    string
}

// fixtures are the tables of the comparison with PostgreSQL. They hold NULLs,
// duplicates, equal numbers of different scale, empty arrays and blank-padded
// text on purpose.
var fixtures = []fixtureTable{
	{"items", []fixtureColumn{
		{"id", "int", oid.Int4, -1, true}, {"name", "text", oid.Text, -1, false}, {"price", "numeric", oid.Numeric, -1, false},
		{"qty", "int", oid.Int4, -1, false}, {"tags", "text[]", oid.TextArray, -1, false}, {"active", "bool", oid.Bool, -1, false},
		{"code", "char(4)", oid.BPChar, 8, false}, {"weight", "float8", oid.Float8, -1, false},
	}, 0, `
		(1, 'apple', 1.50, 10, '{red,fruit}', true, 'ab', 1.5),
		(2, 'banana', 0.25, 150, '{yellow,fruit}', true, 'abc', 2.25),
		(3, 'cherry', 1.5, 75, '{red,fruit}', false, 'ab', 'NaN'),
		(4, 'date', NULL, 0, '{}', NULL, NULL, NULL),
		(5, NULL, 10, NULL, NULL, true, 'b', 'Infinity'),
		(6, 'elder', 1.500, 3, '{NULL,red}', false, 'ab', -0.5),
		(7, 'Fig', 100, 10, '{fruit,red}', true, 'b', 1e10),
		(8, 'apple', 3, 4, '{x,y,z}', false, 'zz', 0)`},
	{"orders", []fixtureColumn{
		{"id", "bigint", oid.Int8, -1, true}, {"item", "int", oid.Int4, -1, false}, {"n", "int", oid.Int4, -1, true},
		{"at", "date", oid.Date, -1, false}, {"note", "varchar(20)", oid.VarChar, 24, false},
	}, 0, `
		(100, 1, 5, '2024-01-01', 'first'), (101, 1, 3, '2024-01-02', NULL), (102, 2, 7, '2024-01-02', 'x'),
		(103, 3, 1, '2024-02-01', ''), (104, 99, 2, NULL, 'orphan'), (105, NULL, 9, '2023-12-31', 'none'),
		(106, 2, 7, '2024-03-01', 'x'), (107, 7, 4, '2024-03-01', 'last')`},
	{"tree", []fixtureColumn{
		{"id", "int", oid.Int4, -1, true}, {"parent", "int", oid.Int4, -1, false}, {"label", "text", oid.Text, -1, false},
	}, 0, `(1, NULL, 'root'), (2, 1, 'a'), (3, 1, 'b'), (4, 2, 'aa'), (5, 2, 'ab'), (6, 3, 'ba'), (7, 6, 'baa')`},
	{"empty", []fixtureColumn{{"a", "int", oid.Int4, -1, false}, {"b", "text", oid.Text, -1, false}}, -1, ""},
}

// createSQL is the table's CREATE TABLE and INSERT for PostgreSQL.
func (f *fixtureTable) createSQL() string {
	columns := make([]string, len(f.columns))
	for i, c := range f.columns {
		columns[i] = c.name + " " + c.sql
		if i == f.key {
			columns[i] += " PRIMARY KEY"
		} else if c.notNull {
			columns[i] += " NOT NULL"
		}
	}
	sql := "CREATE TABLE " + f.name + " (" + strings.Join(columns, ", ") + ");"
	if f.rows != "" {
		sql += "INSERT INTO " + f.name + " VALUES " + f.rows
	}
	return sql
}

// create makes the table on this side, with rows given by their text forms.
func (r *runner) create(f *fixtureTable, rows [][]*string) {
	r.t.Helper()
	edit := r.snap.Edit()
	rel := &catalog.Relation{Name: f.name, Schema: oid.PublicSchema, Kind: catalog.KindTable, Physical: f.name, Owner: oid.BootstrapRole}
	main := []string{catalog.KeyColumn + " INTEGER PRIMARY KEY"}
	var vectors []string
	for i, c := range f.columns {
		column := &catalog.Column{Name: c.name, Attnum: int16(i + 1), Type: c.typ, Typmod: c.typmod, NotNull: c.notNull, Physical: c.name}
		if c.typ == oid.Vector {
			column.Companion = f.name + "_" + c.name
			vectors = append(vectors, fmt.Sprintf(`CREATE TABLE %q (_key INTEGER PRIMARY KEY, %q BLOB) STRICT`, column.Companion, c.name))
		} else {
			main = append(main, fmt.Sprintf("%q ANY", c.name))
		}
		rel.Columns = append(rel.Columns, column)
	}
	edit.Put(rel)
	if f.key >= 0 {
		keyed := *rel
		index := &catalog.Relation{Name: f.name + "_pkey", Schema: oid.PublicSchema, Kind: catalog.KindIndex, Index: &catalog.Index{
			Table: rel.OID, Method: "btree", Unique: true, Primary: true, Valid: true,
			Keys: []catalog.IndexKey{{Attnum: int16(f.key + 1), Type: f.columns[f.key].typ}},
		}}
		edit.Put(index)
		keyed.Indexes = []oid.OID{index.OID}
		keyed.Constraints = []*catalog.Constraint{{
			Name: f.name + "_pkey", Kind: catalog.ConstraintPrimary, Columns: []int16{int16(f.key + 1)}, Index: index.OID,
		}}
		edit.Put(&keyed)
	}
	r.snap = edit.Done()
	r.exec(fmt.Sprintf("CREATE TABLE %q (%s) STRICT", f.name, strings.Join(main, ", ")))
	for _, sql := range vectors {
		r.exec(sql)
	}
	if f.key >= 0 {
		r.exec(fmt.Sprintf("CREATE UNIQUE INDEX %q ON %q (%q)", f.name+"_pkey", f.name, f.columns[f.key].name))
	}
	for key, row := range rows {
		names, marks := []string{catalog.KeyColumn}, []string{"?"}
		values := []datum.Datum{datum.Int(int64(key + 1))}
		for i, c := range f.columns {
			if row[i] == nil {
				continue
			}
			typ := r.Type(c.typ)
			d, err := typ.Input(r.values(), *row[i])
			if err == nil && typ.Coerce != nil && c.typmod >= 0 {
				d, err = typ.Coerce(d, c.typmod, false)
			}
			if err != nil {
				r.t.Fatalf("%s.%s: %v", f.name, c.name, err)
			}
			if c.typ == oid.Vector {
				r.exec(fmt.Sprintf("INSERT INTO %q VALUES (?, ?)", f.name+"_"+c.name), datum.Int(int64(key+1)), d)
				continue
			}
			names, marks, values = append(names, quote(c.name)), append(marks, "?"), append(values, d)
		}
		r.exec(fmt.Sprintf("INSERT INTO %q (%s) VALUES (%s)", f.name, strings.Join(names, ", "), strings.Join(marks, ", ")), values...)
	}
}

func (r *runner) exec(sql string, args ...datum.Datum) {
	r.t.Helper()
	if err := r.conn.Exec(sql, args...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

// query plans and runs a SELECT and gives its rows as text, "NULL" for NULL.
func (r *runner) query(sql string) (rows [][]string, err error) {
	plan, err := r.plan(sql)
	if err != nil {
		return nil, err
	}
	q, ok := plan.(*QueryPlan)
	if !ok {
		return nil, pgerr.Internal("%T", plan)
	}
	data, err := r.run(q, nil, nil)
	if err != nil {
		return nil, err
	}
	env := r.values()
	for _, row := range data {
		text := make([]string, len(q.Columns))
		for i, c := range q.Columns {
			text[i] = "NULL"
			if row[i].IsNull() {
				continue
			}
			typ := r.Type(c.Type)
			if typ == nil {
				return nil, pgerr.Unsupported("type %d", c.Type)
			}
			text[i] = string(typ.AppendText(nil, env, row[i]))
		}
		rows = append(rows, text)
	}
	return rows, nil
}
