package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Set-returning functions are virtual tables (ModuleSet). Several that Postgres
// evaluates in lockstep, in ROWS FROM or in a target list, are one table that
// runs them all.

// setCall is one member of a lockstep: a set-returning function, or a value
// that makes one row.
type setCall struct {
	call    builtin.Call
	set     func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) // nil: the arguments are the row
	strict  bool
	args    int
	columns int
	name    string
}

// functionEntry is a function in FROM.
func (e *emitter) functionEntry(x *Entry) string {
	if len(x.Funcs) == 1 && x.Funcs[0].Call != nil && x.Funcs[0].Call.Proc.FromClause == "knn" {
		return e.knnFrom(x)
	}
	var calls []setCall
	var args []string
	columns := x.Columns
	for _, f := range x.Funcs {
		c, a := e.tableFunc(f, columns[:f.Columns])
		columns = columns[f.Columns:]
		calls, args = append(calls, c), append(args, a...)
	}
	source := e.lockstep(calls) + "(" + strings.Join(args, ", ") + ")"
	alias := e.enter(x)
	b := e.scope[x]
	if x.Ordinality {
		b.columns[len(b.columns)-1] = alias + ".ordinality"
	}
	b.whole = alias + ".ordinality"
	return source + " AS " + alias
}

// tableFunc is one function of an entry and the SQL of its arguments.
func (e *emitter) tableFunc(f *TableFunc, columns []EntryColumn) (setCall, []string) {
	defined := e.definedColumns(f, columns)
	if f.Call != nil && (f.Call.Proc.Set || f.Call.Proc.Impl != nil && f.Call.Proc.Impl.Set != nil) {
		return e.setCall(f.Call, f.Columns, defined), e.list(f.Call.Args)
	}
	x := f.Other
	if f.Call != nil {
		x = f.Call
	}
	if defined != nil {
		if impl := f.Call.Proc.Impl; impl != nil && impl.Scalar != nil {
			return e.recordCall(f.Call, defined)
		}
	}
	if f.Columns > 1 || f.Call != nil && composite(e, x.Type()) {
		// One row of the fields of a record.
		types := fieldTypes(e.env, x.Type())
		return setCall{
			set: func(_ *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
				row := make([]datum.Datum, f.Columns)
				fields, _ := datum.RecordFields(types, args[0])
				copy(row, fields)
				return &oneRowOf{row: row}, nil
			},
			args: 1, columns: f.Columns, name: fmt.Sprintf("fields_%d", x.Type()),
		}, []string{e.expr(x)}
	}
	return setCall{args: 1, columns: 1, name: "value"}, []string{e.expr(x)}
}

// recordCall is a function that makes one record of the columns that it is told.
func (e *emitter) recordCall(c *FuncCall, defined []builtin.Column) (setCall, []string) {
	call := callSite(c.Args, c.ArgTypes, c.Typ, c.Variadic)
	call.Columns = defined
	f := procFunction("record_", c.Proc, call)
	types := make([]*datum.Type, len(defined))
	for i, d := range defined {
		types[i] = d.Type
	}
	scalar := f.Scalar
	return setCall{
		call: f.Call, strict: f.Strict, args: f.Args, columns: len(defined), name: f.Name,
		set: func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
			record, err := scalar(c, args)
			if err != nil {
				return nil, err
			}
			row := make([]datum.Datum, len(types))
			if !record.IsNull() {
				fields, _ := datum.RecordFields(types, record)
				copy(row, fields)
			}
			return &oneRowOf{row: row}, nil
		},
	}, e.list(c.Args)
}

// composite reports whether values of a type are records.
func composite(e *emitter, id oid.OID) bool {
	if id == oid.Record {
		return true
	}
	t := e.env.Catalog.Type(id)
	return t != nil && t.Kind == 'c'
}

