package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"strings"
	"time"

	"voronoi/exec"
	"voronoi/internal/datum"
	"voronoi/internal/frontend"
	"voronoi/internal/pgerr"
)

// inSession is the executor without the protocol.
type inSession struct {
	config *config
	data   *dataset
	truth  [][]int64
	server *exec.Server
	known  facts
}

// newInSession opens a filled directory and waits until it answers by its
// index.
func newInSession(ctx context.Context, c *config, d *dataset, truth [][]int64, dir string, known facts) (*inSession, error) {
	n := &inSession{config: c, data: d, truth: truth, known: known}
	began := time.Now()
	var err error
	if n.server, err = exec.Open(ctx, exec.Options{Dir: dir}); err != nil {
		return nil, err
	}
	n.known.firstTime, err = awaitIndex(ctx, c, began, func() (work, error) { return n.work(ctx, n.points()[0], 1) })
	if err != nil {
		return nil, errors.Join(err, n.close())
	}
	return n, nil
}

func (n *inSession) name() string    { return "session" }
func (n *inSession) points() []point { return manyClients(n.config) }

func (n *inSession) measure(ctx context.Context, p point) (sample, error) {
	mean, err := n.work(ctx, p, explained)
	if err != nil {
		return sample{}, err
	}
	s, err := drive(ctx, processorTime, p.clients, n.truth, func(ctx context.Context) (searcher, error) { return n.open(ctx, p) })
	s.work = mean
	return s, err
}

func (n *inSession) work(ctx context.Context, p point, queries int) (work, error) {
	one, err := n.open(ctx, p)
	if err != nil {
		return work{}, err
	}
	defer one.close()
	return meanWork(n.config, n.data, queries, func(sql string) (string, error) {
		var plan planText
		err := one.session.Query(ctx, sql, &plan)
		return plan.String(), err
	})
}

func (n *inSession) facts() facts {
	n.known.resident = memoryOf(os.Getpid()).resident
	return n.known
}

func (n *inSession) close() error { return n.server.Close() }

// sessionSearcher is one session with its statement prepared.
type sessionSearcher struct {
	session *exec.Session
	queries []datum.Datum
	keys    keys
}

func (n *inSession) open(ctx context.Context, p point) (*sessionSearcher, error) {
	session, err := n.server.Connect(ctx, frontend.Startup{User: "bench", Database: "bench"}, silent{})
	if err != nil {
		return nil, err
	}
	s := &sessionSearcher{session: session, queries: make([]datum.Datum, n.data.query.Rows())}
	for i := range s.queries {
		s.queries[i] = stored(n.data.query.Row(i))
	}
	if err = session.Query(ctx, setSetting(n.config, p.setting), &s.keys); err == nil {
		err = session.Parse(ctx, statement, nearest(n.config, n.data.metric, "$1"), nil)
	}
	if err == nil {
		err = session.Sync(ctx)
	}
	if err != nil {
		session.Close()
		return nil, err
	}
	return s, nil
}

func (s *sessionSearcher) search(ctx context.Context, i int, dst []int64) ([]int64, error) {
	s.keys.list = dst
	if err := s.session.Bind(ctx, "", statement, s.queries[i:i+1]); err != nil {
		return dst, err
	}
	if err := s.session.Execute(ctx, "", 0, &s.keys); err != nil {
		return dst, err
	}
	return s.keys.list, s.session.Sync(ctx)
}

func (s *sessionSearcher) close() error {
	s.session.Close()
	return nil
}

// stored is a vector as the executor holds it.
func stored(v []float32) datum.Datum {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return datum.Blob(b)
}

// silent is a client that is told nothing.
type silent struct{}

func (silent) Notice(*pgerr.Error)            {}
func (silent) ParameterStatus(string, string) {}
func (silent) Notify(int32, string, string)   {}
func (silent) Terminate(*pgerr.Error)         {}

// ignored receives everything but rows.
type ignored struct{}

var errNoCopy = errors.New("nothing is copied in a session that is measured")

func (ignored) Describe([]frontend.Column) error { return nil }
func (ignored) Complete(string) error            { return nil }
func (ignored) Empty() error                     { return nil }
func (ignored) Suspended() error                 { return nil }
func (ignored) CopyIn(bool, int) (frontend.CopySource, error) {
	return nil, errNoCopy
}
func (ignored) CopyOut(bool, int) error { return errNoCopy }
func (ignored) CopyData([]byte) error   { return errNoCopy }

// keys receives rows of one integer.
type keys struct {
	ignored
	list []int64
}

func (k *keys) Row(values []datum.Datum) error {
	k.list = append(k.list, values[0].Int())
	return nil
}

// planText receives the lines of a plan.
type planText struct {
	ignored
	strings.Builder
}

func (p *planText) Row(values []datum.Datum) error {
	p.WriteString(values[0].Str())
	return p.WriteByte('\n')
}
