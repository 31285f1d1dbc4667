//go:build !race

package index_test

import (
	"testing"

	"voronoi/exec/index"
)

// TestSearchAllocations: a search allocates a few objects for itself, however
// many vectors it measures. Under the race detector a sync.Pool forgets things
// at random, so that nothing can be said.
func TestSearchAllocations(t *testing.T) {
	const most = 12 // of a search, whatever the index
	g := newGroups(searchedDims)
	vec := make([]float32, searchedDims)
	for _, s := range everyMethod(t.Context(), t, g, 4000) {
		count := func(o index.SearchOptions) float64 {
			s.ask(t, g.draw(vec), o) // what is kept for the next search is made once
			return testing.AllocsPerRun(200, func() { s.ask(t, g.draw(vec), o) })
		}
		few, many := count(s.few), count(s.many)
		if few > most || many > few+1 {
			t.Errorf("%s: %g allocations for few candidates, %g for many", s.name, few, many)
		}
		t.Logf("%s: %g and %g", s.name, few, many)
	}
}
