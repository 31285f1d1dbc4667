package vectorops

import (
	"math"
	"testing"
)

// The expected values are those of pgvector's own regression tests and of its
// operators on the same input.
func TestMetricDistance(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		metric Metric
		a, b   []float32
		want   float64
	}{
		{L2, []float32{0, 0}, []float32{3, 4}, 5},
		{L2, []float32{0, 0}, []float32{0, 1}, 1},
		{L2, []float32{3e38}, []float32{-3e38}, math.Inf(1)},
		{L2, []float32{1, 1, 1, 1, 1, 1, 1, 1, 1}, []float32{1, 1, 1, 1, 1, 1, 1, 4, 5}, 5},
		{IP, []float32{1, 2}, []float32{3, 4}, -11},
		{IP, []float32{3e38}, []float32{3e38}, math.Inf(-1)},
		{Cosine, []float32{1, 2}, []float32{2, 4}, 0},
		{Cosine, []float32{1, 2}, []float32{0, 0}, nan},
		{Cosine, []float32{1, 1}, []float32{1, 1}, 0},
		{Cosine, []float32{1, 0}, []float32{0, 2}, 1},
		{Cosine, []float32{1, 1}, []float32{-1, -1}, 2},
		{Cosine, []float32{1, 1}, []float32{1.1, 1.1}, 0},
		{Cosine, []float32{3e38}, []float32{3e38}, nan},
		{Manhattan, []float32{0, 0}, []float32{3, 4}, 7},
		{Manhattan, []float32{3e38}, []float32{-3e38}, math.Inf(1)},
	} {
		have := c.metric.Distance(c.a, c.b)
		if have != c.want && !(math.IsNaN(have) && math.IsNaN(c.want)) {
			t.Errorf("%v %v %v: have %v, want %v", c.a, c.metric, c.b, have, c.want)
		}
	}
}

func TestMetricNames(t *testing.T) {
	for m := L2; m <= Jaccard; m++ {
		if back, ok := ParseMetric(m.String()); !ok || back != m {
			t.Errorf("%v parses as %v, %v", m, back, ok)
		}
	}
	if _, ok := ParseMetric("chebyshev"); ok {
		t.Error("a metric that is not offered was found")
	}
}

func TestNormalize(t *testing.T) {
	v := []float32{3, 4}
	if !Normalize(v, v) || v[0] != 0.6 || v[1] != 0.8 {
		t.Errorf("have %v", v)
	}
	if Normalize(v, []float32{0, 0}) || v[0] != 0 || v[1] != 0 {
		t.Errorf("the zero vector became %v", v)
	}
	if n := Norm([]float32{3e38, 3e38}); math.IsInf(n, 0) {
		t.Error("the norm of large values overflows")
	}
	if d := SphericalDistance([]float32{1, 0}, []float32{0, 1}); d != 0.5 {
		t.Errorf("a right angle is %v", d)
	}
}

func TestDistanceDoesNotAllocate(t *testing.T) {
	a, b := make([]float32, 100), make([]float32, 100)
	for m := L2; m <= Manhattan; m++ {
		if n := testing.AllocsPerRun(100, func() { m.Distance(a, b) }); n != 0 {
			t.Errorf("%v allocates %v times", m, n)
		}
	}
}

func BenchmarkDistance(b *testing.B) {
	x, y := make([]float32, 768), make([]float32, 768)
	for m := L2; m <= Manhattan; m++ {
		b.Run(m.String(), func(b *testing.B) {
			for b.Loop() {
				m.Distance(x, y)
			}
		})
	}
}
