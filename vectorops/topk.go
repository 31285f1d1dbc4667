package vectorops

// Candidate is something found by a search: the key of a vector and how it
// ranks by distance.
type Candidate struct {
	Rank float64
	Key  int64
}

// Before orders candidates by rank, then by key. NaN ranks behind every
// number, as Postgres sorts it.
func (c Candidate) Before(o Candidate) bool {
	if c.Rank < o.Rank {
		return true
	}
	if c.Rank == o.Rank {
		return c.Key < o.Key
	}
	if cNaN, oNaN := c.Rank != c.Rank, o.Rank != o.Rank; cNaN || oNaN {
		return oNaN && (!cNaN || c.Key < o.Key)
	}
	return false
}

// compare is Before as slices.SortFunc wants it.
func (c Candidate) compare(o Candidate) int {
	switch {
	case c.Before(o):
		return -1
	case o.Before(c):
		return 1
	}
	return 0
}

// TopK keeps the k candidates that come first of all that it is offered, in a
// heap whose root is the last of them.
type TopK struct {
	k    int
	heap []Candidate
}

// Reset empties t and sets how many it keeps.
func (t *TopK) Reset(k int) {
	if t.k, t.heap = k, t.heap[:0]; cap(t.heap) == 0 {
		t.heap = make([]Candidate, 0, min(max(k, 0), firstHeap))
	}
}

// firstHeap is for how many candidates there is memory before there are any.
const firstHeap = 256

// Len is the number kept so far.
func (t *TopK) Len() int { return len(t.heap) }

// Full reports whether k candidates are kept, so that Last is a threshold.
func (t *TopK) Full() bool { return len(t.heap) >= t.k }

// Last is the worst candidate kept; t must not be empty.
func (t *TopK) Last() Candidate { return t.heap[0] }

// Push offers a candidate.
func (t *TopK) Push(c Candidate) {
	switch {
	case len(t.heap) < t.k:
		t.heap = append(t.heap, c)
		t.up(len(t.heap) - 1)
	case t.k > 0 && c.Before(t.heap[0]):
		t.heap[0] = c
		t.down(0, len(t.heap))
	}
}

// Sorted sorts what was kept and returns it, first candidate first. The slice
// belongs to t until the next Reset, which must come before another Push.
func (t *TopK) Sorted() []Candidate {
	for n := len(t.heap) - 1; n > 0; n-- {
		t.heap[0], t.heap[n] = t.heap[n], t.heap[0]
		t.down(0, n)
	}
	return t.heap
}

func (t *TopK) up(i int) {
	for c := t.heap[i]; i > 0; {
		parent := (i - 1) / 2
		if !t.heap[parent].Before(c) {
			break
		}
		t.heap[i], t.heap[parent] = t.heap[parent], c
		i = parent
	}
}

func (t *TopK) down(i, n int) {
	c := t.heap[i]
	for {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && t.heap[child].Before(t.heap[child+1]) {
			child++
		}
		if !c.Before(t.heap[child]) {
			break
		}
		t.heap[i] = t.heap[child]
		i = child
	}
	t.heap[i] = c
}
