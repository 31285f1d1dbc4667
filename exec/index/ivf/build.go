package ivf

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// The bounds and defaults are pgvector's, but for the number of iterations,
// which pgvector does not offer.
const (
	DefaultLists = 100
	MinLists     = 1
	MaxLists     = 32768
	MaxDims      = 16000

	DefaultIterations = 10
	// trainPerList is how many vectors train each centroid at most.
	trainPerList = 256
)

// Options says what index to build.
type Options struct {
	Metric     vectorops.Metric
	Lists      int    // 0 is DefaultLists
	Seed       uint64 // same seed, same index
	Iterations int    // of k-means at most; 0 is DefaultIterations
	// Parts is of how many parts the 4-bit product quantization codes are by
	// which lists are scanned, so that only what they find near is measured.
	// AutoParts leaves it to the index, NoParts measures every vector of a
	// list. L1 has no codes.
	Parts int
}

// Phases of a build, in pgvector's words.
const (
	PhaseKMeans  = "performing k-means"
	PhaseAssign  = "assigning tuples"
	PhaseLoading = "loading tuples"
)

// Progress is told how far a build is: done of total, in vectors, or in
// iterations for PhaseKMeans.
type Progress func(phase string, done, total int)

// Build makes an index over all slots that view has. The caller attaches it to
// the table, which adds what was inserted meanwhile. progress may be nil.
func Build(ctx context.Context, view index.View, o Options, progress Progress) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(string, int, int) {}
	}
	sample := sampleAlive(view, o.Lists*trainPerList, o.Seed)
	centroids, err := train(ctx, sample, o, progress)
	if err != nil {
		return nil, err
	}
	x, err := fill(ctx, view, o, centroids, sample, progress)
	if err == nil {
		x.builtOver = view.Len()
	}
	return x, err
}

// fill makes the index of given centroids, with codes learnt from a sample.
func fill(ctx context.Context, view index.View, o Options, centroids, sample vectorops.Matrix, progress Progress) (*Index, error) {
	st := &state{
		view: view, lists: make([]list, centroids.Rows()),
		coarse: coarse{centroids: centroids, spherical: isSpherical(o.Metric)},
	}
	if o.wantsCodes(view.Len()) {
		var err error
		if st.coder, err = trainCoder(ctx, sample, o); err != nil {
			return nil, err
		}
	}
	if err := st.assignAll(ctx, progress); err != nil {
		return nil, err
	}
	if err := st.encodeAll(ctx); err != nil {
		return nil, err
	}
	x := &Index{options: o, covered: view}
	x.state.Store(st)
	return x, nil
}

func (o *Options) check() error {
	if o.Lists == 0 {
		o.Lists = DefaultLists
	}
	if o.Iterations == 0 {
		o.Iterations = DefaultIterations
	}
	if o.Parts < NoParts || o.Parts > MaxDims {
		return fmt.Errorf("parts must be between %d and %d, not %d", NoParts, MaxDims, o.Parts)
	}
	if o.Lists < MinLists || o.Lists > MaxLists {
		return fmt.Errorf("lists must be between %d and %d, not %d", MinLists, MaxLists, o.Lists)
	}
	return nil
}

// train finds the centroids. With fewer vectors than lists each vector is one;
// with none, the only list has its centroid at the origin.
func train(ctx context.Context, sample vectorops.Matrix, o Options, progress Progress) (vectorops.Matrix, error) {
	if sample.Rows() == 0 {
		return vectorops.NewMatrix(1, sample.Dims), nil
	}
	res, err := vectorops.KMeans(ctx, sample, vectorops.KMeansOptions{
		K: min(o.Lists, sample.Rows()), Seed: o.Seed, MaxIterations: o.Iterations,
		SamplePerCentroid: -1, Spherical: isSpherical(o.Metric),
		Progress: func(i int, _ float64) { progress(PhaseKMeans, i, o.Iterations) },
	})
	if err != nil {
		var few *vectorops.TooFewRowsError
		if errors.As(err, &few) {
			err = fmt.Errorf("ivf: sample of %d rows for %d lists", few.Rows, few.K)
		}
		return vectorops.Matrix{}, err
	}
	return res.Centroids, nil
}

// sampleAlive copies up to n vectors that nobody has deleted.
func sampleAlive(view index.View, n int, seed uint64) vectorops.Matrix {
	slots := make([]index.Slot, 0, view.Len())
	for s := range index.Slot(view.Len()) {
		if view.Alive(s) {
			slots = append(slots, s)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0x697666)) // "ivf"
	if n > len(slots) {
		n = len(slots)
	}
	m := vectorops.NewMatrix(n, view.Dims())
	for i, taken := 0, 0; taken < n; i++ {
		if rng.IntN(len(slots)-i) < n-taken {
			copy(m.Row(taken), view.Vector(slots[i]))
			taken++
		}
	}
	return m
}

// assignAll puts every slot into its list, dead ones too: a snapshot may still
// see them.
func (st *state) assignAll(ctx context.Context, progress Progress) error {
	vectors := st.view.Vectors()
	lists := make([][]index.Slot, len(st.lists))
	assigner := vectorops.NewAssigner(st.coarse.centroids)
	var assignment []uint32
	var distance []float32
	for i := range vectors.Chunks() {
		chunk, first := vectors.Chunk(i)
		rows := chunk.Rows()
		if len(assignment) < rows {
			assignment, distance = make([]uint32, rows), make([]float32, rows)
		}
		if st.coarse.spherical {
			unit := vectorops.NewMatrix(rows, chunk.Dims)
			for j := range rows {
				vectorops.Normalize(unit.Row(j), chunk.Row(j))
			}
			chunk = unit
		}
		err := assigner.Assign(ctx, assignment[:rows], distance[:rows], chunk)
		if err != nil {
			return err
		}
		for j, l := range assignment[:rows] {
			lists[l] = append(lists[l], index.Slot(first+j))
		}
		progress(PhaseAssign, first+rows, vectors.Len())
	}
	for i := range lists {
		st.lists[i].store(posting{slots: lists[i]})
	}
	return nil
}
