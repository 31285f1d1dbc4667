package planner

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"voronoi/internal/oracle"
)

// TestRandomQueries compares random queries with PostgreSQL. They avoid what may
// fail (division, overflow), because which of two errors comes first, or
// whether one comes at all, is not defined. VORONOI_RANDOM_QUERIES sets how
// many are tried, and VORONOI_RANDOM_SEED where to begin.
func TestRandomQueries(t *testing.T) {
	pg := oracle.Postgres(t).Connect(t).PgConn()
	r := newRunner(t)
	r.createBoth(t, pg, "emission_random")
	n, seed := setting("VORONOI_RANDOM_QUERIES", 60), setting("VORONOI_RANDOM_SEED", 1)
	failures := 0
	for i := seed; i < seed+n && failures < 10; i++ {
		g := &generator{rnd: rand.New(rand.NewPCG(uint64(i), 7))}
		sql := g.query(2)
		want, err := askPostgres(pg, sql)
		if err != nil {
			t.Fatalf("seed %d: PostgreSQL refuses a query that should be right: %v\n%s", i, err, sql)
		}
		got, err := r.query(sql)
		if err != nil {
			failures++
			t.Errorf("seed %d: %s\n%v", i, sql, err)
			continue
		}
		normalize(got)
		normalize(want)
		if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
			failures++
			plan, _ := r.plan(sql)
			t.Errorf("seed %d: %s\nVoronoi:    %s\nPostgreSQL: %s\n%s", i, sql, g, w, plan.(*QueryPlan).SQL)
		}
	}
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

var fraction = regexp.MustCompile(`^-?\d+\.\d+$`)

// normalize sorts rows, and drops the zeros at the end of numbers: which of
// several equal numbers stands for a group is not defined.
func normalize(rows [][]string) {
	for _, row := range rows {
		for i, v := range row {
			if fraction.MatchString(v) {
				row[i] = strings.TrimSuffix(strings.TrimRight(v, "0"), ".")
			}
		}
	}
	sortRows(rows)
}

// generator makes queries that are right by construction.
type generator struct {
	rnd     *rand.Rand
	columns []genColumn // in scope
	own     int         // how many of them, at the end, are innerFrom's
	aliases int
}

// genColumn is a column in scope; its type is "int", "text", "numeric" or "bool".
type genColumn struct{ name, typ string }

var genTables = map[string][]genColumn{
	"items":  {{"id", "int"}, {"name", "text"}, {"price", "numeric"}, {"qty", "int"}, {"active", "bool"}},
	"orders": {{"item", "int"}, {"n", "int"}, {"note", "text"}},
	"tree":   {{"id", "int"}, {"parent", "int"}, {"label", "text"}},
	"empty":  {{"a", "int"}, {"b", "text"}},
}

func (g *generator) pick(list ...string) string { return list[g.rnd.IntN(len(list))] }
func (g *generator) chance(percent int) bool    { return g.rnd.IntN(100) < percent }

func (g *generator) typ() string { return g.pick("int", "int", "text", "numeric", "bool") }

func (g *generator) alias() string {
	g.aliases++
	return "r" + strconv.Itoa(g.aliases)
}

// source is a FROM item with its columns.
func (g *generator) source(depth int) (string, []genColumn) {
	a := g.alias()
	if depth > 0 && g.chance(30) {
		outer := g.columns
		g.columns = nil
		types := []string{g.typ(), g.typ()}
		sql := g.sel(depth-1, types)
		g.columns = outer
		return "(" + sql + ") AS " + a + "(x, y)", []genColumn{{a + ".x", types[0]}, {a + ".y", types[1]}}
	}
	if g.chance(10) {
		return "generate_series(1, " + strconv.Itoa(g.rnd.IntN(4)) + ") AS " + a + "(x)", []genColumn{{a + ".x", "int"}}
	}
	if g.chance(10) {
		return "(VALUES (1, 'apple'), (NULL, 'x'), (3, NULL)) AS " + a + "(x, y)", []genColumn{{a + ".x", "int"}, {a + ".y", "text"}}
	}
	table := g.pick("items", "orders", "tree", "empty", "items")
	columns := make([]genColumn, 0, 5)
	for _, c := range genTables[table] {
		columns = append(columns, genColumn{a + "." + c.name, c.typ})
	}
	return table + " AS " + a, columns
}

