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

// verb is one way to use the command.
type verb struct {
	summary string
	run     func(ctx context.Context, args []string, out io.Writer) error
}

var verbs = map[string]verb{
	"run":   {"measure one index over one dataset", runVerb},
	"plot":  {"draw recall against rate from what run has written", plotVerb},
	"serve": {"be the server that run --mode wire starts", serveVerb},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs a command line and returns its exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	if len(args) == 0 || verbs[args[0]].run == nil {
		for _, name := range []string{"run", "plot", "serve"} {
			fmt.Fprintf(errs, "vecbench %-6s %s\n", name, verbs[name].summary)
		}
		return 2
	}
	err := verbs[args[0]].run(ctx, args[1:], out)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	}
	fmt.Fprintf(errs, "vecbench %s: %v\n", args[0], err)
	return 1
}
