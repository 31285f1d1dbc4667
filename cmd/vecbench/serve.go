package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	osexec "os/exec"
	"runtime/pprof"
	"strings"

	"voronoi/exec"
	"voronoi/internal/frontend"
	"voronoi/wire"
)

// serveVerb serves a data directory on a free port of the loopback interface,
// prints the address and stops when it is told to.
func serveVerb(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	data := f.String("data", ":memory:", "`directory` of the data")
	profile := f.String("profile", "", "`file` for a CPU profile")
	if err := f.Parse(args); err != nil {
		return err
	}
	stop, err := startProfile(*profile)
	if err != nil {
		return err
	}
	defer stop()
	server, err := exec.Open(ctx, exec.Options{Dir: *data})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, server.Close())
	}
	fmt.Fprintln(out, listener.Addr())
	return errors.Join(wire.Serve(ctx, listener, backend{server}, wire.Options{}), server.Close())
}

// backend lets the protocol make sessions of the executor.
type backend struct{ server *exec.Server }

func (b backend) Connect(ctx context.Context, s frontend.Startup, c frontend.Client) (wire.Session, error) {
	session, err := b.server.Connect(ctx, s, c)
	if err != nil {
		return nil, err
	}
	return session, nil
}

func (b backend) Cancel(pid int32, secret []byte) { b.server.Cancel(pid, secret) }

// startProfile begins a CPU profile, unless path is empty.
func startProfile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}

// serverProcess is this program as a server.
type serverProcess struct {
	cmd     *osexec.Cmd
	address string
}

func startServer(dir, profile string) (*serverProcess, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := osexec.Command(program, "serve", "--data", dir, "--profile", profile)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &serverProcess{cmd: cmd}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not start: %w", err), p.stop())
	}
	p.address = strings.TrimSpace(line)
	return p, nil
}

// stop has the server end in an orderly way and waits for that.
func (p *serverProcess) stop() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return p.cmd.Wait()
}
