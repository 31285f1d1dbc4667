package vectorops

import "testing"

func TestBitDistances(t *testing.T) {
	long := make([]byte, 19)
	mixed := make([]byte, 19)
	for i := range long {
		long[i], mixed[i] = 0xff, 0x0f
	}
	for _, c := range []struct {
		a, b             []byte
		hamming, jaccard float64
	}{
		{nil, nil, 0, 1},
		{[]byte{0b11100000}, []byte{0b11100000}, 0, 0},
		{[]byte{0b11100000}, []byte{0b00000000}, 3, 1},
		{[]byte{0b11110000}, []byte{0b11100000}, 1, 0.25},
		{[]byte{0b11110000}, []byte{0b10000000}, 3, 0.75},
		{[]byte{0}, []byte{0}, 0, 1},
		{long, mixed, 19 * 4, 0.5},
		{long, long, 0, 0},
	} {
		if have := Hamming(c.a, c.b); have != c.hamming {
			t.Errorf("%08b <~> %08b: %v, want %v", c.a, c.b, have, c.hamming)
		}
		if have := Jaccard(c.a, c.b); have != c.jaccard {
			t.Errorf("%08b <%%> %08b: %v, want %v", c.a, c.b, have, c.jaccard)
		}
	}
}
