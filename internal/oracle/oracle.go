package oracle

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// preferred is the major version that the project measures itself by; another
// one serves where it is missing.
const preferred = "15"

// Server is a running PostgreSQL, shared by the tests of one process.
type Server struct {
	dir  string
	port int
	stop *os.File // closing it stops the server
}

var (
	once   sync.Once
	shared *Server
	failed error
)

// Postgres is the process's PostgreSQL, started by the first call. The test is
// skipped where PostgreSQL is not installed, unless VORONOI_REQUIRE_ORACLE is
// 1: then it fails.
func Postgres(t testing.TB) *Server {
	t.Helper()
	bin := binDir()
	if bin == "" {
		if os.Getenv("VORONOI_REQUIRE_ORACLE") == "1" {
			t.Fatal("PostgreSQL is not installed, and VORONOI_REQUIRE_ORACLE is set")
		}
		t.Skip("PostgreSQL is not installed: nothing to compare with")
	}
	once.Do(func() { shared, failed = start(bin) })
	if failed != nil {
		t.Fatalf("starting PostgreSQL: %v", failed)
	}
	return shared
}

// Start starts a PostgreSQL for a program that is no test. Stop ends it; so does
// the end of the program.
func Start() (*Server, error) {
	bin := binDir()
	if bin == "" {
		return nil, errors.New("PostgreSQL is not installed")
	}
	return start(bin)
}

// Stop has the server end and its directory removed, and does not wait for that.
func (s *Server) Stop() error { return s.stop.Close() }

// DSN is a connection string for the superuser of the database postgres.
func (s *Server) DSN() string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres sslmode=disable", s.port)
}

// Port is the loopback port that the server listens on.
func (s *Server) Port() int { return s.port }

// Connect opens a connection that is closed when the test ends.
func (s *Server) Connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.DSN())
	if err != nil {
		t.Fatalf("connecting to PostgreSQL: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// binDir is the directory with initdb and postgres, "" where there is none.
func binDir() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	more, _ := filepath.Glob("/usr/pgsql-*/bin/initdb")
	found = append(found, more...)
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		return ""
	}
	if at := slices.Index(found, "/usr/lib/postgresql/"+preferred+"/bin/initdb"); at >= 0 {
		return filepath.Dir(found[at])
	}
	return filepath.Dir(found[len(found)-1])
}

// watch runs the server in the background and ends it once standard input does.
const watch = `"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off \
  -c shared_buffers=16MB -c max_connections=40 -c timezone=UTC -c datestyle=ISO,MDY >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server
wait $server
rm -rf "$2"`

func start(bin string) (*Server, error) {
	dir, err := os.MkdirTemp("", "oracle")
	if err != nil {
		return nil, err
	}
	attr, err := owner(dir)
	if err != nil {
		return nil, err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"),
		"-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--wal-segsize=1")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	stdin, stop, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	watcher := exec.Command("/bin/sh", "-c", watch, "sh", bin, dir, strconv.Itoa(port))
	watcher.Dir, watcher.Stdin, watcher.SysProcAttr = dir, stdin, attr
	if err := watcher.Start(); err != nil {
		return nil, err
	}
	_ = stdin.Close()
	s := &Server{dir: dir, port: port, stop: stop}
	if err := s.await(); err != nil {
		_ = stop.Close()
		return nil, err
	}
	return s, nil
}

// owner makes dir usable by the account that the server is to run as. The
// process group of its own keeps a terminal's interrupt away from the watcher,
// which has to clean up after it.
func owner(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		if account, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, int(uid), int(gid))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// await returns once the server answers.
func (s *Server) await() error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		conn, err := pgx.Connect(context.Background(), s.DSN())
		if err == nil {
			return conn.Close(context.Background())
		}
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("no answer: %w\n%s", err, log)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
