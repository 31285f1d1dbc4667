package main

import (
	"context"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// release is the version that CHANGELOG.md calls this.
const release = "0.1.0"

func version(_ context.Context, args []string, s streams) error {
	if err := parseFlags(flag.NewFlagSet("version", flag.ContinueOnError), args, s); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "voronoi %s%s, %s, %s/%s\n", release, revision(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// revision is the commit that the binary was built from, if the build knows.
func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var commit, modified string
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = " (" + s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				modified = ", modified"
			}
		}
	}
	if commit == "" {
		return ""
	}
	return commit + modified + ")"
}
