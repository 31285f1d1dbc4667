package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// ask is a number that is asked for, by the name of the finding.
type ask struct {
	finding string
	most    bool // the bound is above
	bound   float64
}

func atLeast(bound float64, finding string) ask { return ask{finding, false, bound} }
func atMost(bound float64, finding string) ask  { return ask{finding, true, bound} }

func (a ask) met(value float64) bool {
	return a.most && value <= a.bound || !a.most && value >= a.bound
}

func (a ask) String() string {
	if a.most {
		return "≤ " + number(a.bound)
	}
	return "≥ " + number(a.bound)
}

// measurement is one command and what is asked of its findings.
type measurement struct {
	topic string
	args  string
	csv   string // the file of its rows
	asks  []ask
}

// measurements are everything that is asked for, in the order in which it is
// measured.
var measurements = []measurement{
	{"ivfflat", "run --dataset words --lists 1024 --probes 32,40,48,64 --mode engine,session,wire --clients 1,8 --peer faiss --floors 0.95 --against 64", "words-ivfflat.csv", []ask{
		atLeast(12, "QPS: engine at recall 0.95 / faiss at 64"),
		atLeast(12, "QPS per CPU: engine at recall 0.95 / faiss at 64"),
		atLeast(12, "QPS: session at recall 0.95 / faiss at 64"),
		atMost(0.6, "build: engine / faiss"),
		atMost(0.6, "build: session / faiss"),
		atLeast(4200, "wire QPS at recall 0.95"),
		atMost(60, "p50 µs that the wire adds at recall 0.95"),
		atLeast(1.6, "QPS: wire by 8 clients / by one at recall 0.95"),
		atLeast(250000, "wire COPY rows/s"),
		atMost(1, "engine allocations per query, what more work adds"),
		atMost(50, "engine allocations per query"),
	}},
	{"ivfflat", "run --dataset mnist --lists 256 --probes 12,16,24,32 --ef 16,24,32,48,64 --mode engine,session,wire --clients 1,8 --peer faiss,hnswlib --floors 0.99", "mnist-ivfflat.csv", []ask{
		atLeast(1, "QPS: engine / hnswlib at recall 0.99"),
		atLeast(1, "QPS: session / hnswlib at recall 0.99"),
		atLeast(4500, "wire QPS at recall 0.99"),
		atMost(60, "p50 µs that the wire adds at recall 0.99"),
		atLeast(1.6, "QPS: wire by 8 clients / by one at recall 0.99"),
		atLeast(50000, "wire COPY rows/s"),
	}},
	{"hnsw", "run --dataset words --index hnsw --ef 32,64,128,256 --mode engine --peer hnswlib --runs 7 --floors 0.9", "words-hnsw.csv", hnswAsks},
	{"hnsw", "run --dataset mnist --index hnsw --ef 16,32,64,128 --mode engine --peer hnswlib --runs 7 --floors 0.99", "mnist-hnsw.csv", hnswAsks},
	{"exact", "run --dataset words --index exact --queries 100 --mode engine,wire --peer faiss --runs 3 --floors 1", "", []ask{
		atLeast(70, "wire QPS at recall 1"),
	}},
	{"exact", "run --dataset mnist --index exact --queries 100 --mode engine,wire --peer faiss --runs 3 --floors 1", "", []ask{
		atLeast(55, "wire QPS at recall 1"),
	}},
	{"roundtrip", "roundtrip --dataset words", "", []ask{
		atMost(60, "p50 µs that the wire adds to a search"),
	}},
	{"insert", "insert --dataset words --probes 32,64", "", insertAsks},
	{"insert", "insert --dataset words --probes 32,64 --shifted", "", insertAsks},
	{"insert", "insert --dataset mnist --index hnsw --ef 32,64", "", insertAsks},
	{"insert", "insert --dataset mnist --index hnsw --ef 32,64 --shifted", "", insertAsks},
	{"filter", "filter --dataset words --probes 32", "", filterAsks},
	{"filter", "filter --dataset words --index hnsw --ef 64", "", filterAsks},
	{"filter", "filter --dataset mnist --lists 256 --probes 16", "", filterAsks},
	{"delete", "delete --dataset words --probes 32,64", "", deleteAsks},
	{"delete", "delete --dataset mnist --index hnsw --ef 32,64", "", deleteAsks},
	{"restart", "restart --dataset words --probes 48", "", []ask{
		atMost(0.5, "stopped: first answer by the index s, less reading the files"),
		atMost(0.5, "killed: first answer by the index s, less reading the files"),
		atLeast(0.95, "stopped: recall"),
		atLeast(0.95, "killed: recall"),
		atLeast(0.95, "killed after COPY: recall"),
	}},
	{"scale", "scale --index ivfflat --lists 1000 --probes 16,32,64", "", []ask{
		atMost(24, "peak RSS GiB"),
		atMost(1.4, "RSS / vectors when serving"),
		atLeast(0.95, "search again: recall at 64"),
	}},
	{"scale", "scale --index ivfpq --with lists=1000,m=192,rerank_source='table' --probes 16,32,64", "", []ask{
		atMost(24, "peak RSS GiB"),
		atMost(0.15, "RSS / vectors when serving"),
		atLeast(0.9, "search again: recall at 64"),
	}},
}

