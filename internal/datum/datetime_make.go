package datum

import (
	"math"
	"time"

	"voronoi/internal/pgerr"
)

// MakeDate is a date by year, month and day; negative years are BC.
func MakeDate(year, month, day int) (Datum, error) {
	days, err := daysOf(year, month, day)
	if err == nil && !validDate(days) {
		err = pgerr.Newf(pgerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", eraToYear(year), month, day)
	}
	return Int(int64(days)), err
}

// eraToYear numbers the years BC on through 0.
func eraToYear(year int) int {
	if year < 0 {
		return year + 1
	}
	return year
}

// daysOf is a date whose fields are valid, but which may be a little before the
// first one that type date holds.
func daysOf(year, month, day int) (int, error) {
	r := dateReader{civil: civil{year: year, month: month, day: day}, seen: fDate, bc: year < 0}
	if r.bc {
		r.year = -year
	}
	if r.completeDate() != nil {
		return 0, pgerr.Newf(pgerr.DatetimeFieldOverflow, "date field value out of range: %d-%02d-%02d", year, month, day)
	}
	if !validJulian(r.year, r.month) {
		return 0, pgerr.Newf(pgerr.DatetimeFieldOverflow, "date out of range: %d-%02d-%02d", r.year, month, day)
	}
	return r.julian() - epochJulian, nil
}

// MakeTime is a time of day.
func MakeTime(hour, minute int, sec float64) (Datum, error) {
	usec := math.RoundToEven(sec * 1e6)
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 || sec != sec || sec < 0 || sec > 60 ||
		int64(hour)*usecPerHour+int64(minute)*usecPerMinute+int64(usec) > usecPerDay {
		return Null, pgerr.Newf(pgerr.DatetimeFieldOverflow, "time field value out of range: %d:%02d:%s", hour, minute, twoDigits(sec))
	}
	return Int(int64(hour)*usecPerHour + int64(minute)*usecPerMinute + int64(usec)), nil
}

// twoDigits formats seconds as C's %02g does.
func twoDigits(sec float64) string {
	s := string(appendRounded(nil, sec, 6))
	if len(s) < 2 {
		s = "0" + s
	}
	return s
}

// MakeTimestamp is a timestamp without time zone.
func MakeTimestamp(year, month, day, hour, minute int, sec float64) (Datum, error) {
	days, err := daysOf(year, month, day)
	if err != nil {
		return Null, err
	}
	t, err := MakeTime(hour, minute, sec)
	if err != nil {
		return Null, err
	}
	m, ok := mulSmall(int64(days), usecPerDay)
	if m += t.Int(); !ok || !validTimestamp(m) {
		return Null, pgerr.Newf(pgerr.DatetimeFieldOverflow, "timestamp out of range: %d-%02d-%02d %d:%02d:%s",
			year, month, day, hour, minute, twoDigits(sec))
	}
	return Int(m), nil
}

// MakeTimestampTZ is the moment of a local time in the session's zone, or in
// the named one where zone is not empty.
func MakeTimestampTZ(env *Env, zone string, year, month, day, hour, minute int, sec float64) (Datum, error) {
	t, err := MakeTimestamp(year, month, day, hour, minute, sec)
	if err != nil {
		return Null, err
	}
	if zone == "" {
		return inZone(env.TimeZone, t)
	}
	if c := zone[0]; isDigit(c) {
		return Null, pgerr.Newf(pgerr.InvalidParameterValue, `invalid input syntax for type numeric time zone: "%s"`, zone).
			WithHint(`Numeric time zones must have "-" or "+" as first character.`)
	} else if c == '+' || c == '-' {
		west, err := parseOffset(zone)
		if err != nil {
			return Null, pgerr.Newf(pgerr.InvalidParameterValue, `numeric time zone "%s" out of range`, zone)
		}
		return inZone(time.FixedZone(zone, -west), t)
	}
	return TimestampAtZone(zone, t)
}
