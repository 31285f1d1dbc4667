package index

import (
	"errors"
	"math"
	"math/bits"

	"voronoi/vectorops"
)

// Measure ranks the slots of a view by their distance to one query. It belongs
// to one search.
type Measure struct {
	Metric    vectorops.Metric
	values    []float32 // of the query
	query     []float32 // as the view measures from it
	scratch   []float32
	queryNorm float32
	raw       []float32
	ranks     []float64
	norms     []float32

	source  Source // of vectors that are not in memory
	keys    []int64
	fetched vectorops.Matrix
	err     error
}

// NewMeasure prepares to measure by a query in a view; it keeps the slice.
func NewMeasure(metric vectorops.Metric, v *View, query []float32) *Measure {
	m := new(Measure)
	m.Reset(metric, v, query)
	return m
}

// Reset makes m what NewMeasure makes, of the memory that it has.
func (m *Measure) Reset(metric vectorops.Metric, v *View, query []float32) {
	*m = Measure{
		Metric: metric, values: query,
		query: v.vectors.QueryOf(query), queryNorm: v.vectors.Format().SquaredNorm(query),
		scratch: m.scratch, raw: m.raw, ranks: m.ranks, norms: m.norms, keys: m.keys, fetched: m.fetched,
	}
}

// ResetTo makes m a measure by the vector of a slot.
func (m *Measure) ResetTo(v *View, s Slot) {
	m.query = v.vectors.Query(m.scratch, int(s))
	if v.vectors.Format() == vectorops.Float16 {
		m.scratch = m.query
	}
	m.queryNorm = v.Norm(s)
}

// From gives the measure a source for the vectors of views that have none.
func (m *Measure) From(src Source) *Measure {
	m.source = src
	return m
}

// Err is what reading vectors failed with. The ranks since then are NaN.
func (m *Measure) Err() error { return m.err }

// Query is the values of the query that NewMeasure was given.
func (m *Measure) Query() []float32 { return m.values }

// Chunk ranks all slots of a chunk of the view, and gives the first of them.
// The ranks are good until the next call.
func (m *Measure) Chunk(v *View, chunk int) (ranks []float64, first Slot) {
	rows, at := v.vectors.ChunkRows(chunk)
	m.room(rows)
	m.Metric.RawChunk(m.raw, m.query, v.vectors, chunk)
	m.Metric.Rank(m.ranks, m.raw, m.queryNorm, v.Norms(chunk))
	return m.ranks, Slot(at)
}

// Slots ranks the given slots. The ranks are good until the next call. For a
// view without vectors they are read from the source; a slot that has none there
// ranks as NaN: the source's snapshot does not see it.
func (m *Measure) Slots(v *View, slots []Slot) []float64 {
	m.room(len(slots))
	if !v.HasVectors() {
		m.fetch(v, slots)
		return m.ranks
	}
	m.Metric.RawAt(m.raw, m.query, v.vectors, slots)
	if m.Metric.UsesNorms() {
		for i, s := range slots {
			m.norms[i] = v.Norm(s)
		}
	}
	m.Metric.Rank(m.ranks, m.raw, m.queryNorm, m.norms)
	return m.ranks
}

// fetchBlock is how many vectors are read before they are measured.
const fetchBlock = 128

// fetch is Slots by the source.
func (m *Measure) fetch(v *View, slots []Slot) {
	nan := float32(math.NaN())
	for i := range m.raw {
		m.raw[i], m.norms[i] = nan, nan
	}
	if m.err == nil && m.source == nil {
		m.err = errors.New("vectors are not in memory and the search has no source of them")
	}
	if dims := v.Dims(); m.fetched.Dims != dims {
		m.fetched = vectorops.NewMatrix(fetchBlock, dims)
	}
	for lo := 0; lo < len(slots) && m.err == nil; lo += fetchBlock {
		block := slots[lo:min(lo+fetchBlock, len(slots))]
		m.keys = m.keys[:0]
		for _, s := range block {
			m.keys = append(m.keys, v.Key(s))
		}
		// In the order of arrival, so that what did not arrive is not measured.
		var at [fetchBlock]int
		n := 0
		m.err = m.source.Fetch(m.keys, func(i int, vec []float32) {
			if len(vec) == v.Dims() && n < fetchBlock {
				copy(m.fetched.Row(n), vec)
				at[n] = lo + i
				n++
			}
		})
		if n == 0 || m.err != nil {
			continue
		}
		var raw [fetchBlock]float32
		m.Metric.Raw(raw[:n], m.values, m.fetched.Slice(0, n).Data)
		for j, i := range at[:n] {
			m.raw[i] = raw[j]
			if m.Metric.UsesNorms() {
				m.norms[i] = vectorops.SquaredNorm(m.fetched.Row(j))
			}
		}
	}
	m.Metric.Rank(m.ranks, m.raw, m.queryNorm, m.norms)
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
	case vectorops.Jaccard:
		for i, s := range slots {
			m.raw[i] = float32(vectorops.JaccardDistance(m.raw[i], m.queryNorm, v.Norm(s)))
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
		// Batches of growing size, as a walk has them, should not each need more.
		size := max(64, 1<<bits.Len(uint(n-1)))
		m.raw, m.ranks, m.norms = make([]float32, size), make([]float64, size), make([]float32, size)
	}
	m.raw, m.ranks, m.norms = m.raw[:n], m.ranks[:n], m.norms[:n]
}
