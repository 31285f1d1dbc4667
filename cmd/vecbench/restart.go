package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// restartVerb ends a server in several ways and measures the time from the start
// of the next one to its first answer and to its first answer by the index.
func restartVerb(ctx context.Context, args []string, out *output) (err error) {
	c := new(config)
	f := c.newFlags("restart")
	f.IntVar(&c.runs, "runs", 3, "`number` of restarts of each kind, of which the median counts")
	late := f.Float64("late", 0.01, "`part` of the rows that is copied just before the server is killed")
	if err := c.parse(f, args); err != nil {
		return err
	}
	d, err := readDataset(c.folder, c.dataset, c.queries)
	if err != nil {
		return err
	}
	truth, err := groundTruth(ctx, d, c.k)
	if err != nil {
		return err
	}
	printMachine(out)
	printSubject(out, c, d)
	b, err := newBed(ctx, c, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	n := d.base.Rows()
	held := max(int(*late*float64(n)), 1)
	if _, err := b.copy(ctx, rowsFrom(held, n)); err != nil {
		return err
	}
	if _, _, err := b.index(ctx); err != nil {
		return err
	}
	if _, _, err := b.awaitIndex(ctx, time.Now()); err != nil {
		return err
	}
	fmt.Fprintf(out, "%18s %9s %10s %15s %15s %15s %6s %8s %8s\n", "", "ending s", "files MiB", "reading them s", "first answer s", "by the index s", "CPU s", "recall", "RSS MiB")
	restarts := func(name string, runs int, end func() error) error {
		var all []restarted
		for range runs {
			r, err := b.restart(ctx, end, truth)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		slices.SortFunc(all, func(x, y restarted) int { return int(x.indexed - y.indexed) })
		r := all[(len(all)-1)/2]
		fmt.Fprintf(out, "%18s %9.2f %10d %15.3f %15.3f %15.3f %6.2f %8.4f %8d\n", name, r.ending.Seconds(), r.files>>20, r.reading.Seconds(),
			r.first.Seconds(), r.indexed.Seconds(), r.used.Seconds(), r.recall, r.memory.resident>>20)
		out.note(r.first.Seconds(), "%s: first answer s", name)
		out.note(r.indexed.Seconds(), "%s: first answer by the index s", name)
		out.note(r.used.Seconds(), "%s: CPU s until then", name)
		out.note((r.indexed - r.reading).Seconds(), "%s: first answer by the index s, less reading the files", name)
		out.note(r.recall, "%s: recall", name)
		return nil
	}
	stop := func() error { return b.stop(ctx) }
	kill := func() error { b.kill(); return nil }
	insert := func() error {
		_, err := b.copy(ctx, rowsFrom(0, held))
		b.kill()
		return err
	}
	err = restarts("stopped", c.runs, stop)
	if err == nil {
		err = restarts("killed", c.runs, kill)
	}
	if err == nil {
		err = restarts("killed after COPY", 1, insert)
	}
	fmt.Fprintln(out)
	out.printFindings()
	return err
}

// restarted is what one restart took.
type restarted struct {
	ending, reading, first, indexed time.Duration
	used                            time.Duration // by the server until the index answered
	files                           int64
	recall                          float64 // over all vectors, those that were held back until the last restart included
	memory                          memory
}

func (b *bed) restart(ctx context.Context, end func() error, truth [][]int64) (r restarted, err error) {
	began := time.Now()
	if err = end(); err != nil {
		return r, err
	}
	r.ending, r.files = time.Since(began), filesOf(b.dir)
	if r.reading, err = readFiles(b.dir); err != nil {
		return r, err
	}
	began = time.Now()
	if err = b.start(ctx); err != nil {
		return r, err
	}
	if r.first, r.indexed, err = b.awaitIndex(ctx, began); err != nil {
		return r, err
	}
	r.used = b.server.processorTime()
	settings := b.config.settings()
	a, err := b.ask(ctx, settings[len(settings)-1], truth, nil)
	r.recall, r.memory = a.recall, b.server.memory()
	return r, err
}
