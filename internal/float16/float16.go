// Package float16 converts between float32 and the half precision of IEEE 754:
// 16 bits, of which 5 are the exponent and 10 the fraction.
package float16

import "math"

// Widen is the float32 of the same value.
func Widen(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	exponent := uint32(h >> 10 & 0x1f)
	fraction := uint32(h & 0x3ff)
	switch exponent {
	case 0:
		v := float32(fraction) / (1 << 24)
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 0x1f:
		if fraction != 0 {
			fraction |= 0x200 // quiet, as processors make it
		}
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// Round is the nearest half, ties to even; what is too large becomes infinite.
func Round(x float32) uint16 {
	u := math.Float32bits(x)
	sign := uint16(u >> 16 & 0x8000)
	u &= 0x7fffffff
	switch {
	case u > 0x7f800000:
		return sign | 0x7e00 | uint16(u>>13&0x3ff)
	case u >= 0x47800000: // 65536 and above
		return sign | 0x7c00
	case u < 0x38800000: // below the smallest normal half
		scaled := float64(math.Float32frombits(u)) * (1 << 24)
		return sign | uint16(math.RoundToEven(scaled))
	}
	// The exponent's bias changes from 127 to 15; a carry out of the fraction
	// rightly reaches the exponent.
	half := u - 112<<23
	half += 0xfff + half>>13&1
	return sign | uint16(half>>13)
}

// IsInf reports whether a half is infinite.
func IsInf(h uint16) bool { return h&0x7fff == 0x7c00 }
