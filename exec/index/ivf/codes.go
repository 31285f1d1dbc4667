package ivf

import (
	"context"

	"voronoi/exec/index"
	"voronoi/pq"
	"voronoi/vectorops"
)

// wantsCodes reports whether an index over rows vectors has codes.
func (o *Options) wantsCodes(rows int) bool {
	return o.Parts > 0 || o.Parts == AutoParts && (rows >= autoCodeRows || o.Quantized)
}

// encodeAll gives each list the codes of its slots.
func (st *state) encodeAll(ctx context.Context) error {
	if st.coder == nil {
		return nil
	}
	return vectorops.InBlocks(ctx, len(st.lists), 1, func(l, _ int) {
		e := st.coder.encoder(st.view.Dims())
		p := *st.lists[l].load()
		p.codes = make([]byte, 0, (len(p.slots)+vectorops.ScanBlock-1)/vectorops.ScanBlock*st.coder.blockBytes())
		for i, s := range p.slots {
			p.codes = e.append(p.codes, i, l, st.view.Vector(s))
		}
		st.lists[l].store(p)
	})
}

// probed is a list as it was when it was probed: the first n of it count.
type probed struct {
	*posting
	list int
	n    int
	from uint32  // how many slots the lists of the batch before it have
	base float32 // what its estimates have in common: coder.base
}

// firstCodes is the codes of the first n slots.
func (p *probed) firstCodes(blockBytes int) []byte {
	return p.codes[:(p.n+vectorops.ScanBlock-1)/vectorops.ScanBlock*blockBytes]
}

// estimator finds, in the lists of a batch, the slots whose codes are nearest.
// What it compares are totals: the estimates in steps of the table, counted
// from that of the least base, as whole numbers. A slot is named by its position
// in the batch, so that only those found need be looked up.
type estimator struct {
	table scanTable
	sums  []uint16
	hits  []uint64
	base  float32 // the least of the batch
	pool

	// Of codes with numbers beside them.
	span     span
	relative []float32 // the query, to a list
	relation pq.ScanTable
}

// begin prepares for a batch.
func (e *estimator) begin(c *coder, lists []probed) {
	if c.factors > 0 {
		e.span = c.spanOf(&e.table, lists)
		return
	}
	e.base = 0
	for i := range lists {
		if i == 0 || lists[i].base < e.base {
			e.base = lists[i].base
		}
	}
}

// slotAt is the slot at a position in a batch.
func slotAt(lists []probed, position uint32) index.Slot {
	lo, hi := 0, len(lists) // the last list that begins at or before it
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; lists[mid].from <= position {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lists[lo].slots[position-lists[lo].from]
}

// total is an estimate as it is compared, or the greatest below it.
func (e *estimator) total(estimate float64) uint32 {
	t := (estimate - float64(e.base) - float64(e.table.Bias)) / float64(e.table.Step)
	switch {
	case !(t < maxTotal): // NaN for a table that tells nothing apart
		return maxTotal
	case t < 0:
		return 0
	}
	return uint32(t)
}

// scan looks at the codes of lists[at]. wanted says whether the search may
// deliver a slot; nil is all.
func (e *estimator) scan(c *coder, lists []probed, at int, wanted func(index.Slot) bool) {
	p := &lists[at]
	if c.factors > 0 {
		e.scanWeighted(c, p, wanted)
		return
	}
	offset := uint32(0)
	if x := (p.base - e.base) / e.table.Step; x > 0 { // false for NaN
		offset = uint32(min(x, maxTotal/2))
	}
	if offset > e.threshold {
		return
	}
	var next []byte
	if at+1 < len(lists) {
		next = lists[at+1].codes
	}
	blocks := (p.n + vectorops.ScanBlock - 1) / vectorops.ScanBlock
	e.room(blocks)
	sums, hits := e.sums[:blocks*vectorops.ScanBlock], e.hits[:blocks]
	e.table.Scan(sums, hits, p.n, p.firstCodes(e.table.blockBytes), uint16(min(e.threshold-offset, 65535)), next)
	for b, set := range hits {
		for ; set != 0; set &= set - 1 {
			v := trailingZeros(set)
			total := offset + uint32(sums[b*vectorops.ScanBlock+vectorops.ScanIndex(v)])
			e.offer(p, b*vectorops.ScanBlock+v, total, wanted)
		}
	}
}

// room makes room for the sums of so many blocks.
func (e *estimator) room(blocks int) {
	if cap(e.hits) < blocks {
		e.sums, e.hits = make([]uint16, blocks*vectorops.ScanBlock), make([]uint64, blocks)
	}
}

// offer adds the i-th vector of a list to the pool, if it is wanted there.
func (e *estimator) offer(p *probed, i int, total uint32, wanted func(index.Slot) bool) {
	if total > e.threshold { // which may have fallen since the scan
		return
	}
	entry := uint64(total)<<32 | uint64(p.from+uint32(i))
	if entry < e.after || wanted != nil && !wanted(p.slots[i]) {
		return
	}
	e.add(entry)
}
