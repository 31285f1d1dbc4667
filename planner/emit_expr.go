package planner

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// expr is the SQL of an expression.
func (e *emitter) expr(x Expr) string {
	if e.err != nil {
		return "NULL"
	}
	if len(e.present)+len(e.sets) > 0 {
		key := exprKey(x)
		if sql, ok := e.present[key]; ok {
			return sql
		}
		if sql, ok := e.sets[key]; ok {
			return sql
		}
	}
	if computable(x) {
		return e.bind(x)
	}
	switch x := x.(type) {
	case *Var:
		return e.column(x)
	case *FuncCall:
		return e.call(x)
	case *AggCall:
		return e.aggregate(x)
	case *WindowCall:
		return e.windowCall(x)
	case *Bool:
		return e.boolean(x)
	case *Case:
		return e.caseExpr(x)
	case *CaseValue:
		return e.caseValue
	case *SubqueryColumn:
		return e.subqueryColumns[x.Col]
	case *Coalesce:
		if len(x.Args) == 1 {
			return e.expr(x.Args[0])
		}
		return "coalesce(" + strings.Join(e.list(x.Args), ", ") + ")"
	case *NullIf:
		return e.nullIf(x)
	case *NullTest:
		return e.nullTest(x)
	case *BoolTest:
		return "(" + e.expr(x.Arg) + " IS " + boolTestSQL[x.Test] + ")"
	case *Distinct:
		return e.distinctFrom(x)
	case *ArrayOp:
		return e.arrayOp(x)
	case *InList:
		return e.inList(x)
	case *Subquery:
		return e.subquery(x)
	case *RowCompare:
		return e.rowCompare(x, e.list(x.Left), e.list(x.Right))
	case *RowExpr:
		return e.rowExpr(x)
	case *Field:
		return e.field(x)
	case *Relabel:
		if needsHelper(x) {
			return e.helper(x)
		}
		return e.expr(x.Arg)
	case *Collate:
		return e.expr(x.Arg)
	case *CoerceIO:
		if textual[x.Typ] && (textual[x.Arg.Type()] || integral[x.Arg.Type()]) {
			// An integer's text is the same in SQLite, and a text's is itself.
			return "CAST(" + e.expr(x.Arg) + " AS TEXT)"
		}
		return e.helper(x)
	case *Grouping:
		return e.groupingValue(x)
	case *ArrayExpr:
		return e.array(x)
	case *Subscript, *SubscriptAssign, *CoerceTypmod, *CoerceArray, *CoerceDomain, *MinMax:
		return e.helper(x)
	case *Const, *Param:
		return e.bind(x)
	case *countExpr:
		return e.function(countFunction(x.What), e.expr(x.Arg))
	case *Default:
		return e.fail(pgerr.New(pgerr.SyntaxError, "DEFAULT is not allowed in this context").At(x.Pos))
	}
	return e.fail(pgerr.Internal("no SQL for %T", x))
}

var (
	textual  = map[oid.OID]bool{oid.Text: true, oid.VarChar: true, oid.Name: true}
	integral = map[oid.OID]bool{oid.Int2: true, oid.Int4: true, oid.Int8: true, oid.OIDType: true}
	// boolTestSQL compares with SQLite's IS, which knows NULL as a value.
	boolTestSQL = map[string]string{
		"TRUE": "1", "NOT TRUE": "NOT 1", "FALSE": "0", "NOT FALSE": "NOT 0",
		"UNKNOWN": "NULL", "NOT UNKNOWN": "NOT NULL",
	}
)

// list is the SQL of several expressions.
func (e *emitter) list(xs []Expr) []string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = e.expr(x)
	}
	return out
}

// maxArguments is how many arguments a SQLite function takes.
const maxArguments = 1000

// helper calls the Go function of a node of SQL's syntax.
func (e *emitter) helper(x Expr) string {
	f, args, err := helperFor(e.env, x)
	if err != nil {
		return e.fail(err)
	}
	if len(args) > maxArguments {
		return e.fail(pgerr.Newf(pgerr.TooManyArguments, "cannot pass more than %d arguments to a function", maxArguments))
	}
	return e.function(f, e.list(args)...)
}

// array is ARRAY[…]; one of more elements than a function takes arguments is put
// together from several.
func (e *emitter) array(x *ArrayExpr) string {
	if len(x.Elems) <= maxArguments || x.Nested {
		return e.helper(x)
	}
	var parts []string
	for chunk := range slices.Chunk(x.Elems, maxArguments) {
		part := *x
		part.Elems = chunk
		parts = append(parts, e.helper(&part))
	}
	if len(parts) > maxArguments {
		return e.fail(pgerr.New(pgerr.StatementTooComplex, "an array has too many elements"))
	}
	return e.function(concatFunction(e.typ(x.Elem)), parts...)
}

