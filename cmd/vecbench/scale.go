package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// scaleVerb does with a drawn set, which never is in this process's memory as a
// whole, what a large table goes through: COPY, CREATE INDEX, searches, a stop
// and a start. It prints the time and the server's memory of each.
func scaleVerb(ctx context.Context, args []string, out *output) (err error) {
	c := new(config)
	f := c.newFlags("scale")
	f.Lookup("dataset").DefValue = "clustered-1000000x768"
	c.dataset = "clustered-1000000x768"
	c.queries = 100
	if err := c.parse(f, args); err != nil {
		return err
	}
	drawn, ok, err := parseClustered(c.dataset)
	if err != nil || !ok {
		return errors.Join(err, fmt.Errorf("scale is for drawn datasets, not for %q", c.dataset))
	}
	n := min(max(c.queries, 1), clusteredQueries)
	d := &dataset{name: c.dataset, folder: c.folder, query: drawn.matrix(drawn.rows, drawn.rows+n), made: true}
	d.base.Dims = drawn.dims
	printMachine(out)
	fmt.Fprintf(out, "dataset   %s, %s; %d queries, k = %d; index %s\n", d.name, d.metric, n, c.k, c.describeIndex())
	truth, err := nearestDrawn(ctx, drawn, d.query, c.k)
	if err != nil {
		return err
	}
	b, err := newBed(ctx, c, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	s := &scaled{bed: b, out: out, raw: float64(drawn.rows) * float64(drawn.dims) * 4}
	fmt.Fprintf(out, "%14s %8s %8s %14s %9s %10s %10s %10s\n", "", "s", "CPU s", "peak RSS MiB", "RSS MiB", "anonymous", "/ vectors", "files MiB")
	if err = s.run(ctx, drawn, truth); err != nil {
		return err
	}
	fmt.Fprintln(out)
	out.printFindings()
	return nil
}

// scaled is the state of scaleVerb.
type scaled struct {
	*bed
	out  *output
	raw  float64 // bytes of the vectors
	peak int64   // of all steps so far
}

// step does something and prints a row about it.
func (s *scaled) step(name string, do func() error) error {
	s.server.resetPeak()
	took, used, err := s.cost(do)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	m := s.server.memory()
	s.peak = max(s.peak, m.peak)
	fmt.Fprintf(s.out, "%14s %8.1f %8.1f %14d %9d %10d %10.3f %10d\n", name, took.Seconds(), used.Seconds(), m.peak>>20, m.resident>>20, m.anonymous>>20,
		float64(m.resident)/s.raw, filesOf(s.dir)>>20)
	s.out.note(took.Seconds(), "%s s", name)
	return nil
}

func (s *scaled) run(ctx context.Context, drawn *clustered, truth [][]int64) error {
	var rows copied
	err := s.step("COPY", func() (err error) {
		rows, err = s.copyFrom(ctx, drawn.stream(), "items")
		return err
	})
	if err != nil {
		return err
	}
	s.out.note(rows.rate, "COPY rows/s")
	s.out.note(rows.perCPU, "COPY rows per CPU s")
	if err = s.step("build", func() error { _, _, err := s.index(ctx); return err }); err != nil {
		return err
	}
	if err = s.search(ctx, "search", truth); err != nil {
		return err
	}
	if err = s.step("stop and start", func() error {
		stopping := time.Now()
		if err := s.stop(ctx); err != nil {
			return err
		}
		s.out.note(time.Since(stopping).Seconds(), "stop s")
		reading, err := readFiles(s.dir)
		if err != nil {
			return err
		}
		s.out.note(reading.Seconds(), "reading the files s")
		began := time.Now()
		if err := s.start(ctx); err != nil {
			return err
		}
		first, indexed, err := s.awaitIndex(ctx, began)
		s.out.note(first.Seconds(), "first answer s")
		s.out.note(indexed.Seconds(), "first answer by the index s")
		return err
	}); err != nil {
		return err
	}
	if err = s.search(ctx, "search again", truth); err != nil {
		return err
	}
	s.out.note(float64(s.server.memory().resident)/s.raw, "RSS / vectors when serving")
	s.out.note(float64(s.peak)/(1<<30), "peak RSS GiB")
	s.out.note(float64(s.peak)/s.raw, "peak RSS / vectors")
	return nil
}

func (s *scaled) search(ctx context.Context, name string, truth [][]int64) error {
	var answers []asked
	err := s.step(name, func() (err error) {
		if _, _, err = s.awaitIndex(ctx, time.Now()); err == nil {
			answers, err = s.askAll(ctx, truth, nil)
		}
		return err
	})
	for i, a := range answers {
		s.out.note(a.recall, "%s: recall at %d", name, s.config.settings()[i])
		s.out.note(a.qps, "%s: QPS at %d", name, s.config.settings()[i])
	}
	return err
}

// stream is COPY's data, drawn while it is read.
func (c *clustered) stream() io.Reader {
	const block = 512
	r, w := io.Pipe()
	go func() {
		buffer := copyHeader(nil)
		v := make([]float32, c.dims)
		for i := range c.rows {
			c.draw(i, v)
			buffer = copyTuple(buffer, int64(i), v)
			if i%block == block-1 {
				if _, err := w.Write(buffer); err != nil {
					return // nobody reads any more
				}
				buffer = buffer[:0]
			}
		}
		_, err := w.Write(copyTrailer(buffer))
		_ = w.CloseWithError(err)
	}()
	return r
}
