package vectorops

import (
	"context"
	"math"
)

// assignGrain is how many points are assigned between two looks at the context.
const assignGrain = 256

// Assign finds for each point its nearest centroid by L2, the first of them
// when several are equally near, and the squared distance to it. There must be
// at least one centroid. It runs on all processors; the only error is that of
// ctx.
func Assign(ctx context.Context, assignment []uint32, distance []float32, points, centroids Matrix) error {
	k, d := centroids.Rows(), points.Dims
	return InBlocks(ctx, points.Rows(), assignGrain, func(lo, hi int) {
		scratch := make([]float32, queryGroup*k)
		for i := lo; i < hi; {
			n := min(queryGroup, hi-i)
			if n == queryGroup {
				l2Squared4(scratch, points.Data[i*d:(i+n)*d], centroids.Data)
			} else {
				n = 1
				l2Squared(scratch[:k], points.Row(i), centroids.Data)
			}
			for j := range n {
				assignment[i+j], distance[i+j] = argmin(scratch[j*k : (j+1)*k])
			}
			i += n
		}
	})
}

// argmin is the first smallest value and its index. A list that has only NaN
// gives index 0.
func argmin(xs []float32) (uint32, float32) {
	at, least := 0, float32(math.Inf(1))
	for i, x := range xs {
		if x < least {
			at, least = i, x
		}
	}
	return uint32(at), least
}
