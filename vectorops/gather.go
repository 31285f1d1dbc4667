package vectorops

import "fmt"

// RawChunk is Raw for the vectors of a chunk of a view. The query is one of the
// view, by Query or QueryOf.
func (m Metric) RawChunk(dst, query []float32, view View, chunk int) {
	rows, first := view.ChunkRows(chunk)
	if len(dst) != rows {
		panic(fmt.Sprintf("vectorops: %d results for %d vectors of a chunk", len(dst), rows))
	}
	view.checkQuery(query)
	if rows == 0 {
		return
	}
	switch view.format {
	case Float32:
		m.Raw(dst, query, view.chunks[chunk][:rows*view.dims])
	case Float16:
		halfBlock(m.raw(), dst, query, view.chunks[chunk], view.words)
	case Bit:
		bitBlock(m.raw(), dst, query, view.chunks[chunk])
	default:
		pair := sparseKernels[m.raw()]
		for i := range dst {
			dst[i] = pair(query, view.row(first+i))
		}
	}
}

// RawAt is Raw for the vectors in the given slots of a view, which need not
// lie together. The query is one of the view, by Query or QueryOf.
func (m Metric) RawAt(dst, query []float32, view View, slots []uint32) {
	if len(dst) != len(slots) {
		panic(fmt.Sprintf("vectorops: %d results for %d slots", len(dst), len(slots)))
	}
	view.checkQuery(query)
	if len(slots) == 0 {
		return
	}
	// The assembly does not check; one pass here is a small part of the work.
	for _, s := range slots {
		if int(s) >= view.len {
			panic(fmt.Sprintf("vectorops: slot %d of %d", s, view.len))
		}
	}
	switch view.format {
	case Float32:
		switch m.raw() {
		case rawL2Squared:
			l2SquaredGather(dst, query, view, slots)
		case rawProduct:
			innerProductGather(dst, query, view, slots)
		default:
			l1Gather(dst, query, view, slots)
		}
	case Float16:
		halfGather(m.raw(), dst, query, view, slots)
	case Bit:
		bitGather(m.raw(), dst, query, view, slots)
	default:
		pair := sparseKernels[m.raw()]
		for i, slot := range slots {
			dst[i] = pair(query, view.row(int(slot)))
		}
	}
}

// RawMultiChunk is RawChunk for several queries, as RawMulti is Raw.
func (m Metric) RawMultiChunk(dst []float32, queries Matrix, view View, chunk int) {
	if view.format == Float32 {
		vectors, _ := view.Chunk(chunk)
		m.RawMulti(dst, queries, vectors)
		return
	}
	rows, _ := view.ChunkRows(chunk)
	if len(dst) != queries.Rows()*rows {
		panic(fmt.Sprintf("vectorops: %d results for %d queries against %d vectors", len(dst), queries.Rows(), rows))
	}
	i := 0
	if view.format == Float16 && rows > 0 {
		view.checkQuery(queries.Row(0))
		for ; i+queryGroup <= queries.Rows(); i += queryGroup {
			halfFour(m.raw(), dst[i*rows:(i+queryGroup)*rows], queries.Slice(i, i+queryGroup).Data, view.chunks[chunk], view.words)
		}
	}
	for ; i < queries.Rows(); i++ {
		m.RawChunk(dst[i*rows:(i+1)*rows], queries.Row(i), view, chunk)
	}
}

// checkQuery panics on a query that is not one of the view.
func (v *View) checkQuery(query []float32) {
	have, want := len(query), v.dims
	switch v.format {
	case Bit:
		want = v.words
	case Sparse:
		have = sparseDims(query)
	}
	if have != want {
		panic(fmt.Sprintf("vectorops: a query of %d for %d words of %s", have, want, v.format))
	}
}

func gatherGo(dst, query []float32, view View, slots []uint32, kernel func(dst, query, vectors []float32)) {
	for i, slot := range slots {
		kernel(dst[i:i+1:i+1], query, view.row(int(slot)))
	}
}
