package planner

// Some of what stands in a target list is evaluated after the rows have been
// grouped, sorted or cut: set-returning functions, volatile functions. A query
// with them is split in two, the inner one computing what they need.

// splitter builds the two queries.
type splitter struct {
	inner   *Query
	entry   *Entry // the inner query as the outer one's FROM
	columns map[string]*Var
	later   func(Expr) bool // what the outer query evaluates
}

func newSplitter(inner *Query, later func(Expr) bool) *splitter {
	inner.CTEs, inner.Targets = nil, nil
	return &splitter{
		inner: inner, entry: &Entry{Kind: EntrySubquery, Alias: "*SELECT*", Query: inner},
		columns: map[string]*Var{}, later: later,
	}
}

// lift rewrites an expression for the outer query: its largest parts that the
// inner one can evaluate become columns of that.
func (s *splitter) lift(x Expr) Expr {
	return mapExpr(x, func(x Expr) Expr {
		switch {
		case anywhere(x, s.later):
			return nil
		case computable(x):
			return x
		}
		return s.column(x)
	})
}

// column is a column of the inner query.
func (s *splitter) column(x Expr) *Var {
	key := exprKey(x)
	v := s.columns[key]
	if v == nil {
		v = &Var{Typed: Typed{Typ: x.Type(), Mod: x.Typmod()}, Entry: s.entry, Col: len(s.entry.Columns)}
		s.columns[key] = v
		s.entry.Columns = append(s.entry.Columns, EntryColumn{Type: x.Type(), Typmod: x.Typmod()})
		s.inner.Targets = append(s.inner.Targets, &Target{Expr: x})
	}
	return v
}

// targets rewrites a target list.
func (s *splitter) targets(list []*Target) []*Target {
	out := make([]*Target, len(list))
	for i, t := range list {
		c := *t
		c.Expr = s.lift(t.Expr)
		out[i] = &c
	}
	return out
}

func (s *splitter) from() []FromItem { return []FromItem{&FromEntry{Entry: s.entry}} }

// splitSetFuncs turns a query that groups and expands sets into one that
// expands the sets of a subquery that groups, which is their order in Postgres.
func splitSetFuncs(q *Query) *Query {
	inner := *q
	inner.OrderBy, inner.Limit, inner.Offset = nil, nil, nil
	inner.Distinct, inner.DistinctOn, inner.WithTies, inner.Locking = false, nil, false, nil
	grouped := groupedSets(q)
	inner.HasSetFuncs = len(grouped) > 0
	s := newSplitter(&inner, func(x Expr) bool { return isSetCall(x) && !grouped[exprKey(x)] })
	outer := &Query{
		From: s.from(), Targets: s.targets(q.Targets), Distinct: q.Distinct, Limit: q.Limit, Offset: q.Offset,
		WithTies: q.WithTies, HasSetFuncs: true,
	}
	for _, k := range q.OrderBy {
		k.Expr = s.lift(k.Expr)
		outer.OrderBy = append(outer.OrderBy, k)
	}
	for _, x := range q.DistinctOn {
		outer.DistinctOn = append(outer.DistinctOn, s.lift(x))
	}
	return outer
}

// volatileAfterSort reports whether a target that is no sort key is volatile:
// Postgres evaluates it once for each row of the result, in its order (a
// sequence counts along), where SQLite would before it sorts.
func volatileAfterSort(q *Query) bool {
	if len(q.OrderBy) == 0 || q.Distinct || len(q.DistinctOn) > 0 || q.WithTies || q.HasSetFuncs || len(q.GroupingSets) > 0 {
		return false
	}
	keys := map[int]bool{}
	for _, k := range q.OrderBy {
		keys[k.Target] = true
	}
	found := false
	for i, t := range q.Targets {
		if volatileItself(t.Expr) {
			if keys[i] {
				return false
			}
			found = true
		}
	}
	return found
}

// volatileItself reports whether e calls a volatile function outside of its
// subqueries: those refer to the rows below the sort and stay there.
func volatileItself(e Expr) bool {
	found := false
	inspect(e, func(x Expr) bool {
		if _, ok := x.(*Subquery); ok {
			return false
		}
		found = found || isVolatileCall(x)
		return !found
	})
	return found
}

// splitVolatile evaluates volatile targets over the sorted and limited rows of
// a subquery. SQLite keeps the order of a materialized one.
func splitVolatile(q *Query) *Query {
	inner := *q
	s := newSplitter(&inner, isVolatileCall)
	outer := &Query{From: s.from()}
	outer.Targets = s.targets(shownTargets(q))
	inner.OrderBy = nil
	for _, k := range q.OrderBy {
		// The key stands among the columns, whether it is shown or not.
		if !computable(k.Expr) {
			k.Target = s.column(k.Expr).Col
			inner.OrderBy = append(inner.OrderBy, k)
		}
	}
	s.entry.ordered = true
	return outer
}

// groupedSets are the set-returning calls among the grouping keys: those are
// expanded before the rows are grouped.
func groupedSets(q *Query) map[string]bool {
	keys := map[string]bool{}
	for _, x := range q.GroupBy {
		inspect(x, func(x Expr) bool {
			if isSetCall(x) {
				keys[exprKey(x)] = true
			}
			return true
		})
	}
	return keys
}

// setsAfterGrouping reports whether the target list expands sets beyond those
// of the grouping keys.
func setsAfterGrouping(q *Query) bool {
	grouped := groupedSets(q)
	for _, t := range q.Targets {
		if anywhere(t.Expr, func(x Expr) bool { return isSetCall(x) && !grouped[exprKey(x)] }) {
			return true
		}
	}
	return false
}
