package datum

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	Collations["pg_interval"] = func(a, b []byte) int { return compareIntervals(TextBytes(a), TextBytes(b)) }
	register(&Type{
		OID: oid.Interval, Name: "interval", Storage: KindText, Ordering: OrderCollation, Collation: "pg_interval",
		Input: func(env *Env, s string) (Datum, error) { return IntervalIn(env, s, -1) },
		AppendText: func(dst []byte, env *Env, d Datum) []byte {
			return appendInterval(dst, envOrDefault(env).IntervalStyle, IntervalOf(d))
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			if err := fixed(b, 16); err != nil {
				return Null, err
			}
			return Interval{
				Usec:   int64(binary.BigEndian.Uint64(b)),
				Days:   int32(binary.BigEndian.Uint32(b[8:])),
				Months: int32(binary.BigEndian.Uint32(b[12:])),
			}.Datum(), nil
		},
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte {
			v := IntervalOf(d)
			dst = binary.BigEndian.AppendUint64(dst, uint64(v.Usec))
			dst = binary.BigEndian.AppendUint32(dst, uint32(v.Days))
			return binary.BigEndian.AppendUint32(dst, uint32(v.Months))
		},
		Coerce:  func(d Datum, typmod int32, _ bool) (Datum, error) { return coerceInterval(d, typmod), nil },
		Compare: compareIntervals,
		AppendKey: func(dst []byte, d Datum) []byte {
			high, low := IntervalOf(d).span()
			dst = appendIntKey(dst, high)
			return binary.BigEndian.AppendUint64(dst, low)
		},
	})
}

// Interval is a span of time. Its parts are kept apart because a month has no
// fixed number of days and a day no fixed number of hours.
type Interval struct {
	Months, Days int32
	Usec         int64
}

// IntervalOf takes a stored interval apart.
func IntervalOf(d Datum) Interval {
	first := bytes.IndexByte(d.b, ' ')
	last := bytes.LastIndexByte(d.b, ' ')
	if first < 0 || first == last {
		return Interval{}
	}
	return Interval{
		Months: int32(parseStored(d.b[:first])),
		Days:   int32(parseStored(d.b[first+1 : last])),
		Usec:   parseStored(d.b[last+1:]),
	}
}

// Datum is the stored form.
func (v Interval) Datum() Datum {
	b := strconv.AppendInt(make([]byte, 0, 24), int64(v.Months), 10)
	b = strconv.AppendInt(append(b, ' '), int64(v.Days), 10)
	return TextBytes(strconv.AppendInt(append(b, ' '), v.Usec, 10))
}

// span is the length in microseconds, with 30 days to a month and 24 hours to
// a day, in 128 bits.
func (v Interval) span() (high int64, low uint64) {
	days := int64(v.Months)*daysPerMonth + int64(v.Days)
	negative := days < 0
	magnitude := uint64(days)
	if negative {
		magnitude = -magnitude
	}
	h, low := bits.Mul64(magnitude, uint64(usecPerDay))
	if negative {
		var borrow uint64
		low, borrow = bits.Sub64(0, low, 0)
		h, _ = bits.Sub64(0, h, borrow)
	}
	low, carry := bits.Add64(low, uint64(v.Usec), 0)
	h, _ = bits.Add64(h, uint64(v.Usec>>63), carry)
	return int64(h), low
}

func compareIntervals(a, b Datum) int {
	high, low := IntervalOf(a).span()
	high2, low2 := IntervalOf(b).span()
	switch {
	case high < high2 || high == high2 && low < low2:
		return -1
	case high > high2 || low > low2:
		return 1
	}
	return 0
}

// IntervalOutOfRange is the error of an interval beyond what the type holds.
func IntervalOutOfRange() error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "interval out of range")
}

// coerceInterval drops the fields that the modifier leaves out and rounds.
func coerceInterval(d Datum, typmod int32) Datum {
	if typmod < 0 {
		return d
	}
	v := IntervalOf(d)
	const toMonth, toDay, toHour, toMinute = fieldYear | fieldMonth, fieldDay, fieldHour, fieldMinute
	switch set := int(typmod) >> 16 & 0x7fff; {
	case set == fieldYear:
		v = Interval{Months: v.Months / monthsPerYear * monthsPerYear}
	case set == fieldMonth || set == toMonth:
		v = Interval{Months: v.Months}
	case set == toDay:
		v.Usec = 0
	case set&fieldSecond != 0:
	case set&toMinute != 0:
		v.Usec = v.Usec / usecPerMinute * usecPerMinute
	case set&toHour != 0:
		v.Usec = v.Usec / usecPerHour * usecPerHour
	}
	if precision := typmod & intervalFullPrecision; precision != intervalFullPrecision {
		v.Usec = roundTo(v.Usec, precision)
	}
	return v.Datum()
}

// fits32 makes an int32 of a number, ok where it is one.
func fits32(n int64) (int32, bool) { return int32(n), n >= math.MinInt32 && n <= math.MaxInt32 }
