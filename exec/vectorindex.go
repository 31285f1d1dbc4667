package exec

import (
	"context"
	"errors"
	"time"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
	"voronoi/exec/storage"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
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

// restore makes an index again in the background: the first search after a restart
// must not wait for it, nor must it hold up whoever writes. The channel is closed
// when it is over, and at once for an index that lately could not be built.
func (l *loadedColumn) restore(srv *Server, id oid.OID, b indexBuilder) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done := l.restoring[id]; done != nil {
		return done
	}
	done := make(chan struct{})
	old := l.indexes[id]
	if old != nil && !isOutgrown(old) || time.Now().Before(l.retries[id].at) {
		close(done)
		return done
	}
	l.restoring[id] = done
	if !srv.background.start(func(ctx context.Context) { l.restoreNow(ctx, srv, id, b, old, done) }) {
		delete(l.restoring, id)
		close(done)
	}
	return done
}

// restoreNow is restore, in the background.
func (l *loadedColumn) restoreNow(ctx context.Context, srv *Server, id oid.OID, b indexBuilder, old index.Index, done chan<- struct{}) {
	// The session that made the index may have allowed it more than the default.
	view := l.vectors.View()
	memory := max(maintenanceMemoryDefault<<10, b.needs(view.Len(), view.Dims()))
	p := preparation{srv: srv, builder: b, memory: memory}
	if old == nil {
		p.segment = id
	}
	err := errPanicked // unless restoreAs returns
	defer func() {
		l.mu.Lock()
		delete(l.restoring, id)
		if err == nil || ctx.Err() != nil {
			delete(l.retries, id)
		} else {
			l.retries[id] = l.retries[id].failed(time.Now())
		}
		l.mu.Unlock()
		close(done)
	}()
	if err = l.restoreAs(ctx, &p, id, old); err == nil {
		srv.saveSoon(l, id)
	} else if ctx.Err() == nil {
		srv.log.Error("a vector index could not be restored; its searches are exact, or by the old one, until the next attempt", "index", id, "err", err)
	}
}

var errPanicked = errors.New("panic")

// restoreAs prepares an index and puts it where old is, nil for none. If something
// else is there by then, the writer needed it and did not wait.
func (l *loadedColumn) restoreAs(ctx context.Context, p *preparation, id oid.OID, old index.Index) error {
	made, err := l.prepare(ctx, p)
	if err != nil {
		return err
	}
	defer made.release()
	return p.srv.writeInternal(ctx, func(conn *storage.Conn) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.indexes[id] != old || p.srv.catalogs.current().Relation(id) == nil {
			return nil
		}
		return l.replace(conn, id, made)
	})
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
	if !l.inMemory() {
		// What has come and gone during the build could not be read any more.
		meta, err := rows.conn.Meta()
		if err != nil {
			l.vectors.Detach(x)
			return err
		}
		since = max(since, meta.CommitSeq)
	}
	l.indexes[id], l.since[id] = x, since
	delete(l.retries, id)
	return nil
}

// replace attaches an index in place of the one that is there, if any, and stores
// what is to be kept of it. conn is the writer's, who the caller is; the caller
// holds l.mu.
func (l *loadedColumn) replace(conn *storage.Conn, id oid.OID, made *prepared) error {
	if lists, ok := made.x.(*ivf.Index); ok {
		if err := writeCentroids(conn, id, lists.Centroids()); err != nil {
			return err
		}
	}
	rows := l.rows.on(conn)
	defer rows.close()
	old := l.indexes[id]
	if err := l.attach(id, made.x, rows, made.since); err != nil {
		return err
	}
	if old != nil {
		l.vectors.Detach(old)
	}
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
