package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// aggregates that SQLite computes exactly as Postgres does. Minimum and maximum
// follow the order of the stored values or of the type's collation; bool is 0
// and 1, so that AND is the minimum. A sum of int4 cannot leave the range of a
// bigint; one of bigints can and is numeric.
func aggregates() Table {
	t := Table{
		`count("any")`:      {AggregateTemplate: "count($1)"},
		"count()":           {AggregateTemplate: "count(*)"},
		"bool_and(boolean)": {AggregateTemplate: "min($1)"},
		"every(boolean)":    {AggregateTemplate: "min($1)"},
		"bool_or(boolean)":  {AggregateTemplate: "max($1)"},
		"sum(smallint)":     {AggregateTemplate: "sum($1)"},
		"sum(integer)":      {AggregateTemplate: "sum($1)"},
	}
	extremes := map[string]oid.OID{
		"bigint": oid.Int8, "integer": oid.Int4, "smallint": oid.Int2, "oid": oid.OIDType, "xid8": oid.XID8,
		"real": oid.Float4, "double precision": oid.Float8, "numeric": oid.Numeric,
		"date": oid.Date, "time without time zone": oid.Time, "time with time zone": oid.TimeTZ,
		"timestamp without time zone": oid.Timestamp, "timestamp with time zone": oid.TimestampTZ,
		"interval": oid.Interval, "text": oid.Text, "character": oid.BPChar, "inet": oid.Inet, "tid": oid.TID,
		"anyenum": oid.Int8,
	}
	for name, id := range extremes {
		typ := datum.ByOID(id)
		if typ == nil {
			continue
		}
		t["min("+name+")"] = extreme(typ, "min", -1)
		t["max("+name+")"] = extreme(typ, "max", 1)
	}
	t["min(anyarray)"] = Impl{Aggregate: extremeOf(-1)}
	t["max(anyarray)"] = Impl{Aggregate: extremeOf(1)}
	return t
}

func extreme(t *datum.Type, sql string, wanted int) Impl {
	switch t.Ordering {
	case datum.OrderNative:
		return Impl{AggregateTemplate: sql + "($1)"}
	case datum.OrderCollation:
		return Impl{AggregateTemplate: sql + "($1 COLLATE " + t.Collation + ")"}
	default:
		return Impl{Aggregate: extremeOf(wanted)}
	}
}

// extremeOf makes accumulators of the least value (wanted -1) or the greatest
// (1) by the comparison of the argument's actual type.
func extremeOf(wanted int) func(c *Call) (Accumulator, error) {
	return func(c *Call) (Accumulator, error) {
		t := c.Type(c.Args[0])
		if t == nil || t.Compare == nil {
			return nil, noComparison(c, c.Args[0])
		}
		return &extremeState{compare: t.Compare, wanted: wanted}, nil
	}
}

type extremeState struct {
	compare func(a, b datum.Datum) int
	wanted  int
	best    datum.Datum
}

func (s *extremeState) Step(a []datum.Datum) error {
	if !a[0].IsNull() && (s.best.IsNull() || sign(s.compare(a[0], s.best)) == s.wanted) {
		s.best = a[0].Clone()
	}
	return nil
}

func (s *extremeState) Value() (datum.Datum, error) { return s.best, nil }

// fold makes accumulators that combine values that are not NULL two by two,
// beginning with the first.
func fold(f func(a, b datum.Datum) (datum.Datum, error)) Impl {
	return Impl{Aggregate: func(*Call) (Accumulator, error) { return &foldState{f: f}, nil }}
}

type foldState struct {
	f   func(a, b datum.Datum) (datum.Datum, error)
	sum datum.Datum
}

func (s *foldState) Step(a []datum.Datum) error {
	if a[0].IsNull() {
		return nil
	}
	if s.sum.IsNull() {
		s.sum = a[0].Clone()
		return nil
	}
	sum, err := s.f(s.sum, a[0])
	if err == nil {
		s.sum = sum
	}
	return err
}

func (s *foldState) Value() (datum.Datum, error) { return s.sum, nil }
