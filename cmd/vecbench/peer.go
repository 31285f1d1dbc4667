package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	osexec "os/exec"
	"path/filepath"
	"time"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

//go:embed peer.py
var peerProgram string

// A Python that may not be the system's has none of the system's packages.
const systemPython = "/usr/bin/python3"

// peer is another library's index, in a process of its own on one thread.
type peer struct {
	config *config
	truth  [][]int64
	kind   string // faiss or hnswlib
	called string // with the version
	method string // of the index: ivfflat, hnsw or exact
	cmd    *osexec.Cmd
	in     io.WriteCloser
	out    *json.Decoder
	known  facts

	base, query string // files of vectors
	temporary   string // folder of them, if they were made for this peer
}

// files are those of the dataset, which it has or is given.
func (p *peer) files(d *dataset) (err error) {
	p.base, p.query = d.path("base.fvecs"), d.path("query.fvecs")
	if !d.made {
		return nil
	}
	if p.temporary, err = os.MkdirTemp("", "vecbench-"); err != nil {
		return err
	}
	p.base, p.query = filepath.Join(p.temporary, "base.fvecs"), filepath.Join(p.temporary, "query.fvecs")
	return errors.Join(writeVectors(p.base, d.base), writeVectors(p.query, d.query))
}

func newPeer(c *config, d *dataset, truth [][]int64, called string) (*peer, error) {
	p := &peer{config: c, truth: truth, kind: called, called: called, method: "hnsw"}
	factory := ""
	if called == "faiss" {
		p.method = c.index
		if factory = c.factory; factory == "" {
			factory = methods[c.index].factory(c)
		}
	}
	if err := osexec.Command(c.python, "-c", "import numpy, "+called).Run(); err != nil {
		return nil, fmt.Errorf("%s has no %s; on Debian, apt-get install python3-%s", c.python, called, called)
	}
	if err := p.files(d); err != nil {
		return nil, err
	}
	argument, err := json.Marshal(map[string]any{
		"peer": called, "factory": factory, "m": c.m, "construction": c.construction, "k": c.k,
		"cosine": d.metric == vectorops.Cosine, "base": p.base, "query": p.query, "queries": d.query.Rows(), "refine": c.refine,
	})
	if err != nil {
		return nil, err
	}
	p.cmd = osexec.Command(c.python, "-c", peerProgram, string(argument))
	p.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.out = json.NewDecoder(bufio.NewReader(out))
	var built struct {
		Build, Processor float64
		Version          string
	}
	if err := p.out.Decode(&built); err != nil {
		return nil, errors.Join(fmt.Errorf("%s did not start: %w", called, err), p.close())
	}
	p.known.build = time.Duration(built.Build * float64(time.Second))
	p.known.buildCPU = time.Duration(built.Processor * float64(time.Second))
	p.called += " " + built.Version
	return p, nil
}

func (p *peer) name() string { return p.called }

func (p *peer) points() []point {
	c := *p.config
	c.index, c.clients = p.method, []int{1}
	return manyClients(&c)
}

func (p *peer) measure(_ context.Context, at point) (s sample, err error) {
	if _, err = fmt.Fprintf(p.in, "{\"setting\": %d}\n", at.setting); err != nil {
		return s, err
	}
	var answer struct {
		Seconds, Processor float64
		Keys               [][]int64
	}
	if err = p.out.Decode(&answer); err != nil {
		return s, fmt.Errorf("%s: %w", p.called, err)
	}
	if len(answer.Keys) != len(p.truth) {
		return s, fmt.Errorf("%s answered %d of %d queries", p.called, len(answer.Keys), len(p.truth))
	}
	for i, keys := range answer.Keys {
		s.recall += index.Recall(p.truth[i], keys) / float64(len(p.truth))
	}
	s.qps = float64(len(p.truth)) / answer.Seconds
	s.perCPU = float64(len(p.truth)) / answer.Processor
	return s, nil
}

func (p *peer) facts() facts {
	p.known.resident = memoryOf(p.cmd.Process.Pid).resident
	return p.known
}

func (p *peer) close() error {
	err := errors.Join(p.in.Close(), p.cmd.Wait())
	if p.temporary != "" {
		err = errors.Join(err, os.RemoveAll(p.temporary))
	}
	return err
}
