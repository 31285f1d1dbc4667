package hnsw

import (
	"sync"

	"voronoi/exec/index"
)

// walk is a search on the way through one graph: what it has visited, what it
// may expand, what it has found. It is reused.
type walk struct {
	g       *graph
	view    *index.View
	measure *index.Measure

	visited   []uint64     // a bit for each slot
	touched   []uint32     // words of visited that are not zero
	open      nearest      // visited, not expanded
	found     farthest     // the ef best that count
	unvisited []index.Slot // scratch: neighbors met for the first time
	buffer    []index.Slot // scratch

	// keep says which nodes count among the found; nil is all.
	keep func(index.Slot) bool
	// When resumable, what the walk has passed over: nodes too far to expand,
	// and nodes that fell out of the found.
	resumable     bool
	later, fallen []near

	measured int
	// budget is how many nodes may be measured before run gives up, 0 for any
	// number; spent tells that it did.
	budget int
	spent  bool
}

var walks = sync.Pool{New: func() any { return new(walk) }}

// newWalk prepares a walk; end returns its memory.
func newWalk(g *graph, view *index.View, measure *index.Measure) *walk {
	w := walks.Get().(*walk)
	w.g, w.view, w.measure = g, view, measure
	words := (view.Len() + 63) / 64
	if len(w.visited) < words {
		w.visited = make([]uint64, words+words/4)
	}
	return w
}

func (w *walk) end() {
	w.forget()
	w.g, w.view, w.measure, w.keep = nil, nil, nil, nil
	w.resumable, w.later, w.fallen, w.measured, w.budget, w.spent = false, w.later[:0], w.fallen[:0], 0, 0, false
	walks.Put(w)
}

// forget clears what was visited.
func (w *walk) forget() {
	for _, at := range w.touched {
		w.visited[at] = 0
	}
	w.touched = w.touched[:0]
	w.open, w.found = w.open[:0], w.found[:0]
}

// visit marks a slot; false if it was marked before.
func (w *walk) visit(s index.Slot) bool {
	word, bit := &w.visited[s>>6], uint64(1)<<(s&63)
	if *word&bit != 0 {
		return false
	}
	if *word == 0 {
		w.touched = append(w.touched, s>>6)
	}
	*word |= bit
	return true
}

// descend walks greedily from the entry point down to a layer and returns the
// nearest node of the layer above it; the graph must not be empty.
func (w *walk) descend(entry index.Slot, from, to int) near {
	w.buffer = append(w.buffer[:0], entry)
	at := near{w.measure.Approximate(w.view, w.buffer)[0], entry}
	w.measured++
	for layer := from; layer > to; layer-- {
		for moved := true; moved; {
			moved = false
			w.buffer = w.inView(w.g.neighbors(w.buffer[:0], at.slot, layer))
			for i, rank := range w.measure.Approximate(w.view, w.buffer) {
				if n := (near{rank, w.buffer[i]}); n.before(at) {
					at, moved = n, true
				}
			}
			w.measured += len(w.buffer)
		}
	}
	return at
}

// inView drops slots that were added after the view was taken.
func (w *walk) inView(slots []index.Slot) []index.Slot {
	kept := slots[:0]
	for _, s := range slots {
		if int(s) < w.view.Len() {
			kept = append(kept, s)
		}
	}
	return kept
}

// start makes nodes of a layer the beginning of a walk on it.
func (w *walk) start(from ...near) {
	for _, n := range from {
		if w.visit(n.slot) {
			w.open.push(n)
			if w.keep == nil || w.keep(n.slot) {
				w.found.push(n)
			}
		}
	}
}

// run expands the nearest open node until ef nodes are found and none that is
// open is nearer than the farthest of them.
func (w *walk) run(ef, layer int) {
	for len(w.open) > 0 {
		if len(w.found) >= ef && w.found[0].before(w.open[0]) {
			return
		}
		if w.budget > 0 && w.measured > w.budget {
			w.spent = true
			return
		}
		c := w.open.pop()
		w.unvisited = w.unvisited[:0]
		w.buffer = w.g.neighbors(w.buffer[:0], c.slot, layer)
		for _, s := range w.buffer {
			if int(s) < w.view.Len() && w.visit(s) {
				w.unvisited = append(w.unvisited, s)
			}
		}
		w.measured += len(w.unvisited)
		for i, rank := range w.measure.Approximate(w.view, w.unvisited) {
			w.meet(near{rank, w.unvisited[i]}, ef)
		}
	}
}

// meet takes a node that was just measured into account.
func (w *walk) meet(n near, ef int) {
	if len(w.found) >= ef && w.found[0].before(n) {
		if w.resumable {
			w.later = append(w.later, n)
		}
		return
	}
	w.open.push(n)
	if w.keep != nil && !w.keep(n.slot) {
		return
	}
	w.found.push(n)
	if len(w.found) > ef {
		out := w.found.pop()
		if w.resumable {
			w.fallen = append(w.fallen, out)
		}
	}
}

// resume forgets the found, which were delivered, and walks on for ef others.
func (w *walk) resume(ef, layer int) {
	w.found = w.found[:0]
	later, fallen := w.later, w.fallen
	w.later, w.fallen = nil, nil
	for _, n := range fallen {
		w.found.push(n)
		if len(w.found) > ef {
			w.fallen = append(w.fallen, w.found.pop())
		}
	}
	for _, n := range later {
		w.meet(n, ef)
	}
	w.run(ef, layer)
}
