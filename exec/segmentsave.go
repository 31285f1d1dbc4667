package exec

import (
	"context"
	"errors"
	"os"
	"sync"
	"unsafe"

	"voronoi/exec/index"
	"voronoi/internal/oid"
	"voronoi/vectorops"
)

// segmentSaver writes segments in the background, one at a time: of an index that
// has just been made, and of one whose column has changed a good deal since.
// Saving reads the index as a search does and holds up nobody.
type segmentSaver struct {
	mu      sync.Mutex
	due     []savedID
	running bool
	writing sync.Mutex // held by who writes a segment
}

// savedID is an index of a column in memory.
type savedID struct {
	column *loadedColumn
	id     oid.OID
}

// upkeep is what a column in memory knows of its indexes' segments; indexes are
// guarded by the column's mu.
type upkeep struct {
	mu      sync.Mutex
	changes int64 // rows changed by commits since the column was loaded
	due     int64 // from how many on its indexes are looked at again
	saved   map[oid.OID]savedState
	// centroids are those that are stored, by their memory: what adapts has others.
	centroids map[oid.OID]*float32
}

// savedState is what a segment has: which index, and as of how many changes.
type savedState struct {
	x       index.Index
	changes int64
}

const (
	// saveAfter is the part of a column's vectors that has to change before its
	// indexes are saved again, and fewestSaved how many have to at least: enough
	// that all saving together writes a few times what the index is large.
	saveAfter   = 8
	fewestSaved = 2000
)

// changed takes note of rows that a commit has changed, and tells whether the
// column's indexes are to be looked at.
func (u *upkeep) changed(rows, of int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.changes += int64(rows)
	if rows == 0 || u.changes < u.due {
		return false
	}
	u.due = u.changes + int64(max(of/saveAfter, fewestSaved/saveAfter))
	return true
}

// now is how many changes there have been.
func (u *upkeep) now() int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.changes
}

// has reports whether a segment has the index as it is, but for fewer changes
// than that.
func (u *upkeep) has(id oid.OID, x index.Index, fewer int64) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.saved[id]
	return s.x == x && u.changes-s.changes < fewer
}

// note takes note of a segment.
func (u *upkeep) note(id oid.OID, x index.Index, changes int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.saved == nil {
		u.saved = map[oid.OID]savedState{}
	}
	u.saved[id] = savedState{x, changes}
}

// stored reports whether these centroids of an index are known to be stored.
func (u *upkeep) stored(id oid.OID, m vectorops.Matrix) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(m.Data) == 0 || u.centroids[id] == unsafe.SliceData(m.Data)
}

// store takes note of centroids that are stored.
func (u *upkeep) store(id oid.OID, m vectorops.Matrix) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.centroids == nil {
		u.centroids = map[oid.OID]*float32{}
	}
	u.centroids[id] = unsafe.SliceData(m.Data)
}

// attached are the indexes of a column that are there now.
func (l *loadedColumn) attached() map[oid.OID]savedIndex {
	l.mu.RLock()
	defer l.mu.RUnlock()
	list := map[oid.OID]savedIndex{}
	for id, x := range l.indexes {
		if saved, ok := x.(savedIndex); ok {
			list[id] = saved
		}
	}
	return list
}

// lookAfter looks at the indexes of a column after many changes: what no longer
// fits is built anew, and the others are saved.
func (srv *Server) lookAfter(l *loadedColumn) {
	for id, x := range l.attached() {
		if isOutgrown(x) {
			l.rebuildOutgrown(srv, id)
			continue
		}
		view := l.vectors.View()
		if !l.upkeep.has(id, x, int64(max(view.Len()/saveAfter, fewestSaved))) {
			srv.saveSoon(l, id)
		}
	}
}

// saveSoon has an index saved in the background.
func (srv *Server) saveSoon(l *loadedColumn, id oid.OID) {
	if srv.transient {
		return
	}
	s := &srv.saver
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.due {
		if d == (savedID{l, id}) {
			return
		}
	}
	s.due = append(s.due, savedID{l, id})
	if s.running {
		return
	}
	s.running = true
	srv.background.start(func(ctx context.Context) {
		ended := false
		defer func() {
			if !ended { // by a panic: the next save begins anew
				s.mu.Lock()
				s.running = false
				s.mu.Unlock()
			}
		}()
		for {
			s.mu.Lock()
			if len(s.due) == 0 || ctx.Err() != nil {
				s.running, ended = false, true
				s.mu.Unlock()
				return
			}
			next := s.due[0]
			s.due = s.due[1:]
			s.mu.Unlock()
			srv.saveSegment(ctx, next.column, next.id)
			// For that it has to become the writer, which may take long.
			srv.background.start(func(ctx context.Context) { srv.saveCentroids(ctx, next.column, next.id) })
		}
	})
}

// saveSegments saves all indexes that are not, at the end of the server.
func (srv *Server) saveSegments(ctx context.Context) {
	if srv.transient {
		return
	}
	srv.vectors.mu.Lock()
	var columns []*loadedColumn
	for _, c := range srv.vectors.columns {
		if l := c.table.Load(); l != nil {
			columns = append(columns, l)
		}
	}
	srv.vectors.mu.Unlock()
	for _, l := range columns {
		for id := range l.attached() {
			srv.saveSegment(ctx, l, id)
		}
	}
}

// saveSegment saves an index unless it is saved already, or not anybody's: its
// transaction is open still, or it was dropped.
func (srv *Server) saveSegment(ctx context.Context, l *loadedColumn, id oid.OID) {
	x, changes := l.attached()[id], l.upkeep.now()
	exists := func() bool { return srv.catalogs.current().Relation(id) != nil }
	if x == nil || !exists() || l.upkeep.has(id, x, 1) {
		return
	}
	err := srv.writeSegment(ctx, id, x)
	if err == nil && !exists() {
		srv.removeSegment(id) // it was dropped meanwhile
		return
	}
	if err == nil {
		l.upkeep.note(id, x, changes)
	} else if ctx.Err() == nil {
		srv.log.Warn("a vector index was not saved; the next start will take longer", "index", id, "err", err)
	}
}

// writeSegment writes a segment beside its place and moves it there whole, so
// that a crash at any moment leaves the old or the new one.
func (srv *Server) writeSegment(ctx context.Context, id oid.OID, x savedIndex) error {
	srv.saver.writing.Lock()
	defer srv.saver.writing.Unlock()
	if err := os.MkdirAll(srv.segmentDir(), 0o700); err != nil {
		return err
	}
	file := srv.segmentFile(id)
	f, err := os.OpenFile(file+newSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = x.Save(ctx, f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(file+newSuffix, file)
	}
	if err != nil {
		_ = os.Remove(file + newSuffix) // what failed is told
		return err
	}
	return syncDir(srv.segmentDir())
}

// syncDir makes the names in a directory durable.
func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
