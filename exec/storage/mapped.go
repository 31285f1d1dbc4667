package storage

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Pages of the file are read by mapping it: twice as fast as copying them, and
// the memory is the system's, which takes it back when it needs it. But each
// connection has its own mapping, and what it has touched counts as memory of
// the process for as long as it is mapped. A server that is to fit into so much
// memory must not grow by the size of its file, so mappings are dropped, and
// with them nothing but a few page faults is lost, whenever they are large:
// when a connection goes back to the pool, and by whoever reads much at once
// (Unmap).

// mapSize is as much as SQLite is compiled to map at most; the rest is read.
const mapSize = 2147418112

// mappedBound is how many bytes of files the process may have mapped, its own
// program included, before idle connections drop what they have.
const mappedBound = 96 << 20

// mappedInterval is how often that is looked at.
const mappedInterval = 5 * time.Millisecond

// Unmap drops the pages of the file that the connection has mapped. It does
// nothing while a statement stands on one.
func (c *Conn) Unmap() error {
	return c.script(fmt.Sprintf("PRAGMA mmap_size = 0; PRAGMA mmap_size = %d", mapSize))
}

// boundMapped keeps the mapped memory of idle connections within its bound. c is
// one that is not in the pool yet.
func (db *DB) boundMapped(c *Conn) {
	now := time.Now().UnixNano()
	last := db.mappedSeen.Load()
	if now-last < int64(mappedInterval) || !db.mappedSeen.CompareAndSwap(last, now) {
		return
	}
	if n, ok := mappedBytes(); !ok || n < mappedBound {
		return
	}
	db.mu.Lock()
	idle := db.idle
	db.idle = nil
	db.mu.Unlock()
	for _, other := range idle {
		other.broken = other.broken || other.Unmap() != nil
	}
	c.broken = c.broken || c.Unmap() != nil
	db.mu.Lock()
	closed := db.closed
	if !closed {
		db.idle = append(idle, db.idle...)
	}
	db.mu.Unlock()
	if closed {
		for _, other := range idle {
			other.close()
		}
	}
}

// mappedBytes is how much memory of the process is pages of files; false where
// the system does not tell.
func mappedBytes() (int64, bool) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(b)
	if len(fields) < 3 {
		return 0, false
	}
	n, err := strconv.ParseInt(string(fields[2]), 10, 64)
	return n * int64(os.Getpagesize()), err == nil
}
