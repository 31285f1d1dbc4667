package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestMain makes the test binary the program itself when it is asked to be.
func TestMain(m *testing.M) {
	if os.Getenv("VORONOI_TEST_AS_PROGRAM") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is a server in a process of its own.
type program struct {
	*exec.Cmd
	log     *bufio.Scanner
	address string
}

// launch starts a server on a data directory and waits until it is ready.
func launch(t *testing.T, data string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], "serve", "--data", data, "--listen", "127.0.0.1:0", "--log-format", "json")}
	p.Env = append(os.Environ(), "VORONOI_TEST_AS_PROGRAM=1")
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	p.log = bufio.NewScanner(stderr)
	p.address = p.awaitLog(t, "ready to accept connections")["address"].(string)
	return p
}

// awaitLog reads the log up to a message and returns its attributes.
func (p *program) awaitLog(t *testing.T, message string) map[string]any {
	t.Helper()
	for p.log.Scan() {
		var record map[string]any
		if err := json.Unmarshal(p.log.Bytes(), &record); err != nil {
			t.Fatalf("%q: %v", p.log.Text(), err)
		}
		if record["msg"] == message {
			return record
		}
	}
	t.Fatalf("the log ended without %q: %v", message, p.log.Err())
	return nil
}

func (p *program) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), "postgres://postgres@"+p.address+"/postgres?sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// TestSignals: either signal ends the server in an orderly way, and clients
// hear why.
func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			p := launch(t, t.TempDir())
			conn := p.connect(t)
			if err := p.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := conn.WaitForNotification(ctx)
			wantCode(t, err, "57P01")
			p.awaitLog(t, "stopped")
			if err := p.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestRestart: what was committed is there after a stop and after a kill.
func TestRestart(t *testing.T) {
	data := t.TempDir()
	insert := func(p *program, n int) {
		conn := p.connect(t)
		must(t, conn, "CREATE TABLE IF NOT EXISTS kept (n int PRIMARY KEY, v vector(2))")
		must(t, conn, fmt.Sprintf("INSERT INTO kept VALUES (%d, '[%d,0]')", n, n))
	}
	p := launch(t, data)
	insert(p, 1)
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()

	p = launch(t, data)
	insert(p, 2)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait()

	conn := launch(t, data).connect(t)
	var list string
	if err := conn.QueryRow(t.Context(), "SELECT string_agg(n::text, ',' ORDER BY v <-> '[3,0]') FROM kept").Scan(&list); err != nil || list != "2,1" {
		t.Errorf("kept %q, %v", list, err)
	}
}
