package exec

import (
	"context"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
	"voronoi/planner"
)

// reindex is REINDEX: vector indexes are trained and built anew while others read
// and write, and then put in the place of the old ones; SQLite's are made again by
// SQLite.
func (s *Session) reindex(ctx context.Context, n *planner.Reindex) (*result, error) {
	if n.Block != "" && s.tx.status == txBlock {
		return nil, pgerr.Newf(pgerr.ActiveSQLTransaction, "%s cannot run inside a transaction block", n.Block)
	}
	if err := s.checkWritable("REINDEX"); err != nil {
		return nil, err
	}
	command := "REINDEX"
	if n.Concurrently {
		command = "REINDEX CONCURRENTLY"
	}
	for _, rel := range n.Indexes {
		if isVectorMethod(rel.Index.Method) {
			if err := s.reindexVector(ctx, rel, command); err != nil {
				return nil, err
			}
		}
	}
	for _, rel := range n.Indexes {
		if !isVectorMethod(rel.Index.Method) {
			if err := s.reindexRows(ctx, rel); err != nil {
				return nil, err
			}
		}
	}
	return &result{tag: "REINDEX"}, nil
}

// reindexVector builds a vector index anew. That is no change of the data: it is
// not undone by a rollback.
func (s *Session) reindexVector(ctx context.Context, rel *catalog.Relation, command string) error {
	x, err := s.execute(ctx, nil, nil)
	if err != nil {
		return err
	}
	// The catalog of the snapshot may not have it any more.
	table := x.catalog.Relation(rel.Index.Table)
	now := x.catalog.Relation(rel.OID)
	if now == nil || table == nil {
		x.close()
		return pgerr.Newf(pgerr.UndefinedTable, "could not open relation with OID %d", rel.OID)
	}
	progress := s.buildProgress(rel, command)
	defer s.endBuild()
	progress(phaseInitializing, 0, 0)
	owner, col := vectorsOf(table, now)
	b, err := builderOf(x.catalog, rel)
	var l *loadedColumn
	if err == nil && col != nil {
		l, err = s.srv.vectors.column(owner, col).loaded(x, owner, col)
	}
	x.close()
	if err != nil || l == nil || l.vectors == nil || l.indexes == nil || needsVectors(rel) && !l.inMemory() {
		return err // without an index in memory there is nothing to build anew
	}
	made, err := l.prepare(ctx, &preparation{srv: s.srv, builder: b, memory: s.maintenanceMemory(), progress: progress})
	if err != nil {
		return canceled(ctx, err)
	}
	defer made.release()
	if err := s.startWriting(ctx); err != nil {
		return err
	}
	if s.tx.catalog.Relation(rel.OID) == nil {
		return pgerr.Newf(pgerr.UndefinedTable, "could not open relation with OID %d", rel.OID)
	}
	l.mu.Lock()
	err = l.replace(s.tx.conn, rel.OID, made)
	l.mu.Unlock()
	if err == nil {
		s.noticeTraining(rel, made.x)
		s.tx.onCommit = append(s.tx.onCommit, func() { s.srv.saveSoon(l, rel.OID) })
	}
	return err
}

// reindexRows makes an index of SQLite's again; some indexes have none.
func (s *Session) reindexRows(ctx context.Context, rel *catalog.Relation) error {
	if err := s.startWriting(ctx); err != nil {
		return err
	}
	st, err := s.tx.conn.Prepare("SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?")
	if err != nil {
		return err
	}
	st.Bind(1, datum.Text(rel.Physical))
	found, err := st.Step()
	st.Close()
	if err != nil || !found {
		return err
	}
	return canceled(ctx, s.tx.conn.Exec("REINDEX "+quoteName(rel.Physical)))
}
