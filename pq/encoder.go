package pq

import "voronoi/vectorops"

// Encoder encodes many vectors by one codebook. For each part it makes the
// distances to all centroids as a table is made, and takes the least; of centroids
// that are equally near but for rounding that is not always the one that
// [Codebook.Encode] takes. It has its own scratch, so it is for one goroutine.
type Encoder struct {
	from  *Tabulator // of squared distances
	table ScanTable
}

// NewEncoder returns an encoder that uses the rows of a tabulator of squared
// distances.
func (t *Tabulator) NewEncoder() *Encoder {
	e := &Encoder{from: t}
	e.table.grow(t.book.Layout(), t.terms)
	return e
}

// Encode writes the code of a vector of Dims values to dst, which has room for M
// bytes, and returns the squared distance of the vector to what that decodes to.
func (e *Encoder) Encode(dst []byte, vec []float32) float32 {
	t, n := e.from, e.from.book.Layout().Entries()
	t.weigh(&e.table, vec)
	vectorops.Tabulate(e.table.table, e.table.bounds, e.table.weights, t.rows, n)
	squared := vectorops.SquaredNorm(vec)
	for j := range dst[:t.book.M] {
		least, at := e.table.bounds[2*j], 0
		for i, x := range e.table.table[j*n : (j+1)*n] {
			if x == least {
				at = i
				break
			}
		}
		dst[j] = byte(at)
		squared += least
	}
	return max(squared, 0)
}
