package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// printSubject says what is measured.
func printSubject(w io.Writer, c *config, d *dataset) {
	fmt.Fprintf(w, "dataset   %s: %d x %d, %s; %d queries, k = %d; index %s\n", d.name, d.base.Rows(), d.base.Dims,
		d.metric, d.query.Rows(), c.k, c.describeIndex())
}

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
	fmt.Fprintln(t, "subject\tsetting\tclients\trecall\tQPS\tper CPU s\tp50 µs\tp99 µs\testimated\tcandidates\tallocs\t")
	for _, one := range all {
		s := one.samples
		fmt.Fprintf(t, "%s\t%s\t%d\t%.4f\t%.0f\t%s\t%s\t%s\t%s\t%s\t%s\t\n", one.subject.name(), known("%.0f", float64(one.at.setting)), one.at.clients,
			median(s, recallOf), median(s, rateOf), known("%.0f", median(s, perCPUOf)),
			known("%.0f", microseconds(median(s, p50Of))),
			known("%.0f", microseconds(median(s, func(s sample) time.Duration { return s.p99 }))),
			known("%.0f", median(s, func(s sample) float64 { return s.work.estimated })),
			known("%.0f", median(s, func(s sample) float64 { return s.work.candidates })),
			known("%.1f", median(s, func(s sample) float64 { return s.allocs })))
	}
	t.Flush()
	fmt.Fprintln(w)
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
