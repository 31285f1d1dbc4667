package ivf

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"voronoi/exec/index"
	"voronoi/pq"
	"voronoi/vectorops"
)

const (
	segmentKind    = "ivf"
	segmentVersion = 2
)

// Save writes the index as the snapshot of stamp sees it: parameters,
// codebook, centroids, and for each list the keys in it.
func (x *Index) Save(w io.Writer, stamp index.Stamp) error {
	st := x.state.Load()
	view := st.view.Now()
	le := binary.LittleEndian
	b := append([]byte(nil), byte(x.options.Metric))
	b = le.AppendUint32(b, uint32(view.Dims()))
	b = le.AppendUint32(b, uint32(x.options.Lists))
	b = le.AppendUint32(b, uint32(x.options.Iterations))
	b = le.AppendUint64(b, x.options.Seed)
	b = le.AppendUint32(b, uint32(int32(x.options.Parts)))
	b, err := appendCoder(b, st.coder)
	if err != nil {
		return err
	}
	b = le.AppendUint32(b, uint32(len(st.lists)))
	for _, f := range st.coarse.centroids.Data {
		b = le.AppendUint32(b, math.Float32bits(f))
	}
	for i := range st.lists {
		at := len(b)
		b = le.AppendUint32(b, 0)
		n := uint32(0)
		for _, s := range st.lists[i].load().slots {
			if int(s) < view.Len() && view.Visible(s, stamp.Seq) {
				b = le.AppendUint64(b, uint64(view.Key(s)))
				n++
			}
		}
		le.PutUint32(b[at:], n)
	}
	return index.WriteSegment(w, segmentKind, segmentVersion, stamp, b)
}

// Load reads an index that was saved for exactly the vectors that t has, and
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
	x.options.Lists = int(d.U32())
	x.options.Iterations = int(d.U32())
	x.options.Seed = d.U64()
	x.options.Parts = int(int32(d.U32()))
	st := &state{view: x.covered}
	if st.coder, err = readCoder(d, x.options.Metric); err != nil {
		return nil, err
	}
	n := int(d.U32())
	if d.Failed() || n < MinLists || n > MaxLists || !x.options.Metric.Valid() ||
		st.coder != nil && st.coder.book.Dims() < dims {
		return nil, fmt.Errorf("%w: parameters", index.ErrDamaged)
	}
	if dims != t.Dims() {
		return nil, fmt.Errorf("%w: vectors of length %d, not %d", index.ErrStale, dims, t.Dims())
	}
	if d.Len() < 4*n*dims {
		return nil, fmt.Errorf("%w: centroids", index.ErrDamaged)
	}
	st.lists = make([]list, n)
	st.coarse = coarse{centroids: vectorops.NewMatrix(n, dims), spherical: isSpherical(x.options.Metric)}
	for i := range st.coarse.centroids.Data {
		st.coarse.centroids.Data[i] = math.Float32frombits(d.U32())
	}
	seen := make([]bool, x.covered.Len())
	total := 0
	for i := range st.lists {
		size := int(d.U32())
		if d.Failed() || d.Len() < 8*size {
			return nil, fmt.Errorf("%w: list %d", index.ErrDamaged, i)
		}
		slots := make([]index.Slot, size)
		for j := range slots {
			s, ok := t.Slot(int64(d.U64()))
			if !ok || seen[s] {
				return nil, fmt.Errorf("%w: a key in list %d", index.ErrStale, i)
			}
			slots[j], seen[s] = s, true
		}
		total += size
		slices.Sort(slots)
		st.lists[i].store(posting{slots: slots})
	}
	if total != x.covered.Len() || d.Len() != 0 {
		return nil, fmt.Errorf("%w: %d vectors of %d", index.ErrStale, total, x.covered.Len())
	}
	// Codes are made anew: that is quicker than reading them would be safe.
	if err := st.encodeAll(context.Background()); err != nil {
		return nil, err
	}
	x.state.Store(st)
	return x, nil
}

// appendCoder appends the length of a marshalled codebook and the codebook;
// zero for none.
func appendCoder(b []byte, c *coder) ([]byte, error) {
	if c == nil {
		return binary.LittleEndian.AppendUint32(b, 0), nil
	}
	book, err := c.book.MarshalBinary()
	b = binary.LittleEndian.AppendUint32(b, uint32(len(book)))
	return append(b, book...), err
}

func readCoder(d *index.Decoder, metric vectorops.Metric) (*coder, error) {
	n := int(d.U32())
	if n == 0 {
		return nil, nil
	}
	c := &coder{metric: metric, book: new(pq.Codebook)}
	if err := c.book.UnmarshalBinary(d.Bytes(n)); err != nil {
		return nil, fmt.Errorf("%w: %w", index.ErrDamaged, err)
	}
	if c.book.Ksub > pq.ScanKsub || !hasCodes(metric) {
		return nil, fmt.Errorf("%w: codebook", index.ErrDamaged)
	}
	return c, nil
}
