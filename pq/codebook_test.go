package pq

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"voronoi/internal/digits"
	"voronoi/vectorops"
)

func digitMatrix(t testing.TB) vectorops.Matrix {
	data, _ := digits.Load(t)
	return vectorops.Matrix{Dims: digits.Dims, Data: data}
}

func train(t testing.TB, vectors vectorops.Matrix, o Options) *Codebook {
	t.Helper()
	cb, err := Train(t.Context(), vectors, o)
	if err != nil {
		t.Fatal(err)
	}
	return cb
}

func TestCodes(t *testing.T) {
	vectors := digitMatrix(t)
	for _, o := range []Options{{M: 1, Ksub: 1}, {M: 1, Ksub: 7}, {M: 4, Ksub: 16}, {M: 7, Ksub: 16}, {M: 8, Ksub: 256}, {M: 64, Ksub: 16}} {
		v := vectors
		if o.M == 7 { // an odd number of parts
			v = vectorops.NewMatrix(vectors.Rows(), 63)
			for i := range v.Rows() {
				copy(v.Row(i), vectors.Row(i))
			}
		}
		cb := train(t, v, o)
		code, again := make([]byte, cb.M), make([]byte, cb.M)
		decoded, table := make([]float32, cb.Dims()), make([]float32, cb.M*cb.Ksub)
		query := v.Row(17)
		cb.DistanceTable(table, query)
		for i := range v.Rows() {
			cb.Encode(code, v.Row(i))
			if err := cb.CheckCode(code); err != nil {
				t.Fatal(err)
			}
			cb.Decode(decoded, code)
			cb.Encode(again, decoded)
			if !bytes.Equal(code, again) {
				t.Fatalf("%+v: code %v decodes to a vector of code %v", o, code, again)
			}
			have, want := cb.ADC(table, code), vectorops.L2.Distance(query, decoded)
			if math.Abs(have-want) > 1e-5*(want+1) {
				t.Fatalf("%+v: ADC %v, distance to the decoded vector %v", o, have, want)
			}
		}
	}
}

func TestErrorFallsWithTheCode(t *testing.T) {
	vectors := digitMatrix(t)
	previous := math.Inf(1)
	for _, o := range []Options{{M: 1, Ksub: 1}, {M: 1, Ksub: 64}, {M: 4, Ksub: 64}, {M: 16, Ksub: 64}, {M: 16, Ksub: 256}} {
		mse := train(t, vectors, o).MSE(vectors)
		t.Logf("m=%d ksub=%d: MSE %.1f", o.M, o.Ksub, mse)
		if mse >= previous {
			t.Errorf("m=%d ksub=%d: MSE %.1f, a shorter code had %.1f", o.M, o.Ksub, mse, previous)
		}
		previous = mse
	}
}

func TestMSEOfOneCentroidIsTheVariance(t *testing.T) {
	vectors := vectorops.Matrix{Dims: 2, Data: []float32{1, 0, 3, 0, 5, 6}} // mean 3, 2
	if mse := train(t, vectors, Options{M: 2, Ksub: 1}).MSE(vectors); math.Abs(mse-(8+4+4+16)/3.0) > 1e-5 {
		t.Errorf("have %v", mse)
	}
}

func TestTrainIsDeterministic(t *testing.T) { // invariant 2
	vectors := digitMatrix(t)
	a, b := train(t, vectors, Options{M: 8, Ksub: 32, Seed: 1}), train(t, vectors, Options{M: 8, Ksub: 32, Seed: 1})
	if !slices.Equal(a.Centroids, b.Centroids) {
		t.Error("the same seed gives another codebook")
	}
}

func TestTrainErrors(t *testing.T) {
	vectors := digitMatrix(t)
	for message, o := range map[string]Options{
		"64 dimensions cannot be divided into 5 equal parts": {M: 5, Ksub: 16},
		"m must be at least 1, not 0":                        {Ksub: 16},
		"ksub must be between 1 and 256, not 0":              {M: 4},
		"ksub must be between 1 and 256, not 257":            {M: 4, Ksub: 257},
	} {
		if _, err := Train(t.Context(), vectors, o); err == nil || err.Error() != message {
			t.Errorf("have %v, want %s", err, message)
		}
	}
	var few *vectorops.TooFewRowsError
	if _, err := Train(t.Context(), vectors.Slice(0, 15), Options{M: 4, Ksub: 16}); !errors.As(err, &few) || few.Error() != "too few rows: 15 for 16 centroids" {
		t.Errorf("have %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Train(ctx, vectors, Options{M: 4, Ksub: 16, Progress: func(int, int) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v", err)
	}
}

func TestCheckCode(t *testing.T) {
	cb := train(t, digitMatrix(t), Options{M: 4, Ksub: 16})
	for _, code := range [][]byte{nil, {1, 2, 3}, {1, 2, 3, 4, 5}, {1, 2, 3, 16}} {
		if err := cb.CheckCode(code); !errors.Is(err, ErrCode) {
			t.Errorf("code %v: %v", code, err)
		}
	}
}

func TestMarshal(t *testing.T) { // invariant 3
	cb := train(t, digitMatrix(t), Options{M: 4, Ksub: 10})
	b, err := cb.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Codebook
	if err := back.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	if back.M != cb.M || back.Ksub != cb.Ksub || back.Dsub != cb.Dsub || !slices.Equal(back.Centroids, cb.Centroids) {
		t.Error("another codebook came back")
	}
	for i := range b {
		bad := bytes.Clone(b)
		bad[i] ^= 1
		if err := new(Codebook).UnmarshalBinary(bad); !errors.Is(err, ErrMarshalled) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if err := new(Codebook).UnmarshalBinary(b[:i]); !errors.Is(err, ErrMarshalled) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func FuzzUnmarshal(f *testing.F) {
	b, err := (&Codebook{M: 1, Ksub: 2, Dsub: 1, Centroids: []float32{1, 2}}).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var cb Codebook
		if cb.UnmarshalBinary(b) == nil {
			again, err := cb.MarshalBinary()
			if err != nil || !bytes.Equal(again, b) {
				t.Error("what was accepted does not come back")
			}
		}
	})
}
