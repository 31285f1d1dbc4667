package main

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// fill makes a data directory with the base vectors in a table, and the index,
// by SQL, and says how long that took.
func fill(ctx context.Context, c *config, d *dataset, dir string) (known facts, err error) {
	profile := c.profile
	if profile != "" {
		profile += ".fill"
	}
	server, err := startServer(dir, profile)
	if err != nil {
		return known, err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	conn, err := connect(ctx, server.address)
	if err != nil {
		return known, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err = conn.Exec(ctx, createTable(d)); err != nil {
		return known, err
	}
	stream := bytes.NewReader(copyStream(d))
	began := time.Now()
	if _, err = conn.PgConn().CopyFrom(ctx, stream, "COPY items FROM STDIN (FORMAT binary)"); err != nil {
		return known, err
	}
	known.copyRows = float64(d.base.Rows()) / time.Since(began).Seconds()
	if _, err = conn.Exec(ctx, "ALTER TABLE items ADD PRIMARY KEY (id)"); err != nil {
		return known, err
	}
	if sql := createIndex(c, d.metric); sql != "" {
		began = time.Now()
		if _, err = conn.Exec(ctx, sql); err != nil {
			return known, err
		}
		known.build = time.Since(began)
	}
	return known, nil
}

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

// overWire is a server in a process of its own.
type overWire struct {
	config *config
	data   *dataset
	truth  [][]int64
	server *serverProcess
	known  facts
}

// newOverWire starts a server on a filled directory and waits until it answers
// by its index.
func newOverWire(ctx context.Context, c *config, d *dataset, truth [][]int64, dir string, known facts) (*overWire, error) {
	w := &overWire{config: c, data: d, truth: truth, known: known}
	began := time.Now()
	var err error
	if w.server, err = startServer(dir, c.profile); err != nil {
		return nil, err
	}
	w.known.firstTime, err = awaitIndex(ctx, c, began, func() (work, error) { return w.work(ctx, w.points()[0], 1) })
	if err == nil {
		w.known.roundTrip, err = w.roundTrip(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// roundTrip is the median time of a statement that has nothing to do.
func (w *overWire) roundTrip(ctx context.Context) (_ time.Duration, err error) {
	conn, err := connect(ctx, w.server.address)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
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
	mean, err := w.work(ctx, p, explained)
	if err != nil {
		return sample{}, err
	}
	s, err := drive(ctx, p.clients, w.truth, func(ctx context.Context) (searcher, error) { return w.open(ctx, p) })
	s.work, s.perCPU = mean, 0 // what the server uses is not in it
	return s, err
}

func (w *overWire) work(ctx context.Context, p point, n int) (work, error) {
	one, err := w.open(ctx, p)
	if err != nil {
		return work{}, err
	}
	defer one.close()
	return meanWork(w.config, w.data, n, func(sql string) (string, error) {
		rows, err := one.conn.Query(ctx, sql, pgx.QueryExecModeSimpleProtocol)
		if err != nil {
			return "", err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		return strings.Join(lines, "\n"), err
	})
}

func (w *overWire) facts() facts {
	w.known.resident = resident(w.server.cmd.Process.Pid)
	return w.known
}

func (w *overWire) close() error { return w.server.stop() }

// wireSearcher is one connection with its statement prepared.
type wireSearcher struct {
	conn *pgx.Conn
	data *dataset
}

const statement = "nearest"

func (w *overWire) open(ctx context.Context, p point) (*wireSearcher, error) {
	conn, err := connect(ctx, w.server.address)
	if err != nil {
		return nil, err
	}
	s := &wireSearcher{conn: conn, data: w.data}
	if _, err = conn.Exec(ctx, setSetting(w.config, p.setting)); err == nil {
		_, err = conn.Prepare(ctx, statement, nearest(w.config, w.data.metric, "$1"))
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
