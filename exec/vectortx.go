package exec

import (
	"context"
	"errors"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
)

// vectorTx is what a writing transaction has done to one column. The log is
// what counts: what is in memory of the column may be dropped and loaded again
// at any time, and then takes in the whole log.
type vectorTx struct {
	column *vectorColumn
	// log has the keys whose vectors changed. Those before applied are among
	// the pending changes of loaded; the others are read when a search or the
	// commit needs them.
	log     []int64
	applied int
	loaded  *loadedColumn
	// published and handed say what the commit has done so far: stamped the
	// changes in loaded, or left them to a load.
	published, handed bool
	// lost says that the column was given up: it is loaded anew after the
	// commit.
	lost bool
}

// vectorMark is a savepoint's place in a transaction's vector changes.
type vectorMark []columnMark

type columnMark struct {
	tx           *vectorTx
	log, applied int
	loaded       *loadedColumn
	mark         index.Mark
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

// current is what is in memory of the column, to which changes can be applied;
// nil if nothing is.
func (t *vectorTx) current() *loadedColumn {
	l := t.column.table.Load()
	if l == nil || l.vectors == nil {
		return nil
	}
	if l != t.loaded {
		t.loaded, t.applied = l, 0
	}
	return l
}

// inserted takes note of a vector that the transaction has stored for a key
// that had none.
func (c *vectorColumn) inserted(s *Session, key int64, d datum.Datum) error {
	t := s.vectorTx(c)
	l := t.note(key)
	if l == nil {
		return nil
	}
	_, err := l.vectors.Append(key, l.rows.typ.of(d))
	return t.tolerate(err)
}

// deleted takes note of a vector that the transaction has removed.
func (c *vectorColumn) deleted(s *Session, key int64) error {
	if l := s.vectorTx(c).note(key); l != nil {
		l.vectors.Kill(key)
	}
	return nil
}

// note enters a key into the log, and gives what the change is to be applied to
// at once; nil if it is to be taken in later.
func (t *vectorTx) note(key int64) *loadedColumn {
	if t.lost {
		return nil
	}
	t.log = append(t.log, key)
	l := t.current()
	if l == nil || t.applied < len(t.log)-1 {
		return nil
	}
	t.applied++
	return l
}

// tolerate gives the column up when a vector has another length than those in
// memory. A column of the untyped vector may mix lengths, and only searching it
// is an error then, which is for the search to find.
func (t *vectorTx) tolerate(err error) error {
	var dims *index.DimensionError
	if !errors.As(err, &dims) {
		return err
	}
	t.giveUp()
	t.column.invalidate()
	return nil
}

// giveUp takes back what the transaction has done in memory. The transaction
// reads the rows from now on, and with its commit the column goes from memory.
func (t *vectorTx) giveUp() {
	if t.loaded != nil {
		t.loaded.vectors.Rollback()
	}
	t.loaded, t.log, t.applied, t.lost = nil, nil, 0, true
}

// catchUp applies what of the log is not in memory, by reading what its keys
// have now.
func (t *vectorTx) catchUp(s *Session, conn *storage.Conn) error {
	l := t.column.table.Load()
	if l == nil || t.lost {
		return nil
	}
	if l.vectors == nil {
		if len(t.log) > 0 {
			// The column was empty when it was loaded: load it as it is now.
			t.column.invalidate()
		}
		return nil
	}
	if t.current(); t.applied == len(t.log) {
		return nil
	}
	err := t.column.read(s, conn, t.log[t.applied:], func(key int64, vec []float32) error {
		l.vectors.Kill(key)
		if vec == nil {
			return nil
		}
		_, err := l.vectors.Append(key, vec)
		return err
	})
	if err != nil {
		return t.tolerate(err)
	}
	t.applied = len(t.log)
	return nil
}

// read calls visit with the vectors that keys have on a connection, each key
// once; nil for a key without one. A vector is good during the call.
func (c *vectorColumn) read(s *Session, conn *storage.Conn, keys []int64, visit func(key int64, vec []float32) error) error {
	rel, col := columnAt(s.catalog(), c.id)
	if col == nil {
		return nil
	}
	rows := rowsOf(rel, col)
	st, err := conn.Prepare("SELECT " + rows.value + " FROM " + rows.companion + " WHERE " + catalog.KeyColumn + " = ?")
	if err != nil {
		return err
	}
	defer st.Close()
	seen := make(map[int64]bool, len(keys))
	for _, key := range keys {
		if seen[key] {
			continue
		}
		seen[key] = true
		st.Reset()
		st.Bind(1, datum.Int(key))
		ok, err := st.Step()
		if err != nil {
			return err
		}
		var vec []float32
		if ok {
			vec = rows.typ.of(st.Column(0))
		}
		if err := visit(key, vec); err != nil {
			return err
		}
	}
	return nil
}

// mark is a savepoint.
func (v *vectorStore) mark(s *Session) vectorMark {
	var m vectorMark
	for _, t := range s.tx.vectors {
		cm := columnMark{tx: t, log: len(t.log), applied: t.applied, loaded: t.loaded}
		if t.loaded != nil {
			cm.mark = t.loaded.vectors.Mark()
		}
		m = append(m, cm)
	}
	return m
}

// rollbackTo undoes the vector changes since a savepoint. What was logged before
// it and applied after it is to be applied again.
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
		t.applied = 0
		if t.loaded != nil {
			to := index.Mark(0)
			if at.loaded == t.loaded {
				to, t.applied = at.mark, at.applied
			}
			t.loaded.vectors.RollbackTo(to)
		}
		t.log = t.log[:at.log]
	}
}

