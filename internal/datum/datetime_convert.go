package datum

import (
	"math"
	"time"

	"voronoi/internal/pgerr"
)

// The conversions between the types of date and time. Those that need the
// session's time zone take the environment.

// DateToTimestamp is midnight of a date.
func DateToTimestamp(d Datum) (Datum, error) { return midnight(time.UTC, d) }

// DateToTimestampTZ is midnight of a date in the session's zone.
func DateToTimestampTZ(env *Env, d Datum) (Datum, error) { return midnight(env.TimeZone, d) }

func midnight(loc *time.Location, d Datum) (Datum, error) {
	switch d.Int() {
	case datePosInf:
		return Int(tsPosInf), nil
	case dateNegInf:
		return Int(tsNegInf), nil
	}
	t, ok := mulSmall(d.Int(), usecPerDay)
	if ok && validTimestamp(t) {
		if t = UTCTime(loc, t); validTimestamp(t) {
			return Int(t), nil
		}
	}
	return Null, pgerr.New(pgerr.DatetimeFieldOverflow, "date out of range for timestamp")
}

// TimestampToDate is the date of a timestamp.
func TimestampToDate(t Datum) Datum {
	switch t.Int() {
	case tsPosInf:
		return Int(datePosInf)
	case tsNegInf:
		return Int(dateNegInf)
	}
	days, _ := splitDay(t.Int())
	return Int(days)
}

// TimestampTZToDate is the date of a moment in the session's zone.
func TimestampTZToDate(env *Env, t Datum) Datum {
	return TimestampToDate(TimestampTZToTimestamp(env, t))
}

// TimestampTZToTimestamp is the local time of a moment in the session's zone.
func TimestampTZToTimestamp(env *Env, t Datum) Datum {
	if IsInfiniteTimestamp(t) {
		return t
	}
	return Int(LocalTime(env.TimeZone, t.Int()))
}

// TimestampToTimestampTZ is the moment of a local time in the session's zone.
func TimestampToTimestampTZ(env *Env, t Datum) (Datum, error) { return inZone(env.TimeZone, t) }

func inZone(loc *time.Location, t Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	utc := UTCTime(loc, t.Int())
	if !validTimestamp(utc) {
		return Null, TimestampOutOfRange()
	}
	return Int(utc), nil
}

// TimestampToTime is the time of day of a timestamp, NULL of an infinite one.
func TimestampToTime(t Datum) Datum {
	if IsInfiniteTimestamp(t) {
		return Null
	}
	_, rest := splitDay(t.Int())
	return Int(rest)
}

// TimestampTZToTime is the time of day of a moment in the session's zone.
func TimestampTZToTime(env *Env, t Datum) Datum {
	return TimestampToTime(TimestampTZToTimestamp(env, t))
}

// TimestampTZToTimeTZ is the time of day with the offset of the session's zone.
func TimestampTZToTimeTZ(env *Env, t Datum) Datum {
	if IsInfiniteTimestamp(t) {
		return Null
	}
	east, _ := offsetAt(env.TimeZone, t.Int())
	_, rest := splitDay(t.Int() + int64(east)*usecPerSec)
	return TimeTZ(rest, -east)
}

// TimeToTimeTZ gives a time of day the offset that the session's zone has
// today.
func TimeToTimeTZ(env *Env, t Datum) Datum {
	days, _ := splitDay(LocalTime(env.TimeZone, FromTime(env.Now)))
	return TimeTZ(t.Int(), -offsetOfLocal(env.TimeZone, days*usecPerDay+t.Int()))
}

// TimeTZToTime drops the offset.
func TimeTZToTime(t Datum) Datum {
	usec, _ := TimeTZParts(t)
	return Int(usec)
}

// TimeToInterval is the time since midnight.
func TimeToInterval(t Datum) Datum { return Interval{Usec: t.Int()}.Datum() }

// IntervalToTime is the time of an interval, on the clock.
func IntervalToTime(v Datum) Datum { return Int(aroundClock(IntervalOf(v).Usec)) }

// DateAddTime puts a date and a time of day together to a timestamp.
func DateAddTime(d, t Datum) (Datum, error) {
	m, err := DateToTimestamp(d)
	if err != nil || IsInfiniteTimestamp(m) {
		return m, err
	}
	if m = Int(m.Int() + t.Int()); !validTimestamp(m.Int()) {
		return Null, TimestampOutOfRange()
	}
	return m, nil
}

// DateAddTimeTZ puts a date and a time of day in a zone together to a moment.
func DateAddTimeTZ(d, t Datum) (Datum, error) {
	m, err := DateToTimestamp(d)
	if err != nil || IsInfiniteTimestamp(m) {
		return m, err
	}
	usec, west := TimeTZParts(t)
	if m = Int(m.Int() + usec + int64(west)*usecPerSec); !validTimestamp(m.Int()) {
		return Null, TimestampOutOfRange()
	}
	return m, nil
}

