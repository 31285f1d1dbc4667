package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// runVerb measures what the arguments say and prints it.
func runVerb(ctx context.Context, args []string, out io.Writer) (err error) {
	c, err := parseConfig(args)
	if err != nil {
		return err
	}
	data, err := readDataset(c.folder, c.dataset, c.queries)
	if err != nil {
		return err
	}
	truth, err := groundTruth(ctx, data, c.k)
	if err != nil {
		return err
	}
	printMachine(out)
	fmt.Fprintf(out, "dataset   %s: %d x %d, %s; %d queries, k = %d; index %s; %d runs\n", data.name, data.base.Rows(), data.base.Dims,
		data.metric, data.query.Rows(), c.k, c.describeIndex(), c.runs)
	subjects, closeAll, err := assemble(ctx, &c, data, truth)
	defer func() { err = errors.Join(err, closeAll()) }()
	if err != nil {
		return err
	}
	stop := func() {}
	if !slices.Contains(c.modes, "wire") {
		if stop, err = startProfile(c.profile); err != nil {
			return err
		}
	}
	series, err := sweep(ctx, subjects, c.runs)
	stop()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "load      %s at the end\n\n", load())
	printFacts(out, subjects)
	printSeries(out, series)
	printRatios(out, &c, subjects, series)
	if c.csv == "" {
		return nil
	}
	return writeCSV(c.csv, &c, series)
}

// assemble makes the subjects. closeAll is to be called whatever the error.
func assemble(ctx context.Context, c *config, d *dataset, truth [][]int64) (all []subject, closeAll func() error, err error) {
	dir, err := os.MkdirTemp("", "vecbench-")
	closeAll = func() error {
		var errs []error
		for _, s := range all {
			errs = append(errs, s.close())
		}
		return errors.Join(append(errs, os.RemoveAll(dir))...)
	}
	if err != nil {
		return nil, closeAll, err
	}
	// add takes care that no nil pointer becomes a subject.
	add := func(s subject, failed error) {
		if err == nil && failed == nil {
			all = append(all, s)
		}
		err = errors.Join(err, failed)
	}
	inProcess, overNetwork := filepath.Join(dir, "session"), filepath.Join(dir, "wire")
	session, wire := slices.Contains(c.modes, "session"), slices.Contains(c.modes, "wire")
	var known facts
	if session || wire {
		if known, err = fill(ctx, c, d, overNetwork); err != nil {
			return all, closeAll, err
		}
		// A directory has one server: the other one gets a copy.
		if err = os.CopyFS(inProcess, os.DirFS(overNetwork)); err != nil {
			return all, closeAll, err
		}
	}
	if slices.Contains(c.modes, "engine") && err == nil {
		e, failed := newEngine(ctx, c, d, truth)
		add(e, failed)
	}
	if session && err == nil {
		s, failed := newInSession(ctx, c, d, truth, inProcess, known)
		add(s, failed)
	}
	if wire && err == nil {
		w, failed := newOverWire(ctx, c, d, truth, overNetwork, known)
		add(w, failed)
	}
	for _, name := range c.peers {
		if err == nil {
			p, failed := newPeer(c, d, truth, name)
			add(p, failed)
		}
	}
	return all, closeAll, err
}

// describeIndex is the index with its options.
func (c *config) describeIndex() string {
	switch c.index {
	case "ivfflat":
		return fmt.Sprintf("ivfflat (lists = %d)", c.lists)
	case "hnsw":
		return fmt.Sprintf("hnsw (m = %d, ef_construction = %d)", c.m, c.construction)
	}
	return "none"
}
