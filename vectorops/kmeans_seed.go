package vectorops

import (
	"context"
	"math"
	"math/rand/v2"
)

const (
	// Seeding k centroids measures every row k times; on large inputs it looks
	// at a part of the rows only, as Lloyd's iterations mend the rest.
	seedRowsPerCentroid = 32
	// Up to this many rows × centroids, seeding looks at all rows and draws
	// several candidates for each centroid (the greedy form): better starts
	// where they cost nothing.
	greedySeedLimit = 1 << 22
)

// seedCentroids chooses k rows by k-means++.
func seedCentroids(ctx context.Context, points Matrix, k int, rng *rand.Rand) (Matrix, error) {
	trials := 1
	if points.Rows()*k <= greedySeedLimit {
		trials = 2 + int(math.Log(float64(k)))
	} else {
		points = sampleRows(points, max(k*seedRowsPerCentroid, greedySeedLimit/k), rng)
	}
	rows := points.Rows()
	centroids := NewMatrix(k, points.Dims)
	nearest := make([]float32, rows) // squared distance to the nearest centroid so far
	trial, best := make([]float32, rows), make([]float32, rows)

	copy(centroids.Row(0), points.Row(rng.IntN(rows)))
	total, err := nearestWith(ctx, nearest, nil, centroids.Row(0), points)
	if err != nil {
		return Matrix{}, err
	}
	for c := 1; c < k; c++ {
		bestTotal, bestRow := math.Inf(1), -1
		for range trials {
			row := drawByWeight(nearest, total, rng)
			t, err := nearestWith(ctx, trial, nearest, points.Row(row), points)
			if err != nil {
				return Matrix{}, err
			}
			if t < bestTotal || bestRow < 0 {
				bestTotal, bestRow = t, row
				trial, best = best, trial
			}
		}
		copy(centroids.Row(c), points.Row(bestRow))
		nearest, best = best, nearest
		total = bestTotal
	}
	return centroids, nil
}

// nearestWith writes what the distances to the nearest centroid become when
// one more is chosen, and returns their sum. before may be nil.
func nearestWith(ctx context.Context, dst, before, centroid []float32, points Matrix) (float64, error) {
	const grain = 1024
	sums := make([]float64, (len(dst)+grain-1)/grain)
	err := InBlocks(ctx, len(dst), grain, func(lo, hi int) {
		l2Squared(dst[lo:hi], centroid, points.Slice(lo, hi).Data)
		var s float64
		for i := lo; i < hi; i++ {
			if before != nil {
				dst[i] = min(dst[i], before[i])
			}
			s += float64(dst[i])
		}
		sums[lo/grain] = s
	})
	var total float64
	for _, s := range sums {
		total += s
	}
	return total, err
}

// drawByWeight draws an index with a probability in proportion to its weight,
// or any when all weights are zero.
func drawByWeight(weights []float32, total float64, rng *rand.Rand) int {
	if !(total > 0) || math.IsInf(total, 1) {
		return rng.IntN(len(weights))
	}
	at := rng.Float64() * total
	last := 0
	for i, w := range weights {
		if w > 0 {
			if at -= float64(w); at < 0 {
				return i
			}
			last = i
		}
	}
	return last // rounding left a rest
}
