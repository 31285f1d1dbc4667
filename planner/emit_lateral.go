package planner

import (
	"fmt"
	"strings"
)

// lateral is a subquery in FROM that refers to entries beside it, which SQLite
// has not: a virtual table that runs the subquery as a statement of its own,
// once for each outer row, with the outer row's values as arguments.
func (e *emitter) lateral(x *Entry) string {
	free := freeVars(x.Query)
	args := make([]string, len(free)+1)
	for i, v := range free {
		args[i+1] = e.column(v)
	}
	sub := e.subplan(free)
	sub.plan.SQL = sub.statement(x.Query)
	sub.plan.Locking = nil // it is the whole statement's
	e.root.locking(x.Query)
	if sub.err != nil {
		return e.fail(sub.err)
	}
	sub.plan.Columns = resultColumns(x.Query.Targets)
	for _, table := range sub.plan.Tables {
		e.reads(table)
	}
	e.plan.Writes = e.plan.Writes || sub.plan.Writes
	args[0] = fmt.Sprint(len(e.plan.Subplans))
	e.plan.Subplans = append(e.plan.Subplans, sub.plan)
	columns := len(sub.plan.Columns)
	m := &Module{Name: fmt.Sprintf("voronoi_lateral_%d_%d", columns, len(free)), Kind: ModuleLateral, Columns: columns, Args: len(free)}
	return e.module(m) + "(" + strings.Join(args, ", ") + ") AS " + e.enter(x)
}
