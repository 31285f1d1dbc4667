package planner

import (
	"strconv"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// DeparseQuery is an analysed SELECT as pg_get_viewdef lays it out, without the
// semicolon: names as the path needs them, every column with its table. columns
// are the names of the result, nil for the query's own. Pretty text leaves out
// the parentheses that are there for safety; the other is read again as the same
// query. Names of relations and columns are those that cat has now, so a query
// analysed before a renaming is written with the new names.
//
// ok is false where the query holds something that no text of it stands for, an
// alias of a join for one.
func DeparseQuery(cat *catalog.Snapshot, path []oid.OID, q *Query, columns []string, pretty bool) (text string, ok bool) {
	env := datum.DefaultEnv()
	env.Names = cat.Names(path)
	d := &deparser{a: &analyzer{cat: cat, path: path}, values: env}
	d.q = &queryText{pretty: pretty, names: map[*Entry]string{}}
	// A view's rule ranges over these two as well.
	d.q.used = []string{"old", "new"}
	d.queryAt(q, 0, columns, true)
	return string(d.b), !d.q.opaque
}

// queryText is what the deparser of a query keeps beside that of an expression.
type queryText struct {
	pretty bool
	names  map[*Entry]string // what entries are called; unique through all levels
	used   []string          // names given in this level and those around it
	ctes   []string          // WITH queries that hide relations of their names
	atoms  []string          // what atom has put aside
	opaque bool              // something could not be written
}

// Indentation, by what is indented.
const (
	indentClause = 8
	indentJoin   = 4
	indentColumn = 4
	indentLimit  = 40
)

// line begins a new line at the current indentation changed by shift, which
// lasts, and by plus, which does not.
func (d *deparser) line(word string, before, after, plus int) {
	d.indent += before
	d.b = trimBlanks(d.b)
	d.write("\n", strings.Repeat(" ", lineIndent(max(d.indent, 0))+plus), word)
	d.indent = max(d.indent+after, 0)
}

// lineIndent bounds the indentation of deeply nested queries.
func lineIndent(indent int) int {
	if indent < indentLimit {
		return indent
	}
	return (indentLimit + (indent-indentLimit)/(indentClause/2)) % indentLimit
}

func trimBlanks(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// clause begins a clause of a query.
func (d *deparser) clause(word string, plus int) { d.line(word, -indentClause, indentClause, plus) }

// fragment writes an expression that stands alone: in pretty text its outermost
// parentheses go.
func (d *deparser) fragment(e Expr, implicit bool) {
	if !d.q.pretty {
		d.show(e, implicit)
		return
	}
	outer, atoms := d.b, len(d.q.atoms)
	d.b = nil
	d.show(e, implicit)
	text := catalog.PrettyExpr(string(d.b))
	for i := len(d.q.atoms) - 1; i >= atoms; i-- {
		text = strings.Replace(text, atomName(i), d.q.atoms[i], 1)
	}
	d.q.atoms = d.q.atoms[:atoms]
	d.b = outer
	if strings.HasPrefix(text, "\n") {
		d.b = trimBlanks(d.b)
	}
	d.write(text)
}

// atom writes a construct whose parentheses are part of its syntax: in pretty
// text a name stands for it until the expression around it is done.
func (d *deparser) atom(write func()) {
	if !d.q.pretty {
		write()
		return
	}
	outer := d.b
	d.b = nil
	write()
	text := string(d.b)
	d.b = outer
	d.write(atomName(len(d.q.atoms)))
	d.q.atoms = append(d.q.atoms, text)
}

// atomName is a word of private-use characters, which no SQL has outside quotes.
func atomName(i int) string { return "\uF8F0" + strconv.Itoa(i) + "\uF8F1" }

// queryAt writes a query from an indentation on.
func (d *deparser) queryAt(q *Query, indent int, columns []string, visible bool) {
	saved, used, ctes := d.indent, len(d.q.used), len(d.q.ctes)
	d.indent = indent
	if q.Command != CommandSelect {
		d.q.opaque = true
	}
	d.nameEntries(q)
	d.withClause(q)
	if q.SetOp != nil {
		d.setOp(q, columns, visible)
	} else {
		d.basicSelect(q, columns, visible)
	}
	if len(q.OrderBy) > 0 {
		d.clause(" ORDER BY ", 1)
		d.orderBy(q.OrderBy, q.SetOp != nil)
	}
	if q.Offset != nil {
		d.clause(" OFFSET ", 0)
		d.fragment(q.Offset, false)
	}
	if q.Limit != nil {
		d.limit(q)
	}
	for _, l := range q.Locking {
		for _, e := range l.Entries {
			d.clause(" FOR "+l.Strength, 0)
			d.write(" OF ", quoteIdent(d.entryName(e)))
			if l.NoWait {
				d.write(" NOWAIT")
			} else if l.SkipLocked {
				d.write(" SKIP LOCKED")
			}
		}
	}
	d.indent, d.q.used, d.q.ctes = saved, d.q.used[:used], d.q.ctes[:ctes]
}

func (d *deparser) limit(q *Query) {
	c, constant := q.Limit.(*Const)
	switch {
	case q.WithTies:
		d.clause(" FETCH FIRST (", 0)
		d.fragment(q.Limit, false)
		d.write(") ROWS WITH TIES")
	case constant && c.Value.IsNull():
		d.clause(" LIMIT ALL", 0)
	default:
		d.clause(" LIMIT ", 0)
		d.fragment(q.Limit, false)
	}
}

// basicSelect writes SELECT … up to its windows, or VALUES.
func (d *deparser) basicSelect(q *Query, columns []string, visible bool) {
	d.indent += indentClause
	d.write(" ")
	if q.Values != nil && d.plainValues(q, columns) {
		d.valuesLists(q.Values)
		return
	}
	d.write("SELECT")
	switch {
	case len(q.DistinctOn) > 0:
		d.write(" DISTINCT ON (")
		d.sortExprs(q.DistinctOn)
		d.write(")")
	case q.Distinct:
		d.write(" DISTINCT")
	}
	d.targetList(q.outputs(), columns, visible)
	d.from(q)
	if q.Where != nil {
		d.clause(" WHERE ", 1)
		d.fragment(q.Where, false)
	}
	if q.GroupingSets != nil {
		d.clause(" GROUP BY ", 1)
		d.write("GROUPING SETS (")
		for i, set := range q.GroupingSets {
			if i > 0 {
				d.write(", ")
			}
			d.write("(")
			d.sortExprs(set)
			d.write(")")
		}
		d.write(")")
	} else if len(q.GroupBy) > 0 {
		d.clause(" GROUP BY ", 1)
		d.sortExprs(q.GroupBy)
	}
	if q.Having != nil {
		d.clause(" HAVING ", 0)
		d.fragment(q.Having, false)
	}
	d.windowClause(q)
}

// withClause writes WITH.
func (d *deparser) withClause(q *Query) {
	if len(q.CTEs) == 0 {
		return
	}
	d.indent += indentClause
	word := " WITH "
	for _, c := range q.CTEs {
		d.q.ctes = append(d.q.ctes, c.Name)
		if c.Recursive {
			word = " WITH RECURSIVE "
		}
	}
	for _, c := range q.CTEs {
		d.write(word, quoteIdent(c.Name))
		word = ", "
		renamed := false
		for i, t := range c.Query.outputs() {
			renamed = renamed || c.Columns[i] != t.Name
		}
		if renamed {
			d.write("(", quoteList(c.Columns), ")")
		}
		d.write(" AS ")
		switch c.Materialized {
		case 'm':
			d.write("MATERIALIZED ")
		case 'n':
			d.write("NOT MATERIALIZED ")
		}
		d.write("(")
		d.line("", 0, 0, 0)
		d.queryAt(c.Query, d.indent, nil, true)
		d.line("", 0, 0, 0)
		d.write(")")
	}
	d.indent -= indentClause
	d.line("", 0, 0, 0)
}

// setOp writes both sides of a set operation.
func (d *deparser) setOp(q *Query, columns []string, visible bool) {
	op := q.SetOp
	shift := 0
	left := nestedSetOp(op.Left)
	if left && (op.Left.SetOp.Kind != op.Kind || op.Left.SetOp.All != op.All) {
		shift = indentClause
		d.write("(")
		d.line("", shift, 0, 0)
	}
	d.setOpSide(op.Left, columns, visible)
	if shift > 0 {
		d.line(") ", -shift, 0, 0)
	} else {
		d.line("", 0, 0, 0)
	}
	d.write(setOpNames[op.Kind], " ")
	if op.All {
		d.write("ALL ")
	}
	right := nestedSetOp(op.Right)
	shift = 0
	if right {
		d.write("(")
		shift = indentClause
	}
	d.line("", shift, 0, 0)
	d.setOpSide(op.Right, columns, false)
	d.indent -= shift
	if right {
		d.line(")", 0, 0, 0)
	}
}

// nestedSetOp reports whether a side is a set operation without clauses of its
// own: with them it is a query like another.
func nestedSetOp(q *Query) bool { return q.SetOp != nil && !needsParens(q) }

func needsParens(q *Query) bool {
	return len(q.CTEs) > 0 || len(q.OrderBy) > 0 || len(q.Locking) > 0 || q.Limit != nil || q.Offset != nil
}

func (d *deparser) setOpSide(q *Query, columns []string, visible bool) {
	if nestedSetOp(q) {
		d.setOp(q, columns, visible)
		return
	}
	if needsParens(q) {
		d.write("(")
	}
	side := *q
	if q.SetOp == nil {
		// The other side says again what a column is converted to.
		side.Targets = make([]*Target, len(q.Targets))
		for i, t := range q.Targets {
			c := *t
			if bare := stripImplicit(t.Expr); !isConst(bare) {
				c.Expr = bare
			}
			side.Targets[i] = &c
		}
	}
	d.queryAt(&side, d.indent, columns, visible)
	if needsParens(q) {
		d.write(")")
	}
}

func isConst(e Expr) bool { _, ok := e.(*Const); return ok }

func quoteList(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quoteIdent(name)
	}
	return strings.Join(quoted, ", ")
}