// from is a FROM of one to three items; their columns come into scope.
func (g *generator) from(depth int) string {
	sql, columns := g.source(depth)
	outer := g.columns
	g.columns = append(append([]genColumn{}, outer...), columns...)
	for range g.rnd.IntN(3) {
		right, more := g.source(depth)
		lateral := depth > 0 && g.chance(15)
		if lateral {
			types := []string{g.typ(), g.typ()}
			a := g.alias()
			right = "LATERAL (" + g.sel(depth-1, types) + ") AS " + a + "(x, y)"
			more = []genColumn{{a + ".x", types[0]}, {a + ".y", types[1]}}
		}
		kind := g.pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "JOIN", "CROSS JOIN")
		if lateral {
			kind = g.pick("JOIN", "LEFT JOIN", "CROSS JOIN")
		}
		g.columns = append(g.columns, more...)
		sql += " " + kind + " " + right
		if kind != "CROSS JOIN" {
			sql += " ON " + g.expr("bool", 1)
		}
	}
	return sql
}

// query is a statement.
func (g *generator) query(depth int) string {
	types := make([]string, 1+g.rnd.IntN(3))
	for i := range types {
		types[i] = g.typ()
	}
	sql := g.sel(depth, types)
	if g.chance(25) {
		names := make([]string, len(types))
		columns := make([]genColumn, len(types))
		a, b := g.alias(), g.alias()
		for i, typ := range types {
			names[i] = "k" + strconv.Itoa(i)
			columns[i] = genColumn{a + "." + names[i], typ}
		}
		with := "WITH w(" + strings.Join(names, ", ") + ") AS " + g.pick("", "MATERIALIZED ", "NOT MATERIALIZED ") + "(" + sql + ") "
		if g.chance(50) {
			return with + "SELECT " + a + ".* FROM w AS " + a + " WHERE (SELECT count(*) FROM w AS " + b + ") > 1"
		}
		g.columns = columns
		return with + "SELECT " + g.expr(g.typ(), 2) + ", " + g.expr(g.typ(), 2) + " FROM w AS " + a + " WHERE " + g.expr("bool", 2)
	}
	if g.chance(20) {
		sql = "(" + sql + ") " + g.pick("UNION", "UNION ALL", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL") + " (" + g.sel(depth-1, types) + ")"
	}
	return sql
}

// sel is a SELECT of the given types.
func (g *generator) sel(depth int, types []string) string {
	outer := g.columns
	defer func() { g.columns = outer }()
	from := g.from(depth)
	where := ""
	if g.chance(60) {
		where = " WHERE " + g.expr("bool", depth+1)
	}
	list := make([]string, len(types))
	if g.chance(30) {
		return g.grouped(from, where, types, outer)
	}
	for i, typ := range types {
		list[i] = g.expr(typ, depth+1)
		if g.chance(15) {
			list[i] = g.window(typ)
		}
	}
	distinct := ""
	if g.chance(20) {
		distinct = "DISTINCT "
	}
	sql := "SELECT " + distinct + strings.Join(list, ", ") + " FROM " + from + where
	if g.chance(30) {
		places := make([]string, len(types))
		for i := range places {
			places[i] = strconv.Itoa(i+1) + g.pick("", " DESC", " NULLS FIRST", " DESC NULLS LAST")
		}
		sql += " ORDER BY " + strings.Join(places, ", ")
		if g.chance(60) {
			sql += " LIMIT " + strconv.Itoa(g.rnd.IntN(5))
		}
		if g.chance(30) {
			sql += " OFFSET " + strconv.Itoa(g.rnd.IntN(3))
		}
	}
	return sql
}

// window is a window function whose value does not depend on the order of
// equal rows.
func (g *generator) window(typ string) string {
	over := " OVER ("
	if g.chance(50) {
		over += "PARTITION BY " + g.expr(g.typ(), 1)
	}
	order := ""
	if g.chance(50) {
		order = " ORDER BY " + g.expr(g.typ(), 1) + g.pick("", " DESC", " NULLS FIRST")
	}
	over += order + ")"
	switch typ {
	case "int":
		f := g.pick("rank()", "dense_rank()", "count(*)", "max("+g.expr("int", 1)+")", "count("+g.expr("text", 1)+")")
		return f + over + "::int"
	case "numeric":
		return g.pick("sum(", "min(", "max(") + g.expr("numeric", 1) + ")" + over
	case "text":
		return g.pick("min(", "max(") + g.expr("text", 1) + ")" + over
	}
	return g.pick("bool_and(", "bool_or(") + g.expr("bool", 1) + ")" + over
}

// grouped is a SELECT with GROUP BY over columns of its own, or an aggregate
// over all rows.
func (g *generator) grouped(from, where string, types []string, outer []genColumn) string {
	inner := g.columns
	var keys []genColumn
	for _, c := range inner[len(outer):] {
		if len(keys) < 2 && g.chance(30) {
			keys = append(keys, c)
		}
	}
	aggregate := func(typ string) string {
		g.columns = inner[len(outer):] // or the aggregate would be one of a query around
		defer func() { g.columns = append(append([]genColumn{}, outer...), keys...) }()
		switch typ {
		case "int":
			return g.pick("count(*)::int", "count("+g.expr("text", 1)+")::int", "max("+g.expr("int", 1)+")", "count(DISTINCT "+g.expr("numeric", 1)+")::int",
				"min("+g.expr("int", 1)+") FILTER (WHERE "+g.expr("bool", 1)+")")
		case "numeric":
			return g.pick("sum(", "max(", "min(") + g.expr("numeric", 1) + ")"
		case "text":
			return g.pick("max(", "min(") + g.expr("text", 1) + ")"
		}
		return g.pick("bool_or(", "bool_and(") + g.expr("bool", 1) + ")"
	}
	g.columns = append(append([]genColumn{}, outer...), keys...)
	list := make([]string, len(types))
	for i, typ := range types {
		if g.chance(50) {
			list[i] = aggregate(typ)
		} else {
			list[i] = g.expr(typ, 1)
		}
	}
	having := ""
	if g.chance(30) {
		having = " HAVING " + aggregate("bool")
	}
	sql := "SELECT " + strings.Join(list, ", ") + " FROM " + from + where
	if len(keys) > 0 {
		names := make([]string, len(keys))
		for i, k := range keys {
			names[i] = k.name
		}
		sql += " GROUP BY " + strings.Join(names, ", ")
	} else if having == "" {
		sql += " HAVING count(*) >= 0"
	}
	return sql + having
}

// column is a column in scope of a type, or a literal.
func (g *generator) column(typ string) string {
	var fit []string
	for _, c := range g.columns {
		if c.typ == typ {
			fit = append(fit, c.name)
		}
	}
	if len(fit) > 0 && g.chance(80) {
		return g.pick(fit...)
	}
	if g.chance(10) {
		return "NULL::" + typ
	}
	switch typ {
	case "int":
		return strconv.Itoa(g.rnd.IntN(8))
	case "text":
		return g.pick("'apple'", "'x'", "''", "'a'", "'red'")
	case "numeric":
		return g.pick("1.5", "1.50", "0.0", "100", "0.25") + "::numeric"
	}
	return g.pick("true", "false")
}

// expr is an expression of a type.
func (g *generator) expr(typ string, depth int) string {
	if depth <= 0 || g.chance(25) {
		return g.column(typ)
	}
	sub := func(typ string) string { return g.expr(typ, depth-1) }
	if g.chance(15) {
		return "CASE WHEN " + sub("bool") + " THEN " + sub(typ) + " ELSE " + sub(typ) + " END"
	}
	if g.chance(8) {
		return "coalesce(" + sub(typ) + ", " + sub(typ) + ")"
	}
	if g.chance(5) {
		return "nullif(" + sub(typ) + ", " + sub(typ) + ")"
	}
	if g.chance(5) {
		return g.pick("greatest(", "least(") + sub(typ) + ", " + sub(typ) + ")"
	}
	if depth > 1 && g.chance(8) {
		return "(SELECT " + g.pick("max(", "min(") + g.scalar(depth, typ)
	}
	switch typ {
	case "int":
		return g.pick("("+sub("int")+" + "+sub("int")+")", "("+sub("int")+" - "+sub("int")+")", "length("+sub("text")+")", "abs("+sub("int")+")", "(- "+sub("int")+")")
	case "text":
		return g.pick("("+sub("text")+" || "+sub("text")+")", "upper("+sub("text")+")", "("+sub("int")+")::text", "left("+sub("text")+", 2)")
	case "numeric":
		return g.pick("("+sub("numeric")+" + "+sub("numeric")+")", "("+sub("numeric")+" - "+sub("numeric")+")", "("+sub("int")+")::numeric", "round("+sub("numeric")+", 1)")
	}
	t := g.pick("int", "text", "numeric")
	return g.pick(
		"("+sub(t)+" "+g.pick("=", "<>", "<", "<=", ">", ">=")+" "+sub(t)+")",
		"("+sub(t)+" "+g.pick("=", "<>", "<", ">")+" "+sub(t)+")",
		"("+sub("bool")+" "+g.pick("AND", "OR")+" "+sub("bool")+")",
		"(NOT "+sub("bool")+")",
		"("+sub(t)+" IS "+g.pick("NULL", "NOT NULL")+")",
		"("+sub(t)+" "+g.pick("IN", "NOT IN")+" ("+sub(t)+", "+sub(t)+"))",
		"("+sub(t)+" IS "+g.pick("", "NOT ")+"DISTINCT FROM "+sub(t)+")",
		"("+sub("int")+" BETWEEN "+sub("int")+" AND "+sub("int")+")",
		"("+sub("text")+" LIKE "+g.pick("'%a%'", "'_p%'", "'x'")+")",
		"("+sub("bool")+" IS "+g.pick("TRUE", "NOT FALSE", "UNKNOWN")+")",
		"("+sub("int")+" = ANY (ARRAY["+sub("int")+", "+sub("int")+"]))",
		"("+sub("int")+" "+g.pick("> ALL", "= ANY", "<> ALL")+" ('{1,3,NULL}'::int[]))",
		g.pick("", "NOT ")+"EXISTS ("+g.inner(depth, t)+")",
		"("+sub(t)+" "+g.pick("IN", "NOT IN", "> ALL", "< ANY", "= ALL")+" ("+g.inner(depth, t)+"))",
		"(("+sub("int")+", "+sub(t)+") "+g.pick("=", "<", ">=", "<>")+" ("+sub("int")+", "+sub(t)+"))",
	)
}

// scalar is the rest of a subquery of one value. The aggregate is over columns
// of its own: else it would be one of a query around.
func (g *generator) scalar(depth int, typ string) string {
	from, restore := g.innerFrom()
	defer restore()
	all, value := g.columns, "1) > 0"
	if typ != "bool" { // there is no max(bool)
		g.columns = all[len(all)-g.own:]
		value = g.column(typ) + ")"
		g.columns = all
	}
	return value + " FROM " + from + " WHERE " + g.expr("bool", depth-2) + ")"
}

// inner is a subquery of one column, which may refer to the columns around it.
func (g *generator) inner(depth int, typ string) string {
	from, restore := g.innerFrom()
	defer restore()
	return "SELECT " + g.expr(typ, depth-2) + " FROM " + from + " WHERE " + g.expr("bool", depth-2)
}

func (g *generator) innerFrom() (from string, restore func()) {
	outer, own := g.columns, g.own
	sql, columns := g.source(0)
	g.columns = append(append([]genColumn{}, outer...), columns...)
	g.own = len(columns)
	return sql, func() { g.columns, g.own = outer, own }
}
