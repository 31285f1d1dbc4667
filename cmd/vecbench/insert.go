package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"text/tabwriter"
	"time"

	"voronoi/vectorops"
)

// insertVerb begins with a table of half the vectors and an index on it, and
// copies the other half. Recall at fixed settings is measured over the half, over
// the whole that has grown, and over the whole indexed anew.
func insertVerb(ctx context.Context, args []string, out *output) (err error) {
	c := new(config)
	f := c.newFlags("insert")
	shifted := f.Bool("shifted", false, "the other half is of other clusters, not drawn evenly")
	if err := c.parse(f, args); err != nil {
		return err
	}
	d, err := readDataset(c.folder, c.dataset, c.queries)
	if err != nil {
		return err
	}
	first, second, err := halves(ctx, d, *shifted)
	if err != nil {
		return err
	}
	printMachine(out)
	printSubject(out, c, d)
	all, err := groundTruth(ctx, d, c.k)
	if err != nil {
		return err
	}
	half, err := nearestOf(ctx, d, first, c.k)
	if err != nil {
		return err
	}
	grown, err := newBed(ctx, c, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, grown.close()) }()
	bare, err := grown.copy(ctx, first)
	if err != nil {
		return err
	}
	if _, _, err := grown.index(ctx); err != nil {
		return err
	}
	if _, _, err := grown.awaitIndex(ctx, time.Now()); err != nil {
		return err
	}
	before, err := grown.askAll(ctx, half, nil)
	if err != nil {
		return err
	}
	indexed, err := grown.copy(ctx, second)
	if err != nil {
		return err
	}
	after, err := grown.askAll(ctx, all, nil)
	if err != nil {
		return err
	}
	if err := grown.stop(ctx); err != nil {
		return err
	}
	anew, err := askAnew(ctx, c, d, rowsFrom(0, d.base.Rows()), all)
	if err != nil {
		return err
	}
	printGrowth(out, c, before, after, anew)
	out.note(bare.rate, "rows/s into a table without index")
	out.note(bare.perCPU, "rows per CPU s into a table without index")
	out.note(indexed.rate, "rows/s into a table with the index")
	out.note(indexed.perCPU, "rows per CPU s into a table with the index")
	noteFall(out, "by doubling", before, after)
	noteFall(out, "against an index made anew", anew, after)
	out.printFindings()
	return nil
}

// askAnew asks at every setting a server that has just been given some rows.
func askAnew(ctx context.Context, c *config, d *dataset, rows []int, truth [][]int64) (answers []asked, err error) {
	unprofiled := *c
	unprofiled.profile = ""
	fresh, _, err := fillWith(ctx, &unprofiled, d, rows)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, fresh.close()) }()
	if err := fresh.start(ctx); err != nil {
		return nil, err
	}
	if _, _, err := fresh.awaitIndex(ctx, time.Now()); err != nil {
		return nil, err
	}
	return fresh.askAll(ctx, truth, nil)
}

// halves divides the rows, in an order that is drawn: evenly, or so that no
// cluster is in both.
func halves(ctx context.Context, d *dataset, shifted bool) (first, second []int, err error) {
	const clusters = 64
	rng := rand.New(rand.NewPCG(17, 19))
	order := rng.Perm(d.base.Rows())
	if !shifted {
		return order[:len(order)/2], order[len(order)/2:], nil
	}
	found, err := vectorops.KMeans(ctx, d.base, vectorops.KMeansOptions{K: clusters, Seed: 1, Spherical: d.metric == vectorops.Cosine})
	if err != nil {
		return nil, nil, err
	}
	assignment := found.Assignment
	size := make([]int, clusters)
	for _, cluster := range assignment {
		size[cluster]++
	}
	// Clusters in a drawn order go to the first half until that is full.
	early, n := make([]bool, clusters), 0
	for _, cluster := range rng.Perm(clusters) {
		if n < len(order)/2 {
			early[cluster] = true
			n += size[cluster]
		}
	}
	for _, row := range order {
		if early[assignment[row]] {
			first = append(first, row)
		} else {
			second = append(second, row)
		}
	}
	return first, second, nil
}

func printGrowth(out *output, c *config, before, after, anew []asked) {
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "setting\trecall of half\tdoubled\tmade anew\tQPS of half\tdoubled\tmade anew\t")
	for i, setting := range c.settings() {
		fmt.Fprintf(t, "%d\t%.4f\t%.4f\t%.4f\t%.0f\t%.0f\t%.0f\t\n", setting,
			before[i].recall, after[i].recall, anew[i].recall, before[i].qps, after[i].qps, anew[i].qps)
	}
	t.Flush()
	fmt.Fprintln(out)
}

// noteFall notes how much recall has fallen at a setting, at most, and how many
// rows were missing.
func noteFall(out *output, why string, before, after []asked) {
	falls, missing := make([]float64, len(before)), 0
	for i := range before {
		falls[i] = before[i].recall - after[i].recall
		missing += after[i].missing
	}
	out.note(slices.Max(falls), "fall of recall %s, worst", why)
	out.note(float64(missing), "rows missing below LIMIT %s", why)
}
