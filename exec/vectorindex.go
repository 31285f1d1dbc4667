package exec

import (
	"context"
	"encoding/binary"
	"errors"
	"math"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
	"voronoi/vectorops"
)

// A vector index lives in memory over its column's vectors. What it took long to
// compute, the centroids, is stored in the file with the index's definition, in
// the same transaction; after a restart the vectors are assigned to them anew,
// which takes about as long as reading them.

// index gives a vector index, nil where the exact search has to answer: for a
// column that is the statement's own, and while the index is being restored.
func (l *loadedColumn) index(x *execution, p *planner.VectorScan) (index.Index, error) {
	if l.indexes == nil {
		return nil, nil
	}
	l.mu.RLock()
	idx, restoring := l.indexes[p.Index.OID], l.restoring[p.Index.OID]
	l.mu.RUnlock()
	if idx != nil || restoring != nil {
		return idx, nil
	}
	o, err := ivfOptions(x.catalog, p.Index)
	if err != nil {
		return nil, err
	}
	centroids, err := readCentroids(x.conn, p.Index.OID, l.vectors.Dims())
	if err != nil {
		x.session.srv.log.Warn("a vector index is built anew", "index", p.Index.Name, "err", err)
	}
	l.restore(x.session.srv, p.Index.OID, o, centroids)
	return nil, nil
}

// restore builds an index in the background, from its centroids where they are
// known: the first search after a restart must not wait for it, nor must it
// hold up whoever writes. The channel is closed when it is over.
func (l *loadedColumn) restore(srv *Server, id oid.OID, o ivf.Options, centroids vectorops.Matrix) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done := l.restoring[id]; done != nil {
		return done
	}
	done := make(chan struct{})
	if l.indexes[id] != nil {
		close(done)
		return done
	}
	l.restoring[id] = done
	srv.background.start(func(ctx context.Context) {
		built, err := rebuildIndex(ctx, l.vectors.View(), o, centroids)
		if err == nil {
			err = srv.asWriter(ctx, func() error {
				l.mu.Lock()
				defer l.mu.Unlock()
				if l.indexes[id] != nil {
					return nil // the writer needed it and did not wait
				}
				return l.attach(id, built)
			})
		}
		l.mu.Lock()
		delete(l.restoring, id)
		l.mu.Unlock()
		close(done)
		if err != nil && ctx.Err() == nil {
			srv.log.Error("a vector index could not be restored; searches are exact until the next attempt", "index", id, "err", err)
		}
	})
	return done
}

func rebuildIndex(ctx context.Context, view index.View, o ivf.Options, centroids vectorops.Matrix) (*ivf.Index, error) {
	if centroids.Rows() > 0 {
		return ivf.FromCentroids(ctx, view, o, centroids)
	}
	return ivf.Build(ctx, view, o, nil)
}

// attach makes an index follow the column's changes. The caller holds l.mu and
// is the writer.
func (l *loadedColumn) attach(id oid.OID, x index.Index) error {
	if !l.vectors.Attach(x) {
		return pgerr.Internal("the vectors of index %d were moved while it was built", id)
	}
	l.indexes[id] = x
	return nil
}

// detach forgets an index.
func (l *loadedColumn) detach(id oid.OID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x := l.indexes[id]; x != nil {
		l.vectors.Detach(x)
		delete(l.indexes, id)
	}
}

// ivfOptions reads an index's definition.
func ivfOptions(snap *catalog.Snapshot, rel *catalog.Relation) (ivf.Options, error) {
	o := ivf.Options{Lists: ivf.DefaultLists, Seed: uint64(rel.OID)}
	for _, option := range rel.Options {
		name, value, _ := cutOption(option)
		switch name {
		case "lists":
			o.Lists = atoi(value)
		case "seed":
			o.Seed = uint64(atoi(value))
		case "iterations":
			o.Iterations = atoi(value)
		}
	}
	metric, err := indexMetric(snap, rel)
	o.Metric = metric
	return o, err
}

// indexMetric is the metric of a vector index, by its operator class.
func indexMetric(snap *catalog.Snapshot, rel *catalog.Relation) (vectorops.Metric, error) {
	class := snap.OpClass(rel.Index.Keys[0].OpClass)
	if class == nil {
		return 0, pgerr.Internal("index %s has no operator class", rel.Name)
	}
	switch class.Name {
	case "vector_l2_ops":
		return vectorops.L2, nil
	case "vector_ip_ops":
		return vectorops.IP, nil
	case "vector_cosine_ops":
		return vectorops.Cosine, nil
	case "vector_l1_ops":
		return vectorops.Manhattan, nil
	}
	return 0, pgerr.Unsupported("operator class %q", class.Name)
}

// buildIndex trains and builds a vector index within the writing transaction
// and stores its centroids.
func (s *Session) buildIndex(ctx context.Context, x *execution, table, rel *catalog.Relation, o ivf.Options) (*ivf.Index, error) {
	col := table.Attribute(rel.Index.Keys[0].Attnum)
	column := s.srv.vectors.column(table, col)
	l, err := column.loaded(x, table, col)
	if err != nil {
		return nil, err
	}
	if l.vectors == nil || l.indexes == nil {
		return nil, nil // nothing to index yet: built when it is first used
	}
	built, err := ivf.Build(ctx, l.vectors.View(), o, s.buildProgress(rel))
	if err != nil {
		return nil, canceled(ctx, err)
	}
	if err := writeCentroids(s.tx.conn, rel.OID, built.Centroids()); err != nil {
		return nil, err
	}
	l.mu.Lock()
	err = l.attach(rel.OID, built)
	l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.tx.onRollback = append(s.tx.onRollback, func() { l.detach(rel.OID) })
	return built, nil
}

// centroids are stored as rows × dims, then little-endian float32.
func writeCentroids(conn *storage.Conn, id oid.OID, m vectorops.Matrix) error {
	b := binary.LittleEndian.AppendUint32(nil, uint32(m.Rows()))
	b = binary.LittleEndian.AppendUint32(b, uint32(m.Dims))
	for i := range m.Rows() {
		for _, f := range m.Row(i) {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
	}
	return conn.Exec("INSERT INTO voronoi_segment (oid, body) VALUES (?, ?) ON CONFLICT (oid) DO UPDATE SET body = excluded.body",
		datum.Int(int64(id)), datum.Blob(b))
}

// readCentroids gives no rows when none are stored that fit.
func readCentroids(conn *storage.Conn, id oid.OID, dims int) (vectorops.Matrix, error) {
	none := vectorops.NewMatrix(0, dims)
	st, err := conn.Prepare("SELECT body FROM voronoi_segment WHERE oid = ?")
	if err != nil {
		return none, err
	}
	defer st.Close()
	st.Bind(1, datum.Int(int64(id)))
	ok, err := st.Step()
	if err != nil || !ok {
		return none, err
	}
	b := st.Column(0).Bytes()
	if len(b) < 8 {
		return none, errDamagedSegment
	}
	rows, have := int(binary.LittleEndian.Uint32(b)), int(binary.LittleEndian.Uint32(b[4:]))
	if have != dims {
		return none, nil
	}
	if b = b[8:]; len(b) != 4*rows*dims {
		return none, errDamagedSegment
	}
	m := vectorops.NewMatrix(rows, dims)
	for i := range rows {
		row := m.Row(i)
		for j := range row {
			row[j] = math.Float32frombits(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
	}
	return m, nil
}

var errDamagedSegment = errors.New("a stored index segment is damaged")
