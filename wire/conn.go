package wire

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgproto3/v2"

	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// conn is one client's connection. All of it belongs to the goroutine that
// serves it, except its mailbox.
type conn struct {
	server  *server
	socket  net.Conn
	in      *frameReader
	out     output
	box     mailbox
	ctx     context.Context
	log     *slog.Logger
	session Session // nil until the client is let in

	portals  map[string]*portal
	reported map[string]string // the last value told of each setting
	results  results           // scratch of the running statement

	served atomic.Uint64 // messages begun, for those who watch

	skipping bool // after an error, until Sync (W6)
	ready    bool // ReadyForQuery was the last message sent
	lost     bool // a message was left unread in the middle
}

func newConn(ctx context.Context, s *server, socket net.Conn) *conn {
	ctx, cancel := context.WithCancelCause(ctx)
	c := &conn{
		server:   s,
		socket:   socket,
		out:      output{w: socket},
		box:      mailbox{socket: socket, cancel: cancel},
		ctx:      ctx,
		log:      s.options.Logger.With(logClient, socket.RemoteAddr().String()),
		portals:  map[string]*portal{},
		reported: map[string]string{},
	}
	c.in = newFrameReader(c)
	return c
}

// serve speaks with one client until either side ends it.
func (c *conn) serve() {
	defer c.socket.Close()
	defer c.box.cancel(nil)
	defer c.closeSession()
	defer c.recoverPanic()
	err := c.start()
	if err == nil {
		err = c.loop()
	}
	c.farewell(err)
}

// start takes the client from its first byte to the first ReadyForQuery.
func (c *conn) start() error {
	if err := c.socket.SetReadDeadline(time.Now().Add(c.server.options.StartupTimeout)); err != nil {
		return err
	}
	intro, err := c.receiveStartup()
	if err != nil {
		if e := startupFailure(err); e != nil {
			return e.WithSeverity(pgerr.SeverityFatal)
		}
		c.log.Debug("connection without a session", logError, err)
		return errClosing
	}
	if !c.server.admit(c) {
		return fatal(pgerr.TooManyConnections, "sorry, too many clients already")
	}
	if err := intro.negotiate(&c.out); err != nil {
		return err
	}
	if err := c.authenticate(intro); err != nil {
		return err
	}
	options, err := parseOptions(intro.options)
	if err != nil {
		return err
	}
	// Settings given by name win over those in the options.
	intro.startup.Settings = append(options, intro.startup.Settings...)
	intro.startup.RemoteAddr = tcpAddress(c.socket.RemoteAddr())
	intro.startup.LocalAddr = tcpAddress(c.socket.LocalAddr())
	session, err := c.server.backend.Connect(c.ctx, intro.startup, &c.box)
	if err != nil {
		return asFatal(err)
	}
	c.session = session
	for _, s := range session.Parameters() {
		if err := c.report(s); err != nil {
			return err
		}
	}
	if err := intro.sendKey(&c.out, session.PID(), session.Secret()); err != nil {
		return err
	}
	c.log = c.log.With(logPID, session.PID())
	c.log.Debug("session opened", logUser, intro.startup.User, logDatabase, intro.startup.Database)
	if err := c.socket.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return c.sendReady()
}

// asFatal is err as a connection's last word.
func asFatal(err error) error {
	e := *pgerr.From(err)
	e.Severity = pgerr.SeverityFatal
	return &e
}

// tcpAddress is one end of a TCP connection, "" for any other kind.
func tcpAddress(end net.Addr) string {
	if a, ok := end.(*net.TCPAddr); ok {
		return a.String()
	}
	return ""
}

// Read waits for the client's next bytes; the frame reader calls it. Meanwhile
// other goroutines may wake it to have something said.
func (c *conn) Read(p []byte) (int, error) {
	c.box.reading.Store(true)
	defer c.box.reading.Store(false)
	for {
		// After reading is set, so that nothing is overlooked: what is
		// added later wakes the read below.
		if err := c.deliver(); err != nil {
			return 0, err
		}
		n, err := c.socket.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if c.session == nil && c.box.terminated() == nil {
			return 0, err // the client takes too long to introduce itself
		}
		if err := c.socket.SetReadDeadline(time.Time{}); err != nil {
			return 0, err
		}
	}
}

