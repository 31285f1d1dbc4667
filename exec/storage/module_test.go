package storage

import (
	"fmt"
	"strings"
	"testing"

	"voronoi/internal/datum"
)

// spy is a table of so many rows that remembers what it was asked.
type spy struct {
	asked  []string
	pulled int
	accept func(in *IndexInfo) error // chooses the plan
}

func (s *spy) Declare() string { return "key INTEGER, distance REAL, name TEXT, arg HIDDEN" }
func (s *spy) BestIndex(in *IndexInfo) error {
	var b strings.Builder
	for i, k := range in.Constraints {
		fmt.Fprintf(&b, "[col %d op %d usable %v", k.Column, k.Op, k.Usable)
		if d, ok := in.Value(i); ok {
			fmt.Fprintf(&b, " value %s", show(d))
		}
		if k.Op == OpEQ {
			fmt.Fprintf(&b, " collation %s", in.Collation(i))
		}
		b.WriteString("]")
	}
	for _, o := range in.OrderBy {
		fmt.Fprintf(&b, "[order %d desc %v]", o.Column, o.Desc)
	}
	fmt.Fprintf(&b, "[distinct %d used %b]", in.Distinct, in.ColUsed)
	s.asked = append(s.asked, b.String())
	if s.accept != nil {
		return s.accept(in)
	}
	return nil
}
func (s *spy) Open(*Conn) (Cursor, error) { return &spyCursor{spy: s}, nil }

type spyCursor struct {
	*spy
	i, n int64
}

func (c *spyCursor) Filter(plan int, args []datum.Datum) error {
	c.i, c.n = 0, 100
	if plan == 1 {
		c.n = args[0].Int()
	}
	c.pulled++
	return nil
}
func (c *spyCursor) Next() error { c.i++; c.pulled++; return nil }
func (c *spyCursor) EOF() bool   { return c.i >= c.n }
func (c *spyCursor) Column(i int) (datum.Datum, error) {
	switch i {
	case 0:
		return datum.Int(c.i * 3 % 100), nil
	case 1:
		return datum.Float(float64(c.i) / 2), nil
	case 2:
		return datum.Text(fmt.Sprint("n", c.i)), nil
	default:
		return datum.Null, nil
	}
}
func (c *spyCursor) Rowid() int64 { return c.i }
func (c *spyCursor) Close() error { return nil }

func TestIndexInfo(t *testing.T) {
	for _, tc := range []struct{ sql, want string }{
		{"SELECT key FROM spy", "[distinct 0 used 1]"},
		{"SELECT key FROM spy WHERE name = 'x' COLLATE NOCASE",
			`[col 2 op 2 usable true collation NOCASE][distinct 0 used 101]`},
		{"SELECT 1 FROM spy WHERE key > 5 AND key <= 7",
			"[col 0 op 4 usable true value 5][col 0 op 8 usable true value 7][distinct 0 used 1]"},
		{"SELECT name FROM spy(12) ORDER BY distance DESC, key",
			"[col 3 op 2 usable true value 12 collation BINARY][order 1 desc true][order 0 desc false][distinct 0 used 1111]"},
		{"SELECT DISTINCT name FROM spy", "[order 2 desc false][distinct 2 used 100]"},
		{"SELECT key, count(*) FROM spy GROUP BY key", "[order 0 desc false][distinct 1 used 1]"},
		{"SELECT 1 FROM spy WHERE rowid = 3", "[col -1 op 2 usable true value 3 collation BINARY][distinct 0 used 0]"},
		{"SELECT 1 FROM spy WHERE name IS NULL AND key IS NOT NULL AND distance <> 2",
			"[col 2 op 71 usable true][col 1 op 68 usable true value 2][col 0 op 70 usable true][distinct 0 used 111]"},
		{"SELECT key FROM spy LIMIT 3 OFFSET 2", "[col 0 op 74 usable true value 2][col 0 op 73 usable true value 3][distinct 0 used 1]"},
	} {
		c := openConn(t)
		s := &spy{}
		if err := c.CreateModule("spy", s); err != nil {
			t.Fatal(err)
		}
		if _, err := query(c, tc.sql); err != nil {
			t.Errorf("%s: %v", tc.sql, err)
		}
		if len(s.asked) == 0 || s.asked[0] != tc.want {
			t.Errorf("%s:\n got %q\nwant %q", tc.sql, s.asked, tc.want)
		}
	}
}

// TestLazyScan holds what rule V2 relies on: a scan that consumes the order is
// pulled from only as far as LIMIT asks, joined or not.
func TestLazyScan(t *testing.T) {
	c := openConn(t)
	exec(t, c, "CREATE TABLE it(id INTEGER PRIMARY KEY, t TEXT) STRICT")
	for i := range 100 {
		exec(t, c, "INSERT INTO it VALUES (?, ?)", datum.Int(int64(i)), datum.Text(fmt.Sprint("t", i)))
	}
	s := &spy{accept: func(in *IndexInfo) error {
		for i := range in.Constraints {
			if k := &in.Constraints[i]; k.Column == 3 && k.Op == OpEQ {
				if !k.Usable {
					return ErrNoPlan
				}
				k.ArgIndex, k.Omit, in.Plan = 1, true, 1
			}
		}
		in.OrderByConsumed = len(in.OrderBy) == 1 && in.OrderBy[0] == OrderTerm{Column: 1}
		return nil
	}}
	if err := c.CreateModule("spy", s); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		sql, want string
		pulled    int
	}{
		{"SELECT key, distance FROM spy(50) ORDER BY distance LIMIT 3", "0,0;3,0.5;6,1", 3},
		{"SELECT it.t, k.distance FROM spy(50) AS k CROSS JOIN it WHERE it.id = k.key ORDER BY k.distance LIMIT 2", `"t0",0;"t3",0.5`, 2},
		{"SELECT it.t FROM spy(50) AS k CROSS JOIN it WHERE it.id = k.key AND it.t = 't9' ORDER BY k.distance LIMIT 1", `"t9"`, 4},
		{"SELECT key FROM spy(5) ORDER BY distance", "0;3;6;9;12", 6},
		{"SELECT key FROM spy(5) ORDER BY distance DESC LIMIT 1", "12", 6},
		// A function in FROM sees the tables before it.
		{"SELECT it.id, k.key FROM it, spy(it.id) AS k WHERE it.id < 3", "1,0;2,0;2,3", 6},
	} {
		s.pulled = 0
		want(t, c, tc.want, tc.sql)
		if s.pulled != tc.pulled {
			t.Errorf("%s: pulled %d, want %d", tc.sql, s.pulled, tc.pulled)
		}
	}
}

func TestModuleIsEponymousOnly(t *testing.T) {
	c := openConn(t)
	for range 2 { // the second time it is there already
		if err := c.CreateModule("spy", &spy{}); err != nil {
			t.Fatal(err)
		}
	}
	if !c.HasModule("spy") || c.HasModule("spies") {
		t.Error("HasModule")
	}
	if err := c.Exec("CREATE VIRTUAL TABLE v USING spy"); err == nil {
		t.Error("a virtual table was created")
	}
	if err := c.Exec("INSERT INTO spy(key) VALUES (1)"); err == nil {
		t.Error("a virtual table was written to")
	}
}
