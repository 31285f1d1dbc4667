package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/oid"
)

// Most searches ask for the row's number and perhaps its distance:
//
//	SELECT id FROM t ORDER BY t.embedding <-> q LIMIT 10
//
// To look the rows up in the table takes longer then than a fifth of the
// search. So where one integer column that is never NULL is all that the query
// takes from the table, the search itself has it as a column, which the
// executor remembers by key, and the table is left out of the join. That a row
// is there is the search's to know (V1).

// answered are the types that a search can have a column of.
var answered = map[oid.OID]bool{oid.Int2: true, oid.Int4: true, oid.Int8: true}

// answer is the column of the searched table that the search is to have, nil
// where the query takes more from the table than one such column, or where its
// rows are joined, filtered or locked.
func answer(q *Query, k *knn) *catalog.Column {
	x := k.column.Entry
	if len(k.steps) > 0 || q.Where != nil || len(q.Locking) > 0 {
		return nil
	}
	distance := exprKey(k.call)
	at, only := -1, true
	look := func(e Expr) bool {
		switch e := e.(type) {
		case *Var:
			if e.Entry == x {
				only = only && (at < 0 || at == e.Col)
				at = e.Col
			}
		case *FuncCall:
			if exprKey(e) == distance {
				return false
			}
		case *Subquery:
			only = false
		}
		return only
	}
	for _, t := range q.Targets {
		inspect(t.Expr, look)
	}
	for _, key := range q.OrderBy {
		inspect(key.Expr, look)
	}
	if !only || at < 0 {
		return nil
	}
	c := x.Columns[at].Column
	if c == nil || x.Columns[at].System || !c.NotNull || !answered[c.Type] {
		return nil
	}
	return c
}

// answerColumns are the columns of the searched table when the search, under
// an alias, has the only one that is named.
func answerColumns(x *Entry, c *catalog.Column, alias string) *binding {
	b := &binding{alias: alias, whole: alias + ".key", columns: make([]string, len(x.Columns))}
	for i := range x.Columns {
		if x.Columns[i].Column == c {
			b.columns[i] = alias + ".answer"
		}
	}
	return b
}
