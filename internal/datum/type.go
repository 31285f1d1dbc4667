package datum

import (
	"time"

	"voronoi/internal/oid"
)

// Ordering says how SQLite is made to compare two values of a type as Postgres
// does.
type Ordering uint8

const (
	// OrderNative: SQLite's own comparison of the stored values is right.
	OrderNative Ordering = iota
	// OrderCollation: the stored texts are compared by Type.Collation.
	OrderCollation
	// OrderKey: the blobs made by Type.AppendKey are compared.
	OrderKey
	// OrderNone: the type has no equality (json, xml, point).
	OrderNone
)

// Type says everything about the values of one data type that depends on the
// type alone. Types are immutable and shared.
type Type struct {
	OID  oid.OID
	Name string // pg_type.typname
	// Elem is the element type of an array type, nil for others.
	Elem *Type
	// Storage is the kind that a stored value has; KindFloat columns are
	// declared ANY, since NaN is a blob.
	Storage  Kind
	Ordering Ordering
	// Collation is the SQLite collation that compares values under
	// OrderCollation: "RTRIM" or one of those in [Collations].
	Collation string

	// Input reads the text form, as Postgres's input function does with a
	// type modifier of -1; errors carry Postgres's text and SQLSTATE.
	Input func(env *Env, s string) (Datum, error)
	// AppendText appends the text form of a value that is not NULL.
	AppendText func(dst []byte, env *Env, d Datum) []byte
	// Recv reads the binary form; the datum may alias b.
	Recv func(env *Env, b []byte) (Datum, error)
	// AppendBinary appends the binary form of a value that is not NULL.
	AppendBinary func(dst []byte, env *Env, d Datum) []byte
	// Coerce applies a type modifier that is not -1: it rounds, pads,
	// truncates or refuses. explicit is true for a written cast, which
	// truncates where an assignment refuses. Nil where the type has no
	// modifier.
	Coerce func(d Datum, typmod int32, explicit bool) (Datum, error)
	// Compare orders two values that are not NULL as the type's default
	// btree operator class does. Nil under OrderNone.
	Compare func(a, b Datum) int
	// AppendKey appends bytes whose order is that of Compare and which are
	// equal exactly where Compare is 0. Every type with an order has it: array
	// and record keys are made of their elements' keys.
	AppendKey func(dst []byte, d Datum) []byte

	// load is Recv for bytes that AppendBinary has made, which need no check.
	// Nil where Recv checks little.
	load func(b []byte) Datum
	// width is the length of a binary form of which every value is good and
	// has no other spelling, 0 for other types.
	width int
}

// Read is Input and then Coerce, where typmod is not -1. For intervals it is
// more than that: the modifier says what a number without a unit means.
func (t *Type) Read(env *Env, s string, typmod int32, explicit bool) (Datum, error) {
	if t.OID == oid.Interval {
		return IntervalIn(env, s, typmod)
	}
	d, err := t.Input(env, s)
	if err == nil && typmod != -1 && t.Coerce != nil {
		d, err = t.Coerce(d, typmod, explicit)
	}
	return d, err
}

// Names turns the numbers behind regclass, regtype, regproc and the like into
// names and back, as the session's search path and catalog have it.
type Names interface {
	// RegName is the output of a reg* type for the object with number id.
	RegName(typ, id oid.OID) string
	// RegID is the input of a reg* type.
	RegID(typ oid.OID, name string) (oid.OID, error)
	// EnumLabel is the label of an enum type's stored ordinal, and EnumOrdinal
	// the reverse.
	EnumLabel(typ oid.OID, ordinal int64) (string, bool)
	EnumOrdinal(typ oid.OID, label string) (int64, bool)
}

// Env is what the text forms of some types depend on beside the value: the
// session's settings, its clock and its names. It is read-only while in use.
type Env struct {
	TimeZone         *time.Location // never nil
	TimeZoneName     string         // as SHOW TimeZone gives it
	DateStyle        DateStyle
	IntervalStyle    IntervalStyle
	ByteaEscape      bool // bytea_output = escape
	ExtraFloatDigits int  // 1 unless set; above 0 means shortest round trip
	// Now is the time at which the transaction began: what 'now' and
	// 'today' as inputs mean.
	Now   time.Time
	Names Names // may be nil where no reg* or enum value can occur
}

// DateStyle is the setting of that name.
type DateStyle struct {
	Format DateFormat
	Order  DateOrder
}

// DateFormat is the first half of DateStyle.
type DateFormat uint8

// Date formats.
const (
	DateISO DateFormat = iota
	DateSQL
	DatePostgres
	DateGerman
)

// DateOrder is the second half of DateStyle: how an ambiguous date is read.
type DateOrder uint8

// Date orders.
const (
	OrderMDY DateOrder = iota
	OrderDMY
	OrderYMD
)

// IntervalStyle is the setting of that name.
type IntervalStyle uint8

// Interval styles.
const (
	IntervalPostgres IntervalStyle = iota
	IntervalPostgresVerbose
	IntervalSQLStandard
	IntervalISO8601
)

// DefaultEnv is the environment of a session that has set nothing: UTC, ISO
// dates in month-day order.
func DefaultEnv() *Env {
	return &Env{TimeZone: time.UTC, TimeZoneName: "UTC", ExtraFloatDigits: 1}
}

// ByOID is the type with the given number, nil where there is no built-in one.
// Enum, domain and composite types are made by the catalog out of these.
func ByOID(id oid.OID) *Type { return types[id] }

// types is filled by this package's init functions, one per file of types.
var types = map[oid.OID]*Type{}

// register adds types and, where they have one, their array types.
func register(ts ...*Type) {
	for _, t := range ts {
		types[t.OID] = t
		if array, ok := arrayTypes[t.OID]; ok {
			types[array] = ArrayType(array, t)
		}
	}
}

// Collations are the comparison functions that a SQLite connection registers
// under the names that [Type.Collation] uses, besides SQLite's own RTRIM.
var Collations = map[string]func(a, b []byte) int{}
