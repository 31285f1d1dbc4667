package exec

import (
	"context"
	"slices"
	"sync"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/ivf"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// A vector index is built while others read and write (rule V3): over the vectors
// as they are at its beginning, then over those that have come meanwhile, and only
// what is left to do at the end is done by the writer, together with the catalog.
// That is so for CREATE INDEX outside of a transaction block, for REINDEX, and for
// indexes that the background makes again. Within a block the session may be the
// writer already, and what it has written itself has to be in the index: there the
// index is built by the writer, and is private until COMMIT.

// preparation is what an index is to be made from.
type preparation struct {
	srv      *Server
	builder  indexBuilder
	segment  oid.OID      // of the index whose segment may be used; 0 is none
	memory   int64        // bytes that training may take
	progress ivf.Progress // may be nil
}

// prepared is an index that is not attached yet.
type prepared struct {
	x     savedIndex
	since int64 // from which snapshot on the index knows all vectors
	// release lets the column drop slots again; it may be called twice.
	release func()
}

// prepare makes an index over the committed vectors, in memory or as a snapshot
// reads them.
func (l *loadedColumn) prepare(ctx context.Context, p *preparation) (*prepared, error) {
	l.moving.RLock()
	made := &prepared{release: sync.OnceFunc(l.moving.RUnlock)}
	ready := false
	defer func() {
		if !ready {
			made.release()
		}
	}()
	if err := l.make(ctx, p, made); err != nil {
		return nil, err
	}
	if err := l.catchUp(ctx, made.x); err != nil {
		return nil, err
	}
	ready = true
	return made, nil
}

func (l *loadedColumn) make(ctx context.Context, p *preparation, made *prepared) (err error) {
	var vectors index.Vectors = l.vectors.View()
	to := &index.Restoring{View: l.vectors.View(), Most: -1}
	if !l.inMemory() {
		rows, err := l.stream(ctx, p.srv)
		if err != nil {
			return err
		}
		defer rows.close()
		defer p.srv.vectors.memory.beFrugal()()
		vectors, made.since = rows, int64(rows.seq)
		to.View, to.Source = rows.view, rows
	}
	if p.segment != 0 {
		made.x = p.srv.loadSegment(ctx, p.segment, p.builder, to)
	}
	if made.x == nil {
		made.x, err = p.builder.within(p.memory).build(ctx, vectors, p.progress)
	}
	return err
}

const (
	// fewLeft is how many vectors may be left for the writer to insert, and
	// catchUpRounds how often more than that are inserted before: somebody may
	// insert as fast.
	fewLeft       = 100
	catchUpRounds = 5
)

// catchUp inserts into an index that is not attached the vectors that have come
// since it was begun. Of a table of keys only the writer can.
func (l *loadedColumn) catchUp(ctx context.Context, x savedIndex) error {
	if !l.inMemory() {
		return nil
	}
	for range catchUpRounds {
		have, now := x.Covered(), l.vectors.View()
		if now.Len()-have.Len() <= fewLeft {
			return nil
		}
		for s := index.Slot(have.Len()); s < index.Slot(now.Len()); s++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			x.Insert(now, s, now.Vector(s))
		}
	}
	return nil
}

// aheadIndex is an index that CREATE INDEX has built before its transaction
// writes. The statement is planned again if the catalog has changed meanwhile; the
// index is used if it is what is asked for then.
type aheadIndex struct {
	*prepared
	column *loadedColumn
	rel    *catalog.Relation // as planned
}

// drop ends the use of an index, if there is one.
func (a *aheadIndex) drop() {
	if a != nil {
		a.release()
	}
}

// fits reports whether the index is the one that rel defines, over a column.
func (a *aheadIndex) fits(l *loadedColumn, rel *catalog.Relation) bool {
	return a != nil && a.column == l && a.rel.Index.Method == rel.Index.Method &&
		slices.Equal(a.rel.Options, rel.Options) && slices.Equal(a.rel.Index.Keys, rel.Index.Keys)
}

