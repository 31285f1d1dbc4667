package hnsw

import (
	"context"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// Remap follows a Reclaim of the table.
func (x *Index) Remap(view index.View, moved []index.Slot) {
	st := x.state.Load().compact(x.options, view, moved)
	x.covered = view
	x.state.Store(st)
}

// compact is the graph without the nodes that are gone, under new numbers. A
// node that loses many neighbors chooses new ones among those that it keeps and
// those that it reached by way of the lost.
func (st *state) compact(o Options, view index.View, moved []index.Slot) *state {
	old, g := st.g, newGraph(o.M)
	g.grow(view.Len())
	kept := make([]index.Slot, view.Len()) // the old slot of each new one
	for s, to := range moved {
		if to == index.Gone {
			continue
		}
		kept[to] = index.Slot(s)
		if level := old.level(index.Slot(s)); level >= 0 {
			g.place(to, level)
			if _, top, ok := g.entryPoint(); !ok || level > top {
				g.setEntryPoint(to, level)
			}
		}
	}
	// It writes to each node from one goroutine and reads only the old graph.
	_ = vectorops.InBlocks(context.Background(), len(kept), 256, func(lo, hi int) {
		l := &linker{view: &view, measure: &index.Measure{Metric: o.Metric}}
		for to := index.Slot(lo); to < index.Slot(hi); to++ {
			for layer := range g.level(to) + 1 {
				before := old.neighbors(l.slots[:0], kept[to], layer)
				n := len(before)
				l.slots = before[:0]
				for _, s := range before {
					if moved[s] != index.Gone {
						l.slots = append(l.slots, moved[s])
					}
				}
				if lost := n - len(l.slots); lost*repairPart < n && (lost == 0 || len(l.slots) >= o.M/2) {
					g.setNeighbors(to, layer, l.slots)
					continue
				}
				l.slots = old.survivors(l.slots[:0], kept[to], layer, moved)
				l.relink(g, to, layer)
			}
		}
	})
	fresh := &state{view: view, g: g}
	fresh.adoptOrphans(o)
	return fresh
}

const (
	// A node chooses neighbors anew when it has lost one in repairPart of them,
	// or has few left. Most lose one or two, and do well without.
	repairPart = 4
	// maxSurvivors bounds how many nodes are considered in place of lost ones.
	maxSurvivors = 256
)

// survivors appends the new numbers of the neighbors of a node that are still
// there, and of those that are reached through neighbors that are gone.
func (g *graph) survivors(dst []index.Slot, s index.Slot, layer int, moved []index.Slot) []index.Slot {
	seen := map[index.Slot]bool{s: true}
	queue := g.neighbors(nil, s, layer)
	for len(queue) > 0 && len(dst) < maxSurvivors {
		n := queue[0]
		queue = queue[1:]
		if seen[n] {
			continue
		}
		seen[n] = true
		if moved[n] != index.Gone {
			dst = append(dst, moved[n])
		} else {
			queue = g.neighbors(queue, n, layer)
		}
	}
	return dst
}

// adoptOrphans links nodes that have no neighbors left on layer 0.
func (st *state) adoptOrphans(o Options) {
	entry, top, ok := st.g.entryPoint()
	if !ok {
		return
	}
	m := &index.Measure{Metric: o.Metric}
	l := &linker{view: &st.view, measure: &index.Measure{Metric: o.Metric}}
	for s := range index.Slot(st.view.Len()) {
		if s == entry || st.g.level(s) < 0 || st.g.block(s, 0)[0].Load() > 0 {
			continue
		}
		m.ResetTo(&st.view, s)
		w := newWalk(st.g, &st.view, m)
		w.keep = func(n index.Slot) bool { return n != s }
		w.start(w.descend(entry, top, 0))
		w.run(o.EfConstruction, 0)
		var near []index.Slot
		for _, n := range w.found {
			near = append(near, n.slot)
		}
		w.end()
		l.slots = near
		l.relink(st.g, s, 0)
		for _, base := range st.g.neighbors(nil, s, 0) {
			l.linkBack(st.g, base, 0, s)
		}
	}
}
