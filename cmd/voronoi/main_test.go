package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args     string
		status   int
		out, err string // what has to be part of each
	}{
		{"", 2, "", "Usage:"},
		{"help", 0, "voronoi serve [flags]", ""},
		{"--help", 0, "voronoi demo [flags]", ""},
		{"help serve", 0, "--listen address", ""},
		{"help nothing", 2, "", "Usage:"},
		{"version", 0, "voronoi " + release, ""},
		{"version --loud", 2, "", "flag provided but not defined"},
		{"serve here", 2, "", `unexpected argument "here"`},
		{"serve --help", 0, "", "--data directory"},
		{"serve --log-level=loud", 1, "", `no level "loud"`},
		{"serve --log-format=xml", 1, "", `no format "xml"`},
		{"serve --max-connections=0", 1, "", "--max-connections"},
		{"serve --listen=nowhere", 1, "", "nowhere"},
		{"dance", 2, "", `unknown command "dance"`},
	} {
		var out, err bytes.Buffer
		if status := run(context.Background(), strings.Fields(c.args), streams{&out, &err}); status != c.status {
			t.Errorf("voronoi %s: status %d, want %d\n%s", c.args, status, c.status, err.String())
		}
		if !strings.Contains(out.String(), c.out) || !strings.Contains(err.String(), c.err) {
			t.Errorf("voronoi %s: wrote %q and %q", c.args, out.String(), err.String())
		}
	}
}

func TestPrintRows(t *testing.T) {
	var out bytes.Buffer
	printRows(&out, []string{"name", "n"}, [][][]byte{{[]byte("é"), []byte("1")}, {[]byte("longer"), nil}})
	want := "  name    n\n  ------  -\n  é       1\n  longer  \n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}
