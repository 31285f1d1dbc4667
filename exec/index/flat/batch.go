package flat

import (
	"context"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// batchRows is how many vectors all queries are measured against before the next
// are read: they stay in a cache near the processor.
const batchRows = 512

// SearchBatch finds the k nearest of each query, a row of queries, among the
// vectors of a view that the snapshot seq sees, in one pass. Vectors and queries
// are float32. The answers are those of Search, to the bit.
func SearchBatch(ctx context.Context, v index.View, metric vectorops.Metric, seq index.Seq, queries vectorops.Matrix, k int) ([][]vectorops.Candidate, error) {
	if queries.Dims != v.Dims() {
		return nil, &index.DimensionError{Want: v.Dims(), Have: queries.Dims}
	}
	n := queries.Rows()
	nearest, norms := make([]vectorops.TopK, n), make([]float32, n)
	for i := range n {
		nearest[i].Reset(k)
		norms[i] = vectorops.SquaredNorm(queries.Row(i))
	}
	raw, ranks := make([]float32, n*batchRows), make([]float64, batchRows)
	allVisible := v.AllVisible(seq)
	for chunk := range v.Vectors().Chunks() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vectors, first := v.Vectors().Chunk(chunk)
		for lo := 0; lo < vectors.Rows(); lo += batchRows {
			block := vectors.Slice(lo, min(lo+batchRows, vectors.Rows()))
			rows := block.Rows()
			metric.RawMulti(raw[:n*rows], queries, block)
			for i := range n {
				top := &nearest[i]
				metric.Rank(ranks[:rows], raw[i*rows:(i+1)*rows], norms[i], v.Norms(chunk)[lo:lo+rows])
				for j, rank := range ranks[:rows] {
					if top.Full() && rank > top.Last().Rank {
						continue
					}
					if slot := index.Slot(first + lo + j); allVisible || v.Visible(slot, seq) {
						top.Push(vectorops.Candidate{Rank: rank, Key: v.Key(slot)})
					}
				}
			}
		}
	}
	answers := make([][]vectorops.Candidate, n)
	for i := range answers {
		answers[i] = append([]vectorops.Candidate(nil), nearest[i].Sorted()...)
	}
	return answers, nil
}
