package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"voronoi/vectorops"
)

// clustered draws vectors that are distributed as embeddings are: in clusters of
// clusters, of which each dimension in turn says less. Vector number i is the
// same whoever draws it and whatever was drawn before, so that a set need not
// fit into memory.
//
// A vector is a center, an offset within the center's cluster, and noise whose
// deviation falls with the dimension: about a hundred dimensions carry nearly
// all of it. Normal deviates are taken from a table at two places that are drawn,
// which costs a microsecond for a vector of 768 dimensions.
type clustered struct {
	rows, dims       int
	centers, offsets vectorops.Matrix
	noise            []float32 // normal deviates
	scale            []float32 // of the noise, by dimension
}

const (
	clusteredQueries = 1000 // the vectors behind the rows are queries
	clusteredNoise   = 1 << 16
)

// parseClustered understands names such as clustered-1000000x768; ok is false of
// others.
func parseClustered(name string) (_ *clustered, ok bool, err error) {
	var rows, dims int
	if n, _ := fmt.Sscanf(name, "clustered-%dx%d", &rows, &dims); n != 2 || name != clusteredName(rows, dims) {
		return nil, false, nil
	}
	if rows < 1 || dims < 1 || dims > 16000 {
		return nil, true, fmt.Errorf("%s: not a size of vectors", name)
	}
	return newClustered(rows, dims), true, nil
}

func clusteredName(rows, dims int) string { return fmt.Sprintf("clustered-%dx%d", rows, dims) }

func newClustered(rows, dims int) *clustered {
	rng := rand.New(rand.NewPCG(7, 11))
	c := &clustered{rows: rows, dims: dims, scale: make([]float32, dims), noise: make([]float32, clusteredNoise+dims)}
	for j := range c.scale {
		c.scale[j] = float32(1 / math.Sqrt(1+float64(j)/25))
	}
	normal := func(n int, deviation float32) vectorops.Matrix {
		m := vectorops.NewMatrix(n, dims)
		for i := range n {
			for j, row := 0, m.Row(i); j < dims; j++ {
				row[j] = float32(rng.NormFloat64()) * deviation * c.scale[j]
			}
		}
		return m
	}
	c.centers, c.offsets = normal(min(max(rows/500, 10), 2000), 1), normal(64, 0.7)
	for i := range c.noise {
		c.noise[i] = float32(rng.NormFloat64()) / math.Sqrt2
	}
	return c
}

// draw puts vector number i into dst.
func (c *clustered) draw(i int, dst []float32) {
	var rng rand.PCG
	rng.Seed(uint64(i), 13)
	x, y := rng.Uint64(), rng.Uint64()
	center := c.centers.Row(int(uint32(x)) % c.centers.Rows())
	offset := c.offsets.Row(int(uint32(x>>32)) % c.offsets.Rows())
	one, other := c.noise[uint32(y)%clusteredNoise:], c.noise[uint32(y>>32)%clusteredNoise:]
	one, other, center, offset = one[:len(dst)], other[:len(dst)], center[:len(dst)], offset[:len(dst)]
	for j, s := range c.scale[:len(dst)] {
		dst[j] = center[j] + offset[j] + (one[j]+other[j])*s*0.5
	}
}

// matrix is the vectors from lo up to hi.
func (c *clustered) matrix(lo, hi int) vectorops.Matrix {
	m := vectorops.NewMatrix(hi-lo, c.dims)
	// Without a context there is nothing that could fail.
	_ = vectorops.InBlocks(context.Background(), hi-lo, 256, func(from, to int) {
		for i := from; i < to; i++ {
			c.draw(lo+i, m.Row(i))
		}
	})
	return m
}
