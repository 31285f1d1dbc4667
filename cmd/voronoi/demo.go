package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
)

// demo runs a server that keeps nothing and walks a client through it.
func demo(ctx context.Context, args []string, s streams) error {
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	listen := f.String("listen", "127.0.0.1:0", "`address` to listen on; port 0 is any free one")
	keep := f.Bool("keep", false, "go on serving afterwards, for psql")
	if err := parseFlags(f, args, s); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shown := make(chan error, 1)
	err := start(ctx, config{data: ":memory:", listen: *listen, log: log}, func(addr net.Addr) {
		go func() {
			at := addr.(*net.TCPAddr)
			err := tour(ctx, at, s.out)
			if err == nil && *keep {
				fmt.Fprintf(s.out, "\nThis server goes on until interrupted: psql -h %s -p %d -U demo -d demo\n", at.IP, at.Port)
				<-ctx.Done()
			}
			shown <- err
			cancel()
		}()
	})
	if err != nil {
		return err
	}
	return <-shown
}
