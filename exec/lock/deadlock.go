package lock

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/internal/pgerr"
)

// edge is one wait: from waits for to. It is hard if to holds what from wants,
// soft if to merely stands before it in the queue.
type edge struct {
	from *waiter
	to   *Holder
	soft *waiter // to's request, where the edge is soft
}

// waitsFor lists for whom w waits.
func (w *waiter) waitsFor() []edge {
	var edges []edge
	for _, g := range w.o.grants {
		if g.h != w.h && g.modes()&conflicts[w.mode] != 0 {
			edges = append(edges, edge{from: w, to: g.h})
		}
	}
	for _, q := range w.o.queue {
		if q == w {
			break
		}
		if conflicts[w.mode].has(q.mode) {
			edges = append(edges, edge{from: w, to: q.h, soft: q})
		}
	}
	return edges
}

// cycle finds a cycle of waits through h, nil if there is none.
func cycle(h *Holder) []edge {
	var path []edge
	seen := map[*Holder]bool{}
	var visit func(x *Holder) bool
	visit = func(x *Holder) bool {
		if x.waiting == nil || seen[x] {
			return false
		}
		seen[x] = true
		for _, e := range x.waiting.waitsFor() {
			path = append(path, e)
			if e.to == h || visit(e.to) {
				return true
			}
			path = path[:len(path)-1]
		}
		return false
	}
	if visit(h) {
		return path
	}
	return nil
}

// resolve sees to it that h's new wait closes no cycle (L3). Before it, there
// was none, so every cycle goes through h. One with a soft edge is broken by
// letting the waiter go before the one whom it only queues behind; each change
// of order moves one request forward, so that bounds the tries.
func (m *Manager) resolve(h *Holder) error {
	tries := 1
	for _, o := range m.objects {
		tries += len(o.queue)
	}
	var found []edge
	for range tries {
		found = cycle(h)
		if found == nil {
			return nil
		}
		i := slices.IndexFunc(found, func(e edge) bool { return e.soft != nil })
		if i < 0 {
			break
		}
		found[i].from.overtake(found[i].soft)
		m.serve(found[i].from.o)
	}
	return m.deadlock(found)
}

// overtake moves w to right before q in their queue.
func (w *waiter) overtake(q *waiter) {
	o := w.o
	i := slices.Index(o.queue, w)
	o.queue = slices.Delete(o.queue, i, i+1)
	o.queue = slices.Insert(o.queue, slices.Index(o.queue, q), w)
}

// deadlock is Postgres's error, its detail a line for each wait of the cycle.
func (m *Manager) deadlock(waits []edge) error {
	var lines []string
	for _, e := range waits {
		lines = append(lines, fmt.Sprintf("Process %d waits for %s on %s; blocked by process %d.",
			e.from.h.pid, e.from.mode, e.from.o.tag.describe(m.Database), e.to.pid))
	}
	return pgerr.New(pgerr.DeadlockDetected, "deadlock detected").
		WithDetail("%s", strings.Join(lines, "\n")).
		WithHint("See server log for query details.")
}