// TimestampFromEpoch is the moment a number of seconds after 1970 began.
func TimestampFromEpoch(secs float64) (Datum, error) {
	switch {
	case secs != secs:
		return Null, pgerr.New(pgerr.DatetimeFieldOverflow, "timestamp cannot be NaN")
	case math.IsInf(secs, 1):
		return Int(tsPosInf), nil
	case math.IsInf(secs, -1):
		return Int(tsNegInf), nil
	}
	const lowest, highest = -210866803200, 9224318016000 // in seconds since 1970
	fault := func() (Datum, error) {
		return Null, pgerr.Newf(pgerr.DatetimeFieldOverflow, `timestamp out of range: "%s"`, appendRounded(nil, secs, 6))
	}
	if secs < lowest || secs >= highest {
		return fault()
	}
	t := int64(math.RoundToEven((secs - unixEpochSec) * 1e6))
	if !validTimestamp(t) {
		return fault()
	}
	return Int(t), nil
}

// zoneByName finds what AT TIME ZONE may name: an abbreviation of fixed
// offset, one that a zone resolves, or a zone.
func zoneByName(name string) (loc *time.Location, abbrev string, err error) {
	low := fold(name)
	switch tok, a := zoneToken(low); tok.kind {
	case wordZone, wordDaylight:
		return time.FixedZone(name, tok.value), "", nil
	case wordZoneRule:
		loc, _, _ = LookupZone(a.Zone)
		return loc, low, nil
	}
	loc, _, ok := LookupZone(name)
	if !ok {
		return nil, "", unknownZone(name)
	}
	return loc, "", nil
}

// TimestampAtZone is AT TIME ZONE for a timestamp without one: the moment at
// which a clock in that zone shows it.
func TimestampAtZone(zone string, t Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	loc, abbrev, err := zoneByName(zone)
	if err != nil {
		return Null, err
	}
	if abbrev != "" {
		if east, ok := abbrevOffset(loc, abbrev, UTCTime(loc, t.Int())); ok {
			loc = time.FixedZone(abbrev, east)
		}
	}
	return inZone(loc, t)
}

// TimestampTZAtZone is AT TIME ZONE for a moment: what a clock in that zone
// shows.
func TimestampTZAtZone(zone string, t Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	loc, abbrev, err := zoneByName(zone)
	if err != nil {
		return Null, err
	}
	if abbrev != "" {
		if east, ok := abbrevOffset(loc, abbrev, t.Int()); ok {
			loc = time.FixedZone(abbrev, east)
		}
	}
	return localIn(loc, t)
}

func localIn(loc *time.Location, t Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	local := LocalTime(loc, t.Int())
	if !validTimestamp(local) {
		return Null, TimestampOutOfRange()
	}
	return Int(local), nil
}

// TimeTZAtZone shifts a time of day to another zone, as of today.
func TimeTZAtZone(env *Env, zone string, t Datum) (Datum, error) {
	loc, abbrev, err := zoneByName(zone)
	if err != nil {
		return Null, err
	}
	now := FromTime(env.Now)
	east, _ := offsetAt(loc, now)
	if abbrev != "" {
		if of, ok := abbrevOffset(loc, abbrev, now); ok {
			east = of
		}
	}
	return timeTZAt(east, t), nil
}

func timeTZAt(east int, t Datum) Datum {
	usec, west := TimeTZParts(t)
	return TimeTZ(aroundClock(usec+int64(west+east)*usecPerSec), -east)
}

// intervalZone is the offset that an interval means as a time zone.
func intervalZone(zone Datum) (*time.Location, error) {
	v := IntervalOf(zone)
	if v.Months != 0 || v.Days != 0 {
		return nil, pgerr.Newf(pgerr.InvalidParameterValue, `interval time zone "%s" must not include months or days`,
			appendInterval(nil, IntervalPostgres, v))
	}
	return time.FixedZone("", int(v.Usec/usecPerSec)), nil
}

// TimestampAtInterval is TimestampAtZone for an offset given as an interval.
func TimestampAtInterval(zone, t Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	loc, err := intervalZone(zone)
	if err != nil {
		return Null, err
	}
	return inZone(loc, t)
}

// TimestampTZAtInterval is TimestampTZAtZone for an offset given as an interval.
func TimestampTZAtInterval(zone, t Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	loc, err := intervalZone(zone)
	if err != nil {
		return Null, err
	}
	return localIn(loc, t)
}

// TimeTZAtInterval is TimeTZAtZone for an offset given as an interval.
func TimeTZAtInterval(zone, t Datum) (Datum, error) {
	loc, err := intervalZone(zone)
	if err != nil {
		return Null, err
	}
	east, _ := offsetAt(loc, 0)
	return timeTZAt(east, t), nil
}
