package hnsw

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"voronoi/exec/index"
)

const (
	segmentKind    = "hnsw"
	segmentVersion = 2

	// segmentNodes is how many nodes are written together: the numbers of their
	// neighbors, then the neighbors.
	segmentNodes = 1 << 12
	// A node's level is written plus one. notYet stands for a node that is on
	// its way into the graph.
	notYet = 255
)

// Save writes the graph as it is: definition, then the level of each slot, then
// the neighbors on layer 0, then those on the layers above. It may be called at
// any time, as a search may: what is being inserted is left out.
func (x *Index) Save(ctx context.Context, w io.Writer) error {
	st := x.state.Load()
	view := st.view.Now()
	roster, err := index.NewRoster(ctx, &view)
	if err != nil {
		return err
	}
	s := index.WriteSegment(w, segmentKind, segmentVersion, roster)
	s.Bytes(x.options.definition())
	s.U32(uint32(view.Dims()))
	levels := make([]byte, view.Len())
	b := newBuilder(x.options, view, st.g)
	for i := range levels {
		levels[i] = byte(st.g.level(index.Slot(i)) + 1)
		if levels[i] == 0 && b.placeable(index.Slot(i)) {
			levels[i] = notYet
		}
	}
	s.Bytes(levels)
	in := func(slot index.Slot, layer int) bool {
		return int(slot) < len(levels) && levels[slot] != notYet && int(levels[slot]) > layer
	}
	// A list is cut to what the levels above let be in it.
	neighbors := func(dst []index.Slot, slot index.Slot, layer int) []index.Slot {
		from := len(dst)
		if !in(slot, layer) {
			return dst
		}
		dst = st.g.neighbors(dst, slot, layer)
		kept := dst[:from]
		for _, n := range dst[from:] {
			if in(n, layer) {
				kept = append(kept, n)
			}
		}
		return kept
	}
	var counts []byte
	var flat []uint32
	for at := 0; at < len(levels); at += segmentNodes {
		if err := ctx.Err(); err != nil {
			return err
		}
		counts, flat = counts[:0], flat[:0]
		for slot := at; slot < min(at+segmentNodes, len(levels)); slot++ {
			n := len(flat)
			flat = neighbors(flat, index.Slot(slot), 0)
			counts = append(counts, byte(len(flat)-n))
		}
		s.Bytes(counts)
		s.U32s(flat)
	}
	for slot := range levels {
		for layer := 1; in(index.Slot(slot), layer); layer++ {
			flat = neighbors(flat[:0], index.Slot(slot), layer)
			s.U8(byte(len(flat)))
			s.U32s(flat)
		}
	}
	return s.Close()
}

// definition is what must be the same for an index to be the one that is asked
// for.
func (o *Options) definition() []byte {
	b := []byte{byte(o.Metric)}
	b = binary.LittleEndian.AppendUint32(b, uint32(o.M))
	return binary.LittleEndian.AppendUint32(b, uint32(o.EfConstruction))
}

// Load reads a graph that was saved in size bytes and makes it the graph of the
// slots of a view: vectors that have changed or gone since are taken out as
// Remap takes them out, and those that have come are inserted. It is for the
// caller to attach it. What is not as it should be is index.ErrDamaged or
// index.ErrStale: build it anew.
func Load(ctx context.Context, r io.Reader, size int64, o Options, to *index.Restoring) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s, err := index.ReadSegment(r, size, segmentKind, segmentVersion, to.View.Len())
	if err != nil {
		return nil, err
	}
	if string(s.Bytes(len(o.definition()))) != string(o.definition()) {
		return nil, fmt.Errorf("%w: another definition", index.ErrStale)
	}
	if dims := int(s.U32()); dims != to.View.Dims() {
		return nil, fmt.Errorf("%w: vectors of length %d, not %d", index.ErrStale, dims, to.View.Dims())
	}
	l := loader{s: s, g: newGraph(o.M), placed: make([]bool, len(s.Roster.Keys))}
	if err := l.load(); err != nil {
		return nil, err
	}
	if err := s.Finish(); err != nil {
		return nil, err
	}
	moved, fresh, err := s.Roster.Match(ctx, &to.View, l.placed)
	if err != nil {
		return nil, err
	}
	if err := to.Accept(moved, fresh); err != nil {
		return nil, err
	}
	st := &state{view: to.View, g: l.g}
	if index.InPlace(moved) {
		st.g.grow(to.View.Len())
		st.adoptOrphans(o)
	} else {
		st = st.compact(o, to.View, moved)
	}
	if err := st.insert(ctx, o, fresh); err != nil {
		return nil, err
	}
	x := &Index{options: o, covered: to.View}
	x.state.Store(st)
	return x, nil
}

// insert adds slots, which ascend, to a graph that has all others: each run of
// consecutive ones as a build does.
func (st *state) insert(ctx context.Context, o Options, slots []index.Slot) error {
	b := newBuilder(o, st.view, st.g)
	for len(slots) > 0 {
		n, most := 1, min(len(slots), batchSize(st.view.Len()-len(slots)))
		for n < most && slots[n] == slots[0]+index.Slot(n) {
			n++
		}
		if err := b.insert(ctx, slots[0], n); err != nil {
			return err
		}
		slots = slots[n:]
	}
	return nil
}

// loader reads the nodes into a graph whose slots are the rows of the roster.
type loader struct {
	s      *index.SegmentReader
	g      *graph
	placed []bool
}

func (l *loader) load() error {
	n := len(l.placed)
	levels := l.s.Bytes(n)
	if l.s.Failed() {
		return fmt.Errorf("%w: levels", index.ErrDamaged)
	}
	l.g.grow(n)
	for i, level := range levels {
		l.placed[i] = level != notYet
		if level == notYet || level == 0 {
			continue
		}
		if level > maxLevel+1 {
			return fmt.Errorf("%w: level of node %d", index.ErrDamaged, i)
		}
		l.g.place(index.Slot(i), int(level)-1)
		if _, top, ok := l.g.entryPoint(); !ok || int(level)-1 > top {
			l.g.setEntryPoint(index.Slot(i), int(level)-1)
		}
	}
	for at := 0; at < n; at += segmentNodes {
		counts := l.s.Bytes(min(segmentNodes, n-at))
		total := 0
		for _, c := range counts {
			total += int(c)
		}
		flat := l.s.U32s(total)
		if l.s.Failed() {
			return fmt.Errorf("%w: neighbors of node %d", index.ErrDamaged, at)
		}
		for i, c := range counts {
			if !l.link(index.Slot(at+i), 0, flat[:c]) {
				return fmt.Errorf("%w: neighbors of node %d", index.ErrDamaged, at+i)
			}
			flat = flat[c:]
		}
	}
	for i := range index.Slot(n) {
		for layer := 1; layer <= l.g.level(i); layer++ {
			to := l.s.U32s(int(l.s.U8()))
			if l.s.Failed() || !l.link(i, layer, to) {
				return fmt.Errorf("%w: neighbors of node %d on layer %d", index.ErrDamaged, i, layer)
			}
		}
	}
	return nil
}

// link gives a node its neighbors; false if they cannot be that.
func (l *loader) link(s index.Slot, layer int, to []index.Slot) bool {
	if len(to) == 0 {
		return true
	}
	if l.g.level(s) < layer || len(to) > l.g.room(layer) {
		return false
	}
	for _, n := range to {
		if int(n) >= len(l.placed) || l.g.level(n) < layer {
			return false
		}
	}
	l.g.setNeighbors(s, layer, to)
	return true
}
