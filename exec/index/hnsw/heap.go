package hnsw

import "voronoi/exec/index"

// near is a node and its approximate rank from the query.
type near struct {
	rank float32
	slot index.Slot
}

// before orders by rank, then slot, so that equal ranks never make a result
// depend on the course of a search.
func (a near) before(b near) bool { return a.rank < b.rank || a.rank == b.rank && a.slot < b.slot }

func (a near) compare(b near) int {
	if a.before(b) {
		return -1
	}
	return 1
}

// nearest is a heap whose root is the nearest.
type nearest []near

func (h *nearest) push(x near) {
	*h = append(*h, x)
	a, i := *h, len(*h)-1
	for i > 0 {
		p := (i - 1) / 2
		if !x.before(a[p]) {
			break
		}
		a[i] = a[p]
		i = p
	}
	a[i] = x
}

func (h *nearest) pop() near {
	a := *h
	top, x := a[0], a[len(a)-1]
	a = a[:len(a)-1]
	*h = a
	i := 0
	for {
		c := 2*i + 1
		if c >= len(a) {
			break
		}
		if c+1 < len(a) && a[c+1].before(a[c]) {
			c++
		}
		if !a[c].before(x) {
			break
		}
		a[i] = a[c]
		i = c
	}
	if len(a) > 0 {
		a[i] = x
	}
	return top
}

// farthest is a heap whose root is the farthest.
type farthest []near

func (h *farthest) push(x near) {
	*h = append(*h, x)
	a, i := *h, len(*h)-1
	for i > 0 {
		p := (i - 1) / 2
		if !a[p].before(x) {
			break
		}
		a[i] = a[p]
		i = p
	}
	a[i] = x
}

func (h *farthest) pop() near {
	a := *h
	top, x := a[0], a[len(a)-1]
	a = a[:len(a)-1]
	*h = a
	i := 0
	for {
		c := 2*i + 1
		if c >= len(a) {
			break
		}
		if c+1 < len(a) && a[c].before(a[c+1]) {
			c++
		}
		if !x.before(a[c]) {
			break
		}
		a[i] = a[c]
		i = c
	}
	if len(a) > 0 {
		a[i] = x
	}
	return top
}
