package storage

import (
	"context"
	"log/slog"

	"voronoi/internal/pgerr"
)

// maxIdle bounds the connections that wait for their next use.
const maxIdle = 32

// Acquire takes a connection out of the pool or opens one. It never waits for
// another's.
func (db *DB) Acquire(ctx context.Context) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, userRequest.Caused(err)
	}
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil, pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command")
	}
	if n := len(db.idle); n > 0 {
		c := db.idle[n-1]
		db.idle = db.idle[:n-1]
		db.inUse[c] = struct{}{}
		db.mu.Unlock()
		return c, nil
	}
	db.mu.Unlock()
	c, err := db.connect()
	if err != nil {
		return nil, err
	}
	if f := db.options.OnConnect; f != nil {
		if err := f(c); err != nil {
			c.close()
			return nil, err
		}
	}
	db.mu.Lock()
	db.inUse[c] = struct{}{}
	db.mu.Unlock()
	return c, nil
}

// Release gives a connection back: what it has open is ended, its transaction
// rolled back, its owner and its interrupt forgotten. Giving it back twice does
// nothing.
func (db *DB) Release(c *Conn) {
	db.mu.Lock()
	_, ours := db.inUse[c]
	db.mu.Unlock()
	if !ours {
		return
	}
	for c.open != nil {
		c.open.Close()
	}
	if err := c.Rollback(); err != nil {
		db.log.Warn("rolling back a released connection", slog.Any("error", err))
		c.broken = true
	}
	if c.recache {
		if err := c.SetCache(db.options.ReaderCache); err != nil {
			c.broken = true
		}
		c.recache = false
	}
	db.boundMapped(c)
	c.Owner = nil
	c.holder.Store(nil)
	clear(c.args[:cap(c.args)])
	db.mu.Lock()
	delete(db.inUse, c)
	c.ClearInterrupt()
	keep := !db.closed && !c.broken && len(db.idle) < maxIdle
	if keep {
		db.idle = append(db.idle, c)
	}
	db.mu.Unlock()
	if !keep {
		c.close()
	}
}
