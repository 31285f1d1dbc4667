package vectorops

import (
	"fmt"
	"math/bits"
	"sync/atomic"
)

// Set is a growing sequence of vectors of one length, addressed by slot
// number from 0. They lie contiguously in chunks of a fixed number of vectors,
// and a vector never moves, so that one goroutine can append while any number
// of others read: a reader takes a [View], and sees neither lock nor change.
type Set struct {
	dims  int
	shift uint // a chunk holds 1<<shift vectors
	// chunks is replaced when it grows and is always stored before len, so
	// that a reader who loads len first finds all chunks that it needs.
	chunks atomic.Pointer[[][]float32]
	len    atomic.Int64
}

const (
	chunkBytes   = 1 << 20 // what a chunk should weigh
	minChunkRows = 16
	maxChunkRows = 1024 // so that a small table stays small
)

// NewSet returns an empty set of vectors of length dims.
func NewSet(dims int) *Set {
	if dims <= 0 {
		panic(fmt.Sprintf("vectorops: set of vectors of length %d", dims))
	}
	rows := min(max(chunkBytes/(4*dims), minChunkRows), maxChunkRows)
	s := &Set{dims: dims, shift: uint(bits.Len(uint(rows)) - 1)}
	s.chunks.Store(new([][]float32))
	return s
}

// Dims is the length of each vector.
func (s *Set) Dims() int { return s.dims }

// ChunkShift is the binary logarithm of the number of vectors per chunk.
func (s *Set) ChunkShift() uint { return s.shift }

// Append copies v to the end and returns its slot. Appends need to be ordered
// by the caller; views may be taken at any time.
func (s *Set) Append(v []float32) int {
	if len(v) != s.dims {
		panic(fmt.Sprintf("vectorops: vector of length %d for a set of %d", len(v), s.dims))
	}
	slot := int(s.len.Load())
	chunks := *s.chunks.Load()
	if slot>>s.shift == len(chunks) {
		// A plain append is safe for readers: it writes behind the length of
		// every slice that they hold.
		chunks = append(chunks, AlignedFloats(s.dims<<s.shift))
		s.chunks.Store(&chunks)
	}
	copy(s.place(chunks, slot), v)
	s.len.Store(int64(slot + 1))
	return slot
}

// View is the set as it is now.
func (s *Set) View() View {
	n := int(s.len.Load())
	return View{dims: s.dims, shift: s.shift, len: n, chunks: *s.chunks.Load()}
}

func (s *Set) place(chunks [][]float32, slot int) []float32 {
	at := (slot & (1<<s.shift - 1)) * s.dims
	return chunks[slot>>s.shift][at : at+s.dims : at+s.dims]
}

// View is an immutable prefix of a [Set].
type View struct {
	dims   int
	shift  uint
	len    int
	chunks [][]float32
}

// Dims is the length of each vector.
func (v View) Dims() int { return v.dims }

// Len is the number of vectors.
func (v View) Len() int { return v.len }

// Vector is the vector in a slot, not a copy.
func (v View) Vector(slot int) []float32 {
	at := (slot & (1<<v.shift - 1)) * v.dims
	return v.chunks[slot>>v.shift][at : at+v.dims : at+v.dims]
}

// Chunks is the number of chunks.
func (v View) Chunks() int { return (v.len + 1<<v.shift - 1) >> v.shift }

// Chunk is the vectors of chunk i, not a copy, and the slot of the first.
func (v View) Chunk(i int) (vectors Matrix, first int) {
	first = i << v.shift
	rows := min(v.len-first, 1<<v.shift)
	return Matrix{Dims: v.dims, Data: v.chunks[i][:rows*v.dims]}, first
}
