package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

// columns of the rows that run writes and plot reads.
var columns = []struct {
	name string
	of   func(c *config, s *series) string
}{
	{"dataset", func(c *config, _ *series) string { return c.dataset }},
	{"index", func(c *config, s *series) string {
		if p, ok := s.subject.(*peer); ok {
			return p.method
		}
		return c.index
	}},
	{"subject", func(_ *config, s *series) string { return s.subject.name() }},
	{"setting", func(_ *config, s *series) string { return strconv.Itoa(s.at.setting) }},
	{"clients", func(_ *config, s *series) string { return strconv.Itoa(s.at.clients) }},
	{"recall", decimal(4, recallOf)},
	{"qps", decimal(1, rateOf)},
	{"qps_per_cpu", decimal(1, perCPUOf)},
	{"p50_us", decimal(1, func(s sample) float64 { return microseconds(s.p50) })},
	{"p99_us", decimal(1, func(s sample) float64 { return microseconds(s.p99) })},
	{"estimated", decimal(0, func(s sample) float64 { return s.work.estimated })},
	{"candidates", decimal(0, func(s sample) float64 { return s.work.candidates })},
	{"allocations", decimal(1, func(s sample) float64 { return s.allocs })},
	{"index_bytes_per_vector", fact(func(f facts) float64 { return f.index })},
	{"build_s", fact(func(f facts) float64 { return f.build.Seconds() })},
	{"rss_bytes", fact(func(f facts) float64 { return float64(f.resident) })},
	{"first_answer_s", fact(func(f facts) float64 { return f.firstTime.Seconds() })},
}

// decimal is the median of a property.
func decimal(places int, of func(sample) float64) func(*config, *series) string {
	return func(_ *config, s *series) string { return strconv.FormatFloat(median(s.samples, of), 'f', places, 64) }
}

func fact(of func(facts) float64) func(*config, *series) string {
	return func(_ *config, s *series) string { return number(of(s.subject.facts())) }
}

func p50Of(s sample) time.Duration { return s.p50 }

func writeCSV(path string, c *config, all []*series) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows := make([][]string, 1+len(all))
	for _, column := range columns {
		rows[0] = append(rows[0], column.name)
		for i, one := range all {
			rows[1+i] = append(rows[1+i], column.of(c, one))
		}
	}
	return csv.NewWriter(f).WriteAll(rows)
}

// written is a row as plot reads it.
type written struct {
	line        string // of the plot: the subject and its index
	recall, qps float64
}

// readCSV reads the rows of one client.
func readCSV(path string) (rows []written, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil || len(records) < 2 {
		return nil, errors.Join(fmt.Errorf("%s: no rows that run has written", path), err)
	}
	at := map[string]int{}
	for _, name := range []string{"index", "subject", "clients", "recall", "qps"} {
		if at[name] = slices.Index(records[0], name); at[name] < 0 {
			return nil, fmt.Errorf("%s: no column %s", path, name)
		}
	}
	for _, record := range records[1:] {
		if record[at["clients"]] != "1" {
			continue
		}
		recall, bad := strconv.ParseFloat(record[at["recall"]], 64)
		qps, worse := strconv.ParseFloat(record[at["qps"]], 64)
		if err := errors.Join(bad, worse); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		rows = append(rows, written{record[at["subject"]] + " " + record[at["index"]], recall, qps})
	}
	return rows, nil
}
