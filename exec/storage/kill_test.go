package storage

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"voronoi/internal/datum"
)

// The kill test runs the test binary again as a server that commits numbered
// rows and says which of them it has acknowledged, kills it at a random moment,
// and looks at what it left behind. (A killed process does not lose what the
// kernel holds, so this holds the order of things, not the disk.)

const killDir = "VORONOI_KILL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		if err := commitUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// commitUntilKilled commits from several sessions: one lock orders the writers,
// the sync is shared.
func commitUntilKilled(dir string) error {
	db, err := Open(dir, Options{})
	if err != nil {
		return err
	}
	ctx := context.Background()
	var writer sync.Mutex
	failed := make(chan error)
	for session := range 4 {
		go func() {
			failed <- func() error {
				c, err := db.Acquire(ctx)
				if err != nil {
					return err
				}
				for {
					writer.Lock()
					n, err := commitNext(c, session)
					writer.Unlock()
					if err != nil {
						return err
					}
					if err := db.SyncCommits(ctx); err != nil {
						return err
					}
					if _, err := fmt.Printf("%d\n", n); err != nil { // one write: lines stay whole
						return err
					}
				}
			}()
		}()
	}
	for {
		select {
		case err := <-failed:
			return err
		case <-time.After(3 * time.Millisecond):
			if err := db.Checkpoint(); err != nil {
				return err
			}
		}
	}
}

// commitNext commits one row with the next number, and a row of another table
// and some ballast with it.
func commitNext(c *Conn, session int) (int64, error) {
	if err := c.BeginImmediate(); err != nil {
		return 0, err
	}
	m, err := c.Meta()
	if err != nil {
		return 0, err
	}
	m.CommitSeq++
	n := m.CommitSeq
	for _, err := range []error{
		c.SetMeta(m),
		c.Exec("INSERT INTO a VALUES (?, ?)", datum.Int(n), datum.Int(int64(session))),
		c.Exec("INSERT INTO b VALUES (?, zeroblob(?))", datum.Int(n), datum.Int(n*7919%20000)),
		c.Commit(),
	} {
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	dir := t.TempDir()
	db, err := Open(dir, Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := db.Acquire(t.Context())
	execAll(t, c, "CREATE TABLE a(n INTEGER PRIMARY KEY, session INTEGER) STRICT", "CREATE TABLE b(n INTEGER PRIMARY KEY, x BLOB) STRICT", "CREATE INDEX bx ON b(x)")
	db.Release(c)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := int64(0)
	for round := range 6 {
		last := runAndKill(t, dir, time.Duration(20+rand.IntN(150))*time.Millisecond)
		acknowledged = max(acknowledged, last)
		checkAfterKill(t, dir, acknowledged)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	if acknowledged < 10 {
		t.Errorf("only %d commits: nothing was tested", acknowledged)
	}
}

func execAll(t *testing.T, c *Conn, sqls ...string) {
	t.Helper()
	for _, sql := range sqls {
		exec(t, c, sql)
	}
}

// runAndKill gives the highest number that the child acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) (last int64) {
	t.Helper()
	child := osexec.Command(os.Args[0])
	child.Env = append(os.Environ(), killDir+"="+dir)
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	var timer *time.Timer
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line without its end was not acknowledged
		}
		if timer == nil { // counted from the first commit, however long the start took
			timer = time.AfterFunc(after, func() { _ = child.Process.Kill() })
		}
		var n int64
		if _, err := fmt.Sscan(line, &n); err != nil {
			t.Errorf("line %q", line)
		}
		last = max(last, n)
	}
	_ = child.Wait() // it was killed
	if stderr.Len() > 0 {
		t.Errorf("the child: %s", stderr.String())
	}
	return last
}

func checkAfterKill(t *testing.T, dir string, acknowledged int64) {
	t.Helper()
	db, err := Open(dir, Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Release(c)
	want(t, c, `"ok"`, "PRAGMA integrity_check")
	m, err := c.Meta()
	if err != nil {
		t.Fatal(err)
	}
	if m.CommitSeq < acknowledged {
		t.Errorf("commit %d was acknowledged, the file ends at %d", acknowledged, m.CommitSeq)
	}
	all := fmt.Sprintf("%d,2,%d", m.CommitSeq-1, m.CommitSeq)
	want(t, c, all, "SELECT count(*), min(n), max(n) FROM a")
	want(t, c, all, "SELECT count(*), min(n), max(n) FROM b")
	want(t, c, "0", "SELECT count(*) FROM b WHERE length(x) <> n * 7919 % 20000")
}
