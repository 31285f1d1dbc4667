package storage

import (
	"fmt"
	"testing"

	"voronoi/internal/datum"
)

// The benchmarks answer the questions whose answers DESIGN.md records.

const benchRows = 100_000

// benchConn is a connection to a database with the table items(id, a, b, t, v):
// two numbers, a text of 17 bytes and a blob.
func benchConn(b *testing.B, blob int) *Conn {
	b.Helper()
	db := openDB(b, b.TempDir(), Options{})
	c := acquire(b, db)
	exec(b, c, "CREATE TABLE items(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, t TEXT, v BLOB) STRICT")
	fill(b, c, benchRows, blob)
	if err := db.Checkpoint(); err != nil {
		b.Fatal(err)
	}
	return c
}

func fill(b *testing.B, c *Conn, n, blob int) {
	b.Helper()
	if err := c.BeginImmediate(); err != nil {
		b.Fatal(err)
	}
	s, err := c.Prepare("INSERT INTO items VALUES (?, ?, ?, ?, ?)")
	if err != nil {
		b.Fatal(err)
	}
	v := make([]byte, blob)
	text := []byte("a text of 17 byte")
	for i := range n {
		s.Bind(1, datum.Int(int64(i+1)))
		s.Bind(2, datum.Int(int64(i)))
		s.Bind(3, datum.Int(int64(i%1000)))
		s.Bind(4, datum.TextBytes(text))
		s.Bind(5, datum.Blob(v))
		if _, err := s.Step(); err != nil {
			b.Fatal(err)
		}
		s.Reset()
	}
	s.Close()
	if err := c.Commit(); err != nil {
		b.Fatal(err)
	}
}

// drain steps a statement to its end and gives the number of rows.
func drain(b *testing.B, s *Stmt, row []datum.Datum) (n int) {
	for {
		more, err := s.Step()
		if err != nil {
			b.Fatal(err)
		}
		if !more {
			s.Reset()
			return n
		}
		row = s.AppendRow(row[:0])
		n++
	}
}

func benchQuery(b *testing.B, c *Conn, sql string, rows int) {
	b.Helper()
	s, err := c.Prepare(sql)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	row := make([]datum.Datum, 0, 8)
	drain(b, s, row)
	b.ReportAllocs()
	for b.Loop() {
		drain(b, s, row)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

func BenchmarkRow4(b *testing.B) {
	benchQuery(b, benchConn(b, 0), "SELECT id, a, b, t FROM items", benchRows)
}

func BenchmarkScanBlob(b *testing.B) {
	for _, size := range []int{400, 3136} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := benchConn(b, size)
			b.SetBytes(int64(size) * benchRows)
			benchQuery(b, c, "SELECT v FROM items", benchRows)
		})
	}
}

func BenchmarkFunction(b *testing.B) {
	c := benchConn(b, 0)
	for _, f := range []Function{
		{Name: "go_add", Args: 2, Deterministic: true, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(a[0].Int() + a[1].Int()), nil
		}},
		{Name: "go_len", Args: 1, Deterministic: true, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(len(a[0].Bytes()))), nil
		}},
		{Name: "go_text", Args: 1, Deterministic: true, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) { return a[0], nil }},
	} {
		if err := c.CreateFunction(f); err != nil {
			b.Fatal(err)
		}
	}
	if err := c.CreateAggregate(Aggregate{Name: "go_sum", Args: 1, New: func(*Conn) Accumulator { return &failing{} }}); err != nil {
		b.Fatal(err)
	}
	if err := c.CreateCollation("go_binary", func(a, b []byte) int { return len(a) - len(b) }); err != nil {
		b.Fatal(err)
	}
	for _, sql := range []string{
		"SELECT sum(a + b) FROM items",
		"SELECT sum(go_add(a, b)) FROM items",
		"SELECT go_sum(a) FROM items",
		"SELECT sum(length(t)) FROM items",
		"SELECT sum(go_len(t)) FROM items",
		"SELECT max(go_text(t)) FROM items",
		"SELECT count(*) FROM items WHERE t = 'x' COLLATE go_binary",
		"SELECT max(s) FROM (SELECT go_sum(b) OVER (ORDER BY id ROWS 9 PRECEDING) AS s FROM items)",
	} {
		b.Run(sql, func(b *testing.B) { benchQuery(b, c, sql, benchRows) })
	}
}

func BenchmarkPointLookup(b *testing.B) {
	for _, size := range []int{400, 3136} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := benchConn(b, size)
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				i = (i + 7919) % benchRows
				s, err := c.Prepare("SELECT id, a, t, v FROM items WHERE id = ?")
				if err != nil {
					b.Fatal(err)
				}
				s.Bind(1, datum.Int(int64(i+1)))
				if row, err := s.Step(); !row || err != nil || len(s.Column(3).Bytes()) != size {
					b.Fatal("no row", err)
				}
				s.Close()
			}
		})
	}
}

