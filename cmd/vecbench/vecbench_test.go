package main

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// TestMain lets the test's own program be the server.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
	}
	os.Exit(m.Run())
}

// points makes n points in groups.
func points(n, dims int, seed uint64) vectorops.Matrix {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := vectorops.NewMatrix(n, dims)
	for i := range n {
		for j := range dims {
			m.Row(i)[j] = float32(rng.NormFloat64()) + float32((i%10)*(j%3))
		}
	}
	return m
}

func tiny(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for name, m := range map[string]vectorops.Matrix{"tiny.base.fvecs": points(600, 12, 1), "tiny.query.fvecs": points(20, 12, 2)} {
		if err := writeVectors(filepath.Join(folder, name), m); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestRun measures every mode with every index, where all is looked at and
// recall therefore 1.
func TestRun(t *testing.T) {
	folder := tiny(t)
	var files []string
	for _, method := range []string{"exact", "ivfflat", "hnsw"} {
		rows := filepath.Join(folder, method+".csv")
		files = append(files, rows)
		var out, errs bytes.Buffer
		status := run(t.Context(), []string{"run", "--folder", folder, "--dataset", "tiny", "--index", method, "--lists", "8",
			"--probes", "8", "--ef", "600", "--clients", "1,2", "--runs", "2", "--csv", rows}, &out, &errs)
		if status != 0 {
			t.Fatalf("%s: status %d: %s", method, status, errs.String())
		}
		found := regexp.MustCompile(`(?m)^ *(engine|session|wire) +(8|600|-) +([12]) +(\S+) `).FindAllStringSubmatch(out.String(), -1)
		if len(found) != 5 {
			t.Errorf("%s: %d rows, not 5:\n%s", method, len(found), out.String())
		}
		for _, row := range found {
			if row[4] != "1.0000" {
				t.Errorf("%s: recall of %s", method, row[0])
			}
		}
	}
	picture := filepath.Join(folder, "tiny.svg")
	var errs bytes.Buffer
	if status := run(t.Context(), append([]string{"plot", "--out", picture}, files...), io.Discard, &errs); status != 0 {
		t.Fatal(errs.String())
	}
	if b, err := os.ReadFile(picture); err != nil || !strings.Contains(string(b), "wire hnsw") {
		t.Errorf("a plot of %d bytes without all lines, %v", len(b), err)
	}
}

// TestGroundTruth is against a plain loop, and from the file the second time.
func TestGroundTruth(t *testing.T) {
	d, err := readDataset(tiny(t), "tiny", 7)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		truth, err := groundTruth(t.Context(), d, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(truth) != 7 {
			t.Fatalf("truth of %d queries", len(truth))
		}
		for i, keys := range truth {
			var nearest vectorops.TopK
			nearest.Reset(3)
			for j := range d.base.Rows() {
				nearest.Push(vectorops.Candidate{Rank: d.metric.Distance(d.query.Row(i), d.base.Row(j)), Key: int64(j)})
			}
			var want []int64
			for _, c := range nearest.Sorted() {
				want = append(want, c.Key)
			}
			if index.Recall(want, keys) != 1 {
				t.Errorf("query %d: %v, want %v", i, keys, want)
			}
		}
	}
}

func TestPeers(t *testing.T) {
	folder := tiny(t)
	for _, peer := range []string{"faiss", "hnswlib"} {
		var out, errs bytes.Buffer
		status := run(t.Context(), []string{"run", "--folder", folder, "--dataset", "tiny", "--lists", "4", "--probes", "4", "--ef", "200",
			"--mode", "engine", "--peer", peer, "--runs", "1", "--floors", "0.9"}, &out, &errs)
		if status != 0 && strings.Contains(errs.String(), "apt-get install") {
			t.Logf("not compared with %s: it is not installed", peer)
			continue
		}
		if status != 0 {
			t.Fatal(errs.String())
		}
		if !regexp.MustCompile(`(?m)^QPS: engine / ` + peer + ` at recall 0.9 +\S+$`).MatchString(out.String()) {
			t.Errorf("no ratio:\n%s", out.String())
		}
	}
}

func TestBadArguments(t *testing.T) {
	for _, args := range []string{"", "dance", "run --runs 0", "run --index btree", "run --probes x", "run --floors high",
		"run --folder /nowhere", "run more", "plot nowhere.csv",
		"run --peer redis", "run --dataset clustered-0x5", "scale --dataset words", "insert --index btree", "delete --k 0", "restart x", "report --topics weather"} {
		var errs bytes.Buffer
		if run(t.Context(), strings.Fields(args), io.Discard, &errs) == 0 || errs.Len() == 0 {
			t.Errorf("%q was accepted", args)
		}
	}
}

func TestDamagedVectors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.fvecs")
	for name, b := range map[string][]byte{
		"empty": {}, "no dimensions": {0, 0, 0, 0}, "cut": {2, 0, 0, 0, 1, 1, 1, 1},
		"two lengths": {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0},
	} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readVectors(path); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzReadWork: plans come from a server that may be another version.
func FuzzReadWork(f *testing.F) {
	f.Add("Vector Search on items.embedding (index i): searches=1 lists=1 estimated=5 candidates=6 delivered=7")
	f.Add("Vector Search on items.embedding (exact): searches=1 lists=0 estimated=0 candidates=99999999999999999999 delivered=7")
	f.Fuzz(func(t *testing.T, plan string) {
		if w, err := readWork(plan); err == nil && (w.candidates < 0 || w.estimated < 0) {
			t.Errorf("%+v", w)
		}
	})
}
