package ivf

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

const (
	segmentKind    = "ivf"
	segmentVersion = 6
)

// Save writes the index as it is: definition, codebook, centroids, and for each
// list the slots in it and their codes. It may be called at any
// time, as a search may.
func (x *Index) Save(ctx context.Context, w io.Writer) error {
	st := x.state.Load()
	view := st.view.Now()
	roster, err := index.NewRoster(ctx, &view)
	if err != nil {
		return err
	}
	s := index.WriteSegment(w, segmentKind, segmentVersion, roster)
	s.Bytes(x.options.definition())
	s.U64(uint64(x.builtOver))
	s.U32(uint32(view.Dims()))
	s.U32(uint32(len(st.lists)))
	s.F32s(st.coarse.centroids.Data)
	if err := writeCoder(s, st.coder); err != nil {
		return err
	}
	for i := range st.lists {
		p := st.lists[i].load()
		// A list ascends: behind the roster is what was added since.
		n, _ := slices.BinarySearch(p.slots, index.Slot(view.Len()))
		s.U32(uint32(n))
		s.U32s(p.slots[:n])
		st.coder.writeCodes(s, p.codes, n)
	}
	return s.Close()
}

// writeCodes writes the first n codes of a list. The last block is copied without
// what the writer may be adding to it, or the checksum would be that of other bytes.
func (c *coder) writeCodes(s *index.SegmentWriter, codes []byte, n int) {
	if c == nil {
		return
	}
	whole := n / vectorops.ScanBlock * c.blockBytes()
	s.Bytes(codes[:whole])
	if rest := n % vectorops.ScanBlock; rest > 0 {
		last := make([]byte, c.blockBytes())
		for i := range rest {
			c.move(last, i, codes[whole:], i)
		}
		s.Bytes(last)
	}
}

// definition is what must be the same for an index to be the one that is asked
// for; with what seed and patience it was made does not matter.
func (o *Options) definition() []byte {
	b := []byte{byte(o.Metric), 0, byte(o.Bits), 0}
	if o.Quantized {
		b[1] = 1
	}
	if o.Rotated {
		b[3] = 1
	}
	for _, n := range []int{o.Lists, o.Parts, o.RotatedParts, o.RotatedDims} {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(n)))
	}
	return b
}

// Load reads an index that was saved in size bytes and makes it the index of the
// slots of a view: vectors that have changed or gone since are left out, and
// those that have come are put into their lists. It is for the caller to attach
// it. What is not as it should be is index.ErrDamaged or index.ErrStale: build
// it anew.
func Load(ctx context.Context, r io.Reader, size int64, o Options, to *index.Restoring) (*Index, error) {
	view := to.View
	if err := o.check(); err != nil {
		return nil, err
	}
	s, err := index.ReadSegment(r, size, segmentKind, segmentVersion, view.Len())
	if err != nil {
		return nil, err
	}
	if string(s.Bytes(len(o.definition()))) != string(o.definition()) {
		return nil, fmt.Errorf("%w: another definition", index.ErrStale)
	}
	x := &Index{options: o, covered: view, builtOver: int(s.U64())}
	if dims := int(s.U32()); dims != view.Dims() {
		return nil, fmt.Errorf("%w: vectors of length %d, not %d", index.ErrStale, dims, view.Dims())
	}
	st := &state{view: view}
	n := int(s.U32())
	if s.Failed() || n < MinLists || n > o.Lists || s.Left() < 4*int64(n)*int64(view.Dims()) {
		return nil, fmt.Errorf("%w: %d lists", index.ErrDamaged, n)
	}
	st.coarse = coarse{centroids: vectorops.NewMatrix(n, view.Dims()), spherical: isSpherical(o.Metric)}
	s.ReadF32s(st.coarse.centroids.Data)
	if st.coder, err = readCoder(s, view.Dims(), n, st.coarse, &o); err != nil {
		return nil, err
	}
	st.lists = make([]list, n)
	seen := make([]bool, len(s.Roster.Keys))
	left := len(seen) // not in a list yet
	for i := range st.lists {
		size := int(s.U32())
		if left -= size; left < 0 {
			return nil, fmt.Errorf("%w: list %d has %d slots", index.ErrDamaged, i, size)
		}
		p := posting{slots: s.U32s(size)}
		for j, at := range p.slots {
			// Searches rely on lists that ascend, each slot in one of them.
			if int(at) >= len(seen) || seen[at] || j > 0 && at < p.slots[j-1] {
				return nil, fmt.Errorf("%w: list %d", index.ErrDamaged, i)
			}
			seen[at] = true
		}
		p.codes = s.Bytes(st.coder.codeBytes(len(p.slots)))
		st.lists[i].store(p)
	}
	if err := s.Finish(); err != nil {
		return nil, err
	}
	moved, fresh, err := s.Roster.Match(ctx, &view, seen)
	if err != nil {
		return nil, err
	}
	if err := to.Accept(moved, fresh); err != nil {
		return nil, err
	}
	if err := st.adopt(ctx, to, moved, fresh); err != nil {
		return nil, err
	}
	st.settle()
	x.state.Store(st)
	return x, nil
}

// codeBytes is the size of n codes, in whole blocks; 0 without a coder.
func (c *coder) codeBytes(n int) int {
	if c == nil {
		return 0
	}
	return (n + vectorops.ScanBlock - 1) / vectorops.ScanBlock * c.blockBytes()
}
