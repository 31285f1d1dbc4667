package hnsw

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// The bounds and defaults are pgvector's.
const (
	DefaultM              = 16
	MinM                  = 2
	MaxM                  = 100
	DefaultEfConstruction = 64
	MinEfConstruction     = 4
	MaxEfConstruction     = 1000
	DefaultEfSearch       = 40
	MinEfSearch           = 1
	MaxEfSearch           = 1000
)

// Options says what index to build.
type Options struct {
	Metric         vectorops.Metric
	M              int    // neighbors per layer, twice as many on layer 0; 0 is DefaultM
	EfConstruction int    // candidates while building; 0 is DefaultEfConstruction
	Seed           uint64 // same seed, same graph
}

// PhaseLoading is the phase of a build, in pgvector's words.
const PhaseLoading = "loading tuples"

// maxBatch is how many nodes are inserted at once at most. A batch is never
// more than a part of the graph that it is inserted into.
const (
	maxBatch     = 256
	batchPart    = 32
	serialBefore = 64
)

// Index is an HNSW graph. It is an index.Index.
type Index struct {
	options Options
	state   atomic.Pointer[state]
	covered index.View // by the writer only
}

// state is the index over one generation of the table's rows.
type state struct {
	view index.View // any view of these rows; Now() for the present
	g    *graph
}

// Build makes an index over all slots that view has. The caller attaches it to
// the table, which adds what was inserted meanwhile. progress may be nil; it
// is told how many slots of how many are done.
func Build(ctx context.Context, view index.View, o Options, progress func(phase string, done, total int)) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	st := &state{view: view, g: newGraph(o.M)}
	st.g.grow(view.Len())
	b := newBuilder(o, view, st.g)
	for done := 0; done < view.Len(); {
		n := min(batchSize(done), view.Len()-done)
		if err := b.insert(ctx, index.Slot(done), n); err != nil {
			return nil, err
		}
		done += n
		if progress != nil {
			progress(PhaseLoading, done, view.Len())
		}
	}
	x := &Index{options: o, covered: view}
	x.state.Store(st)
	return x, nil
}

// batchSize is how many nodes are inserted at once into a graph of so many.
func batchSize(nodes int) int {
	if nodes < serialBefore {
		return 1
	}
	return min(nodes/batchPart, maxBatch)
}

func (o *Options) check() error {
	if o.M == 0 {
		o.M = DefaultM
	}
	if o.EfConstruction == 0 {
		o.EfConstruction = DefaultEfConstruction
	}
	switch {
	case o.M < MinM || o.M > MaxM:
		return fmt.Errorf("m must be between %d and %d, not %d", MinM, MaxM, o.M)
	case o.EfConstruction < MinEfConstruction || o.EfConstruction > MaxEfConstruction:
		return fmt.Errorf("ef_construction must be between %d and %d, not %d", MinEfConstruction, MaxEfConstruction, o.EfConstruction)
	case o.EfConstruction < 2*o.M:
		return fmt.Errorf("ef_construction must be greater than or equal to 2 * m")
	}
	return nil
}

// builder inserts batches of consecutive slots.
type builder struct {
	options Options
	view    index.View
	g       *graph
	plans   []plan
	links   []link
}

// plan is the neighbors chosen for one new node, by layer; none for a slot
// that does not enter the graph.
type plan struct {
	level int
	lists [][]index.Slot
}

// link is one back link: that base should have node as its neighbor.
type link struct {
	layer      int
	base, node index.Slot
}

func newBuilder(o Options, view index.View, g *graph) *builder {
	return &builder{options: o, view: view, g: g}
}

// placeable reports whether a slot can be in the graph (invariant 1).
func (b *builder) placeable(s index.Slot) bool {
	return b.options.Metric != vectorops.Cosine || b.view.Norm(s) > 0
}

