package exec

import (
	"context"
	"errors"
	"io"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/exec/index"
	"voronoi/exec/index/hnsw"
	"voronoi/exec/index/ivf"
	"voronoi/internal/pgerr"
	"voronoi/vectorops"
)

// savedIndex is a vector index that can be written to a segment.
type savedIndex interface {
	index.Index
	Save(ctx context.Context, w io.Writer) error
}

// indexBuilder makes a vector index by its definition.
type indexBuilder interface {
	build(ctx context.Context, vectors index.Vectors, progress ivf.Progress) (savedIndex, error)
	// within is a builder that takes no more bytes beside the vectors and the
	// index itself.
	within(memory int64) indexBuilder
	// needs is how many bytes that is at least for so many vectors: what the
	// builder was given before, or what fits.
	needs(vectors, dims int) int64
	// load reads it from a segment of size bytes instead.
	load(ctx context.Context, r io.Reader, size int64, to *index.Restoring) (savedIndex, error)
}

// builderOf reads an index's definition.
func builderOf(snap *catalog.Snapshot, rel *catalog.Relation) (indexBuilder, error) {
	switch rel.Index.Method {
	case "ivfflat":
		o, err := ivfOptions(snap, rel)
		return ivfBuilder{o: o}, err
	case "ivfpq", "pq":
		o, err := codeOptions(snap, rel)
		return ivfBuilder{o: o}, err
	case "hnsw":
		o, err := hnswOptions(snap, rel)
		return hnswBuilder{o}, err
	}
	return nil, pgerr.Unsupported("access method %q", rel.Index.Method)
}

// ivfBuilder makes inverted lists, around known centroids where there are any.
type ivfBuilder struct {
	o         ivf.Options
	centroids vectorops.Matrix
}

func (b ivfBuilder) build(ctx context.Context, vectors index.Vectors, progress ivf.Progress) (savedIndex, error) {
	x, err := b.buildLists(ctx, vectors, progress)
	var memory *ivf.MemoryError
	if errors.As(err, &memory) {
		return nil, pgerr.Newf(pgerr.ProgramLimitExceeded, "memory required is %d MB, maintenance_work_mem is %d MB",
			memory.Need>>20+1, memory.Have>>20)
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

func (b ivfBuilder) within(memory int64) indexBuilder {
	b.o.Memory = memory
	return b
}

func (b ivfBuilder) needs(vectors, dims int) int64 {
	return max(b.o.Memory, b.o.LeastMemory(vectors, dims))
}

func (b ivfBuilder) buildLists(ctx context.Context, vectors index.Vectors, progress ivf.Progress) (*ivf.Index, error) {
	if b.centroids.Rows() > 0 {
		return ivf.FromCentroids(ctx, vectors, b.o, b.centroids)
	}
	return ivf.Build(ctx, vectors, b.o, progress)
}

func (b ivfBuilder) load(ctx context.Context, r io.Reader, size int64, to *index.Restoring) (savedIndex, error) {
	x, err := ivf.Load(ctx, r, size, b.o, to)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// hnswBuilder makes a graph.
type hnswBuilder struct{ o hnsw.Options }

// within is b: what a build needs is the graph.
func (b hnswBuilder) within(int64) indexBuilder { return b }

func (b hnswBuilder) needs(int, int) int64 { return 0 }

func (b hnswBuilder) build(ctx context.Context, vectors index.Vectors, progress ivf.Progress) (savedIndex, error) {
	view := vectors.Covers()
	if !view.HasVectors() {
		return nil, pgerr.New(pgerr.OutOfMemory, "an hnsw index needs the vectors of its column in memory").
			WithDetail("They do not fit into voronoi.memory_limit.").WithHint("Raise the limit, or use ivfflat.")
	}
	x, err := hnsw.Build(ctx, view, b.o, progress)
	if err != nil {
		return nil, err
	}
	return x, nil
}

func (b hnswBuilder) load(ctx context.Context, r io.Reader, size int64, to *index.Restoring) (savedIndex, error) {
	x, err := hnsw.Load(ctx, r, size, b.o, to)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// ivfOptions reads the definition of an ivfflat index.
func ivfOptions(snap *catalog.Snapshot, rel *catalog.Relation) (ivf.Options, error) {
	metric, err := indexMetric(snap, rel)
	o := ivf.Options{Metric: metric, Lists: ivf.DefaultLists}
	for _, option := range rel.Options {
		name, value, _ := cutOption(option)
		switch name {
		case "lists":
			o.Lists = atoi(value)
		case "seed":
			o.Seed = uint64(atoi(value))
		case "iterations":
			o.Iterations = atoi(value)
		}
	}
	return o, err
}

// codeOptions reads the definition of an ivfpq or pq index. The latter is one
// list.
func codeOptions(snap *catalog.Snapshot, rel *catalog.Relation) (ivf.Options, error) {
	o, err := ivfOptions(snap, rel)
	if rel.Index.Method == "pq" {
		o.Lists = 1
	}
	code := catalog.CodeOptionsOf(rel)
	o.Quantized, o.Parts, o.Bits = true, code.M, code.Bits
	o.Rotated, o.RotatedParts, o.RotatedDims = code.OPQ, code.OPQParts, code.OPQDims
	return o, err
}

// hnswOptions reads the definition of an hnsw index.
func hnswOptions(snap *catalog.Snapshot, rel *catalog.Relation) (hnsw.Options, error) {
	metric, err := indexMetric(snap, rel)
	o := hnsw.Options{Metric: metric}
	for _, option := range rel.Options {
		name, value, _ := cutOption(option)
		switch name {
		case "m":
			o.M = atoi(value)
		case "ef_construction":
			o.EfConstruction = atoi(value)
		}
	}
	return o, err
}

// indexMetric is the metric of a vector index, by its operator class.
func indexMetric(snap *catalog.Snapshot, rel *catalog.Relation) (vectorops.Metric, error) {
	class := snap.OpClass(rel.Index.Keys[0].OpClass)
	if class == nil {
		return 0, pgerr.Internal("index %s has no operator class", rel.Name)
	}
	// They are called vector_l2_ops, bit_hamming_ops and so on.
	_, name, _ := strings.Cut(strings.TrimSuffix(class.Name, "_ops"), "_")
	metric, ok := vectorops.ParseMetric(name)
	if !ok {
		return 0, pgerr.Unsupported("operator class %q", class.Name)
	}
	return metric, nil
}
