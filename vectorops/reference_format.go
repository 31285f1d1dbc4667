package vectorops

import "math/bits"

// The kernels over vectors that are not float32, in plain Go. Those over half
// precision are those over single precision, once the vector is widened: that
// is what makes a distance the same number in both.

// blockKernel is the kernel over float32 of the variant in use.
func (m raw) blockKernel() func(dst, query, vectors []float32) {
	switch m {
	case rawL2Squared:
		return l2Squared
	case rawProduct:
		return innerProduct
	}
	return l1
}

func halfBlockWidened(m raw, dst, query, rows []float32, words int) {
	kernel, d := m.blockKernel(), len(query)
	vec := make([]float32, d)
	for i := range dst {
		widenHalves(vec, halves(rows[i*words : (i+1)*words])[:d])
		kernel(dst[i:i+1], query, vec)
	}
}

func halfFourWidened(m raw, dst, queries, rows []float32, words int) {
	n, d := len(dst)/queryGroup, len(queries)/queryGroup
	for i := range queryGroup {
		halfBlockWidened(m, dst[i*n:(i+1)*n], queries[i*d:(i+1)*d], rows, words)
	}
}

func halfGatherWidened(m raw, dst, query []float32, view View, slots []uint32) {
	kernel, d := m.blockKernel(), len(query)
	vec := make([]float32, d)
	for i, slot := range slots {
		widenHalves(vec, halves(view.row(int(slot)))[:d])
		kernel(dst[i:i+1], query, vec)
	}
}

// bitBlockGo counts the bits that a query and rows of its length have in
// common, or those in which they differ.
func bitBlockGo(m raw, dst, query, rows []float32) {
	q, all := bitWords(query), bitWords(rows)
	for i := range dst {
		row := all[i*len(q):][:len(q)]
		n := 0
		if m == rawProduct {
			for j, x := range q {
				n += bits.OnesCount32(x & row[j])
			}
		} else {
			for j, x := range q {
				n += bits.OnesCount32(x ^ row[j])
			}
		}
		dst[i] = float32(n)
	}
}
