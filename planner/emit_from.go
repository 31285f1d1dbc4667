package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// from writes the items of a query's FROM, joined by commas, and puts their
// entries in scope.
func (e *emitter) from(items []FromItem) string {
	level := map[*Entry]bool{}
	for _, item := range items {
		leaves(item, func(entry *Entry) { level[entry] = true })
	}
	parts := make([]string, len(items))
	for i, item := range items {
		parts[i] = e.fromItem(item, level)
		// SQLite's comma binds as a join does, from the left; that is the
		// same unless the join keeps all rows of its right side.
		if i > 0 && keepsRight(item) {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, ", ")
}

func keepsRight(item FromItem) bool {
	j, ok := item.(*Join)
	return ok && (j.Kind == JoinRight || j.Kind == JoinFull || keepsRight(j.Left) || keepsRight(j.Right))
}

// joinSQL are the join operators. SQLite's CROSS JOIN fixes the order of the
// tables, which is wanted of the vector search alone, so that Postgres's is
// written JOIN.
var joinSQL = map[JoinKind]string{
	JoinInner: "JOIN", JoinCross: "JOIN", JoinLeft: "LEFT JOIN", JoinRight: "RIGHT JOIN", JoinFull: "FULL JOIN",
}

func (e *emitter) fromItem(item FromItem, level map[*Entry]bool) string {
	switch item := item.(type) {
	case *FromEntry:
		return e.entry(item.Entry, level)
	case *Join:
		left := e.fromItem(item.Left, level)
		right := e.fromItem(item.Right, level)
		if _, nested := item.Right.(*Join); nested {
			right = "(" + right + ")"
		}
		sql := left + " " + joinSQL[item.Kind] + " " + right
		if item.On != nil {
			sql += " ON " + e.expr(item.On)
		} else if item.Kind != JoinCross {
			sql += " ON 1"
		}
		return sql
	}
	return e.fail(pgerr.Internal("no SQL for %T", item))
}

// entry writes one range entry and puts it in scope. The level holds the
// entries of the same FROM: a subquery that refers to one of them is lateral.
func (e *emitter) entry(x *Entry, level map[*Entry]bool) string {
	switch x.Kind {
	case EntryRelation:
		return e.relation(x)
	case EntrySubquery:
		for _, v := range freeVars(x.Query) {
			if level[v.Entry] {
				return e.lateral(x)
			}
		}
		source := e.subselect(x)
		return source + " AS " + e.enter(x)
	case EntryFunction:
		return e.functionEntry(x)
	case EntryValues:
		return e.valuesSource(x.Values, x)
	case EntryCTE:
		return e.cteEntry(x)
	}
	return e.fail(pgerr.Internal("entry %q in FROM", x.Alias))
}

// enter gives an entry with columns c0, c1, … an alias.
func (e *emitter) enter(x *Entry) string {
	alias := e.alias()
	e.scope[x] = &binding{alias: alias, columns: numberedColumns(alias, len(x.Columns))}
	return alias
}

func numberedColumns(alias string, n int) []string {
	columns := make([]string, n)
	for i := range columns {
		columns[i] = alias + ".c" + strconv.Itoa(i)
	}
	return columns
}

// subselect is the query of an entry in parentheses. One with a volatile
// function is materialized, since SQLite otherwise merges it into the query
// around it and evaluates its columns once for each reference.
func (e *emitter) subselect(x *Entry) string {
	sql := "(" + e.query(x.Query) + ")"
	if x.ordered || slices.ContainsFunc(x.Query.Targets, func(t *Target) bool { return isVolatile(t.Expr) }) {
		return e.materialized(sql)
	}
	return sql
}

// materialized keeps SQLite from merging a query in parentheses into the one
// around it.
func (e *emitter) materialized(sql string) string {
	name := e.alias()
	return "(WITH " + name + " AS MATERIALIZED " + sql + " SELECT * FROM " + name + ")"
}

// relation writes a table or a system relation.
func (e *emitter) relation(x *Entry) string {
	r := x.Relation
	alias := e.alias()
	b := &binding{alias: alias, whole: alias + "." + catalog.KeyColumn}
	e.scope[x] = b
	switch {
	case r.System != nil:
		b.whole = alias + ".rowid"
		e.reads(r.OID)
		m := &Module{Name: fmt.Sprintf("sys_%d", r.OID), Kind: ModuleSystem, Columns: len(r.Columns), Relation: r}
		return e.module(m) + " AS " + alias
	case r.Physical == "":
		return e.unsupported("reading %q", r.Name)
	}
	e.reads(r.OID)
	return quote(r.Physical) + " AS " + alias
}

// column is the SQL of a column of an entry in scope, or of one whose values
// the plan is given.
func (e *emitter) column(v *Var) string {
	if n, ok := e.inputs[columnRef{v.Entry, v.Col}]; ok {
		return "?" + strconv.Itoa(n)
	}
	b := e.scope[v.Entry]
	if b == nil {
		return e.fail(pgerr.Internal("column %d of %q is out of reach", v.Col, v.Entry.Alias))
	}
	if b.columns != nil {
		if v.Col < len(b.columns) {
			return b.columns[v.Col]
		}
		return e.fail(pgerr.Internal("%q has no column %d", v.Entry.Alias, v.Col))
	}
	return e.relationColumn(v.Entry, b, v.Col)
}

// relationColumn is a column of a table. A vector lives in a companion table
// under the same key (rule S2), and is fetched only where it is named.
func (e *emitter) relationColumn(x *Entry, b *binding, col int) string {
	c := x.Columns[col]
	switch {
	case c.System:
		return e.systemColumn(x, b, c.Name)
	case x.Relation.System != nil:
		return b.alias + ".c" + strconv.Itoa(int(c.Column.Attnum))
	case c.Column.Companion != "":
		return fmt.Sprintf("(SELECT %s FROM %s WHERE %s = %s.%[3]s)",
			quote(c.Column.Physical), quote(c.Column.Companion), catalog.KeyColumn, b.alias)
	}
	return b.alias + "." + quote(c.Column.Physical)
}

// systemColumn is one of the columns that Postgres gives every table. The key
// stands in for the place of a row; transactions have no numbers here.
func (e *emitter) systemColumn(x *Entry, b *binding, name string) string {
	switch name {
	case "tableoid":
		return fmt.Sprintf("iif(%s IS NULL, NULL, %d)", b.whole, x.Relation.OID)
	case "ctid":
		return fmt.Sprintf("('(0,' || %s || ')')", b.whole)
	case "xmin", "xmax", "cmin", "cmax":
		return fmt.Sprintf("iif(%s IS NULL, NULL, 0)", b.whole)
	}
	return e.unsupported("system column %s", name)
}

// quote makes a SQLite identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// maxValues is up to how many rows VALUES is written out; longer ones become
// rows of a virtual table where they can be computed beforehand.
const maxValues = 16

// valuesSource is VALUES as an item of FROM, with x in scope for it.
func (e *emitter) valuesSource(rows [][]Expr, x *Entry) string {
	if len(rows) > maxValues && allComputable(rows) {
		source := e.rowSet(rows)
		return source + " AS " + e.enter(x)
	}
	sql := e.valuesSQL(rows)
	alias := e.alias()
	columns := make([]string, len(x.Columns))
	for i := range columns {
		columns[i] = fmt.Sprintf("%s.column%d", alias, i+1)
	}
	e.scope[x] = &binding{alias: alias, columns: columns}
	for _, row := range rows {
		for _, v := range row {
			if isVolatile(v) {
				return e.materialized("("+sql+")") + " AS " + alias
			}
		}
	}
	return "(" + sql + ") AS " + alias
}

func (e *emitter) valuesSQL(rows [][]Expr) string {
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = "(" + strings.Join(e.list(row), ", ") + ")"
	}
	return "VALUES " + strings.Join(lines, ", ")
}

