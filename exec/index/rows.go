package index

import (
	"math"
	"sync/atomic"

	"voronoi/vectorops"
)

// Seq is a commit sequence number: that of a snapshot, or of the commit by
// which a slot was born or died.
type Seq uint64

const (
	never Seq = math.MaxUint64 // born: rolled back
	alive Seq = math.MaxUint64 // died: not yet
	// Pending stands for the commit of the transaction that is writing: the
	// sequence number by which it searches.
	Pending Seq = math.MaxUint64 - 1
)

// Slot numbers the rows of a table, from 0 in order of their insertion.
type Slot = uint32

// maxSlots bounds a table, so that a slot number fits in 32 bits.
const maxSlots = math.MaxUint32

// rowChunk is what a table knows of as many rows as a chunk of the vector set
// holds. Keys and norms are written once, before the row is published.
type rowChunk struct {
	keys       []int64
	norms      []float32 // nil where there are no vectors
	digests    []uint64  // nil where there are
	born, died []atomic.Uint64
}

// keyChunkShift is that of tables without vectors.
const keyChunkShift = 10

// rows are the slots of a table from one Reclaim to the next. One goroutine
// appends; everybody reads by a [View].
type rows struct {
	format  vectorops.Format
	dims    int
	shift   uint                          // a chunk holds 1<<shift rows
	vectors atomic.Pointer[vectorops.Set] // nil where there are keys only
	keys    atomic.Int64                  // how many rows there are then
	chunks  atomic.Pointer[[]*rowChunk]   // stored before their slots are published
	// pendingFrom is the first slot of the open transaction, or more than any:
	// all pending insertions are there or behind.
	pendingFrom atomic.Int64
	// latest is the highest commit that any slot was born by, and unseen how
	// many slots some snapshot does not see for another reason than that it is
	// too old: deleted, or rolled back.
	latest atomic.Uint64
	unseen atomic.Int64
}

func newRows(format vectorops.Format, dims int, hasVectors bool) *rows {
	r := &rows{format: format, dims: dims, shift: keyChunkShift}
	if hasVectors {
		set := vectorops.NewSetOf(format, dims)
		r.shift = set.ChunkShift()
		r.vectors.Store(set)
	}
	r.chunks.Store(new([]*rowChunk))
	r.pendingFrom.Store(maxSlots)
	return r
}

// len is the number of rows that are published.
func (r *rows) len() int {
	if set := r.vectors.Load(); set != nil {
		return set.View().Len()
	}
	return int(r.keys.Load())
}

// check refuses a vector of another length.
func (r *rows) check(vec []float32) error {
	if have, want := r.format.DimsOf(vec), r.dims; have != want {
		return &DimensionError{Want: want, Have: have}
	}
	return nil
}

// append adds a row with the given birth.
func (r *rows) append(key int64, vec []float32, born Seq) Slot {
	c, at := r.place(key, born)
	if c.norms != nil {
		c.norms[at] = r.format.SquaredNorm(vec)
	} else {
		c.digests[at] = Digest(vec)
	}
	return r.publish(vec)
}

// move appends a row of another generation.
func (r *rows) move(from *View, s Slot, born Seq) Slot {
	c, at := r.place(from.Key(s), born)
	if c.norms == nil {
		c.digests[at] = from.Digest(s, nil)
		return r.publish(nil)
	}
	c.norms[at] = from.Norm(s)
	return r.publish(from.Vector(s))
}

// place fills in the next row but for its vector. Nobody sees it yet.
func (r *rows) place(key int64, born Seq) (c *rowChunk, at int) {
	shift, slot := r.shift, r.len()
	chunks := *r.chunks.Load()
	if slot>>shift == len(chunks) {
		n := 1 << shift
		c := &rowChunk{keys: make([]int64, n), born: make([]atomic.Uint64, n), died: make([]atomic.Uint64, n)}
		if r.vectors.Load() != nil {
			c.norms = vectorops.AlignedFloats(n)
		} else {
			c.digests = make([]uint64, n)
		}
		chunks = append(chunks, c)
		r.chunks.Store(&chunks)
	}
	c, at = chunks[slot>>shift], slot&(1<<shift-1)
	c.keys[at] = key
	c.born[at].Store(uint64(born))
	c.died[at].Store(uint64(alive))
	return c, at
}

// publish makes the row that was placed last visible to later views.
func (r *rows) publish(vec []float32) Slot {
	if set := r.vectors.Load(); set != nil {
		return Slot(set.Append(vec))
	}
	return Slot(r.keys.Add(1) - 1)
}

// bytes is the memory of all chunks.
func (r *rows) bytes() int64 {
	perRow := int64(8 + 8 + 8) // key and stamps
	if set := r.vectors.Load(); set != nil {
		perRow += 4 + int64(set.RowBytes())
	} else {
		perRow += 8
	}
	return int64(len(*r.chunks.Load())) << r.shift * perRow
}

