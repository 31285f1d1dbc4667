package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"voronoi/exec"
	"voronoi/exec/index"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/vectorops"
)

// filterVerb measures searches beside a WHERE: for each share of rows that pass,
// recall and rate against those of the same search without a WHERE, and against
// an exact search of the rows that pass: what it takes to select them (unless
// the condition is the same again, when they could be known), to measure their
// vectors, and to answer a query. Rates are per second of processor time, so that
// other work on the machine does not count.
//
// A condition is a window of ranks, column >= lo AND column < hi. Ranks of apart
// have nothing to do with the vectors; along numbers the rows by their distance
// to one of them, so that the rows of a window lie together and mostly far from
// the query. The same columns exist with a btree index. A condition is the same
// for all queries, or a new one for each (fresh), so that nothing can be kept.
func filterVerb(ctx context.Context, args []string, out *output) (err error) {
	c := new(filterConfig)
	f := c.newFlags("filter")
	f.IntVar(&c.runs, "runs", 3, "`number` of interleaved runs, of which the median counts")
	c.queries, c.probes, c.ef = 100, numbers{32}, numbers{64}
	c.shares = shares{0.0001, 0.001, 0.01, 0.1, 0.5, 0.9}
	c.columns = filterColumns
	f.Var(&c.shares, "shares", "`parts` of the rows that pass")
	f.Var(choices{&c.columns, filterColumns}, "columns", "`columns` to filter by")
	if err := c.parse(f, args); err != nil {
		return err
	}
	d, err := readDataset(c.folder, c.dataset, c.queries)
	if err != nil {
		return err
	}
	printMachine(out)
	printSubject(out, &c.config, d)
	b, err := newFilterBench(ctx, &c.config, d)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	return b.run(ctx, c, out)
}

// filterConfig is a config with what only filters have.
type filterConfig struct {
	config
	shares  shares
	columns []string
}

var filterColumns = []string{"apart", "along", "apart_indexed", "along_indexed"}

// filterBench is a server with the table, and the same vectors at hand.
type filterBench struct {
	config *config
	data   *dataset
	dir    string
	table  *index.Table
	apart  []int // rows in order of the rank in apart
	along  []int
	server *exec.Server
}

