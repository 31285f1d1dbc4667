package ivf

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	// minTrainedLists is for how many lists vectors are taken at least: the mean of
	// all is to be that of many.
	minTrainedLists = 16
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
	// Quantized makes lists be scanned by codes whatever the number of vectors
	// and of probes, and takes SearchOptions.Refine at its word. AutoParts is
	// fewer parts then: they are what the index consists of.
	Quantized bool
	// Memory bounds, in bytes, what training takes beside the vectors; 0 is no
	// bound. See MemoryError.
	Memory int64
	// Of a quantized index:
	Bits    int  // of each part: 4, 8, or 1 for a bit a dimension without training; 0 is 4
	Rotated bool // vectors are rotated before they are coded, as suits them
	// RotatedParts is for how many parts the rotation is trained; 0 is for those
	// of the codes. RotatedDims is how many dimensions it keeps; 0 is all.
	RotatedParts, RotatedDims int
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

// Build makes an index over all slots that vectors covers. The caller attaches it
// to the table, which adds what was inserted meanwhile. progress may be nil.
func Build(ctx context.Context, vectors index.Vectors, o Options, progress Progress) (*Index, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(string, int, int) {}
	}
	view := vectors.Covers()
	n, err := o.sampleRows(view.Len(), view.Dims())
	if err != nil {
		return nil, err
	}
	sample, err := vectors.Sample(ctx, n, o.Seed)
	if err != nil {
		return nil, err
	}
	centroids, err := train(ctx, evenly(sample, max(o.Lists, minTrainedLists)*trainPerList), o, progress)
	if err != nil {
		return nil, err
	}
	x, err := fill(ctx, vectors, o, centroids, sample, progress)
	if err == nil {
		x.builtOver, x.trainedOn = x.covered.Len(), sample.Rows()
		x.poorly = n < min(o.Lists*goodPerList, view.Len())
	}
	return x, err
}

// fill makes the index of given centroids, with codes learnt from a sample.
func fill(ctx context.Context, vectors index.Vectors, o Options, centroids, sample vectorops.Matrix, progress Progress) (*Index, error) {
	view := vectors.Covers()
	st := &state{
		view: view, lists: make([]list, centroids.Rows()),
		coarse: coarse{centroids: centroids, spherical: isSpherical(o.Metric)},
	}
	if o.wantsCodes(view.Len()) {
		var err error
		if st.coder, err = trainCoder(ctx, sample, st.coarse, o); err != nil {
			return nil, err
		}
	}
	if err := st.assignAll(ctx, vectors, progress); err != nil {
		return nil, err
	}
	if view.HasVectors() {
		if err := st.encodeAll(ctx); err != nil {
			return nil, err
		}
	}
	st.settle()
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
	if o.Bits == 0 {
		o.Bits = 4
	}
	if o.Bits != 1 && o.Bits != 4 && o.Bits != 8 || !o.Quantized && (o.Bits != 4 || o.Rotated) {
		return fmt.Errorf("codes of %d bits", o.Bits)
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

// assignAll puts every slot into its list, dead ones too: a snapshot may still
// see them. Vectors that are read in a stream are coded at once.
func (st *state) assignAll(ctx context.Context, vectors index.Vectors, progress Progress) error {
	postings := make([]posting, len(st.lists))
	assigner := vectorops.NewAssigner(st.coarse.centroids)
	var code *encoder
	if st.coder != nil && !st.view.HasVectors() {
		code = st.coder.encoder(st.view.Dims())
	}
	var assignment []uint32
	var distance []float32
	err := vectors.Blocks(ctx, func(slots []index.Slot, block vectorops.Matrix) error {
		rows, placed := block.Rows(), block
		if len(assignment) < rows {
			assignment, distance = make([]uint32, rows), make([]float32, rows)
		}
		if st.coarse.spherical {
			placed = vectorops.NewMatrix(rows, block.Dims)
			for j := range rows {
				vectorops.Normalize(placed.Row(j), block.Row(j))
			}
		}
		if err := assigner.Assign(ctx, assignment[:rows], distance[:rows], placed); err != nil {
			return err
		}
		for j, l := range assignment[:rows] {
			p := &postings[l]
			if code != nil {
				p.codes = code.append(p.codes, len(p.slots), int(l), block.Row(j))
			}
			p.slots = append(p.slots, slots[j])
		}
		if rows > 0 {
			progress(PhaseAssign, int(slots[rows-1])+1, st.view.Len())
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, p := range postings {
		// Without the room to grow that appending has left.
		p.slots, p.codes = slices.Clip(slices.Clone(p.slots)), slices.Clip(slices.Clone(p.codes))
		postings[i] = posting{}
		st.lists[i].store(p)
	}
	return nil
}
