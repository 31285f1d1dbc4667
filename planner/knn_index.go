package planner

import (
	"strings"

	"voronoi/exec/catalog"
)

// opclassMetrics are the metrics of vector operator classes, by name.
var opclassMetrics = map[string]Metric{
	"vector_l2_ops": MetricL2, "vector_ip_ops": MetricIP, "vector_cosine_ops": MetricCosine, "vector_l1_ops": MetricL1,
}

// vectorIndex chooses the index that serves a scan: valid, on the column, of
// the same metric, and covering all rows that can qualify. Of several the
// latest is taken.
func (e *emitter) vectorIndex(s *VectorScan, q *Query) *catalog.Relation {
	if e.env.Setting != nil && strings.EqualFold(e.env.Setting("enable_indexscan"), "off") {
		return nil
	}
	var best *catalog.Relation
	for _, id := range s.Table.Indexes {
		r := e.env.Catalog.Relation(id)
		if r == nil || r.Index == nil || !r.Index.Valid || len(r.Index.Keys) == 0 || r.Index.Predicate != "" {
			continue
		}
		key := r.Index.Keys[0]
		if key.Attnum != s.Column.Attnum {
			continue
		}
		if class := e.env.Catalog.OpClass(key.OpClass); class != nil {
			if metric, ok := opclassMetrics[class.Name]; ok && metric == s.Metric {
				best = r
			}
		}
	}
	return best
}
