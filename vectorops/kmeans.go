package vectorops

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
)

// KMeansOptions says what to look for. The zero value of each field but K is
// its default.
type KMeansOptions struct {
	K    int    // the number of centroids
	Seed uint64 // same seed, same centroids

	MaxIterations int     // 25
	Tolerance     float64 // stop when the inertia falls by less than this part of it: 1e-4; negative: only when nothing moves
	// SamplePerCentroid caps how many rows train: 256 for each centroid, as
	// more hardly move them. Negative: no cap.
	SamplePerCentroid int
	// Spherical compares directions: rows and centroids have length one.
	Spherical bool
	// Progress is told after each iteration, on the calling goroutine.
	Progress func(iteration int, inertia float64)
}

const (
	defaultMaxIterations     = 25
	defaultTolerance         = 1e-4
	defaultSamplePerCentroid = 256
)

// KMeansResult is a clustering.
type KMeansResult struct {
	Centroids  Matrix   // K rows
	Assignment []uint32 // for each row given, its nearest centroid
	Iterations int
	Inertia    float64 // the sum of squared distances to the nearest centroids, over all rows given
}

// TooFewRowsError says that there are fewer rows than centroids to train.
type TooFewRowsError struct{ Rows, K int }

func (e *TooFewRowsError) Error() string {
	return fmt.Sprintf("too few rows: %d for %d centroids", e.Rows, e.K)
}

// KMeans clusters the rows of points: seeding by k-means++ (Arthur and
// Vassilvitskii 2007, greedy where that is cheap), then Lloyd's iterations on a
// sample. A centroid left without rows takes over the row that is worst served
// elsewhere. The rows must be finite.
func KMeans(ctx context.Context, points Matrix, o KMeansOptions) (*KMeansResult, error) {
	rows := points.Rows()
	if o.K < 1 {
		return nil, fmt.Errorf("k-means needs at least one centroid, not %d", o.K)
	}
	if rows < o.K {
		return nil, &TooFewRowsError{Rows: rows, K: o.K}
	}
	o.setDefaults()
	rng := rand.New(rand.NewPCG(o.Seed, 0x6b6d65616e73)) // "kmeans"
	train := sampleRows(points, o.K*o.SamplePerCentroid, rng)
	if o.Spherical {
		if len(train.Data) > 0 && &train.Data[0] == &points.Data[0] {
			train = Matrix{Dims: train.Dims, Data: append(AlignedFloats(0), train.Data...)}
		}
		normalizeRows(train)
	}
	centroids, err := seedCentroids(ctx, train, o.K, rng)
	if err != nil {
		return nil, err
	}
	l := lloyd{
		points: train, centroids: centroids, spherical: o.Spherical,
		assignment: make([]uint32, train.Rows()), distance: make([]float32, train.Rows()),
	}
	iterations, err := l.run(ctx, &o)
	if err != nil {
		return nil, err
	}
	res := &KMeansResult{Centroids: centroids, Iterations: iterations, Assignment: l.assignment}
	res.Inertia = sum(l.distance)
	if train.Rows() != rows {
		if o.Spherical {
			points = Matrix{Dims: points.Dims, Data: append(AlignedFloats(0), points.Data...)}
			normalizeRows(points)
		}
		res.Assignment = make([]uint32, rows)
		distance := make([]float32, rows)
		if err := Assign(ctx, res.Assignment, distance, points, centroids); err != nil {
			return nil, err
		}
		res.Inertia = sum(distance)
	}
	return res, nil
}

func (o *KMeansOptions) setDefaults() {
	if o.MaxIterations <= 0 {
		o.MaxIterations = defaultMaxIterations
	}
	if o.Tolerance == 0 {
		o.Tolerance = defaultTolerance
	}
	if o.SamplePerCentroid == 0 {
		o.SamplePerCentroid = defaultSamplePerCentroid
	}
}

// lloyd is the state of the iterations.
type lloyd struct {
	points, centroids Matrix
	spherical         bool
	assignment        []uint32
	distance          []float32 // squared, of each row to its centroid
}

