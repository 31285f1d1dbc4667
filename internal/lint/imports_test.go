package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "voronoi"

// edges are the packages of this module that a package may import besides
// internal/…, which all may, and besides those below itself. They all point
// downwards, from flags and sockets to kernels; ARCHITECTURE.md draws them.
var edges = map[string][]string{
	"cmd/voronoi":      {"wire", "exec", "testdata/digits"},
	"cmd/vecbench":     {"wire", "exec", "exec/index", "exec/index/*", "vectorops", "testdata/digits"},
	"wire":             {},
	"sqlparse":         {},
	"planner":          {"sqlparse", "exec/catalog", "exec/builtin"},
	"exec":             {"sqlparse", "planner", "exec/catalog", "exec/builtin", "exec/lock", "exec/storage", "exec/index", "exec/index/*", "pq", "vectorops"},
	"exec/catalog":     {"exec/builtin"},
	"exec/builtin":     {},
	"exec/lock":        {},
	"exec/storage":     {},
	"exec/index":       {"pq", "vectorops"},
	"exec/index/*":     {"exec/index", "pq", "vectorops"},
	"pq":               {"vectorops"},
	"vectorops":        {},
	"scripts/datasets": {},
}

// owners are the packages that may import a module from outside. Everyone else
// goes through them.
var owners = map[string][]string{
	"github.com/jackc/pgproto3/v2":        {"wire"},
	"github.com/pganalyze/pg_query_go/v5": {"sqlparse", "planner"},
	"modernc.org/sqlite":                  {"exec", "exec/storage"},
	"modernc.org/libc":                    {"exec/storage"},
	"github.com/jackc/pgx/v5":             {"cmd/voronoi", "cmd/vecbench", "internal/oracle"},
	"gonum.org/v1/gonum":                  {"vectorops", "pq"},
	"gonum.org/v1/plot":                   {"cmd/vecbench"},
	"golang.org/x/text":                   {"exec/builtin", "internal/datum"},
	"golang.org/x/sys":                    {"vectorops", "exec/storage", "wire"},
	"github.com/cockroachdb/apd/v3":       {"internal/datum", "exec/builtin"},
	"google.golang.org/protobuf":          {"sqlparse", "planner"},
	"github.com/cockroachdb/datadriven":   {},
	"github.com/mmcloughlin/avo":          {},
}

type listed struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

// packages are this module's packages; tests do not count.
func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Dir,Imports,GoFiles", module+"/...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportDirection(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, to := range p.Imports {
			if own, ok := strings.CutPrefix(to, module+"/"); ok {
				seen++
				if !mayImport(from, own) {
					t.Errorf("%s must not import %s", from, own)
				}
				continue
			}
			if strings.Contains(strings.Split(to, "/")[0], ".") {
				checkOwner(t, from, to)
			}
		}
	}
	if seen < 10 {
		t.Errorf("only %d imports were seen: is the list of packages complete?", seen)
	}
}

func mayImport(from, to string) bool {
	if strings.HasPrefix(to, "internal/") {
		// The oracle is for tests, and to be measured beside.
		return to != "internal/lint" && (to != "internal/oracle" || from == "cmd/vecbench")
	}
	if strings.HasPrefix(from, "internal/") {
		return strings.HasPrefix(to, "testdata/") // embedded data has its place there
	}
	for _, pattern := range allowed(from) {
		if ok, _ := path.Match(pattern, to); ok {
			return true
		}
	}
	return strings.HasPrefix(to, from+"/")
}

// allowed finds the edges of a package, or of the nearest one above it.
func allowed(from string) []string {
	if e, ok := edges[from]; ok {
		return e
	}
	for pattern, e := range edges {
		if ok, _ := path.Match(pattern, from); ok {
			return e
		}
	}
	if above := path.Dir(from); above != "." {
		return allowed(above)
	}
	return nil
}

func checkOwner(t *testing.T, from, to string) {
	t.Helper()
	for mod, who := range owners {
		if to == mod || strings.HasPrefix(to, mod+"/") {
			if !slices.Contains(who, from) {
				t.Errorf("%s must not import %s: that is for %v", from, to, who)
			}
			return
		}
	}
	t.Errorf("%s imports %s, which nobody owns", from, to)
}
