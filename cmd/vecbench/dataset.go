package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"voronoi/testdata/digits"
	"voronoi/vectorops"
)

// dataset is base vectors, whose keys are their numbers from 0, and queries.
type dataset struct {
	name, folder string
	metric       vectorops.Metric
	base, query  vectorops.Matrix
	made         bool // not read from files: the base vectors have no file
}

// metrics are the metrics of datasets that are not searched by L2.
var metrics = map[string]vectorops.Metric{"words": vectorops.Cosine}

// readDataset has the vectors of a dataset, and no more than so many queries
// unless that is 0. Most are the files name.base.fvecs and name.query.fvecs.
func readDataset(folder, name string, queries int) (*dataset, error) {
	d := &dataset{name: name, folder: folder, metric: metrics[name]}
	var err error
	if drawn, ok, bad := parseClustered(name); bad != nil {
		return nil, bad
	} else if ok {
		d.base, d.query, d.made = drawn.matrix(0, drawn.rows), drawn.matrix(drawn.rows, drawn.rows+clusteredQueries), true
	} else if name == "digits" {
		d.base, d.query, err = readDigits()
		d.made = true
	} else if d.base, err = readVectors(d.path("base.fvecs")); err != nil {
		return nil, fmt.Errorf("%w (make datasets fetches them)", err)
	} else {
		d.query, err = readVectors(d.path("query.fvecs"))
	}
	if err != nil {
		return nil, err
	}
	if d.query.Dims != d.base.Dims {
		return nil, fmt.Errorf("%s: queries of %d dimensions for vectors of %d", name, d.query.Dims, d.base.Dims)
	}
	if queries > 0 && queries < d.query.Rows() {
		d.query = d.query.Slice(0, queries)
	}
	return d, nil
}

func (d *dataset) path(suffix string) string {
	return filepath.Join(d.folder, d.name+"."+suffix)
}

// readDigits divides the handwritten digits of the tests: every ninth is a query.
func readDigits() (base, query vectorops.Matrix, err error) {
	vectors, _, err := digits.Read()
	base.Dims, query.Dims = digits.Dims, digits.Dims
	for i := 0; i < len(vectors); i += digits.Dims {
		to := &base
		if i/digits.Dims%9 == 8 {
			to = &query
		}
		to.Data = append(to.Data, vectors[i:i+digits.Dims]...)
	}
	return base, query, err
}

// readVectors reads an .fvecs file: for each vector its length as an int32,
// then so many float32, little-endian.
func readVectors(path string) (vectorops.Matrix, error) {
	var m vectorops.Matrix
	b, err := os.ReadFile(path)
	if err != nil {
		return m, err
	}
	if len(b) < 4 {
		return m, fmt.Errorf("%s: no vectors", path)
	}
	dims := int(binary.LittleEndian.Uint32(b))
	size := 4 + 4*dims
	if dims < 1 || dims > 1<<20 || len(b)%size != 0 {
		return m, fmt.Errorf("%s: not vectors of %d dimensions", path, dims)
	}
	m = vectorops.NewMatrix(len(b)/size, dims)
	for i := range m.Rows() {
		record := b[i*size : (i+1)*size]
		if int(binary.LittleEndian.Uint32(record)) != dims {
			return m, fmt.Errorf("%s: vector %d has another length than the first", path, i)
		}
		for j, row := 0, m.Row(i); j < dims; j++ {
			row[j] = math.Float32frombits(binary.LittleEndian.Uint32(record[4+4*j:]))
		}
	}
	return m, nil
}

// writeVectors writes an .fvecs file.
func writeVectors(path string, m vectorops.Matrix) error {
	b := make([]byte, 0, m.Rows()*(4+4*m.Dims))
	for i := range m.Rows() {
		b = binary.LittleEndian.AppendUint32(b, uint32(m.Dims))
		for _, x := range m.Row(i) {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
	}
	return os.WriteFile(path, b, 0o644)
}
