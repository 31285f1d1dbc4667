package exec

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"strings"
	"sync"
	"time"

	"voronoi/exec/catalog"
	"voronoi/exec/lock"
	"voronoi/exec/storage"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Session is one client's connection. Its methods are called by one goroutine,
// except for those that say otherwise.
type Session struct {
	srv     *Server
	client  frontend.Client
	pid     int32
	secret  []byte
	startup frontend.Startup

	settings   settings
	env        *datum.Env // replaced, never changed, by settings
	searchPath []string   // of the setting, parsed
	startedAt  time.Time

	tx         transaction
	locks      *lock.Holder
	statements map[string]*statement
	portals    map[string]*portal
	inParts    bool    // the statement that begins now is fetched from some rows at a time
	temporary  oid.OID // schema of temporary tables, 0 until there are any

	lastval struct {
		seq   oid.OID
		value int64
		set   bool
	}
	currval map[oid.OID]int64
	seed    *randomSource

	running   running
	idleTimer idleTimer
	status    status
}

// running is what other goroutines may do to the statement that runs.
type running struct {
	mu     sync.Mutex
	number uint64 // of the statement, counted from the session's start
	cancel context.CancelCauseFunc
	conn   *storage.Conn // to be interrupted
	reason *pgerr.Error  // why the session is being terminated
}

// status is what pg_stat_activity shows.
type status struct {
	mu          sync.Mutex
	query       string
	queryStart  time.Time
	txStart     time.Time
	stateChange time.Time
	state       string
	waiting     string
	application string
	build       buildStatus
}

func newSession(srv *Server, start frontend.Startup, client frontend.Client) (*Session, error) {
	s := &Session{
		srv: srv, client: client, startup: start,
		secret:     make([]byte, 32),
		settings:   newSettings(srv.settings),
		env:        datum.DefaultEnv(),
		startedAt:  time.Now(),
		statements: map[string]*statement{},
		portals:    map[string]*portal{},
		currval:    map[oid.OID]int64{},
	}
	rand.Read(s.secret)
	s.status.state = "idle"
	s.status.stateChange = s.startedAt
	if s.startup.Database == "" {
		s.startup.Database = s.startup.User
	}
	s.settings.reset["session_authorization"] = s.startup.User
	for _, d := range srv.settings {
		if d.assign != nil {
			d.assign(s, s.settings.get(d.name))
		}
	}
	if err := s.storedDefaults(); err != nil {
		return nil, err
	}
	for _, o := range start.Settings {
		if err := s.setAtStart(o.Name, o.Value); err != nil {
			return nil, pgerr.From(err).WithSeverity(pgerr.SeverityFatal)
		}
	}
	if err := srv.sessions.add(s); err != nil {
		return nil, err
	}
	s.locks = srv.locks.NewHolder(s.pid)
	return s, nil
}

// storedDefaults applies what ALTER DATABASE … SET and ALTER ROLE … SET stored,
// from the most general to the most specific.
func (s *Session) storedDefaults() error {
	snap := s.srv.catalogs.current()
	var db, role oid.OID
	if d := snap.Database(s.startup.Database); d != nil {
		db = d.OID
	}
	if r := snap.RoleNamed(s.startup.User); r != nil {
		role = r.OID
	}
	for _, of := range [][2]oid.OID{{0, 0}, {db, 0}, {0, role}, {db, role}} {
		d := snap.DefaultsFor(of[0], of[1])
		if d == nil {
			continue
		}
		for _, nv := range d.Settings {
			name, value, _ := strings.Cut(nv, "=")
			if err := s.setAtStart(name, value); err != nil {
				s.client.Notice(pgerr.From(err).WithSeverity(pgerr.SeverityWarning))
			}
		}
	}
	return nil
}

// PID is the session's process number, above 0.
func (s *Session) PID() int32 { return s.pid }

// Secret is what a CancelRequest must know, 32 bytes; clients of protocol 3.0
// get and give the first 4.
func (s *Session) Secret() []byte { return s.secret }

func (s *Session) secretMatches(secret []byte) bool {
	if len(secret) != 4 && len(secret) != len(s.secret) {
		return false
	}
	return subtle.ConstantTimeCompare(secret, s.secret[:len(secret)]) == 1
}

// reportedSettings are the parameters that Postgres 15 reports, in its order.
var reportedSettings = []string{
	"application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby",
	"integer_datetimes", "IntervalStyle", "is_superuser", "server_encoding", "server_version",
	"session_authorization", "standard_conforming_strings", "TimeZone",
}

// Parameters are the settings to be announced at the start.
func (s *Session) Parameters() []frontend.Setting {
	list := make([]frontend.Setting, 0, len(reportedSettings))
	for _, name := range reportedSettings {
		if v, err := s.show(name); err == nil {
			list = append(list, frontend.Setting{Name: name, Value: v})
		}
	}
	return list
}

// Env is the environment in which text forms are written now.
func (s *Session) Env() *datum.Env {
	env := *s.env
	env.Now = s.tx.startTime()
	env.Names = s.catalog().Names(s.path())
	return &env
}

