package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"

	"voronoi/internal/datum"
)

// quiet drops the log: panics are provoked on purpose.
var quiet = slog.New(slog.DiscardHandler)

func openMemory(t testing.TB) *DB {
	t.Helper()
	return openDB(t, Memory, Options{Logger: quiet})
}

func openDB(t testing.TB, dir string, o Options) *DB {
	t.Helper()
	if o.Logger == nil {
		o.Logger = quiet
	}
	db, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func acquire(t testing.TB, db *DB) *Conn {
	t.Helper()
	c, err := db.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Release(c) })
	return c
}

func openConn(t testing.TB) *Conn { t.Helper(); return acquire(t, openMemory(t)) }

func exec(t testing.TB, c *Conn, sql string, args ...datum.Datum) {
	t.Helper()
	if err := c.Exec(sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// show writes a datum with its storage class.
func show(d datum.Datum) string {
	switch d.Kind() {
	case datum.KindInt:
		return fmt.Sprint(d.Int())
	case datum.KindFloat:
		if d.Float() == 0 && math.Signbit(d.Float()) {
			return "-0.0"
		}
		return fmt.Sprintf("%#v", d.Float())
	case datum.KindText:
		return fmt.Sprintf("%q", d.Str())
	case datum.KindBlob:
		return fmt.Sprintf("x'%x'", d.Bytes())
	default:
		return "NULL"
	}
}

// query runs a statement and writes its rows: columns by commas, rows by
// semicolons.
func query(c *Conn, sql string, args ...datum.Datum) (string, error) {
	s, err := c.Prepare(sql)
	if err != nil {
		return "", err
	}
	defer s.Close()
	s.BindAll(args)
	var rows []string
	for {
		row, err := s.Step()
		if err != nil {
			return strings.Join(rows, ";"), err
		}
		if !row {
			return strings.Join(rows, ";"), nil
		}
		var cols []string
		for i := range s.Columns() {
			cols = append(cols, show(s.Column(i)))
		}
		rows = append(rows, strings.Join(cols, ","))
	}
}

func want(t testing.TB, c *Conn, expected, sql string, args ...datum.Datum) {
	t.Helper()
	got, err := query(c, sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if got != expected {
		t.Errorf("%s:\n got %s\nwant %s", sql, got, expected)
	}
}

var errBoom = errors.New("boom")
