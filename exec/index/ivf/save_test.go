package ivf

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"voronoi/exec/index"
)

// writerWhile is a buffer that something happens before each write to.
type writerWhile struct {
	bytes.Buffer
	before func()
}

func (w *writerWhile) Write(b []byte) (int, error) {
	w.before()
	return w.Buffer.Write(b)
}

// TestSaveWhileInserting: what is inserted between the checksum of a long list's
// codes and the writing of them, and comes into the same block, is not in either.
func TestSaveWhileInserting(t *testing.T) {
	const dims, n = 512, 4210 // more than a megabyte of codes, and the last block not full
	rng := rand.New(rand.NewPCG(3, 1))
	table, vec := index.NewTable(dims), make([]float32, dims)
	key := int64(0)
	insert := func() {
		for j := range vec {
			vec[j] = float32(rng.NormFloat64())
		}
		if _, err := table.Append(key, vec); err != nil {
			t.Error(err)
		}
		key++
		commit(table, index.Seq(key))
	}
	for range n {
		insert()
	}
	o := Options{Lists: 1, Quantized: true, Parts: dims, Iterations: 1}
	x := build(t, table, o)
	insert() // which makes room for others
	w := &writerWhile{before: insert}
	if err := x.Save(context.Background(), w); err != nil {
		t.Fatal(err)
	}
	if key == n+1 {
		t.Fatal("nothing was inserted meanwhile")
	}
	if _, err := load(t, w.Bytes(), table, o); err != nil {
		t.Error(err)
	}
}

// TestSegmentsRememberDrift: that codes are worse than those that were learnt from
// holds after a restart, too.
func TestSegmentsRememberDrift(t *testing.T) {
	table, m := digitTable(t)
	o := Options{Lists: 20, Seed: 1, Parts: 16}
	x := build(t, table, o)
	rng, vec := rand.New(rand.NewPCG(3, 1)), make([]float32, m.Dims)
	for i := range 200 {
		for j := range vec {
			vec[j] = 16 * rng.Float32()
		}
		table.Append(int64(100000+i), vec)
	}
	commit(table, 2)
	factor := func(x *Index) float32 { return math.Float32frombits(x.state.Load().coder.drift.factor.Load()) }
	y, err := load(t, saved(t, x), table, o)
	if err != nil {
		t.Fatal(err)
	}
	if was, is := factor(x), factor(y); was < 1.1 || is != was {
		t.Errorf("errors are %v times those of the sample, %v once loaded", was, is)
	}
	y.state.Load().coder.inserted(0)
	if was, is := factor(x), factor(y); is > was || is < 0.9*was {
		t.Errorf("a good code makes of %v at once %v", was, is)
	}
}
