package planner

import (
	"fmt"
	"strings"

	"voronoi/internal/datum"
)

// maxListed is up to how many items an IN list is written out; longer ones
// become rows of a virtual table.
const maxListed = 100

// inList is IN and NOT IN over a list.
func (e *emitter) inList(x *InList) string {
	for _, item := range x.Items {
		if !e.isEquality(x.Op, x.Left.Type(), item.Type()) {
			return e.inComparisons(x)
		}
	}
	in := " IN ("
	if x.Not {
		in = " NOT IN ("
	}
	left := e.comparable(e.expr(x.Left), x.Left.Type())
	if len(x.Items) > maxListed {
		if rows, ok := oneColumn(x.Items); ok {
			return "(" + left + in + "SELECT " + e.comparable("c0", x.Items[0].Type()) + " FROM " + e.rowSet(rows) + "))"
		}
	}
	items := make([]string, len(x.Items))
	for i, item := range x.Items {
		items[i] = e.expr(item)
		if e.byKey(item.Type()) {
			items[i] = e.comparable(items[i], item.Type())
		}
	}
	return "(" + left + in + strings.Join(items, ", ") + "))"
}

// oneColumn makes rows of one column of items that need no row of a table.
func oneColumn(items []Expr) ([][]Expr, bool) {
	rows := make([][]Expr, len(items))
	for i, item := range items {
		if !computable(item) {
			return nil, false
		}
		rows[i] = []Expr{item}
	}
	return rows, true
}

// inComparisons is IN by an operator that SQLite's IN does not know.
func (e *emitter) inComparisons(x *InList) string {
	return e.let(x.Left, func(left string) string {
		defer func(outer string) { e.caseValue = outer }(e.caseValue)
		e.caseValue = left
		terms := make([]string, len(x.Items))
		for i, item := range x.Items {
			terms[i] = e.expr(&FuncCall{
				Typed: Typed{Typ: x.Proc.Result, Mod: -1}, Proc: x.Proc, Op: x.Op, Form: FormOperator, ArgTypes: x.Proc.Args,
				Args: []Expr{&CaseValue{Typed{Typ: x.Left.Type(), Mod: -1}}, item},
			})
		}
		in := balanced(terms, "OR")
		if x.Not {
			return "(NOT " + in + ")"
		}
		return in
	})
}

// arrayOp is op ANY|ALL (array). Equality with some element of an array known
// before the first row becomes IN over its elements, which can use an index.
func (e *emitter) arrayOp(x *ArrayOp) string {
	array := e.typ(x.Right.Type())
	if x.Any && array.Elem != nil && array.Elem.Ordering != datum.OrderNone && computable(x.Right) &&
		e.isEquality(x.Op, x.Left.Type(), array.Elem.OID) {
		left := e.comparable(e.expr(x.Left), x.Left.Type())
		elements := fmt.Sprintf("%s(%s)", e.module(elementsModule(array)), e.bind(x.Right))
		return "(" + left + " IN (SELECT " + e.comparable("c0", array.Elem.OID) + " FROM " + elements + "))"
	}
	return e.helper(x)
}

// rowCompare is (a, b) < (c, d): SQLite's row values where all columns compare
// as stored, and the comparison spelled out elsewhere.
func (e *emitter) rowCompare(x *RowCompare, left, right []string) string {
	plain := true
	for i := range x.Left {
		l, r := x.Left[i].Type(), x.Right[i].Type()
		plain = plain && e.typ(l).Ordering == datum.OrderNative && e.storedAlike(l, r)
	}
	if plain {
		return "((" + strings.Join(left, ", ") + ") " + x.Op + " (" + strings.Join(right, ", ") + "))"
	}
	sql := "0"
	if x.Op == "<=" || x.Op == ">=" {
		sql = "1"
	}
	for i := len(left) - 1; i >= 0; i-- {
		op := strings.TrimSuffix(x.Op, "=")
		l, r := e.comparable(left[i], x.Left[i].Type()), e.comparable(right[i], x.Right[i].Type())
		// A NULL leaves the result unknown unless a column before decides.
		sql = fmt.Sprintf("(CASE WHEN %[1]s = %[2]s THEN %[4]s ELSE %[1]s %[3]s %[2]s END)", l, r, op, sql)
	}
	return sql
}