// Type is a type's descriptor, nil when there is no such type.
func (s *Session) Type(id oid.OID) *datum.Type {
	if t := datum.ByOID(id); t != nil {
		return t
	}
	if t := s.catalog().Type(id); t != nil {
		return t.Values
	}
	return nil
}

// catalog is the snapshot that names are looked up in now: the transaction's
// own while it has uncommitted definitions or a pinned snapshot.
func (s *Session) catalog() *catalog.Snapshot {
	if s.tx.catalog != nil {
		return s.tx.catalog
	}
	return s.srv.catalogs.current()
}

// path is the effective search path: temporary tables and pg_catalog come first
// unless the setting places them, schemas that do not exist are passed over.
func (s *Session) path() []oid.OID {
	snap := s.catalog()
	var path []oid.OID
	listed := false
	for _, name := range s.searchPath {
		id := s.pathSchema(snap, name)
		if id == 0 {
			continue
		}
		listed = listed || id == oid.PGCatalogSchema
		path = append(path, id)
	}
	if !listed {
		path = append([]oid.OID{oid.PGCatalogSchema}, path...)
	}
	if s.temporary != 0 {
		path = append([]oid.OID{s.temporary}, path...)
	}
	return path
}

func (s *Session) pathSchema(snap *catalog.Snapshot, name string) oid.OID {
	switch name {
	case "$user":
		name = s.startup.User
	case "pg_temp":
		return s.temporary
	}
	if sc := snap.SchemaNamed(name); sc != nil {
		return sc.OID
	}
	return 0
}

// createSchema is where new objects without a schema go, 0 when the search path
// names no existing schema.
func (s *Session) createSchema() oid.OID {
	snap := s.catalog()
	for _, name := range s.searchPath {
		if id := s.pathSchema(snap, name); id != 0 {
			return id
		}
	}
	return 0
}

// interrupt cancels the statement that runs, if any, for a reason that its
// client will be told. It may be called from any goroutine.
func (s *Session) interrupt(reason *pgerr.Error) {
	s.running.mu.Lock()
	defer s.running.mu.Unlock()
	s.interruptLocked(reason)
}

// interruptStatement is interrupt for one statement: it leaves later ones alone.
func (s *Session) interruptStatement(number uint64, reason *pgerr.Error) {
	s.running.mu.Lock()
	defer s.running.mu.Unlock()
	if s.running.number == number {
		s.interruptLocked(reason)
	}
}

func (s *Session) interruptLocked(reason *pgerr.Error) {
	if s.running.cancel == nil {
		return
	}
	s.running.cancel(reason)
	if s.running.conn != nil {
		s.running.conn.InterruptWith(reason)
	}
}

// terminate ends the session: what runs is interrupted, and the protocol closes
// the connection. It may be called from any goroutine.
func (s *Session) terminate(reason *pgerr.Error) {
	s.running.mu.Lock()
	if s.running.reason == nil {
		s.running.reason = reason
	}
	s.running.mu.Unlock()
	s.interrupt(reason)
	s.client.Terminate(reason)
}

// watch registers a connection to be interrupted with the statement, nil for
// none. An interrupt stays in force on a connection until it is withdrawn, so
// the one that is no longer watched is freed of it for its next statement.
func (s *Session) watch(conn *storage.Conn) {
	s.running.mu.Lock()
	defer s.running.mu.Unlock()
	if last := s.running.conn; last != nil && last != conn {
		last.ClearInterrupt()
	}
	s.running.conn = conn
}

// begin is called around everything that runs a statement: the context it
// returns ends when the statement is cancelled, and done must be called.
func (s *Session) begin(ctx context.Context) (_ context.Context, done func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	s.running.mu.Lock()
	s.running.cancel = cancel
	s.running.number++
	number := s.running.number
	if s.running.reason != nil {
		cancel(s.running.reason)
	}
	s.running.mu.Unlock()
	var timer *time.Timer
	if timeout := s.milliseconds("statement_timeout"); timeout > 0 {
		timer = time.AfterFunc(timeout, func() {
			s.interruptStatement(number, pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout"))
		})
	}
	return ctx, func() {
		if timer != nil {
			timer.Stop()
		}
		s.watch(nil)
		s.running.mu.Lock()
		s.running.cancel = nil
		s.running.mu.Unlock()
		cancel(nil)
	}
}

// canceled replaces an error that comes of an interruption by its reason.
func canceled(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if cause := context.Cause(ctx); pgerr.Code(cause) != "" {
		return cause
	}
	return err
}

// Close ends the session: what is not committed is rolled back.
func (s *Session) Close() {
	s.idleTimer.stop()
	s.rollback()
	s.endTemporary()
	s.locks.Close()
	s.srv.channels.unlistenAll(s)
	s.srv.sessions.remove(s)
}

// notice sends a notice if client_min_messages lets it through.
func (s *Session) notice(n *pgerr.Error) {
	rank := func(level string) int {
		return indexFold([]string{"debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"}, level)
	}
	level := strings.ToLower(n.Level())
	if level == "info" || rank(level) >= rank(s.settings.get("client_min_messages")) {
		s.client.Notice(n)
	}
}