// definedColumns are the columns that a function in FROM is told to deliver: it
// returns a record of which its declaration does not say more.
func (e *emitter) definedColumns(f *TableFunc, columns []EntryColumn) []builtin.Column {
	if f.Call == nil || f.Call.Typ != oid.Record || slices.ContainsFunc(f.Call.Proc.Modes, func(m byte) bool { return m == 'o' || m == 't' }) {
		return nil
	}
	out := make([]builtin.Column, len(columns))
	for i, c := range columns {
		out[i] = builtin.Column{Name: c.Name, Type: e.typ(c.Type), Typmod: c.Typmod}
	}
	return out
}

// setCall is a set-returning function of so many columns.
func (e *emitter) setCall(c *FuncCall, columns int, defined []builtin.Column) setCall {
	impl := c.Proc.Impl
	if impl == nil || impl.Set == nil {
		e.fail(unsupportedCall(e.env, c))
		return setCall{}
	}
	if definingProcs[c.Proc.Source] {
		e.plan.Defines, e.root.plan.Defines = true, true
	}
	call := callSite(c.Args, c.ArgTypes, c.Typ, c.Variadic)
	call.Columns = defined
	f := procFunction("set_", c.Proc, call)
	return setCall{call: f.Call, set: impl.Set, strict: f.Strict, args: f.Args, columns: columns, name: f.Name}
}

// lockstep is the virtual table that runs calls side by side: as many rows as
// the longest has, the others NULL at the end. Its arguments are those of the
// calls one after the other.
func (e *emitter) lockstep(calls []setCall) string {
	if len(calls) == 1 && calls[0].set != nil && !strings.HasPrefix(calls[0].name, "fields") {
		c := calls[0]
		return e.module(&Module{Name: c.name, Kind: ModuleSet, Columns: c.columns, Args: c.args, Call: c.call, Set: c.set, Strict: c.strict})
	}
	m := &Module{Kind: ModuleSet}
	var names []string
	for _, c := range calls {
		m.Columns += c.columns
		m.Args += c.args
		names = append(names, c.name+"."+strconv.Itoa(c.columns))
	}
	m.Name = "sets_" + digest(strings.Join(names, " "))
	m.Set = func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) { return startLockstep(calls, c, args) }
	return e.module(m)
}

// lockstepRows runs several sets side by side.
type lockstepRows struct {
	parts []builtin.Rows // nil once ended
	calls []setCall
	row   []datum.Datum
}

func startLockstep(calls []setCall, c *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
	r := &lockstepRows{calls: calls, parts: make([]builtin.Rows, len(calls))}
	width := 0
	for i, call := range calls {
		own := make([]datum.Datum, call.args)
		null := false
		for j := range own {
			own[j] = args[j].Clone()
			null = null || own[j].IsNull()
		}
		args = args[call.args:]
		width += call.columns
		switch {
		case call.set == nil:
			r.parts[i] = &oneRowOf{row: own}
		case !call.strict || !null:
			inner := call.call
			inner.Env, inner.Session = c.Env, c.Session
			rows, err := call.set(&inner, own)
			if err != nil {
				return nil, err
			}
			r.parts[i] = rows
		}
	}
	r.row = make([]datum.Datum, width)
	return r, nil
}

// Next gives the next row of all parts.
func (r *lockstepRows) Next() ([]datum.Datum, error) {
	at, any := 0, false
	for i, part := range r.parts {
		into := r.row[at : at+r.calls[i].columns]
		at += r.calls[i].columns
		clear(into)
		if part == nil {
			continue
		}
		row, err := part.Next()
		if err != nil {
			return nil, err
		}
		if row == nil {
			r.parts[i] = nil
			continue
		}
		any = true
		copy(into, row)
	}
	if !any {
		return nil, nil
	}
	return r.row, nil
}

// oneRowOf is a set of one row.
type oneRowOf struct {
	row  []datum.Datum
	done bool
}

// Next gives the row, then the end.
func (r *oneRowOf) Next() ([]datum.Datum, error) {
	if r.done {
		return nil, nil
	}
	r.done = true
	return r.row, nil
}

