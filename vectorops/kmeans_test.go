package vectorops

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"voronoi/internal/digits"
)

func digitMatrix(t testing.TB) Matrix {
	data, _ := digits.Load(t)
	return Matrix{Dims: digits.Dims, Data: data}
}

// The inertias are the least of five runs of scikit-learn 1.2.1's KMeans
// (n_init=1, random_state 0 to 4, otherwise its defaults).
func TestKMeansInertiaOnDigits(t *testing.T) {
	points := digitMatrix(t)
	for _, c := range []struct {
		k       int
		sklearn float64
	}{{10, 1165290.24}, {16, 1006720.28}, {64, 661932.60}} {
		best := math.Inf(1)
		for seed := range uint64(5) {
			res, err := KMeans(t.Context(), points, KMeansOptions{K: c.k, Seed: seed, MaxIterations: 300, SamplePerCentroid: -1})
			if err != nil {
				t.Fatal(err)
			}
			best = min(best, res.Inertia)
		}
		if best > 1.02*c.sklearn {
			t.Errorf("k=%d: inertia %.0f, scikit-learn %.0f", c.k, best, c.sklearn)
		}
	}
}

func TestKMeansResultIsConsistent(t *testing.T) {
	points := digitMatrix(t)
	for _, sample := range []int{-1, 20} {
		for _, spherical := range []bool{false, true} {
			res, err := KMeans(t.Context(), points, KMeansOptions{K: 20, Seed: 7, SamplePerCentroid: sample, Spherical: spherical})
			if err != nil {
				t.Fatal(err)
			}
			var inertia float64
			counts := make([]int, 20)
			unit := make([]float32, points.Dims)
			for i, c := range res.Assignment {
				p := points.Row(i)
				if spherical {
					Normalize(unit, p)
					p = unit
				}
				nearest, least := -1, math.Inf(1)
				for j := range 20 {
					if d := L2.Distance(p, res.Centroids.Row(j)); d < least {
						nearest, least = j, d
					}
				}
				if nearest != int(c) && L2.Distance(p, res.Centroids.Row(int(c))) > least+1e-5 {
					t.Fatalf("row %d is assigned to %d, nearest is %d", i, c, nearest)
				}
				inertia += least * least
				counts[c]++
			}
			if math.Abs(inertia-res.Inertia) > 1e-4*inertia {
				t.Errorf("inertia %g, by definition %g", res.Inertia, inertia)
			}
			if slices.Min(counts) == 0 {
				t.Errorf("an empty list: %v", counts)
			}
			if spherical && math.Abs(Norm(res.Centroids.Row(3))-1) > 1e-6 {
				t.Errorf("a spherical centroid has length %g", Norm(res.Centroids.Row(3)))
			}
		}
	}
}

func TestKMeansDoesNotDependOnProcessors(t *testing.T) { // invariant 4
	points := digitMatrix(t)
	run := func(procs int) *KMeansResult {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		res, err := KMeans(context.Background(), points, KMeansOptions{K: 50, Seed: 3, SamplePerCentroid: 16})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	one := run(1)
	for _, procs := range []int{2, 5} {
		if other := run(procs); !slices.Equal(one.Centroids.Data, other.Centroids.Data) || !slices.Equal(one.Assignment, other.Assignment) || one.Inertia != other.Inertia {
			t.Errorf("another result with %d processors", procs)
		}
	}
}

func TestKMeansRepairsEmptyLists(t *testing.T) {
	// Two far groups and a start that has all centroids in one of them.
	rng := rand.New(rand.NewPCG(1, 1))
	points := NewMatrix(200, 2)
	for i := range 200 {
		points.Row(i)[0] = float32(rng.NormFloat64()) + 1000*float32(i%2)
		points.Row(i)[1] = float32(rng.NormFloat64())
	}
	centroids := NewMatrix(4, 2)
	for c := range 4 {
		centroids.Row(c)[0] = -1e6 * float32(c) // only the first gets rows
	}
	l := lloyd{points: points, centroids: centroids, assignment: make([]uint32, 200), distance: make([]float32, 200)}
	o := KMeansOptions{}
	o.setDefaults()
	if _, err := l.run(t.Context(), &o); err != nil {
		t.Fatal(err)
	}
	counts := make([]int, 4)
	for _, c := range l.assignment {
		counts[c]++
	}
	if slices.Min(counts) == 0 {
		t.Errorf("lists of %v rows", counts)
	}
}

func TestKMeansOfEqualRows(t *testing.T) {
	points := NewMatrix(50, 3)
	for i := range points.Data {
		points.Data[i] = 2
	}
	res, err := KMeans(t.Context(), points, KMeansOptions{K: 4})
	if err != nil || res.Inertia != 0 {
		t.Errorf("inertia %v, error %v", res, err)
	}
}

func TestKMeansErrors(t *testing.T) {
	points := NewMatrix(3, 2)
	var few *TooFewRowsError
	if _, err := KMeans(t.Context(), points, KMeansOptions{K: 4}); !errors.As(err, &few) || few.Rows != 3 || few.K != 4 {
		t.Errorf("four centroids for three rows: %v", err)
	}
	if _, err := KMeans(t.Context(), points, KMeansOptions{}); err == nil {
		t.Error("no centroid was accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	_, err := KMeans(ctx, digitMatrix(t), KMeansOptions{K: 30, Tolerance: -1, Progress: func(int, float64) { calls++; cancel() }})
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("cancelled in the first iteration: %v after %d", err, calls)
	}
}
