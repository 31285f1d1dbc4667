package planner

import "strconv"

// A LATERAL search is run once for each outer row. Where the vector searched for
// is a column of an item that can be read by itself, the executor may read it
// ahead and measure several at once: Batch selects the column, in the order in
// which the item is likely to be read.

// batch is that query; nil where what is searched for is something else.
func (e *emitter) batch(query Expr) *QueryPlan {
	v, ok := query.(*Var)
	if !ok {
		return nil
	}
	if _, given := e.inputs[columnRef{v.Entry, v.Col}]; !given {
		return nil
	}
	x := *v.Entry
	if x.Lateral || x.Nullable {
		return nil
	}
	one := *v
	one.Entry = &x
	q := &Query{Command: CommandSelect, From: []FromItem{&FromEntry{Entry: &x}}, Targets: []*Target{{Expr: &one, Name: "c" + strconv.Itoa(v.Col)}}}
	switch x.Kind {
	case EntryRelation, EntryValues, EntryFunction, EntrySubquery:
	default:
		return nil
	}
	if len(freeVars(q)) > 0 || anywhereIn(q, isVolatileCall) {
		return nil
	}
	sub := e.subplan(nil)
	sub.plan.SQL = sub.query(q)
	if sub.err != nil {
		return nil
	}
	return sub.plan
}