// projectSet adds to FROM the set-returning functions of the target list, the
// inner ones of a nest first; the targets then refer to their columns.
func (e *emitter) projectSet(q *Query, from string) string {
	if e.sets == nil {
		e.sets = map[string]string{}
	}
	exprs := append([]Expr{}, q.GroupBy...)
	for _, t := range q.Targets {
		exprs = append(exprs, t.Expr)
	}
	for {
		var calls []setCall
		var found []*FuncCall
		var args []string
		seen := map[string]bool{}
		for _, x := range exprs {
			collectSets(x, func(c *FuncCall) bool {
				key := exprKey(c)
				if _, done := e.sets[key]; done {
					return true
				}
				for _, a := range c.Args {
					inner := false // those of a subquery are its own affair
					collectSets(a, func(x *FuncCall) bool {
						inner = inner || e.sets[exprKey(x)] == ""
						return true
					})
					if inner {
						return false // an inner one comes first
					}
				}
				if !seen[key] {
					seen[key] = true
					found = append(found, c)
				}
				return true
			})
		}
		if len(found) == 0 || e.err != nil {
			return from
		}
		for _, c := range found {
			calls = append(calls, e.setCall(c, resultWidth(e, c), nil))
			args = append(args, e.list(c.Args)...)
		}
		alias := e.alias()
		source := e.lockstep(calls) + "(" + strings.Join(args, ", ") + ") AS " + alias
		at := 0
		for i, c := range found {
			e.sets[exprKey(c)] = e.setColumn(c, alias, at, calls[i].columns)
			at += calls[i].columns
		}
		if from == "" {
			from = source
		} else {
			from += ", " + source
		}
	}
}

// collectSets calls f for the set-returning calls in x, the outer first, and
// for inner ones where f returns false.
func collectSets(x Expr, f func(*FuncCall) bool) {
	if isSetCall(x) && f(x.(*FuncCall)) {
		return
	}
	operands(x, func(o Expr) { collectSets(o, f) })
}

// resultWidth is how many columns a set-returning function has.
func resultWidth(e *emitter, c *FuncCall) int {
	if !composite(e, c.Typ) {
		return 1
	}
	n := 0
	for _, m := range c.Proc.Modes {
		if m == 'o' || m == 'b' || m == 't' {
			n++
		}
	}
	return max(n, 1)
}

// setColumn is the value of a set-returning call in a target list: its column,
// or a record of its columns.
func (e *emitter) setColumn(c *FuncCall, alias string, at, width int) string {
	if !composite(e, c.Typ) {
		return fmt.Sprintf("%s.c%d", alias, at)
	}
	row := &RowExpr{Typed: Typed{Typ: oid.Record, Mod: -1}}
	columns := make([]string, 0, width)
	for i, m := range c.Proc.Modes {
		if m != 'o' && m != 'b' && m != 't' {
			continue
		}
		typ := e.outType(c, c.Proc.AllArgs[i])
		field := &Field{Typed: Typed{Typ: typ, Mod: -1}, Arg: c, Index: len(columns)}
		columns = append(columns, fmt.Sprintf("%s.c%d", alias, at+len(columns)))
		e.sets[exprKey(field)] = columns[len(columns)-1]
		row.Fields = append(row.Fields, &CaseValue{Typed{Typ: typ, Mod: -1}})
	}
	f, _, err := helperFor(e.env, row)
	if err != nil {
		return e.fail(pgerr.From(err))
	}
	return e.function(f, columns...)
}

// outType is the type of an OUT parameter: of a polymorphic one, what the call's
// arguments make of it.
func (e *emitter) outType(c *FuncCall, typ oid.OID) oid.OID {
	if !isPolymorphic(typ) {
		return typ
	}
	for i, declared := range c.Proc.Args {
		actual := c.ArgTypes[min(i, len(c.ArgTypes)-1)]
		switch {
		case declared == typ:
			return actual
		case declared == oid.AnyArray && typ == oid.AnyElement:
			return e.env.Catalog.ElementOf(actual)
		case declared == oid.AnyElement && typ == oid.AnyArray:
			return e.env.Catalog.ArrayOf(actual)
		}
	}
	return typ
}
