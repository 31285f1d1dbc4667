package planner

// operands calls f for every expression directly below e, in the order in which
// they are written. Queries in expressions are not entered.
func operands(e Expr, f func(Expr)) {
	all := func(list []Expr) {
		for _, x := range list {
			if x != nil {
				f(x)
			}
		}
	}
	one := func(x Expr) {
		if x != nil {
			f(x)
		}
	}
	keys := func(list []SortKey) {
		for _, k := range list {
			f(k.Expr)
		}
	}
	switch e := e.(type) {
	case *FuncCall:
		all(e.Args)
	case *AggCall:
		all(e.Direct)
		all(e.Args)
		keys(e.OrderBy)
		one(e.Filter)
	case *WindowCall:
		all(e.Args)
		one(e.Filter)
		if w := e.Window; w != nil {
			all(w.Partition)
			keys(w.OrderBy)
			if w.Frame != nil {
				one(w.Frame.Start.Offset)
				one(w.Frame.End.Offset)
			}
		}
	case *Bool:
		all(e.Args)
	case *Case:
		one(e.Arg)
		for _, w := range e.Whens {
			f(w.Cond)
			f(w.Result)
		}
		one(e.Else)
	case *Coalesce:
		all(e.Args)
	case *NullIf:
		f(e.Equal)
		f(e.First)
	case *MinMax:
		all(e.Args)
	case *NullTest:
		f(e.Arg)
	case *BoolTest:
		f(e.Arg)
	case *Distinct:
		f(e.Equal)
	case *ArrayOp:
		f(e.Left)
		f(e.Right)
	case *InList:
		f(e.Left)
		all(e.Items)
	case *Subquery:
		for _, c := range e.Compare {
			f(c)
		}
		if e.RowCompare != nil {
			f(e.RowCompare)
		}
	case *ArrayExpr:
		all(e.Elems)
	case *RowExpr:
		all(e.Fields)
	case *RowCompare:
		all(e.Left)
		all(e.Right)
	case *Field:
		f(e.Arg)
	case *Subscript:
		f(e.Arg)
		all(e.Lower)
		all(e.Upper)
	case *SubscriptAssign:
		f(e.Arg)
		all(e.Lower)
		all(e.Upper)
		f(e.Value)
	case *Relabel:
		f(e.Arg)
	case *CoerceIO:
		f(e.Arg)
	case *CoerceTypmod:
		f(e.Arg)
	case *CoerceArray:
		f(e.Arg)
		f(e.Elem)
	case *CoerceDomain:
		f(e.Arg)
	case *Collate:
		f(e.Arg)
	case *countExpr:
		f(e.Arg)
	case *sumExpr:
		all(e.Args)
	}
}

// inspect calls f for e and, where f says so, for everything below it, queries
// in expressions included.
func inspect(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	operands(e, func(x Expr) { inspect(x, f) })
	if s, ok := e.(*Subquery); ok {
		inspectQuery(s.Query, f)
	}
}

// inspectQuery calls inspect for every expression of q and of the queries in it.
func inspectQuery(q *Query, f func(Expr) bool) {
	if q == nil {
		return
	}
	each := func(e Expr) { inspect(e, f) }
	list := func(es []Expr) {
		for _, e := range es {
			each(e)
		}
	}
	for _, c := range q.CTEs {
		inspectQuery(c.Query, f)
	}
	for _, item := range q.From {
		inspectFrom(item, f)
	}
	if q.SetOp != nil {
		inspectQuery(q.SetOp.Left, f)
		inspectQuery(q.SetOp.Right, f)
	}
	for _, row := range q.Values {
		list(row)
	}
	each(q.Where)
	for _, t := range q.Targets {
		each(t.Expr)
	}
	list(q.GroupBy)
	each(q.Having)
	list(q.DistinctOn)
	for _, k := range q.OrderBy {
		each(k.Expr)
	}
	each(q.Limit)
	each(q.Offset)
	inspectQuery(q.Source, f)
	assignments := func(as []*Assignment) {
		for _, a := range as {
			each(a.Value)
		}
	}
	assignments(q.Columns)
	if q.Conflict != nil {
		assignments(q.Conflict.Set)
		each(q.Conflict.Where)
	}
	for _, t := range q.Returning {
		each(t.Expr)
	}
}

