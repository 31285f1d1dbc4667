package planner

import (
	"slices"

	"voronoi/exec/catalog"
)

// A vector index may be over an expression, and searches ordered by a distance
// of that very expression use it:
//
//	CREATE INDEX ON items USING hnsw ((embedding::halfvec(768)) halfvec_l2_ops)
//	SELECT … ORDER BY embedding::halfvec(768) <-> q LIMIT 10
//
// Such an index, as one with a predicate, keeps its vectors in a column of its
// own (catalog.Index.Vectors), which is searched in the place of a table's.
// Without one the distance is computed row by row: nothing else has the vectors.

// derivedIndex is a vector index over an expression.
type derivedIndex struct {
	index     *catalog.Relation
	metric    Metric
	row       *Entry // what the expression and the predicate were analysed over
	expr      string // exprKey
	predicate []string
}

// derivedIndexes are those of a table that searches may use.
func derivedIndexes(env *Env, table *catalog.Relation) []derivedIndex {
	var list []derivedIndex
	for _, id := range table.Indexes {
		r := env.Catalog.Relation(id)
		if r == nil || r.Index == nil || r.Index.Vectors == nil || r.Index.Keys[0].Attnum != 0 || !usable(env, r) {
			continue
		}
		class := env.Catalog.OpClass(r.Index.Keys[0].OpClass)
		if class == nil {
			continue
		}
		metric, ok := opclassMetric(class.Name)
		if !ok {
			continue
		}
		expr, row, err := AnalyzeScalar(env, r.Index.Keys[0].Expr, table)
		if err != nil {
			continue
		}
		d := derivedIndex{index: r, metric: metric, row: row, expr: exprKey(expr)}
		if r.Index.Predicate != "" {
			predicate, over, err := AnalyzeScalar(env, r.Index.Predicate, table)
			if err != nil {
				continue
			}
			for _, x := range conjuncts(predicate) {
				d.predicate = append(d.predicate, exprKey(moved(x, over, row)))
			}
		}
		list = append(list, d)
	}
	return list
}

// moved is x over another entry of the same table.
func moved(x Expr, from, to *Entry) Expr {
	return mapExpr(x, func(x Expr) Expr {
		if v, ok := x.(*Var); ok && v.Entry == from {
			c := *v
			c.Entry = to
			return &c
		}
		return nil
	})
}

// derivedVar is a column that an expression is over, if an index of its table is
// over the expression.
func derivedVar(x Expr) *Var {
	var found *Var
	anywhere(x, func(x Expr) bool {
		v, ok := x.(*Var)
		if ok && v.Entry.Kind == EntryRelation && len(v.Entry.derived) > 0 {
			found = v
		}
		return found != nil
	})
	if found == nil || !slices.ContainsFunc(found.Entry.derived, func(d derivedIndex) bool { return d.over(x, found.Entry) }) {
		return nil
	}
	return found
}

func (d *derivedIndex) over(x Expr, entry *Entry) bool {
	return exprKey(moved(x, entry, d.row)) == d.expr
}

// chooseDerived finds the index for a search by an expression: the latest with
// the metric that has all rows that can qualify.
func (k *knn) chooseDerived(q *Query) bool {
	entry := k.column.Entry
	var given []string
	for _, d := range entry.derived {
		if d.metric != k.metric || !d.over(k.derived, entry) {
			continue
		}
		if given = given[:0]; len(d.predicate) > 0 {
			for _, qual := range conjuncts(q.Where) {
				given = append(given, exprKey(moved(qual, entry, d.row)))
			}
		}
		if !slices.ContainsFunc(d.predicate, func(p string) bool { return !slices.Contains(given, p) }) {
			k.index = d.index
		}
	}
	return k.index != nil
}
