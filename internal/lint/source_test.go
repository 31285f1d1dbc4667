package lint

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// longest is how many lines a file may have that a human wrote.
const longest = 800

// generated are the files that a program wrote.
var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// unfinished is what a file says of itself when it is not done. It is put
// together here so as not to find itself.
var unfinished = regexp.MustCompile(`\b(` + strings.Join([]string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}, "|") + `)\b`)

// goFiles are the project's Go files with their contents.
func goFiles(t *testing.T) map[string][]byte {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "*.go")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	files := map[string][]byte{}
	for line := range strings.Lines(string(out)) {
		name := strings.TrimSpace(line)
		content, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) {
			continue // being moved
		}
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	if len(files) < 50 {
		t.Fatalf("only %d files", len(files))
	}
	return files
}

func TestFileLength(t *testing.T) {
	for name, content := range goFiles(t) {
		if n := bytes.Count(content, []byte("\n")); n > longest && !generated.Match(content) {
			t.Errorf("%s has %d lines, more than %d", name, n, longest)
		}
	}
}

func TestNothingIsLeftOpen(t *testing.T) {
	for name, content := range goFiles(t) {
		lines := bufio.NewScanner(bytes.NewReader(content))
		lines.Buffer(nil, 1<<20)
		for n := 1; lines.Scan(); n++ {
			if m := unfinished.Find(lines.Bytes()); m != nil {
				t.Errorf("%s:%d: %s", name, n, m)
			}
		}
		if err := lines.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPackagesExplainThemselves: a package's model stands above its name, in
// doc.go where there is more than a little to say.
func TestPackagesExplainThemselves(t *testing.T) {
	comment := regexp.MustCompile(`(?m)^// (Package|Command) `)
	for _, p := range packages(t) {
		found := len(p.GoFiles) == 0 // tests only
		for _, name := range p.GoFiles {
			content, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			found = found || comment.Match(content)
		}
		if !found {
			t.Errorf("%s does not say what it is", p.ImportPath)
		}
	}
}
