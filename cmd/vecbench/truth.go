package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"

	"voronoi/exec/index"
	"voronoi/exec/index/flat"
	"voronoi/vectorops"
)

// groundTruth is the keys of the k nearest base vectors of each query. They are
// kept in a file beside the dataset: one int32 after the other, little-endian.
func groundTruth(ctx context.Context, d *dataset, k int) ([][]int64, error) {
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
	table, err := tableOf(d)
	if err != nil {
		return nil, err
	}
	truth := make([][]int64, d.query.Rows())
	failed := make([]error, len(truth))
	err = vectorops.InBlocks(ctx, len(truth), 16, func(lo, hi int) {
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
	var b []byte
	for i, keys := range truth {
		if err == nil {
			err = failed[i]
		}
		if len(keys) != k && err == nil {
			err = fmt.Errorf("%s has fewer than %d vectors", d.name, k)
		}
		for _, key := range keys {
			b = binary.LittleEndian.AppendUint32(b, uint32(key))
		}
	}
	if err != nil {
		return nil, err
	}
	return truth, os.WriteFile(path, b, 0o644)
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