// prepareCommit hands the transaction's changes to the columns: those in memory
// are stamped, those being loaded get them as a delta. It leaves the store
// closed to beginning loads until committed or rolledBack is called.
func (v *vectorStore) prepareCommit(s *Session) error {
	v.commits.RLock()
	s.tx.published = true
	for _, t := range s.tx.vectors {
		if err := t.prepareCommit(s); err != nil {
			return err
		}
	}
	return nil
}

func (t *vectorTx) prepareCommit(s *Session) error {
	c := t.column
	for {
		if err := t.catchUp(s, s.tx.conn); err != nil {
			return err
		}
		if t.lost {
			c.invalidate()
			return nil
		}
		if l := c.table.Load(); l != nil && l == t.loaded {
			t.published = true
			l.vectors.Publish(index.Seq(s.tx.seq))
			return nil
		}
		if len(t.log) == 0 || c.stateNow() == columnUnloaded {
			return nil
		}
		d, err := c.readDelta(s, t.log)
		if err != nil {
			return err
		}
		if t.handed = c.hand(d); t.handed {
			return nil
		}
		// The load has ended since catchUp looked.
	}
}

// hand leaves what a commit changes to the load that is under way; false if none
// is.
func (c *vectorColumn) hand(d *columnDelta) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != columnLoading {
		return false
	}
	if d == nil || c.deltaBytes+d.bytes > max(maxDeltasBytes, c.reserved.Load()/4) {
		c.state, c.delta, c.deltaBytes = columnUnloaded, nil, 0 // too much: the load begins again
	} else {
		c.delta, c.deltaBytes = append(c.delta, *d), c.deltaBytes+d.bytes
	}
	return true
}

// committed ends prepareCommit after the commit.
func (v *vectorStore) committed(s *Session) {
	for _, t := range s.tx.vectors {
		if t.published {
			changed := t.loaded.vectors.Changes()
			t.loaded.vectors.Commit()
			v.reclaim(t.loaded)
			if t.loaded.upkeep.changed(changed, t.loaded.vectors.Len()) {
				v.srv.background.start(func(context.Context) { v.srv.lookAfter(t.loaded) })
			}
		} else if len(t.log) > 0 {
			v.srv.wake(t.column)
		}
	}
	if len(s.tx.vectors) > 0 {
		v.changed()
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
		}
		if t.handed {
			t.column.invalidate() // it has a delta of a commit that failed
		}
	}
	v.endCommit(s)
}
