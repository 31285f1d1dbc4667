package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"text/tabwriter"
	"time"
)

// deleteVerb deletes half of the rows at random. Recall over the others is
// measured at fixed settings before the deletion over all, after it, after
// VACUUM, and with an index made anew of the others; memory at the same times.
// (Half as many vectors have their nearest farther away, in more lists: at the
// same number of probes recall over them is lower with any index.)
func deleteVerb(ctx context.Context, args []string, out *output) (err error) {
	c := new(config)
	f := c.newFlags("delete")
	settle := f.Duration("settle", 5*time.Second, "`time` that memory has to be given back after VACUUM")
	if err := c.parse(f, args); err != nil {
		return err
	}
	d, err := readDataset(c.folder, c.dataset, c.queries)
	if err != nil {
		return err
	}
	printMachine(out)
	printSubject(out, c, d)
	order := rand.New(rand.NewPCG(23, 29)).Perm(d.base.Rows())
	rest, doomed := order[:len(order)/2], order[len(order)/2:]
	gone := make([]bool, len(order))
	for _, row := range doomed {
		gone[row] = true
	}
	all, err := groundTruth(ctx, d, c.k)
	if err != nil {
		return err
	}
	left, err := nearestOf(ctx, d, rest, c.k)
	if err != nil {
		return err
	}
	b, _, err := fill(ctx, c, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.start(ctx); err != nil {
		return err
	}
	if _, _, err := b.awaitIndex(ctx, time.Now()); err != nil {
		return err
	}
	var steps []deletionStep
	step := func(name string, truth [][]int64, may func(int64) bool) error {
		asked, err := b.askAll(ctx, truth, may)
		steps = append(steps, deletionStep{name, asked, b.server.memory(), filesOf(b.dir)})
		return err
	}
	lives := func(key int64) bool { return !gone[key] }
	if err := step("before", all, nil); err != nil {
		return err
	}
	// The keys go into a table of their own, which is how many are deleted.
	if _, err := b.exec(ctx, "CREATE TABLE doomed (id bigint PRIMARY KEY)"); err != nil {
		return err
	}
	if _, err := b.copyFrom(ctx, bytes.NewReader(copyKeys(doomed)), "doomed"); err != nil {
		return err
	}
	took, used, err := b.cost(func() error {
		_, err := b.conn.Exec(ctx, "DELETE FROM items USING doomed WHERE items.id = doomed.id")
		return err
	})
	if err != nil {
		return err
	}
	if err := step("deleted", left, lives); err != nil {
		return err
	}
	vacuum, err := b.exec(ctx, "VACUUM items")
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(*settle):
	}
	if err := step("vacuumed", left, lives); err != nil {
		return err
	}
	if err := b.stop(ctx); err != nil {
		return err
	}
	anew, err := askAnew(ctx, c, d, rest, left)
	if err != nil {
		return err
	}
	printDeletion(out, c, steps, anew)
	before, deleted, vacuumed := steps[0], steps[1], steps[2]
	out.note(float64(len(doomed))/took.Seconds(), "rows/s deleted")
	out.note(float64(len(doomed))/max(used.Seconds(), 1e-9), "rows per CPU s deleted")
	out.note(vacuum.Seconds(), "VACUUM s")
	noteFall(out, "by deleting half", before.asked, deleted.asked)
	noteFall(out, "by deleting half and VACUUM", before.asked, vacuumed.asked)
	noteFall(out, "by deleting half and VACUUM, against an index made anew of the rest", anew, vacuumed.asked)
	wrong := 0
	for _, s := range steps {
		for _, a := range s.asked {
			wrong += a.wrong
		}
	}
	out.note(float64(wrong), "deleted rows returned")
	raw := float64(len(doomed) * d.base.Dims * 4)
	out.note(float64(before.memory.resident-vacuumed.memory.resident)/raw, "memory given back / deleted vectors' size")
	out.note(float64(vacuumed.memory.resident)/float64(before.memory.resident), "RSS after VACUUM / before deleting")
	out.printFindings()
	return nil
}

// deletionStep is what was measured at one time.
type deletionStep struct {
	name   string
	asked  []asked
	memory memory
	files  int64
}

func printDeletion(out *output, c *config, steps []deletionStep, anew []asked) {
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "\tRSS MiB\tanonymous\tfiles MiB\t")
	for _, setting := range c.settings() {
		fmt.Fprintf(t, "recall at %d\tQPS\t", setting)
	}
	fmt.Fprintln(t)
	for _, s := range steps {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t", s.name, s.memory.resident>>20, s.memory.anonymous>>20, s.files>>20)
		for _, a := range s.asked {
			fmt.Fprintf(t, "%.4f\t%.0f\t", a.recall, a.qps)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprint(t, "index made anew\t\t\t\t")
	for _, a := range anew {
		fmt.Fprintf(t, "%.4f\t%.0f\t", a.recall, a.qps)
	}
	fmt.Fprintln(t)
	t.Flush()
	fmt.Fprintln(out)
}

// copyKeys is a stream of COPY for a table of keys.
func copyKeys(keys []int) []byte {
	b := copyHeader(nil)
	for _, key := range slices.Sorted(slices.Values(keys)) {
		b = binary.BigEndian.AppendUint16(b, 1)
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(key))
	}
	return copyTrailer(b)
}