func allComputable(rows [][]Expr) bool {
	for _, row := range rows {
		for _, x := range row {
			if !computable(x) {
				return false
			}
		}
	}
	return true
}

// rowExpr is ROW(…), or a whole row, which is NULL where its entry has none.
func (e *emitter) rowExpr(x *RowExpr) string {
	row := e.helper(x)
	if x.Whole == nil || !x.Whole.Nullable {
		return row
	}
	b := e.scope[x.Whole]
	if b == nil {
		return row
	}
	return fmt.Sprintf("iif(%s, %s, NULL)", e.rowPresent(x.Whole, b), row)
}

// rowPresent tells whether an entry has a row, or was left out by an outer
// join.
func (e *emitter) rowPresent(x *Entry, b *binding) string {
	if b.whole != "" {
		return b.whole + " IS NOT NULL"
	}
	terms := make([]string, len(b.columns))
	for i := range b.columns {
		terms[i] = b.columns[i] + " IS NOT NULL"
	}
	return balanced(terms, "OR")
}

// field is (row).name; of a row written out it is the field itself.
func (e *emitter) field(x *Field) string {
	if row, ok := x.Arg.(*RowExpr); ok && row.Whole == nil && x.Index < len(row.Fields) {
		return e.expr(row.Fields[x.Index])
	}
	if x.Arg.Type() == oid.Invalid {
		return e.fail(pgerr.Internal("field of a value without a type"))
	}
	return e.helper(x)
}