// boolean writes AND and OR as a balanced tree, because SQLite limits the depth
// of expressions.
func (e *emitter) boolean(x *Bool) string {
	if x.Op == "NOT" {
		return "(NOT " + e.expr(x.Args[0]) + ")"
	}
	return balanced(e.list(x.Args), x.Op)
}

func balanced(terms []string, op string) string {
	switch len(terms) {
	case 0:
		return "1"
	case 1:
		return terms[0]
	case 2, 3, 4:
		return "(" + strings.Join(terms, " "+op+" ") + ")"
	}
	half := len(terms) / 2
	return "(" + balanced(terms[:half], op) + " " + op + " " + balanced(terms[half:], op) + ")"
}

// let evaluates x once and gives body the name of its value. Cheap expressions
// are repeated instead.
func (e *emitter) let(x Expr, body func(value string) string) string {
	switch x.(type) {
	case *Var, *CaseValue, *Const, *Param:
		return body(e.expr(x))
	}
	if !isVolatile(x) {
		return body(e.expr(x))
	}
	name := e.alias()
	return "(WITH " + name + "(v) AS MATERIALIZED (SELECT " + e.expr(x) + ") SELECT " + body(name+".v") + " FROM " + name + ")"
}

// caseExpr is CASE. One with an argument becomes SQLite's own where all
// conditions are plain equalities, which evaluates the argument once.
func (e *emitter) caseExpr(x *Case) string {
	if x.Arg == nil {
		return e.caseWhens(x, "", func(cond Expr) string { return e.expr(cond) })
	}
	if values, ok := e.caseValues(x); ok {
		arg := e.comparable(e.expr(x.Arg), x.Arg.Type())
		return e.caseWhens(x, " "+arg, func(cond Expr) string {
			v := values[cond]
			return e.comparable(e.expr(v), v.Type())
		})
	}
	return e.let(x.Arg, func(value string) string {
		defer func(outer string) { e.caseValue = outer }(e.caseValue)
		e.caseValue = value
		return e.caseWhens(x, "", func(cond Expr) string { return e.expr(cond) })
	})
}

// caseValues gives for each condition what CaseValue is compared with.
func (e *emitter) caseValues(x *Case) (map[Expr]Expr, bool) {
	values := map[Expr]Expr{}
	for _, w := range x.Whens {
		c, ok := w.Cond.(*FuncCall)
		if !ok || len(c.Args) != 2 || !e.isEquality(c.Op, c.Args[0].Type(), c.Args[1].Type()) {
			return nil, false
		}
		if _, ok := c.Args[0].(*CaseValue); !ok || anywhere(c.Args[1], func(x Expr) bool { _, is := x.(*CaseValue); return is }) {
			return nil, false
		}
		values[c] = c.Args[1]
	}
	return values, true
}

func (e *emitter) caseWhens(x *Case, arg string, cond func(Expr) string) string {
	var b strings.Builder
	b.WriteString("CASE" + arg)
	for _, w := range x.Whens {
		b.WriteString(" WHEN " + cond(w.Cond) + " THEN " + e.expr(w.Result))
	}
	if x.Else != nil {
		b.WriteString(" ELSE " + e.expr(x.Else))
	}
	b.WriteString(" END")
	return "(" + b.String() + ")"
}

func (e *emitter) nullIf(x *NullIf) string {
	return fmt.Sprintf("(CASE WHEN %s THEN NULL ELSE %s END)", e.expr(x.Equal), e.expr(x.First))
}

func (e *emitter) nullTest(x *NullTest) string {
	test := " IS NULL"
	if x.Not {
		test = " IS NOT NULL"
	}
	if !x.RowWise {
		return "(" + e.expr(x.Arg) + test + ")"
	}
	row, ok := x.Arg.(*RowExpr)
	if !ok {
		return e.helper(x)
	}
	terms := e.list(row.Fields)
	for i := range terms {
		terms[i] = "(" + terms[i] + test + ")"
	}
	return balanced(terms, "AND")
}

// distinctFrom is IS [NOT] DISTINCT FROM, which SQLite calls IS [NOT].
func (e *emitter) distinctFrom(x *Distinct) string {
	a, b := x.Equal.Args[0], x.Equal.Args[1]
	if e.isEquality(x.Equal.Op, a.Type(), b.Type()) {
		op := " IS NOT "
		if x.Not {
			op = " IS "
		}
		return "(" + e.comparable(e.expr(a), a.Type()) + op + e.comparable(e.expr(b), b.Type()) + ")"
	}
	equal := "(CASE WHEN %[1]s IS NULL OR %[2]s IS NULL THEN %[1]s IS NULL AND %[2]s IS NULL ELSE %[3]s END)"
	if !x.Not {
		equal = "(NOT " + equal + ")"
	}
	return fmt.Sprintf(equal, e.expr(a), e.expr(b), e.expr(x.Equal))
}
