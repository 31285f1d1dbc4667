package planner

import (
	"fmt"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// subquery is a query in an expression.
func (e *emitter) subquery(x *Subquery) string {
	switch x.Kind {
	case SubqueryExists:
		return "EXISTS (" + e.query(x.Query) + ")"
	case SubqueryScalar:
		if atMostOneRow(x.Query) {
			return "(" + e.query(x.Query) + ")"
		}
		return "(SELECT " + e.function(oneRow, "c0") + " FROM (" + e.query(x.Query) + "))"
	case SubqueryArray:
		return e.arraySubquery(x)
	}
	return e.quantified(x)
}

// atMostOneRow reports whether a query obviously gives no second row, so that a
// scalar subquery needs no check.
func atMostOneRow(q *Query) bool {
	if q.SetOp != nil || q.HasSetFuncs || q.WithTies {
		return false
	}
	if q.Values != nil {
		return len(q.Values) <= 1
	}
	if c, ok := q.Limit.(*Const); ok && !c.Value.IsNull() && c.Value.Int() <= 1 {
		return true
	}
	if len(q.GroupingSets) > 0 {
		return false
	}
	if q.HasAggregates {
		return len(q.GroupBy) == 0
	}
	return len(q.From) == 0 || onKey(q)
}

// onKey reports whether the query reads one table by the value of a column that
// is unique.
func onKey(q *Query) bool {
	if len(q.From) != 1 {
		return false
	}
	from, ok := q.From[0].(*FromEntry)
	if !ok || from.Entry.Kind != EntryRelation || from.Entry.Relation.System != nil {
		return false
	}
	for _, qual := range conjuncts(q.Where) {
		c, ok := qual.(*FuncCall)
		if !ok || c.Op == nil || c.Op.Name != "=" || len(c.Args) != 2 {
			continue
		}
		for i, x := range c.Args {
			v, ok := x.(*Var)
			if ok && v.Entry == from.Entry && uniqueColumn(v) && !anywhere(c.Args[1-i], func(y Expr) bool {
				o, ok := y.(*Var)
				return ok && o.Entry == from.Entry
			}) {
				return true
			}
		}
	}
	return false
}

// uniqueColumn reports whether a column alone is a primary key or unique.
func uniqueColumn(v *Var) bool {
	column := v.Entry.Columns[v.Col].Column
	if column == nil {
		return false
	}
	for _, c := range v.Entry.Relation.Constraints {
		if (c.Kind == 'p' || c.Kind == 'u') && len(c.Columns) == 1 && c.Columns[0] == column.Attnum {
			return true
		}
	}
	return false
}

// conjuncts are the terms of a qual that must all hold.
func conjuncts(x Expr) []Expr {
	b, ok := x.(*Bool)
	switch {
	case x == nil:
		return nil
	case !ok || b.Op != "AND":
		return []Expr{x}
	}
	var all []Expr
	for _, arg := range b.Args {
		all = append(all, conjuncts(arg)...)
	}
	return all
}

// oneRow is the aggregate that a scalar subquery goes through: the value of the
// one row, and an error at a second.
var oneRow = &Function{
	Name: "one_row", Args: 1,
	Aggregate: func(*builtin.Call) (builtin.Accumulator, error) { return &single{}, nil },
}

type single struct {
	value datum.Datum
	rows  int
}

// Step takes the row.
func (s *single) Step(args []datum.Datum) error {
	if s.rows++; s.rows > 1 {
		return pgerr.New(pgerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
	}
	s.value = args[0].Clone()
	return nil
}

// Value is the row's value, NULL without a row.
func (s *single) Value() (datum.Datum, error) { return s.value, nil }

// arraySubquery is ARRAY(SELECT …), in the query's order; of no rows it is the
// empty array.
func (e *emitter) arraySubquery(x *Subquery) string {
	array := e.typ(x.Typ)
	elem := x.Query.Targets[0].Expr.Type()
	if array.Elem == nil {
		return e.unsupported("ARRAY() over type %s", typeName(e.env, elem))
	}
	nested := elem == x.Typ
	f := &Function{
		Name: fmt.Sprintf("array_of_%d", elem), Args: 1,
		Call: builtin.Call{Args: []oid.OID{elem}, Result: x.Typ},
		Aggregate: func(*builtin.Call) (builtin.Accumulator, error) {
			return &collector{elem: array.Elem, nested: nested}, nil
		},
	}
	return "(SELECT " + e.function(f, "c0") + " FROM (" + e.query(x.Query) + "))"
}

// collector makes an array of all rows.
type collector struct {
	elem   *datum.Type
	nested bool
	elems  []datum.Datum
}

// Step adds an element.
func (c *collector) Step(args []datum.Datum) error {
	c.elems = append(c.elems, args[0].Clone())
	return nil
}

// Value is the array.
func (c *collector) Value() (datum.Datum, error) {
	if c.nested {
		return stackArrays(c.elem, c.elems)
	}
	return datum.NewArray(c.elem, c.elems), nil
}

// quantified is IN, op ANY and op ALL over a query.
func (e *emitter) quantified(x *Subquery) string {
	if sql, ok := e.inQuery(x); ok {
		return sql
	}
	rows := e.alias()
	columns := numberedColumns(rows, len(x.Query.Targets))
	defer func(outer []string) { e.subqueryColumns = outer }(e.subqueryColumns)
	query := e.query(x.Query)
	e.subqueryColumns = columns
	var holds string
	if x.RowCompare != nil {
		holds = e.rowCompare(x.RowCompare, e.list(x.RowCompare.Left), e.list(x.RowCompare.Right))
	} else {
		terms := make([]string, len(x.Compare))
		for i, c := range x.Compare {
			terms[i] = e.expr(c)
		}
		op := "AND"
		if x.Or {
			op = "OR"
		}
		holds = balanced(terms, op)
	}
	// The rows' verdicts are 1, 0 or NULL: one that decides wins, then one
	// that is unknown.
	decide := "CASE WHEN max(p) = 1 THEN 1 WHEN count(*) > count(p) THEN NULL ELSE 0 END"
	if x.Kind == SubqueryAll {
		decide = "CASE WHEN min(p) = 0 THEN 0 WHEN count(*) > count(p) THEN NULL ELSE 1 END"
	}
	return "(SELECT " + decide + " FROM (SELECT " + holds + " AS p FROM (" + query + ") AS " + rows + "))"
}

// inQuery is = ANY (query) as SQLite's IN, where that compares as Postgres
// does.
func (e *emitter) inQuery(x *Subquery) (string, bool) {
	if x.Kind != SubqueryAny || x.RowCompare != nil || x.Or {
		return "", false
	}
	left := make([]Expr, len(x.Compare))
	for i, c := range x.Compare {
		column, ok := operandColumn(c)
		if !ok || column != i || !e.isEquality(c.Op, c.Args[0].Type(), c.Args[1].Type()) ||
			e.byKey(c.Args[0].Type()) || c.Args[1].Type() != x.Query.Targets[i].Expr.Type() {
			return "", false
		}
		left[i] = c.Args[0]
	}
	if len(left) != len(shownTargets(x.Query)) {
		return "", false
	}
	terms := e.list(left)
	for i := range terms {
		terms[i] = e.comparable(terms[i], left[i].Type())
	}
	sql := strings.Join(terms, ", ")
	if len(terms) > 1 {
		sql = "(" + sql + ")"
	}
	return "(" + sql + " IN (" + e.query(x.Query) + "))", true
}

// operandColumn is which column of the subquery a comparison has at its right.
func operandColumn(c *FuncCall) (int, bool) {
	if len(c.Args) != 2 {
		return 0, false
	}
	column, ok := c.Args[1].(*SubqueryColumn)
	if !ok {
		return 0, false
	}
	return column.Col, true
}

// shownTargets are the targets of a query that are not junk.
func shownTargets(q *Query) []*Target {
	var out []*Target
	for _, t := range q.Targets {
		if !t.Junk {
			out = append(out, t)
		}
	}
	return out
}
