package exec

import (
	"context"
	"errors"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/storage"
	"voronoi/internal/oid"
)

// A load must not miss a commit and must not stop the writer. It declares the
// column loading and begins its snapshot in one step, during which no commit
// happens (vectorStore.commits); from then on every commit leaves its changes of
// the column in the column's delta, with its sequence number, and the loader
// takes them in after the rows of its snapshot.

// columnDelta is what one commit changed while the column was being loaded.
type columnDelta struct {
	seq   int64
	rows  []vectorRow
	bytes int64
}

// vectorRow is the vector that a key has after a commit, nil for none.
type vectorRow struct {
	key int64
	vec []float32
}

// maxDeltaBytes bounds what one commit leaves to a load, and maxDeltasBytes what all
// commits do together, unless a quarter of what is being loaded is more: a large
// column takes long. A load that comes upon more begins again, with a snapshot that
// has it.
const (
	maxDeltaBytes  = 64 << 20
	maxDeltasBytes = 256 << 20
)

// readDelta reads what keys have at a commit; nil if it is too much.
func (c *vectorColumn) readDelta(s *Session, keys []int64) (*columnDelta, error) {
	errTooMuch := errors.New("too much")
	d := &columnDelta{seq: s.tx.seq}
	err := c.read(s, s.tx.conn, keys, func(key int64, vec []float32) error {
		if d.bytes += 32 + 4*int64(len(vec)); d.bytes > maxDeltaBytes {
			return errTooMuch
		}
		r := vectorRow{key: key}
		if vec != nil {
			r.vec = append(make([]float32, 0, len(vec)), vec...)
		}
		d.rows = append(d.rows, r)
		return nil
	})
	if errors.Is(err, errTooMuch) {
		return nil, nil
	}
	return d, err
}

// columnUse is what a column is to be loaded for.
type columnUse struct {
	// keys says that it has indexes and all of them read vectors from the rows,
	// byRows that one of them can where there is no room for the vectors, and all
	// that one of them cannot.
	keys, byRows, all bool
	limit             int64 // voronoi.memory_limit in bytes
}

// columnUse reads the indexes of a column in a catalog, and one that is to come.
func columnUseOf(snap *catalog.Snapshot, id columnID, limit int64, next ...*catalog.Relation) columnUse {
	u := columnUse{keys: true, limit: limit}
	for _, x := range append(indexesAt(snap, id), next...) {
		u.keys = u.keys && readsRows(x)
		u.all = u.all || needsVectors(x)
		u.byRows = u.byRows || !needsVectors(x)
	}
	u.keys = u.keys && u.byRows
	return u
}

// needsVectors reports whether an index cannot do without the vectors in memory.
func needsVectors(x *catalog.Relation) bool { return x.Index.Method == "hnsw" }

// serves reports whether what is in memory of a column is what a use wants.
func (l *loadedColumn) serves(use columnUse) bool {
	return l.vectors == nil || l.vectors.HasVectors() || use.keys
}

// readsRows reports whether an index is to read what its searches measure from
// the table (rerank_source) although there may be room for it in memory.
func readsRows(x *catalog.Relation) bool { return catalog.CodeOptionsOf(x).FromTable }

// loaded gives what is in memory of a column for a statement, loading it if need
// be and possible; next is an index that the statement is about to make.
func (c *vectorColumn) loaded(x *execution, rel *catalog.Relation, col *catalog.Column, next ...*catalog.Relation) (*loadedColumn, error) {
	s := x.session
	writer := s.tx.writing && x.conn == s.tx.conn
	if writer && s.vectorTx(c).lost {
		return streamedColumn(x, rel, col), nil
	}
	l := c.table.Load()
	if l == nil || !l.inMemory() && l.vectors != nil {
		// What it is used for matters, which takes longer to find out.
		var err error
		if l, err = c.fill(x.ctx, col, columnUseOf(x.catalog, c.id, s.memoryLimit(), next...)); err != nil {
			return nil, err
		}
		if l == nil {
			return streamedColumn(x, rel, col), nil
		}
	}
	l.searched.Store(c.store.clock.Add(1))
	if writer {
		if err := s.vectorTx(c).catchUp(s, x.conn); err != nil {
			return nil, err
		}
		if now := c.table.Load(); now != l {
			// The column got its first vectors in this transaction, or was
			// dropped from memory just now.
			return streamedColumn(x, rel, col), nil
		}
		return l, nil
	}
	if x.seq < l.base {
		return streamedColumn(x, rel, col), nil
	}
	return l, nil
}

// streamedColumn is a column of which nothing is in memory for a statement.
func streamedColumn(x *execution, rel *catalog.Relation, col *catalog.Column) *loadedColumn {
	return &loadedColumn{streamed: true, base: x.seq, rows: rowsOf(rel, col)}
}

