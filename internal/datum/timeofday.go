package datum

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"strconv"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	Collations["pg_timetz"] = func(a, b []byte) int { return compareTimeTZ(TextBytes(a), TextBytes(b)) }
	register(&Type{
		OID: oid.Time, Name: "time", Storage: KindInt,
		Input: func(env *Env, s string) (Datum, error) {
			r, err := readTimeOnly(env, s, false)
			if err != nil {
				return Null, dateError(err, "time", s)
			}
			return Int(r.timeOfDay()), nil
		},
		AppendText: func(dst []byte, _ *Env, d Datum) []byte { return appendTimeOfDay(dst, d.Int()) },
		Recv: func(_ *Env, b []byte) (Datum, error) {
			d, err := recvInt(64)(nil, b)
			if err == nil && (d.Int() < 0 || d.Int() > usecPerDay) {
				return Null, TimeOutOfRange()
			}
			return d, err
		},
		AppendBinary: sendInt(64),
		Coerce: func(d Datum, typmod int32, _ bool) (Datum, error) {
			return Int(roundTo(d.Int(), typmod)), nil
		},
		Compare:   compareInts,
		AppendKey: keyOfInt,
	}, &Type{
		OID: oid.TimeTZ, Name: "timetz", Storage: KindText, Ordering: OrderCollation, Collation: "pg_timetz",
		Input: func(env *Env, s string) (Datum, error) {
			r, err := readTimeOnly(env, s, true)
			if err != nil {
				return Null, dateError(err, "time with time zone", s)
			}
			return TimeTZ(r.timeOfDay(), r.west), nil
		},
		AppendText: func(dst []byte, _ *Env, d Datum) []byte {
			t, west := TimeTZParts(d)
			return appendOffset(appendTimeOfDay(dst, t), -west)
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			if err := fixed(b, 12); err != nil {
				return Null, err
			}
			t, west := int64(binary.BigEndian.Uint64(b)), int(int32(binary.BigEndian.Uint32(b[8:])))
			if t < 0 || t > usecPerDay {
				return Null, TimeOutOfRange()
			}
			if west <= -endZone || west >= endZone {
				return Null, pgerr.New(pgerr.InvalidTimeZoneDisplacement, "time zone displacement out of range")
			}
			return TimeTZ(t, west), nil
		},
		AppendBinary: func(dst []byte, _ *Env, d Datum) []byte {
			t, west := TimeTZParts(d)
			dst = binary.BigEndian.AppendUint64(dst, uint64(t))
			return binary.BigEndian.AppendUint32(dst, uint32(west))
		},
		Coerce: func(d Datum, typmod int32, _ bool) (Datum, error) {
			t, west := TimeTZParts(d)
			return TimeTZ(roundTo(t, typmod), west), nil
		},
		Compare: compareTimeTZ,
		AppendKey: func(dst []byte, d Datum) []byte {
			t, west := TimeTZParts(d)
			dst = appendIntKey(dst, t+int64(west)*usecPerSec)
			return appendIntKey(dst, int64(west))
		},
	})
}

// endZone is the smallest displacement, in seconds, that is too large.
const endZone = (maxZoneHour + 1) * 3600

// TimeOutOfRange is the error of a time of day before 0:00 or after 24:00.
func TimeOutOfRange() error { return pgerr.New(pgerr.DatetimeFieldOverflow, "time out of range") }

// TimeTZ makes a time of day in a zone, given in seconds west.
func TimeTZ(t int64, west int) Datum {
	b := strconv.AppendInt(make([]byte, 0, 20), t, 10)
	return TextBytes(strconv.AppendInt(append(b, ' '), int64(west), 10))
}

// TimeTZParts takes a time of day with zone apart.
func TimeTZParts(d Datum) (t int64, west int) {
	n := bytes.IndexByte(d.b, ' ')
	if n < 0 {
		return 0, 0
	}
	return parseStored(d.b[:n]), int(parseStored(d.b[n+1:]))
}

// parseStored reads an integer that this package has written.
func parseStored(b []byte) int64 {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	var n uint64
	for _, c := range b {
		n = n*10 + uint64(c-'0')
	}
	if negative {
		n = -n
	}
	return int64(n)
}

// compareTimeTZ orders by the moment in UTC, then by the zone.
func compareTimeTZ(a, b Datum) int {
	t, west := TimeTZParts(a)
	u, west2 := TimeTZParts(b)
	if c := cmp.Compare(t+int64(west)*usecPerSec, u+int64(west2)*usecPerSec); c != 0 {
		return c
	}
	return cmp.Compare(west, west2)
}

func appendTimeOfDay(dst []byte, t int64) []byte {
	var c civil
	c.setTime(t)
	return appendClock(dst, c.hour, c.minute, c.sec, c.usec)
}
