package index

import (
	"math"

	"voronoi/vectorops"
)

// Measure ranks the slots of a view by their distance to one query. It belongs
// to one search.
type Measure struct {
	Metric    vectorops.Metric
	query     []float32
	queryNorm float32
	raw       []float32
	ranks     []float64
	norms     []float32
}

// NewMeasure prepares a query; it keeps the slice.
func NewMeasure(metric vectorops.Metric, query []float32) *Measure {
	return &Measure{Metric: metric, query: query, queryNorm: vectorops.SquaredNorm(query)}
}

// Reset makes m a measure by another query, whose squared norm is known.
func (m *Measure) Reset(query []float32, norm float32) { m.query, m.queryNorm = query, norm }

// Query is the query.
func (m *Measure) Query() []float32 { return m.query }

// Chunk ranks all slots of a chunk of the view, and gives the first of them.
// The ranks are good until the next call.
func (m *Measure) Chunk(v *View, chunk int) (ranks []float64, first Slot) {
	vectors, at := v.vectors.Chunk(chunk)
	m.room(vectors.Rows())
	m.Metric.Raw(m.raw, m.query, vectors.Data)
	m.Metric.Rank(m.ranks, m.raw, m.queryNorm, v.Norms(chunk))
	return m.ranks, Slot(at)
}

// Slots ranks the given slots. The ranks are good until the next call.
func (m *Measure) Slots(v *View, slots []Slot) []float64 {
	m.room(len(slots))
	m.Metric.RawAt(m.raw, m.query, v.vectors, slots)
	if m.Metric == vectorops.Cosine {
		for i, s := range slots {
			m.norms[i] = v.Norm(s)
		}
	}
	m.Metric.Rank(m.ranks, m.raw, m.queryNorm, m.norms)
	return m.ranks
}

// Approximate is Slots in float32: ranks that are good enough to steer by, not
// to be delivered, and never NaN, for which it has +Inf. They are good until
// the next call.
func (m *Measure) Approximate(v *View, slots []Slot) []float32 {
	m.room(len(slots))
	m.Metric.RawAt(m.raw, m.query, v.vectors, slots)
	switch m.Metric {
	case vectorops.IP:
		for i, x := range m.raw {
			m.raw[i] = -x
		}
	case vectorops.Cosine:
		for i, s := range slots {
			m.raw[i] = 1 - m.raw[i]/float32(math.Sqrt(float64(m.queryNorm*v.Norm(s))))
		}
	}
	for i, x := range m.raw {
		if x != x {
			m.raw[i] = float32(math.Inf(1))
		}
	}
	return m.raw
}

func (m *Measure) room(n int) {
	if cap(m.raw) < n {
		m.raw, m.ranks, m.norms = make([]float32, n), make([]float64, n), make([]float32, n)
	}
	m.raw, m.ranks, m.norms = m.raw[:n], m.ranks[:n], m.norms[:n]
}
