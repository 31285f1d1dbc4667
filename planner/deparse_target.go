package planner

import "strings"

// targetList writes the result columns, each but the first on a line of its own.
// visible says that somebody reads their names, so that even ?column? is said.
func (d *deparser) targetList(targets []*Target, columns []string, visible bool) {
	for i, t := range targets {
		outer := d.b
		d.b = nil
		d.fragment(t.Expr, true)
		text := string(d.b)
		d.b = outer
		if i > 0 {
			d.write(",")
		}
		switch {
		case strings.HasPrefix(text, "\n"): // CASE begins a line itself
		case i > 0:
			d.clause("", indentColumn)
		default:
			d.write(" ")
		}
		d.write(text)
		name, own := t.Name, "?column?"
		if columns != nil {
			name = columns[i]
		}
		if v, ok := t.Expr.(*Var); ok {
			own = d.columnName(v.Entry, v.Col)
		} else if merged := d.mergedName(t.Expr); merged != "" {
			own = merged
		} else if visible {
			own = ""
		}
		if name != own {
			d.write(" AS ", quoteIdent(name))
		}
	}
}

// mergedName is the name of a column that a FULL JOIN has merged.
func (d *deparser) mergedName(e Expr) string {
	if c, ok := e.(*Coalesce); ok && d.q != nil {
		return c.Merged
	}
	return ""
}

// sortExprs writes expressions of GROUP BY, PARTITION BY and DISTINCT ON.
func (d *deparser) sortExprs(exprs []Expr) {
	for i, e := range exprs {
		if i > 0 {
			d.write(", ")
		}
		d.sortExpr(e)
	}
}

// sortExpr writes an expression by which rows are sorted or grouped, in
// parentheses unless it is a plain column or literal: a call could be mistaken
// for CUBE or ROLLUP.
func (d *deparser) sortExpr(e Expr) {
	parens := d.q.pretty
	switch e := e.(type) {
	case *Var, *Const:
		parens = false
	case *FuncCall:
		parens = parens || e.Form != FormOperator
	case *AggCall, *WindowCall:
		parens = true
	}
	if parens {
		d.write("(")
	}
	d.fragment(e, true)
	if parens {
		d.write(")")
	}
}

// orderBy writes the keys of ORDER BY, as the numbers of columns after a set
// operation.
func (d *deparser) orderBy(keys []SortKey, numbers bool) {
	for i, k := range keys {
		if i > 0 {
			d.write(", ")
		}
		if numbers {
			d.write(itoa(k.Target + 1))
		} else {
			d.sortExpr(k.Expr)
		}
		d.write(k.suffix())
	}
}

// plainValues reports whether VALUES can stand as it is: its columns have to
// keep their names.
func (d *deparser) plainValues(q *Query, columns []string) bool {
	for i, t := range q.outputs() {
		if columns != nil && columns[i] != t.Name {
			return false
		}
	}
	return true
}

func (d *deparser) valuesLists(rows [][]Expr) {
	d.write("VALUES ")
	for i, row := range rows {
		if i > 0 {
			d.write(", ")
		}
		d.write("(")
		for k, e := range row {
			if k > 0 {
				d.write(",")
			}
			d.fragment(e, false)
		}
		d.write(")")
	}
}

// operand writes an operand of an operator or a test.
func (d *deparser) operand(e Expr) {
	if !d.parenthesized(e) {
		d.expr(e)
	}
}

// parenthesized writes a subquery in the second pair of parentheses that pretty
// text gives it as an operand; false for what needs none.
func (d *deparser) parenthesized(e Expr) bool {
	sub, ok := e.(*Subquery)
	if !ok || d.q == nil || !d.q.pretty {
		return false
	}
	d.atom(func() {
		d.write("(")
		d.fragment(sub, true)
		d.write(")")
	})
	return true
}

// subquery writes a query in an expression.
func (d *deparser) subquery(e *Subquery) {
	d.atom(func() {
		inner := "("
		if e.Kind == SubqueryArray {
			d.write("ARRAY")
		}
		d.write("(")
		switch e.Kind {
		case SubqueryExists:
			d.write("EXISTS ")
		case SubqueryAny, SubqueryAll:
			d.compared(e)
		default:
			inner = ""
		}
		d.write(inner)
		d.queryAt(e.Query, d.indent, nil, false)
		d.write(")")
		if inner != "" {
			d.write(")")
		}
	})
}

// compared writes the left side of IN, ANY and ALL with the operator.
func (d *deparser) compared(e *Subquery) {
	op, left := "", []Expr{}
	if e.RowCompare != nil {
		op, left = e.RowCompare.Op, e.RowCompare.Left
	}
	for _, c := range e.Compare {
		if e.RowCompare != nil {
			break
		}
		if c.Op == nil {
			d.q.opaque = true
			return
		}
		if op == "" {
			op = d.operator(c.Op)
		}
		left = append(left, c.Args[0])
	}
	if len(left) > 1 {
		d.write("(")
	}
	for i, l := range left {
		if i > 0 {
			d.write(", ")
		}
		d.fragment(l, true)
	}
	if len(left) > 1 {
		d.write(")")
	}
	switch {
	case e.Kind == SubqueryAll:
		d.write(" ", op, " ALL ")
	case op == "=":
		d.write(" IN ")
	default:
		d.write(" ", op, " ANY ")
	}
}
