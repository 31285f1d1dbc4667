package planner

import (
	"strings"

	"voronoi/exec/catalog"
)

// opclassMetrics are the metrics of the operator classes for vectors by what
// stands between the type and the end of their names: vector_l2_ops.
var opclassMetrics = map[string]Metric{
	"l2": MetricL2, "ip": MetricIP, "cosine": MetricCosine, "l1": MetricL1, "hamming": MetricHamming, "jaccard": MetricJaccard,
}

func opclassMetric(name string) (Metric, bool) {
	_, name, _ = strings.Cut(strings.TrimSuffix(name, "_ops"), "_")
	metric, ok := opclassMetrics[name]
	return metric, ok
}

// usable reports whether searches may use an index now.
func usable(env *Env, index *catalog.Relation) bool {
	return index.Index.Valid && (env.Setting == nil || !strings.EqualFold(env.Setting("enable_indexscan"), "off"))
}

// vectorIndex chooses the index that serves a scan: valid, on the column, of
// the same metric, and covering all rows that can qualify. Of several the
// latest is taken.
func (e *emitter) vectorIndex(s *VectorScan, q *Query, entry *Entry) *catalog.Relation {
	var best *catalog.Relation
	for _, id := range s.Table.Indexes {
		r := e.env.Catalog.Relation(id)
		if r == nil || r.Index == nil || len(r.Index.Keys) == 0 || !usable(e.env, r) || !e.covers(r, q, entry) {
			continue
		}
		key := r.Index.Keys[0]
		if key.Attnum != s.Column.Attnum {
			continue
		}
		if class := e.env.Catalog.OpClass(key.OpClass); class != nil {
			if metric, ok := opclassMetric(class.Name); ok && metric == s.Metric {
				best = r
			}
		}
	}
	return best
}

// covers reports whether an index has every row that can qualify: it is not
// partial, or each condition of its predicate is one of the query's.
func (e *emitter) covers(index *catalog.Relation, q *Query, entry *Entry) bool {
	if index.Index.Predicate == "" {
		return true
	}
	if q == nil || q.Where == nil {
		return false
	}
	predicate, row, err := AnalyzeScalar(e.env, index.Index.Predicate, entry.Relation)
	if err != nil {
		return false
	}
	given := map[string]bool{}
	for _, qual := range conjuncts(q.Where) {
		// The predicate was analysed over a range entry of its own.
		given[exprKey(mapExpr(qual, func(x Expr) Expr {
			if v, ok := x.(*Var); ok && v.Entry == entry {
				c := *v
				c.Entry = row
				return &c
			}
			return nil
		}))] = true
	}
	for _, condition := range conjuncts(predicate) {
		if !given[exprKey(condition)] {
			return false
		}
	}
	return true
}
