package catalog

import (
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// informationFunctions are the functions of information_schema over a type and
// its modifier, which tools call themselves.
func informationFunctions() builtin.Table {
	of := func(measure func(typ oid.OID, typmod int32) datum.Datum) builtin.Impl {
		return builtin.Impl{Scalar: func(_ *builtin.Call, args []datum.Datum) (datum.Datum, error) {
			return measure(oidArg(args[0]), int32(args[1].Int())), nil
		}}
	}
	return builtin.Table{
		"information_schema._pg_char_max_length(oid,integer)":         of(charMaxLength),
		"information_schema._pg_char_octet_length(oid,integer)":       of(charOctetLength),
		"information_schema._pg_numeric_precision(oid,integer)":       of(numericPrecision),
		"information_schema._pg_numeric_precision_radix(oid,integer)": of(numericRadix),
		"information_schema._pg_numeric_scale(oid,integer)":           of(numericScale),
		"information_schema._pg_datetime_precision(oid,integer)":      of(datetimePrecision),
		// The elements of an array with their places, from 1: what a JDBC driver
		// takes keys apart with.
		"information_schema._pg_expandarray(anyarray)": {Set: func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
			array := c.Type(c.Args[0])
			if array == nil || array.Elem == nil {
				return nil, pgerr.Internal("_pg_expandarray of a type without elements")
			}
			list := &rowList{}
			for i, elem := range datum.ArrayElems(array.Elem, args[0]) {
				list.rows = append(list.rows, []datum.Datum{elem, datum.Int(int64(i + 1))})
			}
			return list, nil
		}},
		"information_schema._pg_interval_type(oid,integer)": of(intervalType),
	}
}

// typmodHeader is what the modifiers of varchar, bpchar and numeric count beside
// the length.
const typmodHeader = 4

func charMaxLength(typ oid.OID, typmod int32) datum.Datum {
	switch typ {
	case oid.BPChar, oid.VarChar:
		if typmod >= 0 {
			return datum.Int(int64(typmod - typmodHeader))
		}
	case oid.Bit, oid.VarBit:
		if typmod >= 0 {
			return datum.Int(int64(typmod))
		}
	}
	return datum.Null
}

// maxOctets is the longest a value of a type without a limit can be.
const maxOctets = 1 << 30

func charOctetLength(typ oid.OID, typmod int32) datum.Datum {
	switch typ {
	case oid.Text, oid.BPChar, oid.VarChar:
		if typ == oid.Text || typmod < 0 {
			return datum.Int(maxOctets)
		}
		return datum.Int(int64(typmod-typmodHeader) * 4) // bytes of a character in UTF-8
	}
	return datum.Null
}

// numericBits are the binary precisions of the number types.
var numericBits = map[oid.OID]int64{oid.Int2: 16, oid.Int4: 32, oid.Int8: 64, oid.Float4: 24, oid.Float8: 53}

func numericPrecision(typ oid.OID, typmod int32) datum.Datum {
	if bits, ok := numericBits[typ]; ok {
		return datum.Int(bits)
	}
	if typ == oid.Numeric && typmod >= 0 {
		return datum.Int(int64((typmod - typmodHeader) >> 16 & 0xffff))
	}
	return datum.Null
}

func numericRadix(typ oid.OID, _ int32) datum.Datum {
	if numericBits[typ] != 0 {
		return datum.Int(2)
	}
	if typ == oid.Numeric {
		return datum.Int(10)
	}
	return datum.Null
}

func numericScale(typ oid.OID, typmod int32) datum.Datum {
	switch typ {
	case oid.Int2, oid.Int4, oid.Int8:
		return datum.Int(0)
	case oid.Numeric:
		if typmod >= 0 {
			return datum.Int(int64((typmod - typmodHeader) & 0xffff))
		}
	}
	return datum.Null
}

func datetimePrecision(typ oid.OID, typmod int32) datum.Datum {
	switch typ {
	case oid.Date:
		return datum.Int(0)
	case oid.Time, oid.Timestamp, oid.TimeTZ, oid.TimestampTZ:
		if typmod < 0 {
			return datum.Int(6)
		}
		return datum.Int(int64(typmod))
	case oid.Interval:
		if typmod < 0 || typmod&0xffff == 0xffff {
			return datum.Int(6)
		}
		return datum.Int(int64(typmod & 0xffff))
	}
	return datum.Null
}

func intervalType(typ oid.OID, typmod int32) datum.Datum {
	if typ != oid.Interval {
		return datum.Null
	}
	name := strings.TrimLeft(strings.TrimPrefix(datum.FormatType(typ, typmod), "interval"), "()0123456789")
	return textOrNull(upper(strings.TrimLeft(name, " ")))
}
