// Package digits reads the handwritten digits of testdata/digits for tests.
package digits

import (
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// Dims is the length of each vector.
const Dims = 64

// Load returns the vectors one after the other, Dims values each, and the
// digit that each is a picture of.
func Load(t testing.TB) (vectors []float32, labels []int) {
	t.Helper()
	_, self, _, _ := runtime.Caller(0)
	f, err := os.Open(filepath.Join(filepath.Dir(self), "../../testdata/digits/digits.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		for i, field := range line {
			n, err := strconv.ParseFloat(field, 32)
			if err != nil {
				t.Fatal(err)
			}
			if i < Dims {
				vectors = append(vectors, float32(n))
			} else {
				labels = append(labels, int(n))
			}
		}
	}
	return vectors, labels
}
