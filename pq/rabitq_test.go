package pq

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"voronoi/vectorops"
)

func TestHadamardIsARotation(t *testing.T) {
	for _, shape := range [][2]int{{1, 4}, {3, 4}, {4, 4}, {5, 8}, {7, 12}, {64, 64}, {100, 100}, {100, 128}, {784, 784}, {1000, 1000}} {
		h := NewHadamard(shape[0], shape[1], 1)
		checkIsometric(t, h)
		// A vector along one axis is spread over all.
		vec, out := make([]float32, h.In()), make([]float32, h.Out())
		vec[h.In()-1] = 1
		h.Apply(out, vec)
		for i, x := range out {
			if math.Abs(float64(x)) > 6/math.Sqrt(float64(len(out))) {
				t.Errorf("%v: value %d is %v", shape, i, x)
			}
		}
	}
}

// The estimate is unbiased: over many rotations it comes to the product. Its
// error shrinks with the root of the dimensions.
func TestBinaryIsUnbiased(t *testing.T) {
	for _, dims := range []int{16, 100, 512} {
		rng := rand.New(rand.NewPCG(5, uint64(dims)))
		r, y := make([]float32, dims), make([]float32, dims)
		for i := range r {
			r[i] = float32(rng.NormFloat64())
			y[i] = r[i]/2 + float32(rng.NormFloat64())
		}
		want := -vectorops.IP.Distance(r, y)
		scale := math.Sqrt(float64(vectorops.SquaredNorm(r)) * float64(vectorops.SquaredNorm(y)))
		const draws = 2000
		var sum, square float64
		for seed := range draws {
			b := NewBinary(dims, uint64(seed))
			rotated, code := make([]float32, b.Out()), make([]byte, b.Parts())
			b.Apply(rotated, r)
			factor := b.Encode(code, rotated)
			b.Apply(rotated, y)
			e := float64(b.Estimate(code, factor, rotated)) - want
			sum += e
			square += e * e
		}
		mean, deviation := sum/draws, math.Sqrt(square/draws)
		if math.Abs(mean) > 5*deviation/math.Sqrt(draws) {
			t.Errorf("%d dimensions: off by %v on average, with a deviation of %v", dims, mean, deviation)
		}
		if deviation > 1.2*scale/math.Sqrt(float64(dims)) {
			t.Errorf("%d dimensions: a deviation of %v for a scale of %v", dims, deviation, scale)
		}
	}
}

func TestBinaryScan(t *testing.T) {
	for _, dims := range []int{1, 5, 20, 64} {
		t.Run(fmt.Sprint(dims), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(6, uint64(dims)))
			b := NewBinary(dims, 9)
			const n = 100
			block := b.Layout().BlockBytes()
			packed := make([]byte, 2*block)
			codes := make([][]byte, n)
			vec, rotated := make([]float32, dims), make([]float32, b.Out())
			for i := range n {
				for k := range vec {
					vec[k] = float32(rng.NormFloat64())
				}
				b.Apply(rotated, vec)
				codes[i] = make([]byte, b.Parts())
				b.Encode(codes[i], rotated)
				b.Layout().Pack(packed[i/vectorops.ScanBlock*block:], i%vectorops.ScanBlock, codes[i])
			}
			var scan ScanTable
			b.Tabulate(&scan, rotated)
			sums, hits := make([]uint16, 2*vectorops.ScanBlock), make([]uint64, 2)
			scan.Scan(sums, hits, n, packed, 65535, nil)
			for i, code := range codes {
				s := sums[i/vectorops.ScanBlock*vectorops.ScanBlock+vectorops.ScanIndex(i%vectorops.ScanBlock)]
				have, want := scan.Bias+float32(s)*scan.Step, b.Estimate(code, 1, rotated)
				if math.Abs(float64(have-want)) > float64(scan.Step)*(float64(b.Parts())/2+0.1)+1e-4 {
					t.Fatalf("scanned %v, estimated %v, step %v", have, want, scan.Step)
				}
			}
		})
	}
}

func TestBinaryOfZeros(t *testing.T) {
	b := NewBinary(8, 1)
	code, zeros := make([]byte, b.Parts()), make([]float32, b.Out())
	if factor := b.Encode(code, zeros); factor != 0 {
		t.Errorf("factor %v", factor)
	}
	var scan ScanTable
	b.Tabulate(&scan, zeros)
	if scan.Step != 0 || scan.Bias != 0 {
		t.Errorf("have %+v", scan)
	}
}

func BenchmarkHadamard(b *testing.B) {
	for _, d := range []int{100, 768, 1024} {
		h := NewHadamard(d, d, 1)
		vec, out := make([]float32, d), make([]float32, d)
		b.Run(fmt.Sprint(d), func(b *testing.B) {
			for b.Loop() {
				h.Apply(out, vec)
			}
		})
	}
}
