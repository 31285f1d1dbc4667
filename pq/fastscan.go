package pq

import (
	"math"

	"voronoi/vectorops"
)

// ScanKsub is how many centroids a part has in codes of 4 bits. Codebooks with
// more are scanned by a byte for each part.
const ScanKsub = 16

// ScanEntries is how many entries a part has in the tables that codes are scanned
// by: as many as its codes can say, 16 or 256.
func (cb *Codebook) ScanEntries() int {
	if cb.Ksub <= ScanKsub {
		return ScanKsub
	}
	return MaxKsub
}

// ScanRows is the number of rows of vectorops.ScanBlock bytes that a block of
// packed codes has: a part to a row, or two of 4 bits.
func (cb *Codebook) ScanRows() int {
	if cb.Ksub <= ScanKsub {
		return (cb.M + 1) / 2
	}
	return cb.M
}

// Pack writes a code as vector v of a block of packed codes, in the layout of
// vectorops.FastScan or ByteScan.
func (cb *Codebook) Pack(block []byte, v int, code []byte) {
	if cb.Ksub > ScanKsub {
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
func (cb *Codebook) Unpack(code, block []byte, v int) {
	if cb.Ksub > ScanKsub {
		for j := range code {
			code[j] = block[j*vectorops.ScanBlock+v]
		}
		return
	}
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
	least      []float32 // of each part, while the table is made

	entries                int       // of each part
	weights, bounds, table []float32 // while a Tabulator makes it
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
	t.Bias, t.least = 0, t.least[:0]
	var widest float32
	for j := range cb.M {
		// Integers have a minimum without a branch that would be mispredicted.
		least, most := int32(math.MaxInt32), int32(math.MinInt32)
		for _, x := range table[j*cb.Ksub : (j+1)*cb.Ksub] {
			o := ordered(math.Float32bits(x))
			least, most = min(least, o), max(most, o)
		}
		from, to := unordered(least), unordered(most)
		t.least = append(t.least, from)
		t.Bias += from
		widest = max(widest, to-from)
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
		least := t.least[j]
		out := t.Tables[j*ScanKsub:][:len(part)]
		for c, x := range part {
			out[c] = byte(int32((x-least)*inverse + 0.5)) // levels at most
		}
	}
}

// ordered are the bits of a float as an integer that orders as the floats do,
// NaN before and behind all others; unordered is the float again.
func ordered(bits uint32) int32 { return int32(bits) ^ int32(bits)>>31&math.MaxInt32 }

func unordered(o int32) float32 { return math.Float32frombits(uint32(o ^ o>>31&math.MaxInt32)) }

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
