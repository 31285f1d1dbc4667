package float16

import (
	"math"
	"testing"
)

func TestEveryHalfSurvives(t *testing.T) {
	for h := range 1 << 16 {
		x := Widen(uint16(h))
		back := Round(x)
		if x != x {
			// A NaN stays one, of the same sign, and is quiet.
			if !math.IsNaN(float64(Widen(back))) || back != uint16(h)|0x200 {
				t.Fatalf("NaN %#04x became %#04x", h, back)
			}
			continue
		}
		if back != uint16(h) {
			t.Fatalf("%#04x is %g, which is %#04x", h, x, back)
		}
	}
}

// Between two neighboring halves everything goes to the nearer one, and the
// middle to the even one.
func TestRoundToNearestEven(t *testing.T) {
	for h := range uint16(0x7bff) {
		low, high := float64(Widen(h)), float64(Widen(h+1))
		middle := float32((low + high) / 2)
		even := h + h&1
		for _, c := range []struct {
			x    float32
			want uint16
		}{
			{middle, even},
			{math.Nextafter32(middle, 0), h},
			{math.Nextafter32(middle, math.MaxFloat32), h + 1},
		} {
			if have := Round(c.x); have != c.want {
				t.Fatalf("%g between %#04x and %#04x became %#04x", c.x, h, h+1, have)
			}
			if have := Round(-c.x); have != c.want|0x8000 {
				t.Fatalf("%g became %#04x", -c.x, have)
			}
		}
	}
	for x, want := range map[float32]uint16{65519.996: 0x7bff, 65520: 0x7c00, 1e30: 0x7c00, float32(math.Inf(-1)): 0xfc00} {
		if have := Round(x); have != want {
			t.Errorf("%g became %#04x, want %#04x", x, have, want)
		}
	}
}
