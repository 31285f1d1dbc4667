package vectorops

import (
	"fmt"
	"math/bits"
	"sync/atomic"
)

// Set is a growing sequence of vectors of one length, addressed by slot
// number from 0. They lie contiguously in chunks of a fixed number of vectors,
// in the set's [Format], and a vector never moves, so that one goroutine can
// append while any number of others read: a reader takes a [View], and sees
// neither lock nor change.
type Set struct {
	format Format
	dims   int
	words  int  // of a row
	shift  uint // a chunk holds 1<<shift vectors
	// chunks is replaced when it grows and is always stored before len, so
	// that a reader who loads len first finds all chunks that it needs.
	chunks atomic.Pointer[[][]float32]
	ragged atomic.Pointer[[]*ragged] // the chunks of a Sparse set
	// elements is how many words the rows of a Sparse set are.
	elements atomic.Int64
	len      atomic.Int64
}

const (
	chunkBytes   = 1 << 20 // what a chunk should weigh
	minChunkRows = 16
	maxChunkRows = 1024 // so that a small table stays small
)

// NewSet returns an empty set of vectors of length dims.
func NewSet(dims int) *Set { return NewSetOf(Float32, dims) }

// NewSetOf is NewSet for vectors that are kept in another format.
func NewSetOf(format Format, dims int) *Set {
	if dims <= 0 {
		panic(fmt.Sprintf("vectorops: set of vectors of length %d", dims))
	}
	s := &Set{format: format, dims: dims, words: format.words(dims)}
	rows := min(max(chunkBytes/(4*s.words), minChunkRows), maxChunkRows)
	if format == Sparse {
		rows = maxChunkRows
	}
	s.shift = uint(bits.Len(uint(rows)) - 1)
	s.chunks.Store(new([][]float32))
	s.ragged.Store(new([]*ragged))
	return s
}

// Dims is the length of each vector.
func (s *Set) Dims() int { return s.dims }

// Format is the form in which the vectors are kept.
func (s *Set) Format() Format { return s.format }

// RowBytes is the memory that a vector takes; in Sparse, where they differ, that
// of the average one.
func (s *Set) RowBytes() int {
	if s.format != Sparse {
		return 4 * s.words
	}
	n := int(s.len.Load())
	if n == 0 {
		return 0
	}
	return 24 + int(4*s.elements.Load())/n // and a slice header
}

// ChunkShift is the binary logarithm of the number of vectors per chunk.
func (s *Set) ChunkShift() uint { return s.shift }

// Append adds the vector with the given values at the end and returns its slot.
// Appends need to be ordered by the caller; views may be taken at any time.
func (s *Set) Append(values []float32) int {
	if d := s.format.DimsOf(values); d != s.dims {
		panic(fmt.Sprintf("vectorops: vector of length %d for a set of %d", d, s.dims))
	}
	slot := int(s.len.Load())
	if s.format == Sparse {
		s.appendRagged(slot, values)
	} else {
		chunks := *s.chunks.Load()
		if slot>>s.shift == len(chunks) {
			// A plain append is safe for readers: it writes behind the length of
			// every slice that they hold.
			chunks = append(chunks, AlignedFloats(s.words<<s.shift))
			s.chunks.Store(&chunks)
		}
		at := (slot & (1<<s.shift - 1)) * s.words
		s.format.encode(chunks[slot>>s.shift][at:at+s.words:at+s.words], values)
	}
	s.len.Store(int64(slot + 1))
	return slot
}

func (s *Set) appendRagged(slot int, values []float32) {
	chunks := *s.ragged.Load()
	if slot>>s.shift == len(chunks) {
		chunks = append(chunks, &ragged{rows: make([][]float32, 1<<s.shift)})
		s.ragged.Store(&chunks)
	}
	chunks[slot>>s.shift].add(slot&(1<<s.shift-1), values)
	s.elements.Add(int64(len(values)))
}

// View is the set as it is now.
func (s *Set) View() View {
	n := int(s.len.Load())
	return View{format: s.format, dims: s.dims, words: s.words, shift: s.shift, len: n, chunks: *s.chunks.Load(), ragged: *s.ragged.Load()}
}

// View is an immutable prefix of a [Set].
type View struct {
	format Format
	dims   int
	words  int
	shift  uint
	len    int
	chunks [][]float32
	ragged []*ragged
}

// Dims is the length of each vector.
func (v View) Dims() int { return v.dims }

// Format is the form in which the vectors are kept.
func (v View) Format() Format { return v.format }

// Len is the number of vectors.
func (v View) Len() int { return v.len }

// First is the first n vectors of v.
func (v View) First(n int) View {
	v.len = min(v.len, n)
	return v
}

// Vector is the values of the vector in a slot: in Float32 and Sparse those in
// the set, which are not to be changed, in other formats a copy.
func (v View) Vector(slot int) []float32 {
	if v.format == Float16 || v.format == Bit {
		return v.Values(nil, slot)
	}
	return v.row(slot)
}

// Values is Vector with memory for a copy, which is taken if it is enough.
func (v View) Values(scratch []float32, slot int) []float32 {
	if v.format == Float32 || v.format == Sparse {
		return v.row(slot)
	}
	if cap(scratch) < v.dims {
		scratch = make([]float32, v.dims)
	}
	values := scratch[:v.dims]
	v.format.decode(values, v.row(slot))
	return values
}

// Query is what measuring from the vector in a slot takes as its query; scratch
// is as for Values.
func (v View) Query(scratch []float32, slot int) []float32 {
	if v.format == Float16 {
		return v.Values(scratch, slot)
	}
	return v.row(slot)
}

// QueryOf is what measuring from a vector takes as its query.
func (v View) QueryOf(values []float32) []float32 { return v.format.query(values) }

func (v *View) row(slot int) []float32 {
	if v.format == Sparse {
		return v.ragged[slot>>v.shift].rows[slot&(1<<v.shift-1)]
	}
	at := (slot & (1<<v.shift - 1)) * v.words
	return v.chunks[slot>>v.shift][at : at+v.words : at+v.words]
}

// Chunks is the number of chunks.
func (v View) Chunks() int { return (v.len + 1<<v.shift - 1) >> v.shift }

// ChunkRows is the number of vectors in chunk i, and the slot of the first.
func (v View) ChunkRows(i int) (rows, first int) {
	first = i << v.shift
	return min(v.len-first, 1<<v.shift), first
}

// Chunk is the values of the vectors in chunk i, and the slot of the first: in
// Float32 those in the set, in Float16 and Bit a copy. Sparse has none.
func (v View) Chunk(i int) (vectors Matrix, first int) {
	rows, first := v.ChunkRows(i)
	if v.format == Float32 {
		return Matrix{Dims: v.dims, Data: v.chunks[i][:rows*v.dims]}, first
	}
	vectors = NewMatrix(rows, v.dims)
	for j := range rows {
		v.format.decode(vectors.Row(j), v.row(first+j))
	}
	return vectors, first
}
