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
// column that is the statement's own, while the index is being restored, and for
// a snapshot that is older than what a table of keys could be read from.
func (l *loadedColumn) index(x *execution, p *planner.VectorScan) (index.Index, error) {
	if l.indexes == nil || l.vectors == nil {
		return nil, nil
	}
	l.mu.RLock()
	idx, restoring, since := l.indexes[p.Index.OID], l.restoring[p.Index.OID], l.since[p.Index.OID]
	l.mu.RUnlock()
	if x.seq < since {
		return nil, nil
	}
	if needsVectors(p.Index) && !l.vectors.HasVectors() {
		return nil, nil // there is no room for it
	}
	if restoring == nil && isOutgrown(idx) {
		l.rebuildOutgrown(x.session.srv, p.Index.OID)
	}
	if idx != nil || restoring != nil {
		return idx, nil
	}
	b, err := x.builder(p.Index, l.vectors.Dims())
	if err != nil {
		return nil, err
	}
	l.restore(x.session.srv, p.Index.OID, b)
	return nil, nil
}

// isOutgrown reports whether an index is to be built again, because its centroids
// say little about what the table has become.
func isOutgrown(x index.Index) bool {
	lists, ok := x.(*ivf.Index)
	return ok && lists.Outgrown()
}

// rebuildOutgrown builds an index with new centroids in the background; the old
// one serves meanwhile.
func (l *loadedColumn) rebuildOutgrown(srv *Server, id oid.OID) {
	l.mu.RLock()
	lists, ok := l.indexes[id].(*ivf.Index)
	l.mu.RUnlock()
	if ok {
		l.restore(srv, id, ivfBuilder{o: lists.Options()})
	}
}

// builder is how an index is made again: from what the file keeps of it where
// that can be read, from its definition otherwise.
func (srv *Server) builder(conn *storage.Conn, snap *catalog.Snapshot, rel *catalog.Relation, dims int) (indexBuilder, error) {
	b, err := builderOf(snap, rel)
	if err != nil {
		return nil, err
	}
	if lists, ok := b.(ivfBuilder); ok {
		if lists.centroids, err = readCentroids(conn, rel.OID, dims); err != nil {
			srv.log.Warn("a vector index is built anew", "index", rel.Name, "err", err)
		}
		return lists, nil
	}
	return b, nil
}

// builder is that of the server, as the execution's snapshot has the index.
func (x *execution) builder(rel *catalog.Relation, dims int) (indexBuilder, error) {
	return x.session.srv.builder(x.conn, x.catalog, rel, dims)
}

// restore builds an index in the background: the first search after a restart
// must not wait for it, nor must it hold up whoever writes. The channel is closed
// when it is over.
func (l *loadedColumn) restore(srv *Server, id oid.OID, b indexBuilder) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done := l.restoring[id]; done != nil {
		return done
	}
	done := make(chan struct{})
	old := l.indexes[id]
	if old != nil && !isOutgrown(old) {
		close(done)
		return done
	}
	l.restoring[id] = done
	srv.background.start(func(ctx context.Context) {
		built, loaded, since, err := l.restored(ctx, srv, id, b, old == nil)
		if err == nil {
			err = srv.writeInternal(ctx, func(conn *storage.Conn) error {
				rows := l.rows.on(conn)
				defer rows.close()
				l.mu.Lock()
				defer l.mu.Unlock()
				if l.indexes[id] != old || srv.catalogs.current().Relation(id) == nil {
					return nil // the writer needed it and did not wait, or it was dropped
				}
				if lists, ok := built.(*ivf.Index); ok && (loaded || b.(ivfBuilder).centroids.Rows() == 0) {
					if err := writeCentroids(conn, id, lists.Centroids()); err != nil {
						return err
					}
				}
				if old != nil {
					l.vectors.Detach(old)
				}
				return l.attach(id, built, rows, since)
			})
		}
		l.mu.Lock()
		delete(l.restoring, id)
		l.mu.Unlock()
		close(done)
		if err != nil && ctx.Err() == nil {
			srv.log.Error("a vector index could not be restored; searches are exact until the next attempt", "index", id, "err", err)
		}
		if err == nil {
			srv.saveSoon(l, id)
		}
	})
	return done
}

