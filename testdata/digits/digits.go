// Package digits is the UCI optical recognition of handwritten digits data set,
// as README.md beside it says: 1,797 pictures of 8 × 8 grey values from 0 to 16,
// and the digit that each shows.
package digits

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"strconv"
)

// Side is the height and width of a picture, Dims the length of its vector.
const (
	Side = 8
	Dims = Side * Side
)

//go:embed digits.csv.gz
var compressed []byte

// Read gives the pictures' vectors one after the other, Dims values each, row by
// row from the top, and their labels.
func Read() (vectors []float32, labels []int, err error) {
	z, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, nil, err
	}
	lines, err := csv.NewReader(z).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	for _, line := range lines {
		for i, field := range line {
			n, err := strconv.ParseFloat(field, 32)
			if err != nil {
				return nil, nil, err
			}
			if i < Dims {
				vectors = append(vectors, float32(n))
			} else {
				labels = append(labels, int(n))
			}
		}
	}
	return vectors, labels, nil
}
