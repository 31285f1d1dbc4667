package pq

import "voronoi/vectorops"

// Tabulator makes the tables by which queries scan the codes of a codebook. A
// table is linear in the query: a part's squared distances are |q|² − 2q·c + |c|²,
// its products −q·c. So what does not depend on the query is kept transposed, a
// row of the part's centroids for each dimension, and a table is a weighted sum
// of rows.
type Tabulator struct {
	book    *Codebook
	product bool
	terms   int       // rows for each part
	rows    []float32 // as vectorops.Tabulate takes them
}

// NewTabulator prepares tables of negative inner products, or of squared
// distances.
func NewTabulator(cb *Codebook, product bool) *Tabulator {
	t := &Tabulator{book: cb, product: product, terms: cb.Dsub}
	if !product {
		t.terms++
	}
	n := cb.Layout().Entries()
	t.rows = vectorops.AlignedFloats(cb.M * t.terms * n)
	for j := range cb.M {
		part, rows := cb.part(j), t.rows[j*t.terms*n:]
		for i := range n {
			// What no code says has the entries of a code, so that it does not
			// widen their range.
			c := part.Row(min(i, cb.Ksub-1))
			for k, x := range c {
				rows[k*n+i] = x
			}
			if !product {
				rows[cb.Dsub*n+i] = vectorops.SquaredNorm(c)
			}
		}
	}
	return t
}

// Bytes is the memory that the tabulator has.
func (t *Tabulator) Bytes() int { return 4 * len(t.rows) }

// Tabulate makes dst the table of a query, which has Dims values.
func (t *Tabulator) Tabulate(dst *ScanTable, query []float32) {
	cb, n := t.book, t.book.Layout().Entries()
	dst.grow(cb.Layout(), t.terms)
	dst.Bias = 0
	if !t.product {
		dst.Bias = vectorops.SquaredNorm(query)
	}
	t.weigh(dst, query)
	vectorops.Tabulate(dst.table, dst.bounds, dst.weights, t.rows, n)
	dst.quantize()
}

// weigh makes the weights of the rows for a query.
func (t *Tabulator) weigh(dst *ScanTable, query []float32) {
	cb, factor := t.book, float32(-1)
	if !t.product {
		factor = -2
	}
	for j := range cb.M {
		weights := dst.weights[j*t.terms : (j+1)*t.terms]
		for k, x := range query[j*cb.Dsub : (j+1)*cb.Dsub] {
			weights[k] = factor * x
		}
		if !t.product {
			weights[cb.Dsub] = 1
		}
	}
}

// grow makes room for the table of codes, and keeps the memory that t has.
func (t *ScanTable) grow(l Layout, terms int) {
	parts, n := l.Parts, l.Entries()
	t.layout = l
	size := parts * n
	if !l.Bytes {
		size = (parts + 1) / 2 * 2 * n
	}
	t.Tables = grown(t.Tables, size)
	t.weights, t.bounds, t.table = grown(t.weights, parts*terms), grown(t.bounds, 2*parts), grown(t.table, parts*n)
}

func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// quantize makes the byte form of t.table.
func (t *ScanTable) quantize() {
	parts, n := t.layout.Parts, t.layout.Entries()
	var widest float32
	for j := range parts {
		t.Bias += t.bounds[2*j]
		widest = max(widest, t.bounds[2*j+1]-t.bounds[2*j])
	}
	t.Step = widest / float32(min(255, 65535/parts))
	if !(t.Step > 0) || widest > maxFinite {
		t.Step = 0
		clear(t.Tables)
		return // all parts say the same, or nothing that can be told apart
	}
	vectorops.TableBytes(t.Tables[:parts*n], t.table, t.bounds, 1/t.Step, n)
	clear(t.Tables[parts*n:])
}

// Scan sums the entries of the first n codes of blocks, as vectorops.FastScan
// does.
func (t *ScanTable) Scan(sums []uint16, hits []uint64, n int, codes []byte, threshold uint16, next []byte) {
	if t.layout.Bytes {
		vectorops.ByteScan(sums, hits, n, codes, t.Tables, threshold)
		return
	}
	vectorops.FastScan(sums, hits, n, codes, t.Tables, threshold, next)
}
