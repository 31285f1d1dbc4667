package datum

import (
	"math"
	"unsafe"
)

// Kind is the storage class of a datum: what SQLite stores and compares.
type Kind uint8

// The five storage classes.
const (
	KindNull Kind = iota
	KindInt
	KindFloat
	KindText
	KindBlob
)

// Datum is one SQL value in storage form. Its type is known from the plan, not
// from the datum: the same KindInt is a date in one column and a bigint in
// another. The zero Datum is NULL.
//
// A text or blob datum may alias memory of SQLite or of a read buffer; whoever
// returns such a datum says how long it lives, and [Datum.Clone] makes it
// independent.
type Datum struct {
	kind Kind
	num  uint64 // KindInt: the int64's bits; KindFloat: the float64's bits
	b    []byte // KindText, KindBlob
}

// Null is the SQL NULL.
var Null = Datum{}

// nanTag is how a float NaN is stored, because SQLite turns the NaN of IEEE
// 754 into NULL. Being a blob it sorts above every number and equals itself,
// which is how Postgres orders NaN.
var nanTag = []byte("NaN")

// Int makes a datum of every type stored as an integer.
func Int(v int64) Datum { return Datum{kind: KindInt, num: uint64(v)} }

// Bool makes a boolean.
func Bool(v bool) Datum {
	if v {
		return Datum{kind: KindInt, num: 1}
	}
	return Datum{kind: KindInt}
}

// Float makes a datum of a floating-point type; NaN takes its stored form.
func Float(v float64) Datum {
	if v != v {
		return Datum{kind: KindBlob, b: nanTag}
	}
	return Datum{kind: KindFloat, num: math.Float64bits(v)}
}

// Text makes a datum of a type stored as text.
func Text(s string) Datum {
	return Datum{kind: KindText, b: unsafe.Slice(unsafe.StringData(s), len(s))}
}

// TextBytes is Text over bytes, which the datum then aliases.
func TextBytes(b []byte) Datum { return Datum{kind: KindText, b: b} }

// Blob makes a datum of a type stored as a blob; it aliases b.
func Blob(b []byte) Datum { return Datum{kind: KindBlob, b: b} }

// Kind is the datum's storage class.
func (d Datum) Kind() Kind { return d.kind }

// IsNull reports whether d is NULL.
func (d Datum) IsNull() bool { return d.kind == KindNull }

// Int is the value of an integer datum.
func (d Datum) Int() int64 { return int64(d.num) }

// Bool is the value of a boolean datum.
func (d Datum) Bool() bool { return d.num != 0 }

// Float is the value of a float datum, NaN included. An integer converts, as
// SQLite may hand a whole-numbered float back as one.
func (d Datum) Float() float64 {
	switch d.kind {
	case KindFloat:
		return math.Float64frombits(d.num)
	case KindInt:
		return float64(int64(d.num))
	default:
		return math.NaN()
	}
}

// Bytes is the content of a text or blob datum, aliased.
func (d Datum) Bytes() []byte { return d.b }

// Str is a copy of the content of a text datum as a string.
func (d Datum) Str() string { return string(d.b) }

// View is the content of a text datum as a string that aliases it: it must not
// outlive the datum.
func (d Datum) View() string { return unsafe.String(unsafe.SliceData(d.b), len(d.b)) }

// Clone makes a datum that aliases nothing.
func (d Datum) Clone() Datum {
	if d.kind == KindText || d.kind == KindBlob {
		c := make([]byte, len(d.b))
		copy(c, d.b)
		d.b = c
	}
	return d
}
