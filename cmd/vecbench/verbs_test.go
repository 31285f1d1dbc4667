package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"voronoi/internal/oracle"
)

// measured runs a command and gives its findings.
func measured(t *testing.T, line string) (*output, string) {
	t.Helper()
	var text bytes.Buffer
	out := &output{Writer: &text}
	args := strings.Fields(line)
	if err := findVerb(args[0]).run(t.Context(), args[1:], out); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, text.String())
	}
	return out, text.String()
}

// check looks for findings between bounds.
func (o *output) check(t *testing.T, bounds map[string][2]float64) {
	t.Helper()
	for name, b := range bounds {
		if value, ok := o.find(name); !ok || value < b[0] || value > b[1] {
			t.Errorf("%s: %v (%v), want %v to %v", name, value, ok, b[0], b[1])
		}
	}
}

const all = 1e18

// TestVerbs: where every list or every node is looked at, recall is 1 and does
// not fall whatever is done to the table.
func TestVerbs(t *testing.T) {
	for line, bounds := range map[string]map[string][2]float64{
		"insert --dataset digits --lists 8 --probes 8": {
			"rows/s into a table without index": {1, all}, "rows/s into a table with the index": {1, all},
			"fall of recall by doubling, worst": {0, 0}, "rows missing below LIMIT by doubling": {0, 0},
		},
		"insert --dataset digits --lists 8 --probes 8 --shifted":                                     {"fall of recall by doubling, worst": {0, 0}},
		"insert --dataset digits --index hnsw --ef 400":                                              {"fall of recall against an index made anew, worst": {-0.01, 0.01}},
		"filter --dataset digits --lists 8 --probes 8 --queries 5 --runs 1 --shares 0.1,0.5":         {"conditions that fall short": {0, 100}},
		"delete --dataset digits --lists 8 --probes 2,8 --settle 1ms":                                {"deleted rows returned": {0, 0}, "rows/s deleted": {1, all}},
		"delete --dataset digits --index hnsw --ef 400 --settle 1ms":                                 {"fall of recall by deleting half and VACUUM, against an index made anew of the rest, worst": {-0.01, 0.01}},
		"run --dataset digits --index ivfpq --lists 8 --parts 16 --probes 8 --mode session --runs 1": {"session QPS at recall 0.95": {1, all}},
		"run --dataset digits --index pq --parts 16 --rerank 20 --mode session --runs 1":             {"session QPS at recall 0.95": {1, all}},
		"restart --dataset digits --lists 8 --probes 8 --runs 1 --late 0.1":                          {"stopped: recall": {0.85, 0.95}, "killed: recall": {0.85, 0.95}, "killed after COPY: recall": {0.99, 1}},
		"scale --dataset clustered-3000x24 --lists 10 --probes 10 --k 5":                             {"search: recall at 10": {1, 1}, "search again: recall at 10": {1, 1}, "peak RSS GiB": {0.001, 24}},
		"scale --dataset clustered-3000x24 --index exact --queries 20 --k 10":                        {"search: recall at 0": {1, 1}},
		"run --dataset clustered-500x16 --lists 4 --probes 4 --runs 1 --queries 30 --mode engine,session,wire --clients 1,2": {
			"engine QPS at recall 0.99": {1, all}, "p50 µs that the wire adds at recall 0.99": {-all, all},
			"engine allocations per query": {0.1, 1000}, "QPS: wire by 2 clients / by one at recall 0.99": {0, all},
		},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			out, text := measured(t, line)
			out.check(t, bounds)
			if t.Failed() {
				t.Log(text)
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	oracle.Postgres(t) // skips or fails where there is none
	out, _ := measured(t, "roundtrip --dataset digits --lists 8 --probes 8 --queries 20 --runs 1")
	out.check(t, map[string][2]float64{"p50 µs that the wire adds to a search": {-all, all}, "SELECT 1: ours / PostgreSQL's": {0, all}})
}

// TestReport: whatever is asked for is something that the command finds.
func TestReport(t *testing.T) {
	for _, m := range measurements {
		args := strings.Fields(m.args)
		v := findVerb(args[0])
		if v == nil {
			t.Errorf("%s: no such verb", m.args)
			continue
		}
		// A command line that is refused fails before anything is measured.
		err := v.run(t.Context(), append(args[1:], "--folder", t.TempDir(), "--dataset", "nothing"), &output{Writer: &bytes.Buffer{}})
		if err == nil || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("%s: %v", m.args, err)
		}
	}
	m := measurement{args: "run", asks: []ask{atLeast(2, "a"), atMost(2, "a"), atMost(9, "b")}}
	found := &output{}
	found.note(3, "a")
	verdicts := m.judge(found, nil)
	met := []bool{verdicts[0].met, verdicts[1].met, verdicts[2].met}
	var text bytes.Buffer
	if err := printVerdicts(&text, verdicts); err == nil || !slices.Equal(met, []bool{true, false, false}) || strings.Count(text.String(), "MISSED") != 2 {
		t.Errorf("%v, %v\n%s", met, err, text.String())
	}
}

// TestClustered: a vector does not depend on what else is drawn.
func TestClustered(t *testing.T) {
	c, ok, err := parseClustered("clustered-2000x30")
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	whole, part := c.matrix(0, 2000), newClustered(2000, 30).matrix(1500, 1600)
	if !slices.Equal(whole.Slice(1500, 1600).Data, part.Data) {
		t.Error("vectors differ by where drawing began")
	}
	query := c.matrix(2000, 2020)
	d := &dataset{name: "x", base: whole, query: query, made: true}
	want, err := nearestOf(t.Context(), d, nil, 7)
	if err != nil {
		t.Fatal(err)
	}
	got, err := nearestDrawn(t.Context(), c, query, 7)
	if err != nil || len(got) != len(want) {
		t.Fatal(err)
	}
	for i := range want {
		if !slices.Equal(got[i], want[i]) {
			t.Errorf("query %d: %v, want %v", i, got[i], want[i])
		}
	}
	for _, name := range []string{"clustered-2000", "clustered-2000x30 ", "clustered-02000x30", "words"} {
		if _, ok, _ := parseClustered(name); ok {
			t.Errorf("%q was understood", name)
		}
	}
}

// TestRateAt: between two settings the logarithm is in between.
func TestRateAt(t *testing.T) {
	s := new(engine)
	at := func(recall, qps float64) *series {
		return &series{subject: s, at: point{1, 1}, samples: []sample{{recall: recall, qps: qps}}}
	}
	sweep := []*series{at(0.9, 1000), at(0.8, 4000), at(1, 100)}
	for recall, want := range map[float64]float64{0.8: 4000, 0.85: 2000, 0.9: 1000, 1: 100, 0.7: 0} {
		if got := rateAt(sweep, s, 0, recall, rateOf); got < want*0.999 || got > want*1.001 {
			t.Errorf("at %g: %g, want %g", recall, got, want)
		}
	}
}

// TestReadRows: files of an older run have other columns.
func TestReadRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	for text, want := range map[string]int{
		"subject,index,clients,recall,qps\nwire,hnsw,1,0.5,10\nwire,hnsw,8,0.5,10\n": 1,
		"subject,index,recall,qps\nwire,hnsw,0.5,10\n":                               -1,
		"subject,index,clients,recall,qps\nwire,hnsw,1,much,10\n":                    -1,
		"": -1,
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		rows, err := readCSV(path)
		if want < 0 && err == nil || want >= 0 && len(rows) != want {
			t.Errorf("%q: %v, %v", text, rows, err)
		}
	}
}
