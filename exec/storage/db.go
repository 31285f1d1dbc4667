package storage

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"voronoi/internal/datum"
)

// Memory is the directory name that stands for a private temporary one, without
// durability and removed at Close (S11).
const Memory = ":memory:"

// pageSize of new databases, in bytes.
const pageSize = 8192

// Options configure a database.
type Options struct {
	Logger *slog.Logger // nil: slog's default
	// ReaderCache is the page cache of one connection in KiB; 0 means 2048.
	ReaderCache int
	// NoSync leaves durability to the operating system.
	NoSync bool
	// Collations are registered on a connection when SQLite first meets their
	// names; nil means those of package datum.
	Collations map[string]func(a, b []byte) int
	// OnConnect prepares each new connection, before its first use.
	OnConnect func(*Conn) error
	// WALBound is the size in bytes past which the log may not grow because of
	// an old snapshot; 0 means 1 GiB.
	WALBound int64
	// OnSnapshotTooOld is told which connection's snapshot keeps the log from
	// shrinking. Its statements are interrupted already; a transaction that
	// sits idle is the callback's to end. It is called by the checkpointer.
	OnSnapshotTooOld func(*Conn)
}

func (o *Options) fill() {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.ReaderCache == 0 {
		o.ReaderCache = 2048
	}
	if o.Collations == nil {
		o.Collations = datum.Collations
	}
	if o.WALBound == 0 {
		o.WALBound = 1 << 30
	}
}

// pragmas are the settings that depend on the options. The page size has effect
// on a file that is still empty only.
func (o *Options) pragmas() string {
	sync := "NORMAL"
	if o.NoSync {
		sync = "OFF"
	}
	return fmt.Sprintf("PRAGMA mmap_size = %d; PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = %s; PRAGMA cache_size = -%d;",
		mapSize, pageSize, sync, o.ReaderCache)
}

// DB is an open data directory.
type DB struct {
	options Options
	log     *slog.Logger
	dir     string
	path    string // of the database file
	private bool   // the directory is ours to remove
	lock    *dirLock

	// anchor is open for life, so that SQLite never removes the log that
	// wal, also open for life, syncs.
	anchor *Conn
	syncer syncer
	gate   gate

	mu     sync.Mutex
	idle   []*Conn
	inUse  map[*Conn]struct{}
	closed bool

	checkpointer checkpointer
	mappedSeen   atomic.Int64 // when mapped memory was looked at last, in ns
}

// gate is where the writer and the truncating checkpoint wait for each other.
type gate struct {
	mu         sync.Mutex
	changed    sync.Cond
	writer     *Conn
	checkpoint bool // one is waiting or at work; no new writer begins
	closing    bool // nobody is to wait any more
}

// Open opens the database in a directory, which it makes if there is none. One
// server at a time may have it open.
func Open(dir string, o Options) (db *DB, err error) {
	o.fill()
	db = &DB{log: o.Logger, inUse: map[*Conn]struct{}{}}
	db.gate.changed.L = &db.gate.mu
	if dir == Memory {
		if dir, err = os.MkdirTemp("", "voronoi-"); err != nil {
			return nil, err
		}
		db.private, o.NoSync = true, true
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	db.options, db.dir, db.path = o, dir, filepath.Join(dir, "voronoi.db")
	if err = os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if db.lock, err = lockDir(dir); err != nil {
		return nil, err
	}
	if err = db.start(); err != nil {
		_ = db.Close() // the first error is the one to report
		return nil, err
	}
	return db, nil
}

// start opens the anchor, brings the file up to date and starts the checkpointer.
func (db *DB) start() (err error) {
	db.checkpointer.init(db)
	if db.anchor, err = db.connect(); err != nil {
		return err
	}
	var epoch [8]byte
	if _, err := rand.Read(epoch[:]); err != nil {
		return err
	}
	if err := db.anchor.migrate(int64(binary.LittleEndian.Uint64(epoch[:]) >> 1)); err != nil {
		return err
	}
	if err := db.syncer.open(db); err != nil {
		return err
	}
	db.checkpointer.start()
	return nil
}

// Dir is the data directory.
func (db *DB) Dir() string { return db.dir }

// Close checkpoints and closes the database. Connections that are still in use
// are interrupted and left to their users.
func (db *DB) Close() error {
	db.mu.Lock()
	if db.closed {
		db.mu.Unlock()
		return nil
	}
	db.closed = true
	idle := db.idle
	db.idle = nil
	for c := range db.inUse {
		c.Interrupt()
	}
	db.mu.Unlock()
	db.checkpointer.stop()
	for _, c := range idle {
		c.close()
	}
	var err error
	if db.anchor != nil {
		err = db.checkpointer.last()
		db.anchor.close()
	}
	db.syncer.close()
	if db.private {
		if e := os.RemoveAll(db.dir); err == nil {
			err = e
		}
	}
	db.lock.release()
	return err
}
