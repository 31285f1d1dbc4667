package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"sync"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/vectorops"
)

// groundTruth is the keys of the k nearest base vectors of each query. They are
// kept in a file beside a dataset's files: one int32 after the other,
// little-endian.
func groundTruth(ctx context.Context, d *dataset, k int) ([][]int64, error) {
	if d.made {
		return nearestOf(ctx, d, nil, k)
	}
	path := d.path(fmt.Sprintf("truth-%s-%d.ints", d.metric, k))
	size := d.query.Rows() * k * 4
	if b, err := os.ReadFile(path); err == nil && len(b) >= size {
		truth := make([][]int64, d.query.Rows())
		for i := range truth {
			for j := range k {
				truth[i] = append(truth[i], int64(binary.LittleEndian.Uint32(b[4*(i*k+j):])))
			}
		}
		return truth, nil
	}
	truth, err := nearestOf(ctx, d, nil, k)
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, keys := range truth {
		for _, key := range keys {
			b = binary.LittleEndian.AppendUint32(b, uint32(key))
		}
	}
	return truth, os.WriteFile(path, b, 0o644)
}

// nearestOf is the keys of the k nearest of some rows, all if rows is nil, to
// each query, by exact search.
func nearestOf(ctx context.Context, d *dataset, rows []int, k int) ([][]int64, error) {
	table := index.NewTable(d.base.Dims)
	n := d.base.Rows()
	if rows != nil {
		n = len(rows)
	}
	if n < k {
		return nil, fmt.Errorf("%s: %d vectors, of which the %d nearest are asked for", d.name, n, k)
	}
	for i := range n {
		row := i
		if rows != nil {
			row = rows[i]
		}
		if err := table.Load(int64(row), d.base.Row(row)); err != nil {
			return nil, err
		}
	}
	truth := make([][]int64, d.query.Rows())
	failed := make([]error, len(truth))
	err := vectorops.InBlocks(ctx, len(truth), 16, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			cursor, err := flat.Search(table, d.metric, 0, d.query.Row(i), index.SearchOptions{Context: ctx, Limit: k})
			if err != nil {
				failed[i] = err
				return
			}
			truth[i], _ = index.Collect(cursor, k)
			failed[i] = cursor.Err()
			cursor.Close()
		}
	})
	for _, one := range failed {
		if err == nil {
			err = one
		}
	}
	return truth, err
}

// nearestDrawn is the same over vectors that are drawn block by block and never
// all in memory; by L2.
func nearestDrawn(ctx context.Context, c *clustered, query vectorops.Matrix, k int) ([][]int64, error) {
	const block = 1024
	nearest := make([]vectorops.TopK, query.Rows())
	for i := range nearest {
		nearest[i].Reset(k)
	}
	var lock sync.Mutex
	err := vectorops.InBlocks(ctx, c.rows, block, func(lo, hi int) {
		base := vectorops.NewMatrix(hi-lo, c.dims)
		for i := range base.Rows() {
			c.draw(lo+i, base.Row(i))
		}
		ranks := make([]float32, query.Rows()*base.Rows())
		vectorops.L2SquaredMulti(ranks, query, base)
		lock.Lock()
		defer lock.Unlock()
		for i := range nearest {
			for j, rank := range ranks[i*base.Rows() : (i+1)*base.Rows()] {
				if !nearest[i].Full() || float64(rank) <= nearest[i].Last().Rank {
					nearest[i].Push(vectorops.Candidate{Rank: float64(rank), Key: int64(lo + j)})
				}
			}
		}
	})
	truth := make([][]int64, len(nearest))
	for i := range nearest {
		for _, one := range nearest[i].Sorted() {
			truth[i] = append(truth[i], one.Key)
		}
	}
	return truth, err
}

// tableOf holds the base vectors as the executor does.
func tableOf(d *dataset) (*index.Table, error) {
	table := index.NewTable(d.base.Dims)
	for i := range d.base.Rows() {
		if err := table.Load(int64(i), d.base.Row(i)); err != nil {
			return nil, err
		}
	}
	return table, nil
}
