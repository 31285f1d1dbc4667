package planner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"voronoi/exec/catalog"
)

// compileModify plans INSERT, UPDATE and DELETE (rule S5). As a WITH query it
// belongs to the statement of root, which is nil otherwise.
func compileModify(env *Env, q *Query, root *emitter) (*ModifyPlan, error) {
	m := &modifier{env: env, q: q, root: root, plan: &ModifyPlan{Command: q.Command, Table: q.Target.Relation}}
	m.carry()
	switch q.Command {
	case CommandInsert:
		m.insert()
	case CommandUpdate:
		m.update()
	case CommandDelete:
		m.delete()
	}
	m.conflict()
	m.returning()
	if q.Command != CommandDelete {
		m.constraints()
	}
	if m.err != nil {
		return nil, m.err
	}
	m.plan.Explain = explainModify(env, q, m.plan)
	return m.plan, nil
}

// modifier builds one ModifyPlan; the first error sticks.
type modifier struct {
	env  *Env
	q    *Query
	plan *ModifyPlan
	root *emitter // of the whole statement
	// carried are the columns of other tables that RETURNING shows.
	carried []*Var
	err     error
}

func (m *modifier) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// emitter begins a part of the statement. All parts know the WITH queries that
// modify data, by the first of them.
func (m *modifier) emitter() *emitter {
	e := newEmitter(m.env)
	if m.root == nil {
		m.root = e
	}
	e.root = m.root
	return e
}

// carry finds what RETURNING needs beside the row itself.
func (m *modifier) carry() {
	seen := map[columnRef]bool{}
	for _, t := range m.q.Returning {
		inside := map[*Entry]bool{m.q.Target: true}
		inspect(t.Expr, func(x Expr) bool {
			if s, ok := x.(*Subquery); ok {
				ranges(s.Query, func(e *Entry) { inside[e] = true })
			}
			if v, ok := x.(*Var); ok && !inside[v.Entry] && !seen[columnRef{v.Entry, v.Col}] {
				seen[columnRef{v.Entry, v.Col}] = true
				m.carried = append(m.carried, v)
			}
			return true
		})
	}
	m.plan.Carried = len(m.carried)
}

// columns lists the columns of assignments.
func columnsAssigned(list []*Assignment) []*catalog.Column {
	out := make([]*catalog.Column, len(list))
	for i, a := range list {
		out[i] = a.Column
	}
	return out
}

// insert reads the rows of INSERT. Those that Eval can compute never see
// SQLite.
func (m *modifier) insert() {
	q := m.q
	m.plan.Columns = columnsAssigned(q.Columns)
	if rows, ok := insertRows(q); ok {
		m.plan.Values = rows
		return
	}
	e := m.emitter()
	with := e.with(q.CTEs)
	from := ""
	if q.Source != nil {
		source := "(" + e.query(q.Source) + ")"
		if len(q.Source.OrderBy) > 0 && slices.ContainsFunc(q.Columns, func(a *Assignment) bool { return isVolatile(a.Value) }) {
			// Numbers of a sequence follow the rows' order, so the order
			// comes first.
			source = e.materialized(source)
		}
		from = " FROM " + source + " AS " + e.enter(q.SourceEntry)
	}
	values := make([]string, len(q.Columns))
	for i, a := range q.Columns {
		values[i] = e.expr(a.Value)
	}
	if len(values) == 0 {
		values = []string{"NULL"}
	}
	m.source(e, with+"SELECT "+strings.Join(values, ", ")+from)
}

// insertRows are the rows of INSERT … VALUES or DEFAULT VALUES as expressions
// that need no table; false where some do.
func insertRows(q *Query) ([][]Expr, bool) {
	if len(q.CTEs) > 0 {
		return nil, false
	}
	given := [][]Expr{nil}
	if s := q.Source; s != nil {
		if s.Values == nil || len(s.CTEs) > 0 || len(s.OrderBy) > 0 || s.Limit != nil || s.Offset != nil || !identity(s, s.ValuesEntry) {
			return nil, false
		}
		given = s.Values
	}
	rows := make([][]Expr, len(given))
	for i, source := range given {
		row := make([]Expr, len(q.Columns))
		for j, a := range q.Columns {
			row[j] = mapExpr(a.Value, func(x Expr) Expr {
				if v, ok := x.(*Var); ok && v.Entry == q.SourceEntry {
					return source[v.Col]
				}
				return nil
			})
			if !computableOnce(row[j]) {
				return nil, false
			}
		}
		rows[i] = row
	}
	return rows, true
}

