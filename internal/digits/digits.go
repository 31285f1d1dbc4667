// Package digits gives tests the handwritten digits of testdata/digits.
package digits

import (
	"testing"

	"voronoi/testdata/digits"
)

// Dims is the length of each vector.
const Dims = digits.Dims

// Load returns the vectors one after the other, Dims values each, and the
// digit that each is a picture of.
func Load(t testing.TB) (vectors []float32, labels []int) {
	t.Helper()
	vectors, labels, err := digits.Read()
	if err != nil {
		t.Fatal(err)
	}
	return vectors, labels
}
