package pq

import "voronoi/vectorops"

// ScanKsub is how many centroids a part has in codes of 4 bits. Codebooks with
// more are scanned by a byte for each part.
const ScanKsub = 16

// Layout is how the codes of a block of vectors lie: those of 4 bits in the layout
// of vectorops.FastScan, those of bytes in that of vectorops.ByteScan.
type Layout struct {
	Parts int
	Bytes bool
}

// Layout is that of the codebook's codes.
func (cb *Codebook) Layout() Layout { return Layout{Parts: cb.M, Bytes: cb.Ksub > ScanKsub} }

// Entries is how many entries a part has in the tables that codes are scanned by:
// as many as its codes can say.
func (l Layout) Entries() int {
	if l.Bytes {
		return MaxKsub
	}
	return ScanKsub
}

// Rows is the number of rows of vectorops.ScanBlock bytes that a block has: a part
// to a row, or two of 4 bits.
func (l Layout) Rows() int {
	if l.Bytes {
		return l.Parts
	}
	return (l.Parts + 1) / 2
}

// BlockBytes is the size of a block.
func (l Layout) BlockBytes() int { return l.Rows() * vectorops.ScanBlock }

// Pack writes a code as vector v of a block.
func (l Layout) Pack(block []byte, v int, code []byte) {
	if l.Bytes {
		for j, c := range code {
			block[j*vectorops.ScanBlock+v] = c
		}
		return
	}
	for j := 0; j < len(code); j += 2 {
		b := code[j]
		if j+1 < len(code) {
			b |= code[j+1] << 4
		}
		block[j/2*vectorops.ScanBlock+v] = b
	}
}

// Unpack reads what Pack wrote.
func (l Layout) Unpack(code, block []byte, v int) {
	if l.Bytes {
		for j := range code {
			code[j] = block[j*vectorops.ScanBlock+v]
		}
		return
	}
	for j := range code {
		code[j] = block[j/2*vectorops.ScanBlock+v] >> (j % 2 * 4) & 15
	}
}

// Move copies the code of vector from of a block to vector to of another.
func (l Layout) Move(dst []byte, to int, src []byte, from int) {
	for at := 0; at < l.BlockBytes(); at += vectorops.ScanBlock {
		dst[at+to] = src[at+from]
	}
}

// ScanTable is a table of one query in bytes, as fast scan takes it: entry e
// stands for e·Step more than the least entry of its part, so a sum s over all
// parts stands for Bias + s·Step, and is wrong by half a Step for each part at
// most.
type ScanTable struct {
	Tables     []byte
	Bias, Step float32
	layout     Layout

	weights, bounds, table []float32 // while it is made
}

// maxFinite is more than any range of distances that is worth a table.
const maxFinite = 1e38

// ProductTable writes the negative inner products of each part of a query with
// each of its centroids to dst, as DistanceTable does with squared distances:
// the sum of a code's entries is the negative inner product of the query with
// the decoded code.
func (cb *Codebook) ProductTable(dst, query []float32) {
	for j := range cb.M {
		out := dst[j*cb.Ksub : (j+1)*cb.Ksub]
		vectorops.InnerProduct(out, query[j*cb.Dsub:(j+1)*cb.Dsub], cb.part(j).Data)
		for c, x := range out {
			out[c] = -x
		}
	}
}
