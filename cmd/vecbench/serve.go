package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/pprof"

	"voronoi/exec"
	"voronoi/internal/frontend"
	"voronoi/wire"
)

// serveVerb serves a data directory on a free port of the loopback interface,
// prints the address and stops when it is told to.
func serveVerb(ctx context.Context, args []string, out *output) error {
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
	server, err := exec.Open(ctx, exec.Options{Dir: *data, Logger: serverLog()})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return errors.Join(err, server.Close())
	}
	fmt.Fprintln(out, listener.Addr())
	return errors.Join(wire.Serve(ctx, listener, backend{server}, wire.Options{Logger: serverLog()}), server.Close())
}

// serverLog shows what goes wrong.
func serverLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
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
