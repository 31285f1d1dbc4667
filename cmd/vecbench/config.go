package main

import (
	"errors"
	"flag"
	"fmt"
	"strings"
)

// config is what to measure. Every verb has the flags of the parts that it uses.
type config struct {
	folder, dataset string
	k, queries      int

	index           string
	lists           int
	m, construction int
	with            string
	probes, ef      numbers
	parts           int
	rerank          numbers

	runs    int
	profile string

	modes, peers    []string
	python, factory string
	clients         numbers
	floors          shares
	against, refine int
	csv             string
}

// newFlags begins the flags of a verb with what all verbs have: dataset and
// index.
func (c *config) newFlags(verb string) *flag.FlagSet {
	c.probes, c.ef = numbers{16, 32, 64}, numbers{32, 64, 128}
	c.rerank = numbers{10, 20, 50}
	f := flag.NewFlagSet(verb, flag.ContinueOnError)
	f.StringVar(&c.folder, "folder", "datasets", "`folder` of the datasets")
	f.StringVar(&c.dataset, "dataset", "words", "`name` of the dataset: words (cosine), mnist, digits, or clustered-ROWSxDIMS, which is drawn with a fixed seed (all L2)")
	f.IntVar(&c.k, "k", 10, "`number` of neighbors asked for")
	f.IntVar(&c.queries, "queries", 0, "`number` of queries used; 0 is all")
	f.StringVar(&c.index, "index", "ivfflat", "`method`: "+strings.Join(methodNames(), ", "))
	f.IntVar(&c.lists, "lists", 1024, "`number` of inverted lists")
	f.IntVar(&c.m, "m", 16, "`number` of neighbors of a node in a graph")
	f.IntVar(&c.construction, "ef-construction", 128, "`number` of candidates while a graph is built")
	f.IntVar(&c.parts, "parts", 50, "`number` of parts of a code, m of ivfpq and pq")
	f.Var(&c.rerank, "rerank", "`settings` of ivfpq.rerank, for pq")
	f.StringVar(&c.with, "with", "", "`options` of CREATE INDEX in place of those that the other flags make")
	f.Var(&c.probes, "probes", "`settings` of ivfflat.probes or ivfpq.probes")
	f.Var(&c.ef, "ef", "`settings` of hnsw.ef_search")
	f.StringVar(&c.profile, "profile", "", "`file` for a CPU profile of what is measured")
	return f
}

// parse reads a command line and checks what newFlags has added.
func (c *config) parse(f *flag.FlagSet, args []string) error {
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case f.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", f.Arg(0))
	case methods[c.index] == nil:
		return fmt.Errorf("no index method %q", c.index)
	case c.k < 1:
		return errors.New("at least one neighbor is needed")
	}
	return nil
}

// runConfig is the configuration of run.
func runConfig(args []string) (*config, error) {
	c := &config{modes: []string{"engine", "session", "wire"}, clients: numbers{1}, floors: shares{0.95, 0.99}}
	f := c.newFlags("run")
	f.IntVar(&c.runs, "runs", 7, "`number` of interleaved runs")
	f.Var(choices{&c.modes, c.modes}, "mode", "`modes` to measure")
	f.Var(choices{&c.peers, []string{"faiss", "hnswlib"}}, "peer", "`peers` to measure in the same runs: faiss, hnswlib")
	f.StringVar(&c.python, "python", systemPython, "`program` that has the peers' packages")
	f.StringVar(&c.factory, "factory", "", "FAISS's index, as a factory `string`; by default what is nearest to ours")
	f.IntVar(&c.refine, "refine", 10, "vectors that FAISS measures exactly for each that is asked for, if the factory string ends in RFlat; a `number`")
	f.Var(&c.clients, "clients", "`numbers` of clients at once, for session and wire")
	f.Var(&c.floors, "floors", "`recalls` at which ratios to the peers are given")
	f.IntVar(&c.against, "against", 0, "`setting` of the peers at which ratios are given too")
	f.StringVar(&c.csv, "csv", "", "`file` to write the rows to")
	if err := c.parse(f, args); err != nil {
		return nil, err
	}
	if c.runs < 1 {
		return nil, errors.New("at least one run is needed")
	}
	return c, nil
}
