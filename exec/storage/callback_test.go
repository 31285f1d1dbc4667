package storage

import (
	"errors"
	"testing"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

var pgBoom = pgerr.New(pgerr.DivisionByZero, "division by zero")

// failing is an aggregate or window state that fails at one place.
type failing struct {
	at  string
	how func() error
	n   int64
}

func (f *failing) fail(at string) error {
	if f.at == at {
		return f.how()
	}
	return nil
}
func (f *failing) Step(a []datum.Datum) error    { f.n += a[0].Int(); return f.fail("step") }
func (f *failing) Inverse(a []datum.Datum) error { f.n -= a[0].Int(); return f.fail("inverse") }
func (f *failing) Value() (datum.Datum, error)   { return datum.Int(f.n), f.fail("value") }

// rows is a virtual table of the integers from 0 below a bound.
type rows struct {
	at  string
	how func() error
}

func (r *rows) fail(at string) error {
	if r.at == at {
		return r.how()
	}
	return nil
}
func (r *rows) Declare() string { return "n INTEGER, bound HIDDEN" }
func (r *rows) BestIndex(in *IndexInfo) error {
	for i := range in.Constraints {
		k := &in.Constraints[i]
		if k.Column == 1 && k.Op == OpEQ {
			if !k.Usable {
				return ErrNoPlan
			}
			k.ArgIndex, k.Omit, in.Plan = 1, true, 7
		}
	}
	in.OrderByConsumed = len(in.OrderBy) == 1 && in.OrderBy[0] == OrderTerm{Column: 0}
	return r.fail("bestindex")
}
func (r *rows) Open(*Conn) (Cursor, error) { return &rowsCursor{rows: r}, r.fail("open") }

type rowsCursor struct {
	*rows
	i, n int64
}

func (c *rowsCursor) Filter(plan int, args []datum.Datum) error {
	c.i, c.n = 0, 3
	if plan == 7 {
		c.n = args[0].Int()
	}
	return c.fail("filter")
}
func (c *rowsCursor) Next() error { c.i++; return c.fail("next") }
func (c *rowsCursor) EOF() bool {
	if err := c.fail("eof"); err != nil {
		panic(err)
	}
	return c.i >= c.n
}
func (c *rowsCursor) Column(i int) (datum.Datum, error) {
	return datum.Int(c.i + int64(i)), c.fail("column")
}
func (c *rowsCursor) Rowid() int64 {
	if err := c.fail("rowid"); err != nil {
		panic(err)
	}
	return c.i
}
func (c *rowsCursor) Close() error { return c.fail("close") }

// TestCallbackErrors holds rule R2 for every callback: an error, a panic with an
// error and any other panic abort the statement, reach the caller, leave no row
// behind and do no harm to the next statement.
func TestCallbackErrors(t *testing.T) {
	hows := map[string]func() error{
		"error":         func() error { return pgBoom },
		"wrapped error": func() error { return errors.Join(errBoom, pgBoom) },
		"panic error":   func() error { panic(pgBoom) },
		"panic value":   func() error { panic("boom") },
		"nil pointer":   func() error { var p *failing; return errors.New(p.at) },
	}
	places := []struct{ at, sql string }{
		{"scalar", "SELECT boom(n) FROM src"},
		{"scalar", "INSERT INTO dst SELECT boom(n) FROM src"},
		{"scalar", "SELECT n FROM src WHERE boom(n) > 1"},
		{"step", "SELECT agg(n) FROM src"},
		{"step", "INSERT INTO dst SELECT agg(n) FROM src GROUP BY n"},
		{"value", "SELECT agg(n) FROM src"},
		{"value", "SELECT agg(n) FROM src WHERE false"},
		{"step", "SELECT agg(n) OVER (ORDER BY n) FROM src"},
		{"value", "SELECT agg(n) OVER (ORDER BY n) FROM src"},
		{"inverse", "SELECT agg(n) OVER (ORDER BY n ROWS 1 PRECEDING) FROM src"},
		{"collation", "SELECT s FROM src ORDER BY s COLLATE boomed"},
		{"collation", "INSERT INTO dst SELECT n FROM src WHERE s = 'b' COLLATE boomed"},
		{"bestindex", "SELECT * FROM rows"},
		{"open", "SELECT * FROM rows"},
		{"filter", "SELECT * FROM rows"},
		{"next", "SELECT * FROM rows"},
		{"next", "INSERT INTO dst SELECT n FROM rows(2)"},
		{"eof", "SELECT * FROM rows"},
		{"column", "SELECT n FROM rows"},
		{"rowid", "SELECT rowid FROM rows"},
		{"close", "SELECT * FROM rows"},
	}
	for name, how := range hows {
		for _, p := range places {
			t.Run(p.at+"/"+name+"/"+p.sql, func(t *testing.T) {
				at := ""
				fail := func(place string) error {
					if at == place {
						return how()
					}
					return nil
				}
				c := openConn(t)
				exec(t, c, "CREATE TABLE src(n INTEGER, s TEXT) STRICT")
				exec(t, c, "INSERT INTO src VALUES (1, 'a'), (2, 'b'), (3, 'c')")
				exec(t, c, "CREATE TABLE dst(n ANY) STRICT")
				if err := errors.Join(
					c.CreateFunction(Function{Name: "boom", Args: 1, Scalar: func(_ *Conn, a []datum.Datum) (datum.Datum, error) {
						return a[0], fail("scalar")
					}}),
					c.CreateAggregate(Aggregate{Name: "agg", Args: 1, New: func(*Conn) Accumulator { return &failing{at: at, how: how} }}),
					c.CreateCollation("boomed", func(a, b []byte) int {
						if err := fail("collation"); err != nil {
							panic(err)
						}
						return int(a[0]) - int(b[0])
					}),
				); err != nil {
					t.Fatal(err)
				}
				m := &rows{how: how}
				if err := c.CreateModule("rows", m); err != nil {
					t.Fatal(err)
				}
				before, err := query(c, p.sql)
				if err != nil {
					t.Fatalf("without a fault: %v", err)
				}
				exec(t, c, "DELETE FROM dst")
				c.evictAll()

				at, m.at = p.at, p.at
				_, err = query(c, p.sql)
				if err == nil {
					t.Fatal("the statement succeeded")
				}
				code := pgerr.InternalError
				if name == "error" || name == "wrapped error" || name == "panic error" {
					code = pgerr.DivisionByZero
				}
				var e *pgerr.Error
				if !errors.As(err, &e) || e.Code != code {
					t.Errorf("got %T %v", err, err)
				}
				at, m.at = "", ""
				want(t, c, "0", "SELECT count(*) FROM dst")
				after, err := query(c, p.sql)
				if err != nil || after != before {
					t.Errorf("afterwards: %s %v, before: %s", after, err, before)
				}
				for _, a := range c.accumulators {
					if a != nil {
						t.Error("an accumulator was left behind")
					}
				}
				if len(c.args) != 0 {
					t.Error("arguments were left behind")
				}
			})
		}
	}
}

// evictAll forgets the prepared statements, so that BestIndex runs again.
func (c *Conn) evictAll() {
	for _, s := range c.cache {
		if !s.inUse {
			s.finalize()
		}
	}
}

// TestNested runs statements within callbacks: their errors and arguments stay
// apart.
func TestNested(t *testing.T) {
	c := openConn(t)
	add := func(name string, f func(c *Conn, a []datum.Datum) (datum.Datum, error)) {
		if err := c.CreateFunction(Function{Name: name, Args: -1, Scalar: f}); err != nil {
			t.Fatal(err)
		}
	}
	add("fails", func(*Conn, []datum.Datum) (datum.Datum, error) { return datum.Null, pgBoom })
	add("sum2", func(_ *Conn, a []datum.Datum) (datum.Datum, error) { return datum.Int(a[0].Int() + a[1].Int()), nil })
	add("inner", func(c *Conn, a []datum.Datum) (datum.Datum, error) {
		s, err := c.Prepare("SELECT sum2(?, 1)")
		if err != nil {
			return datum.Null, err
		}
		defer s.Close()
		s.Bind(1, a[0])
		if _, err := s.Step(); err != nil {
			return datum.Null, err
		}
		return datum.Int(s.Column(0).Int() + a[1].Int()), nil
	})
	add("swallows", func(c *Conn, a []datum.Datum) (datum.Datum, error) {
		if err := c.Exec("SELECT fails()"); !errors.Is(err, pgBoom) {
			return datum.Null, errBoom
		}
		return a[0], nil
	})
	want(t, c, "111;112", "SELECT inner(column1, 100) FROM (VALUES (10), (11))")
	want(t, c, "4", "SELECT swallows(4)")
}
