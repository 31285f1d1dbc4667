package wire

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// The attributes of log records.
const (
	logClient   = "client"
	logPID      = "pid"
	logUser     = "user"
	logDatabase = "database"
	logState    = "sqlstate"
	logError    = "error"
	logStack    = "stack"
	logAddress  = "address"
)

// Options configure a server; zero values stand for the defaults.
type Options struct {
	// MaxConnections is how many sessions there may be at once; 100.
	MaxConnections int
	// StartupTimeout is how long a client may take to introduce itself; a
	// minute.
	StartupTimeout time.Duration
	// ClientCheckInterval is how often it is checked that clients whose
	// statements run long are still there; ten seconds.
	ClientCheckInterval time.Duration
	// ShutdownTimeout is how long sessions are waited for after they have
	// been told to end; ten seconds.
	ShutdownTimeout time.Duration
	// Logger takes the server's log; none is kept without it.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.MaxConnections == 0 {
		o.MaxConnections = 100
	}
	if o.StartupTimeout == 0 {
		o.StartupTimeout = time.Minute
	}
	if o.ClientCheckInterval == 0 {
		o.ClientCheckInterval = 10 * time.Second
	}
	if o.ShutdownTimeout == 0 {
		o.ShutdownTimeout = 10 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// server is the state that connections share.
type server struct {
	backend Backend
	options Options

	mu       sync.Mutex
	conns    map[*conn]bool // true once admitted
	admitted int
	stopping bool
	wg       sync.WaitGroup
}

// Serve accepts clients until ctx ends or the listener fails, and closes the
// listener. When ctx ends, running statements are cancelled, clients hear of
// the shutdown, and Serve returns nil once all are gone or ShutdownTimeout has
// passed.
func Serve(ctx context.Context, listener net.Listener, backend Backend, options Options) error {
	s := &server{backend: backend, options: options.withDefaults(), conns: map[*conn]bool{}}
	stop := context.AfterFunc(ctx, func() { listener.Close() })
	defer stop()
	watching, unwatch := context.WithCancel(context.Background())
	go s.watchClients(watching)
	err := s.accept(ctx, listener)
	listener.Close()
	s.shutdown()
	unwatch()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// accept starts a goroutine for every client.
func (s *server) accept(ctx context.Context, listener net.Listener) error {
	// Connections end by being told to, not with the context: the client
	// is to hear why.
	ctx = context.WithoutCancel(ctx)
	var delay time.Duration
	for {
		socket, err := listener.Accept()
		var temporary interface{ Timeout() bool }
		switch {
		case err == nil:
			delay = 0
		case errors.Is(err, net.ErrClosed):
			return err
		case errors.As(err, &temporary):
			// Out of descriptors, or a client that has left already.
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.options.Logger.Warn("accept failed", logError, err)
			time.Sleep(delay)
			continue
		default:
			return err
		}
		s.open(ctx, socket)
	}
}

// keepAlive finds out within about two minutes that a client's machine is
// gone.
var keepAlive = net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 10 * time.Second, Count: 6}

func (s *server) open(ctx context.Context, socket net.Conn) {
	if tcp, ok := socket.(*net.TCPConn); ok {
		if err := tcp.SetKeepAliveConfig(keepAlive); err != nil {
			s.options.Logger.Debug("no keep-alive", logError, err)
		}
	}
	c := newConn(ctx, s, socket)
	s.mu.Lock()
	defer s.mu.Unlock()
	// Clients that have not introduced themselves may be cancel requests,
	// which must get through when all sessions are taken; but not without
	// end.
	if s.stopping || len(s.conns) >= 2*s.options.MaxConnections+16 {
		socket.Close()
		return
	}
	s.conns[c] = false
	s.wg.Go(func() {
		defer s.remove(c)
		c.serve()
	})
}

// admit counts a connection as a session, if there is room.
func (s *server) admit(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admitted >= s.options.MaxConnections {
		return false
	}
	s.admitted++
	s.conns[c] = true
	return true
}

func (s *server) remove(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conns[c] {
		s.admitted--
	}
	delete(s.conns, c)
}

// shutdown ends all connections, first with a word and then without.
func (s *server) shutdown() {
	s.mu.Lock()
	s.stopping = true
	for c := range s.conns {
		c.box.Terminate(adminShutdown())
	}
	s.mu.Unlock()
	gone := make(chan struct{})
	go func() {
		s.wg.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return
	case <-time.After(s.options.ShutdownTimeout):
	}
	s.mu.Lock()
	s.options.Logger.Warn("clients did not leave in time", "count", len(s.conns))
	for c := range s.conns {
		c.socket.Close()
	}
	s.mu.Unlock()
}
