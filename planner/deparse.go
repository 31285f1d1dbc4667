package planner

import (
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// Deparse is an expression as pg_get_expr shows it: fully parenthesized, every
// literal with its type, columns of entry without its name. Reading the text
// again gives the same expression.
func Deparse(cat *catalog.Snapshot, path []oid.OID, e Expr, entry *Entry) string {
	env := datum.DefaultEnv()
	env.Names = cat.Names(path)
	d := &deparser{a: &analyzer{cat: cat, path: path}, values: env, entry: entry}
	d.bare(e)
	return string(d.b)
}

// deparser writes one expression.
type deparser struct {
	a      *analyzer
	values *datum.Env
	entry  *Entry
	b      []byte
	indent int
	q      *queryText // nil for an expression alone
}

func (d *deparser) write(parts ...string) {
	for _, p := range parts {
		d.b = append(d.b, p...)
	}
}

// list writes expressions between separators.
func (d *deparser) list(exprs []Expr, sep string) {
	for i, e := range exprs {
		if i > 0 {
			d.write(sep)
		}
		d.expr(e)
	}
}

// newline begins a line of CASE.
func (d *deparser) newline(word string) {
	d.line(word, 0, 0, 0)
}

// expr writes an operand, with the coercions that nobody wrote.
func (d *deparser) expr(e Expr) { d.show(e, true) }

// bare writes an expression whose implicit coercions go without saying: they
// would be added again.
func (d *deparser) bare(e Expr) { d.show(e, false) }

func (d *deparser) show(e Expr, implicit bool) {
	switch e := e.(type) {
	case nil:
	case *Const:
		d.constant(e, true)
	case *Param:
		d.write("$", itoa(e.Index))
	case *Var:
		if d.q != nil {
			d.write(quoteIdent(d.entryName(e.Entry)), ".", quoteIdent(d.columnName(e.Entry, e.Col)))
			return
		}
		if e.Entry != d.entry {
			d.write(quoteIdent(e.Entry.Alias), ".")
		}
		d.write(quoteIdent(e.Entry.Columns[e.Col].Name))
	case *FuncCall:
		d.call(e, implicit)
	case *AggCall:
		if d.q != nil {
			d.aggregateText(e)
			return
		}
		d.aggregate(e)
	case *WindowCall:
		if d.q != nil {
			d.windowCall(e)
			return
		}
		d.write(d.procName(e.Proc), "(")
		if e.Star {
			d.write("*")
		}
		d.list(e.Args, ", ")
		d.write(") OVER (?)")
	case *Bool:
		if e.Op == "NOT" {
			d.write("(NOT ")
			d.bare(e.Args[0])
			d.write(")")
			return
		}
		d.write("(")
		for i, arg := range e.Args {
			if i > 0 {
				d.write(" ", e.Op, " ")
			}
			d.bare(arg)
		}
		d.write(")")
	case *Case:
		d.caseExpr(e)
	case *CaseValue:
		d.write("VALUE") // in the CHECK of a domain; CASE writes its own
	case *Coalesce:
		if name := d.mergedName(e); name != "" {
			d.write(quoteIdent(name))
			return
		}
		d.function("COALESCE", e.Args)
	case *MinMax:
		name := "LEAST"
		if e.Greatest {
			name = "GREATEST"
		}
		d.function(name, e.Args)
	case *NullIf:
		d.function("NULLIF", e.Equal.Args)
	case *NullTest:
		d.test(e.Arg, "NULL", e.Not)
	case *BoolTest:
		d.test(e.Arg, strings.TrimPrefix(e.Test, "NOT "), strings.HasPrefix(e.Test, "NOT "))
	case *Distinct:
		d.distinct(e)
	case *ArrayOp:
		d.quantified(e.Left, e.Op, e.Any, func() { d.expr(e.Right) })
	case *InList:
		d.quantified(e.Left, e.Op, !e.Not, func() { d.items(e.Items) })
	case *Subquery:
		if d.q != nil {
			d.subquery(e)
			return
		}
		d.write("(SubPlan)")
	case *ArrayExpr:
		d.write("ARRAY[")
		d.list(e.Elems, ", ")
		d.write("]")
		if len(e.Elems) == 0 {
			d.write("::", d.a.typeName(e.Typ))
		}
	case *RowExpr:
		d.row(e)
	case *RowCompare:
		d.write("(ROW(")
		d.list(e.Left, ", ")
		d.write(") ", e.Op, " ROW(")
		d.list(e.Right, ", ")
		d.write("))")
	case *Field:
		d.write("(")
		d.expr(e.Arg)
		d.write(").", quoteIdent(e.Name))
	case *Subscript:
		d.subscript(e)
	case *Relabel:
		d.cast(e.Arg, e, e.Form, implicit)
	case *CoerceIO:
		d.cast(e.Arg, e, e.Form, implicit)
	case *CoerceArray:
		d.cast(e.Arg, e, e.Form, implicit)
	case *CoerceTypmod:
		if timed(e) {
			d.write(timeFunctions[e.Typ], "(", itoa(int(e.Mod)), ")")
			return
		}
		form := FormImplicitCast
		if e.Explicit {
			form = FormCast
		}
		d.cast(e.Arg, e, form, implicit)
	case *CoerceDomain:
		d.cast(e.Arg, e, e.Form, implicit)
	case *Collate:
		d.write("(")
		d.show(e.Arg, implicit)
		d.write(" COLLATE ", d.collation(e.Collation), ")")
	case *Default:
		d.write("DEFAULT")
	default:
		if d.q != nil {
			d.q.opaque = true
		}
		d.write("?")
	}
}

func (d *deparser) collation(id oid.OID) string {
	if c := d.a.cat.Collation(id); c != nil {
		return quoteIdent(c.Name)
	}
	return itoa(int(id))
}

func (d *deparser) function(name string, args []Expr) {
	d.write(name, "(")
	d.list(args, ", ")
	d.write(")")
}

func (d *deparser) test(arg Expr, what string, not bool) {
	d.write("(")
	d.operand(arg)
	d.write(" IS ")
	if not {
		d.write("NOT ")
	}
	d.write(what, ")")
}

func (d *deparser) distinct(e *Distinct) {
	if e.Not {
		d.write("(NOT ")
	}
	d.write("(")
	d.operand(e.Equal.Args[0])
	d.write(" IS DISTINCT FROM ")
	d.operand(e.Equal.Args[1])
	d.write(")")
	if e.Not {
		d.write(")")
	}
}

// quantified writes left op ANY (right) or ALL.
func (d *deparser) quantified(left Expr, op *catalog.Operator, any bool, right func()) {
	word := "ALL"
	if any {
		word = "ANY"
	}
	d.write("(")
	d.operand(left)
	d.write(" ", d.operator(op), " ", word, " (")
	right()
	d.write("))")
}

// items writes the list of IN as the array that Postgres makes of it. A
// coercion that all items share applies to the array.
func (d *deparser) items(list []Expr) {
	bare := make([]Expr, len(list))
	var source, target oid.OID
	for i, e := range list {
		bare[i] = e
		if r, ok := e.(*Relabel); ok && r.Form == FormImplicitCast {
			bare[i], target = r.Arg, r.Typ
		}
		if i == 0 {
			source = bare[i].Type()
		}
		if bare[i].Type() != source || (target != 0) != (bare[i] != e) {
			bare, target = list, 0
			break
		}
	}
	if target != 0 {
		d.write("(")
	}
	d.write("ARRAY[")
	d.list(bare, ", ")
	d.write("]")
	if target != 0 {
		d.write(")::", d.a.typeName(d.a.cat.ArrayOf(target)))
	}
}

func (d *deparser) row(e *RowExpr) {
	if e.Whole != nil && d.q != nil {
		d.write(quoteIdent(d.entryName(e.Whole)), ".*")
		return
	}
	if e.Whole != nil {
		d.write(quoteIdent(e.Whole.Alias), ".*")
		return
	}
	d.write("ROW(")
	d.list(e.Fields, ", ")
	d.write(")")
	if e.Typ != oid.Record {
		d.write("::", d.a.typeName(e.Typ))
	}
}

func (d *deparser) subscript(e *Subscript) {
	_, simple := e.Arg.(*Var)
	if !simple {
		d.write("(")
	}
	d.expr(e.Arg)
	if !simple {
		d.write(")")
	}
	for i := range e.Upper {
		d.write("[")
		if e.Slice {
			d.bare(e.Lower[i])
			d.write(":")
		}
		d.bare(e.Upper[i])
		d.write("]")
	}
}

func (d *deparser) caseExpr(e *Case) {
	d.newline("CASE")
	d.indent += 4
	if e.Arg != nil {
		d.write(" ")
		d.expr(e.Arg)
	}
	for _, w := range e.Whens {
		d.newline("WHEN ")
		cond := w.Cond
		if call, ok := cond.(*FuncCall); ok && e.Arg != nil && call.Op != nil && len(call.Args) == 2 {
			cond = call.Args[1]
		}
		d.bare(cond)
		d.write(" THEN ")
		d.expr(w.Result)
	}
	d.newline("ELSE ")
	if e.Else != nil {
		d.expr(e.Else)
	} else {
		d.write("NULL::", d.a.typeNameMod(e.Typ, -1))
	}
	d.indent -= 4
	d.newline("END")
}

func (d *deparser) aggregate(e *AggCall) {
	d.write(d.procName(e.Proc), "(")
	switch {
	case e.Star:
		d.write("*")
	case e.Distinct:
		d.write("DISTINCT ")
		fallthrough
	default:
		if e.Proc.AggKind == 'n' {
			d.list(e.Args, ", ")
		} else {
			d.list(e.Direct, ", ")
		}
	}
	if len(e.OrderBy) > 0 {
		if e.Proc.AggKind == 'n' {
			d.write(" ORDER BY ")
		} else {
			d.write(") WITHIN GROUP (ORDER BY ")
		}
		for i, k := range e.OrderBy {
			if i > 0 {
				d.write(", ")
			}
			d.expr(k.Expr)
			d.write(k.suffix())
		}
	}
	d.write(")")
	if e.Filter != nil {
		d.write(" FILTER (WHERE ")
		d.expr(e.Filter)
		d.write(")")
	}
}

// suffix is a sort key's direction where it is not the default.
func (k SortKey) suffix() string {
	switch {
	case k.Desc && !k.NullsFirst:
		return " DESC NULLS LAST"
	case k.Desc:
		return " DESC"
	case k.NullsFirst:
		return " NULLS FIRST"
	}
	return ""
}
