package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// instructions are the CPU flags that the kernels of anybody depend on.
var instructions = []string{"avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512_vnni", "avx512_vpopcntdq", "avx512_bf16"}

// printMachine says on what was measured.
func printMachine(w io.Writer) {
	model, has := "unknown processor", []string(nil)
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan() && has == nil; {
			name, value, _ := strings.Cut(lines.Text(), ":")
			switch strings.TrimSpace(name) {
			case "model name":
				model = strings.TrimSpace(value)
			case "flags":
				flags := strings.Fields(value)
				for _, i := range instructions {
					if slices.Contains(flags, i) {
						has = append(has, i)
					}
				}
			}
		}
	}
	fmt.Fprintf(w, "machine   %s, %d processors, %s\n", model, runtime.NumCPU(), strings.Join(has, " "))
	fmt.Fprintf(w, "versions  %s %s/%s, vecbench %s, load %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, revision(), load())
}

func revision() string {
	revision, changed := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = "+"
			}
		}
	}
	return revision + changed
}

// load is how many processes have wanted to run during the last minute.
func load() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(b), " ")
	return first
}
