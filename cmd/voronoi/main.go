package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// streams are where a command reads and writes.
type streams struct{ out, err io.Writer }

// command is one verb.
type command struct {
	name, arguments, summary string
	run                      func(ctx context.Context, args []string, s streams) error
}

// commands are all verbs, as help lists them.
func commands() []command {
	return []command{
		{"serve", "[flags]", "run a server", serve},
		{"demo", "[flags]", "run a server on data of its own and show what it does", demo},
		{"version", "", "say which version this is", version},
		{"help", "[command]", "say how a command is used", help},
	}
}

// errUsage is a command line that makes no sense; its text has been shown.
var errUsage = errors.New("usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks; after it the second one has its usual effect.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdout, os.Stderr}))
}

// run runs a command line and returns its exit status.
func run(ctx context.Context, args []string, s streams) int {
	if len(args) == 0 {
		printCommands(s.err)
		return 2
	}
	name := args[0]
	if name == "-h" || name == "--help" {
		name = "help"
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		err := c.run(ctx, args[1:], s)
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.Is(err, errUsage):
			return 2
		}
		fmt.Fprintf(s.err, "voronoi %s: %v\n", c.name, err)
		return 1
	}
	fmt.Fprintf(s.err, "voronoi: unknown command %q\n\n", name)
	printCommands(s.err)
	return 2
}

// parseFlags parses a command's arguments, all of which have to be flags.
func parseFlags(f *flag.FlagSet, args []string, s streams) error {
	f.SetOutput(s.err)
	f.Usage = func() { printUsage(s.err, f) }
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return errUsage
	}
	if f.NArg() > 0 {
		fmt.Fprintf(s.err, "voronoi %s: unexpected argument %q\n", f.Name(), f.Arg(0))
		return errUsage
	}
	return nil
}
