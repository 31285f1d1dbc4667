package vectorops

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestTabulate(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for _, n := range []int{16, 32, 256} {
			for _, parts := range []int{1, 2, 7, 50} {
				for _, terms := range []int{1, 2, 3, 9} {
					weights, rows := randomRow(rng, parts*terms), randomRow(rng, parts*terms*n)
					dst, bounds := make([]float32, parts*n), make([]float32, 2*parts)
					Tabulate(dst, bounds, weights, rows, n)
					widest := float32(0)
					for j := range parts {
						least, most := dst[j*n], dst[j*n]
						for i := range n {
							want, size := 0.0, 0.0
							for k := range terms {
								x := float64(weights[j*terms+k]) * float64(rows[(j*terms+k)*n+i])
								want, size = want+x, size+math.Abs(x)
							}
							have := dst[j*n+i]
							if math.Abs(float64(have)-want) > 1e-6*(size+1) {
								t.Fatalf("n=%d, %d parts of %d terms: entry %d of part %d is %v, not %v", n, parts, terms, i, j, have, want)
							}
							least, most = min(least, have), max(most, have)
						}
						if bounds[2*j] != least || bounds[2*j+1] != most {
							t.Fatalf("n=%d: part %d lies between %v and %v, not %v", n, j, least, most, bounds[2*j:2*j+2])
						}
						widest = max(widest, most-least)
					}
					factor, bytes := 255/widest, make([]byte, parts*n)
					TableBytes(bytes, dst, bounds, factor, n)
					for i, b := range bytes {
						if want := float64((dst[i] - bounds[i/n*2]) * factor); math.Abs(float64(b)-want) > 0.502 {
							t.Fatalf("n=%d: %v has become %d", n, want, b)
						}
					}
				}
			}
		}
	})
}

func randomRow(rng *rand.Rand, n int) []float32 {
	xs := make([]float32, n)
	for i := range xs {
		xs[i] = float32(rng.NormFloat64())
	}
	return xs
}

func BenchmarkTabulate(b *testing.B) {
	all := variants()
	defer all[len(all)-1].use()
	const parts, terms, n = 50, 3, 256 // 100 dimensions by bytes
	rng := rand.New(rand.NewPCG(3, 4))
	weights, rows := randomRow(rng, parts*terms), randomRow(rng, parts*terms*n)
	dst, bounds, bytes := make([]float32, parts*n), make([]float32, 2*parts), make([]byte, parts*n)
	for _, v := range all {
		v.use()
		b.Run(v.name, func(b *testing.B) {
			for b.Loop() {
				Tabulate(dst, bounds, weights, rows, n)
				TableBytes(bytes, dst, bounds, 10, n)
			}
		})
	}
}
