package vectorops

import (
	"math"
	"unsafe"

	"voronoi/internal/float16"
)

// Format is the form in which a [Set] keeps vectors. Whoever adds, reads or
// searches vectors speaks of their values as float32s whatever the format; the
// values that a format can hold survive it unchanged, and the distance between
// two vectors of halves is the number that it is between the same of float32.
//
//	format    holds                                   bytes of d dimensions
//	Float32   any values                              4·d
//	Float16   values of half precision                2·d
//	Bit       zeros and ones                          d/8
//	Sparse    mostly zeros: see [AppendSparse]        8 for each other
type Format uint8

const (
	Float32 Format = iota
	Float16
	Bit
	Sparse
)

var formatNames = [...]string{Float32: "float32", Float16: "float16", Bit: "bit", Sparse: "sparse"}

// String is the format's name.
func (f Format) String() string { return formatNames[f] }

// A row of a set is so many words of 32 bits, of the type float32 because most
// are. In Float16 a word holds two halves, in Bit 32 bits, the first lowest,
// filled up with zeros.

// words is the length of a row; Sparse has no fixed one.
func (f Format) words(dims int) int {
	switch f {
	case Float16:
		return (dims + 1) / 2
	case Bit:
		return (dims + 31) / 32
	}
	return dims
}

// DimsOf is the number of dimensions of a vector whose values are given.
func (f Format) DimsOf(values []float32) int {
	if f == Sparse {
		return sparseDims(values)
	}
	return len(values)
}

// SquaredNorm is the inner product of a vector with itself; for Bit, the number
// of ones.
func (f Format) SquaredNorm(values []float32) float32 {
	if f == Sparse {
		return sparseSquaredNorm(values)
	}
	return SquaredNorm(values)
}

// encode writes values to a row of the format.
func (f Format) encode(row, values []float32) {
	switch f {
	case Float16:
		roundHalves(halves(row)[:len(values)], values)
	case Bit:
		words := bitWords(row)
		clear(words)
		for i, x := range values {
			words[i/32] |= isOne(x) << (i % 32)
		}
	default:
		copy(row, values)
	}
}

// isOne is 1 for one and 0 for zero: a bit in which their forms differ.
func isOne(x float32) uint32 { return math.Float32bits(x) >> 29 & 1 }

// decode writes the values of a row.
func (f Format) decode(values, row []float32) {
	switch f {
	case Float16:
		widenHalves(values, halves(row)[:len(values)])
	case Bit:
		words := bitWords(row)
		for i := range values {
			values[i] = float32(words[i/32] >> (i % 32) & 1)
		}
	default:
		copy(values, row)
	}
}

// query is a vector in the form in which the kernels of the format take a
// query: packed for Bit, values otherwise.
func (f Format) query(values []float32) []float32 {
	if f != Bit {
		return values
	}
	row := AlignedFloats(f.words(len(values)))
	f.encode(row, values)
	return row
}

func halves(row []float32) []uint16 {
	return unsafe.Slice((*uint16)(unsafe.Pointer(unsafe.SliceData(row))), 2*len(row))
}

func bitWords(row []float32) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(row))), len(row))
}

func widenHalvesGo(dst []float32, src []uint16) {
	for i, h := range src {
		dst[i] = float16.Widen(h)
	}
}

func roundHalvesGo(dst []uint16, src []float32) {
	for i, x := range src {
		dst[i] = float16.Round(x)
	}
}
