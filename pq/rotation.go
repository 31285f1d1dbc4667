package pq

import "voronoi/vectorops"

// Transform is a linear map that vectors and queries go through before they are
// coded. It keeps distances, or loses little of them.
type Transform interface {
	// In and Out are the lengths of what it takes and gives.
	In() int
	Out() int
	// Apply writes the image of a vector to dst, which has room for Out values
	// and is not the vector.
	Apply(dst, vec []float32)
}

// Rotation is a matrix whose rows are orthonormal: a rotation where it is
// square, and otherwise a projection onto fewer dimensions.
type Rotation struct {
	Matrix vectorops.Matrix // Out rows of In values
}

// In is the number of columns.
func (r *Rotation) In() int { return r.Matrix.Dims }

// Out is the number of rows.
func (r *Rotation) Out() int { return r.Matrix.Rows() }

// Apply multiplies.
func (r *Rotation) Apply(dst, vec []float32) {
	vectorops.InnerProduct(dst[:r.Out()], vec, r.Matrix.Data)
}
