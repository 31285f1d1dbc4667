package exec

import (
	"context"
	"math"
	"slices"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/vectorops"
)

// columnRows says where the vectors of a column are in the file: the companion
// table and its column, as SQL names them. Bit strings are in the table itself,
// of which the rows that have one take the companion's place.
type columnRows struct {
	companion, value string
	typ              *vectorType
}

func rowsOf(rel *catalog.Relation, col *catalog.Column) columnRows {
	r := columnRows{quoteName(col.Companion), quoteName(col.Physical), vectorTypes[col.Type]}
	if col.Companion == "" {
		r.companion = "(SELECT " + catalog.KeyColumn + ", " + r.value + " FROM " + quoteName(rel.Physical) + " WHERE " + r.value + " IS NOT NULL)"
	}
	return r
}

// rowVectors reads the vectors of a column from the rows, in the snapshot that a
// connection has, for searches and builds over columns whose vectors are not in
// memory. It is an index.Source, and with a view an index.Vectors.
type rowVectors struct {
	columnRows
	conn    *storage.Conn
	release func() // may be nil
	get     *storage.Stmt

	view index.View // of the slots to build from
	seq  index.Seq  // the snapshot, by which they are visible

	order []int // scratch
	vec   []float32
}

func (r columnRows) on(conn *storage.Conn) *rowVectors {
	return &rowVectors{columnRows: r, conn: conn}
}

func (r *rowVectors) close() {
	closeStmt(r.get)
	r.get = nil
	if r.release != nil {
		r.release()
		r.release = nil
	}
}

// Fetch reads vectors by their keys, in the order of the keys: rows that lie
// together are read together.
func (r *rowVectors) Fetch(keys []int64, visit func(at int, vec []float32)) error {
	r.order = r.order[:0]
	for i := range keys {
		r.order = append(r.order, i)
	}
	slices.SortFunc(r.order, func(a, b int) int {
		switch {
		case keys[a] < keys[b]:
			return -1
		case keys[a] > keys[b]:
			return 1
		}
		return 0
	})
	for _, at := range r.order {
		vec, err := r.vector(keys[at])
		if err != nil {
			return err
		}
		if vec != nil {
			visit(at, vec)
		}
	}
	return nil
}

// vector is the vector of a key until the next call; nil if it has none.
func (r *rowVectors) vector(key int64) ([]float32, error) {
	if r.get == nil {
		var err error
		if r.get, err = r.conn.Prepare("SELECT " + r.value + " FROM " + r.companion + " WHERE " + catalog.KeyColumn + " = ?"); err != nil {
			return nil, err
		}
	}
	r.get.Reset()
	r.get.Bind(1, datum.Int(key))
	ok, err := r.get.Step()
	if err != nil || !ok {
		return nil, err
	}
	return r.floats(r.get.Column(0)), nil
}

// floats is a stored vector until the next call.
func (r *rowVectors) floats(d datum.Datum) []float32 {
	if r.vec == nil {
		r.vec = make([]float32, 0, r.typ.capacity(d)) // not nil for a vector of no length
	}
	r.vec = r.typ.values(r.vec[:0], d)
	return r.vec
}

// unmapAfter is how many bytes of vectors a scan reads before it gives up the
// part of the file that it has mapped for them.
const unmapAfter = 64 << 20

// scan is a statement that from begins.
func (r *rowVectors) scan() (*storage.Stmt, error) {
	return r.conn.Prepare("SELECT " + catalog.KeyColumn + ", " + r.value + " FROM " + r.companion + " WHERE " + catalog.KeyColumn + " >= ? ORDER BY " + catalog.KeyColumn)
}

// from begins or continues a scan at a key.
func (r *rowVectors) from(st *storage.Stmt, key int64) (bool, error) {
	st.Reset()
	st.Bind(1, datum.Int(key))
	return st.Step()
}

// unmap gives up what a scan has mapped; it has to be begun again.
func (r *rowVectors) unmap(st *storage.Stmt) error {
	st.Reset()
	if r.get != nil {
		r.get.Reset()
	}
	return r.conn.Unmap()
}

