package index

import (
	"context"
	"math/rand/v2"

	"voronoi/vectorops"
)

// Source reads vectors from where the rows are, for tables that hold keys only.
type Source interface {
	// Fetch calls visit for each of the keys that has a vector, with its place
	// in keys and the vector, in any order. A vector is good during its call
	// only.
	Fetch(keys []int64, visit func(at int, vec []float32)) error
}

// Vectors is what an index is built from: the slots of a view and their
// vectors, a view itself where these are in memory and a stream where they are
// read, so that a build need not hold more of them than its sample and a block.
type Vectors interface {
	// Covers is the view whose slots they are.
	Covers() View
	// Sample copies up to n vectors of slots that nobody has deleted, in order
	// of their slots; seed decides which.
	Sample(ctx context.Context, n int, seed uint64) (vectorops.Matrix, error)
	// Blocks calls visit with all vectors, some at a time, each with its slot;
	// slots ascend from call to call. The slices are good during the call. Slots
	// whose vectors are gone, which no snapshot from the build on sees, are
	// left out.
	Blocks(ctx context.Context, visit func(slots []Slot, vectors vectorops.Matrix) error) error
}

// Covers is v.
func (v View) Covers() View { return v }

// Sample copies some of the vectors.
func (v View) Sample(_ context.Context, n int, seed uint64) (vectorops.Matrix, error) {
	slots := v.SampleSlots(n, seed)
	m := vectorops.NewMatrix(len(slots), v.Dims())
	for i, s := range slots {
		copy(m.Row(i), v.Vector(s))
	}
	return m, nil
}

// Blocks goes through the chunks.
func (v View) Blocks(ctx context.Context, visit func(slots []Slot, vectors vectorops.Matrix) error) error {
	var slots []Slot
	for i := range v.vectors.Chunks() {
		if err := ctx.Err(); err != nil {
			return err
		}
		block, first := v.vectors.Chunk(i)
		slots = slots[:0]
		for s := first; s < first+block.Rows(); s++ {
			slots = append(slots, Slot(s))
		}
		if err := visit(slots, block); err != nil {
			return err
		}
	}
	return nil
}

// SampleSlots chooses up to n of the slots that nobody has deleted, ascending.
func (v *View) SampleSlots(n int, seed uint64) []Slot {
	left := 0
	for s := range Slot(v.Len()) {
		if v.Alive(s) {
			left++
		}
	}
	n = min(n, left)
	rng := rand.New(rand.NewPCG(seed, 0x697666)) // "ivf"
	slots := make([]Slot, 0, n)
	for s := Slot(0); len(slots) < n && int(s) < v.Len(); s++ {
		if !v.Alive(s) {
			continue
		}
		// What is alive may change under way.
		if rng.IntN(max(left, 1)) < n-len(slots) {
			slots = append(slots, s)
		}
		left--
	}
	return slots
}
