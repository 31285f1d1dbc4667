package index

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// Digest is a 64-bit hash of a vector's elements, bit by bit: two vectors of one
// length that differ have the same one with a chance of 2^-64. By it a segment
// recognizes the vectors that it was saved with. It is not meant to withstand
// somebody who looks for collisions: what such a vector gains is a place in an
// index that is not its best, for distances are always measured.
//
// Four lanes each take 16 bytes at a time into a 128-bit product whose halves
// are folded together, as wyhash and its relatives do; so it runs at the speed
// of memory.
func Digest(vec []float32) uint64 {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(vec))), 4*len(vec))
	le := binary.LittleEndian
	lanes := [4]uint64{digestSeed, digestSeed + 1, digestSeed + 2, digestSeed + 3}
	for ; len(b) >= 64; b = b[64:] {
		lanes[0] = fold(le.Uint64(b)^digestKeys[0], le.Uint64(b[8:])^lanes[0])
		lanes[1] = fold(le.Uint64(b[16:])^digestKeys[1], le.Uint64(b[24:])^lanes[1])
		lanes[2] = fold(le.Uint64(b[32:])^digestKeys[2], le.Uint64(b[40:])^lanes[2])
		lanes[3] = fold(le.Uint64(b[48:])^digestKeys[3], le.Uint64(b[56:])^lanes[3])
	}
	h := fold(lanes[0]^digestKeys[1], lanes[1]) ^ fold(lanes[2]^digestKeys[3], lanes[3]) ^ uint64(len(vec))
	for ; len(b) >= 16; b = b[16:] {
		h = fold(le.Uint64(b)^digestKeys[0], le.Uint64(b[8:])^h)
	}
	if len(b) > 0 {
		var tail [16]byte
		copy(tail[:], b)
		h = fold(le.Uint64(tail[:])^digestKeys[2], le.Uint64(tail[8:])^h)
	}
	return fold(h^digestKeys[0], digestKeys[1])
}

// The first digits of the fractional parts of the square roots of 2, 3, 5, 7
// and 11, odd.
const digestSeed = 0x6a09e667f3bcc909

var digestKeys = [4]uint64{0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// Digest is the digest of the vector of a slot, whether it is in memory or not;
// scratch is memory for Dims values, or nil.
func (v *View) Digest(s Slot, scratch []float32) uint64 {
	if c := v.chunks[s>>v.shift]; c.digests != nil {
		return c.digests[v.at(s)]
	}
	return Digest(v.vectors.Values(scratch, int(s)))
}
