package main

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// drivers is where the clients in other languages are.
const drivers = "../../testdata/drivers"

// startServer runs a server that keeps nothing until the test ends.
func startServer(t testing.TB) *net.TCPAddr {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	log, err := newLogger(testWriter{t}, "warn", "text")
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan net.Addr, 1)
	done := make(chan error, 1)
	go func() {
		done <- start(ctx, config{data: ":memory:", listen: "127.0.0.1:0", log: log}, func(a net.Addr) { ready <- a })
	}()
	select {
	case addr := <-ready:
		t.Cleanup(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("stopping the server: %v", err)
			}
		})
		return addr.(*net.TCPAddr)
	case err := <-done:
		cancel()
		t.Fatalf("starting a server: %v", err)
		return nil
	}
}

// testWriter shows a server's log with the test that it belongs to.
type testWriter struct{ t testing.TB }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p)
	return len(p), nil
}

// missing skips a test for want of a driver, or fails it where everything is
// said to be installed.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("VORONOI_REQUIRE_ORACLE") == "1" {
		t.Fatalf("%s is not installed, and VORONOI_REQUIRE_ORACLE is set", what)
	}
	t.Skipf("%s is not installed: scripts/setup installs it", what)
}

// runClient runs a program against a server and shows what it says.
func runClient(t *testing.T, addr *net.TCPAddr, name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = drivers
	cmd.Env = append(os.Environ(), "PGHOST="+addr.IP.String(), "PGPORT="+strconv.Itoa(addr.Port), "PGSSLMODE=disable")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// TestPython runs the clients in Python. The system's interpreter has the
// packages that the system installed; another one on the path may not.
func TestPython(t *testing.T) {
	for module, script := range map[string]string{
		"psycopg": "psycopg_client.py",
		"asyncpg": "asyncpg_client.py",
	} {
		t.Run(module, func(t *testing.T) {
			for _, name := range []string{"/usr/bin/python3", "python3"} {
				if exec.Command(name, "-c", "import "+module).Run() == nil {
					runClient(t, startServer(t), name, script)
					return
				}
			}
			missing(t, module)
		})
	}
}

// TestNode runs the clients in JavaScript.
func TestNode(t *testing.T) {
	for module, script := range map[string]string{
		"pg":       "pg_client.js",
		"postgres": "postgresjs_client.mjs",
	} {
		t.Run(module, func(t *testing.T) {
			node, err := exec.LookPath("node")
			if err != nil {
				missing(t, "node")
			}
			if _, err := os.Stat(drivers + "/node_modules/" + module); err != nil {
				missing(t, module)
			}
			runClient(t, startServer(t), node, script)
		})
	}
}
