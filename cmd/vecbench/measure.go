package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// runVerb measures what the arguments say and prints it.
func runVerb(ctx context.Context, args []string, out *output) (err error) {
	c, err := runConfig(args)
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
	printSubject(out, c, data)
	subjects, closeAll, err := assemble(ctx, c, data, truth)
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
	noteRun(out, c, subjects, series)
	out.printFindings()
	if c.csv == "" {
		return nil
	}
	return writeCSV(c.csv, c, series)
}

// assemble makes the subjects. closeAll is to be called whatever the error.
func assemble(ctx context.Context, c *config, d *dataset, truth [][]int64) (all []subject, closeAll func() error, err error) {
	var filled *bed
	closeAll = func() error {
		var errs []error
		for _, s := range all {
			errs = append(errs, s.close())
		}
		if filled != nil {
			errs = append(errs, filled.close())
		}
		return errors.Join(errs...)
	}
	// add takes care that no nil pointer becomes a subject.
	add := func(s subject, failed error) {
		if err == nil && failed == nil {
			all = append(all, s)
		}
		err = errors.Join(err, failed)
	}
	session, wire := slices.Contains(c.modes, "session"), slices.Contains(c.modes, "wire")
	var known facts
	if session || wire {
		if filled, known, err = fill(ctx, c, d); err != nil {
			return all, closeAll, err
		}
	}
	if slices.Contains(c.modes, "engine") {
		e, failed := newEngine(ctx, c, d, truth)
		add(e, failed)
	}
	if session && err == nil {
		// A directory has one server: this one gets a copy.
		dir := filepath.Join(filled.root, "session")
		if err = os.CopyFS(dir, os.DirFS(filled.dir)); err != nil {
			return all, closeAll, err
		}
		s, failed := newInSession(ctx, c, d, truth, dir, known)
		add(s, failed)
	}
	if wire && err == nil {
		w, failed := newOverWire(ctx, filled, truth, known)
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
