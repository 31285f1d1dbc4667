package exec

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// vectorStore holds the vector columns that are in memory. A column is loaded
// when it is first searched and follows every commit from then on.
//
// A load must not miss a commit and must not stop the writer. It declares the
// column loading and begins its snapshot in one step, during which no commit
// happens (commits); from then on every commit leaves its changes of the column
// in the column's delta, with its sequence number, and the loader takes them in
// after the rows of its snapshot.
type vectorStore struct {
	srv     *Server
	mu      sync.Mutex
	columns map[columnID]*vectorColumn

	// commits is held for reading from before a commit hands over its changes
	// until it is done, and for writing while a load begins.
	commits sync.RWMutex
	horizon horizon
}

type columnID struct {
	table  oid.OID
	attnum int16
}

// vectorColumn is one vector column in memory, or on its way there.
type vectorColumn struct {
	id    columnID
	store *vectorStore

	load  sync.Mutex // held by who loads
	mu    sync.Mutex // guards the following
	state columnState
	delta []columnDelta
	table atomic.Pointer[loadedColumn]
}

// loadedColumn is the vectors of a column, valid for snapshots from base on.
type loadedColumn struct {
	vectors *index.Table // nil for a column without any vector yet
	base    int64

	mu      sync.RWMutex
	indexes map[oid.OID]index.Index // nil for a statement's own column
	// restoring are the indexes that the background is building; the channel is
	// closed at the end, whether it succeeded or not.
	restoring map[oid.OID]chan struct{}

	filters filterCache // of the searches that have a WHERE
	upkeep  upkeep
}

type columnState uint8

const (
	columnUnloaded columnState = iota
	columnLoading
	columnLoaded
)

// columnDelta is what one commit changed while the column was being loaded.
type columnDelta struct {
	seq  int64
	rows []vectorRow
}

// vectorRow is the vector that a key has after a commit, nil for none.
type vectorRow struct {
	key int64
	vec []float32
}

func (v *vectorStore) init(srv *Server) {
	v.srv = srv
	v.columns = map[columnID]*vectorColumn{}
	v.horizon.live = map[any]int64{}
}

// column is the entry of a table's vector column.
func (v *vectorStore) column(rel *catalog.Relation, c *catalog.Column) *vectorColumn {
	id := columnID{rel.OID, c.Attnum}
	v.mu.Lock()
	defer v.mu.Unlock()
	col := v.columns[id]
	if col == nil {
		col = &vectorColumn{id: id, store: v}
		v.columns[id] = col
	}
	return col
}

// forget drops a column that no catalog has any more.
func (v *vectorStore) forget(id columnID) {
	v.mu.Lock()
	delete(v.columns, id)
	v.mu.Unlock()
}

// invalidate makes a column load anew at its next search.
func (c *vectorColumn) invalidate() {
	c.mu.Lock()
	c.state, c.delta = columnUnloaded, nil
	c.table.Store(nil)
	c.mu.Unlock()
}

// vectorTx is what a writing transaction has done to one column.
type vectorTx struct {
	column *vectorColumn
	// log has the keys whose vectors changed while the column was not in
	// memory; what is before applied has been taken in since.
	log     []int64
	applied int
	loaded  *loadedColumn // the table that has pending changes of this transaction
	// lost says that the column was given up: what the transaction has done to
	// it is not known any more, and it is loaded anew after the commit.
	lost bool
}

// vectorMark is a savepoint's place in a transaction's vector changes.
type vectorMark []columnMark

type columnMark struct {
	tx     *vectorTx
	log    int
	loaded *loadedColumn
	mark   index.Mark
}

// vectorTx finds or makes the transaction's record of a column.
func (s *Session) vectorTx(c *vectorColumn) *vectorTx {
	for _, t := range s.tx.vectors {
		if t.column == c {
			return t
		}
	}
	t := &vectorTx{column: c}
	s.tx.vectors = append(s.tx.vectors, t)
	return t
}

// inserted takes note of a vector that the transaction has stored for a key
// that had none.
func (c *vectorColumn) inserted(s *Session, key int64, d datum.Datum) error {
	t := s.vectorTx(c)
	if t.lost {
		return nil
	}
	l := c.table.Load()
	if l == nil || l.vectors == nil || t.applied < len(t.log) {
		t.log = append(t.log, key)
		return nil
	}
	t.loaded = l
	_, err := l.vectors.Append(key, datum.VectorFloats(d))
	return t.tolerate(err)
}

