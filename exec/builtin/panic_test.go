package builtin_test

import (
	"fmt"
	"testing"
	"time"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// samples are texts of values of each type, empty, extreme and plain.
var samples = map[oid.OID][]string{
	oid.Bool: {"f", "t"}, oid.Char: {"", "x"}, oid.Name: {"", "name"}, oid.Text: {"", "ä b,c", "%1$s \\"},
	oid.VarChar: {"", "x"}, oid.BPChar: {"", "x "}, oid.Bytea: {`\x`, `\x00ff`},
	oid.Int2: {"0", "-32768", "3"}, oid.Int4: {"0", "-2147483648", "2147483647", "3"},
	oid.Int8: {"0", "-9223372036854775808", "9223372036854775807", "3"}, oid.OIDType: {"0", "4294967295"},
	oid.Float4: {"0", "NaN", "-Infinity", "1.5"}, oid.Float8: {"0", "NaN", "-Infinity", "1.5"},
	oid.Numeric: {"0", "NaN", "-Infinity", "-12.50"}, oid.UUID: {"00000000-0000-0000-0000-000000000000"},
	oid.Date: {"2000-01-01", "infinity", "4714-11-24 BC"}, oid.Time: {"00:00", "24:00"}, oid.TimeTZ: {"00:00+00", "24:00-15:59"},
	oid.Timestamp: {"2000-01-01", "-infinity", "294276-12-31"}, oid.TimestampTZ: {"2000-01-01", "infinity", "4714-11-24 BC"},
	oid.Interval: {"0", "-178000000 years", "1 mon -1 day 00:00:01"}, oid.JSON: {"null", "[]", `{"a": [1, "x"]}`, `"s"`},
	oid.JSONB: {"null", "[]", `{"a": [1, "x"]}`, `"s"`}, oid.JSONPath: {"$", "$.a[*]", "strict $[last]"},
	oid.Bit: {"", "101"}, oid.VarBit: {"", "101010101"}, oid.Inet: {"0.0.0.0", "::/0", "10.0.0.1/8"}, oid.CIDR: {"0.0.0.0/0", "::1/128"},
	oid.Vector: {"[0]", "[1,2,3]"}, oid.HalfVec: {"[0]", "[1,2,3]"}, oid.SparseVec: {"{}/1", "{1:2}/3"},
	oid.TextArray: {"{}", "{a,NULL}", "{{a,b},{c,d}}"}, oid.Int4Array: {"{}", "{1,NULL}", "{{1,2},{3,4}}"},
	oid.Float8Array: {"{}", "{0.5,NULL}"}, oid.Float4Array: {"{}", "{1}"}, oid.NumericArray: {"{}", "{1.0}"},
	oid.XID: {"0", "3"}, oid.XID8: {"0", "3"}, oid.CID: {"0"}, oid.OIDVector: {"", "1 2"},
}

// actual stands for the polymorphic types.
var actual = map[oid.OID]oid.OID{
	oid.Any: oid.Text, oid.AnyElement: oid.Int4, oid.AnyNonArray: oid.Int4, oid.AnyArray: oid.Int4Array,
	oid.AnyCompatible: oid.Int4, oid.AnyCompatibleArray: oid.Int4Array, oid.AnyCompatibleNonArray: oid.Int4,
}

type clockOnly struct{}

func (clockOnly) Type(id oid.OID) *datum.Type   { return datum.ByOID(id) }
func (clockOnly) TransactionTime() time.Time    { return time.Unix(0, 0) }
func (clockOnly) StatementTime() time.Time      { return time.Unix(0, 0) }
func (clockOnly) Setting(string) (string, bool) { return "", false }

// TestNothingPanics calls every function with values at the edges, and those
// that take NULLs with NULLs too.
func TestNothingPanics(t *testing.T) {
	snapshot := catalog.New(catalog.Load(builtin.Functions()))
	called := 0
	for id := range oid.FirstNormal {
		p := snapshot.Proc(id)
		if p == nil || p.Impl == nil || p.Name == "pg_sleep" || p.Name == "pg_sleep_until" || p.Name == "pg_sleep_for" {
			continue
		}
		call := func() *builtin.Call {
			c := &builtin.Call{Env: datum.DefaultEnv(), Session: clockOnly{}, Result: p.Result}
			for _, a := range p.Args {
				if b, ok := actual[a]; ok {
					a = b
				}
				c.Args = append(c.Args, a)
			}
			return c
		}
		for round := range 4 {
			c := call()
			args := make([]datum.Datum, len(c.Args))
			ready := true
			for i, a := range c.Args {
				texts, typ := samples[a], datum.ByOID(a)
				if texts == nil || typ == nil {
					ready = false
					break
				}
				args[i], _ = typ.Input(c.Env, texts[(round+i)%len(texts)])
			}
			if ready {
				called++
				try(t, p, c, args)
			}
		}
		if !p.Strict {
			try(t, p, call(), make([]datum.Datum, len(p.Args)))
		}
	}
	if called < 4000 {
		t.Errorf("only %d calls were made", called)
	}
}

// try calls a function of any kind and reports a panic.
func try(t *testing.T, p *catalog.Proc, c *builtin.Call, args []datum.Datum) {
	t.Helper()
	defer func() {
		if fault := recover(); fault != nil {
			var shown []string
			for _, a := range args {
				shown = append(shown, fmt.Sprintf("%v %q", a.Kind(), a.Bytes()))
			}
			t.Errorf("%s of %v: %v", p.Signature, shown, fault)
		}
	}()
	switch impl := p.Impl; {
	case impl.Scalar != nil:
		_, _ = impl.Scalar(c, args)
	case impl.Set != nil:
		rows, err := impl.Set(c, args)
		for n := 0; err == nil && n < 100; n++ {
			var row []datum.Datum
			if row, err = rows.Next(); row == nil {
				break
			}
		}
	case impl.Aggregate != nil:
		acc, err := impl.Aggregate(c)
		if err == nil && acc.Step(args) == nil && acc.Step(args) == nil {
			_, _ = acc.Value()
		}
	}
}
