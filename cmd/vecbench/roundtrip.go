package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"

	"voronoi/internal/oracle"
)

// roundtripVerb measures what the wire adds to a search: the median of a prepared
// statement's time by pgx less the median of the same in a session without a
// wire. A machine that has fallen asleep while it waited adds to that whatever
// the server does, so the same is measured with PostgreSQL: a statement that
// gives as many rows and is made to take its executor as long as our session
// takes. All take turns.
func roundtripVerb(ctx context.Context, args []string, out *output) (err error) {
	c := &config{modes: []string{"session", "wire"}, clients: numbers{1}}
	f := c.newFlags("roundtrip")
	c.probes, c.ef = numbers{48}, numbers{64}
	f.IntVar(&c.runs, "runs", 9, "`number` of interleaved runs")
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
	subjects, closeAll, err := assemble(ctx, c, d, truth)
	defer func() { err = errors.Join(err, closeAll()) }()
	if err != nil {
		return err
	}
	session, wire := subjects[0].(*inSession), subjects[1].(*overWire)
	setting := c.settings()[0]
	inside, err := session.open(ctx, point{setting, 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inside.close()) }()
	outside, err := openWire(ctx, c, d, wire.server.address, setting)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, outside.close()) }()
	postgres, err := oracle.Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, postgres.Stop()) }()
	theirs, err := pgx.Connect(ctx, postgres.DSN())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, theirs.Close(ctx)) }()
	n := d.query.Rows()
	search := func(s searcher) func(int) error {
		var keys []int64
		return func(i int) (err error) {
			keys, err = s.search(ctx, i, keys[:0])
			return err
		}
	}
	inSession, err := medianTime(n, search(inside))
	if err != nil {
		return err
	}
	steps, executor, err := calibrate(ctx, theirs, c.k, inSession)
	if err != nil {
		return err
	}
	if _, err := theirs.Prepare(ctx, "work", workOf(c.k, steps)); err != nil {
		return err
	}
	one := func(conn *pgx.Conn) func(int) error {
		return func(int) error { return drain(conn.Query(ctx, "SELECT 1::bigint")) }
	}
	turns := []*roundTrips{
		{name: "session, search", ask: search(inside)},
		{name: "wire, search", ask: search(outside)},
		{name: "wire, SELECT 1", ask: one(wire.conn)},
		{name: "PostgreSQL, SELECT 1", ask: one(theirs)},
		{name: "PostgreSQL, as long as a search", ask: func(int) error { return drain(theirs.Query(ctx, "work")) }},
	}
	order := slices.Clone(turns)
	for range c.runs {
		for _, t := range order {
			p50, err := medianTime(n, t.ask)
			if err != nil {
				return err
			}
			t.times = append(t.times, microseconds(p50))
		}
		slices.Reverse(order)
	}
	var ours, his []float64
	for run := range c.runs {
		ours = append(ours, turns[1].times[run]-turns[0].times[run])
		his = append(his, turns[4].times[run]-microseconds(executor))
	}
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\tp50 µs\tleast\tmost\t")
	for _, turn := range turns {
		fmt.Fprintf(t, "%s\t%.0f\t%.0f\t%.0f\t\n", turn.name, middle(turn.times), turn.times[0], turn.times[len(turn.times)-1])
	}
	fmt.Fprintf(t, "PostgreSQL's executor alone\t%.0f\t\t\t\n", microseconds(executor))
	t.Flush()
	fmt.Fprintln(out)
	out.note(middle(ours), "p50 µs that the wire adds to a search")
	out.note(middle(his), "p50 µs that the wire adds to PostgreSQL's executor")
	out.note(middle(turns[2].times)/middle(turns[3].times), "SELECT 1: ours / PostgreSQL's")
	out.printFindings()
	return nil
}

// roundTrips are the medians of one kind of query, run by run.
type roundTrips struct {
	name  string
	ask   func(i int) error
	times []float64
}

// medianTime asks n times.
func medianTime(n int, ask func(i int) error) (time.Duration, error) {
	times := make([]time.Duration, n)
	for i := range times {
		began := time.Now()
		if err := ask(i); err != nil {
			return 0, err
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

func drain(rows pgx.Rows, err error) error {
	if err != nil {
		return err
	}
	var number int64
	_, err = pgx.ForEachRow(rows, []any{&number}, func() error { return nil })
	return err
}

// workOf is a statement of so many rows and steps.
func workOf(rows, steps int) string {
	return fmt.Sprintf("SELECT s.i + 0 * w.n FROM generate_series(1::bigint, %d) s(i), (SELECT count(*) n FROM generate_series(1, %d)) w", rows, steps)
}

// calibrate finds how many steps take PostgreSQL's executor as long as want, by
// its own clock.
func calibrate(ctx context.Context, conn *pgx.Conn, rows int, want time.Duration) (steps int, got time.Duration, err error) {
	measure := func() (time.Duration, error) {
		var times []time.Duration
		for range 200 {
			var text string
			if err := conn.QueryRow(ctx, "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+workOf(rows, steps)).Scan(&text); err != nil {
				return 0, err
			}
			var plan []struct {
				Milliseconds float64 `json:"Execution Time"`
			}
			if err := json.Unmarshal([]byte(text), &plan); err != nil || len(plan) == 0 {
				return 0, errors.Join(errors.New("EXPLAIN gave no time"), err)
			}
			times = append(times, time.Duration(plan[0].Milliseconds*float64(time.Millisecond)))
		}
		slices.Sort(times)
		return times[len(times)/2], nil
	}
	steps = 1000
	for range 4 {
		if got, err = measure(); err != nil {
			return 0, 0, err
		}
		steps = max(int(float64(steps)*float64(want)/float64(max(got, time.Microsecond))), 1)
	}
	got, err = measure()
	return steps, got, err
}
