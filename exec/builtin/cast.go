package builtin

import (
	"math"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// castFunctions convert between types of one family and apply type modifiers;
// conversions that need the arithmetic of a type are with that type.
func castFunctions() Table {
	toInt := func(bits int) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return datum.FitInt(a.Int(), bits) })
	}
	round := func(bits int) Impl {
		return one(func(a datum.Datum) (datum.Datum, error) { return roundToInt(a.Float(), bits) })
	}
	toDouble := template("CAST($1 AS REAL)", func(_ *Call, a []datum.Datum) (datum.Datum, error) {
		return datum.Float(float64(a[0].Int())), nil
	})
	toSingle := one(func(a datum.Datum) (datum.Datum, error) {
		return datum.Float(float64(float32(a.Int()))), nil
	})
	name := one(func(a datum.Datum) (datum.Datum, error) {
		return datum.Text(datum.TruncateName(a.Str())), nil
	})
	return Table{
		"i2toi4": same(), "int28": same(), "int48": same(), "ftod": same(),
		"i4toi2": toInt(16), "int82": toInt(16), "int84": toInt(32),
		"i2tod": toDouble, "i4tod": toDouble, "i8tod": toDouble,
		"i2tof": toSingle, "i4tof": toSingle, "i8tof": toSingle,
		"ftoi2": round(16), "ftoi4": round(32), "ftoi8": round(64),
		"dtoi2": round(16), "dtoi4": round(32), "dtoi8": round(64),
		"dtof": one(func(a datum.Datum) (datum.Datum, error) { return toFloat4(a.Float()) }),

		"oidtoi8": same(),
		"i8tooid": one(func(a datum.Datum) (datum.Datum, error) {
			if a.Int() < 0 || a.Int() > math.MaxUint32 {
				return datum.Null, outOfRange("OID")
			}
			return a, nil
		}),
		"xid8toxid": one(func(a datum.Datum) (datum.Datum, error) { return datum.Int(int64(uint32(a.Int()))), nil }),
		"chartoi4": one(func(a datum.Datum) (datum.Datum, error) {
			if len(a.Bytes()) == 0 {
				return datum.Int(0), nil
			}
			return datum.Int(int64(int8(a.Bytes()[0]))), nil
		}),
		"i4tochar": one(func(a datum.Datum) (datum.Datum, error) {
			v := a.Int()
			switch {
			case v < math.MinInt8 || v > math.MaxInt8:
				return datum.Null, outOfRange(`"char"`)
			case v == 0:
				return datum.Text(""), nil
			}
			return datum.TextBytes([]byte{byte(v)}), nil
		}),
		"text_char": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.TextBytes(a.Bytes()[:min(1, len(a.Bytes()))]), nil
		}),
		"char_text": same(), "char_bpchar": same(), "name_text": same(), "name_bpchar": same(),
		"text_name": name,
		"bpchar_name": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.Text(datum.TruncateName(string(trimBlanks(a.Bytes())))), nil
		}),

		"varchar": modifier(oid.VarChar), "bpchar": modifier(oid.BPChar),
		"numeric": modifier(oid.Numeric),
		"bit":     modifier(oid.Bit), "varbit": modifier(oid.VarBit),
		"time_scale": modifier(oid.Time), "timetz_scale": modifier(oid.TimeTZ),
		"timestamp_scale": modifier(oid.Timestamp), "timestamptz_scale": modifier(oid.TimestampTZ),
		"interval_scale": modifier(oid.Interval),
	}
}

// maxPadded is the largest modifier of a type that pads; a declared one is
// never larger.
const maxPadded = 10485760 + 4

func trimBlanks(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

// modifier applies the type modifier in the second argument; the third, where
// there is one, says whether the cast was written.
func modifier(id oid.OID) Impl {
	t := datum.ByOID(id)
	return pure(func(a []datum.Datum) (datum.Datum, error) {
		typmod := int32(a[1].Int())
		switch {
		case typmod < 0:
			return a[0], nil
		case id == oid.BPChar && typmod > maxPadded:
			return datum.Null, tooLarge()
		}
		return t.Coerce(a[0], typmod, len(a) < 3 || a[2].Bool())
	})
}

// roundToInt rounds to the nearest integer, halves to the even one.
func roundToInt(v float64, bits int) (datum.Datum, error) {
	v = math.RoundToEven(v)
	limit := math.Ldexp(1, bits-1)
	if v < -limit || v >= limit || v != v {
		return datum.Null, datum.IntOutOfRange(bits)
	}
	return datum.Int(int64(v)), nil
}

// toFloat4 narrows a double: what overflows or vanishes is an error.
func toFloat4(v float64) (datum.Datum, error) {
	r := float64(float32(v))
	switch {
	case math.IsInf(r, 0) && !math.IsInf(v, 0):
		return datum.Null, floatOverflow()
	case r == 0 && v != 0:
		return datum.Null, floatUnderflow()
	}
	return datum.Float(r), nil
}
