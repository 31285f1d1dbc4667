package vectorops

import "fmt"

// The tables by which codes are scanned. A part's entries are weighted sums of
// rows that do not depend on the query, each of n values, n a multiple of 16:
//
//	dst[j·n + i] = Σ over k: weights[j·terms + k] · rows[(j·terms + k)·n + i]

// Tabulate writes the entries of len(bounds)/2 parts to dst, and the least and
// the greatest of part j to bounds[2j] and bounds[2j+1].
func Tabulate(dst, bounds, weights, rows []float32, n int) {
	parts := len(bounds) / 2
	if parts == 0 {
		return
	}
	terms := len(weights) / parts
	if n <= 0 || n%16 != 0 || terms == 0 || len(bounds) != 2*parts || len(weights) != parts*terms || len(dst) != parts*n || len(rows) != len(weights)*n {
		panic(fmt.Sprintf("vectorops: %d entries of %d parts from %d weights and %d values, %d to a row", len(dst), parts, len(weights), len(rows), n))
	}
	tabulate(dst, bounds, weights, rows, parts, terms, n)
}

// TableBytes writes what Tabulate gave as bytes: how much an entry is more than
// the least of its part, times factor, rounded. That must not be more than 255.
func TableBytes(dst []byte, table, bounds []float32, factor float32, n int) {
	parts := len(bounds) / 2
	if n <= 0 || n%16 != 0 || len(dst) != parts*n || len(table) != parts*n {
		panic(fmt.Sprintf("vectorops: %d bytes for %d entries of %d parts, %d to a part", len(dst), len(table), parts, n))
	}
	if parts > 0 {
		toBytes(dst, table, bounds, factor, parts, n)
	}
}

func tabulateGo(dst, bounds, weights, rows []float32, parts, terms, n int) {
	for j := range parts {
		out := dst[j*n : (j+1)*n]
		clear(out)
		for k := j * terms; k < (j+1)*terms; k++ {
			w, row := weights[k], rows[k*n:(k+1)*n]
			for i := range out {
				out[i] += w * row[i]
			}
		}
		least, most := out[0], out[0]
		for _, x := range out {
			least, most = min(least, x), max(most, x)
		}
		bounds[2*j], bounds[2*j+1] = least, most
	}
}

func toBytesGo(dst []byte, table, bounds []float32, factor float32, parts, n int) {
	for j := range parts {
		least := bounds[2*j]
		for i := j * n; i < (j+1)*n; i++ {
			dst[i] = byte(int32((table[i]-least)*factor + 0.5))
		}
	}
}
