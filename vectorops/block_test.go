package vectorops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// eachVariant runs a test once with every kernel variant of this machine.
func eachVariant(t *testing.T, test func(t *testing.T)) {
	all := variants()
	defer all[len(all)-1].use()
	for _, v := range all {
		t.Run(v.name, func(t *testing.T) { v.use(); test(t) })
	}
}

// The kernels, each with its definition in float64 and the sum of the absolute
// terms, by which its rounding error is bounded.
var kernelCases = []struct {
	name  string
	block func(dst, query, vectors []float32)
	term  func(a, b float64) float64
}{
	{"l2", L2Squared, func(a, b float64) float64 { return (a - b) * (a - b) }},
	{"ip", InnerProduct, func(a, b float64) float64 { return a * b }},
	{"l1", L1, func(a, b float64) float64 { return math.Abs(a - b) }},
}

func exact(term func(a, b float64) float64, a, b []float32) (value, bound float64) {
	for i := range a {
		x := term(float64(a[i]), float64(b[i]))
		value += x
		bound += math.Abs(x)
	}
	return value, (bound + math.SmallestNonzeroFloat32) * float64(len(a)+2) * (1.0 / (1 << 23))
}

// randomFloats returns n values that begin off bytes·4 behind a cache line.
func randomFloats(rng *rand.Rand, n, off int) []float32 {
	v := AlignedFloats(n + off)[off:]
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return v
}

func TestKernelsAgainstDefinition(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, k := range kernelCases {
			rng := rand.New(rand.NewPCG(1, 2))
			for d := 0; d <= 300; d++ {
				n, off := d%11, d%17
				query, vectors := randomFloats(rng, d, (off*5)%16), randomFloats(rng, n*d, off)
				dst := make([]float32, n)
				k.block(dst, query, vectors)
				for i, have := range dst {
					want, bound := exact(k.term, query, vectors[i*d:(i+1)*d])
					if math.Abs(float64(have)-want) > bound {
						t.Fatalf("%s of %d dimensions, vector %d of %d: have %g, want %g ± %g", k.name, d, i, n, have, want, bound)
					}
				}
			}
		}
	})
}

func TestKernelsDoNotDependOnPosition(t *testing.T) { // invariant 1
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for _, d := range []int{1, 2, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 127, 128, 200, 257} {
			for n := range 10 {
				queries := Matrix{Dims: d, Data: randomFloats(rng, 7*d, n%5)}
				vectors := Matrix{Dims: d, Data: randomFloats(rng, n*d, d%3)}
				many := make([]float32, 7*n)
				for _, k := range []struct {
					one   func(dst, query, vectors []float32)
					multi func(dst []float32, queries, vectors Matrix)
				}{{L2Squared, L2SquaredMulti}, {InnerProduct, InnerProductMulti}, {L1, L1Multi}} {
					k.multi(many, queries, vectors)
					row := make([]float32, n)
					for q := range 7 {
						k.one(row, queries.Row(q), vectors.Data)
						for i := range n {
							var single [1]float32
							k.one(single[:], append([]float32(nil), vectors.Row(i)...), append(make([]float32, 0, d+3), queries.Row(q)...))
							if many[q*n+i] != row[i] || single[0] != row[i] {
								t.Fatalf("dims %d, %d vectors, pair %d,%d: %x in fours, %x in a row, %x alone and swapped", d, n, q, i,
									math.Float32bits(many[q*n+i]), math.Float32bits(row[i]), math.Float32bits(single[0]))
							}
						}
					}
				}
			}
		}
	})
}

func TestGatherEqualsBlock(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, d := range []int{1, 3, 16, 50, 100, 513} {
			s := NewSet(d)
			for range 2500 {
				s.Append(randomFloats(rng, d, 0))
			}
			view := s.View()
			query := randomFloats(rng, d, 0)
			slots := make([]uint32, 301)
			for i := range slots {
				slots[i] = uint32(rng.IntN(view.Len()))
			}
			for _, m := range []Metric{L2, IP, Cosine, Manhattan} {
				dst := make([]float32, len(slots))
				m.RawAt(dst, query, view, slots)
				for i, slot := range slots {
					var one [1]float32
					m.Raw(one[:], query, view.Vector(int(slot)))
					if dst[i] != one[0] {
						t.Fatalf("%v, dims %d, slot %d: %g gathered, %g alone", m, d, slot, dst[i], one[0])
					}
				}
			}
		}
	})
}

func TestKernelExtremes(t *testing.T) {
	const big, small = math.MaxFloat32, math.SmallestNonzeroFloat32
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		block  func(dst, query, vectors []float32)
		a, b   float32
		expect float32
	}{
		{"l2 overflows", L2Squared, big, -big, inf},
		{"l2 underflows", L2Squared, small, 0, 0},
		{"ip overflows", InnerProduct, big, big, inf},
		{"ip underflows", InnerProduct, small, small, 0},
		{"l1 overflows", L1, big, -big, inf},
		{"l1 of the smallest", L1, small, 0, small},
		{"l1 of zeros", L1, 0, float32(math.Copysign(0, -1)), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachVariant(t, func(t *testing.T) {
				for d := 1; d < 70; d += 4 {
					a, b := make([]float32, d), make([]float32, d)
					a[d/2], b[d/2] = c.a, c.b
					var dst [1]float32
					c.block(dst[:], a, b)
					if dst[0] != c.expect {
						t.Fatalf("dims %d: have %g, want %g", d, dst[0], c.expect)
					}
				}
			})
		})
	}
}

func TestBlockPanicsOnWrongLength(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("a block with a float too many was accepted")
		}
	}()
	L2Squared(make([]float32, 2), make([]float32, 3), make([]float32, 7))
}

// BenchmarkFourQueries is what measuring several queries at once costs for each;
// BenchmarkFormats has a single one.
func BenchmarkFourQueries(b *testing.B) {
	all := variants()
	defer all[len(all)-1].use()
	rng := rand.New(rand.NewPCG(7, 8))
	const n = 128
	for _, d := range []int{100, 784, 1536} {
		queries, vectors := Matrix{d, randomFloats(rng, 4*d, 0)}, Matrix{d, randomFloats(rng, n*d, 0)}
		dst := make([]float32, 4*n)
		for _, v := range all {
			v.use()
			for _, m := range []Metric{L2, IP, Manhattan} {
				b.Run(fmt.Sprintf("%s/%s/dims=%d", m, v.name, d), func(b *testing.B) {
					b.SetBytes(4 * n * int64(d))
					for b.Loop() {
						m.RawMulti(dst, queries, vectors)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n/4, "ns/vector")
				})
			}
		}
	}
}
