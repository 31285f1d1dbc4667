package ivf

import (
	"math/bits"
	"slices"
)

func trailingZeros(x uint64) int { return bits.TrailingZeros64(x) }

// selectLeast moves the k least of a to its front, in any order (Hoare's
// quickselect).
func selectLeast(a []uint64, k int) {
	for lo, hi := 0, len(a); k > lo && k < hi; {
		if hi-lo < 16 {
			slices.Sort(a[lo:hi])
			return
		}
		x, y, z := a[lo], a[(lo+hi)/2], a[hi-1]
		pivot := max(min(x, y), min(max(x, y), z))
		i, j := lo, hi-1
		for i <= j {
			for a[i] < pivot {
				i++
			}
			for a[j] > pivot {
				j--
			}
			if i <= j {
				a[i], a[j] = a[j], a[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j + 1
		case k >= i:
			lo = i
		default:
			return
		}
	}
}
