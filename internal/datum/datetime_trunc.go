package datum

import (
	"time"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// TimestampTrunc cuts a timestamp without time zone to a field.
func TimestampTrunc(field string, t Datum) (Datum, error) {
	return truncTimestamp(field, t, oid.Timestamp, time.UTC)
}

// TimestampTZTrunc cuts a moment to a field by the clock and the calendar of
// the session's zone or, where zone is not empty, of the named one.
func TimestampTZTrunc(env *Env, field string, t Datum, zone string) (Datum, error) {
	loc := env.TimeZone
	if zone != "" {
		var err error
		if loc, _, err = zoneByName(zone); err != nil {
			return Null, err
		}
	}
	return truncTimestamp(field, t, oid.TimestampTZ, loc)
}

func truncTimestamp(field string, t Datum, typ oid.OID, loc *time.Location) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	u := unitTokens[tokenKey(fold(field))]
	switch u {
	case noUnit, unitZone, unitZoneHour, unitZoneMinute:
		return Null, unitError(field, u, typ)
	}
	east := 0
	if loc != time.UTC {
		east, _ = offsetAt(loc, t.Int())
	}
	c := civilOf(t.Int() + int64(east)*usecPerSec)
	c.truncate(u)
	local, ok := c.timestamp()
	if !ok {
		return Null, TimestampOutOfRange()
	}
	if u >= unitDay {
		east = offsetOfLocal(loc, local) // it may have been another one then
	}
	if local -= int64(east) * usecPerSec; !validTimestamp(local) {
		return Null, TimestampOutOfRange()
	}
	return Int(local), nil
}

// truncate cuts the fields below u off.
func (c *civil) truncate(u unit) {
	switch u {
	case unitMillennium:
		c.year = firstOfSpan(c.year, 1000)
	case unitCentury:
		c.year = firstOfSpan(c.year, 100)
	case unitDecade:
		c.year = floorDiv(c.year, 10) * 10
	case unitWeek:
		jd := c.julian()
		c.setJulian(jd - isoWeekday(jd) + 1)
	case unitQuarter:
		c.month = (c.month-1)/3*3 + 1
	}
	if u >= unitYear {
		c.month = 1
	}
	if u >= unitMonth {
		c.day = 1
	}
	if u >= unitDay {
		c.hour = 0
	}
	if u >= unitHour {
		c.minute = 0
	}
	if u >= unitMinute {
		c.sec = 0
	}
	switch {
	case u >= unitSecond:
		c.usec = 0
	case u == unitMillisecond:
		c.usec = c.usec / 1000 * 1000
	}
}

// firstOfSpan is the first year of a century or millennium.
func firstOfSpan(year, length int) int {
	if year > 0 {
		return (year+length-1)/length*length - (length - 1)
	}
	return -((length-year)/length)*length + 1
}

// IntervalTrunc cuts an interval to a field.
func IntervalTrunc(field string, d Datum) (Datum, error) {
	u := unitTokens[tokenKey(fold(field))]
	years := map[unit]int32{unitYear: 1, unitDecade: 10, unitCentury: 100, unitMillennium: 1000}[u]
	v := IntervalOf(d)
	switch u {
	case unitMillennium, unitCentury, unitDecade, unitYear:
		v = Interval{Months: v.Months / (years * monthsPerYear) * (years * monthsPerYear)}
	case unitQuarter:
		v = Interval{Months: v.Months / 3 * 3}
	case unitMonth:
		v = Interval{Months: v.Months}
	case unitDay:
		v.Usec = 0
	case unitHour:
		v.Usec -= v.Usec % usecPerHour
	case unitMinute:
		v.Usec -= v.Usec % usecPerMinute
	case unitSecond:
		v.Usec -= v.Usec % usecPerSec
	case unitMillisecond:
		v.Usec -= v.Usec % 1000
	case unitMicrosecond:
	case unitWeek:
		return Null, pgerr.From(unitError(field, u, oid.Interval)).WithDetail("Months usually have fractional weeks.")
	default:
		return Null, unitError(field, u, oid.Interval)
	}
	return v.Datum(), nil
}
