package pq

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"voronoi/vectorops"
)

// applied is the image of every row.
func applied(tr Transform, m vectorops.Matrix) vectorops.Matrix {
	out := vectorops.NewMatrix(m.Rows(), tr.Out())
	for i := range m.Rows() {
		tr.Apply(out.Row(i), m.Row(i))
	}
	return out
}

// checkIsometric fails unless a transform keeps the products of vectors.
func checkIsometric(t *testing.T, tr Transform) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(tr.In())))
	a, b := make([]float32, tr.In()), make([]float32, tr.In())
	ra, rb := make([]float32, tr.Out()), make([]float32, tr.Out())
	for range 20 {
		for i := range a {
			a[i], b[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
		}
		tr.Apply(ra, a)
		tr.Apply(rb, b)
		have, want := vectorops.IP.Distance(ra, rb), vectorops.IP.Distance(a, b)
		if math.Abs(have-want) > 1e-4*float64(len(a)) {
			t.Fatalf("from %d to %d dimensions: a product of %v becomes %v", tr.In(), tr.Out(), want, have)
		}
	}
}

// correlated are vectors whose values say much of each other, so that cutting
// them into parts loses much.
func correlated(rows, dims int) vectorops.Matrix {
	rng := rand.New(rand.NewPCG(7, 8))
	mixing := vectorops.NewMatrix(dims, dims)
	for i := range mixing.Data {
		mixing.Data[i] = float32(rng.NormFloat64())
	}
	m := vectorops.NewMatrix(rows, dims)
	source := make([]float32, dims)
	for i := range rows {
		for k := range source {
			source[k] = float32(rng.NormFloat64()) / float32(k+1)
		}
		vectorops.InnerProduct(m.Row(i), source, mixing.Data)
	}
	return m
}

func TestRotationLosesLess(t *testing.T) {
	for name, vectors := range map[string]vectorops.Matrix{"digits": digitMatrix(t), "correlated": correlated(2000, 24)} {
		for _, o := range []RotationOptions{{M: 4, Ksub: 16}, {M: 8, Ksub: 16}, {M: 8, Ksub: 64}} {
			rotation, err := TrainRotation(t.Context(), vectors, o)
			if err != nil {
				t.Fatal(err)
			}
			checkIsometric(t, rotation)
			book := Options{M: o.M, Ksub: o.Ksub}
			before := train(t, vectors, book).MSE(vectors)
			rotated := applied(rotation, vectors)
			after := train(t, rotated, book).MSE(rotated)
			t.Logf("%s, m=%d, ksub=%d: MSE %.2f, rotated %.2f", name, o.M, o.Ksub, before, after)
			if after > 0.98*before {
				t.Errorf("%s, m=%d, ksub=%d: MSE %.2f, rotated %.2f", name, o.M, o.Ksub, before, after)
			}
		}
	}
}

func TestRotationKeepsTheWidest(t *testing.T) {
	vectors := correlated(2000, 24)
	rotation, err := TrainRotation(t.Context(), vectors, RotationOptions{M: 4, Ksub: 16, Dims: 10})
	if err != nil {
		t.Fatal(err)
	}
	var kept, all float64
	for i := range vectors.Rows() {
		all += float64(vectorops.SquaredNorm(vectors.Row(i)))
	}
	for rows, i := applied(rotation, vectors), 0; i < rows.Rows(); i++ {
		kept += float64(vectorops.SquaredNorm(rows.Row(i)))
	}
	if rotation.Out() != 10 || kept < 0.9*all || kept > all {
		t.Errorf("%d dimensions keep %v of %v", rotation.Out(), kept, all)
	}
}

// More parts than dimensions divide into, constant dimensions, and hardly more
// rows than centroids.
func TestRotationOfOddShapes(t *testing.T) {
	vectors := correlated(40, 10)
	for i := range vectors.Rows() {
		vectors.Row(i)[3], vectors.Row(i)[7] = 0, 1
	}
	for _, o := range []RotationOptions{{M: 1, Ksub: 1}, {M: 3, Ksub: 16}, {M: 6, Ksub: 40}, {M: 10, Ksub: 16}, {M: 4, Ksub: 16, Dims: 7}} {
		rotation, err := TrainRotation(t.Context(), vectors, o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range rotation.Out() {
			for k := range i + 1 {
				want := 0.0
				if i == k {
					want = 1
				}
				if p := -vectorops.IP.Distance(rotation.Matrix.Row(i), rotation.Matrix.Row(k)); math.Abs(p-want) > 1e-5 {
					t.Fatalf("%+v: the product of rows %d and %d is %v", o, i, k, p)
				}
			}
		}
	}
}

func TestRotationIsDeterministic(t *testing.T) {
	o := RotationOptions{M: 4, Ksub: 16, Seed: 3, Rounds: 2}
	a, err := TrainRotation(t.Context(), digitMatrix(t), o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := TrainRotation(t.Context(), digitMatrix(t), o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Matrix.Data, b.Matrix.Data) {
		t.Error("the same seed gives another rotation")
	}
}

func TestRotationErrors(t *testing.T) {
	vectors := correlated(20, 10)
	for message, o := range map[string]RotationOptions{
		"11 dimensions cannot be kept of 10":      {M: 2, Ksub: 4, Dims: 11},
		"m must be between 1 and 10, not 0":       {Ksub: 4},
		"m must be between 1 and 5, not 6":        {M: 6, Ksub: 4, Dims: 5},
		"ksub must be between 1 and 256, not 257": {M: 2, Ksub: 257},
		"too few rows: 20 for 21 centroids":       {M: 2, Ksub: 21},
	} {
		if _, err := TrainRotation(t.Context(), vectors, o); err == nil || err.Error() != message {
			t.Errorf("have %v, want %s", err, message)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := TrainRotation(ctx, vectors, RotationOptions{M: 2, Ksub: 4, Progress: func(int, int) { cancel() }}); !errors.Is(err, ctx.Err()) || err == nil {
		t.Errorf("have %v", err)
	}
}
