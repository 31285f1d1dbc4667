package vectorops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestAssignAgainstDistances(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, d := range []int{1, 3, 16, 33, 100} {
			for _, k := range []int{1, 7, 15, 16, 17, 32, 33, 100, 1000} {
				for _, n := range []int{0, 1, 11, 12, 13, 300} {
					points, centroids := Matrix{d, randomFloats(rng, n*d, 1)}, Matrix{d, randomFloats(rng, k*d, 1)}
					assignment, distance := make([]uint32, n), make([]float32, n)
					if err := Assign(t.Context(), assignment, distance, points, centroids); err != nil {
						t.Fatal(err)
					}
					for i, c := range assignment {
						least := math.Inf(1)
						for j := range k {
							x, _ := exact(kernelCases[0].term, points.Row(i), centroids.Row(j))
							least = min(least, x)
						}
						have, bound := exact(kernelCases[0].term, points.Row(i), centroids.Row(int(c)))
						slack := 1e-6 * (1 + Norm(points.Row(i))*Norm(points.Row(i)))
						if have > least+slack+bound || math.Abs(float64(distance[i])-have) > bound {
							t.Fatalf("dims %d, %d centroids, point %d of %d: number %d at %g (%g), nearest at %g", d, k, i, n, c, distance[i], have, least)
						}
					}
				}
			}
		}
	})
}

func TestAssignTakesTheFirstOfEquals(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		points, centroids := NewMatrix(20, 2), NewMatrix(50, 2)
		assignment, distance := make([]uint32, 20), make([]float32, 20)
		if err := Assign(t.Context(), assignment, distance, points, centroids); err != nil {
			t.Fatal(err)
		}
		for i, c := range assignment {
			if c != 0 || distance[i] != 0 {
				t.Fatalf("point %d: number %d at %g", i, c, distance[i])
			}
		}
	})
}

func BenchmarkAssign(b *testing.B) {
	all := variants()
	defer all[len(all)-1].use()
	rng := rand.New(rand.NewPCG(1, 2))
	for _, d := range []int{100, 784} {
		points, centroids := Matrix{d, randomFloats(rng, 2400*d, 0)}, Matrix{d, randomFloats(rng, 1024*d, 0)}
		assignment, distance := make([]uint32, 2400), make([]float32, 2400)
		for _, v := range all[1:] {
			v.use()
			b.Run(fmt.Sprintf("%s/dims=%d", v.name, d), func(b *testing.B) {
				a := NewAssigner(centroids)
				for b.Loop() {
					if err := a.Assign(b.Context(), assignment, distance, points); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(2*2400*1024*float64(d)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}
