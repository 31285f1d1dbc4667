package exec

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// Segments are vector indexes saved to files beside the database when the server
// stops, so that the next start need not build them (rule V4). A segment counts
// only if the database says that it was saved at the commit that the database
// is still at: the row in voronoi_stamp is written after the file, and any
// commit since makes the sequence numbers differ. Everything else is built anew.

// segmentDir is where the segments are.
func (srv *Server) segmentDir() string { return filepath.Join(srv.db.Dir(), "segments") }

func (srv *Server) segmentFile(id oid.OID) string {
	return filepath.Join(srv.segmentDir(), itoa(int(id))+".segment")
}

// stampOf says which state of the data a segment belongs to.
func stampOf(m storage.Meta) index.Stamp {
	s := index.Stamp{Seq: index.Seq(m.CommitSeq)}
	binary.LittleEndian.PutUint64(s.Epoch[:], uint64(m.Epoch))
	return s
}

// saveSegments saves the indexes that are in memory. All sessions have ended.
func (srv *Server) saveSegments(ctx context.Context) error {
	type entry struct {
		id oid.OID
		x  savedIndex
	}
	var entries []entry
	srv.vectors.mu.Lock()
	for _, c := range srv.vectors.columns {
		l := c.table.Load()
		if l == nil {
			continue
		}
		l.mu.RLock()
		for id, x := range l.indexes {
			if saved, ok := x.(savedIndex); ok {
				entries = append(entries, entry{id, saved})
			}
		}
		l.mu.RUnlock()
	}
	srv.vectors.mu.Unlock()
	if len(entries) == 0 {
		return nil
	}
	// What earlier runs left belongs to states that are gone.
	if err := os.RemoveAll(srv.segmentDir()); err != nil {
		return err
	}
	if err := os.MkdirAll(srv.segmentDir(), 0o700); err != nil {
		return err
	}
	return srv.writeInternal(ctx, func(conn *storage.Conn) error {
		meta, err := conn.Meta()
		if err != nil {
			return err
		}
		if err := conn.Exec("DELETE FROM voronoi_stamp"); err != nil {
			return err
		}
		for _, e := range entries {
			if err := srv.saveSegment(e.id, e.x, stampOf(meta)); err != nil {
				return err
			}
			if err := conn.Exec("INSERT INTO voronoi_stamp (oid, epoch, seq) VALUES (?, ?, ?)",
				datum.Int(int64(e.id)), datum.Int(meta.Epoch), datum.Int(meta.CommitSeq)); err != nil {
				return err
			}
		}
		return nil
	})
}

// saveSegment writes one segment beside its place and moves it there whole.
func (srv *Server) saveSegment(id oid.OID, x savedIndex, stamp index.Stamp) error {
	file := srv.segmentFile(id)
	f, err := os.Create(file + ".new")
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := x.Save(w, stamp); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

// loadSegments attaches the indexes of a column that has just been read in a
// snapshot, as far as there are segments of that very state.
func (c *vectorColumn) loadSegments(conn *storage.Conn, snap *catalog.Snapshot, l *loadedColumn) {
	srv := c.store.srv
	rel := snap.Relation(c.id.table)
	if rel == nil || l.vectors == nil {
		return
	}
	meta, err := conn.Meta()
	if err != nil {
		return
	}
	for _, x := range indexesOf(snap, rel) {
		if !isVectorMethod(x.Index.Method) || x.Index.Keys[0].Attnum != c.id.attnum {
			continue
		}
		built, err := srv.loadSegment(conn, snap, x, l.vectors, meta)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, index.ErrStale):
		case err != nil:
			srv.log.Warn("a saved vector index is of no use and will be built anew", "index", x.Name, "err", err)
		case !l.vectors.Attach(built):
		default:
			l.indexes[x.OID] = built
		}
	}
}

func (srv *Server) loadSegment(conn *storage.Conn, snap *catalog.Snapshot, rel *catalog.Relation, t *index.Table, meta storage.Meta) (savedIndex, error) {
	st, err := conn.Prepare("SELECT epoch, seq FROM voronoi_stamp WHERE oid = ?")
	if err != nil {
		return nil, err
	}
	defer st.Close()
	st.Bind(1, datum.Int(int64(rel.OID)))
	ok, err := st.Step()
	if err != nil {
		return nil, err
	}
	if !ok || st.Column(1).Int() != meta.CommitSeq {
		return nil, index.ErrStale
	}
	stamp := stampOf(storage.Meta{Epoch: st.Column(0).Int(), CommitSeq: meta.CommitSeq})
	b, err := builderOf(snap, rel)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(srv.segmentFile(rel.OID))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return b.load(bufio.NewReaderSize(f, 1<<20), t, stamp)
}

// preload reads the columns that have vector indexes into memory, so that the
// first search finds them there.
func (srv *Server) preload() {
	snap := srv.catalogs.current()
	srv.background.start(func(ctx context.Context) {
		for _, rel := range snap.Relations() {
			if rel.Index == nil || !isVectorMethod(rel.Index.Method) {
				continue
			}
			table := snap.Relation(rel.Index.Table)
			if table == nil {
				continue
			}
			col := table.Attribute(rel.Index.Keys[0].Attnum)
			if col == nil || col.Companion == "" {
				continue
			}
			l, err := srv.vectors.column(table, col).fill(ctx, table, col)
			if err != nil || l == nil || l.vectors == nil {
				continue // whoever searches it will be told
			}
			srv.restoreIndex(ctx, snap, l, rel)
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
