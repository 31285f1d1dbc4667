package builtin

import (
	"bytes"
	"fmt"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// comparison is one of the six operators.
type comparison struct {
	suffix, sql string
	holds       func(cmp int) bool
}

var sixComparisons = []comparison{
	{"eq", "=", func(c int) bool { return c == 0 }},
	{"ne", "<>", func(c int) bool { return c != 0 }},
	{"lt", "<", func(c int) bool { return c < 0 }},
	{"le", "<=", func(c int) bool { return c <= 0 }},
	{"gt", ">", func(c int) bool { return c > 0 }},
	{"ge", ">=", func(c int) bool { return c >= 0 }},
}

// comparable is a set of six functions over one representation. Name is their
// prosrc with % for the suffix.
type comparable struct {
	name string
	typ  oid.OID
	cmp  string // the three-way function, "" where there is none
}

// comparables compare two values of one type, or of two types stored alike: an
// int2 and an int8, a float4 and a float8, a name and a text.
var comparables = []comparable{
	{"bool%", oid.Bool, "btboolcmp"},
	{"char%", oid.Char, "btcharcmp"},
	{"name%", oid.Name, "btnamecmp"},
	{"name%text", oid.Text, "btnametextcmp"},
	{"text%name", oid.Text, "bttextnamecmp"},
	{"int2%", oid.Int2, "btint2cmp"},
	{"int4%", oid.Int4, "btint4cmp"},
	{"int8%", oid.Int8, "btint8cmp"},
	{"int24%", oid.Int8, "btint24cmp"},
	{"int28%", oid.Int8, "btint28cmp"},
	{"int42%", oid.Int8, "btint42cmp"},
	{"int48%", oid.Int8, "btint48cmp"},
	{"int82%", oid.Int8, "btint82cmp"},
	{"int84%", oid.Int8, "btint84cmp"},
	{"float4%", oid.Float8, "btfloat4cmp"},
	{"float8%", oid.Float8, "btfloat8cmp"},
	{"float48%", oid.Float8, "btfloat48cmp"},
	{"float84%", oid.Float8, "btfloat84cmp"},
	{"numeric_%", oid.Numeric, "numeric_cmp"},
	{"text_%", oid.Text, "bttextcmp"},
	{"text_pattern_%", oid.Text, "bttext_pattern_cmp"},
	{"bpchar%", oid.BPChar, "bpcharcmp"},
	{"bpchar_pattern_%", oid.BPChar, "btbpchar_pattern_cmp"},
	{"bytea%", oid.Bytea, "byteacmp"},
	{"uuid_%", oid.UUID, "uuid_cmp"},
	{"oid%", oid.OIDType, "btoidcmp"},
	{"oidvector%", oid.OIDVector, "btoidvectorcmp"},
	{"xid8%", oid.XID8, "xid8cmp"},
	{"tid%", oid.TID, "bttidcmp"},
	{"date_%", oid.Date, "date_cmp"},
	{"time_%", oid.Time, "time_cmp"},
	{"timetz_%", oid.TimeTZ, "timetz_cmp"},
	{"timestamp_%", oid.Timestamp, "timestamp_cmp"},
	{"interval_%", oid.Interval, "interval_cmp"},
	{"network_%", oid.Inet, "network_cmp"},
	{"bit%", oid.VarBit, "bitcmp"},
	{"jsonb_%", oid.JSONB, "jsonb_cmp"},
	{"enum_%", oid.Int8, "enum_cmp"},
}

func comparisons() Table {
	t := Table{}
	for _, family := range comparables {
		typ := datum.ByOID(family.typ)
		if typ == nil || typ.Compare == nil {
			continue
		}
		for _, op := range sixComparisons {
			t[spell(family.name, op.suffix)] = Impl{
				Template: compareSQL(typ, op.sql),
				Scalar: func(_ *Call, a []datum.Datum) (datum.Datum, error) {
					return datum.Bool(op.holds(typ.Compare(a[0], a[1]))), nil
				},
			}
		}
		if family.cmp != "" {
			t[family.cmp] = pure(func(a []datum.Datum) (datum.Datum, error) {
				return datum.Int(int64(typ.Compare(a[0], a[1]))), nil
			})
		}
	}
	// Equality of text has no underscore, and pattern operators no equality.
	for _, suffix := range []string{"eq", "ne"} {
		if f, ok := t["text_"+suffix]; ok {
			t["text"+suffix] = f
			delete(t, "text_"+suffix)
			delete(t, "text_pattern_"+suffix)
			delete(t, "bpchar_pattern_"+suffix)
		}
	}
	delete(t, "text_pattern_cmp")
	for key, same := range map[string]string{"xideq": "int8eq", "xidneq": "int8ne", "cideq": "int8eq"} {
		t[key] = t[same]
	}
	addStructured(t, "array_%", "btarraycmp")
	addStructured(t, "record_%", "btrecordcmp")
	image := func(want bool) Impl {
		return scalar(test2(func(a, b datum.Datum) bool { return bytes.Equal(a.Bytes(), b.Bytes()) == want }))
	}
	t["record_image_eq"], t["record_image_ne"] = image(true), image(false)
	return t
}

// spell puts the suffix in place of the name's %.
func spell(name, suffix string) string {
	for i := range len(name) {
		if name[i] == '%' {
			return name[:i] + suffix + name[i+1:]
		}
	}
	return name
}

// compareSQL is the SQLite expression of a comparison, "" where SQLite cannot
// do it.
func compareSQL(t *datum.Type, op string) string {
	switch t.Ordering {
	case datum.OrderNative:
		return "$1 " + op + " $2"
	case datum.OrderCollation:
		return fmt.Sprintf("$1 %s $2 COLLATE %s", op, t.Collation)
	default:
		return ""
	}
}

// addStructured adds the comparisons of a polymorphic type: how its values
// compare depends on the actual type of the call.
func addStructured(t Table, name, cmp string) {
	compare := func(c *Call, a []datum.Datum) (int, error) {
		typ := c.Type(c.Args[0])
		if typ == nil || typ.Compare == nil {
			return 0, noComparison(c, c.Args[0])
		}
		return typ.Compare(a[0], a[1]), nil
	}
	for _, op := range sixComparisons {
		t[spell(name, op.suffix)] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			r, err := compare(c, a)
			return datum.Bool(op.holds(r)), err
		})
	}
	t[cmp] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
		r, err := compare(c, a)
		return datum.Int(int64(r)), err
	})
}

// larger and smaller are the two-argument functions behind max and min. Of two
// equal values they give the second.
func larger(compare func(a, b datum.Datum) int) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		if compare(a, b) > 0 {
			return a, nil
		}
		return b, nil
	})
}

func smaller(compare func(a, b datum.Datum) int) Impl {
	return two(func(a, b datum.Datum) (datum.Datum, error) {
		if compare(a, b) < 0 {
			return a, nil
		}
		return b, nil
	})
}
