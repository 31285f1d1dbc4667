package vectorops

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"voronoi/internal/float16"
)

// formats holds, for each format that has kernels of its own, values of d
// dimensions that it can hold and the metrics that are asked of it.
var formats = []struct {
	format  Format
	metrics []Metric
	draw    func(rng *rand.Rand, d int) []float32
}{
	{Float32, []Metric{L2, IP, Cosine, Manhattan}, func(rng *rand.Rand, d int) []float32 { return randomFloats(rng, d, 0) }},
	{Float16, []Metric{L2, IP, Cosine, Manhattan}, func(rng *rand.Rand, d int) []float32 {
		v := randomFloats(rng, d, rng.IntN(4))
		for i := range v {
			v[i] = float16.Widen(float16.Round(v[i]))
		}
		return v
	}},
	{Bit, []Metric{Hamming, Jaccard}, func(rng *rand.Rand, d int) []float32 {
		v := make([]float32, d)
		for i := range v {
			v[i] = float32(rng.IntN(2))
		}
		return v
	}},
	{Sparse, []Metric{L2, IP, Cosine, Manhattan}, func(rng *rand.Rand, d int) []float32 {
		v := SparseVector(nil, d)
		for i := range d {
			if rng.IntN(4) == 0 {
				v = AppendSparse(v, i, float32(rng.NormFloat64()))
			}
		}
		return v
	}},
}

// dense is the values of a vector at every index.
func dense(f Format, values []float32) []float32 {
	if f != Sparse {
		return values
	}
	v := make([]float32, sparseDims(values))
	for i := 1; i < len(values); i += 2 {
		v[math.Float32bits(values[i])] = values[i+1]
	}
	return v
}

// The values of a set come back as they went in, and measuring by chunks, by
// slots and by several queries gives what the definition says.
func TestFormatsAgainstDefinition(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		for _, f := range formats {
			rng := rand.New(rand.NewPCG(11, uint64(f.format)))
			for d := 1; d <= 300; d++ {
				if testing.Short() && d > 70 && d%16 > 1 {
					continue
				}
				n := 1 + d%11
				s, vectors := NewSetOf(f.format, d), make([][]float32, n)
				for i := range vectors {
					vectors[i] = f.draw(rng, d)
					s.Append(vectors[i])
				}
				view := s.View()
				queries := Matrix{Dims: d}
				for range 5 {
					queries.Data = append(queries.Data, dense(f.format, f.draw(rng, d))...)
				}
				for i, v := range vectors {
					if have := view.Vector(i); fmt.Sprint(have) != fmt.Sprint(v) {
						t.Fatalf("%v of %d dimensions came back as %v, was %v", f.format, d, have, v)
					}
				}
				slots := make([]uint32, 9)
				for i := range slots {
					slots[i] = uint32(rng.IntN(n))
				}
				for _, m := range f.metrics {
					values := f.draw(rng, d)
					query := view.QueryOf(values)
					chunk, gathered := make([]float32, n), make([]float32, len(slots))
					m.RawChunk(chunk, query, view, 0)
					m.RawAt(gathered, query, view, slots)
					term := kernelCases[m.raw()].term
					for i, have := range chunk {
						want, bound := exact(term, dense(f.format, values), dense(f.format, vectors[i]))
						if math.Abs(float64(have)-want) > bound {
							t.Fatalf("%v, %v of %d dimensions, vector %d: have %g, want %g ± %g", m, f.format, d, i, have, want, bound)
						}
						var one [1]float32
						m.RawAt(one[:], view.Query(nil, i), view, []uint32{uint32(i)})
						if self, _ := exact(term, dense(f.format, vectors[i]), dense(f.format, vectors[i])); m.raw() != rawProduct && one[0] != 0 || math.Abs(float64(one[0])-self) > bound+1e-6*self {
							t.Fatalf("%v, %v of %d dimensions: %g to itself, want %g", m, f.format, d, one[0], self)
						}
					}
					for i, have := range gathered {
						if have != chunk[slots[i]] {
							t.Fatalf("%v, %v of %d dimensions: %g gathered, %g in a row", m, f.format, d, have, chunk[slots[i]])
						}
					}
				}
			}
		}
	})
}

// A distance between halves is that between the same float32s to the last bit,
// however it is asked for.
func TestHalvesMeasureAsFloats(t *testing.T) {
	eachVariant(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(13, 14))
		for d := 1; d <= 300; d++ {
			half, single := NewSetOf(Float16, d), NewSet(d)
			for range 7 {
				v := formats[1].draw(rng, d)
				half.Append(v)
				single.Append(v)
			}
			queries := Matrix{Dims: d, Data: randomFloats(rng, 6*d, d%5)}
			have, want := make([]float32, 6*7), make([]float32, 6*7)
			for _, m := range formats[1].metrics {
				m.RawMultiChunk(have, queries, half.View(), 0)
				m.RawMultiChunk(want, queries, single.View(), 0)
				for i := range want {
					if have[i] != want[i] {
						t.Fatalf("%v of %d dimensions, pair %d: %x of halves, %x of floats", m, d, i, math.Float32bits(have[i]), math.Float32bits(want[i]))
					}
				}
			}
		}
	})
}

