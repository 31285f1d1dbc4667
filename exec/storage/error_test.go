package storage

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// TestErrorCodes holds that what a statement can cause by its size or values is
// never an internal error.
func TestErrorCodes(t *testing.T) {
	repeat := func(s, sep string, n int) string {
		return strings.TrimSuffix(strings.Repeat(s+sep, n), sep)
	}
	for _, tc := range []struct{ name, code, sql string }{
		{"depth", "54001", "SELECT " + strings.Repeat("-(", 1200) + "1" + strings.Repeat(")", 1200)},
		{"chain", "54001", "SELECT " + repeat("1", "+", 1200)},
		{"parser depth", "54001", "SELECT " + strings.Repeat("(", 6000) + "1" + strings.Repeat(")", 6000)},
		{"compound", "54001", repeat("SELECT 1", " UNION ALL ", 600)},
		{"join", "54001", "SELECT 1 FROM " + repeat("meta", ",", 70)},
		{"joins", "54001", "SELECT 1 FROM " + repeat("meta", ",", 300)},
		{"columns", "54011", "SELECT " + repeat("1", ",", 3000)},
		{"table columns", "54011", "CREATE TABLE w(" + manyColumns(2100) + ") STRICT"},
		{"group terms", "54011", "SELECT 1 GROUP BY " + repeat("random()", ",", 3000)},
		{"order terms", "54011", "SELECT 1 ORDER BY " + repeat("random()", ",", 3000)},
		{"parameters", "54001", "SELECT ?32767"},
		{"arguments", "54023", "SELECT max(" + repeat("1", ",", 1200) + ")"},
		{"sum", "22003", "SELECT sum(x) FROM (SELECT 9223372036854775807 AS x UNION ALL SELECT 1)"},
		{"abs", "22003", "SELECT abs(-9223372036854775807 - 1)"},
		{"value", "54000", "SELECT zeroblob(1500000000)"},
		{"pattern", "54000", "SELECT 'x' LIKE replace(hex(zeroblob(40000)), '00', '%x')"},
		{"unique", "23505", "INSERT INTO u VALUES (1, 2, 'n')"},
		{"primary key", "23505", "INSERT INTO u(rowid, a, b) VALUES (1, 7, 8)"},
		{"not null", "23502", "INSERT INTO u VALUES (NULL, 3, 'n')"},
		{"check", "23514", "INSERT INTO u VALUES (5, -3, 'n')"},
		{"datatype", "42804", "INSERT INTO u VALUES ('x', 3, 'n')"},
		{"unknown", "XX000", "SELECT * FROM nosuch"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := openConn(t)
			exec(t, c, `CREATE TABLE u(a INTEGER NOT NULL, b INTEGER CHECK (b > 0), s TEXT) STRICT`)
			exec(t, c, "CREATE UNIQUE INDEX ui ON u(a, b)")
			exec(t, c, "INSERT INTO u VALUES (1, 2, 'x')")
			_, err := query(c, tc.sql)
			if got := pgerr.Code(err); got != tc.code {
				t.Errorf("code %s, want %s: %v", got, tc.code, err)
			}
		})
	}
}

func manyColumns(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("c")
		b.WriteString(strings.Repeat("x", i%50))
		b.WriteByte(byte('0' + i/50%10))
		b.WriteByte(byte('0' + i/500))
		b.WriteString(" ANY")
	}
	return b.String()
}

func TestUniqueNames(t *testing.T) {
	c := openConn(t)
	exec(t, c, `CREATE TABLE "od.d"("a, b" INTEGER, "c.d" INTEGER, e TEXT) STRICT`)
	exec(t, c, `CREATE TABLE t("a, b" INTEGER, "c.d" INTEGER, e TEXT) STRICT`)
	exec(t, c, `CREATE UNIQUE INDEX t_two ON t("a, b", "c.d")`)
	exec(t, c, `CREATE UNIQUE INDEX t_lower ON t(lower(e))`)
	exec(t, c, "INSERT INTO t VALUES (1, 2, 'x')")
	unique := func(err error) (string, []string, string) {
		t.Helper()
		var e *Error
		if !errors.As(err, &e) || !IsUnique(err) {
			t.Fatalf("got %v", err)
		}
		table, columns, index, _ := e.Unique()
		return table, columns, index
	}
	table, columns, _ := unique(c.Exec("INSERT INTO t VALUES (1, 2, 'y')"))
	if table != "t" || !slices.Equal(columns, []string{"a, b", "c.d"}) {
		t.Errorf("%q %q", table, columns)
	}
	if _, _, index := unique(c.Exec("INSERT INTO t VALUES (2, 2, 'X')")); index != "t_lower" {
		t.Errorf("index %q", index)
	}
}

func TestDiskFull(t *testing.T) {
	c := openConn(t)
	exec(t, c, "CREATE TABLE t(a BLOB) STRICT")
	if _, err := query(c, "PRAGMA max_page_count = 20"); err != nil {
		t.Fatal(err)
	}
	err := c.Exec("INSERT INTO t VALUES (?)", datum.Blob(make([]byte, 1<<20)))
	if pgerr.Code(err) != pgerr.DiskFull {
		t.Errorf("got %v", err)
	}
	want(t, c, "0", "SELECT count(*) FROM t")
}

func TestCorruptFile(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(dir, Options{Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := db.Acquire(t.Context())
	exec(t, c, "CREATE TABLE t(a TEXT) STRICT")
	for range 200 {
		exec(t, c, "INSERT INTO t VALUES (?)", datum.Text(strings.Repeat("x", 1000)))
	}
	db.Release(c)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(db.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	for page := int64(3); page < 20; page++ {
		if _, err := f.WriteAt([]byte(strings.Repeat("\xee", 100)), page*pageSize); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	db = openDB(t, dir, Options{})
	if _, err := query(acquire(t, db), "SELECT sum(length(a)) FROM t"); pgerr.Code(err) != pgerr.DataCorrupted {
		t.Errorf("got %v", err)
	}
}
