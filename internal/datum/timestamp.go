package datum

import (
	"time"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(
		timestampType(oid.Timestamp, "timestamp", func(*Env) *time.Location { return nil }),
		timestampType(oid.TimestampTZ, "timestamptz", func(env *Env) *time.Location { return env.TimeZone }),
	)
}

// timestampType makes one of the two types; zone is nil for the one without.
func timestampType(id oid.OID, name string, zone func(*Env) *time.Location) *Type {
	zoned := id == oid.TimestampTZ
	spoken := "timestamp"
	if zoned {
		spoken = "timestamp with time zone"
	}
	return &Type{
		OID: id, Name: name, Storage: KindInt,
		Input: func(env *Env, s string) (Datum, error) {
			env = envOrDefault(env)
			if c, west, hasZone, ok := parseISOTimestamp(s); ok {
				if t, ok := c.timestamp(); ok {
					switch {
					case zoned && hasZone:
						t += int64(west) * usecPerSec
					case zoned:
						t = UTCTime(env.TimeZone, t)
					}
					if validTimestamp(t) {
						return Int(t), nil
					}
				}
			}
			t, err := parseTimestamp(env, s, zoned)
			if err != nil {
				return Null, dateError(err, spoken, s)
			}
			return Int(t), nil
		},
		AppendText: func(dst []byte, env *Env, d Datum) []byte {
			env = envOrDefault(env)
			return appendTimestamp(dst, env.DateStyle, d.Int(), zone(env))
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			d, err := recvInt(64)(nil, b)
			if err == nil && !IsInfiniteTimestamp(d) && !validTimestamp(d.Int()) {
				return Null, TimestampOutOfRange()
			}
			return d, err
		},
		AppendBinary: sendInt(64),
		Coerce: func(d Datum, typmod int32, _ bool) (Datum, error) {
			if IsInfiniteTimestamp(d) {
				return d, nil
			}
			return Int(roundTo(d.Int(), typmod)), nil
		},
		Compare:   compareInts,
		AppendKey: keyOfInt,
	}
}

// TimestampOutOfRange is the error of a timestamp beyond what the type holds.
func TimestampOutOfRange() error {
	return pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp out of range")
}

// IsInfiniteTimestamp reports whether a timestamp of either type is infinite.
func IsInfiniteTimestamp(d Datum) bool { return d.Int() == tsNegInf || d.Int() == tsPosInf }

// timeScales is one unit of the last place for each precision.
var timeScales = [...]int64{1000000, 100000, 10000, 1000, 100, 10, 1}

// roundTo rounds microseconds, half away from zero, to a number of digits of a
// second.
func roundTo(t int64, precision int32) int64 {
	if precision < 0 || precision >= maxTimePrecision {
		return t
	}
	scale := timeScales[precision]
	if t < 0 {
		return -((-t + scale/2) / scale * scale)
	}
	return (t + scale/2) / scale * scale
}

// parseISOTimestamp reads "2024-01-31 10:00:00" with an optional fraction and
// an optional offset: the form that programs write and that means the same in
// every setting. What it does not take may still be a timestamp.
func parseISOTimestamp(s string) (c civil, west int, zoned, ok bool) {
	if len(s) < 19 || s[4] != '-' || s[7] != '-' || s[10] != ' ' && s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return c, 0, false, false
	}
	ok = true
	number := func(from, to int) int {
		n := 0
		for i := from; i < to; i++ {
			ok = ok && isDigit(s[i])
			n = n*10 + int(s[i]-'0')
		}
		return n
	}
	c = civil{year: number(0, 4), month: number(5, 7), day: number(8, 10),
		hour: number(11, 13), minute: number(14, 16), sec: number(17, 19)}
	if !ok || c.year == 0 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysInMonth(c.year, c.month) ||
		c.hour > 23 || c.minute > 59 || c.sec > 59 {
		return c, 0, false, false
	}
	i := 19
	if i < len(s) && s[i] == '.' {
		first := i + 1
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
		if i == first || i-first > 6 {
			return c, 0, false, false
		}
		c.usec = number(first, i)
		for range 6 - (i - first) {
			c.usec *= 10
		}
	}
	switch zone := s[i:]; {
	case zone == "":
		return c, 0, false, true
	case zone == "Z":
		return c, 0, true, true
	case (len(zone) == 3 || len(zone) == 6) && (zone[0] == '+' || zone[0] == '-'):
		west, err := parseOffset(zone)
		return c, west, true, err == nil
	}
	return c, 0, false, false
}

func parseTimestamp(env *Env, s string, zoned bool) (int64, error) {
	r, err := readTimestamp(env, s, zoned)
	if err != nil {
		return 0, err
	}
	switch r.moment {
	case momentPosInf:
		return tsPosInf, nil
	case momentNegInf:
		return tsNegInf, nil
	case momentEpoch:
		return -unixEpochSec * usecPerSec, nil
	}
	t, ok := r.timestamp()
	if zoned {
		t += int64(r.west) * usecPerSec
	}
	if !validJulian(r.year, r.month) || !ok && !zoned || !validTimestamp(t) {
		return 0, pgerr.Newf(pgerr.DatetimeFieldOverflow, `timestamp out of range: "%s"`, s)
	}
	return t, nil
}