// buildAhead builds the index of a CREATE INDEX that is a transaction of its own.
func (s *Session) buildAhead(ctx context.Context, n *planner.CreateIndex, snap *catalog.Snapshot) error {
	if n.Concurrently && s.tx.status == txBlock {
		return pgerr.New(pgerr.ActiveSQLTransaction, "CREATE INDEX CONCURRENTLY cannot run inside a transaction block")
	}
	if n.Skip || !isVectorMethod(n.Index.Relation.Index.Method) || s.tx.ahead != nil ||
		s.tx.status != txImplicit || s.tx.conn != nil || s.pinned() {
		return nil
	}
	table, rel := n.Index.Table, n.Index.Relation
	col := table.Attribute(rel.Index.Keys[0].Attnum)
	if col == nil || rel.Index.Vectors != nil {
		return nil // its vectors are still to be written
	}
	progress := s.buildProgress(rel, createIndexCommand(n))
	defer s.endBuild()
	progress(phaseInitializing, 0, 0)
	x, err := s.execute(ctx, snap, nil)
	if err != nil {
		return err
	}
	l, err := s.srv.vectors.column(table, col).loaded(x, table, col, rel)
	x.close()
	if err != nil {
		return err
	}
	if l.vectors == nil || l.indexes == nil || needsVectors(rel) && !l.inMemory() {
		return nil
	}
	b, err := builderOf(snap, rel)
	if err != nil {
		return err
	}
	made, err := l.prepare(ctx, &preparation{srv: s.srv, builder: b, memory: s.maintenanceMemory(), progress: progress})
	if err != nil {
		return canceled(ctx, err)
	}
	s.tx.ahead = &aheadIndex{prepared: made, column: l, rel: rel}
	return nil
}

// buildIndex gives a new index what it consists of, within the writing
// transaction, and stores what is to be kept of it. It is nil for a column without
// vectors.
func (s *Session) buildIndex(ctx context.Context, x *execution, table, rel *catalog.Relation) (savedIndex, error) {
	b, err := builderOf(s.tx.catalog, rel)
	if err != nil {
		return nil, err
	}
	owner, col := vectorsOf(table, rel)
	l, err := s.srv.vectors.column(owner, col).loaded(x, owner, col)
	if err != nil {
		return nil, err
	}
	if needsVectors(rel) && !l.empty() && !l.inMemory() && s.srv.vectors.column(owner, col).refused(s.memoryLimit()) {
		return nil, pgerr.Newf(pgerr.OutOfMemory, "index %q needs the vectors of its column in memory", rel.Name).
			WithDetail("They do not fit into voronoi.memory_limit.").WithHint("Raise the limit, or use an index that can read them from the table, such as ivfflat.")
	}
	if l.vectors == nil || l.indexes == nil {
		return nil, nil // nothing to index yet: built when it is first used
	}
	made := &prepared{since: s.tx.seq}
	if a := s.tx.ahead; a.fits(l, rel) {
		made = a.prepared
	} else {
		rows := l.rows.on(x.conn)
		defer rows.close()
		rows.view, rows.seq = l.vectors.View(), index.Pending
		var vectors index.Vectors = rows.view
		if !l.inMemory() {
			vectors = rows
			defer s.srv.vectors.memory.beFrugal()()
		}
		made.x, err = b.within(s.maintenanceMemory()).build(ctx, vectors, s.buildProgress(rel, "CREATE INDEX"))
		s.endBuild()
		if err != nil {
			return nil, canceled(ctx, err)
		}
	}
	if lists, ok := made.x.(*ivf.Index); ok && l.vectors.Len() < lists.Options().Lists {
		s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s index created with little data", rel.Index.Method).
			WithDetail("This will cause low recall.").WithHint("Drop the index until the table has more data."))
	}
	s.noticeTraining(rel, made.x)
	l.mu.Lock()
	err = l.replace(s.tx.conn, rel.OID, made)
	l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	s.tx.onRollback = append(s.tx.onRollback, func() { l.detach(rel.OID) })
	s.tx.onCommit = append(s.tx.onCommit, func() { s.srv.saveSoon(l, rel.OID) })
	return made.x, nil
}

func createIndexCommand(n *planner.CreateIndex) string {
	if n.Concurrently {
		return "CREATE INDEX CONCURRENTLY"
	}
	return "CREATE INDEX"
}

// maintenanceMemorySetting bounds what the training of an index takes. Postgres's
// default, 64 MB, is too little for many lists of long vectors.
const (
	maintenanceMemorySetting = "maintenance_work_mem"
	maintenanceMemoryDefault = 256 << 10 // in KiB
)

// maintenanceMemory is maintenance_work_mem in bytes.
func (s *Session) maintenanceMemory() int64 {
	return int64(atoi(s.settings.get(maintenanceMemorySetting))) << 10
}

// noticeTraining tells when memory has made an index worse than it would be.
func (s *Session) noticeTraining(rel *catalog.Relation, x savedIndex) {
	lists, ok := x.(*ivf.Index)
	if !ok {
		return
	}
	if n, poorly := lists.TrainedOn(); poorly {
		s.notice(pgerr.Notice(pgerr.SuccessfulCompletion, "%s index was trained on %d vectors for %d lists", rel.Index.Method, n, lists.Lists()).
			WithDetail("More do not fit into maintenance_work_mem. This may cause low recall.").
			WithHint("Increase maintenance_work_mem."))
	}
}
