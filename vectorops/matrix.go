package vectorops

import "unsafe"

// Matrix is rows of float32 one after the other.
type Matrix struct {
	Dims int
	Data []float32 // Rows()·Dims values
}

// NewMatrix returns a matrix of zeros that begins on a cache line.
func NewMatrix(rows, dims int) Matrix {
	return Matrix{Dims: dims, Data: AlignedFloats(rows * dims)}
}

// Rows is the number of rows.
func (m Matrix) Rows() int {
	if m.Dims == 0 {
		return 0
	}
	return len(m.Data) / m.Dims
}

// Row is row i, not a copy.
func (m Matrix) Row(i int) []float32 {
	return m.Data[i*m.Dims : (i+1)*m.Dims : (i+1)*m.Dims]
}

// Slice is rows i to j, not a copy.
func (m Matrix) Slice(i, j int) Matrix {
	return Matrix{Dims: m.Dims, Data: m.Data[i*m.Dims : j*m.Dims]}
}

// alignment is the size of a cache line and of an AVX-512 register in bytes.
const alignment = 64

// AlignedFloats returns n zeros that begin on a cache line.
func AlignedFloats(n int) []float32 {
	const per = alignment / 4
	buf := make([]float32, n+per-1)
	skip := 0
	if over := int(uintptr(unsafe.Pointer(unsafe.SliceData(buf))) % alignment); over != 0 {
		skip = (alignment - over) / 4
	}
	return buf[skip : skip+n : skip+n]
}
