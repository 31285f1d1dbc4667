package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// printFacts prints what is not measured by queries.
func printFacts(w io.Writer, subjects []subject) {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "subject\tbuild s\tindex bytes/vector\tRSS MiB\tfirst answer s\tCOPY rows/s\tSELECT 1 µs\t")
	for _, s := range subjects {
		f := s.facts()
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", s.name(), known("%.2f", f.build.Seconds()), known("%.0f", f.index),
			known("%.0f", float64(f.resident)/(1<<20)), known("%.3f", f.firstTime.Seconds()), known("%.0f", f.copyRows), known("%.0f", microseconds(f.roundTrip)))
	}
	t.Flush()
	fmt.Fprintln(w)
}

// known formats a number that is not known when it is 0.
func known(format string, x float64) string {
	if x == 0 {
		return "-"
	}
	return fmt.Sprintf(format, x)
}

// printSeries prints the medians.
func printSeries(w io.Writer, all []*series) {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "subject\tsetting\tclients\trecall\tQPS\tper CPU s\tp50 µs\tp99 µs\testimated\tcandidates\t")
	for _, one := range all {
		s := one.samples
		fmt.Fprintf(t, "%s\t%s\t%d\t%.4f\t%.0f\t%s\t%s\t%s\t%s\t%s\t\n", one.subject.name(), known("%.0f", float64(one.at.setting)), one.at.clients,
			median(s, recallOf), median(s, rateOf), known("%.0f", median(s, perCPUOf)),
			known("%.0f", microseconds(median(s, func(s sample) time.Duration { return s.p50 }))),
			known("%.0f", microseconds(median(s, func(s sample) time.Duration { return s.p99 }))),
			known("%.0f", median(s, func(s sample) float64 { return s.work.estimated })),
			known("%.0f", median(s, func(s sample) float64 { return s.work.candidates })))
	}
	t.Flush()
	fmt.Fprintln(w)
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// printRatios compares each subject that is ours with each peer.
func printRatios(w io.Writer, c *config, subjects []subject, all []*series) {
	for _, floor := range c.floors {
		for _, theirs := range subjects {
			if _, isPeer := theirs.(*peer); !isPeer {
				continue
			}
			for _, ours := range subjects {
				if _, isPeer := ours.(*peer); isPeer {
					continue
				}
				printRatio(w, c, floor, ours, theirs, all)
			}
		}
	}
}

func printRatio(w io.Writer, c *config, floor float64, ours, theirs subject, all []*series) {
	for _, measure := range []struct {
		of string
		by func(sample) float64
	}{{"QPS", rateOf}, {"queries per CPU second", perCPUOf}} {
		var ratios []float64
		var at, against point
		for run := range c.runs {
			mine, here := best(all, ours, run, floor, measure.by)
			other, there := best(all, theirs, run, floor, measure.by)
			if mine > 0 && other > 0 {
				ratios, at, against = append(ratios, mine/other), here, there
			}
		}
		if len(ratios) == 0 {
			continue // one of them does not reach the floor, or does not know
		}
		slices.Sort(ratios)
		fmt.Fprintf(w, "recall >= %.3g: %s at %d has %.2f times the %s of %s at %d (%.2f to %.2f in %d runs)\n", floor, ours.name(), at.setting,
			ratios[(len(ratios)-1)/2], measure.of, theirs.name(), against.setting, ratios[0], ratios[len(ratios)-1], len(ratios))
	}
}
