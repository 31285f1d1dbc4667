package ivf

import (
	"context"
	"slices"

	"voronoi/exec/index"
	"voronoi/pq"
	"voronoi/vectorops"
)

// coder makes the 4-bit codes that lists are scanned by. Vectors are coded as
// they are compared: at length one for cosine, filled up with zeros where the
// parts do not divide the dimensions.
type coder struct {
	book   *pq.Codebook
	metric vectorops.Metric
}

// Values of Options.Parts that are no number of parts.
const (
	AutoParts = 0  // the index decides: none for few vectors
	NoParts   = -1 // none
)

// autoCodeRows is from how many vectors on codes are worth their memory.
const autoCodeRows = 10000

// maxAutoParts is up to where each dimension is a part of its own: four bits a
// dimension find nearly all that measuring finds. Longer vectors say less by
// each dimension.
const maxAutoParts = 256

// maxQuantizedParts bounds the parts of an index that consists of codes.
const maxQuantizedParts = 512

// partsFor is the number of parts for vectors of length d, and the length of
// each.
func (o *Options) partsFor(d int) (m, dsub int) {
	parts := o.Parts
	switch {
	case parts != AutoParts:
	case o.Quantized:
		parts = min((d+1)/2, maxQuantizedParts)
	default:
		parts = maxAutoParts
	}
	parts = min(parts, d)
	dsub = (d + parts - 1) / parts
	return (d + dsub - 1) / dsub, dsub
}

// trainCoder learns a codebook from some of the vectors; nil if there are too
// few, or if the metric cannot be taken apart.
func trainCoder(ctx context.Context, sample vectorops.Matrix, o Options) (*coder, error) {
	if !hasCodes(o.Metric) || sample.Rows() < pq.ScanKsub {
		return nil, nil
	}
	m, dsub := o.partsFor(sample.Dims)
	rows := min(sample.Rows(), trainPerList*pq.ScanKsub)
	c := &coder{metric: o.Metric, book: &pq.Codebook{M: m, Dsub: dsub}}
	coded := vectorops.NewMatrix(rows, m*dsub)
	for i := range rows {
		// Evenly over the sample, which is in order of insertion.
		c.coded(coded.Row(i), sample.Row(i*sample.Rows()/rows))
	}
	book, err := pq.Train(ctx, coded, pq.Options{M: m, Ksub: pq.ScanKsub, Seed: o.Seed, Iterations: o.Iterations})
	if err != nil {
		return nil, err
	}
	c.book = book
	return c, nil
}

// hasCodes reports whether a metric can be taken apart into one of each part. A
// vector of bits needs no codes: it is one.
func hasCodes(m vectorops.Metric) bool {
	return m == vectorops.L2 || m == vectorops.IP || m == vectorops.Cosine
}

// coded writes a vector as it is coded to dst, of Dims of the codebook.
func (c *coder) coded(dst, vec []float32) {
	n := len(vec)
	if c.metric == vectorops.Cosine {
		vectorops.Normalize(dst[:n], vec)
	} else {
		copy(dst, vec)
	}
	clear(dst[n:])
}

// blockBytes is the size of a block of codes.
func (c *coder) blockBytes() int { return c.book.ScanRows() * vectorops.ScanBlock }

// encoder codes vectors, with its own scratch.
type encoder struct {
	*coder
	vec  []float32
	code []byte
}

func (c *coder) encoder() *encoder {
	return &encoder{c, make([]float32, c.book.Dims()), make([]byte, c.book.M)}
}

// append adds the code of a vector, the n-th of its list, to the list's codes.
func (e *encoder) append(codes []byte, n int, vec []float32) []byte {
	if n%vectorops.ScanBlock == 0 {
		codes = append(codes, make([]byte, e.blockBytes())...)
	}
	e.coded(e.vec, vec)
	e.book.Encode(e.code, e.vec)
	e.book.Pack(codes[n/vectorops.ScanBlock*e.blockBytes():], n%vectorops.ScanBlock, e.code)
	return codes
}

// scanTable is the table by which a query scans codes, and what it was made
// with.
type scanTable struct {
	pq.ScanTable
	vec, entries []float32
}