// deliver sends what other goroutines have left.
func (c *conn) deliver() error {
	if e := c.box.terminated(); e != nil {
		return e
	}
	before := len(c.out.buf)
	c.out.buf = c.box.takeNotices(c.out.buf)
	if c.ready && c.session.TxStatus() == 'I' {
		c.out.buf = c.box.takeNotifications(c.out.buf)
	}
	if len(c.out.buf) == before {
		return nil
	}
	return c.out.flush()
}

// sendReady ends a cycle of messages: what changed on the way is reported,
// then the state of the transaction.
func (c *conn) sendReady() error {
	status := c.session.TxStatus()
	c.out.buf = c.box.takeNotices(c.out.buf)
	if status == 'I' {
		c.out.buf = c.box.takeNotifications(c.out.buf)
		clear(c.portals) // no portal outlives its transaction
	}
	for _, s := range c.box.takeSettings() {
		if err := c.report(s); err != nil {
			return err
		}
	}
	if err := c.out.send(&pgproto3.ReadyForQuery{TxStatus: status}); err != nil {
		return err
	}
	c.ready = true
	return c.out.flush()
}

// report tells the client a setting's value unless it knows it.
func (c *conn) report(s frontend.Setting) error {
	if known, ok := c.reported[s.Name]; ok && known == s.Value {
		return nil
	}
	c.reported[s.Name] = s.Value
	return c.out.send(&pgproto3.ParameterStatus{Name: field(s.Name), Value: field(s.Value)})
}

// fail tells the client of an error. It returns an error itself if the
// connection ends with it.
func (c *conn) fail(err error) error {
	if e := c.box.terminated(); e != nil {
		return e
	}
	if c.out.err != nil {
		return c.out.err
	}
	e := pgerr.From(err)
	if isFatal(e) {
		return e
	}
	c.logFailure(e)
	c.out.buf = c.box.takeNotices(c.out.buf)
	c.out.buf = appendError(c.out.buf, e, pgerr.SeverityError)
	if err := c.out.flush(); err != nil {
		return err
	}
	if c.lost {
		return syncLost()
	}
	return nil
}

func (c *conn) logFailure(e *pgerr.Error) {
	level := slog.LevelDebug
	if strings.HasPrefix(e.Code, "XX") {
		level = slog.LevelError // a defect of ours
	}
	if !c.log.Enabled(c.ctx, level) {
		return
	}
	log := c.log.With(logState, e.Code)
	if cause := e.Unwrap(); cause != nil {
		log = log.With(logError, cause)
	}
	log.Log(c.ctx, level, e.Message)
}

// farewell says why the connection ends, if that is the client's to know.
func (c *conn) farewell(err error) {
	var e *pgerr.Error
	switch {
	case c.out.err != nil, errors.Is(err, errClosing):
		return
	case errors.As(err, &e):
		c.out.buf = c.box.takeNotices(c.out.buf)
		c.out.buf = appendError(c.out.buf, e, pgerr.SeverityFatal)
		_ = c.socket.SetWriteDeadline(time.Now().Add(terminateGrace))
		_ = c.out.flush()
		c.log.Info("connection ended", logState, e.Code, logError, e.Message)
	case errors.Is(err, io.EOF):
		c.log.Debug("client left without a word")
	default:
		c.log.Info("connection lost", logError, err)
	}
}

// recoverPanic keeps a defect met by one connection from ending the others.
func (c *conn) recoverPanic() {
	p := recover()
	if p == nil {
		return
	}
	c.log.Error("panic while serving a client", logError, p, logStack, string(debug.Stack()))
	c.out.buf = c.out.buf[:0] // its last message may be half written
	c.farewell(fatal(pgerr.InternalError, "internal error: %v", p))
}

func (c *conn) closeSession() {
	if c.session == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic while closing a session", logError, p, logStack, string(debug.Stack()))
		}
	}()
	c.session.Close()
}