func inspectFrom(item FromItem, f func(Expr) bool) {
	switch item := item.(type) {
	case *FromEntry:
		inspectQuery(item.Entry.Query, f)
		for _, t := range item.Entry.Funcs {
			if t.Call != nil {
				inspect(t.Call, f)
			}
			inspect(t.Other, f)
		}
		for _, row := range item.Entry.Values {
			for _, e := range row {
				inspect(e, f)
			}
		}
	case *Join:
		inspectFrom(item.Left, f)
		inspectFrom(item.Right, f)
		inspect(item.On, f)
	}
}

// leaves calls f for every entry of a join tree, from left to right.
func leaves(item FromItem, f func(*Entry)) {
	switch item := item.(type) {
	case *FromEntry:
		f(item.Entry)
	case *Join:
		leaves(item.Left, f)
		leaves(item.Right, f)
	}
}

// ranges calls f for every entry that q or a query within it ranges over.
func ranges(q *Query, f func(*Entry)) {
	if q == nil {
		return
	}
	entry := func(e *Entry) {
		f(e)
		ranges(e.Query, f)
	}
	for _, c := range q.CTEs {
		ranges(c.Query, f)
	}
	for _, item := range q.From {
		leaves(item, entry)
	}
	if q.SetOp != nil {
		f(q.SetOp.Entry)
		ranges(q.SetOp.Left, f)
		ranges(q.SetOp.Right, f)
	}
	if q.ValuesEntry != nil {
		f(q.ValuesEntry)
	}
	if q.Target != nil {
		f(q.Target)
	}
	if q.SourceEntry != nil {
		f(q.SourceEntry)
	}
	ranges(q.Source, f)
	inspectQuery(q, func(e Expr) bool {
		if s, ok := e.(*Subquery); ok {
			ranges(s.Query, f)
			return false // its own queries were entered by that
		}
		return true
	})
}

// columnRef is a column of an entry, comparable.
type columnRef struct {
	entry *Entry
	col   int
}

// freeVars are the columns that q takes from entries outside it, each once, in
// order of first use.
func freeVars(q *Query) []*Var {
	inside := map[*Entry]bool{}
	ranges(q, func(e *Entry) { inside[e] = true })
	var free []*Var
	seen := map[columnRef]bool{}
	inspectQuery(q, func(e Expr) bool {
		if v, ok := e.(*Var); ok && !inside[v.Entry] {
			if ref := (columnRef{v.Entry, v.Col}); !seen[ref] {
				seen[ref] = true
				free = append(free, v)
			}
		}
		return true
	})
	return free
}

// anywhere reports whether e, or an expression or query below it, fulfils p.
func anywhere(e Expr, p func(Expr) bool) bool {
	found := false
	inspect(e, func(x Expr) bool {
		found = found || p(x)
		return !found
	})
	return found
}

// anywhereIn is anywhere for all of a query.
func anywhereIn(q *Query, p func(Expr) bool) bool {
	found := false
	inspectQuery(q, func(x Expr) bool {
		found = found || p(x)
		return !found
	})
	return found
}

// isVolatileCall reports whether e itself calls a volatile function.
func isVolatileCall(e Expr) bool {
	call, ok := e.(*FuncCall)
	return ok && call.Proc.Volatile == 'v'
}

// isSetCall reports whether e itself calls a set-returning function.
func isSetCall(e Expr) bool {
	call, ok := e.(*FuncCall)
	return ok && call.Proc.Set
}

// isVolatile reports whether evaluating e twice may give different values or
// have effects twice.
func isVolatile(e Expr) bool { return anywhere(e, isVolatileCall) }
