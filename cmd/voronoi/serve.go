package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
)

// serve runs a server until it is told to stop.
func serve(ctx context.Context, args []string, s streams) error {
	f := flag.NewFlagSet("serve", flag.ContinueOnError)
	data := f.String("data", fromEnvironment("VORONOI_DATA", "./voronoi-data"), "`directory` of the data, made if it is not there; \":memory:\" keeps nothing")
	listen := f.String("listen", fromEnvironment("VORONOI_LISTEN", "127.0.0.1:5432"), "`address` to listen on; there are no passwords, so mind who can reach it")
	max := f.Int("max-connections", 100, "`number` of clients at once")
	memory := f.String("memory-limit", fromEnvironment("VORONOI_MEMORY_LIMIT", ""), "`size` that vectors may take in memory, such as 8GB; three quarters of the machine's if not given")
	level := f.String("log-level", "info", "least `level` to log: debug, info, warn or error")
	format := f.String("log-format", "text", "`format` of the log: text or json")
	if err := parseFlags(f, args, s); err != nil {
		return err
	}
	if *max < 1 {
		return fmt.Errorf("--max-connections has to be at least 1, not %d", *max)
	}
	log, err := newLogger(s.err, *level, *format)
	if err != nil {
		return err
	}
	err = start(ctx, config{data: *data, listen: *listen, max: *max, memory: *memory, log: log}, func(addr net.Addr) {
		log.Info("ready to accept connections", "address", addr.String(), "data", *data, "version", release)
	})
	if err == nil {
		log.Info("stopped")
	}
	return err
}

func fromEnvironment(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// newLogger makes a logger of what the flags say.
func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level: no level %q", level)
	}
	o := &slog.HandlerOptions{Level: least}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, fmt.Errorf("--log-format: no format %q", format)
}
