package planner

// walk calls f for e and everything under it, outermost first, queries in
// expressions not included; f returns false to leave a subtree out.
func walk(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	operands(e, func(x Expr) { walk(x, f) })
}

// eachQueryExpr calls f with every top-level expression of a query and of the
// queries within it, with the depth of the query: 0 for q itself, 1 for a
// subquery in FROM or a set operation's side. Subqueries inside expressions are
// left to f.
func eachQueryExpr(q *Query, depth int, f func(e Expr, depth int)) {
	one := func(e Expr) {
		if e != nil {
			f(e, depth)
		}
	}
	targets := func(list []*Target) {
		for _, t := range list {
			one(t.Expr)
		}
	}
	for _, c := range q.CTEs {
		if c.Query != nil {
			eachQueryExpr(c.Query, depth+1, f)
		}
	}
	entry := func(e *Entry) {
		if e.Query != nil {
			eachQueryExpr(e.Query, depth+1, f)
		}
		for _, row := range e.Values {
			for _, v := range row {
				one(v)
			}
		}
		for _, fn := range e.Funcs {
			if fn.Call != nil {
				one(fn.Call)
			}
			one(fn.Other)
		}
	}
	for _, item := range q.From {
		leaves(item, entry)
	}
	eachJoin(q.From, func(j *Join) { one(j.On) })
	for _, row := range q.Values {
		for _, v := range row {
			one(v)
		}
	}
	one(q.Where)
	targets(q.Targets)
	for _, g := range q.GroupBy {
		one(g)
	}
	one(q.Having)
	for _, w := range q.Windows {
		for _, e := range w.Partition {
			one(e)
		}
		for _, k := range w.OrderBy {
			one(k.Expr)
		}
		if w.Frame != nil {
			one(w.Frame.Start.Offset)
			one(w.Frame.End.Offset)
		}
	}
	for _, e := range q.DistinctOn {
		one(e)
	}
	one(q.Limit)
	one(q.Offset)
	if q.SetOp != nil {
		eachQueryExpr(q.SetOp.Left, depth+1, f)
		eachQueryExpr(q.SetOp.Right, depth+1, f)
	}
	if q.Source != nil {
		eachQueryExpr(q.Source, depth+1, f)
	}
	for _, c := range q.Columns {
		one(c.Value)
	}
	if q.Conflict != nil {
		for _, c := range q.Conflict.Set {
			one(c.Value)
		}
		one(q.Conflict.Where)
	}
	targets(q.Returning)
}

// eachJoin calls f with the joins of a join tree.
func eachJoin(items []FromItem, f func(*Join)) {
	for _, it := range items {
		if j, ok := it.(*Join); ok {
			eachJoin([]FromItem{j.Left, j.Right}, f)
			f(j)
		}
	}
}

// walkLevels is [walk] through queries inside expressions too: depth tells how
// many levels below the starting one e stands.
func walkLevels(e Expr, depth int, f func(e Expr, depth int) bool) {
	walk(e, func(e Expr) bool {
		if !f(e, depth) {
			return false
		}
		if sub, ok := e.(*Subquery); ok {
			eachQueryExpr(sub.Query, depth+1, func(e Expr, d int) { walkLevels(e, d, f) })
		}
		return true
	})
}
