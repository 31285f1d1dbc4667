package exec

import (
	"context"
	"math"

	"voronoi/exec/catalog"
	"voronoi/exec/lock"
	"voronoi/exec/storage"
	"voronoi/internal/pgerr"
)

// nextval takes the next value of a sequence. Only when the log-ahead is spent
// does that write: on the transaction's own connection if it writes already, in
// a small transaction of its own otherwise.
func (x *execution) nextval(rel *catalog.Relation) (int64, error) {
	s := x.session
	if err := s.checkWritable("nextval()"); err != nil {
		return 0, err
	}
	c := s.srv.counters.counter(rel.OID)
	for {
		value, spent, err := x.tryNextval(c, rel)
		if err != nil {
			return 0, err
		}
		if !spent {
			s.currval[rel.OID] = value
			s.lastval.seq, s.lastval.value, s.lastval.set = rel.OID, value, true
			return value, nil
		}
		// The counter must not stay locked while we wait for the writer, who
		// may be waiting for the counter.
		err = s.writeAside(x.ctx, func(conn *storage.Conn) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			if !c.cached {
				return nil // a RESTART that we waited for was rolled back: try again
			}
			value, err := c.following(rel)
			if err != nil {
				return err
			}
			c.logged, c.known = logAhead(rel.Sequence, value), true
			return writeCounter(conn, rel.OID, c.logged, true)
		})
		if err != nil {
			return 0, err
		}
	}
}

// following is the value that nextval gives next.
func (c *counter) following(rel *catalog.Relation) (int64, error) {
	if !c.called {
		return c.last, nil
	}
	return advance(rel.Sequence, rel.Name, c.last)
}

// tryNextval takes the next value, or reports that the log-ahead is spent and
// that this session does not hold the writer lock to extend it.
func (x *execution) tryNextval(c *counter, rel *catalog.Relation) (value int64, spent bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := x.cacheSequence(c, rel); err != nil {
		return 0, false, err
	}
	if value, err = c.following(rel); err != nil {
		return 0, false, err
	}
	if !c.known || beyond(rel.Sequence, value, c.logged) || !c.called && c.logged == c.last {
		if !x.session.tx.writing {
			return 0, true, nil
		}
		c.logged, c.known = logAhead(rel.Sequence, value), true
		x.session.tx.counterLog = append(x.session.tx.counterLog, rel.OID)
		if err := writeCounter(x.session.tx.conn, rel.OID, c.logged, true); err != nil {
			return 0, false, err
		}
	}
	c.last, c.called = value, true
	return value, false, nil
}

// advance is the value after one, or the error at the end.
func advance(seq *catalog.Sequence, name string, value int64) (int64, error) {
	if seq.Increment > 0 {
		if value > seq.Max-seq.Increment || seq.Max < math.MinInt64+seq.Increment {
			if !seq.Cycle {
				return 0, pgerr.Newf(pgerr.SequenceGeneratorLimit, "nextval: reached maximum value of sequence %q (%d)", name, seq.Max)
			}
			return seq.Min, nil
		}
	} else if value < seq.Min-seq.Increment || seq.Min > math.MaxInt64+seq.Increment {
		if !seq.Cycle {
			return 0, pgerr.Newf(pgerr.SequenceGeneratorLimit, "nextval: reached minimum value of sequence %q (%d)", name, seq.Min)
		}
		return seq.Max, nil
	}
	return value + seq.Increment, nil
}

// beyond reports whether a value is past the logged one in the sequence's
// direction.
func beyond(seq *catalog.Sequence, value, logged int64) bool {
	if seq.Increment > 0 {
		return value > logged
	}
	return value < logged
}

// logAhead is the value to log when value is given out: the last of the next
// few, or value itself near the end, where wrapping around would confuse.
func logAhead(seq *catalog.Sequence, value int64) int64 {
	ahead := seq.Increment * valuesAhead
	if ahead/valuesAhead != seq.Increment {
		return value
	}
	if seq.Increment > 0 && value <= seq.Max-ahead || seq.Increment < 0 && value >= seq.Min-ahead {
		return value + ahead
	}
	return value
}

// cacheSequence reads a sequence's state from the file at its first use.
func (x *execution) cacheSequence(c *counter, rel *catalog.Relation) error {
	if c.cached {
		return nil
	}
	value, called, err := readCounter(x.conn, rel.OID)
	if err != nil {
		return err
	}
	if value == 0 && !called {
		value = rel.Sequence.Start
	}
	c.last, c.called, c.logged, c.known, c.cached = value, called, value, true, true
	return nil
}

// setval sets a sequence's value. It is not undone by a rollback.
func (x *execution) setval(rel *catalog.Relation, value int64, called bool) error {
	if err := x.session.checkWritable("setval()"); err != nil {
		return err
	}
	if value < rel.Sequence.Min || value > rel.Sequence.Max {
		return pgerr.Newf(pgerr.NumericValueOutOfRange, "setval: value %d is out of bounds for sequence %q (%d..%d)",
			value, rel.Name, rel.Sequence.Min, rel.Sequence.Max)
	}
	c := x.session.srv.counters.counter(rel.OID)
	store := func(conn *storage.Conn) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := writeCounter(conn, rel.OID, value, called); err != nil {
			return err
		}
		c.last, c.called, c.logged, c.known, c.cached = value, called, value, true, true
		return nil
	}
	var err error
	if tx := &x.session.tx; tx.writing {
		tx.counterLog = append(tx.counterLog, rel.OID)
		err = store(tx.conn)
	} else {
		err = x.session.writeAside(x.ctx, store)
	}
	if err == nil && called {
		x.session.currval[rel.OID] = value
	}
	return err
}

// writeAside writes in a transaction of its own while the session's does not
// write; the session's commit waits until it is durable.
func (s *Session) writeAside(ctx context.Context, write func(conn *storage.Conn) error) error {
	if err := s.lockWriter(ctx); err != nil {
		return err
	}
	defer s.unlockWriter()
	s.tx.aside = true
	return s.srv.inOwnTransaction(ctx, write)
}

// asWriter calls f while the server itself holds the writer lock.
func (srv *Server) asWriter(ctx context.Context, f func() error) error {
	holder := srv.locks.NewHolder(0)
	defer holder.Close()
	if err := holder.Lock(ctx, lock.Writer, lock.Exclusive, lock.ForSession, 0); err != nil {
		return err
	}
	return f()
}

// writeInternal writes in a transaction of the server's own, which is durable
// with the next commit that is.
func (srv *Server) writeInternal(ctx context.Context, write func(conn *storage.Conn) error) error {
	return srv.asWriter(ctx, func() error { return srv.inOwnTransaction(ctx, write) })
}

// inOwnTransaction calls write between BEGIN and COMMIT. The caller holds the
// writer lock.
func (srv *Server) inOwnTransaction(ctx context.Context, write func(conn *storage.Conn) error) error {
	conn, err := srv.db.Acquire(ctx)
	if err != nil {
		return err
	}
	defer srv.db.Release(conn)
	if err := conn.BeginImmediate(); err != nil {
		return err
	}
	if err := write(conn); err != nil {
		conn.Rollback()
		return err
	}
	return conn.Commit()
}
