package exec

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/exec/lock"
	"voronoi/exec/storage"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// Options are what a server is opened with.
type Options struct {
	// Dir is the data directory, ":memory:" for one that goes with the server.
	Dir     string
	Logger  *slog.Logger
	Version string
	// WALBound is the length in bytes past which the write-ahead log may not
	// grow because of an old snapshot; 0 leaves it to the storage.
	WALBound int64
	// MemoryLimit is the default of voronoi.memory_limit, "" for automatic.
	MemoryLimit string
}

// Server is one open data directory with all of its sessions.
type Server struct {
	db            *storage.DB
	locks         *lock.Manager
	log           *slog.Logger
	version       string
	transient     bool // nothing is kept
	started       time.Time
	facts         *catalog.Facts
	catalogs      catalogs
	counters      counters
	vectors       vectorStore
	saver         segmentSaver
	answers       answers
	filterColumns filterColumns
	codebooks     codebooks
	settings      map[string]*setting
	sessions      sessions
	plans         planCache
	channels      channels
	background    background
}

// Open opens a data directory, creating it where there is none.
func Open(ctx context.Context, o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := storage.Open(o.Dir, storage.Options{Logger: o.Logger, WALBound: o.WALBound, OnSnapshotTooOld: endIdleHolder})
	if err != nil {
		return nil, err
	}
	srv := &Server{
		db:      db,
		locks:   lock.NewManager(databaseOID),
		log:     o.Logger,
		version: o.Version, transient: o.Dir == storage.Memory,
		started: time.Now(),
		facts:   catalog.Load(builtin.Functions(), catalog.SystemFunctions(), sessionFunctions(), vectorFunctions(), distanceFunctions()),
	}
	srv.settings = settingDefinitions(srv.facts)
	srv.sessions.init()
	srv.plans.init()
	srv.vectors.init(srv)
	srv.counters.init(srv)
	srv.background.init(srv.log)
	if err := srv.setMemoryLimit(o.MemoryLimit); err != nil {
		db.Close()
		return nil, err
	}
	if err := srv.restore(ctx); err != nil {
		db.Close()
		return nil, err
	}
	srv.tidySegments()
	srv.preload()
	return srv, nil
}

// restore reads the catalog and whatever else a start needs.
func (srv *Server) restore(ctx context.Context) error {
	conn, err := srv.db.Acquire(ctx)
	if err != nil {
		return err
	}
	defer srv.db.Release(conn)
	if err := conn.BeginImmediate(); err != nil {
		return err
	}
	defer conn.Rollback()
	for _, table := range catalogSchema {
		if err := conn.Exec(table); err != nil {
			return err
		}
	}
	if err := srv.loadCatalog(conn); err != nil {
		return err
	}
	if err := conn.Commit(); err != nil {
		return err
	}
	return srv.db.SyncCommits(ctx)
}

// Close ends all sessions and closes the data directory. Sessions that still
// run statements are told 57P01 first.
func (srv *Server) Close() error {
	srv.sessions.shutdown(5 * time.Second)
	srv.background.stop()
	srv.saveSegments(context.Background())
	srv.counters.save()
	return srv.db.Close()
}

// Fatal is closed when the server cannot go on without risking data: a failed
// fsync.
func (srv *Server) Fatal() <-chan struct{} { return srv.db.Fatal() }

// FatalError is why Fatal is closed.
func (srv *Server) FatalError() error { return srv.db.FatalError() }

// Connect starts a session.
func (srv *Server) Connect(ctx context.Context, start frontend.Startup, client frontend.Client) (*Session, error) {
	return newSession(srv, start, client)
}

// Cancel ends the running statement of the session with this process number,
// if the secret is its own.
func (srv *Server) Cancel(pid int32, secret []byte) {
	if s := srv.sessions.find(pid); s != nil && s.secretMatches(secret) {
		s.interrupt(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	}
}

// sessions is the registry of a server's sessions.
type sessions struct {
	mu     sync.Mutex
	next   int32
	byPID  map[int32]*Session
	closed bool
	gone   sync.Cond
}

func (r *sessions) init() {
	r.byPID = map[int32]*Session{}
	r.gone.L = &r.mu
}

// add gives the session its number.
func (r *sessions) add(s *Session) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return pgerr.New(pgerr.CannotConnectNow, "the database system is shutting down").WithSeverity(pgerr.SeverityFatal)
	}
	for {
		r.next++
		if r.next <= 0 {
			r.next = 1
		}
		if r.byPID[r.next] == nil {
			break
		}
	}
	s.pid = r.next
	r.byPID[s.pid] = s
	return nil
}

func (r *sessions) remove(s *Session) {
	r.mu.Lock()
	delete(r.byPID, s.pid)
	r.gone.Broadcast()
	r.mu.Unlock()
}

func (r *sessions) find(pid int32) *Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byPID[pid]
}

// all lists the sessions by number.
func (r *sessions) all() []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*Session, 0, len(r.byPID))
	for _, s := range r.byPID {
		list = append(list, s)
	}
	return list
}

// shutdown terminates every session and waits for them to be closed.
func (r *sessions) shutdown(patience time.Duration) {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	reason := pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command").WithSeverity(pgerr.SeverityFatal)
	for _, s := range r.all() {
		s.terminate(reason)
	}
	timer := time.AfterFunc(patience, func() {
		r.mu.Lock()
		clear(r.byPID)
		r.gone.Broadcast()
		r.mu.Unlock()
	})
	defer timer.Stop()
	r.mu.Lock()
	for len(r.byPID) > 0 {
		r.gone.Wait()
	}
	r.mu.Unlock()
}
