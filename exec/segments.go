package exec

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/storage"
	"voronoi/internal/oid"
)

// Segments are vector indexes saved to files beside the database, so that a start
// need not build them. A segment belongs to no commit: it lists the vectors that
// were in the index by key and digest, and whoever loads it compares each with
// the vector that the database has (rule V4: nothing is trusted). What is the
// same keeps its place in the index, what has changed since is inserted or taken
// out. So a segment that is older than the last commit, as after a crash, costs
// only the difference.
//
// There is one file per index, <oid>.segment; a save replaces it whole
// (segmentsave.go).

const (
	segmentSuffix = ".segment"
	// newSuffix is of a segment that is being written.
	newSuffix = ".new"
	// insertNow is how many vectors that a segment lacks may be inserted while
	// the column's first search waits; more are inserted in the background.
	insertNow = 2000
)

// segmentDir is where the segments are.
func (srv *Server) segmentDir() string { return filepath.Join(srv.db.Dir(), "segments") }

func (srv *Server) segmentFile(id oid.OID) string {
	return filepath.Join(srv.segmentDir(), itoa(int(id))+segmentSuffix)
}

// loadSegments attaches the indexes of a column that has just been read in a
// snapshot, as far as their segments know nearly all of its vectors.
func (c *vectorColumn) loadSegments(ctx context.Context, conn *storage.Conn, snap *catalog.Snapshot, l *loadedColumn) {
	srv := c.store.srv
	if l.vectors == nil {
		return
	}
	rows := l.rows.on(conn)
	defer rows.close()
	for _, x := range indexesAt(snap, c.id) {
		if needsVectors(x) && !l.inMemory() {
			continue // there is no room for it
		}
		b, err := builderOf(snap, x)
		if err != nil {
			continue // whoever searches it will be told
		}
		to := &index.Restoring{View: l.vectors.View(), Source: rows, Most: insertNow}
		if built := srv.loadSegment(ctx, x.OID, b, to); built != nil && l.vectors.Attach(built) {
			l.indexes[x.OID] = built
			if to.Exact {
				l.upkeep.note(x.OID, built, 0)
			}
		}
	}
}

// loadSegment loads an index from its segment; nil if there is none that is of
// use. A damaged one is told of and removed.
func (srv *Server) loadSegment(ctx context.Context, id oid.OID, b indexBuilder, to *index.Restoring) savedIndex {
	built, err := srv.readSegment(ctx, id, b, to)
	switch {
	case err == nil:
		return built
	case errors.Is(err, index.ErrDamaged):
		srv.log.Warn("a saved vector index is damaged and will be built anew", "index", id, "err", err)
		srv.removeSegment(id)
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, index.ErrStale) && !errors.Is(err, index.ErrBehind) && ctx.Err() == nil:
		srv.log.Warn("a saved vector index could not be read and will be built anew", "index", id, "err", err)
	}
	return nil
}

func (srv *Server) readSegment(ctx context.Context, id oid.OID, b indexBuilder, to *index.Restoring) (savedIndex, error) {
	f, err := os.Open(srv.segmentFile(id))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return b.load(ctx, f, info.Size(), to)
}

// removeSegment removes the segment of an index that is no more, or that it is
// of no use to.
func (srv *Server) removeSegment(id oid.OID) {
	if err := os.Remove(srv.segmentFile(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		srv.log.Warn("a segment could not be removed", "index", id, "err", err)
	}
}

// tidySegments removes, at the start, what crashes have left: segments that were
// not written to the end, and those of indexes that do not exist.
func (srv *Server) tidySegments() {
	entries, err := os.ReadDir(srv.segmentDir())
	if err != nil {
		return // none has been saved yet
	}
	snap := srv.catalogs.current()
	for _, e := range entries {
		name, isSegment := strings.CutSuffix(e.Name(), segmentSuffix)
		if isSegment && itoa(atoi(name)) == name {
			if rel := snap.Relation(oid.OID(atoi(name))); rel != nil && rel.Index != nil && isVectorMethod(rel.Index.Method) {
				continue
			}
		} else if !strings.HasSuffix(e.Name(), segmentSuffix+newSuffix) {
			continue // not ours
		}
		if err := os.Remove(filepath.Join(srv.segmentDir(), e.Name())); err != nil {
			srv.log.Warn("a segment could not be removed", "file", e.Name(), "err", err)
		}
	}
}

// preload reads the columns that have vector indexes into memory, so that the
// first search finds them there.
func (srv *Server) preload() {
	snap := srv.catalogs.current()
	srv.background.start(func(ctx context.Context) {
		for _, rel := range snap.Relations() {
			srv.preloadIndex(ctx, snap, rel)
		}
	})
}

// preloadIndex reads the column of a vector index, and begins to make the index
// again if it had no segment of use.
func (srv *Server) preloadIndex(ctx context.Context, snap *catalog.Snapshot, rel *catalog.Relation) {
	if rel.Index == nil || !isVectorMethod(rel.Index.Method) {
		return
	}
	table := snap.Relation(rel.Index.Table)
	if table == nil {
		return
	}
	owner, col := vectorsOf(table, rel)
	if col == nil || !isSearched(col) {
		return
	}
	c := srv.vectors.column(owner, col)
	l, err := c.fill(ctx, col, columnUseOf(snap, c.id, srv.defaultMemoryLimit()))
	if err != nil || l == nil || l.vectors == nil {
		return // whoever searches it will be told
	}
	if needsVectors(rel) && !l.inMemory() {
		return // there is no room for it
	}
	srv.restoreIndex(ctx, snap, l, rel)
}

// wake reads a column into memory that has vectors now and is not there: the
// first, mostly, of a table whose indexes were made before. They need not wait
// for a search.
func (srv *Server) wake(c *vectorColumn) {
	snap := srv.catalogs.current()
	if c.table.Load() != nil || c.refused(srv.defaultMemoryLimit()) {
		return
	}
	indexes := indexesAt(snap, c.id)
	if len(indexes) == 0 || !c.waking.CompareAndSwap(false, true) {
		return
	}
	srv.background.start(func(ctx context.Context) {
		defer c.waking.Store(false)
		for _, x := range indexes {
			srv.preloadIndex(ctx, snap, x)
		}
	})
}

// restoreIndex begins to build an index that no segment had.
func (srv *Server) restoreIndex(ctx context.Context, snap *catalog.Snapshot, l *loadedColumn, rel *catalog.Relation) {
	conn, err := srv.db.Acquire(ctx)
	if err != nil {
		return
	}
	defer srv.db.Release(conn)
	b, err := srv.builder(conn, snap, rel, l.vectors.Dims())
	if err != nil {
		return
	}
	l.restore(srv, rel.OID, b)
}
