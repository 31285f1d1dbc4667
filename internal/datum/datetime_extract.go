package datum

import (
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// extractUnits are the names of the fields of extract beside those of
// intervals.
var extractUnits = map[string]unit{
	"epoch": unitEpoch, "julian": unitJulian, "dow": unitDow, "doy": unitDoy, "isodow": unitISODow, "isoyear": unitISOYear,
}

// unitOf finds a field by its name, noUnit where there is none.
func unitOf(field string) unit {
	key := tokenKey(fold(field))
	if u, ok := extractUnits[key]; ok {
		return u
	}
	return unitTokens[key]
}

// unitError tells an unknown field from one that the type has not.
func unitError(field string, u unit, typ oid.OID) error {
	if u == noUnit {
		return pgerr.Newf(pgerr.InvalidParameterValue, `unit "%s" not recognized for type %s`, fold(field), TypeName(typ))
	}
	return pgerr.Newf(pgerr.FeatureNotSupported, `unit "%s" not supported for type %s`, fold(field), TypeName(typ))
}

// scaled is n / 10^scale as a numeric.
func scaled(n int64, scale int) Datum {
	d, err := decimal{small: n, scale: scale}.datum()
	if err != nil {
		return Null
	}
	return d
}

// ExtractTimestamp is a field of a timestamp without time zone, as numeric. The
// fields of an infinite one that go round are NULL.
func ExtractTimestamp(field string, t Datum) (Datum, error) {
	return extractTimestamp(field, t, oid.Timestamp, 0)
}

// ExtractTimestampTZ is a field of a moment in the session's zone.
func ExtractTimestampTZ(env *Env, field string, t Datum) (Datum, error) {
	east := 0
	if !IsInfiniteTimestamp(t) {
		east, _ = offsetAt(env.TimeZone, t.Int())
	}
	return extractTimestamp(field, t, oid.TimestampTZ, east)
}

func extractTimestamp(field string, t Datum, typ oid.OID, east int) (Datum, error) {
	u := unitOf(field)
	if u == noUnit {
		return Null, unitError(field, u, typ)
	}
	if IsInfiniteTimestamp(t) {
		return infinitePart(field, u, t.Int() == tsPosInf, typ)
	}
	if typ == oid.TimestampTZ {
		if d, ok := extractZone(u, east); ok {
			return d, nil
		}
	}
	if u == unitEpoch {
		return extractEpoch(t.Int()).datum()
	}
	c := civilOf(t.Int() + int64(east)*usecPerSec)
	if d, ok := extractClock(u, &c); ok {
		return d, nil
	}
	if u == unitJulian {
		day := intDecimal(c.timeOfDay())
		whole := intDecimal(usecPerDay)
		return intDecimal(int64(c.julian())).add(day.quo(whole, divScale(day, whole), true)).datum()
	}
	if n, ok := extractCalendar(u, &c); ok {
		return NumericFromInt(n), nil
	}
	return Null, unitError(field, u, typ)
}

// extractEpoch is the seconds since 1970. Where their microseconds are beyond
// 64 bits they are rounded, as the quotient of numerics would be.
func extractEpoch(t int64) decimal {
	usec := intDecimal(t).add(intDecimal(unixEpochSec * usecPerSec))
	if usec.big != nil {
		perSec := intDecimal(usecPerSec)
		return usec.quo(perSec, divScale(usec, perSec), true).round(6)
	}
	usec.scale = 6
	return usec
}

// infinitePart is a field of an infinite date or timestamp: infinite where it
// grows with time.
func infinitePart(field string, u unit, positive bool, typ oid.OID) (Datum, error) {
	switch u {
	case unitEpoch, unitYear, unitDecade, unitCentury, unitMillennium, unitJulian, unitISOYear:
		if positive {
			return Text("Infinity"), nil
		}
		return Text("-Infinity"), nil
	case unitMicrosecond, unitMillisecond, unitSecond, unitMinute, unitHour, unitDay, unitMonth, unitQuarter, unitWeek,
		unitDow, unitISODow, unitDoy:
		return Null, nil
	case unitZone, unitZoneHour, unitZoneMinute:
		if typ != oid.Date {
			return Null, nil
		}
	}
	return Null, unitError(field, u, typ)
}

func extractZone(u unit, east int) (Datum, bool) {
	switch u {
	case unitZone:
		return NumericFromInt(int64(east)), true
	case unitZoneMinute:
		return NumericFromInt(int64(east / 60 % 60)), true
	case unitZoneHour:
		return NumericFromInt(int64(east / 3600)), true
	}
	return Null, false
}

func extractClock(u unit, c *civil) (Datum, bool) {
	sec := int64(c.sec)*usecPerSec + int64(c.usec)
	switch u {
	case unitMicrosecond:
		return NumericFromInt(sec), true
	case unitMillisecond:
		return scaled(sec, 3), true
	case unitSecond:
		return scaled(sec, 6), true
	case unitMinute:
		return NumericFromInt(int64(c.minute)), true
	case unitHour:
		return NumericFromInt(int64(c.hour)), true
	}
	return Null, false
}

func extractCalendar(u unit, c *civil) (int64, bool) {
	n := 0
	switch u {
	case unitDay:
		n = c.day
	case unitMonth:
		n = c.month
	case unitQuarter:
		n = (c.month-1)/3 + 1
	case unitWeek:
		_, n = isoWeek(c.julian())
	case unitYear:
		n = eraYear(c.year)
	case unitDecade:
		n = floorDiv(c.year, 10)
	case unitCentury:
		n = spanNumber(c.year, 100)
	case unitMillennium:
		n = spanNumber(c.year, 1000)
	case unitISOYear:
		n, _ = isoWeek(c.julian())
		n = eraYear(n)
	case unitDow:
		n = weekday(c.julian())
	case unitISODow:
		n = isoWeekday(c.julian())
	case unitDoy:
		n = c.julian() - julianDay(c.year, 1, 1) + 1
	default:
		return 0, false
	}
	return int64(n), true
}

// eraYear is the year as extract gives it: there is no year 0.
func eraYear(year int) int {
	if year > 0 {
		return year
	}
	return year - 1
}

// spanNumber counts centuries and millennia: the first of either side is 1 or
// -1.
func spanNumber(year, length int) int {
	if year > 0 {
		return (year + length - 1) / length
	}
	return -((length - year) / length)
}

// isoWeekday is 1 for Monday to 7 for Sunday.
func isoWeekday(jd int) int {
	if d := weekday(jd); d != 0 {
		return d
	}
	return 7
}

// isoWeek is the year and the number of the week by ISO 8601: a week belongs
// to the year of its Thursday.
func isoWeek(jd int) (year, week int) {
	thursday := jd - isoWeekday(jd) + 4
	year, _, _ = dateOfJulian(thursday)
	return year, (thursday-julianDay(year, 1, 1))/7 + 1
}

// ExtractDate is a field of a date.
func ExtractDate(field string, d Datum) (Datum, error) {
	u := unitOf(field)
	if IsInfiniteDate(d) && u != noUnit {
		switch u {
		case unitMicrosecond, unitMillisecond, unitSecond, unitMinute, unitHour:
			return Null, unitError(field, u, oid.Date)
		}
		return infinitePart(field, u, d.Int() == datePosInf, oid.Date)
	}
	switch u {
	case unitEpoch:
		return NumericFromInt((d.Int() + epochJulian - unixJulian) * 86400), nil
	case unitJulian:
		return NumericFromInt(d.Int() + epochJulian), nil
	}
	var c civil
	c.setJulian(int(d.Int()) + epochJulian)
	if n, ok := extractCalendar(u, &c); ok {
		return NumericFromInt(n), nil
	}
	return Null, unitError(field, u, oid.Date)
}

// ExtractTime is a field of a time of day.
func ExtractTime(field string, t Datum) (Datum, error) {
	u := unitOf(field)
	var c civil
	c.setTime(t.Int())
	if d, ok := extractClock(u, &c); ok {
		return d, nil
	}
	if u == unitEpoch {
		return scaled(t.Int(), 6), nil
	}
	return Null, unitError(field, u, oid.Time)
}

// ExtractTimeTZ is a field of a time of day in a zone.
func ExtractTimeTZ(field string, t Datum) (Datum, error) {
	u := unitOf(field)
	usec, west := TimeTZParts(t)
	if d, ok := extractZone(u, -west); ok {
		return d, nil
	}
	var c civil
	c.setTime(usec)
	if d, ok := extractClock(u, &c); ok {
		return d, nil
	}
	if u == unitEpoch {
		return scaled(usec+int64(west)*usecPerSec, 6), nil
	}
	return Null, unitError(field, u, oid.TimeTZ)
}

// ExtractInterval is a field of an interval. Its epoch counts 365.25 days to a
// year and 30 to a month.
func ExtractInterval(field string, d Datum) (Datum, error) {
	u := unitOf(field)
	v := IntervalOf(d)
	f := splitInterval(v)
	c := civil{minute: f.minute, sec: f.sec, usec: f.usec}
	if u == unitHour {
		return NumericFromInt(f.hour), nil
	}
	if d, ok := extractClock(u, &c); ok {
		return d, nil
	}
	n := 0
	switch u {
	case unitDay:
		n = f.day
	case unitMonth:
		n = f.month
	case unitQuarter:
		n = f.month/3 + 1
	case unitYear:
		n = f.year
	case unitDecade:
		n = f.year / 10
	case unitCentury:
		n = f.year / 100
	case unitMillennium:
		n = f.year / 1000
	case unitEpoch:
		const quarterDay = 21600
		quarters := int64(f.year)*1461 + 4*(int64(f.month)*daysPerMonth+int64(f.day))
		sum := intDecimal(quarters * quarterDay).mul(intDecimal(usecPerSec)).add(intDecimal(v.Usec))
		sum.scale = 6
		return sum.datum()
	default:
		return Null, unitError(field, u, oid.Interval)
	}
	return NumericFromInt(int64(n)), nil
}
