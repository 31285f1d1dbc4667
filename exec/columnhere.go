package exec

import (
	"fmt"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/vectorops"
)

// columnHere is a vector column for the functions that look at all of it, not
// only search: its slots, and its vectors wherever they are.
type columnHere struct {
	*loadedColumn
	rows *rowVectors // as the statement sees them
}

// columnHere finds a column. Of one that is not in memory it reads the keys.
func (x *execution) columnHere(rel *catalog.Relation, col *catalog.Column) (*columnHere, error) {
	l, err := x.session.srv.vectors.column(rel, col).loaded(x, rel, col)
	if err != nil {
		return nil, err
	}
	if l.streamed {
		t, err := rowsOf(rel, col).load(x.ctx, x.conn, true)
		if err != nil {
			return nil, vectorTypes[col.Type].worded(err)
		}
		l = &loadedColumn{vectors: t, base: x.seq, rows: rowsOf(rel, col)}
	}
	c := &columnHere{loadedColumn: l, rows: l.rows.on(x.conn)}
	x.open = append(x.open, c.rows)
	if l.vectors != nil {
		c.rows.view, c.rows.seq = l.vectors.View(), x.snapshot()
	}
	return c, nil
}

// all is the vectors as an index is built from them.
func (c *columnHere) all() index.Vectors {
	if c.inMemory() {
		return c.rows.view
	}
	return c.rows
}

// gather copies the vectors of slots that the statement sees.
func (c *columnHere) gather(slots []index.Slot) (vectorops.Matrix, error) {
	m := vectorops.NewMatrix(len(slots), c.vectors.Dims())
	if c.inMemory() {
		for i, s := range slots {
			copy(m.Row(i), c.rows.view.Vector(s))
		}
		return m, nil
	}
	keys := make([]int64, len(slots))
	for i, s := range slots {
		keys[i] = c.rows.view.Key(s)
	}
	found := 0
	err := c.rows.Fetch(keys, func(at int, vec []float32) {
		copy(m.Row(at), vec)
		found++
	})
	if err == nil && found < len(slots) {
		err = fmt.Errorf("%d of %d vectors are not in their table", len(slots)-found, len(slots))
	}
	return m, err
}
