package datum

import (
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Limits of type modifiers.
const (
	maxCharLength       = 10485760
	maxBitLength        = 83886080
	maxNumericPrecision = 1000
	maxTimePrecision    = 6
	maxSparseDims       = 1000000000
)

// typmodReaders turn the numbers between the parentheses of a type name into
// a type modifier.
var typmodReaders = map[oid.OID]func(args []int) (int32, error){
	oid.VarChar: lengthTypmod("length for type varchar", maxCharLength, typmodHeader),
	oid.BPChar:  lengthTypmod("length for type char", maxCharLength, typmodHeader),
	oid.Bit:     lengthTypmod("length for type bit", maxBitLength, 0),
	oid.VarBit:  lengthTypmod("length for type varbit", maxBitLength, 0),

	oid.Vector:    lengthTypmod("dimensions for type vector", MaxVectorDims, 0),
	oid.HalfVec:   lengthTypmod("dimensions for type halfvec", MaxVectorDims, 0),
	oid.SparseVec: lengthTypmod("dimensions for type sparsevec", maxSparseDims, 0),

	oid.Time:        precisionTypmod("TIME", ""),
	oid.TimeTZ:      precisionTypmod("TIME", " WITH TIME ZONE"),
	oid.Timestamp:   precisionTypmod("TIMESTAMP", ""),
	oid.TimestampTZ: precisionTypmod("TIMESTAMP", " WITH TIME ZONE"),

	oid.Numeric:  numericTypmod,
	oid.Interval: intervalTypmod,
}

// TypmodIn reads the modifier written after a type's name, such as the 10 and 2
// of numeric(10,2). No arguments mean no modifier, -1. An array type takes
// those of its elements.
func TypmodIn(t *Type, args []string) (int32, error) {
	if len(args) == 0 {
		return -1, nil
	}
	if t.Elem != nil {
		t = t.Elem
	}
	read := typmodReaders[t.OID]
	if read == nil {
		return 0, pgerr.Newf(pgerr.SyntaxError, `type modifier is not allowed for type "%s"`, t.Name)
	}
	numbers := make([]int, len(args))
	for i, arg := range args {
		n, err := parseInt(arg, spokenInt[32], 32)
		if err != nil {
			return 0, err
		}
		numbers[i] = int(n)
	}
	return read(numbers)
}

func badTypmod(format string, args ...any) error {
	return pgerr.Newf(pgerr.InvalidParameterValue, format, args...)
}

// lengthTypmod reads one number of at least 1, to which header is added.
func lengthTypmod(what string, limit, header int) func([]int) (int32, error) {
	return func(args []int) (int32, error) {
		switch {
		case len(args) != 1:
			return 0, badTypmod("invalid type modifier")
		case args[0] < 1:
			return 0, badTypmod("%s must be at least 1", what)
		case args[0] > limit:
			return 0, badTypmod("%s cannot exceed %d", what, limit)
		}
		return int32(args[0] + header), nil
	}
}

// precisionTypmod reads a number of digits of a second, of which there are at
// most 6.
func precisionTypmod(name, zone string) func([]int) (int32, error) {
	return func(args []int) (int32, error) {
		switch {
		case len(args) != 1:
			return 0, badTypmod("invalid type modifier")
		case args[0] < 0:
			return 0, badTypmod("%s(%d)%s precision must not be negative", name, args[0], zone)
		}
		return int32(min(args[0], maxTimePrecision)), nil
	}
}

func numericTypmod(args []int) (int32, error) {
	if len(args) == 0 || len(args) > 2 {
		return 0, badTypmod("invalid NUMERIC type modifier")
	}
	precision, scale := args[0], 0
	if precision < 1 || precision > maxNumericPrecision {
		return 0, badTypmod("NUMERIC precision %d must be between 1 and %d", precision, maxNumericPrecision)
	}
	if len(args) == 2 {
		scale = args[1]
	}
	if scale < -maxNumericPrecision || scale > maxNumericPrecision {
		return 0, badTypmod("NUMERIC scale %d must be between %d and %d", scale, -maxNumericPrecision, maxNumericPrecision)
	}
	return int32(precision<<16|scale&0x7ff) + typmodHeader, nil
}

// The bits of an interval's modifier that name a field, and the values that
// stand for all fields and for full precision.
const (
	fieldMonth  = 1 << 1
	fieldYear   = 1 << 2
	fieldDay    = 1 << 3
	fieldHour   = 1 << 10
	fieldMinute = 1 << 11
	fieldSecond = 1 << 12

	intervalFullRange     = 0x7fff
	intervalFullPrecision = 0xffff
)

// intervalFields names the sets of fields that a type name can ask for.
var intervalFields = map[int]string{
	fieldYear: "year", fieldMonth: "month", fieldDay: "day",
	fieldHour: "hour", fieldMinute: "minute", fieldSecond: "second",
	fieldYear | fieldMonth:                           "year to month",
	fieldDay | fieldHour:                             "day to hour",
	fieldDay | fieldHour | fieldMinute:               "day to minute",
	fieldDay | fieldHour | fieldMinute | fieldSecond: "day to second",
	fieldHour | fieldMinute:                          "hour to minute",
	fieldHour | fieldMinute | fieldSecond:            "hour to second",
	fieldMinute | fieldSecond:                        "minute to second",
	intervalFullRange:                                "",
}

func intervalTypmod(args []int) (int32, error) {
	if len(args) == 0 || len(args) > 2 {
		return 0, badTypmod("invalid INTERVAL type modifier")
	}
	if _, ok := intervalFields[args[0]]; !ok {
		return 0, badTypmod("invalid INTERVAL type modifier")
	}
	if len(args) == 1 {
		if args[0] == intervalFullRange {
			return -1, nil
		}
		return int32(args[0]<<16 | intervalFullPrecision), nil
	}
	if args[1] < 0 {
		return 0, badTypmod("INTERVAL(%d) precision must not be negative", args[1])
	}
	return int32(args[0]<<16 | min(args[1], maxTimePrecision)), nil
}

// spokenNames are the types whose name in SQL is not the one in pg_type.
var spokenNames = map[oid.OID]string{
	oid.Bool: "boolean", oid.Int2: "smallint", oid.Int4: "integer", oid.Int8: "bigint",
	oid.Float4: "real", oid.Float8: "double precision",
	oid.BPChar: "character", oid.VarChar: "character varying", oid.VarBit: "bit varying",
	oid.Time: "time without time zone", oid.TimeTZ: "time with time zone",
	oid.Timestamp: "timestamp without time zone", oid.TimestampTZ: "timestamp with time zone",
	oid.Char: `"char"`, oid.Any: `"any"`,
}

// pseudoNames are the types that have no values and so no [Type].
var pseudoNames = map[oid.OID]string{
	oid.Any: "any", oid.AnyArray: "anyarray", oid.AnyElement: "anyelement", oid.AnyNonArray: "anynonarray",
	oid.AnyEnum: "anyenum", oid.AnyRange: "anyrange", oid.AnyCompatible: "anycompatible",
	oid.AnyCompatibleArray: "anycompatiblearray", oid.AnyCompatibleNonArray: "anycompatiblenonarray",
	oid.AnyCompatibleRange: "anycompatiblerange", oid.Trigger: "trigger", oid.Internal: "internal",
}

// TypeName is the name of a type in messages: what format_type gives without a
// modifier.
func TypeName(id oid.OID) string { return typeName(id, spokenNames[id]) }

// FormatType is the name of a type in SQL with its modifier, as format_type
// gives it. A modifier of -1 is none; bpchar and bit without length then go by
// their internal names, because the spoken ones would mean a length of 1.
func FormatType(id oid.OID, typmod int32) string {
	spoken := spokenNames[id]
	array := ""
	elem := id
	if t := types[id]; t != nil && t.Elem != nil && t.OID != oid.Int2Vector && t.OID != oid.OIDVector {
		elem, array = t.Elem.OID, "[]"
		spoken = spokenNames[elem]
	}
	if typmod < 0 {
		switch elem {
		case oid.BPChar:
			spoken = "bpchar"
		case oid.Bit:
			spoken = `"bit"`
		}
		return typeName(elem, spoken) + array
	}
	return typeNameTypmod(elem, spoken, typmod) + array
}

func typeName(id oid.OID, spoken string) string {
	if spoken != "" {
		return spoken
	}
	t := types[id]
	switch {
	case t == nil && pseudoNames[id] != "":
		return pseudoNames[id]
	case t == nil:
		return "???"
	case t.Elem != nil && t.OID != oid.Int2Vector && t.OID != oid.OIDVector:
		return TypeName(t.Elem.OID) + "[]"
	}
	return t.Name
}

// typeNameTypmod puts the modifier where it belongs: before "without time zone"
// in a time's name, after the others.
func typeNameTypmod(id oid.OID, spoken string, typmod int32) string {
	n := int(typmod)
	switch id {
	case oid.VarChar, oid.BPChar:
		return spoken + "(" + strconv.Itoa(n-typmodHeader) + ")"
	case oid.Time, oid.TimeTZ:
		return "time(" + strconv.Itoa(n) + ")" + spoken[len("time"):]
	case oid.Timestamp, oid.TimestampTZ:
		return "timestamp(" + strconv.Itoa(n) + ")" + spoken[len("timestamp"):]
	case oid.Numeric:
		precision, scale := NumericTypmod(typmod)
		return "numeric(" + strconv.Itoa(precision) + "," + strconv.Itoa(scale) + ")"
	case oid.Interval:
		name := "interval"
		if fields := intervalFields[n>>16&0x7fff]; fields != "" {
			name += " " + fields
		}
		if p := n & 0xffff; p != intervalFullPrecision {
			name += "(" + strconv.Itoa(p) + ")"
		}
		return name
	case oid.Bit, oid.VarBit, oid.Vector, oid.HalfVec, oid.SparseVec:
		return typeName(id, spoken) + "(" + strconv.Itoa(n) + ")"
	}
	return typeName(id, spoken)
}
