package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

func connect(ctx context.Context, address string) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, "postgres://bench@"+address+"/bench?sslmode=disable")
	if err != nil {
		return nil, err
	}
	var id uint32
	if err := conn.QueryRow(ctx, "SELECT 'vector'::regtype::oid").Scan(&id); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "vector", OID: id, Codec: vectorCodec{}})
	return conn, nil
}

// planOf is the answer to EXPLAIN.
func planOf(ctx context.Context, conn *pgx.Conn, sql string) (string, error) {
	rows, err := conn.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}

// overWire is a server in a process of its own.
type overWire struct {
	*bed
	truth [][]int64
	known facts
}

// fill makes a bed with all base vectors and the index, and says how long that
// took.
func fill(ctx context.Context, c *config, d *dataset) (b *bed, known facts, err error) {
	return fillWith(ctx, c, d, rowsFrom(0, d.base.Rows()))
}

// rowsFrom are the numbers of rows from lo up to hi.
func rowsFrom(lo, hi int) []int {
	rows := make([]int, hi-lo)
	for i := range rows {
		rows[i] = lo + i
	}
	return rows
}

// fillWith does so with some of the vectors.
func fillWith(ctx context.Context, c *config, d *dataset, rows []int) (b *bed, known facts, err error) {
	filling := *c
	if c.profile != "" {
		filling.profile += ".fill"
	}
	if b, err = newBed(ctx, &filling, d); err != nil {
		return nil, known, err
	}
	b.config, b.profile = c, c.profile
	all, err := b.copy(ctx, rows)
	known.copyRows = all.rate
	if err == nil {
		known.build, known.buildCPU, err = b.index(ctx)
	}
	if err = errors.Join(err, b.stop(ctx)); err != nil {
		return nil, known, errors.Join(err, b.close())
	}
	return b, known, nil
}

// newOverWire starts a server on a filled bed and waits until it answers by its
// index.
func newOverWire(ctx context.Context, b *bed, truth [][]int64, known facts) (*overWire, error) {
	w := &overWire{bed: b, truth: truth, known: known}
	began := time.Now()
	err := b.start(ctx)
	if err == nil {
		_, w.known.firstTime, err = b.awaitIndex(ctx, began)
	}
	if err == nil {
		w.known.roundTrip, err = roundTrip(ctx, b.conn)
	}
	return w, err
}

// roundTrip is the median time of a statement that has nothing to do.
func roundTrip(ctx context.Context, conn *pgx.Conn) (time.Duration, error) {
	times := make([]time.Duration, 2000)
	for i := range times {
		var one int64
		began := time.Now()
		if err := conn.QueryRow(ctx, "SELECT 1::bigint").Scan(&one); err != nil {
			return 0, err
		}
		times[i] = time.Since(began)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

func (w *overWire) name() string { return "wire" }

func (w *overWire) points() []point { return manyClients(w.config) }

// manyClients is each setting by each number of clients.
func manyClients(c *config) []point {
	var all []point
	for _, s := range c.settings() {
		for _, n := range c.clients {
			all = append(all, point{s, n})
		}
	}
	return all
}

func (w *overWire) measure(ctx context.Context, p point) (sample, error) {
	if _, err := w.conn.Exec(ctx, setSetting(w.config, p.setting)); err != nil {
		return sample{}, err
	}
	mean, err := meanWork(w.config, w.data, explained, func(sql string) (string, error) { return planOf(ctx, w.conn, sql) })
	if err != nil {
		return sample{}, err
	}
	s, err := drive(ctx, w.server.processorTime, p.clients, w.truth, func(ctx context.Context) (searcher, error) {
		return openWire(ctx, w.config, w.data, w.server.address, p.setting)
	})
	s.work, s.allocs = mean, 0 // those that drive counts are the client's
	return s, err
}

func (w *overWire) facts() facts {
	w.known.resident = w.server.memory().resident
	return w.known
}

// close leaves the bed's directory to whoever has filled it.
func (w *overWire) close() error { return w.stop(context.Background()) }

// wireSearcher is one connection with its statement prepared.
type wireSearcher struct {
	conn *pgx.Conn
	data *dataset
}

const statement = "nearest"

func openWire(ctx context.Context, c *config, d *dataset, address string, setting int) (*wireSearcher, error) {
	conn, err := connect(ctx, address)
	if err != nil {
		return nil, err
	}
	s := &wireSearcher{conn: conn, data: d}
	if _, err = conn.Exec(ctx, setSetting(c, setting)); err == nil {
		_, err = conn.Prepare(ctx, statement, nearest(c, d.metric, "$1"))
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *wireSearcher) search(ctx context.Context, i int, dst []int64) ([]int64, error) {
	rows, err := s.conn.Query(ctx, statement, vector(s.data.query.Row(i)))
	if err != nil {
		return dst, err
	}
	var key int64
	_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
		dst = append(dst, key)
		return nil
	})
	return dst, err
}

func (s *wireSearcher) close() error { return s.conn.Close(context.Background()) }
