package storage

import (
	"testing"

	"voronoi/internal/datum"
)

// concat joins texts: an aggregate that cannot take a row out.
type concat struct{ b []byte }

func (a *concat) Step(args []datum.Datum) error {
	a.b = append(a.b, args[0].Bytes()...)
	return nil
}
func (a *concat) Value() (datum.Datum, error) { return datum.TextBytes(a.b), nil }

// TestWindowWithoutInverse compares an aggregate without Inverse with SQLite's
// own, over every kind of frame.
func TestWindowWithoutInverse(t *testing.T) {
	c := openConn(t)
	made := 0
	err := c.CreateAggregate(Aggregate{Name: "go_concat", Args: 1, New: func(*Conn) Accumulator { made++; return &concat{} }})
	if err != nil {
		t.Fatal(err)
	}
	exec(t, c, "CREATE TABLE w(p INTEGER, o INTEGER, s TEXT) STRICT")
	for i := range 60 {
		exec(t, c, "INSERT INTO w VALUES (?, ?, ?)", datum.Int(int64(i%3)), datum.Int(int64(i*7%20)), datum.Text(string(rune('A'+i%26))))
	}
	for _, frame := range []string{
		"", "ORDER BY o, s", "PARTITION BY p ORDER BY o",
		"PARTITION BY p ORDER BY o, s ROWS 2 PRECEDING",
		"PARTITION BY p ORDER BY o, s ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING",
		"PARTITION BY p ORDER BY o, s ROWS BETWEEN 1 FOLLOWING AND 4 FOLLOWING",
		"ORDER BY o, s ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
		"ORDER BY o RANGE BETWEEN 2 PRECEDING AND 3 FOLLOWING",
		"ORDER BY o GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
		"ORDER BY o, s ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW",
		"ORDER BY o ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE TIES",
	} {
		t.Run(frame, func(t *testing.T) {
			got, err := query(c, "SELECT p, o, s, coalesce(go_concat(s) OVER ("+frame+"), '') FROM w ORDER BY p, o, s, rowid")
			if err != nil {
				t.Fatal(err)
			}
			want(t, c, got, "SELECT p, o, s, coalesce(group_concat(s, '') OVER ("+frame+"), '') FROM w ORDER BY p, o, s, rowid")
		})
	}
	made = 0
	want(t, c, "0;1;2", "SELECT p FROM w GROUP BY p HAVING length(go_concat(s)) = 20")
	if made != 3 {
		t.Errorf("a plain GROUP BY made %d accumulators for 3 groups", made)
	}
	for _, a := range c.accumulators {
		if _, ok := a.(*recompute); ok {
			t.Error("a plain aggregate keeps its rows")
		}
	}
	want(t, c, `""`, "SELECT go_concat(s) FROM w WHERE false")
	want(t, c, `"AB"`, "SELECT go_concat(s) FILTER (WHERE s < 'C') FROM (SELECT DISTINCT s FROM w ORDER BY s)")
}
