package storage

import (
	"testing"

	"voronoi/internal/datum"
)

func TestFunctionRegistration(t *testing.T) {
	c := openConn(t)
	f := func(n int64, args int) Function {
		return Function{Name: "f", Args: args, Deterministic: true, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(n + int64(len(a))), nil
		}}
	}
	for _, x := range []Function{f(100, 1), f(200, -1), f(300, 1)} {
		if err := c.CreateFunction(x); err != nil {
			t.Fatal(err)
		}
	}
	// By number of arguments; a second registration changes nothing.
	want(t, c, "101,200,203", "SELECT f(1), f(), f(1, 2, 3)")
	if !c.HasFunction("f") || c.HasFunction("g") {
		t.Error("HasFunction")
	}
	if err := c.CreateFunction(Function{Name: "bad", Args: 99999}); err == nil {
		t.Error("a function of 99999 arguments was accepted")
	}
}

// TestFunctionInSchema: indexes may call deterministic functions, though the
// schema is not trusted, and direct-only functions stay out of it.
func TestFunctionInSchema(t *testing.T) {
	db := openMemory(t)
	key := Function{Name: "key", Args: 1, Deterministic: true, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) {
		return datum.Int(-a[0].Int()), nil
	}}
	c, d := acquire(t, db), acquire(t, db)
	for _, err := range []error{c.CreateFunction(key), d.CreateFunction(key),
		c.CreateFunction(Function{Name: "direct", Args: 1, Deterministic: true, DirectOnly: true, Scalar: key.Scalar})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	exec(t, c, "CREATE TABLE t(a INTEGER) STRICT")
	exec(t, c, "CREATE UNIQUE INDEX tk ON t(key(a))")
	exec(t, c, "INSERT INTO t VALUES (1), (2), (3)")
	want(t, d, "3;2;1", "SELECT a FROM t ORDER BY key(a)")
	if err := d.Exec("INSERT INTO t VALUES (2)"); !IsUnique(err) {
		t.Errorf("got %v", err)
	}
	if err := c.Exec("CREATE INDEX td ON t(direct(a))"); err == nil {
		t.Error("a direct-only function was accepted in an index")
	}
	// A connection that lacks the function can neither write nor use the index.
	if err := acquire(t, db).Exec("INSERT INTO t VALUES (9)"); err == nil {
		t.Error("a row went in without its index entry")
	}
}

// TestDeterministicOnce: a deterministic call with constant arguments is made
// once per statement, any other once per row.
func TestDeterministicOnce(t *testing.T) {
	c := openConn(t)
	calls := map[string]int{}
	for _, f := range []Function{{Name: "stable", Args: 1, Deterministic: true}, {Name: "volatile", Args: 1}} {
		f.Scalar = func(_ *Conn, a []datum.Datum) (datum.Datum, error) {
			calls[f.Name]++
			return a[0], nil
		}
		if err := c.CreateFunction(f); err != nil {
			t.Fatal(err)
		}
	}
	want(t, c, "7,7;7,7;7,7", "SELECT stable(?1), volatile(?1) FROM (VALUES (1), (2), (3))", datum.Int(7))
	if calls["stable"] != 1 || calls["volatile"] != 3 {
		t.Errorf("calls: %v", calls)
	}
}

// TestNoAllocation: a row, a call and a binding cost no garbage.
func TestNoAllocation(t *testing.T) {
	if !shareGoMemory {
		t.Skip("the race detector's build copies")
	}
	c := openConn(t)
	err := c.CreateFunction(Function{Name: "same", Args: 2, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) { return a[0], nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CreateAggregate(Aggregate{Name: "agg", Args: 1, New: func(*Conn) Accumulator { return &failing{} }}); err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE TABLE t(a INTEGER, b TEXT, c BLOB) STRICT")
	exec(t, c, "INSERT INTO t VALUES (1, 'text', x'0102'), (2, 'more', x'')")
	text, row := datum.Text("bound"), make([]datum.Datum, 0, 8)
	for _, sql := range []string{
		"SELECT a, b, c, ?1 FROM t",
		"SELECT same(a, b), same(b, c), same(?1, c) FROM t",
		"SELECT agg(a) FROM t WHERE b <> ?1 AND a > 5", // no row: one New
	} {
		allowed := 0.0
		if sql[7] == 'a' && sql[8] == 'g' {
			allowed = 1
		}
		n := testing.AllocsPerRun(100, func() {
			s, err := c.Prepare(sql)
			if err != nil {
				t.Fatal(err)
			}
			s.Bind(1, text)
			for {
				more, err := s.Step()
				if err != nil {
					t.Fatal(err)
				}
				if !more {
					break
				}
				row = s.AppendRow(row[:0])
			}
			s.Close()
		})
		if n > allowed {
			t.Errorf("%s: %v allocations", sql, n)
		}
	}
}
