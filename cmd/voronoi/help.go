package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
)

// help lists the commands, or shows the flags of one.
func help(ctx context.Context, args []string, s streams) error {
	if len(args) == 0 {
		printCommands(s.out)
		return nil
	}
	for _, c := range commands() {
		if c.name == args[0] && c.name != "help" {
			return c.run(ctx, []string{"--help"}, streams{s.out, s.out})
		}
	}
	printCommands(s.err)
	return errUsage
}

func printCommands(w io.Writer) {
	fmt.Fprint(w, "Voronoi is a vector database that speaks the Postgres protocol.\n\nUsage:\n\n")
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, c := range commands() {
		fmt.Fprintf(table, "  voronoi %s %s\t%s\n", c.name, c.arguments, c.summary)
	}
	_ = table.Flush()
}

// printUsage shows a command's flags, with the two dashes that the
// documentation writes.
func printUsage(w io.Writer, f *flag.FlagSet) {
	for _, c := range commands() {
		if c.name == f.Name() {
			fmt.Fprintf(w, "voronoi %s: %s\n", c.name, c.summary)
		}
	}
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	f.VisitAll(func(fl *flag.Flag) {
		kind, text := flag.UnquoteUsage(fl)
		if fl.DefValue != "" && fl.DefValue != "false" {
			text += fmt.Sprintf(" (default %s)", fl.DefValue)
		}
		fmt.Fprintf(table, "  --%s %s\t%s\n", fl.Name, kind, text)
	})
	_ = table.Flush()
}
