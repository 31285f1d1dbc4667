package datum

import (
	"time"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func init() {
	register(&Type{
		OID: oid.Date, Name: "date", Storage: KindInt,
		Input: func(env *Env, s string) (Datum, error) {
			days, err := parseDate(env, s)
			if err != nil {
				return Null, dateError(err, "date", s)
			}
			return Int(days), nil
		},
		AppendText: func(dst []byte, env *Env, d Datum) []byte {
			switch days := d.Int(); days {
			case dateNegInf:
				return append(dst, "-infinity"...)
			case datePosInf:
				return append(dst, "infinity"...)
			default:
				var c civil
				c.setJulian(int(days) + epochJulian)
				return appendDate(dst, envOrDefault(env).DateStyle, &c)
			}
		},
		Recv: func(_ *Env, b []byte) (Datum, error) {
			d, err := recvInt(32)(nil, b)
			if err == nil && !IsInfiniteDate(d) && !validDate(int(d.Int())) {
				return Null, dateRange()
			}
			return d, err
		},
		AppendBinary: sendInt(32),
		Compare:      compareInts,
		AppendKey:    keyOfInt,
	})
}

var defaultEnv = DefaultEnv()

// envOrDefault serves the callers inside this package that have no
// environment: array elements in binary form.
func envOrDefault(env *Env) *Env {
	if env == nil {
		return defaultEnv
	}
	return env
}

func dateRange() error { return pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range") }

// IsInfiniteDate reports whether a date is infinite.
func IsInfiniteDate(d Datum) bool { return d.Int() == dateNegInf || d.Int() == datePosInf }

func parseDate(env *Env, s string) (int64, error) {
	r, err := readTimestamp(env, s, false)
	if err != nil {
		return 0, err
	}
	switch r.moment {
	case momentPosInf:
		return datePosInf, nil
	case momentNegInf:
		return dateNegInf, nil
	case momentEpoch:
		return unixJulian - epochJulian, nil
	}
	if validJulian(r.year, r.month) {
		if days := r.julian() - epochJulian; validDate(days) {
			return int64(days), nil
		}
	}
	return 0, pgerr.Newf(pgerr.DatetimeFieldOverflow, `date out of range: "%s"`, s)
}

// DateOf is the date of a day in a calendar, and DateParts the reverse; years
// before 1 count on through 0.
func DateOf(year int, month time.Month, day int) Datum {
	return Int(int64(julianDay(year, int(month), day) - epochJulian))
}

// DateParts takes a finite date apart.
func DateParts(d Datum) (year int, month time.Month, day int) {
	year, m, day := dateOfJulian(int(d.Int()) + epochJulian)
	return year, time.Month(m), day
}

// FromTime is a moment as a timestamp with time zone, and ToTime the reverse.
func FromTime(t time.Time) int64 {
	return (t.Unix()-unixEpochSec)*usecPerSec + int64(t.Nanosecond())/1000
}

// ToTime is the moment of a finite timestamp with time zone.
func ToTime(t int64) time.Time {
	sec := floorDiv64(t, usecPerSec)
	return time.Unix(sec+unixEpochSec, (t-sec*usecPerSec)*1000)
}

// TimestampFromTime is the stored form of a moment as a timestamp with time
// zone.
func TimestampFromTime(t time.Time) Datum { return Int(FromTime(t)) }