// forget drops the vectors. Views that have them keep them.
func (r *rows) forget() {
	set := r.vectors.Load()
	if set == nil {
		return
	}
	old := *r.chunks.Load()
	both, chunks := make([]*rowChunk, len(old)), make([]*rowChunk, len(old))
	vectors, scratch := set.View(), make([]float32, r.dims)
	for i, c := range old {
		n := &rowChunk{keys: c.keys, digests: make([]uint64, len(c.keys)), born: c.born, died: c.died}
		for at := range min(len(c.keys), vectors.Len()-i<<r.shift) {
			n.digests[at] = Digest(vectors.Values(scratch, i<<r.shift+at))
		}
		chunks[i] = n
		with := *n
		with.norms, both[i] = c.norms, &with
	}
	r.keys.Store(int64(set.View().Len()))
	// A view that is taken meanwhile finds what it needs, with vectors or without.
	r.chunks.Store(&both)
	r.vectors.Store(nil)
	r.chunks.Store(&chunks)
}

// View is the slots of a table as they are now. It does not change by
// insertions; deaths after it was taken may show, if the sequence number that
// one asks with is late enough.
type View struct {
	vectors    vectorops.View
	hasVectors bool
	len        int
	chunks     []*rowChunk
	shift      uint
	rows       *rows
}

func (r *rows) view() View {
	v := View{shift: r.shift, rows: r}
	if set := r.vectors.Load(); set != nil {
		v.vectors, v.hasVectors = set.View(), true
		v.len = v.vectors.Len()
		v.chunks = *r.chunks.Load()
		if r.vectors.Load() != nil {
			return v
		}
		// The vectors were dropped meanwhile; the chunks may be without norms.
		v.vectors, v.hasVectors = vectorops.View{}, false
	}
	v.len = int(r.keys.Load())
	v.chunks = *r.chunks.Load()
	return v
}

// committed is the slots before those that are pending.
func (r *rows) committed() View {
	v := r.view()
	if n := int(min(r.pendingFrom.Load(), int64(v.len))); n < v.len {
		v.len = n
		if v.hasVectors {
			v.vectors = v.vectors.First(n)
		}
	}
	return v
}

// Len is the number of slots, visible or not.
func (v *View) Len() int { return v.len }

// HasVectors reports whether the vectors of the slots are in memory; where they
// are not, only what needs a key or a stamp may be asked.
func (v *View) HasVectors() bool { return v.hasVectors }

// Dims is the length of each vector.
func (v *View) Dims() int { return v.rows.dims }

// SameSlots reports whether slot numbers mean the same in v and o: whether no
// Reclaim lies between them.
func (v *View) SameSlots(o *View) bool { return v.rows == o.rows }

// Now is v with all slots that have been appended since, under the same
// numbers.
func (v *View) Now() View { return v.rows.view() }

// Vectors is the vectors of all slots.
func (v *View) Vectors() vectorops.View { return v.vectors }

// Key is the key of a slot.
func (v *View) Key(s Slot) int64 { return v.chunks[s>>v.shift].keys[v.at(s)] }

// Vector is the values of the vector of a slot, not to be changed; see
// vectorops.View.Vector.
func (v *View) Vector(s Slot) []float32 { return v.vectors.Vector(int(s)) }

// Norm is the squared norm of the vector of a slot.
func (v *View) Norm(s Slot) float32 { return v.chunks[s>>v.shift].norms[v.at(s)] }

// Norms is the squared norms of the slots of a chunk of Vectors.
func (v *View) Norms(chunk int) []float32 { return v.chunks[chunk].norms }

// Visible reports whether the snapshot with sequence seq sees a slot.
func (v *View) Visible(s Slot, seq Seq) bool {
	c, at := v.chunks[s>>v.shift], v.at(s)
	return Seq(c.born[at].Load()) <= seq && seq < Seq(c.died[at].Load())
}

// AllVisible reports whether the snapshot with sequence seq sees every slot, as
// far as can be told at once.
func (v *View) AllVisible(seq Seq) bool {
	r := v.rows
	// In this order: what is not pending any more is in the other two.
	return (seq == Pending || r.pendingFrom.Load() >= int64(v.Len())) &&
		r.unseen.Load() == 0 && Seq(r.latest.Load()) <= seq
}

// PendingFrom is the slot from which on the insertions of the open transaction
// are; Len when there are none. Only that transaction may ask.
func (v *View) PendingFrom() Slot {
	return Slot(min(v.rows.pendingFrom.Load(), int64(v.Len())))
}

// Alive reports whether a slot was inserted, and neither rolled back nor
// deleted, as far as anybody has committed or tried.
func (v *View) Alive(s Slot) bool {
	born, died := v.stamps(s)
	return born != never && died == alive
}

// deadBefore reports whether no snapshot from oldest on can see a slot.
func (v *View) deadBefore(s Slot, oldest Seq) bool {
	c, at := v.chunks[s>>v.shift], v.at(s)
	return Seq(c.born[at].Load()) == never || Seq(c.died[at].Load()) <= oldest
}

func (v *View) anyDeadBefore(oldest Seq) bool {
	for s := range Slot(v.Len()) {
		if v.deadBefore(s, oldest) {
			return true
		}
	}
	return false
}

func (v *View) setBorn(s Slot, seq Seq) { v.chunks[s>>v.shift].born[v.at(s)].Store(uint64(seq)) }
func (v *View) setDied(s Slot, seq Seq) { v.chunks[s>>v.shift].died[v.at(s)].Store(uint64(seq)) }

func (v *View) stamps(s Slot) (born, died Seq) {
	c, at := v.chunks[s>>v.shift], v.at(s)
	return Seq(c.born[at].Load()), Seq(c.died[at].Load())
}

func (v *View) at(s Slot) int { return int(s) & (1<<v.shift - 1) }
