package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// dial connects pgx to a server at addr.
func dial(t *testing.T, addr string, more ...string) (*pgx.Conn, error) {
	t.Helper()
	host, port, _ := net.SplitHostPort(addr)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	conn, err := pgx.Connect(ctx, fmt.Sprintf("host=%s port=%s user=postgres dbname=postgres %s", host, port, strings.Join(more, " ")))
	if err == nil {
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
	}
	return conn, err
}

func mustDial(t *testing.T, addr string, more ...string) *pgx.Conn {
	t.Helper()
	conn, err := dial(t, addr, more...)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("got %v, want SQLSTATE %s", err, code)
	}
}

func TestTooManyClients(t *testing.T) {
	addr := startServer(t, newFakeBackend(), Options{MaxConnections: 1})
	first := mustDial(t, addr)
	_, err := dial(t, addr)
	wantCode(t, err, "53300")

	// A cancel request is no session and has to get through.
	done := make(chan error, 1)
	go func() {
		_, err := first.Exec(context.Background(), "SELECT pg_sleep(60)")
		done <- err
	}()
	if err := first.PgConn().CancelRequest(context.Background()); err != nil {
		t.Fatal(err)
	}
	wantCode(t, <-done, "57014")

	// A session that has ended makes room, in its own time.
	if err := first.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; {
		if _, err := dial(t, addr); err == nil {
			return
		} else if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// TestShutdown: an idle client and a busy one both hear why they have to go.
func TestShutdown(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := newFakeBackend()
	running := make(chan struct{})
	fakeStatements["WAIT"] = &fakeStatement{run: fakeStatements["SELECT pg_sleep(60)"].run}
	defer delete(fakeStatements, "WAIT")
	fakeStatements["SIGNAL"] = does("", func(*fakeSession) { close(running) })
	defer delete(fakeStatements, "SIGNAL")

	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, b, Options{}) }()
	addr := listener.Addr().String()

	idle := openRaw(t, addr)
	if _, err := idle.read(stopAt(1)); err != nil {
		t.Fatal(err)
	}
	busy := mustDial(t, addr)
	failed := make(chan error, 1)
	go func() {
		_, err := busy.Exec(context.Background(), "SIGNAL;WAIT")
		failed <- err
	}()
	<-running
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	wantCode(t, <-failed, "57P01")
	said, err := idle.read(untilClosed)
	if err != nil || !strings.Contains(said, "S=FATAL V=FATAL C=57P01") || !strings.HasSuffix(said, "closed\n") {
		t.Errorf("the idle client heard %q, %v", said, err)
	}
	if len(b.sessions) != 0 {
		t.Errorf("%d sessions were not closed", len(b.sessions))
	}
}

func stopAt(ready int) stop { return stop{ready: ready} }

var untilClosed = stop{closed: true}

// openRaw starts a session whose answers are still to be read.
func openRaw(t *testing.T, addr string) *client {
	t.Helper()
	s := &script{addr: addr, conns: map[string]*client{}}
	c, err := s.open("conn")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	if _, err := c.Write(hello); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestStartupTimeout(t *testing.T) {
	addr := startServer(t, newFakeBackend(), Options{StartupTimeout: 10 * time.Millisecond})
	socket, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	if n, err := socket.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("a client that says nothing read %d bytes, %v", n, err)
	}
}

// TestTerminate ends one session from outside, as pg_terminate_backend does.
func TestTerminate(t *testing.T) {
	b := newFakeBackend()
	addr := startServer(t, b, Options{})
	c := openRaw(t, addr)
	if _, err := c.read(stopAt(1)); err != nil {
		t.Fatal(err)
	}
	b.session(1).client.Terminate(adminShutdown())
	said, err := c.read(untilClosed)
	if err != nil || !strings.Contains(said, "57P01") {
		t.Errorf("heard %q, %v", said, err)
	}
}

// TestLostClient: a statement does not go on for a client that has left.
func TestLostClient(t *testing.T) {
	b := newFakeBackend()
	addr := startServer(t, b, Options{ClientCheckInterval: 10 * time.Millisecond})
	c := openRaw(t, addr)
	if _, err := c.read(stopAt(1)); err != nil {
		t.Fatal(err)
	}
	packet, _, err := encodeScript(`query "SELECT pg_sleep(60)"`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Write(packet); err != nil {
		t.Fatal(err)
	}
	c.Close()
	for end := time.Now().Add(patience); b.session(1) != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the session is still there")
		}
	}
}

// TestServeReturns: a listener that breaks ends Serve with its error.
func TestServeReturns(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	if err := Serve(context.Background(), listener, newFakeBackend(), Options{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