// each calls visit with every row that has a vector, by ascending keys. The
// vector is good during the call.
func (r *rowVectors) each(ctx context.Context, visit func(key int64, vec []float32) error) error {
	st, err := r.scan()
	if err != nil {
		return err
	}
	defer st.Close()
	read := 0
	ok, err := r.from(st, math.MinInt64)
	for n := 0; ok && err == nil; n++ {
		if n&255 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		key, vec := st.Column(0).Int(), r.floats(st.Column(1))
		if err := visit(key, vec); err != nil {
			return err
		}
		if read += 4 * len(vec); read < unmapAfter {
			ok, err = st.Step()
			continue
		}
		read = 0
		if err := r.unmap(st); err != nil {
			return err
		}
		ok, err = r.from(st, key+1)
	}
	return err
}

// Covers is the view whose slots are built from.
func (r *rowVectors) Covers() index.View { return r.view }

// sampleBytes bounds a sample, which is nearly all that a build holds of the
// vectors; maintenance_work_mem allows more, for where there is room for them. But
// a build gets an eighth of what it asks for, so that every list is trained on some
// vectors.
const sampleBytes = 96 << 20

// Sample reads some of the vectors.
func (r *rowVectors) Sample(ctx context.Context, n int, seed uint64) (vectorops.Matrix, error) {
	n = min(n, max(sampleBytes/(4*r.view.Dims()), n/8))
	slots := r.view.SampleSlots(n, seed)
	keys := make([]int64, 0, len(slots))
	for _, s := range slots {
		if r.view.Visible(s, r.seq) {
			keys = append(keys, r.view.Key(s))
		}
	}
	m := vectorops.NewMatrix(len(keys), r.view.Dims())
	got := 0
	const batch = 1024 // rows between two looks at the context
	for lo := 0; lo < len(keys); lo += batch {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		err := r.Fetch(keys[lo:min(lo+batch, len(keys))], func(_ int, vec []float32) {
			if len(vec) == m.Dims {
				copy(m.Row(got), vec)
				got++
			}
		})
		if err != nil {
			return m, err
		}
	}
	return m.Slice(0, got), nil
}

// blockRows is how many vectors are handed to a build at a time.
const blockRows = 1024

// Blocks reads all vectors that the snapshot sees in the order of their slots,
// which is that of their keys but for rows that were updated since the column
// was loaded: a scan that goes along with the slots, and a look-up for those that
// lie behind it.
func (r *rowVectors) Blocks(ctx context.Context, visit func(slots []index.Slot, vectors vectorops.Matrix) error) error {
	st, err := r.scan()
	if err != nil {
		return err
	}
	defer st.Close()
	const far = 64 // rows to pass over rather than to seek
	at, more := int64(0), false
	seek := func(key int64) (err error) {
		if more, err = r.from(st, key); more {
			at = st.Column(0).Int()
		}
		return err
	}
	started, ended, read := false, false, 0
	block, slots := vectorops.NewMatrix(blockRows, r.view.Dims()), make([]index.Slot, 0, blockRows)
	flush := func() error {
		if err := ctx.Err(); err != nil || len(slots) == 0 {
			return err
		}
		err := visit(slots, block.Slice(0, len(slots)))
		slots = slots[:0]
		return err
	}
	for s := range index.Slot(r.view.Len()) {
		if !r.view.Visible(s, r.seq) {
			continue
		}
		key := r.view.Key(s)
		if !started || !ended && at < key-far {
			if err := seek(key); err != nil {
				return err
			}
			started, ended = true, !more
		}
		for !ended && at < key {
			if more, err = st.Step(); err != nil {
				return err
			}
			if ended = !more; more {
				at = st.Column(0).Int()
			}
		}
		var vec []float32
		if !ended && at == key {
			vec = r.floats(st.Column(1))
		} else if vec, err = r.vector(key); err != nil {
			return err
		}
		if len(vec) != block.Dims {
			continue
		}
		copy(block.Row(len(slots)), vec)
		if slots = append(slots, s); len(slots) == blockRows {
			if err := flush(); err != nil {
				return err
			}
			if read += 4 * blockRows * block.Dims; read >= unmapAfter {
				if err := r.unmap(st); err != nil {
					return err
				}
				started, read = ended, 0
			}
		}
	}
	return flush()
}
