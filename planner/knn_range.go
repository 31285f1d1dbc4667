package planner

// A query that asks for all rows within a distance,
//
//	SELECT … FROM t WHERE t.embedding <-> q < r
//
// without an order that a search could serve, becomes a search too: exact, by
// the vectors in memory, and ended at r. What else the query does with the rows
// is as ever.

// matchRange applies the rule's conditions; nil where one fails.
func matchRange(q *Query) *knn {
	if q.Where == nil || q.HasSetFuncs || len(q.OrderBy) > 0 && q.Limit != nil {
		return nil // a LIMIT may stop a scan in another order early
	}
	for _, x := range conjuncts(q.Where) {
		c, ok := x.(*FuncCall)
		if !ok || c.Op == nil || len(c.Args) != 2 {
			continue
		}
		for _, side := range c.Args {
			k := matchKey(side)
			if k == nil || k.derived != nil || len(radii(x, k)) == 0 || onUniqueKey(q, k.column.Entry) || !k.leads(q) {
				continue
			}
			return k
		}
	}
	return nil
}

// onUniqueKey reports whether a qual leads to one row of the entry by a key.
func onUniqueKey(q *Query, entry *Entry) bool {
	for _, qual := range conjuncts(q.Where) {
		if c, ok := qual.(*FuncCall); ok && c.Op != nil && c.Op.Name == "=" && len(c.Args) == 2 {
			for _, x := range c.Args {
				if v, ok := x.(*Var); ok && v.Entry == entry && uniqueColumn(v) {
					return true
				}
			}
		}
	}
	return false
}

// rangeSource writes FROM for a query that the rule applies to.
func (e *emitter) rangeSource(q *Query, k *knn) string {
	source, _ := e.knnSource(q, k, &VectorScan{
		Table: k.column.Entry.Relation, Column: k.column.Entry.Columns[k.column.Col].Column, Metric: k.metric, entry: k.column.Entry,
	})
	return source
}
