//go:build ignore

// The program gen_zones writes the two lists that this package embeds: the
// names of the time zones that Go's own database has, and the abbreviations of
// PostgreSQL's set "Default" (PostgreSQL License), each with its offset in
// seconds east and a D where it means daylight time, or with the zone whose
// history decides.
package main

import (
	"archive/zip"
	"bytes"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

func main() {
	archive, err := zip.OpenReader(filepath.Join(runtime.GOROOT(), "lib/time/zoneinfo.zip"))
	if err != nil {
		log.Fatal(err)
	}
	var names []string
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	sort.Strings(names)
	write("zone_names.txt", names)

	set, err := os.ReadFile("/usr/share/postgresql/15/timezonesets/Default")
	if err != nil {
		log.Fatal(err)
	}
	var abbrevs []string
	for _, line := range bytes.Split(set, []byte("\n")) {
		fields := strings.Fields(strings.SplitN(string(line), "#", 2)[0])
		if len(fields) > 0 {
			abbrevs = append(abbrevs, strings.ToLower(fields[0])+" "+strings.Join(fields[1:], " "))
		}
	}
	sort.Strings(abbrevs)
	write("zone_abbrevs.txt", abbrevs)
}

func write(name string, lines []string) {
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		log.Fatal(err)
	}
}
