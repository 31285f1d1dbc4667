package exec

import (
	"context"
	"sync"

	"voronoi/exec/catalog"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// counters are numbers that only grow: the values of sequences and the row keys
// of tables (rules S2, S9). They live in memory and never go back, also when a
// transaction is rolled back. What is stored is a bound that none of them has
// passed, the log-ahead: after a crash a counter goes on from there.
type counters struct {
	srv   *Server
	mu    sync.Mutex
	byOID map[oid.OID]*counter
	// unlogged are those whose log was undone by a rollback: others may have
	// used what it had promised, so the next commit writes it.
	unlogged map[oid.OID]bool
}

// counter is one number. For a sequence it is guarded by mu; a table's keys are
// taken by the writer alone.
type counter struct {
	mu sync.Mutex
	counterState
}

type counterState struct {
	last   int64 // the last value given out
	called bool  // false while last has not been given out yet
	logged int64 // values up to this one may be given out without writing
	known  bool  // logged is what the file has
	cached bool  // it has been read from the file
}

// keysAhead is how many row keys are logged ahead, valuesAhead how many values
// of a sequence (as many as Postgres logs).
const (
	keysAhead   = 1 << 16
	valuesAhead = 32
)

func (k *counters) init(srv *Server) {
	k.srv = srv
	k.byOID = map[oid.OID]*counter{}
	k.unlogged = map[oid.OID]bool{}
}

func (k *counters) counter(id oid.OID) *counter {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.byOID[id]
	if c == nil {
		c = &counter{}
		k.byOID[id] = c
	}
	return c
}

// forget drops a counter whose object is gone.
func (k *counters) forget(id oid.OID) {
	k.mu.Lock()
	delete(k.byOID, id)
	delete(k.unlogged, id)
	k.mu.Unlock()
}

// rolledBack makes the next use of the counters log again: what a transaction
// had logged is undone, though what was given out is not.
func (k *counters) rolledBack(ids []oid.OID) {
	for _, id := range ids {
		c := k.counter(id)
		c.mu.Lock()
		c.known = false
		c.mu.Unlock()
		k.mu.Lock()
		k.unlogged[id] = true
		k.mu.Unlock()
	}
}

// logAgain writes, with a transaction that is about to commit, the logs that
// rollbacks have undone.
func (k *counters) logAgain(tx *transaction) error {
	k.mu.Lock()
	var ids []oid.OID
	for id := range k.unlogged {
		ids = append(ids, id)
	}
	clear(k.unlogged)
	k.mu.Unlock()
	tx.counterLog = append(tx.counterLog, ids...)
	for _, id := range ids {
		c := k.counter(id)
		c.mu.Lock()
		var err error
		if c.cached && !c.known && c.called {
			err = writeCounter(tx.conn, id, c.logged, true)
			c.known = err == nil
		}
		c.mu.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// nextKey takes a new row key of a table within the writing transaction.
func (s *Session) nextKey(rel *catalog.Relation) (int64, error) {
	c := s.srv.counters.counter(rel.OID)
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.cached {
		value, _, err := readCounter(s.tx.conn, rel.OID)
		if err != nil {
			return 0, err
		}
		c.last, c.logged, c.known, c.cached = value, value, true, true
	}
	if !c.known || c.last >= c.logged {
		c.logged = c.last + keysAhead
		if err := writeCounter(s.tx.conn, rel.OID, c.logged, true); err != nil {
			return 0, err
		}
		s.tx.counterLog = append(s.tx.counterLog, rel.OID)
		c.known = true
	}
	c.last++
	return c.last, nil
}

func readCounter(conn *storage.Conn, id oid.OID) (value int64, called bool, err error) {
	st, err := conn.Prepare("SELECT value, called FROM voronoi_counter WHERE oid = ?")
	if err != nil {
		return 0, false, err
	}
	defer st.Close()
	st.Bind(1, datum.Int(int64(id)))
	ok, err := st.Step()
	if err != nil || !ok {
		return 0, false, err
	}
	return st.Column(0).Int(), st.Column(1).Bool(), nil
}

func writeCounter(conn *storage.Conn, id oid.OID, value int64, called bool) error {
	return conn.Exec("INSERT INTO voronoi_counter (oid, value, called) VALUES (?, ?, ?) "+
		"ON CONFLICT (oid) DO UPDATE SET value = excluded.value, called = excluded.called",
		datum.Int(int64(id)), datum.Int(value), datum.Bool(called))
}

// save stores the exact values at shutdown, so that a restart in good order
// leaves no gaps.
func (k *counters) save() {
	ctx := context.Background()
	err := k.srv.writeInternal(ctx, func(conn *storage.Conn) error {
		k.mu.Lock()
		defer k.mu.Unlock()
		for id, c := range k.byOID {
			c.mu.Lock()
			var err error
			if c.cached {
				err = writeCounter(conn, id, c.last, c.called)
			}
			c.mu.Unlock()
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = k.srv.db.SyncCommits(ctx)
	}
	if err != nil {
		k.srv.log.Warn("counters were not saved; sequences may skip values", "err", err)
	}
}
