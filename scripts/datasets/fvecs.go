package main

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// vectorFile is an .fvecs file that is being written.
type vectorFile struct {
	f           *os.File
	w           *bufio.Writer
	count, dims int
}

func createVectors(path string) (*vectorFile, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &vectorFile{f: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

// add appends a vector; all have to be of the same length.
func (v *vectorFile) add(x []float32) error {
	if v.count == 0 {
		v.dims = len(x)
	}
	if len(x) != v.dims {
		return fmt.Errorf("vector %d has %d dimensions, not %d", v.count, len(x), v.dims)
	}
	v.count++
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(x)))
	for _, c := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(c))
	}
	_, err := v.w.Write(b)
	return err
}

func (v *vectorFile) close() error {
	return errors.Join(v.w.Flush(), v.f.Close())
}

// readArchive calls visit for a package's files until it returns false.
func readArchive(path string, visit func(name string, r io.Reader) (more bool, err error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(bufio.NewReader(f))
	if err != nil {
		return err
	}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if more, err := visit(h.Name, t); err != nil || !more {
			return err
		}
	}
}
