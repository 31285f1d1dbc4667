package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"voronoi/internal/oracle"
)

// transcripts are conversations, message by message. Those whose name begins
// with "own_" show where Voronoi differs from PostgreSQL by intent; all others
// have to read the same with both.
const transcripts = "../testdata/wire"

func TestTranscripts(t *testing.T) {
	addr := startServer(t, newFakeBackend(), Options{})
	runTranscripts(t, addr, true)
}

func TestTranscriptsAgainstPostgres(t *testing.T) {
	s := oracle.Postgres(t)
	runTranscripts(t, net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Port())), false)
}

func runTranscripts(t *testing.T, addr string, own bool) {
	datadriven.Walk(t, transcripts, func(t *testing.T, path string) {
		if !own && strings.HasPrefix(filepath.Base(path), "own_") {
			return
		}
		s := &script{addr: addr, conns: map[string]*client{}}
		defer s.close()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			out, err := s.run(d)
			if err != nil {
				d.Fatalf(t, "%v\n%s", err, out)
			}
			return out
		})
	})
}

// startServer serves a backend on a loopback port until the test ends.
func startServer(t testing.TB, b Backend, o Options) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, listener, b, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return listener.Addr().String()
}

// script runs the commands of one file:
//
//	connect [name=conn] [version=3.0] [key=value ...]   open a connection, start a session
//	open [name=conn]                                    open a connection only
//	send [name=conn] [until=type] [ready=n] [bytes=n]   send messages, show the answers
//	send [name=conn] later                              send messages
//	receive [name=conn] [until=type]                    wait for messages
//	cancel [name=conn]                                  cancel what the connection runs, until it answers
//
// Answers are read until as many ReadyForQuery have come as messages that ask
// for one were sent (or as ready says), or until a message of the named type,
// or until the connection closes; bytes are for answers that are no messages.
type script struct {
	addr  string
	conns map[string]*client
}

type client struct {
	net.Conn
	r   *bufio.Reader
	key []byte // BackendKeyData
}

func (s *script) close() {
	for _, c := range s.conns {
		c.Close()
	}
}

func (s *script) run(d *datadriven.TestData) (string, error) {
	name := "conn"
	for _, a := range d.CmdArgs {
		if a.Key == "name" {
			name = a.Vals[0]
		}
	}
	switch d.Cmd {
	case "open", "connect":
		c, err := s.open(name)
		if err != nil || d.Cmd == "open" {
			return "", err
		}
		if _, err := c.Write(startupPacket(d)); err != nil {
			return "", err
		}
		return c.read(stop{ready: 1})
	case "cancel":
		return "", s.cancel(s.conns[name])
	}
	c := s.conns[name]
	if c == nil {
		return "", fmt.Errorf("no connection %s", name)
	}
	until, err := stopFor(d)
	if err != nil {
		return "", err
	}
	if d.Cmd == "send" {
		packet, ready, err := encodeScript(d.Input)
		if err != nil {
			return "", err
		}
		if _, err := c.Write(packet); err != nil {
			return "", err
		}
		if d.HasArg("later") {
			return "", nil
		}
		if until == (stop{}) {
			until.ready = ready
		}
	}
	return c.read(until)
}

// open connects, in place of the connection that had the name before.
func (s *script) open(name string) (*client, error) {
	socket, err := net.Dial("tcp", s.addr)
	if err != nil {
		return nil, err
	}
	if old := s.conns[name]; old != nil {
		old.Close()
	}
	c := &client{Conn: socket, r: bufio.NewReader(socket)}
	s.conns[name] = c
	return c, nil
}

func (s *script) cancel(c *client) error {
	packet := binary.BigEndian.AppendUint32(nil, uint32(8+len(c.key)))
	packet = binary.BigEndian.AppendUint32(packet, codeCancel)
	packet = append(packet, c.key...)
	// A request that comes before the statement runs is lost, by design.
	for range 200 {
		time.Sleep(50 * time.Millisecond)
		socket, err := net.Dial("tcp", s.addr)
		if err != nil {
			return err
		}
		defer socket.Close()
		if _, err := socket.Write(packet); err != nil {
			return err
		}
		if n, err := socket.Read(make([]byte, 1)); n != 0 || err != io.EOF {
			return fmt.Errorf("a cancel request was answered: %d, %v", n, err)
		}
		if err := c.SetReadDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
			return err
		}
		if _, err := c.r.Peek(1); err == nil {
			return nil
		}
	}
	return errors.New("nothing was cancelled")
}

