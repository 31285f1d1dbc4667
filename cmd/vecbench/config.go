package main

import (
	"flag"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// config is what to measure.
type config struct {
	folder, dataset string
	k, queries      int

	index           string
	lists           int
	m, construction int
	probes, ef      []int

	modes, peers []string
	clients      []int
	runs         int
	floors       []float64

	csv, profile string
}

func parseConfig(args []string) (config, error) {
	var c config
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.StringVar(&c.folder, "folder", "datasets", "`folder` of the datasets")
	f.StringVar(&c.dataset, "dataset", "words", "`name` of the dataset: words (cosine) or mnist (L2)")
	f.IntVar(&c.k, "k", 10, "`number` of neighbors asked for")
	f.IntVar(&c.queries, "queries", 0, "`number` of queries used; 0 is all")
	f.StringVar(&c.index, "index", "ivfflat", "`method`: ivfflat, hnsw or exact")
	f.IntVar(&c.lists, "lists", 1024, "`number` of inverted lists")
	f.IntVar(&c.m, "m", 16, "`number` of neighbors of a node in a graph")
	f.IntVar(&c.construction, "ef-construction", 128, "`number` of candidates while a graph is built")
	f.IntVar(&c.runs, "runs", 7, "`number` of interleaved runs")
	f.StringVar(&c.csv, "csv", "", "`file` to write the rows to")
	f.StringVar(&c.profile, "profile", "", "`file` for a CPU profile: of the server in mode wire, else of this process; that of COPY and the build goes to file.fill")
	modes := f.String("mode", "engine,session,wire", "`modes` to measure")
	peers := f.String("peer", "", "`peers` to measure in the same runs: faiss, hnswlib")
	clients := f.String("clients", "1", "`numbers` of clients at once, for session and wire")
	probes := f.String("probes", "16,32,64", "`settings` of ivfflat.probes")
	ef := f.String("ef", "32,64,128", "`settings` of hnsw.ef_search")
	floors := f.String("floors", "0.95,0.99", "`recalls` at which ratios to the peers are given")
	if err := f.Parse(args); err != nil {
		return c, err
	}
	c.modes, c.peers = names(*modes), names(*peers)
	var err error
	for _, list := range []struct {
		to   *[]int
		text string
	}{{&c.clients, *clients}, {&c.probes, *probes}, {&c.ef, *ef}} {
		for _, s := range names(list.text) {
			n, bad := strconv.Atoi(s)
			if bad != nil || n < 1 {
				err = fmt.Errorf("%q is no number above 0", s)
			}
			*list.to = append(*list.to, n)
		}
	}
	for _, s := range names(*floors) {
		x, bad := strconv.ParseFloat(s, 64)
		if bad != nil {
			err = fmt.Errorf("%q is no recall", s)
		}
		c.floors = append(c.floors, x)
	}
	switch {
	case err != nil:
	case f.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", f.Arg(0))
	case !slices.Contains([]string{"ivfflat", "hnsw", "exact"}, c.index):
		err = fmt.Errorf("no index method %q", c.index)
	case c.runs < 1 || c.k < 1:
		err = fmt.Errorf("at least one run and one neighbor are needed")
	}
	return c, err
}

// settings are the values that the index's setting takes in turn; an exact
// search has none, which is one.
func (c *config) settings() []int {
	switch c.index {
	case "ivfflat":
		return c.probes
	case "hnsw":
		return c.ef
	}
	return []int{0}
}

// names splits a list at its commas.
func names(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}