// reset makes t the table of a query, and keeps the memory that it has.
func (t *scanTable) reset(c *coder, query []float32) {
	t.vec = slices.Grow(t.vec[:0], c.book.Dims())[:c.book.Dims()]
	c.coded(t.vec, query)
	n := c.book.M * c.book.Ksub
	t.entries = slices.Grow(t.entries[:0], n)[:n]
	if c.metric == vectorops.L2 {
		c.book.DistanceTable(t.entries, t.vec)
	} else {
		c.book.ProductTable(t.entries, t.vec)
	}
	c.book.Quantize(&t.ScanTable, t.entries)
}

// wantsCodes reports whether an index over rows vectors has codes.
func (o *Options) wantsCodes(rows int) bool {
	return o.Parts > 0 || o.Parts == AutoParts && (rows >= autoCodeRows || o.Quantized)
}

// encodeAll gives each list the codes of its slots.
func (st *state) encodeAll(ctx context.Context) error {
	if st.coder == nil {
		return nil
	}
	return vectorops.InBlocks(ctx, len(st.lists), 1, func(lo, _ int) {
		e := st.coder.encoder()
		p := *st.lists[lo].load()
		for i, s := range p.slots {
			p.codes = e.append(p.codes, i, st.view.Vector(s))
		}
		st.lists[lo].store(p)
	})
}

// moved is the codes of the slots at positions kept, which ascend.
func (c *coder) moved(codes []byte, kept []int) []byte {
	if c == nil {
		return nil
	}
	size := c.blockBytes()
	out := make([]byte, (len(kept)+vectorops.ScanBlock-1)/vectorops.ScanBlock*size)
	code := make([]byte, c.book.M)
	for to, from := range kept {
		c.book.Unpack(code, codes[from/vectorops.ScanBlock*size:], from%vectorops.ScanBlock)
		c.book.Pack(out[to/vectorops.ScanBlock*size:], to%vectorops.ScanBlock, code)
	}
	return out
}

// estimator finds, in the lists of a batch, the slots whose codes are nearest.
type estimator struct {
	table scanTable
	sums  []uint16
	hits  []uint64
	// pool holds what may be among the nearest: the sum, above the slot. It is
	// cut down to the best when it has twice as many, and the threshold with it.
	pool      []uint64
	keep      int
	threshold uint16
	after     uint64 // only what is behind this; 0 is all
}

// reset prepares for the best of a batch behind after.
func (e *estimator) reset(keep int, after uint64) {
	e.pool, e.keep, e.threshold, e.after = e.pool[:0], keep, 65535, after
}

// scan looks at the first n codes of a list. wanted says whether the search
// may deliver a slot; nil is all.
func (e *estimator) scan(p *posting, n int, wanted func(index.Slot) bool) {
	blocks := (n + vectorops.ScanBlock - 1) / vectorops.ScanBlock
	if cap(e.hits) < blocks {
		e.sums, e.hits = make([]uint16, blocks*vectorops.ScanBlock), make([]uint64, blocks)
	}
	sums, hits := e.sums[:blocks*vectorops.ScanBlock], e.hits[:blocks]
	vectorops.FastScan(sums, hits, n, p.codes[:blocks*len(e.table.Tables)/32*vectorops.ScanBlock], e.table.Tables, e.threshold)
	for b, set := range hits {
		for ; set != 0; set &= set - 1 {
			v := trailingZeros(set)
			sum := sums[b*vectorops.ScanBlock+vectorops.ScanIndex(v)]
			s := p.slots[b*vectorops.ScanBlock+v]
			entry := uint64(sum)<<32 | uint64(s)
			// The threshold may have fallen since the scan.
			if sum > e.threshold || entry < e.after || wanted != nil && !wanted(s) {
				continue
			}
			e.pool = append(e.pool, entry)
			if len(e.pool) == 2*e.keep {
				e.cut()
			}
		}
	}
}

// cut keeps the best of the pool.
func (e *estimator) cut() {
	if len(e.pool) <= e.keep {
		return
	}
	selectLeast(e.pool, e.keep)
	e.pool = e.pool[:e.keep]
	var worst uint64
	for _, x := range e.pool {
		worst = max(worst, x)
	}
	e.threshold = uint16(worst >> 32)
}
