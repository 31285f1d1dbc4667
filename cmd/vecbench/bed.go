package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
)

// bed is a server in a process of its own on a directory that goes with it, with
// the table items(id, embedding).
type bed struct {
	config  *config
	data    *dataset
	root    string // goes with the bed
	dir     string // of the data
	profile string // of the next server that is started
	server  *serverProcess
	conn    *pgx.Conn // nil while no server runs
}

// newBed starts a server and makes the table.
func newBed(ctx context.Context, c *config, d *dataset) (*bed, error) {
	root, err := os.MkdirTemp("", "vecbench-")
	if err != nil {
		return nil, err
	}
	b := &bed{config: c, data: d, root: root, dir: filepath.Join(root, "data"), profile: c.profile}
	if err = b.start(ctx); err == nil {
		_, err = b.conn.Exec(ctx, createTable(d))
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// start starts a server on the directory and connects to it.
func (b *bed) start(ctx context.Context) (err error) {
	if b.server, err = startServer(b.dir, b.profile); err != nil {
		return err
	}
	b.conn, err = connect(ctx, b.server.address)
	return err
}

// stop ends the server in an orderly way.
func (b *bed) stop(ctx context.Context) error {
	server, conn := b.server, b.conn
	b.server, b.conn = nil, nil
	if server == nil {
		return nil
	}
	var err error
	if conn != nil {
		err = conn.Close(ctx)
	}
	return errors.Join(err, server.stop())
}

// kill ends the server as a crash would.
func (b *bed) kill() {
	b.server.kill()
	b.server, b.conn = nil, nil
}

func (b *bed) close() error {
	return errors.Join(b.stop(context.Background()), os.RemoveAll(b.root))
}

// exec runs a statement and says how long that took.
func (b *bed) exec(ctx context.Context, sql string) (time.Duration, error) {
	began := time.Now()
	_, err := b.conn.Exec(ctx, sql)
	return time.Since(began), err
}

// cost does something and says how long that took, and how much of the
// processors' time the server used.
func (b *bed) cost(do func() error) (took, used time.Duration, err error) {
	server, before, began := b.server, b.server.processorTime(), time.Now()
	err = do()
	took = time.Since(began)
	switch b.server {
	case nil:
		return took, 0, err
	case server:
		return took, server.processorTime() - before, err
	}
	return took, b.server.processorTime(), err // of another process
}

// copied is how many rows COPY took in a second, and in one of the server's
// processor time.
type copied struct{ rate, perCPU float64 }

// copy copies rows into the table.
func (b *bed) copy(ctx context.Context, rows []int) (copied, error) {
	return b.copyFrom(ctx, bytes.NewReader(copyRows(b.data, rows)), "items")
}

func (b *bed) copyFrom(ctx context.Context, stream io.Reader, table string) (copied, error) {
	var rows float64
	took, used, err := b.cost(func() error {
		tag, err := b.conn.PgConn().CopyFrom(ctx, stream, "COPY "+table+" FROM STDIN (FORMAT binary)")
		rows = float64(tag.RowsAffected())
		return err
	})
	return copied{rows / took.Seconds(), rows / max(used.Seconds(), 1e-9)}, err
}

// index builds the index, having built a btree on the key.
func (b *bed) index(ctx context.Context) (took, used time.Duration, err error) {
	if _, err = b.conn.Exec(ctx, "ALTER TABLE items ADD PRIMARY KEY (id)"); err != nil {
		return 0, 0, err
	}
	sql := createIndex(b.config, b.data.metric)
	if sql == "" {
		return 0, 0, nil
	}
	return b.cost(func() error {
		_, err := b.conn.Exec(ctx, sql)
		return err
	})
}

// awaitIndex waits until the index gives the answers, and says how long after
// began there was an answer at all, and one by the index.
func (b *bed) awaitIndex(ctx context.Context, began time.Time) (first, indexed time.Duration, err error) {
	if _, err = b.conn.Exec(ctx, setSetting(b.config, b.config.settings()[0])); err != nil {
		return 0, 0, err
	}
	indexed, err = awaitIndex(ctx, b.config, began, func() (work, error) {
		w, err := meanWork(b.config, b.data, 1, func(sql string) (string, error) { return planOf(ctx, b.conn, sql) })
		if first == 0 {
			first = time.Since(began)
		}
		return w, err
	})
	return first, indexed, err
}

// asked is what a pass over all queries gave.
type asked struct {
	sample
	missing int // rows by which LIMIT was not filled
	wrong   int // rows that should not have been found
}

// ask asks every query at a setting by one connection.
func (b *bed) ask(ctx context.Context, setting int, truth [][]int64, may func(key int64) bool) (a asked, err error) {
	a.sample, err = drive(ctx, b.server.processorTime, 1, truth, func(ctx context.Context) (searcher, error) {
		one, err := openWire(ctx, b.config, b.data, b.server.address, setting)
		if err != nil {
			return nil, err
		}
		return &judged{searcher: one, asked: &a, k: b.config.k, may: may}, nil
	})
	return a, err
}

// judged is a searcher whose answers are looked at.
type judged struct {
	searcher
	asked *asked
	k     int
	may   func(key int64) bool
}

func (j *judged) search(ctx context.Context, i int, dst []int64) ([]int64, error) {
	keys, err := j.searcher.search(ctx, i, dst)
	j.asked.missing += j.k - len(keys)
	for _, key := range keys {
		if j.may != nil && !j.may(key) {
			j.asked.wrong++
		}
	}
	return keys, err
}

// askAll asks at every setting.
func (b *bed) askAll(ctx context.Context, truth [][]int64, may func(key int64) bool) ([]asked, error) {
	var all []asked
	for _, setting := range b.config.settings() {
		a, err := b.ask(ctx, setting, truth, may)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}
