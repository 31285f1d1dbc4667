package vectorops

import "slices"

// Ranking delivers candidates in order and sorts only as far as it is asked:
// the first of many cost one partition of all, and all of them no more than a
// sort.
type Ranking struct {
	items  []Candidate
	next   int // the first not delivered
	sorted int // items[:sorted] are in order and before all others
	window int // how many to sort at the next need
}

// firstWindow is how many candidates are sorted first; each further window is
// four times as long.
const firstWindow = 32

// Reset empties r and keeps its memory.
func (r *Ranking) Reset() { *r = Ranking{items: r.items[:0], window: firstWindow} }

// Add adds candidates. None may come before one that was already delivered if
// the whole delivery is to be in order.
func (r *Ranking) Add(cs ...Candidate) {
	r.items = append(r.items, cs...)
	// What was sorted but not delivered may now have earlier company.
	r.sorted = r.next
}

// Len is the number not yet delivered.
func (r *Ranking) Len() int { return len(r.items) - r.next }

// Next removes and returns the first candidate.
func (r *Ranking) Next() (Candidate, bool) {
	if r.next == len(r.items) {
		return Candidate{}, false
	}
	if r.next == r.sorted {
		r.sortMore()
	}
	c := r.items[r.next]
	r.next++
	return c, true
}

func (r *Ranking) sortMore() {
	rest := r.items[r.sorted:]
	k := min(max(r.window, firstWindow), len(rest))
	partition(rest, k)
	slices.SortFunc(rest[:k], Candidate.compare)
	r.sorted += k
	r.window = 4 * k
}

// partition moves the first k in order to the front (quickselect, Hoare's
// partition with a median of three).
func partition(a []Candidate, k int) {
	for lo, hi := 0, len(a); hi-lo > 1 && k > lo && k < hi; {
		if hi-lo <= 2*firstWindow {
			slices.SortFunc(a[lo:hi], Candidate.compare)
			return
		}
		x, y, z := a[lo], a[(lo+hi)/2], a[hi-1]
		if y.Before(x) {
			x, y = y, x
		}
		if z.Before(y) {
			y = z
			if y.Before(x) {
				y = x
			}
		}
		pivot := y
		i, j := lo, hi-1
		for i <= j {
			for a[i].Before(pivot) {
				i++
			}
			for pivot.Before(a[j]) {
				j--
			}
			if i <= j {
				a[i], a[j] = a[j], a[i]
				i++
				j--
			}
		}
		switch {
		case k <= j+1:
			hi = j + 1
		case k >= i:
			lo = i
		default:
			return
		}
	}
}