func (l *lloyd) run(ctx context.Context, o *KMeansOptions) (iterations int, err error) {
	before := math.Inf(1)
	previous := make([]uint32, len(l.assignment))
	for {
		copy(previous, l.assignment)
		if err := Assign(ctx, l.assignment, l.distance, l.points, l.centroids); err != nil {
			return iterations, err
		}
		inertia := sum(l.distance)
		if iterations > 0 {
			if o.Progress != nil {
				o.Progress(iterations, inertia)
			}
			settled := equal(previous, l.assignment) ||
				o.Tolerance > 0 && before-inertia <= o.Tolerance*before
			if settled || iterations == o.MaxIterations {
				return iterations, nil
			}
		}
		before = inertia
		if err := l.update(ctx); err != nil {
			return iterations, err
		}
		iterations++
	}
}

// update moves every centroid to the mean of its rows. Each centroid is summed
// by one goroutine in the order of the rows and in float64 (invariant 4).
func (l *lloyd) update(ctx context.Context) error {
	k, d := l.centroids.Rows(), l.points.Dims
	order, start := l.byCentroid()
	empty := make([]bool, k)
	err := InBlocks(ctx, k, 16, func(lo, hi int) {
		mean := make([]float64, d)
		for c := lo; c < hi; c++ {
			members := order[start[c]:start[c+1]]
			if len(members) == 0 {
				empty[c] = true
				continue
			}
			clear(mean)
			for _, i := range members {
				for j, x := range l.points.Row(int(i)) {
					mean[j] += float64(x)
				}
			}
			row := l.centroids.Row(c)
			for j, x := range mean {
				row[j] = float32(x / float64(len(members)))
			}
		}
	})
	if err != nil {
		return err
	}
	l.repair(empty, start)
	if l.spherical {
		normalizeRows(l.centroids)
	}
	return nil
}

// byCentroid lists the rows by their centroid: those of c are
// order[start[c]:start[c+1]], ascending.
func (l *lloyd) byCentroid() (order []uint32, start []int) {
	k := l.centroids.Rows()
	start = make([]int, k+1)
	for _, c := range l.assignment {
		start[c+1]++
	}
	for c := range k {
		start[c+1] += start[c]
	}
	order = make([]uint32, len(l.assignment))
	next := append([]int(nil), start...)
	for i, c := range l.assignment {
		order[next[c]] = uint32(i)
		next[c]++
	}
	return order, start
}

// repair gives each empty centroid the row that is farthest from its own,
// among rows of centroids that keep another one. The next assignment then
// draws its neighbors over.
func (l *lloyd) repair(empty []bool, start []int) {
	left := make([]int, len(empty))
	for c := range left {
		left[c] = start[c+1] - start[c]
	}
	for c, isEmpty := range empty {
		if !isEmpty {
			continue
		}
		worst := -1
		for i, dist := range l.distance {
			if left[l.assignment[i]] > 1 && dist > 0 && (worst < 0 || dist > l.distance[worst]) {
				worst = i
			}
		}
		if worst < 0 {
			return // fewer distinct rows than centroids
		}
		copy(l.centroids.Row(c), l.points.Row(worst))
		left[l.assignment[worst]]--
		l.assignment[worst], l.distance[worst] = uint32(c), 0
	}
}

// sampleRows draws n rows without replacement, in their order; it returns
// points itself when it has no more than n.
func sampleRows(points Matrix, n int, rng *rand.Rand) Matrix {
	rows := points.Rows()
	if n <= 0 || rows <= n {
		return points
	}
	out := NewMatrix(n, points.Dims)
	taken := 0
	for i := 0; taken < n; i++ { // Knuth's selection sampling
		if rng.IntN(rows-i) < n-taken {
			copy(out.Row(taken), points.Row(i))
			taken++
		}
	}
	return out
}

func normalizeRows(m Matrix) {
	for i := range m.Rows() {
		Normalize(m.Row(i), m.Row(i))
	}
}

func sum(xs []float32) float64 {
	var s float64
	for _, x := range xs {
		s += float64(x)
	}
	return s
}

func equal(a, b []uint32) bool {
	for i, x := range a {
		if b[i] != x {
			return false
		}
	}
	return true
}
