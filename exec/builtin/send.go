package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// sendFunctions give the text and binary forms of values, as Postgres's output
// and send functions do; few call them by name.
func sendFunctions() Table {
	t := Table{}
	for name, id := range map[string]oid.OID{
		"bool": oid.Bool, "bytea": oid.Bytea, "char": oid.Char, "name": oid.Name, "int2": oid.Int2, "int4": oid.Int4,
		"int8": oid.Int8, "text": oid.Text, "oid": oid.OIDType, "xid": oid.XID, "cid": oid.CID, "float4": oid.Float4,
		"float8": oid.Float8, "bpchar": oid.BPChar, "varchar": oid.VarChar, "date_": oid.Date, "time_": oid.Time,
		"timestamp_": oid.Timestamp, "timestamptz_": oid.TimestampTZ, "interval_": oid.Interval, "timetz_": oid.TimeTZ,
		"bit_": oid.Bit, "varbit_": oid.VarBit, "numeric_": oid.Numeric, "uuid_": oid.UUID, "json_": oid.JSON,
		"jsonb_": oid.JSONB, "inet_": oid.Inet, "cidr_": oid.CIDR, "xid8": oid.XID8,
	} {
		typ := datum.ByOID(id)
		t[name+"send"] = one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Blob(typ.AppendBinary(nil, nil, a)), nil
		})
		t[name+"out"] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(typ.AppendText(nil, c.Env, a[0])), nil
		})
	}
	byArgument := func(f func(c *Call, typ *datum.Type, d datum.Datum) datum.Datum) Impl {
		return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			typ, err := argType(c, 0)
			if err != nil {
				return datum.Null, err
			}
			return f(c, typ, a[0]), nil
		})
	}
	out := func(c *Call, typ *datum.Type, d datum.Datum) datum.Datum {
		return datum.TextBytes(typ.AppendText(nil, c.Env, d))
	}
	send := func(c *Call, typ *datum.Type, d datum.Datum) datum.Datum {
		return datum.Blob(typ.AppendBinary(nil, c.Env, d))
	}
	for _, name := range []string{"array_out", "record_out", "enum_out"} {
		t[name] = byArgument(out)
	}
	for _, name := range []string{"array_send", "record_send", "enum_send"} {
		t[name] = byArgument(send)
	}
	t["vector_out(vector)"], t["vector_send(vector)"] = byArgument(out), byArgument(send)
	return t
}

// extremeFunctions are the two-argument functions behind min and max.
func extremeFunctions() Table {
	t := Table{}
	for name, id := range map[string]oid.OID{
		"oid": oid.OIDType, "text_": oid.Text, "bpchar_": oid.BPChar, "date_": oid.Date, "time_": oid.Time,
		"timetz_": oid.TimeTZ, "timestamp_": oid.Timestamp, "xid8_": oid.XID8, "enum_": oid.Int8,
	} {
		compare := datum.ByOID(id).Compare
		t[name+"larger"], t[name+"smaller"] = larger(compare), smaller(compare)
	}
	return t
}