func TestHalfExtremes(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	values := []float32{0, float32(math.Copysign(0, -1)), 65504, -65504, 1.0 / (1 << 24), -1.0 / (1 << 24), 1.0 / (1 << 14), inf, -inf, nan}
	eachVariant(t, func(t *testing.T) {
		for d := 1; d < 70; d++ {
			for _, x := range values {
				v := make([]float32, d)
				v[d/2] = x
				half, single := NewSetOf(Float16, d), NewSet(d)
				half.Append(v)
				single.Append(v)
				for _, y := range values {
					query := make([]float32, d)
					query[d/2] = y
					for _, m := range []Metric{L2, IP, Manhattan} {
						var have, want [1]float32
						m.RawChunk(have[:], query, half.View(), 0)
						m.RawChunk(want[:], query, single.View(), 0)
						if have != want && (have[0] == have[0] || want[0] == want[0]) {
							t.Fatalf("%v of %d dimensions between %g and %g: %g of halves, %g of floats", m, d, x, y, have[0], want[0])
						}
					}
				}
			}
		}
	})
}

func TestHalfConversionIsExact(t *testing.T) {
	all, floats := make([]uint16, 1<<16), make([]float32, 1<<16)
	for i := range all {
		all[i] = uint16(i)
	}
	eachVariant(t, func(t *testing.T) {
		for from := 0; from < len(all); from += 997 {
			h := all[from:min(from+997, len(all))]
			f := floats[from : from+len(h)]
			widenHalves(f, h)
			back := make([]uint16, len(h))
			roundHalves(back, f)
			for i, x := range f {
				if want := float16.Widen(h[i]); math.Float32bits(x) != math.Float32bits(want) || back[i] != float16.Round(x) {
					t.Fatalf("%#04x became %g, want %g, and %#04x", h[i], x, want, back[i])
				}
			}
		}
		rng := rand.New(rand.NewPCG(15, 16))
		for range 2000 {
			f := make([]float32, rng.IntN(40))
			for i := range f {
				f[i] = math.Float32frombits(rng.Uint32())
			}
			h := make([]uint16, len(f))
			roundHalves(h, f)
			for i := range f {
				if want := float16.Round(f[i]); h[i] != want {
					t.Fatalf("%x became %#04x, want %#04x", math.Float32bits(f[i]), h[i], want)
				}
			}
		}
	})
}

// The expected values are those of pgvector's own regression tests.
func TestBitDistances(t *testing.T) {
	long, mixed := "", ""
	for range 19 {
		long, mixed = long+"11111111", mixed+"00001111"
	}
	values := func(s string) []float32 {
		v := make([]float32, len(s))
		for i := range s {
			v[i] = float32(s[i] - '0')
		}
		return v
	}
	for _, c := range []struct {
		a, b             string
		hamming, jaccard float64
	}{
		{"111", "111", 0, 0},
		{"111", "110", 1, 0.33333333333333337},
		{"111", "100", 2, 0.6666666666666667},
		{"111", "000", 3, 1},
		{"1111", "1110", 1, 0.25},
		{"000", "000", 0, 1},
		{long, mixed, 19 * 4, 0.5},
		{long, long, 0, 0},
	} {
		a, b := values(c.a), values(c.b)
		s := NewSetOf(Bit, len(a))
		s.Append(a)
		view := s.View()
		for m, want := range map[Metric]float64{Hamming: c.hamming, Jaccard: c.jaccard} {
			var raw [1]float32
			var rank [1]float64
			m.RawChunk(raw[:], view.QueryOf(b), view, 0)
			m.Rank(rank[:], raw[:], SquaredNorm(b), []float32{SquaredNorm(a)})
			if have := m.FromRank(rank[0]); have != want || m.Distance(a, b) != want {
				t.Errorf("%v of %s and %s: have %v and %v, want %v", m, c.a, c.b, have, m.Distance(a, b), want)
			}
		}
	}
}

func FuzzFormats(f *testing.F) {
	f.Add(uint64(1), uint16(100), uint8(3))
	f.Fuzz(func(t *testing.T, seed uint64, dims uint16, of uint8) {
		form := formats[int(of)%len(formats)]
		d := 1 + int(dims)%2000
		rng := rand.New(rand.NewPCG(seed, 0))
		s := NewSetOf(form.format, d)
		values := make([][]float32, 1+rng.IntN(9))
		for i := range values {
			values[i] = form.draw(rng, d)
			s.Append(values[i])
		}
		query := form.draw(rng, d)
		all := variants()
		defer all[len(all)-1].use()
		for _, v := range all {
			v.use()
			dst := make([]float32, len(values))
			for _, m := range form.metrics {
				m.RawChunk(dst, s.View().QueryOf(query), s.View(), 0)
				for i, have := range dst {
					if want, bound := exact(kernelCases[m.raw()].term, dense(form.format, query), dense(form.format, values[i])); math.Abs(float64(have)-want) > bound {
						t.Fatalf("%s: %v, %v of %d dimensions: have %g, want %g ± %g", v.name, m, form.format, d, have, want, bound)
					}
				}
			}
		}
	})
}

func BenchmarkFormats(b *testing.B) {
	all := variants()
	defer all[len(all)-1].use()
	for _, f := range formats {
		for _, d := range []int{100, 784, 1536} {
			rng := rand.New(rand.NewPCG(17, 18))
			s, row := NewSetOf(f.format, d), 4*f.format.words(d)
			n := min(256, 1<<s.shift)
			for range n {
				s.Append(f.draw(rng, d))
			}
			view, dst := s.View(), make([]float32, n)
			query := view.QueryOf(f.draw(rng, d))
			for _, v := range all {
				v.use()
				for _, m := range f.metrics {
					if m == Cosine || f.format == Sparse && v.name != "go" {
						continue // measured as the inner product; has no other variant
					}
					b.Run(fmt.Sprintf("%s/%s/%s/dims=%d", f.format, m, v.name, d), func(b *testing.B) {
						if f.format != Sparse {
							b.SetBytes(int64(n * row))
						}
						for b.Loop() {
							m.RawChunk(dst, query, view, 0)
						}
						b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/vector")
					})
				}
			}
		}
	}
}
