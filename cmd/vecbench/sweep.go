package main

import (
	"cmp"
	"context"
	"slices"
)

// series is what one subject gave at one point, run by run.
type series struct {
	subject subject
	at      point
	samples []sample
}

// sweep measures every subject at every point so many times, in turns.
func sweep(ctx context.Context, subjects []subject, runs int) ([]*series, error) {
	var all []*series
	for _, s := range subjects {
		for _, at := range s.points() {
			all = append(all, &series{subject: s, at: at})
		}
	}
	// What slows down whatever is measured first, or next to something else,
	// should not be the same in every run.
	order := slices.Clone(all)
	for range runs {
		for _, one := range order {
			s, err := one.subject.measure(ctx, one.at)
			if err != nil {
				return nil, err
			}
			one.samples = append(one.samples, s)
		}
		slices.Reverse(order)
	}
	return all, nil
}

// median of a property of the samples.
func median[T cmp.Ordered](samples []sample, of func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

func recallOf(s sample) float64 { return s.recall }
func rateOf(s sample) float64   { return s.qps }

func perCPUOf(s sample) float64 { return s.perCPU }

// best is the highest rate that one client of a subject reached in a run with
// at least that recall, and where; 0 if there was none.
func best(all []*series, of subject, run int, floor float64, rateOf func(sample) float64) (rate float64, at point) {
	for _, one := range all {
		if s := one.samples[run]; one.subject == of && one.at.clients == 1 && s.recall >= floor && rateOf(s) > rate {
			rate, at = rateOf(s), one.at
		}
	}
	return rate, at
}
