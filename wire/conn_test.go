package wire

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tape is a connection whose client has said everything beforehand and never
// reads slowly.
type tape struct {
	io.Reader
	written bytes.Buffer
}

func (t *tape) Write(p []byte) (int, error)      { return t.written.Write(p) }
func (t *tape) Close() error                     { return nil }
func (t *tape) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (t *tape) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (t *tape) SetDeadline(time.Time) error      { return nil }
func (t *tape) SetReadDeadline(time.Time) error  { return nil }
func (t *tape) SetWriteDeadline(time.Time) error { return nil }

// play serves one client who sends stream and hangs up.
func play(stream []byte, b Backend, log *slog.Logger) (answer []byte) {
	s := &server{backend: b, options: Options{Logger: log}.withDefaults(), conns: map[*conn]bool{}}
	client := &tape{Reader: bytes.NewReader(stream)}
	c := newConn(context.Background(), s, client)
	c.serve()
	return client.written.Bytes()
}

// hello is a startup packet.
var hello = []byte("\x00\x00\x00\x0f\x00\x03\x00\x00user\x00a\x00\x00")

func init() { hello[3] = byte(len(hello)) }

// FuzzConnection sends arbitrary bytes after a good start. Whatever they are,
// the connection ends with its input and no handler panics.
func FuzzConnection(f *testing.F) {
	files, err := filepath.Glob(transcripts + "/*.txt")
	if err != nil || len(files) == 0 {
		f.Fatal("no transcripts to begin with", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "\n\n") {
			lines := strings.SplitN(part, "\n", 2)
			if len(lines) < 2 || !strings.HasPrefix(lines[0], "send") || strings.Contains(part, "pg_sleep") {
				continue
			}
			input, _, _ := strings.Cut(lines[1], "----")
			packet, _, err := encodeScript(input)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(packet)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		if bytes.Contains(stream, []byte("pg_sleep")) {
			return
		}
		var log bytes.Buffer
		play(append(bytes.Clone(hello), stream...), newFakeBackend(), slog.New(slog.NewTextHandler(&log, nil)))
		if strings.Contains(log.String(), "panic") {
			t.Error(log.String())
		}
	})
}

// FuzzStartup sends arbitrary bytes as the first packet.
func FuzzStartup(f *testing.F) {
	f.Add(hello)
	f.Add([]byte("\x00\x00\x00\x08\x04\xd2\x16\x2f"))
	f.Add([]byte("\x00\x00\x00\x10\x04\xd2\x16\x2e\x00\x00\x00\x01abcd"))
	f.Add([]byte("\x00\x00\x00\x1d\x00\x03\x00\x05user\x00a\x00_pq_.x\x00\x00options\x00-c a=b\\ c\x00\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var log bytes.Buffer
		play(stream, newFakeBackend(), slog.New(slog.NewTextHandler(&log, nil)))
		if strings.Contains(log.String(), "panic") {
			t.Error(log.String())
		}
	})
}

func TestPanicEndsOneConnection(t *testing.T) {
	b := newFakeBackend()
	fakeStatements["PANIC"] = does("", func(*fakeSession) { panic("a defect") })
	defer delete(fakeStatements, "PANIC")
	packet, _, err := encodeScript(`query "PANIC"`)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	answer := play(append(bytes.Clone(hello), packet...), b, slog.New(slog.NewTextHandler(&log, nil)))
	if !bytes.Contains(answer, []byte("SFATAL\x00VFATAL\x00CXX000\x00")) {
		t.Errorf("the client heard %q", answer)
	}
	if !strings.Contains(log.String(), "a defect") || !strings.Contains(log.String(), "stack=") {
		t.Errorf("the log has %s", log.String())
	}
	if len(b.sessions) != 0 {
		t.Error("the session was not closed")
	}
}

func TestSplitOptions(t *testing.T) {
	for in, want := range map[string]string{
		``:                  ``,
		`  `:                ``,
		`-c a=b`:            `-c|a=b`,
		"\t-c  a=b\\ c -d ": `-c|a=b c|-d`,
		`a\\b`:              `a\b`,
		`a\`:                `a`,
		`\ `:                ` `,
	} {
		if got := strings.Join(splitOptions(in), "|"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
