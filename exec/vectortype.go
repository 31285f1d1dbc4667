package exec

import (
	"encoding/binary"
	"errors"
	"math"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/vectorops"
)

// vectorType is how the values of a type that distances are searched by are kept
// in memory, and how they get there.
type vectorType struct {
	format vectorops.Format
	// values appends the values of a stored vector, as a set of the format takes
	// them, to dst.
	values func(dst []float32, d datum.Datum) []float32
	// differ words that two vectors have another number of dimensions.
	differ string
}

// vectorTypes are the types that can be searched. A bit string is a vector of
// zeros and ones.
var vectorTypes = map[oid.OID]*vectorType{
	oid.Vector:    {vectorops.Float32, datum.AppendVectorFloats, "different vector dimensions %d and %d"},
	oid.HalfVec:   {vectorops.Float16, datum.AppendHalfVecFloats, "different halfvec dimensions %d and %d"},
	oid.SparseVec: {vectorops.Sparse, appendSparseVec, "different sparsevec dimensions %d and %d"},
	oid.Bit:       {vectorops.Bit, appendBits, "different bit lengths %d and %d"},
}

// isSearched reports whether a column can be searched by distance.
func isSearched(c *catalog.Column) bool { return vectorTypes[c.Type] != nil }

// of is the values of a stored vector; they may alias it.
func (t *vectorType) of(d datum.Datum) []float32 {
	if t.format == vectorops.Float32 {
		return datum.VectorFloats(d)
	}
	return t.values(make([]float32, 0, t.capacity(d)), d)
}

// squaredNorm is the squared norm of a stored vector.
func (t *vectorType) squaredNorm(d datum.Datum) float32 { return t.format.SquaredNorm(t.of(d)) }

// capacity is how many values a stored vector has.
func (t *vectorType) capacity(d datum.Datum) int {
	switch t.format {
	case vectorops.Float16:
		return datum.HalfVecDims(d)
	case vectorops.Bit:
		return datum.BitLen(d)
	case vectorops.Sparse:
		return len(d.Bytes()) / 4
	}
	return datum.VectorDims(d)
}

// newTable is an empty table for vectors like the given one.
func (t *vectorType) newTable(values []float32, keysOnly bool) (*index.Table, error) {
	dims := t.format.DimsOf(values)
	switch {
	case dims < 1: // a bit string may be empty
		return nil, &index.DimensionError{Want: 1, Have: dims}
	case keysOnly:
		return index.NewKeyTable(dims), nil
	}
	return index.NewTableOf(t.format, dims), nil
}

// worded is an error of a vector of the wrong length as pgvector has it.
func (t *vectorType) worded(err error) error {
	var dims *index.DimensionError
	if errors.As(err, &dims) {
		return pgerr.Newf(pgerr.DataException, t.differ, dims.Want, dims.Have)
	}
	return err
}

// bitValues are the values of the bits of each byte, the highest first.
var bitValues = func() (table [256][8]float32) {
	for b := range table {
		for i := range 8 {
			table[b][i] = float32(b >> (7 - i) & 1)
		}
	}
	return table
}()

func appendBits(dst []float32, d datum.Datum) []float32 {
	n := len(dst) + datum.BitLen(d)
	for _, b := range datum.BitBytes(d) {
		dst = append(dst, bitValues[b][:]...)
	}
	return dst[:n]
}

func appendSparseVec(dst []float32, d datum.Datum) []float32 {
	b := d.Bytes()
	n := (len(b) - 8) / 8
	dst = vectorops.SparseVector(dst, datum.SparseVecDims(d))
	indices, values := b[8:8+4*n], b[8+4*n:]
	for i := range n {
		dst = vectorops.AppendSparse(dst, int(binary.LittleEndian.Uint32(indices[4*i:])),
			math.Float32frombits(binary.LittleEndian.Uint32(values[4*i:])))
	}
	return dst
}
