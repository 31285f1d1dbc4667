package pq

import "voronoi/vectorops"

// ScanKsub is how many centroids a part has in codes of 4 bits, which fast
// scan takes.
const ScanKsub = 16

// ScanRows is the number of rows of vectorops.ScanBlock bytes that a block of
// packed codes has: two parts to a row.
func (cb *Codebook) ScanRows() int { return (cb.M + 1) / 2 }

// Pack writes a code as vector v of a block of packed codes, in the layout of
// vectorops.FastScan. The codebook has ScanKsub centroids at most.
func (cb *Codebook) Pack(block []byte, v int, code []byte) {
	for j := 0; j < len(code); j += 2 {
		b := code[j]
		if j+1 < len(code) {
			b |= code[j+1] << 4
		}
		block[j/2*vectorops.ScanBlock+v] = b
	}
}

// Unpack reads what Pack wrote.
func (cb *Codebook) Unpack(code, block []byte, v int) {
	for j := range code {
		code[j] = block[j/2*vectorops.ScanBlock+v] >> (j % 2 * 4) & 15
	}
}

// ScanTable is a table of one query in bytes, as fast scan takes it: entry e
// stands for e·Step more than the least entry of its part, so a sum s over all
// parts stands for Bias + s·Step, and is wrong by half a Step for each part at
// most.
type ScanTable struct {
	Tables     []byte
	Bias, Step float32
}

// Quantize makes t the byte form of a table, which has Ksub entries for each
// part, such as DistanceTable gives. No sum is more than 65535.
func (cb *Codebook) Quantize(t *ScanTable, table []float32) {
	size := cb.ScanRows() * 2 * ScanKsub
	if cap(t.Tables) < size {
		t.Tables = make([]byte, size)
	}
	t.Tables = t.Tables[:size]
	clear(t.Tables)
	t.Bias = 0
	var widest float32
	for j := range cb.M {
		part := table[j*cb.Ksub : (j+1)*cb.Ksub]
		least, most := part[0], part[0]
		for _, x := range part[1:] {
			least, most = min(least, x), max(most, x)
		}
		t.Bias += least
		widest = max(widest, most-least)
	}
	levels := float32(min(255, 65535/cb.M))
	t.Step = widest / levels
	if !(t.Step > 0) || widest > maxFinite {
		t.Step = 0
		return // all parts say the same, or nothing that can be told apart
	}
	inverse := 1 / t.Step
	for j := range cb.M {
		part := table[j*cb.Ksub : (j+1)*cb.Ksub]
		least := part[0]
		for _, x := range part[1:] {
			least = min(least, x)
		}
		out := t.Tables[j*ScanKsub:]
		for c, x := range part {
			out[c] = byte(min((x-least)*inverse+0.5, levels))
		}
	}
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