// source finishes the plan that delivers the rows to write.
func (m *modifier) source(e *emitter, sql string) {
	if e.err != nil {
		m.fail(e.err)
		return
	}
	e.plan.SQL = sql
	m.plan.Source = e.plan
}

// update reads the keys of the rows to change, and their new values.
func (m *modifier) update() {
	q := m.q
	m.plan.Columns = columnsAssigned(q.Columns)
	values := make([]Expr, len(q.Columns))
	for i, a := range q.Columns {
		values[i] = a.Value
	}
	m.changed(values)
}

// delete reads the keys of the rows to delete.
func (m *modifier) delete() { m.changed(nil) }

// changed is SELECT key, values…, carried… FROM target, others WHERE ….
func (m *modifier) changed(values []Expr) {
	q := m.q
	e := m.emitter()
	with := e.with(q.CTEs)
	from := e.relation(q.Target)
	if rest := e.from(q.From); rest != "" {
		if len(q.From) > 0 && keepsRight(q.From[0]) {
			rest = "(" + rest + ")"
		}
		from += ", " + rest
	}
	columns := []string{e.scope[q.Target].alias + "." + catalog.KeyColumn}
	columns = append(columns, e.list(values)...)
	for _, v := range m.carried {
		columns = append(columns, e.column(v))
	}
	sql := with + "SELECT " + strings.Join(columns, ", ") + " FROM " + from
	if q.Where != nil {
		sql += " WHERE " + e.expr(q.Where)
	}
	m.source(e, sql)
}

// rowQuery computes expressions over given columns: first the live columns of
// each of rows, then the carried ones.
func (m *modifier) rowQuery(exprs []Expr, rows []*Entry, carried []*Var) *RowQuery {
	e := m.emitter()
	for _, row := range rows {
		for i := range row.Columns {
			if row.Columns[i].System {
				continue
			}
			e.plan.Inputs++
			e.inputs[columnRef{row, i}] = e.plan.Inputs
		}
		e.scope[row] = rowBinding(m.q.Target.Relation, row)
	}
	for _, v := range carried {
		e.plan.Inputs++
		e.inputs[columnRef{v.Entry, v.Col}] = e.plan.Inputs
	}
	// A WITH query that an expression reads is written where it is read.
	columns := e.list(exprs)
	if len(columns) == 0 {
		columns = []string{"NULL"}
	}
	if e.err != nil {
		m.fail(e.err)
		return nil
	}
	e.plan.SQL = "SELECT " + strings.Join(columns, ", ")
	return &RowQuery{e.plan}
}

// rowBinding addresses the system columns of a row that is given by value.
func rowBinding(r *catalog.Relation, row *Entry) *binding {
	b := &binding{columns: make([]string, len(row.Columns)), whole: "1"}
	for i, c := range row.Columns {
		switch {
		case !c.System:
			b.columns[i] = "?" + strconv.Itoa(i+1)
		case c.Name == "tableoid":
			b.columns[i] = fmt.Sprint(r.OID)
		default:
			b.columns[i] = "NULL"
		}
	}
	return b
}

// returning computes RETURNING over the changed row and what is carried.
func (m *modifier) returning() {
	if len(m.q.Returning) == 0 {
		return
	}
	exprs := make([]Expr, len(m.q.Returning))
	for i, t := range m.q.Returning {
		exprs[i] = t.Expr
	}
	m.plan.Returning = m.rowQuery(exprs, []*Entry{m.q.Target}, m.carried)
	if m.plan.Returning != nil {
		m.plan.Returning.Columns = resultColumns(m.q.Returning)
	}
}

// conflict plans ON CONFLICT over the existing row and the proposed one.
func (m *modifier) conflict() {
	c := m.q.Conflict
	if c == nil {
		return
	}
	m.plan.Conflict = &ConflictPlan{Arbiters: c.Arbiters, Update: c.Update}
	if !c.Update {
		return
	}
	exprs := make([]Expr, len(c.Set), len(c.Set)+1)
	for i, a := range c.Set {
		exprs[i] = a.Value
	}
	if c.Where != nil {
		exprs = append(exprs, c.Where)
	}
	m.plan.Conflict.Columns = columnsAssigned(c.Set)
	m.plan.Conflict.HasWhere = c.Where != nil
	m.plan.Conflict.Set = m.rowQuery(exprs, []*Entry{m.q.Target, c.Excluded}, nil)
}
