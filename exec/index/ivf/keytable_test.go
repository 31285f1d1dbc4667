package ivf

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"voronoi/exec/index"
	"voronoi/vectorops"
)

// rowStore stands for the rows of a table whose vectors are not in memory.
type rowStore struct {
	view    index.View
	rows    map[int64][]float32
	fetched int
}

func (r *rowStore) Covers() index.View { return r.view }

func (r *rowStore) Fetch(keys []int64, visit func(at int, vec []float32)) error {
	for i, key := range keys {
		if vec := r.rows[key]; vec != nil {
			r.fetched++
			visit(i, vec)
		}
	}
	return nil
}

func (r *rowStore) Sample(_ context.Context, n int, seed uint64) (vectorops.Matrix, error) {
	slots := r.view.SampleSlots(n, seed)
	m := vectorops.NewMatrix(len(slots), r.view.Dims())
	for i, s := range slots {
		copy(m.Row(i), r.rows[r.view.Key(s)])
	}
	return m, nil
}

func (r *rowStore) Blocks(_ context.Context, visit func([]index.Slot, vectorops.Matrix) error) error {
	for s := range index.Slot(r.view.Len()) {
		if vec := r.rows[r.view.Key(s)]; vec != nil {
			if err := visit([]index.Slot{s}, vectorops.Matrix{Dims: len(vec), Data: vec}); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestWithoutVectors: over a table of keys the lists and their codes are the
// same as over one with vectors, and so are the answers.
func TestWithoutVectors(t *testing.T) {
	const n, dims = 12000, 24
	for _, metric := range []vectorops.Metric{vectorops.L2, vectorops.IP, vectorops.Cosine} {
		rng := rand.New(rand.NewPCG(5, uint64(metric)))
		full, keys := index.NewTable(dims), index.NewKeyTable(dims)
		src := &rowStore{rows: map[int64][]float32{}}
		draw := func() []float32 {
			vec := make([]float32, dims)
			for j := range vec {
				vec[j] = float32(rng.NormFloat64()) + float32(rng.IntN(3))
			}
			return vec
		}
		for key := range int64(n) {
			src.rows[key] = draw()
			if full.Load(key, src.rows[key]) != nil || keys.Load(key, src.rows[key]) != nil {
				t.Fatal("load")
			}
		}
		src.view = keys.View()
		o := Options{Metric: metric, Lists: 40, Seed: 1}
		a, err := Build(t.Context(), full.View(), o, nil)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Build(t.Context(), src, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !full.Attach(a) || !keys.Attach(b) {
			t.Fatal("attach")
		}
		// Changes reach the index with their vectors.
		for key := int64(0); key < n; key += 5 {
			vec := draw()
			for _, table := range []*index.Table{full, keys} {
				table.Kill(key)
				if _, err := table.Append(key, vec); err != nil {
					t.Fatal(err)
				}
			}
			src.rows[key] = vec
		}
		full.Publish(1)
		full.Commit()
		keys.Publish(1)
		keys.Commit()
		for range 2 {
			for range 20 {
				query := draw()
				so := index.SearchOptions{Limit: 10, Probes: 8}
				ca, err := a.Search(1, query, so)
				if err != nil {
					t.Fatal(err)
				}
				so.Source, src.fetched = src, 0
				cb, err := b.Search(1, query, so)
				if err != nil {
					t.Fatal(err)
				}
				keysA, distancesA := index.Collect(ca, 10)
				keysB, distancesB := index.Collect(cb, 10)
				if !slices.Equal(keysA, keysB) || !slices.Equal(distancesA, distancesB) || cb.Err() != nil {
					t.Fatalf("%v: %v at %v with vectors, %v at %v without (%v)", metric, keysA, distancesA, keysB, distancesB, cb.Err())
				}
				if most := cb.Counters().Candidates; src.fetched > most || src.fetched == 0 {
					t.Fatalf("%d vectors read for %d candidates", src.fetched, most)
				}
			}
			if full.Reclaim(2) != keys.Reclaim(2) {
				t.Fatal("different slots are dead")
			}
		}
		// Without its source the search fails rather than answer.
		c, err := b.Search(1, draw(), index.SearchOptions{Limit: 10, Probes: 8})
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := index.Collect(c, 10); c.Err() == nil || len(got) > 0 {
			t.Errorf("%d rows and error %v without a source", len(got), c.Err())
		}
	}
}
