package pq

import (
	"math"
	"math/rand/v2"
)

// Hadamard is a random rotation that is fast and needs little memory: rounds of
// random signs and Walsh–Hadamard transforms (Ailon and Chazelle, "The fast
// Johnson–Lindenstrauss transform", 2009), as binary quantization wants it. A
// transform is of a power of two of values; where there are more, it takes the
// first and the last ones in turn, and a round of sums and differences of the
// halves mixes them.
type Hadamard struct {
	in, out, power int
	signs          [hadamardRounds][]float32 // 1 or -1, scaled so that lengths stay
}

const hadamardRounds = 4

// NewHadamard draws a rotation of vectors of length in, filled up with zeros to
// length out, which must be even and at least in. The same seed gives the same.
func NewHadamard(in, out int, seed uint64) *Hadamard {
	h := &Hadamard{in: in, out: out, power: 1}
	for 2*h.power <= out {
		h.power *= 2
	}
	rng := rand.New(rand.NewPCG(seed, 0x686164)) // "had"
	for r := range h.signs {
		h.signs[r] = make([]float32, out)
		for i := range h.signs[r] {
			h.signs[r][i] = 1
			if rng.Uint64()&1 == 1 {
				h.signs[r][i] = -1
			}
		}
		scale := float32(1 / math.Sqrt(float64(h.power)))
		for i := range h.power {
			h.signs[r][h.window(r)+i] *= scale
		}
		if h.power < out { // the mixing of halves doubles squares
			for i := range h.signs[r] {
				h.signs[r][i] *= float32(math.Sqrt(0.5))
			}
		}
	}
	return h
}

// window is where the transform of a round begins.
func (h *Hadamard) window(round int) int { return round % 2 * (h.out - h.power) }

// In is the length of the vectors.
func (h *Hadamard) In() int { return h.in }

// Out is the length that they are filled up to.
func (h *Hadamard) Out() int { return h.out }

// Apply rotates a vector.
func (h *Hadamard) Apply(dst, vec []float32) {
	dst = dst[:h.out]
	clear(dst[copy(dst, vec[:h.in]):])
	for r, signs := range h.signs {
		signs = signs[:len(dst)]
		for i := range dst {
			dst[i] *= signs[i]
		}
		at := h.window(r)
		walshHadamard(dst[at : at+h.power])
		if h.power < h.out {
			a, b := dst[:h.out/2], dst[h.out/2:]
			b = b[:len(a)]
			for i, x := range a {
				a[i], b[i] = x+b[i], x-b[i]
			}
		}
	}
}

// walshHadamard transforms a power of two of values in place: at each level,
// sums and differences of values that are step apart.
func walshHadamard(x []float32) {
	step := 1
	for ; 4*step <= len(x); step *= 4 { // two levels at once
		for lo := 0; lo < len(x); lo += 4 * step {
			a, b, c, d := x[lo:lo+step], x[lo+step:lo+2*step], x[lo+2*step:lo+3*step], x[lo+3*step:lo+4*step]
			b, c, d = b[:len(a)], c[:len(a)], d[:len(a)]
			for i := range a {
				s, t, u, v := a[i]+b[i], a[i]-b[i], c[i]+d[i], c[i]-d[i]
				a[i], b[i], c[i], d[i] = s+u, t+v, s-u, t-v
			}
		}
	}
	if step < len(x) {
		a, b := x[:step], x[step:]
		b = b[:len(a)]
		for i, p := range a {
			a[i], b[i] = p+b[i], p-b[i]
		}
	}
}