// insert adds slots first to first+n-1.
func (b *builder) insert(ctx context.Context, first index.Slot, n int) error {
	b.plans = slices.Grow(b.plans[:0], n)[:n]
	for i := range n {
		p := &b.plans[i]
		p.level = -1
		if b.placeable(first + index.Slot(i)) {
			p.level = b.g.drawLevel(b.options.Seed, first+index.Slot(i))
		}
	}
	entry, top, ok := b.g.entryPoint()
	if ok {
		grain := max(1, min(8, n/4))
		if err := vectorops.InBlocks(ctx, n, grain, func(lo, hi int) { b.findNeighbors(first, lo, hi, entry, top) }); err != nil {
			return err
		}
	} else if err := ctx.Err(); err != nil {
		return err
	}
	b.links = b.links[:0]
	for i, p := range b.plans {
		if p.level < 0 {
			continue
		}
		s := first + index.Slot(i)
		b.g.place(s, p.level)
		for layer, to := range p.lists {
			b.g.setNeighbors(s, layer, to)
			for _, base := range to {
				b.links = append(b.links, link{layer, base, s})
			}
		}
	}
	if err := b.linkBack(ctx); err != nil {
		return err
	}
	for i, p := range b.plans {
		if p.level > top || !ok && p.level >= 0 {
			b.g.setEntryPoint(first+index.Slot(i), p.level)
			top, ok = p.level, true
		}
	}
	return nil
}

// findNeighbors plans slots first+lo to first+hi-1 of the batch.
func (b *builder) findNeighbors(first index.Slot, lo, hi int, entry index.Slot, top int) {
	m := &index.Measure{Metric: b.options.Metric}
	w := newWalk(b.g, &b.view, m)
	defer w.end()
	l := &linker{view: &b.view, measure: &index.Measure{Metric: b.options.Metric}}
	var mates []index.Slot
	for i := lo; i < hi; i++ {
		p := &b.plans[i]
		p.lists = make([][]index.Slot, p.level+1)
		if p.level < 0 {
			continue
		}
		s := first + index.Slot(i)
		m.ResetTo(&b.view, s)
		from := []near{w.descend(entry, top, min(p.level, top))}
		for layer := p.level; layer >= 0; layer-- {
			if layer <= top {
				w.forget()
				w.start(from...)
				w.run(b.options.EfConstruction, layer)
				from = append(from[:0], w.found...)
			} else {
				w.found = w.found[:0]
			}
			mates = mates[:0]
			for j := range i {
				if b.plans[j].level >= layer {
					mates = append(mates, first+index.Slot(j))
				}
			}
			candidates := append([]near(nil), w.found...)
			for j, rank := range m.Approximate(&b.view, mates) {
				candidates = append(candidates, near{rank, mates[j]})
			}
			slices.SortFunc(candidates, near.compare)
			candidates = candidates[:min(len(candidates), b.options.EfConstruction)]
			p.lists[layer] = l.choose(nil, candidates, b.options.M)
		}
	}
}

// linkBack makes the back links of a batch: those into one node by one
// goroutine, in order of their origin.
func (b *builder) linkBack(ctx context.Context) error {
	slices.SortFunc(b.links, func(x, y link) int {
		switch {
		case x.base != y.base:
			return int(int64(x.base) - int64(y.base))
		case x.layer != y.layer:
			return x.layer - y.layer
		}
		return int(int64(x.node) - int64(y.node))
	})
	var groups []int // where the links into another node begin
	for i := range b.links {
		if i == 0 || b.links[i].base != b.links[i-1].base {
			groups = append(groups, i)
		}
	}
	groups = append(groups, len(b.links))
	return vectorops.InBlocks(ctx, len(groups)-1, 16, func(lo, hi int) {
		l := &linker{view: &b.view, measure: &index.Measure{Metric: b.options.Metric}}
		for _, k := range b.links[groups[lo]:groups[hi]] {
			l.linkBack(b.g, k.base, k.layer, k.node)
		}
	})
}