// fill loads the column from a snapshot of its own. It is nil where that cannot
// be: the snapshot does not have the column, because the transaction has just
// made it or others have dropped it; there is no room; its vectors differ in
// length; or commits overtake the load again and again. A table of keys is
// replaced by all vectors once there is room for them, if they are wanted.
func (c *vectorColumn) fill(ctx context.Context, col *catalog.Column, use columnUse) (*loadedColumn, error) {
	have := c.table.Load()
	if have != nil && have.serves(use) || c.refused(use.limit) {
		return have, nil
	}
	select {
	case c.load <- struct{}{}:
	case <-ctx.Done():
		return nil, canceled(ctx, ctx.Err())
	}
	defer func() { <-c.load }()
	have = c.table.Load()
	if have != nil && have.serves(use) || c.refused(use.limit) {
		return have, nil
	}
	db := c.store.srv.db
	conn, err := db.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Release(conn)
	defer c.reserved.Store(0)
	form, err := c.reserve(ctx, conn, col, use)
	if err != nil || form == formRows || have != nil && form == formKeys {
		return have, err
	}
	if have != nil {
		c.invalidate()
	}
	const tries = 3
	for range tries {
		l, again, err := c.fillOnce(ctx, conn, col, form, use.limit)
		if err != nil || !again {
			return l, err
		}
		if err := conn.Rollback(); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (c *vectorColumn) fillOnce(ctx context.Context, conn *storage.Conn, col *catalog.Column, form columnForm, limit int64) (l *loadedColumn, again bool, err error) {
	meta, err := c.beginLoad(conn)
	if err != nil {
		return nil, false, err
	}
	defer func() {
		if l == nil {
			c.invalidate()
		}
	}()
	snap, err := c.store.srv.catalogs.at(meta.CatalogVersion)
	if err != nil || !hasColumn(snap, c.id, col) {
		return nil, false, err
	}
	rows := rowsOf(snap.Relation(c.id.table), col)
	t, err := rows.load(ctx, conn, form == formKeys)
	if err != nil {
		var dims *index.DimensionError
		if errors.As(err, &dims) {
			err = nil
		}
		return nil, false, err
	}
	l = &loadedColumn{vectors: t, base: meta.CommitSeq, rows: rows, limit: limit,
		indexes: map[oid.OID]index.Index{}, restoring: map[oid.OID]chan struct{}{}, retries: map[oid.OID]retry{}, since: map[oid.OID]int64{}}
	c.loadSegments(ctx, conn, snap, l)
	done, err := c.endLoad(l)
	if err != nil || !done {
		return nil, err == nil, err
	}
	c.store.changed()
	return l, false, nil
}

// beginLoad declares the column loading and begins the snapshot to load from.
func (c *vectorColumn) beginLoad(conn *storage.Conn) (storage.Meta, error) {
	c.store.commits.Lock()
	defer c.store.commits.Unlock()
	if err := conn.BeginRead(); err != nil {
		return storage.Meta{}, err
	}
	meta, err := conn.Meta()
	if err != nil {
		return meta, err
	}
	c.mu.Lock()
	c.state, c.delta, c.deltaBytes = columnLoading, nil, 0
	c.mu.Unlock()
	return meta, nil
}

// hasColumn reports whether a catalog has the very column: of the same type and
// in the same place, under the same number.
func hasColumn(snap *catalog.Snapshot, id columnID, col *catalog.Column) bool {
	_, have := columnAt(snap, id)
	return have != nil && have.Companion == col.Companion && have.Physical == col.Physical && have.Type == col.Type
}

// endLoad takes in what was committed during the load and makes the column
// searchable; false if the load was overtaken by what it could not take in.
func (c *vectorColumn) endLoad(l *loadedColumn) (bool, error) {
	for {
		c.mu.Lock()
		if c.state != columnLoading {
			c.mu.Unlock()
			return false, nil
		}
		delta := c.delta
		c.delta, c.deltaBytes = nil, 0
		if len(delta) == 0 {
			c.state = columnLoaded
			c.table.Store(l)
			c.mu.Unlock()
			return true, nil
		}
		c.mu.Unlock()
		for _, d := range delta {
			err := l.take(d)
			var dims *index.DimensionError
			if errors.As(err, &dims) {
				// A column of vectors of several lengths: whether a snapshot has
				// more than one is for its own search to find.
				return false, nil
			}
			if err != nil {
				return false, err
			}
		}
	}
}

// take takes in what a commit has changed.
func (l *loadedColumn) take(d columnDelta) error {
	for _, r := range d.rows {
		if l.vectors == nil {
			if r.vec == nil {
				continue
			}
			t, err := l.rows.typ.newTable(r.vec, false)
			if err != nil {
				return err
			}
			l.vectors = t
		}
		l.vectors.Kill(r.key)
		if r.vec != nil {
			if _, err := l.vectors.Append(r.key, r.vec); err != nil {
				return err
			}
		}
	}
	if l.vectors != nil {
		l.vectors.Publish(index.Seq(d.seq))
		l.vectors.Commit()
	}
	return nil
}

// load reads a column into memory, its vectors or only their keys; nil when it
// has none. Vectors of several lengths are an *index.DimensionError.
func (r columnRows) load(ctx context.Context, conn *storage.Conn, keysOnly bool) (t *index.Table, err error) {
	rows := r.on(conn)
	defer rows.close()
	err = rows.each(ctx, func(key int64, vec []float32) (err error) {
		if t == nil {
			if t, err = r.typ.newTable(vec, keysOnly); err != nil {
				return err
			}
		}
		return t.Load(key, vec)
	})
	if err != nil {
		return nil, canceled(ctx, err)
	}
	return t, nil
}
