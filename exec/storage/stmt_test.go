package storage

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"voronoi/internal/datum"
)

// TestValues holds what SQLite does to the values that need care, when bound,
// when stored in an ANY column and when read back.
func TestValues(t *testing.T) {
	c := openConn(t)
	exec(t, c, "CREATE TABLE v(id INTEGER PRIMARY KEY, x ANY) STRICT")
	for _, tc := range []struct {
		name string
		in   datum.Datum
		want string
	}{
		{"null", datum.Null, "NULL"},
		{"min", datum.Int(math.MinInt64), "-9223372036854775808"},
		{"max", datum.Int(math.MaxInt64), "9223372036854775807"},
		{"float", datum.Float(1.5), "1.5"},
		{"whole float stays one", datum.Float(3), "3"},
		{"negative zero", datum.Float(math.Copysign(0, -1)), "-0.0"},
		{"infinity", datum.Float(math.Inf(1)), "+Inf"},
		{"minus infinity", datum.Float(math.Inf(-1)), "-Inf"},
		{"nan is a blob", datum.Float(math.NaN()), "x'4e614e'"},
		{"smallest", datum.Float(math.SmallestNonzeroFloat64), "5e-324"},
		{"empty text", datum.Text(""), `""`},
		{"empty blob is not null", datum.Blob(nil), "x''"},
		{"text with a zero", datum.Text("a\x00b"), `"a\x00b"`},
		{"text like a number", datum.Text("1.10"), `"1.10"`},
		{"blob", datum.Blob([]byte{0, 255}), "x'00ff'"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			exec(t, c, "DELETE FROM v")
			exec(t, c, "INSERT INTO v VALUES (1, ?)", tc.in)
			want(t, c, tc.want, "SELECT x FROM v")
			got, err := query(c, "SELECT ?", tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if tc.in.Kind() != datum.KindFloat && got != tc.want {
				t.Errorf("bound: got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestFloatKindSurvivesStorage(t *testing.T) {
	c := openConn(t)
	exec(t, c, "CREATE TABLE v(x ANY) STRICT")
	exec(t, c, "INSERT INTO v VALUES (?)", datum.Float(3))
	want(t, c, `"real"`, "SELECT typeof(x) FROM v")
	s, err := c.Prepare("SELECT x FROM v")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Step(); err != nil {
		t.Fatal(err)
	}
	if k := s.Column(0).Kind(); k != datum.KindFloat {
		t.Errorf("kind %d", k)
	}
}

// TestLoadSlow covers the forms of a value that are not plain.
func TestLoadSlow(t *testing.T) {
	c := openConn(t)
	want(t, c, "x'000000'", "SELECT zeroblob(3)")
	exec(t, c, "CREATE TABLE z(x ANY) STRICT")
	exec(t, c, "INSERT INTO z VALUES (zeroblob(2)), (12), (1.5)")
	want(t, c, "x'0000';12;1.5", "SELECT x FROM z")
	want(t, c, `"12",12`, "SELECT CAST(x AS TEXT), x FROM z WHERE x = 12")
	want(t, c, `12,"12!",12`, "SELECT x, x || '!', x FROM z WHERE x = 12")
	want(t, c, `x'3132'`, "SELECT CAST('12' AS BLOB)")
	want(t, c, `"[1,2]"`, "SELECT json_array(1, 2)")
}

func TestStepAfterEnd(t *testing.T) {
	c := openConn(t)
	s, err := c.Prepare("SELECT 1")
	if err != nil {
		t.Fatal(err)
	}
	for i, expected := range []bool{true, false, false} {
		if row, err := s.Step(); row != expected || err != nil {
			t.Errorf("step %d: %v %v", i, row, err)
		}
	}
	if !s.Column(0).IsNull() || !s.Column(7).IsNull() {
		t.Error("a column outside a row is not NULL")
	}
	s.Reset()
	if row, _ := s.Step(); !row || s.Column(0).Int() != 1 {
		t.Error("no row after Reset")
	}
	s.Close()
}

func TestStatementCache(t *testing.T) {
	c := openConn(t)
	a, _ := c.Prepare("SELECT ?")
	b, _ := c.Prepare("SELECT ?")
	if a == b {
		t.Fatal("a statement in use was handed out twice")
	}
	a.Bind(1, datum.Text("x"))
	a.Close()
	b.Close()
	again, _ := c.Prepare("SELECT ?")
	if again != a {
		t.Error("the cached statement was not found")
	}
	if row, err := again.Step(); !row || err != nil || !again.Column(0).IsNull() {
		t.Errorf("a parameter survived Close: %s", show(again.Column(0)))
	}
	again.Close()
	for i := range 3 * statementCache {
		s, err := c.Prepare("SELECT " + strings.Repeat("1+", i%400) + "1")
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	if n := len(c.cache); n > statementCache {
		t.Errorf("%d statements cached", n)
	}
}

func TestPrepareRefuses(t *testing.T) {
	c := openConn(t)
	for _, sql := range []string{"", "  -- nothing", "SELECT 1; SELECT 2", "SELECT 1\x00", `SELECT "misspelt"`, "SELECT", "SELECT nosuch()"} {
		if s, err := c.Prepare(sql); err == nil {
			s.Close()
			t.Errorf("%q was prepared", sql)
		}
	}
	want(t, c, "1", "SELECT 1 ; ")
}

// TestReprepare: a schema change behind a cached statement goes unnoticed.
func TestReprepare(t *testing.T) {
	db := openMemory(t)
	c, d := acquire(t, db), acquire(t, db)
	exec(t, c, "CREATE TABLE t(a ANY) STRICT")
	exec(t, c, "INSERT INTO t VALUES (1)")
	want(t, d, "1", "SELECT a FROM t")
	exec(t, c, "CREATE INDEX i ON t(a)")
	want(t, d, "1", "SELECT a FROM t WHERE a = 1")
	exec(t, c, "ALTER TABLE t ADD COLUMN b ANY")
	want(t, d, "1", "SELECT a FROM t")
}

func TestLargeValue(t *testing.T) {
	c := openConn(t)
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	exec(t, c, "CREATE TABLE t(a BLOB) STRICT")
	exec(t, c, "INSERT INTO t VALUES (?)", datum.Blob(big))
	s, _ := c.Prepare("SELECT a, length(a) FROM t")
	defer s.Close()
	if row, err := s.Step(); !row || err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.Column(0).Bytes(), big) || s.Column(1).Int() != int64(len(big)) {
		t.Error("a megabyte did not come back as it was")
	}
}
