package hnsw

import (
	"encoding/binary"
	"fmt"
	"io"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

const (
	segmentKind    = "hnsw"
	segmentVersion = 1
)

// Save writes the graph as the snapshot of stamp sees it: parameters, then for
// each node its key, its level and its neighbors on each layer, by their
// position in the file. Nodes that the snapshot does not see are left out as
// Reclaim leaves them out.
func (x *Index) Save(w io.Writer, stamp index.Stamp) error {
	st := x.state.Load()
	view := st.view.Now()
	seen := index.NewTableOf(view.Vectors().Format(), view.Dims())
	moved := make([]index.Slot, view.Len())
	for s := range index.Slot(view.Len()) {
		moved[s] = index.Gone
		if view.Visible(s, stamp.Seq) {
			moved[s] = index.Slot(seen.Len())
			if err := seen.Load(view.Key(s), view.Vector(s)); err != nil {
				return err
			}
		}
	}
	if seen.Len() < view.Len() {
		st = st.compact(x.options, seen.View(), moved)
		view = seen.View()
	}
	le := binary.LittleEndian
	b := append([]byte(nil), byte(x.options.Metric))
	b = le.AppendUint32(b, uint32(view.Dims()))
	b = le.AppendUint32(b, uint32(x.options.M))
	b = le.AppendUint32(b, uint32(x.options.EfConstruction))
	b = le.AppendUint64(b, x.options.Seed)
	b = le.AppendUint64(b, st.g.entry.Load())
	b = le.AppendUint32(b, uint32(view.Len()))
	var to []index.Slot
	for s := range index.Slot(view.Len()) {
		b = le.AppendUint64(b, uint64(view.Key(s)))
		level := st.g.level(s)
		b = append(b, byte(level+1))
		for layer := range level + 1 {
			to = st.g.neighbors(to[:0], s, layer)
			b = append(b, byte(len(to)))
			for _, n := range to {
				b = le.AppendUint32(b, n)
			}
		}
	}
	return index.WriteSegment(w, segmentKind, segmentVersion, stamp, b)
}

// Load reads a graph that was saved for exactly the vectors that t has, and
// leaves attaching it to the caller. Anything else is index.ErrDamaged or
// index.ErrStale: rebuild.
func Load(r io.Reader, t *index.Table, stamp index.Stamp) (*Index, error) {
	body, err := index.ReadSegment(r, segmentKind, segmentVersion, stamp)
	if err != nil {
		return nil, err
	}
	d := index.NewDecoder(body)
	x := &Index{covered: t.View()}
	x.options.Metric = vectorops.Metric(d.U8())
	dims := int(d.U32())
	x.options.M = int(d.U32())
	x.options.EfConstruction = int(d.U32())
	x.options.Seed = d.U64()
	entry := d.U64()
	n := int(d.U32())
	if d.Failed() || x.options.check() != nil || !x.options.Metric.Valid() {
		return nil, fmt.Errorf("%w: parameters", index.ErrDamaged)
	}
	if dims != t.Dims() || n != x.covered.Len() {
		return nil, fmt.Errorf("%w: %d vectors of length %d, not %d of %d", index.ErrStale, n, dims, x.covered.Len(), t.Dims())
	}
	l := loader{table: t, g: newGraph(x.options.M), d: d, slots: make([]index.Slot, n)}
	if err := l.load(entry); err != nil {
		return nil, err
	}
	x.state.Store(&state{view: x.covered, g: l.g})
	return x, nil
}

// loader reads the nodes twice: who they are, then whom they point to.
type loader struct {
	table *index.Table
	g     *graph
	d     *index.Decoder
	slots []index.Slot // by position in the file
}

func (l *loader) load(entry uint64) error {
	n := len(l.slots)
	l.g.grow(n)
	again := *l.d
	seen := make([]bool, n)
	for i := range n {
		s, ok := l.table.Slot(int64(l.d.U64()))
		if !ok || seen[s] {
			return fmt.Errorf("%w: key of node %d", index.ErrStale, i)
		}
		l.slots[i], seen[s] = s, true
		level := int(l.d.U8()) - 1
		if level > maxLevel {
			return fmt.Errorf("%w: level of node %d", index.ErrDamaged, i)
		}
		if level >= 0 {
			l.g.place(s, level)
		}
		for layer := range level + 1 {
			count := int(l.d.U8())
			if count > l.g.room(layer) {
				return fmt.Errorf("%w: neighbors of node %d", index.ErrDamaged, i)
			}
			l.d.Skip(4 * count)
		}
		if l.d.Failed() {
			return fmt.Errorf("%w: node %d", index.ErrDamaged, i)
		}
	}
	l.d = &again
	var to []index.Slot
	for i := range n {
		l.d.Skip(8)
		level := int(l.d.U8()) - 1
		for layer := range level + 1 {
			to = to[:0]
			for range int(l.d.U8()) {
				p := l.d.U32()
				if int(p) >= n || l.g.level(l.slots[p]) < layer {
					return fmt.Errorf("%w: a neighbor of node %d", index.ErrDamaged, i)
				}
				to = append(to, l.slots[p])
			}
			l.g.setNeighbors(l.slots[i], layer, to)
		}
	}
	if entry != 0 {
		p, level := uint32(entry), int(entry>>32)-1
		if int(p) >= n || l.g.level(l.slots[p]) != level {
			return fmt.Errorf("%w: entry point", index.ErrDamaged)
		}
		l.g.setEntryPoint(l.slots[p], level)
	}
	return nil
}
