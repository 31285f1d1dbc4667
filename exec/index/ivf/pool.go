package ivf

// pool holds what may be among the keep nearest of a batch of lists: entries of
// a total above a position, of which it wants the least. It counts them by total, in
// buckets, and so knows at every moment a total that at least keep of them are
// within: what is above that need not be looked at.
type pool struct {
	entries   []uint64
	keep      int
	after     uint64 // only what is behind this; 0 is all
	threshold uint32 // the highest total of interest; it only falls
	counts    [buckets]uint32
	within    int // the number of entries with a total up to threshold
	top       int // the highest bucket that is counted
	touched   int // buckets from here on are zero
	sweep     int // the number of entries at which those above threshold go
}

const (
	bucketShift = 4
	buckets     = 65536 >> bucketShift
	// maxTotal is more than any total: 65535 for the sum of a code, and as much
	// again for the base of its list.
	maxTotal = 1 << 18
)

func bucketOf(total uint32) int { return min(int(total>>bucketShift), buckets-1) }

// reset empties p, for the keep least of those up to limit and not before after.
func (p *pool) reset(keep int, after uint64, limit uint32) {
	clear(p.counts[:p.touched])
	p.entries, p.keep, p.after, p.threshold = p.entries[:0], keep, after, limit
	p.within, p.top, p.touched, p.sweep = 0, 0, 0, 8*keep
}

// add takes in an entry with a total up to the threshold.
func (p *pool) add(entry uint64) {
	p.entries = append(p.entries, entry)
	b := bucketOf(uint32(entry >> 32))
	p.counts[b]++
	p.within++
	p.top = max(p.top, b)
	p.touched = max(p.touched, p.top+1)
	if p.within <= p.keep {
		return
	}
	for p.within-int(p.counts[p.top]) >= p.keep {
		p.within -= int(p.counts[p.top])
		p.top--
	}
	if p.top < buckets-1 {
		p.threshold = min(p.threshold, uint32(p.top+1)<<bucketShift-1)
	}
	if len(p.entries) >= p.sweep {
		p.dropAbove()
		p.sweep = max(p.sweep, 2*len(p.entries))
	}
}

// dropAbove drops the entries above the threshold.
func (p *pool) dropAbove() {
	kept := 0
	for _, e := range p.entries {
		p.entries[kept] = e
		if uint32(e>>32) <= p.threshold {
			kept++
		}
	}
	p.entries = p.entries[:kept]
}

// cut leaves the keep least entries, in any order, and reports whether there were
// so many.
func (p *pool) cut() (full bool) {
	p.dropAbove()
	if len(p.entries) < p.keep {
		return false
	}
	selectLeast(p.entries, p.keep)
	p.entries = p.entries[:p.keep]
	return true
}

// upTo moves the entries from n on with a total of at most limit to the front of
// those, and returns where they end.
func (p *pool) upTo(n int, limit uint32) int {
	for i := n; i < len(p.entries); i++ {
		if e := p.entries[i]; uint32(e>>32) <= limit {
			p.entries[i], p.entries[n] = p.entries[n], e
			n++
		}
	}
	return n
}
