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
	name, summary string
	run           func(ctx context.Context, args []string, out *output) error
}

// verbs is filled before main begins, since report runs the others.
var verbs []verb

func init() {
	verbs = []verb{
		{"run", "measure one index over one dataset, in process and over the wire, beside its peers", runVerb},
		{"filter", "search beside a WHERE: recall and rate by the share of rows that pass", filterVerb},
		{"insert", "double an indexed table by COPY: rates, and recall before, after and built anew", insertVerb},
		{"delete", "delete half of an indexed table: recall over the rest, and memory before and after VACUUM", deleteVerb},
		{"restart", "stop, kill and start a server: time to the first answer by the index", restartVerb},
		{"scale", "copy, index, search and restart a set that need not fit into memory: time and memory", scaleVerb},
		{"roundtrip", "what the wire adds to a search, beside what it adds to PostgreSQL's", roundtripVerb},
		{"report", "measure what is asked for and print asked and measured", reportVerb},
		{"plot", "draw recall against rate from what run has written", plotVerb},
		{"serve", "be the server that the others start", serveVerb},
	}
}

func findVerb(name string) *verb {
	for i := range verbs {
		if verbs[i].name == name {
			return &verbs[i]
		}
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs a command line and returns its exit status.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var v *verb
	if len(args) > 0 {
		v = findVerb(args[0])
	}
	if v == nil {
		for _, v := range verbs {
			fmt.Fprintf(errs, "vecbench %-9s  %s\n", v.name, v.summary)
		}
		return 2
	}
	err := v.run(ctx, args[1:], &output{Writer: out})
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	}
	fmt.Fprintf(errs, "vecbench %s: %v\n", args[0], err)
	return 1
}
