package exec

import (
	"slices"
	"time"

	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/vectorops"
)

// sqlRecall is knn_recall(index, k, probes, sample): how much of what the exact
// search finds the index finds, and how fast either is. An index by a graph
// searches with hnsw.ef_search candidates. Rows of the table serve as queries. A
// row is its own nearest neighbour, so it does not count in its own answer.
func sqlRecall(x *execution, args []datum.Datum) ([][]datum.Datum, error) {
	k, err := countArgument("k", args[1], 10, maxCount)
	if err != nil {
		return nil, err
	}
	sample, err := countArgument("sample", args[3], 200, maxCount)
	if err != nil || args[0].IsNull() {
		return nil, err
	}
	i, err := x.indexArgument(args[0])
	if err != nil || i.search == nil {
		return nil, err
	}
	s := x.session
	probes, err := countArgument("probes", args[2], atoi(s.settings.get(s.probesSetting(i.rel))), ivf.MaxLists)
	if err != nil {
		return nil, err
	}
	metric, err := indexMetric(x.catalog, i.rel)
	if err != nil {
		return nil, err
	}
	m := recallMeasure{x: x, index: i, metric: metric, k: k, options: index.SearchOptions{
		Context: x.ctx, Limit: k, Probes: probes, EfSearch: atoi(s.settings.get("hnsw.ef_search")),
		Refine: s.refinement(i.rel),
	}}
	if err := m.run(sample); err != nil || m.queries == 0 {
		return nil, canceled(x.ctx, err)
	}
	n := float64(m.queries)
	return [][]datum.Datum{{
		datum.Float(m.recall / n), datum.Float(float64(m.candidates) / n),
		datum.Float(n / m.byIndex.Seconds()), datum.Float(n / m.exact.Seconds()),
	}}, nil
}

// recallMeasure is one run of knn_recall.
type recallMeasure struct {
	x       *execution
	index   *argumentIndex
	metric  vectorops.Metric
	k       int
	options index.SearchOptions

	queries, candidates int
	recall              float64
	byIndex, exact      time.Duration
}

// run searches for an evenly spaced sample of the rows in the order of their
// keys, which is the same whenever the rows are.
func (m *recallMeasure) run(sample int) error {
	seq, view := m.x.snapshot(), m.index.loaded.rows.view
	m.options.Source = m.index.loaded.rows
	slots := visibleSlots(&view, seq)
	slices.SortFunc(slots, func(a, b index.Slot) int { return int(view.Key(a) - view.Key(b)) })
	sample = min(sample, len(slots))
	for at := range sample {
		slot := slots[at*len(slots)/sample]
		own := view.Key(slot)
		m.options.Allowed = func(key int64) bool { return key != own }
		query, err := m.index.loaded.gather([]index.Slot{slot})
		if err != nil {
			return err
		}
		if err := m.query(query.Data, seq); err != nil {
			return err
		}
	}
	return nil
}

func (m *recallMeasure) query(vec []float32, seq index.Seq) error {
	began := time.Now()
	c, err := m.index.loaded.exactSearch(func() *rowVectors { return m.index.loaded.rows }, m.metric, seq, vec, m.options, nil)
	if err != nil {
		return vectorTypes[oid.Vector].worded(err)
	}
	truth, _ := index.Collect(c, m.k)
	if err := c.Err(); err != nil {
		return err
	}
	c.Close()
	m.exact += time.Since(began)

	began = time.Now()
	if c, err = m.index.search.Search(seq, vec, m.options); err != nil {
		return vectorTypes[oid.Vector].worded(err)
	}
	got, _ := index.Collect(c, m.k)
	if err := c.Err(); err != nil {
		return err
	}
	m.candidates += c.Counters().Candidates
	c.Close()
	m.byIndex += time.Since(began)

	m.recall += index.Recall(truth, got)
	m.queries++
	return nil
}
