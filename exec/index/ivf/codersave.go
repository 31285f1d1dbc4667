package ivf

import (
	"fmt"
	"math"

	"voronoi/exec/index"
	"voronoi/pq"
	"voronoi/vectorops"
)

// Kinds of coder in a segment.
const (
	savedNone  = iota
	savedParts // a codebook, and the rotation before it
	savedBits  // a bit a dimension, by the seed of the rotation
)

// writeCoder writes what a coder has learnt.
func writeCoder(s *index.SegmentWriter, c *coder) error {
	switch {
	case c == nil:
		s.U8(savedNone)
		return nil
	case c.binary != nil:
		s.U8(savedBits)
		s.U64(c.seed)
	default:
		book, err := c.book.MarshalBinary()
		if err != nil {
			return err
		}
		s.U8(savedParts)
		s.U32(uint32(len(book)))
		s.Bytes(book)
		rotation, _ := c.rotation.(*pq.Rotation)
		if rotation == nil {
			rotation = new(pq.Rotation)
		}
		s.U32(uint32(rotation.Out()))
		s.F32s(rotation.Matrix.Data)
	}
	s.F32s([]float32{c.spread, c.shift, c.shiftSpread, c.length})
	s.U32(c.drift.factor.Load())
	s.U32(c.drift.reach.Load())
	s.U32(uint32(len(c.scales)))
	s.F32s(c.scales)
	return nil
}

// mostBookBytes bounds a codebook: its parts may be filled up to whole numbers of
// dimensions, and each has pq.MaxKsub centroids at most.
func mostBookBytes(dims int) int { return 4*pq.MaxKsub*2*dims + 1<<10 }

// readCoder reads a coder of vectors of length dims in lists.
func readCoder(s *index.SegmentReader, dims, lists int, from coarse, o *Options) (*coder, error) {
	c := &coder{metric: o.Metric}
	damaged := func(what string) error { return fmt.Errorf("%w: %s", index.ErrDamaged, what) }
	kind := s.U8()
	var book *pq.Codebook
	var rotation *pq.Rotation
	var seed uint64
	switch kind {
	case savedNone:
		return nil, nil
	case savedBits:
		seed = s.U64()
	case savedParts:
		book = new(pq.Codebook)
		size := int(s.U32())
		if size > mostBookBytes(dims) {
			return nil, damaged("codebook")
		}
		if err := book.UnmarshalBinary(s.Bytes(size)); err != nil {
			return nil, fmt.Errorf("%w: %w", index.ErrDamaged, err)
		}
		coded := dims
		if out := int(s.U32()); out > 0 {
			if s.Failed() || out > dims || s.Left() < 4*int64(out)*int64(dims) {
				return nil, damaged("rotation")
			}
			rotation = &pq.Rotation{Matrix: vectorops.NewMatrix(out, dims)}
			s.ReadF32s(rotation.Matrix.Data)
			coded = out
		}
		if book.Dims() < coded || book.Ksub > o.ksub() {
			return nil, damaged("codebook")
		}
	}
	var learnt [4]float32
	s.ReadF32s(learnt[:])
	c.spread, c.shift, c.shiftSpread, c.length = learnt[0], learnt[1], learnt[2], learnt[3]
	c.drift = newDrift(c.shift)
	c.drift.resume(c.shift, math.Float32frombits(s.U32()))
	c.drift.reach.Store(s.U32())
	switch n := int(s.U32()); {
	case n == lists:
		c.centroids, c.scales = from.centroids, make([]float32, n)
		s.ReadF32s(c.scales)
	case n != 0 || kind == savedBits:
		return nil, damaged("scales")
	}
	if s.Failed() || kind > savedBits || !hasCodes(o.Metric) || (kind == savedBits) != (o.Bits == 1) ||
		from.spherical && lists > 1 && c.scales == nil {
		return nil, damaged("codes")
	}
	if kind == savedBits {
		c.useBinary(dims, seed)
		return c, nil
	}
	if rotation != nil {
		c.rotate(rotation)
	}
	c.use(book)
	return c, nil
}