var hnswAsks = []ask{
	atLeast(-0.005, "recall at equal settings: engine - hnswlib, worst"),
	atLeast(1, "QPS: engine / hnswlib at equal recall, worst"),
	atLeast(1, "QPS per CPU: engine / hnswlib at equal recall, worst"),
	atMost(0.7, "build: engine / hnswlib"),
}

var insertAsks = []ask{
	atMost(0.01, "fall of recall by doubling, worst"),
	atMost(0, "rows missing below LIMIT by doubling"),
}

var filterAsks = []ask{
	atMost(0, "conditions that fall short"),
}

var deleteAsks = []ask{
	atMost(0.01, "fall of recall by deleting half and VACUUM, against an index made anew of the rest, worst"),
	atMost(0, "rows missing below LIMIT by deleting half"),
	atMost(0, "deleted rows returned"),
	atLeast(0.5, "memory given back / deleted vectors' size"),
}

// reportVerb runs the measurements one after the other and prints a table of what
// is asked and what was measured.
func reportVerb(ctx context.Context, args []string, out *output) error {
	var topics []string
	all := make([]string, 0, len(measurements))
	for _, m := range measurements {
		if !slices.Contains(all, m.topic) {
			all = append(all, m.topic)
		}
	}
	f := flag.NewFlagSet("report", flag.ContinueOnError)
	f.Var(choices{&topics, all}, "topics", "`topics` to measure, by default all: "+strings.Join(all, ", "))
	folder := f.String("folder", "datasets", "`folder` of the datasets")
	rows := f.String("rows", "", "`folder` for the rows of the sweeps, as files that plot reads")
	table := f.String("table", "", "`file` for the table of asked and measured, in Markdown")
	quick := f.Bool("quick", false, "one run of everything, for a look")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	var verdicts []verdict
	for _, m := range measurements {
		if len(topics) > 0 && !slices.Contains(topics, m.topic) {
			continue
		}
		line := append(strings.Fields(m.args), "--folder", *folder)
		if *rows != "" && m.csv != "" {
			line = append(line, "--csv", filepath.Join(*rows, m.csv))
		}
		if *quick && line[0] == "run" {
			line = append(line, "--runs", "1")
		}
		one := &output{Writer: out}
		fmt.Fprintf(out, "# vecbench %s\n", strings.Join(line, " "))
		began := time.Now()
		err := findVerb(line[0]).run(ctx, line[1:], one)
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), printVerdicts(out, verdicts))
		}
		if err != nil {
			// What cannot be measured is missed; the others are measured still.
			fmt.Fprintf(os.Stderr, "vecbench %s: %v\n", m.args, err)
		}
		fmt.Fprintf(out, "# %.0f s\n\n", time.Since(began).Seconds())
		verdicts = append(verdicts, m.judge(one, err)...)
		// What has been measured is kept whatever happens to the rest.
		if *table != "" {
			if err := writeTable(*table, verdicts); err != nil {
				return err
			}
		}
	}
	return printVerdicts(out, verdicts)
}

// writeTable writes the verdicts and the machine on which they were reached.
func writeTable(path string, all []verdict) error {
	var b bytes.Buffer
	b.WriteString("# Asked and measured\n\nWritten by `vecbench report --table`; see [benchmarks.md](benchmarks.md).\n\n```\n")
	printMachine(&b)
	b.WriteString("```\n")
	command := ""
	for _, v := range all {
		if v.command != command {
			command = v.command
			fmt.Fprintf(&b, "\n`vecbench %s`\n\n| | asked | measured | |\n|---|---|---|---|\n", command)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.ask.finding, v.ask, v.measured, v.result())
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// verdict is a line of the report.
type verdict struct {
	command  string
	ask      ask
	measured string
	met      bool
}

func (v verdict) result() string {
	if v.met {
		return "ok"
	}
	return "MISSED"
}

func (m *measurement) judge(out *output, failed error) (all []verdict) {
	for _, a := range m.asks {
		v := verdict{command: m.args, ask: a, measured: "nothing"}
		if value, ok := out.find(a.finding); ok && failed == nil {
			v.measured, v.met = number(value), a.met(value)
		}
		all = append(all, v)
	}
	return all
}

var errMissed = errors.New("not all that is asked for was reached")

// printVerdicts prints the table, and fails if something was missed.
func printVerdicts(w io.Writer, all []verdict) (err error) {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	command := ""
	for _, v := range all {
		if v.command != command {
			command = v.command
			fmt.Fprintf(t, "%s\n", command)
		}
		if !v.met {
			err = errMissed
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", v.ask.finding, v.ask, v.measured, v.result())
	}
	return errors.Join(t.Flush(), err)
}