func BenchmarkInsert(b *testing.B) {
	for _, size := range []int{400, 3136} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := acquire(b, openDB(b, b.TempDir(), Options{}))
			exec(b, c, "CREATE TABLE items(id INTEGER PRIMARY KEY, v BLOB) STRICT")
			if err := c.BeginImmediate(); err != nil {
				b.Fatal(err)
			}
			s, _ := c.Prepare("INSERT INTO items VALUES (?, ?)")
			v := make([]byte, size)
			i := int64(0)
			b.ReportAllocs()
			for b.Loop() {
				i++
				s.Bind(1, datum.Int(i))
				s.Bind(2, datum.Blob(v))
				if _, err := s.Step(); err != nil {
					b.Fatal(err)
				}
				s.Reset()
			}
			s.Close()
			if err := c.Commit(); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func BenchmarkCommit(b *testing.B) {
	for _, durable := range []bool{false, true} {
		b.Run(fmt.Sprintf("durable=%v", durable), func(b *testing.B) {
			db := openDB(b, b.TempDir(), Options{})
			c := acquire(b, db)
			exec(b, c, "CREATE TABLE items(id INTEGER PRIMARY KEY, v BLOB) STRICT")
			v := datum.Blob(make([]byte, 400))
			i := int64(0)
			for b.Loop() {
				i++
				if err := c.BeginImmediate(); err != nil {
					b.Fatal(err)
				}
				exec(b, c, "INSERT INTO items VALUES (?, ?)", datum.Int(i), v)
				if err := c.Commit(); err != nil {
					b.Fatal(err)
				}
				if durable {
					if err := db.SyncCommits(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	c := openConn(b)
	b.Run("Meta", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Meta(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("BeginRead", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := c.BeginRead(); err != nil {
				b.Fatal(err)
			}
			if err := c.Commit(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkConnection(b *testing.B) {
	db := openDB(b, b.TempDir(), Options{})
	b.Run("pooled", func(b *testing.B) {
		for b.Loop() {
			c, err := db.Acquire(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			db.Release(c)
		}
	})
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			c, err := db.connect()
			if err != nil {
				b.Fatal(err)
			}
			c.close()
		}
	})
}

// list is a virtual table of keys and distances, as a vector search gives them.
type list struct{ keys []int64 }

func (l *list) Declare() string { return "key INTEGER, distance REAL, handle HIDDEN" }
func (l *list) BestIndex(in *IndexInfo) error {
	in.EstimatedCost, in.EstimatedRows = 1e12, 1e6
	for i := range in.Constraints {
		if k := &in.Constraints[i]; k.Column == 2 && k.Op == OpEQ && k.Usable {
			k.ArgIndex, k.Omit, in.Plan = 1, true, 1
			in.EstimatedCost, in.EstimatedRows = 10, 100
		}
	}
	in.OrderByConsumed = len(in.OrderBy) == 1 && in.OrderBy[0] == OrderTerm{Column: 1}
	return nil
}
func (l *list) Open(*Conn) (Cursor, error) { return &listCursor{l: l}, nil }

type listCursor struct {
	l    *list
	i, n int64
}

func (c *listCursor) Filter(_ int, a []datum.Datum) error { c.i, c.n = 0, a[0].Int(); return nil }
func (c *listCursor) Next() error                         { c.i++; return nil }
func (c *listCursor) EOF() bool                           { return c.i >= c.n }
func (c *listCursor) Column(i int) (datum.Datum, error) {
	if i == 0 {
		return datum.Int(c.l.keys[c.i]), nil
	}
	return datum.Float(float64(c.i)), nil
}
func (c *listCursor) Rowid() int64 { return c.i }
func (c *listCursor) Close() error { return nil }

// BenchmarkVirtualJoin joins the keys of a search back to their rows.
func BenchmarkVirtualJoin(b *testing.B) {
	c := benchConn(b, 400)
	keys := make([]int64, 10_000)
	for i := range keys {
		keys[i] = int64(i*7919%benchRows) + 1
	}
	if err := c.CreateModule("list", &list{keys}); err != nil {
		b.Fatal(err)
	}
	for _, n := range []int64{1, 10, 100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s, err := c.Prepare("SELECT i.id, i.t, k.distance FROM list(?) AS k CROSS JOIN items AS i WHERE i.id = k.key ORDER BY k.distance")
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			row := make([]datum.Datum, 0, 8)
			b.ReportAllocs()
			for b.Loop() {
				s.Bind(1, datum.Int(n))
				if got := drain(b, s, row); got != int(n) {
					b.Fatal(got)
				}
			}
		})
	}
}

func BenchmarkSort(b *testing.B) {
	for _, kib := range []int{2048, 16384, 65536} {
		b.Run(fmt.Sprint(kib), func(b *testing.B) {
			c := acquire(b, openDB(b, b.TempDir(), Options{ReaderCache: kib}))
			exec(b, c, "CREATE TABLE items(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, t TEXT, v BLOB) STRICT")
			fill(b, c, benchRows, 0)
			benchQuery(b, c, "SELECT id, t FROM items ORDER BY b, t, id DESC", benchRows)
		})
	}
}
