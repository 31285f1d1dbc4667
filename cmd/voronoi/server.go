package main

import (
	"context"
	"errors"
	"log/slog"
	"net"

	"voronoi/exec"
	"voronoi/internal/frontend"
	"voronoi/wire"
)

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

// config is what a server is assembled from.
type config struct {
	data   string
	listen string
	max    int
	memory string // the limit of vectors in memory, "" for automatic
	log    *slog.Logger
}

// start listens, opens the data and calls ready with the address; then it
// serves until ctx ends. The port is taken first: whether it is free is known
// at once, while opening may take long.
func start(ctx context.Context, c config, ready func(addr net.Addr)) error {
	listener, err := net.Listen("tcp", c.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	server, err := exec.Open(ctx, exec.Options{Dir: c.data, Logger: c.log, Version: release, MemoryLimit: c.memory})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-server.Fatal():
			cancel(errNotDurable)
		case <-ctx.Done():
		}
	}()
	ready(listener.Addr())
	err = wire.Serve(ctx, listener, backend{server}, wire.Options{MaxConnections: c.max, Logger: c.log})
	if context.Cause(ctx) == errNotDurable {
		err = errNotDurable
	}
	return errors.Join(err, server.Close())
}

// errNotDurable is why a server stops by itself.
var errNotDurable = errors.New("the data could not be synced to disk, so no further commit can be promised")