func newFilterBench(ctx context.Context, c *config, d *dataset) (b *filterBench, err error) {
	b = &filterBench{config: c, data: d}
	if b.table, err = tableOf(d); err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(3, 5))
	n := d.base.Rows()
	b.apart, b.along = rng.Perm(n), make([]int, n)
	center, distance := d.base.Row(rng.IntN(n)), make([]float64, n)
	for i := range n {
		b.along[i], distance[i] = i, d.metric.Distance(center, d.base.Row(i))
	}
	slices.SortFunc(b.along, func(x, y int) int { return cmp.Compare(distance[x], distance[y]) })
	if b.dir, err = os.MkdirTemp("", "vecbench-"); err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "data")
	if err = b.fill(ctx, dir); err == nil {
		b.server, err = exec.Open(ctx, exec.Options{Dir: dir})
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// fill loads the table and builds its indexes.
func (b *filterBench) fill(ctx context.Context, dir string) (err error) {
	server, err := startServer(dir, "")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	conn, err := connect(ctx, server.address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	ranks := func(order []int) []int64 {
		list := make([]int64, len(order))
		for rank, row := range order {
			list[row] = int64(rank)
		}
		return list
	}
	apart, along := ranks(b.apart), ranks(b.along)
	create := fmt.Sprintf("CREATE TABLE items (id bigint, %s bigint, embedding vector(%d))", strings.Join(filterColumns, " bigint, "), b.data.base.Dims)
	if _, err = conn.Exec(ctx, create); err != nil {
		return err
	}
	stream := bytes.NewReader(copyStream(b.data, apart, along, apart, along))
	if _, err = conn.PgConn().CopyFrom(ctx, stream, "COPY items FROM STDIN (FORMAT binary)"); err != nil {
		return err
	}
	for _, sql := range []string{fmt.Sprintf("CREATE TABLE few AS SELECT id, embedding FROM items WHERE id < %d", b.config.k), "CREATE INDEX ON items (apart_indexed)", "CREATE INDEX ON items (along_indexed)", createIndex(b.config, b.data.metric), "ANALYZE items"} {
		if _, err = conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (b *filterBench) close() error {
	var err error
	if b.server != nil {
		err = b.server.Close()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// condition is a column, and for each query the window that it asks for.
type condition struct {
	column string
	share  float64
	fresh  bool
	low    []int // of each query
	width  int
	truth  [][]int64
}

// condition makes windows; other runs have others, or they would be known.
func (b *filterBench) condition(column string, share float64, fresh bool, run int) *condition {
	n := b.data.base.Rows()
	x := &condition{column: column, share: share, fresh: fresh, width: max(int(share*float64(n)), 1), low: make([]int, b.data.query.Rows())}
	rng := rand.New(rand.NewPCG(uint64(x.width), uint64(run)))
	at := rng.IntN(n - x.width + 1)
	for i := range x.low {
		if fresh {
			at = rng.IntN(n - x.width + 1)
		}
		x.low[i] = at
	}
	return x
}

// survivors are the rows that pass for a query.
func (b *filterBench) survivors(x *condition, i int) []int {
	order := b.apart
	if strings.HasPrefix(x.column, "along") {
		order = b.along
	}
	return order[x.low[i] : x.low[i]+x.width]
}

// find measures all survivors of a query.
func (b *filterBench) find(survivors []int, query []float32, slots []index.Slot, nearest *vectorops.TopK) []index.Slot {
	const block = 4096
	view := b.table.View()
	measure := index.NewMeasure(b.data.metric, &view, query)
	nearest.Reset(b.config.k)
	for len(survivors) > 0 {
		part := survivors[:min(block, len(survivors))]
		survivors = survivors[len(part):]
		slots = slots[:0]
		for _, row := range part {
			slots = append(slots, index.Slot(row))
		}
		for j, rank := range measure.Slots(&view, slots) {
			if !nearest.Full() || rank <= nearest.Last().Rank {
				nearest.Push(vectorops.Candidate{Rank: rank, Key: int64(slots[j])})
			}
		}
	}
	return slots
}

// findAll is the truth, and how fast measuring survivors is.
func (b *filterBench) findAll(ctx context.Context, x *condition) (perQuery time.Duration, err error) {
	var nearest vectorops.TopK
	var slots []index.Slot
	x.truth = make([][]int64, len(x.low))
	sorted := make([][]int, len(x.low))
	for i := range x.low {
		// A set of keys gives them in order, which is how memory is read best.
		if i == 0 || x.low[i] != x.low[i-1] {
			sorted[i] = slices.Sorted(slices.Values(b.survivors(x, i)))
		} else {
			sorted[i] = sorted[i-1]
		}
	}
	began := processorTime()
	for i := range x.low {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		slots = b.find(sorted[i], b.data.query.Row(i), slots, &nearest)
		for _, c := range nearest.Sorted() {
			x.truth[i] = append(x.truth[i], c.Key)
		}
	}
	return (processorTime() - began) / time.Duration(len(x.low)), nil
}

// filterRow is one line of the report.
type filterRow struct {
	x                        *condition
	recall, unfilteredRecall float64
	missing                  int       // rows that LIMIT was not filled by
	filtered, unfiltered     []float64 // seconds of a query, of each run
	// What searching the survivors exactly takes: to find and to measure them,
	// and a search of a table that has no more rows than are asked for.
	found, measured, few []float64
	explain              string
}

func (b *filterBench) run(ctx context.Context, c *filterConfig, out *output) error {
	session, err := b.connect(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	truth, err := groundTruth(ctx, b.data, c.k)
	if err != nil {
		return err
	}
	order := operators[b.data.metric] + " $1"
	if err := session.prepare(ctx, "plain", fmt.Sprintf("SELECT id FROM items ORDER BY embedding %s LIMIT %d", order, c.k)); err != nil {
		return err
	}
	if err := session.prepare(ctx, "few", fmt.Sprintf("SELECT id FROM few ORDER BY embedding %s LIMIT %d", order, c.k)); err != nil {
		return err
	}
	for _, column := range c.columns {
		sql := fmt.Sprintf("SELECT id FROM items WHERE %s >= $2 AND %s < $3 ORDER BY embedding %s LIMIT %d", column, column, order, c.k)
		if err := session.prepare(ctx, column, sql); err != nil {
			return err
		}
		if err := session.prepare(ctx, "count_"+column, fmt.Sprintf("SELECT count(*) FROM items WHERE %s >= $1 AND %s < $2", column, column)); err != nil {
			return err
		}
	}
	if _, err := awaitIndex(ctx, b.config, time.Now(), func() (work, error) {
		return meanWork(b.config, b.data, 1, func(sql string) (string, error) { return session.text(ctx, sql) })
	}); err != nil {
		return err
	}
	stop, err := startProfile(c.profile)
	if err != nil {
		return err
	}
	defer stop()
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "column\tshare\tvalues\trecall\tunfiltered\trows short\tper CPU s\tunfiltered\tsurvivors\tof the better\t\t")
	failures := 0
	for _, column := range c.columns {
		for _, share := range c.shares {
			for _, fresh := range []bool{false, true} {
				row, err := b.measure(ctx, session, c.runs, truth, func(run int) *condition { return b.condition(column, share, fresh, run) })
				if err != nil {
					return err
				}
				if !row.print(t) {
					failures++
				}
				t.Flush()
			}
		}
	}
	out.note(float64(failures), "conditions that fall short")
	out.printFindings()
	return nil
}

// print writes a row, and says whether it is as it should be.
func (r *filterRow) print(w io.Writer) bool {
	middle := func(list []float64) float64 {
		slices.Sort(list)
		return list[(len(list)-1)/2]
	}
	values, seconds := "same", middle(r.few)+middle(r.measured)
	if r.x.fresh {
		values = "fresh"
		seconds += middle(r.found)
	}
	survivors := 1 / seconds
	filtered, unfiltered := 1/middle(r.filtered), 1/middle(r.unfiltered)
	part := filtered / max(unfiltered, survivors)
	verdict := ""
	if r.recall < r.unfilteredRecall-0.01 {
		verdict += "RECALL "
	}
	if r.missing > 0 {
		verdict += "ROWS "
	}
	if part < 0.25 {
		verdict += "RATE "
	}
	fmt.Fprintf(w, "%s\t%g\t%s\t%.4f\t%.4f\t%d\t%.0f\t%.0f\t%.0f\t%.2f\t%s\t%s\n", r.x.column, r.x.share, values, r.recall, r.unfilteredRecall,
		r.missing, filtered, unfiltered, survivors, part, verdict, r.explain)
	return verdict == ""
}

func (b *filterBench) measure(ctx context.Context, s *filterSession, runs int, truth [][]int64, conditions func(run int) *condition) (*filterRow, error) {
	r, n := new(filterRow), float64(b.data.query.Rows())
	counted := min(b.data.query.Rows(), 10) // it is slow and always the same
	for run := range runs {
		x := conditions(run)
		r.x = x
		perQuery, err := b.findAll(ctx, x)
		if err != nil {
			return nil, err
		}
		r.measured = append(r.measured, perQuery.Seconds())
		began := processorTime()
		r.unfilteredRecall = 0
		for i := range x.low {
			got, err := s.ask(ctx, "plain", stored(b.data.query.Row(i)))
			if err != nil {
				return nil, err
			}
			r.unfilteredRecall += index.Recall(truth[i], got) / n
		}
		r.unfiltered = append(r.unfiltered, (processorTime()-began).Seconds()/n)
		runtime.GC()
		began = processorTime()
		for i := range x.low {
			if _, err := s.ask(ctx, "few", stored(b.data.query.Row(i))); err != nil {
				return nil, err
			}
		}
		r.few = append(r.few, (processorTime()-began).Seconds()/n)
		runtime.GC()
		began = processorTime()
		for i := range counted {
			if _, err := s.ask(ctx, "count_"+x.column, datum.Int(int64(x.low[i])), datum.Int(int64(x.low[i]+x.width))); err != nil {
				return nil, err
			}
		}
		r.found = append(r.found, (processorTime()-began).Seconds()/float64(counted))
		if run == 0 {
			if r.explain, err = s.explain(ctx, b, x); err != nil {
				return nil, err
			}
		}
		runtime.GC()
		began = processorTime()
		recall := 0.0
		for i := range x.low {
			got, err := s.ask(ctx, x.column, stored(b.data.query.Row(i)), datum.Int(int64(x.low[i])), datum.Int(int64(x.low[i]+x.width)))
			if err != nil {
				return nil, err
			}
			recall += index.Recall(x.truth[i], got) / n
			r.missing += len(x.truth[i]) - min(len(got), len(x.truth[i]))
		}
		r.recall += recall / float64(runs)
		r.filtered = append(r.filtered, (processorTime()-began).Seconds()/n)
	}
	return r, nil
}

// filterSession is a session whose statements have names.
type filterSession struct {
	*exec.Session
	keys keys
}

func (b *filterBench) connect(ctx context.Context) (*filterSession, error) {
	session, err := b.server.Connect(ctx, frontend.Startup{User: "bench", Database: "bench"}, silent{})
	if err != nil {
		return nil, err
	}
	s := &filterSession{Session: session}
	if err := session.Query(ctx, setSetting(b.config, b.config.settings()[0]), &s.keys); err != nil {
		session.Close()
		return nil, err
	}
	return s, nil
}

func (s *filterSession) prepare(ctx context.Context, name, sql string) error {
	return errors.Join(s.Parse(ctx, name, sql, nil), s.Sync(ctx))
}

func (s *filterSession) ask(ctx context.Context, name string, params ...datum.Datum) ([]int64, error) {
	s.keys.list = s.keys.list[:0]
	if err := s.Bind(ctx, "", name, params); err != nil {
		return nil, err
	}
	if err := s.Execute(ctx, "", 0, &s.keys); err != nil {
		return nil, err
	}
	return s.keys.list, s.Sync(ctx)
}

func (s *filterSession) text(ctx context.Context, sql string) (string, error) {
	var plan planText
	err := s.Query(ctx, sql, &plan)
	return plan.String(), err
}

// explain is what EXPLAIN ANALYZE says of the filter of a condition's first
// query.
func (s *filterSession) explain(ctx context.Context, b *filterBench, x *condition) (string, error) {
	sql := explain(b.config, b.data.metric, b.data.query.Row(0))
	where := fmt.Sprintf(" WHERE %s >= %d AND %s < %d ORDER BY ", x.column, x.low[0], x.column, x.low[0]+x.width)
	plan, err := s.text(ctx, strings.Replace(sql, " ORDER BY ", where, 1))
	for line := range strings.Lines(plan) {
		if _, rest, ok := strings.Cut(line, "Vector Filter on items.embedding: "); ok {
			return strings.TrimSpace(rest), err
		}
	}
	return "", err
}