// restored makes an index again, from its segment if that may be used, over the
// committed vectors, in memory or as a snapshot reads them. since is the snapshot
// from which on the index knows them all.
func (l *loadedColumn) restored(ctx context.Context, srv *Server, id oid.OID, b indexBuilder, segment bool) (x savedIndex, loaded bool, since int64, err error) {
	var vectors index.Vectors = l.vectors.View()
	to := &index.Restoring{View: l.vectors.View(), Most: -1}
	if !l.inMemory() {
		rows, err := l.stream(ctx, srv)
		if err != nil {
			return nil, false, 0, err
		}
		defer rows.close()
		vectors, since = rows, int64(rows.seq)
		to.View, to.Source = rows.view, rows
	}
	if segment {
		if x = srv.loadSegment(ctx, id, b, to); x != nil {
			return x, true, since, nil
		}
	}
	x, err = b.build(ctx, vectors, nil)
	return x, false, since, err
}

// stream is the vectors of a table of keys as a snapshot of their own has them,
// and those of its slots that it can have: nothing is committed between the view
// and the snapshot, and pending slots are behind.
func (l *loadedColumn) stream(ctx context.Context, srv *Server) (*rowVectors, error) {
	conn, err := srv.db.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	rows := l.rows.on(conn)
	rows.release = func() { srv.db.Release(conn) }
	srv.vectors.commits.Lock()
	err = conn.BeginRead()
	rows.view = l.vectors.Committed()
	srv.vectors.commits.Unlock()
	if err == nil {
		var meta storage.Meta
		meta, err = conn.Meta()
		rows.seq = index.Seq(meta.CommitSeq)
	}
	if err != nil {
		rows.close()
		return nil, err
	}
	return rows, nil
}

// attach makes an index follow the column's changes. rows reads what the writer,
// who the caller is, sees; the caller holds l.mu.
func (l *loadedColumn) attach(id oid.OID, x index.Index, rows *rowVectors, since int64) error {
	ok, err := l.vectors.AttachFrom(x, rows)
	if err != nil {
		return err
	}
	if !ok {
		return pgerr.Internal("the vectors of index %d were moved while it was built", id)
	}
	l.indexes[id], l.since[id] = x, since
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

// buildIndex builds a vector index within the writing transaction and stores
// what is to be kept of it. It is nil for a column without vectors.
func (s *Session) buildIndex(ctx context.Context, x *execution, table, rel *catalog.Relation) (savedIndex, error) {
	b, err := builderOf(s.tx.catalog, rel)
	if err != nil {
		return nil, err
	}
	col := table.Attribute(rel.Index.Keys[0].Attnum)
	l, err := s.srv.vectors.column(table, col).loaded(x, table, col)
	if err != nil {
		return nil, err
	}
	if needsVectors(rel) && !l.empty() && !l.inMemory() && s.srv.vectors.column(table, col).refused(s.memoryLimit()) {
		return nil, pgerr.Newf(pgerr.OutOfMemory, "index %q needs the vectors of its column in memory", rel.Name).
			WithDetail("They do not fit into voronoi.memory_limit.").WithHint("Raise the limit, or use an index that can read them from the table, such as ivfflat.")
	}
	if l.vectors == nil || l.indexes == nil {
		return nil, nil // nothing to index yet: built when it is first used
	}
	rows := l.rows.on(x.conn)
	defer rows.close()
	rows.view, rows.seq = l.vectors.View(), index.Pending
	var vectors index.Vectors = rows.view
	if !l.inMemory() {
		vectors = rows
	}
	built, err := b.build(ctx, vectors, s.buildProgress(rel))
	defer s.endBuild()
	if err != nil {
		return nil, canceled(ctx, err)
	}
	if lists, ok := built.(*ivf.Index); ok {
		if l.vectors.Len() < lists.Options().Lists {
			s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s index created with little data", rel.Index.Method).
				WithDetail("This will cause low recall.").WithHint("Drop the index until the table has more data."))
		}
		if err := writeCentroids(s.tx.conn, rel.OID, lists.Centroids()); err != nil {
			return nil, err
		}
	}
	l.mu.Lock()
	err = l.attach(rel.OID, built, rows, s.tx.seq)
	l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.tx.onRollback = append(s.tx.onRollback, func() { l.detach(rel.OID) })
	s.tx.onCommit = append(s.tx.onCommit, func() { s.srv.saveSoon(l, rel.OID) })
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
