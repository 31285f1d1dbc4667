package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
)

// column names of the rows that run writes and plot reads.
var columns = []string{"dataset", "index", "subject", "setting", "clients", "recall", "qps"}

func writeCSV(path string, c *config, all []*series) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	rows := [][]string{columns}
	for _, one := range all {
		method := c.index
		if p, ok := one.subject.(*peer); ok {
			method = p.method
		}
		rows = append(rows, []string{c.dataset, method, one.subject.name(), strconv.Itoa(one.at.setting), strconv.Itoa(one.at.clients),
			fmt.Sprintf("%.4f", median(one.samples, recallOf)), fmt.Sprintf("%.1f", median(one.samples, rateOf))})
	}
	return w.WriteAll(rows)
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
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(columns)
	records, err := r.ReadAll()
	if err != nil || len(records) < 2 {
		return nil, errors.Join(fmt.Errorf("%s: no rows that run has written", path), err)
	}
	for _, record := range records[1:] {
		if record[4] != "1" {
			continue
		}
		recall, bad := strconv.ParseFloat(record[5], 64)
		qps, worse := strconv.ParseFloat(record[6], 64)
		if err := errors.Join(bad, worse); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		rows = append(rows, written{record[2] + " " + record[1], recall, qps})
	}
	return rows, nil
}
