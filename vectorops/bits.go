package vectorops

import (
	"encoding/binary"
	"math/bits"
)

// Hamming is the number of bits in which two strings of bits differ, the
// operator <~>. They have the same length; bits that fill up the last byte are
// zero.
func Hamming(a, b []byte) float64 {
	n := 0
	for len(a) >= 8 {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(a) ^ binary.LittleEndian.Uint64(b))
		a, b = a[8:], b[8:]
	}
	for i, x := range a {
		n += bits.OnesCount8(x ^ b[i])
	}
	return float64(n)
}

// Jaccard is one minus the part of the bits set in either of two strings of
// bits that are set in both, the operator <%>. It is 1 when none is set in
// both, also when none is set at all.
func Jaccard(a, b []byte) float64 {
	both, either := 0, 0
	for len(a) >= 8 {
		x, y := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
		both, either = both+bits.OnesCount64(x&y), either+bits.OnesCount64(x|y)
		a, b = a[8:], b[8:]
	}
	for i, x := range a {
		both, either = both+bits.OnesCount8(x&b[i]), either+bits.OnesCount8(x|b[i])
	}
	if both == 0 {
		return 1
	}
	return 1 - float64(both)/float64(either)
}
