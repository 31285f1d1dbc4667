package vectorops

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// someCandidates draws few distinct ranks, some NaN, so that ties are many.
func someCandidates(rng *rand.Rand, n, distinct int) []Candidate {
	cs := make([]Candidate, n)
	for i := range cs {
		r := float64(rng.IntN(distinct))
		if r == 3 {
			r = math.NaN()
		}
		cs[i] = Candidate{Rank: r, Key: int64(i)}
	}
	rng.Shuffle(n, func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
	return cs
}

func sorted(cs []Candidate) []Candidate {
	cs = slices.Clone(cs)
	slices.SortFunc(cs, Candidate.compare)
	return cs
}

func sameKeys(a, b []Candidate) bool {
	return slices.EqualFunc(a, b, func(x, y Candidate) bool { return x.Key == y.Key })
}

func TestCandidateOrder(t *testing.T) {
	nan := math.NaN()
	order := []Candidate{{math.Inf(-1), 9}, {-1, 4}, {0, 1}, {0, 2}, {math.Inf(1), 0}, {nan, 1}, {nan, 2}}
	for i, a := range order {
		for j, b := range order {
			if a.Before(b) != (i < j) {
				t.Errorf("%v before %v: %v", a, b, a.Before(b))
			}
		}
	}
}

func TestTopKAndRankingAgainstSort(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var top TopK
	var ranking Ranking
	for _, n := range []int{0, 1, 2, 5, 31, 32, 33, 100, 1000, 5000} {
		for _, distinct := range []int{1, 5, 1 << 20} {
			cs := someCandidates(rng, n, distinct)
			want := sorted(cs)
			for _, k := range []int{0, 1, 10, n, n + 1} {
				top.Reset(k)
				for _, c := range cs {
					top.Push(c)
				}
				if have := top.Sorted(); !sameKeys(have, want[:min(k, n)]) {
					t.Fatalf("top %d of %d: %v", k, n, have)
				}
			}
			ranking.Reset()
			ranking.Add(cs...)
			var have []Candidate
			for c, ok := ranking.Next(); ok; c, ok = ranking.Next() {
				have = append(have, c)
			}
			if !sameKeys(have, want) {
				t.Fatalf("ranking of %d with %d ranks is not in order", n, distinct)
			}
		}
	}
}

func TestRankingAddsBetween(t *testing.T) {
	var r Ranking
	r.Reset()
	r.Add(Candidate{1, 1}, Candidate{5, 5}, Candidate{3, 3})
	first, _ := r.Next()
	r.Add(Candidate{2, 2}, Candidate{4, 4})
	have := []int64{first.Key}
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		have = append(have, c.Key)
	}
	if !slices.Equal(have, []int64{1, 2, 3, 4, 5}) {
		t.Errorf("have %v", have)
	}
}