// deleted takes note of a vector that the transaction has removed.
func (c *vectorColumn) deleted(s *Session, key int64) error {
	t := s.vectorTx(c)
	if t.lost {
		return nil
	}
	l := c.table.Load()
	if l == nil || l.vectors == nil || t.applied < len(t.log) {
		t.log = append(t.log, key)
		return nil
	}
	t.loaded = l
	l.vectors.Kill(key)
	return nil
}

// tolerate gives the column up when a vector has another length than those in
// memory. A column of the untyped vector may mix lengths, and only searching it
// is an error then, which is for the search to find.
func (t *vectorTx) tolerate(err error) error {
	var dims *index.DimensionError
	if !errors.As(err, &dims) {
		return err
	}
	if t.loaded != nil {
		t.loaded.vectors.Rollback()
	}
	t.column.invalidate()
	t.loaded, t.log, t.applied, t.lost = nil, nil, 0, true
	return nil
}

// catchUp applies the keys that the transaction logged while the column was not
// in memory, by reading what they have now.
func (t *vectorTx) catchUp(s *Session, conn *storage.Conn) error {
	l := t.column.table.Load()
	if l == nil || t.lost || t.applied == len(t.log) {
		return nil
	}
	rows, err := t.column.read(s, conn, t.log[t.applied:])
	if err != nil {
		return err
	}
	if l.vectors == nil {
		// The column was empty when it was loaded: load it as it is now.
		t.column.invalidate()
		return nil
	}
	t.loaded = l
	for _, r := range rows {
		l.vectors.Kill(r.key)
		if r.vec != nil {
			if _, err := l.vectors.Append(r.key, r.vec); err != nil {
				return t.tolerate(err)
			}
		}
	}
	t.applied = len(t.log)
	return nil
}

