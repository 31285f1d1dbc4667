package planner

import (
	"fmt"
	"strconv"
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// emitter writes one SQLite statement and collects what that needs. Its methods
// return SQL; the first error sticks, and what is written after it is thrown
// away.
//
// SQL of an expression is always closed: it can stand as an operand of any
// operator without parentheses.
type emitter struct {
	env  *Env
	plan *QueryPlan
	// root is the plan of the whole client statement, where a data-modifying
	// CTE is entered; plan itself except in subplans.
	root *emitter

	scope   map[*Entry]*binding // entries whose columns can be addressed
	inputs  map[columnRef]int   // columns that the runner of the plan supplies, as ?n
	present map[string]string   // expressions that are at hand as a column, by exprKey
	sets    map[string]string   // the same for set-returning functions of the query being written
	ctes    map[*CTE]*cteName   // WITH queries in force
	binds   map[string]int      // what is bound already, by exprKey
	listed  map[string]bool     // functions and modules listed already
	aliases int
	// caseValue and subqueryColumns are what CaseValue and SubqueryColumn
	// stand for where they occur.
	caseValue       string
	subqueryColumns []string
	// grouping says what GROUPING and the columns that are left out mean in
	// the grouping set being written.
	grouping *groupingSet

	err error
}

// binding is how the columns of an entry in scope are addressed.
type binding struct {
	alias string
	// columns, where not nil, is the SQL of each column.
	columns []string
	// whole is a column that is never NULL in a row of the entry: by it a row
	// that an outer join left out is known.
	whole string
}

func newEmitter(env *Env) *emitter {
	e := &emitter{
		env: env, plan: &QueryPlan{},
		scope: map[*Entry]*binding{}, inputs: map[columnRef]int{}, present: map[string]string{},
		ctes: map[*CTE]*cteName{}, binds: map[string]int{}, listed: map[string]bool{},
	}
	e.root = e
	return e
}

// compile turns an analysed statement into a plan.
func compile(env *Env, q *Query) (Plan, error) {
	if q.Command == CommandSelect {
		return compileQuery(env, q)
	}
	return compileModify(env, q, nil)
}

// compileQuery plans a SELECT, VALUES or set operation.
func compileQuery(env *Env, q *Query) (*QueryPlan, error) {
	e := newEmitter(env)
	e.plan.SQL = e.statement(q)
	e.plan.Columns = resultColumns(q.Targets)
	for i := range e.plan.Columns {
		e.typ(e.plan.Columns[i].Type) // a value without a form cannot be sent
	}
	if e.err != nil {
		return nil, e.err
	}
	e.plan.Explain = explainQuery(env, q, e.plan)
	return e.plan, nil
}

// resultColumns describes a target list.
func resultColumns(targets []*Target) []frontend.Column {
	columns := []frontend.Column{}
	for _, t := range targets {
		if !t.Junk {
			columns = append(columns, frontend.Column{
				Name: t.Name, Type: t.Expr.Type(), Typmod: t.Expr.Typmod(), Table: t.Table, Attnum: t.Attnum,
			})
		}
	}
	return columns
}

// fail remembers the first error and returns SQL that is never run.
func (e *emitter) fail(err error) string {
	if e.err == nil {
		e.err = err
	}
	return "NULL"
}

func (e *emitter) unsupported(format string, args ...any) string {
	return e.fail(pgerr.Unsupported(format, args...))
}

// alias makes a name that is unique in the statement.
func (e *emitter) alias() string {
	e.aliases++
	return "t" + strconv.Itoa(e.aliases)
}

// bind is the SQL of a value that Eval computes when the plan is bound: a
// literal for small numbers, booleans and NULL, a parameter otherwise.
func (e *emitter) bind(x Expr) string {
	x = fold(e.env, x)
	if c, ok := x.(*Const); ok {
		switch {
		case c.Value.IsNull():
			return "NULL"
		case c.Value.Kind() == datum.KindInt && c.Value.Int() >= 0 && c.Value.Int() < 1<<31:
			return strconv.FormatInt(c.Value.Int(), 10)
		}
	}
	return e.parameter(x)
}

// parameter is the number of a bound value, ?n. It is needed instead of bind
// where SQLite gives a number a meaning: an ordinal in ORDER BY or GROUP BY.
func (e *emitter) parameter(x Expr) string {
	key := exprKey(x)
	n, ok := e.binds[key]
	if !ok {
		e.plan.Binds = append(e.plan.Binds, x)
		n = e.plan.Inputs + len(e.plan.Binds)
		e.binds[key] = n
	}
	return "?" + strconv.Itoa(n)
}

// function lists f and returns its call.
func (e *emitter) function(f *Function, args ...string) string {
	if !e.listed[f.Name] {
		e.listed[f.Name] = true
		e.plan.Functions = append(e.plan.Functions, f)
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

// module lists m and returns its name.
func (e *emitter) module(m *Module) string {
	if !e.listed[m.Name] {
		e.listed[m.Name] = true
		e.plan.Modules = append(e.plan.Modules, m)
	}
	return m.Name
}

// reads notes that the statement reads a table.
func (e *emitter) reads(table oid.OID) {
	for _, t := range e.plan.Tables {
		if t == table {
			return
		}
	}
	e.plan.Tables = append(e.plan.Tables, table)
}

// rowSet is SQL for rows that Eval computes before the statement runs.
func (e *emitter) rowSet(rows [][]Expr) string {
	e.plan.RowSets = append(e.plan.RowSets, rows)
	width := 0
	if len(rows) > 0 {
		width = len(rows[0])
	}
	m := &Module{Name: fmt.Sprintf("voronoi_rows_%d", width), Kind: ModuleRows, Columns: width, Args: 1}
	return fmt.Sprintf("%s(%d)", e.module(m), len(e.plan.RowSets)-1)
}

// typ is a type's descriptor; an unsupported type is an error of the statement.
func (e *emitter) typ(id oid.OID) *datum.Type {
	t, err := typeOf(e.env, id)
	if err != nil {
		e.fail(err)
		return anyType
	}
	return t
}

// anyType stands in for a type in SQL that is thrown away.
var anyType = &datum.Type{Name: "any", AppendKey: func(dst []byte, _ datum.Datum) []byte { return dst }}

// subplan is an emitter for a statement that this one runs with the values of
// free as its inputs.
func (e *emitter) subplan(free []*Var) *emitter {
	sub := newEmitter(e.env)
	sub.root = e.root
	for i, v := range free {
		sub.inputs[columnRef{v.Entry, v.Col}] = i + 1
	}
	sub.plan.Inputs = len(free)
	return sub
}
