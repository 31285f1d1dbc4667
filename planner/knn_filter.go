package planner

import (
	"fmt"
	"slices"

	"voronoi/exec/catalog"
)

// knnFilter selects the keys that quals on the table alone let through, so that
// the executor can search among few rows exactly instead of passing over many
// candidates. It is nil without such a qual.
func (e *emitter) knnFilter(q *Query, k *knn, scan *VectorScan) *QueryPlan {
	var quals []Expr
	for _, x := range conjuncts(q.Where) {
		if !anywhere(x, func(y Expr) bool {
			switch y := y.(type) {
			case *Var:
				return y.Entry != k.column.Entry || y.Col == k.column.Col
			case *Subquery:
				return true
			}
			return isVolatileCall(y)
		}) && anywhere(x, func(y Expr) bool { _, ok := y.(*Var); return ok }) {
			quals = append(quals, x)
		}
	}
	if len(quals) == 0 {
		return nil
	}
	sub := e.subplan(nil)
	from := sub.relation(k.column.Entry)
	sub.plan.SQL = fmt.Sprintf("SELECT %s.%s FROM %s WHERE %s",
		sub.scope[k.column.Entry].alias, catalog.KeyColumn, from, balanced(sub.list(quals), "AND"))
	if sub.err != nil {
		return nil // the statement itself meets the same error
	}
	scan.FilterStable = slices.ContainsFunc(quals, func(x Expr) bool {
		return anywhere(x, func(y Expr) bool {
			call, ok := y.(*FuncCall)
			return ok && call.Proc.Volatile == 's' && !computable(y)
		})
	})
	scan.Conditions = e.conditions(quals, k.column.Entry)
	return sub.plan
}