// startupPacket is made of a connect command's arguments.
func startupPacket(d *datadriven.TestData) []byte {
	version := uint32(protocolMajor << 16)
	params := [][2]string{{"user", "postgres"}, {"database", "postgres"}}
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "name":
		case "version":
			var major, minor uint32
			fmt.Sscanf(a.Vals[0], "%d.%d", &major, &minor)
			version = major<<16 | minor
		case "user", "database":
			for i := range params {
				if params[i][0] == a.Key {
					params[i][1] = a.Vals[0]
				}
			}
		default:
			params = append(params, [2]string{a.Key, strings.ReplaceAll(a.Vals[0], "~", " ")})
		}
	}
	body := binary.BigEndian.AppendUint32(nil, version)
	for _, p := range params {
		body = append(append(body, p[0]...), 0)
		body = append(append(body, p[1]...), 0)
	}
	body = append(body, 0)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+4)), body...)
}

// stop says how long to read.
type stop struct {
	ready  int  // so many ReadyForQuery
	typ    byte // a message of this type
	closed bool // until the server hangs up
	bytes  int  // so many bytes that are no messages
}

func stopFor(d *datadriven.TestData) (stop, error) {
	var s stop
	for _, a := range d.CmdArgs {
		switch a.Key {
		case "name", "later":
		case "until":
			if a.Vals[0] == "close" {
				s.closed = true
				continue
			}
			for typ, name := range serverMessages {
				if name == a.Vals[0] {
					s.typ = typ
				}
			}
			if s.typ == 0 {
				return s, fmt.Errorf("no message type %s", a.Vals[0])
			}
		case "ready", "bytes":
			n, err := strconv.Atoi(a.Vals[0])
			if err != nil {
				return s, err
			}
			if a.Key == "bytes" {
				s.bytes = n
			} else {
				s.ready = n
			}
		default:
			return s, fmt.Errorf("unknown argument %s", a.Key)
		}
	}
	return s, nil
}

// read shows messages until told to stop or the server hangs up.
func (c *client) read(s stop) (string, error) {
	var out strings.Builder
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if s.bytes > 0 {
		b := make([]byte, s.bytes)
		_, err := io.ReadFull(c.r, b)
		return fmt.Sprintf("bytes %q\n", b), err
	}
	rows := 0
	for s.ready > 0 || s.typ != 0 || s.closed {
		typ, body, err := c.receive()
		if errors.Is(err, io.EOF) || isReset(err) {
			out.WriteString("closed\n")
			break
		}
		if err != nil {
			return out.String(), err
		}
		if typ == 'K' {
			c.key = body
		}
		if typ == 'D' {
			if rows++; rows > 10 {
				continue
			}
		} else if rows > 10 {
			fmt.Fprintf(&out, "... %d DataRow in all\n", rows)
		}
		if typ != 'D' {
			rows = 0
		}
		out.WriteString(showMessage(typ, body) + "\n")
		if typ == 'Z' {
			s.ready--
		}
		if typ == s.typ || typ == 'Z' && s.ready == 0 {
			break
		}
	}
	return out.String(), nil
}

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && strings.Contains(op.Err.Error(), "reset")
}

func (c *client) receive() (typ byte, body []byte, err error) {
	var header [5]byte
	if _, err := io.ReadFull(c.r, header[:]); err != nil {
		return 0, nil, err
	}
	body = make([]byte, binary.BigEndian.Uint32(header[1:])-4)
	_, err = io.ReadFull(c.r, body)
	return header[0], body, err
}

// unhex reads a word such as x'00ff'.
func unhex(word string) ([]byte, bool) {
	digits, ok := strings.CutPrefix(word, "x'")
	if !ok {
		return nil, false
	}
	b, err := hex.DecodeString(strings.TrimSuffix(digits, "'"))
	return b, err == nil
}
