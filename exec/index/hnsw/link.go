package hnsw

import (
	"slices"

	"voronoi/exec/index"
)

// linker chooses neighbors. It measures from nodes, not from the query.
type linker struct {
	view    *index.View
	measure *index.Measure
	slots   []index.Slot
	order   []near
}

// choose picks up to n neighbors out of candidates, which are sorted, nearest
// to the base first: one is taken unless it is nearer to one taken already
// than to the base (the paper's heuristic, algorithm 4, without its
// extensions), so that neighbors lie in different directions.
func (l *linker) choose(dst []index.Slot, candidates []near, n int) []index.Slot {
	if len(candidates) <= 1 {
		for _, c := range candidates {
			dst = append(dst, c.slot)
		}
		return dst
	}
	for _, c := range candidates {
		if len(dst) == n {
			break
		}
		if l.apart(c, dst) {
			dst = append(dst, c.slot)
		}
	}
	return dst
}

// apart reports whether c is nearer to its base than to any of taken.
func (l *linker) apart(c near, taken []index.Slot) bool {
	l.measure.ResetTo(l.view, c.slot)
	for len(taken) > 0 {
		few := taken[:min(4, len(taken))]
		taken = taken[len(few):]
		for _, rank := range l.measure.Approximate(l.view, few) {
			if rank < c.rank {
				return false
			}
		}
	}
	return true
}

// rankAll measures slots from a base and sorts them, nearest first.
func (l *linker) rankAll(base index.Slot, slots []index.Slot) []near {
	l.measure.ResetTo(l.view, base)
	l.order = l.order[:0]
	for i, rank := range l.measure.Approximate(l.view, slots) {
		l.order = append(l.order, near{rank, slots[i]})
	}
	slices.SortFunc(l.order, near.compare)
	return l.order
}

// linkBack makes a node a neighbor of base, if it deserves the room.
func (l *linker) linkBack(g *graph, base index.Slot, layer int, node index.Slot) {
	if g.addNeighbor(base, layer, node) {
		return
	}
	l.slots = append(g.neighbors(l.slots[:0], base, layer), node)
	l.relink(g, base, layer)
}

// relink chooses the neighbors of base out of l.slots.
func (l *linker) relink(g *graph, base index.Slot, layer int) {
	candidates := l.rankAll(base, l.slots)
	l.slots = l.choose(l.slots[:0], candidates, g.room(layer))
	g.setNeighbors(base, layer, l.slots)
}
