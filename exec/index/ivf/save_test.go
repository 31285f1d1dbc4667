package ivf

import (
	"bytes"
	"context"
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