// read reads the vectors that keys have on a connection, each key once.
func (c *vectorColumn) read(s *Session, conn *storage.Conn, keys []int64) ([]vectorRow, error) {
	rel := s.catalog().Relation(c.id.table)
	if rel == nil {
		return nil, nil
	}
	col := rel.Attribute(c.id.attnum)
	if col == nil || col.Dropped {
		return nil, nil
	}
	st, err := conn.Prepare("SELECT " + quoteName(col.Physical) + " FROM " + quoteName(col.Companion) + " WHERE " + catalog.KeyColumn + " = ?")
	if err != nil {
		return nil, err
	}
	defer st.Close()
	seen := make(map[int64]bool, len(keys))
	rows := make([]vectorRow, 0, len(keys))
	for _, key := range keys {
		if seen[key] {
			continue
		}
		seen[key] = true
		st.Reset()
		st.Bind(1, datum.Int(key))
		ok, err := st.Step()
		if err != nil {
			return nil, err
		}
		r := vectorRow{key: key}
		if ok {
			r.vec = append([]float32(nil), datum.VectorFloats(st.Column(0))...)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// mark is a savepoint.
func (v *vectorStore) mark(s *Session) vectorMark {
	var m vectorMark
	for _, t := range s.tx.vectors {
		cm := columnMark{tx: t, log: len(t.log), loaded: t.loaded}
		if t.loaded != nil {
			cm.mark = t.loaded.vectors.Mark()
		}
		m = append(m, cm)
	}
	return m
}

// rollbackTo undoes the vector changes since a savepoint. Keys that were logged
// before the mark and applied after it are logged still.
func (v *vectorStore) rollbackTo(s *Session, m vectorMark) {
	for _, t := range s.tx.vectors {
		if t.lost {
			continue
		}
		var at columnMark
		for _, cm := range m {
			if cm.tx == t {
				at = cm
			}
		}
		if t.loaded != nil {
			to := index.Mark(0)
			if at.loaded == t.loaded {
				to = at.mark
			}
			t.loaded.vectors.RollbackTo(to)
		}
		// What remains in the log is read anew: some of it may have been taken
		// in after the mark and has just been undone with the rest.
		t.log, t.applied = t.log[:at.log], 0
	}
}

// prepareCommit hands the transaction's changes to the columns: those in memory
// are stamped, those being loaded get them as a delta. It leaves the store
// closed to beginning loads until committed or rolledBack is called.
func (v *vectorStore) prepareCommit(s *Session) error {
	v.commits.RLock()
	s.tx.published = true
	for _, t := range s.tx.vectors {
		if err := t.catchUp(s, s.tx.conn); err != nil {
			return err
		}
		if t.lost {
			t.column.invalidate()
			continue
		}
		if t.loaded != nil {
			t.loaded.vectors.Publish(index.Seq(s.tx.seq))
			continue
		}
		if t.applied == len(t.log) {
			continue
		}
		c := t.column
		c.mu.Lock()
		loading := c.state == columnLoading
		c.mu.Unlock()
		if !loading {
			continue
		}
		rows, err := c.read(s, s.tx.conn, t.log)
		if err != nil {
			return err
		}
		c.mu.Lock()
		switch {
		case c.state == columnLoading:
			c.delta = append(c.delta, columnDelta{s.tx.seq, rows})
			c.mu.Unlock()
		case c.state == columnLoaded:
			// The load has ended since catchUp looked.
			c.mu.Unlock()
			if err := t.catchUp(s, s.tx.conn); err != nil {
				return err
			}
			if t.loaded != nil {
				t.loaded.vectors.Publish(index.Seq(s.tx.seq))
			} else if t.lost {
				c.invalidate()
			}
		default:
			c.mu.Unlock()
		}
	}
	return nil
}

// committed ends prepareCommit after the commit.
func (v *vectorStore) committed(s *Session) {
	for _, t := range s.tx.vectors {
		if t.loaded != nil {
			changed := t.loaded.vectors.Changes()
			t.loaded.vectors.Commit()
			v.reclaim(t.loaded)
			if t.loaded.upkeep.changed(changed, t.loaded.vectors.Len()) {
				v.srv.background.start(func(context.Context) { v.srv.lookAfter(t.loaded) })
			}
		}
	}
	v.endCommit(s)
}

func (v *vectorStore) endCommit(s *Session) {
	if s.tx.published {
		s.tx.published = false
		v.commits.RUnlock()
	}
	s.tx.vectors = nil
}

// rolledBack undoes the transaction's changes, published or not.
func (v *vectorStore) rolledBack(s *Session) {
	for _, t := range s.tx.vectors {
		if t.loaded != nil {
			t.loaded.vectors.Rollback()
		} else if s.tx.published {
			// A delta may have been handed over for a commit that failed.
			t.column.invalidate()
		}
	}
	v.endCommit(s)
}

// reclaim drops dead slots once they are many and no snapshot needs them.
func (v *vectorStore) reclaim(l *loadedColumn) {
	dead := l.vectors.Dead()
	if dead < 1024 || dead < l.vectors.Len()/4 {
		return
	}
	l.vectors.Reclaim(index.Seq(v.horizon.oldest()))
}

// loaded gives a column's vectors in memory for a statement, loading them if
// need be. It fails with errReplan when the statement's snapshot is older than
// what is in memory and a new snapshot would help.
func (c *vectorColumn) loaded(x *execution, rel *catalog.Relation, col *catalog.Column) (*loadedColumn, error) {
	s := x.session
	writer := s.tx.writing && x.conn == s.tx.conn
	if writer && s.vectorTx(c).lost {
		return privateColumn(x, rel, col)
	}
	l := c.table.Load()
	if l == nil {
		var err error
		if l, err = c.fill(x.ctx, rel, col); err != nil {
			return nil, err
		}
		if l == nil {
			return privateColumn(x, rel, col)
		}
	}
	if writer {
		if err := s.vectorTx(c).catchUp(s, x.conn); err != nil {
			return nil, err
		}
		if now := c.table.Load(); now != l {
			// The column got its first vectors in this transaction.
			return privateColumn(x, rel, col)
		}
		return l, nil
	}
	if x.seq < l.base {
		return privateColumn(x, rel, col)
	}
	return l, nil
}

// privateColumn loads a column as a statement's own snapshot has it, for that
// statement alone.
func privateColumn(x *execution, rel *catalog.Relation, col *catalog.Column) (*loadedColumn, error) {
	t, err := readColumn(x.ctx, x.conn, col)
	if err != nil {
		return nil, err
	}
	return &loadedColumn{vectors: t, base: x.seq}, nil
}

// fill loads the column from a snapshot of its own; nil when that does not have
// the column: the transaction has just made it, or others have dropped it.
func (c *vectorColumn) fill(ctx context.Context, rel *catalog.Relation, col *catalog.Column) (*loadedColumn, error) {
	c.load.Lock()
	defer c.load.Unlock()
	if l := c.table.Load(); l != nil {
		return l, nil
	}
	db := c.store.srv.db
	conn, err := db.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Release(conn)
	meta, err := c.beginLoad(conn)
	if err != nil {
		return nil, err
	}
	snap, err := c.store.srv.catalogs.at(meta.CatalogVersion)
	if err != nil || !hasColumn(snap, c.id, col) {
		c.invalidate()
		return nil, err
	}
	t, err := readColumn(ctx, conn, col)
	if err != nil {
		c.invalidate()
		return nil, err
	}
	l := &loadedColumn{vectors: t, base: meta.CommitSeq, indexes: map[oid.OID]index.Index{}, restoring: map[oid.OID]chan struct{}{}}
	c.loadSegments(ctx, snap, l)
	return l, c.endLoad(l)
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
	c.state, c.delta = columnLoading, nil
	c.mu.Unlock()
	return meta, nil
}

// hasColumn reports whether a catalog has the very column: the same companion
// table under the same number.
func hasColumn(snap *catalog.Snapshot, id columnID, col *catalog.Column) bool {
	rel := snap.Relation(id.table)
	if rel == nil {
		return false
	}
	have := rel.Attribute(id.attnum)
	return have != nil && !have.Dropped && have.Companion == col.Companion
}

// endLoad takes in what was committed during the load and makes the column
// searchable.
func (c *vectorColumn) endLoad(l *loadedColumn) error {
	for {
		c.mu.Lock()
		delta := c.delta
		c.delta = nil
		if len(delta) == 0 {
			if c.state == columnLoading {
				c.state = columnLoaded
				c.table.Store(l)
			}
			c.mu.Unlock()
			return nil
		}
		c.mu.Unlock()
		for _, d := range delta {
			for _, r := range d.rows {
				if l.vectors == nil {
					if r.vec == nil {
						continue
					}
					l.vectors = index.NewTable(len(r.vec))
				}
				l.vectors.Kill(r.key)
				if r.vec != nil {
					if _, err := l.vectors.Append(r.key, r.vec); err != nil {
						c.invalidate()
						return dimensionsOf(err)
					}
				}
			}
			if l.vectors != nil {
				l.vectors.Publish(index.Seq(d.seq))
				l.vectors.Commit()
			}
		}
	}
}

// readColumn reads all vectors of a column; nil when there are none.
func readColumn(ctx context.Context, conn *storage.Conn, col *catalog.Column) (*index.Table, error) {
	st, err := conn.Prepare("SELECT " + catalog.KeyColumn + ", " + quoteName(col.Physical) + " FROM " + quoteName(col.Companion))
	if err != nil {
		return nil, err
	}
	defer st.Close()
	var t *index.Table
	for n := 0; ; n++ {
		if n&4095 == 0 && ctx.Err() != nil {
			return nil, canceled(ctx, ctx.Err())
		}
		ok, err := st.Step()
		if err != nil {
			return nil, canceled(ctx, err)
		}
		if !ok {
			return t, nil
		}
		vec := datum.VectorFloats(st.Column(1))
		if t == nil {
			t = index.NewTable(len(vec))
		}
		if err := t.Load(st.Column(0).Int(), vec); err != nil {
			var dims *index.DimensionError
			if errors.As(err, &dims) {
				return nil, pgerr.Newf(pgerr.DataException, "different vector dimensions %d and %d", dims.Want, dims.Have)
			}
			return nil, err
		}
	}
}

// horizon knows the oldest snapshot that is in use, by who uses it: an
// *execution, or the *Session whose transaction keeps one.
type horizon struct {
	mu   sync.Mutex
	live map[any]int64
}

// enter registers a user before its snapshot begins: until its sequence number
// is known, nothing may be reclaimed.
func (h *horizon) enter(user any) { h.set(user, 0) }

func (h *horizon) set(user any, seq int64) {
	h.mu.Lock()
	h.live[user] = seq
	h.mu.Unlock()
}

func (h *horizon) leave(user any) {
	h.mu.Lock()
	delete(h.live, user)
	h.mu.Unlock()
}

func (h *horizon) oldest() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	oldest := int64(1) << 62
	for _, seq := range h.live {
		oldest = min(oldest, seq)
	}
	return oldest
}
