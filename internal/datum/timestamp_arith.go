package datum

import (
	"time"

	"voronoi/internal/pgerr"
)

// TimestampAddInterval adds an interval to a timestamp without time zone.
func TimestampAddInterval(t, interval Datum) (Datum, error) {
	return addInterval(time.UTC, t, IntervalOf(interval))
}

// TimestampTZAddInterval adds an interval to a moment: months and days are
// added to the local date of the session's zone.
func TimestampTZAddInterval(env *Env, t, interval Datum) (Datum, error) {
	return addInterval(env.TimeZone, t, IntervalOf(interval))
}

// TimestampSubInterval is the reverse of TimestampAddInterval.
func TimestampSubInterval(t, interval Datum) (Datum, error) {
	n, err := IntervalNeg(interval)
	if err != nil {
		return Null, err
	}
	return TimestampAddInterval(t, n)
}

// TimestampTZSubInterval is the reverse of TimestampTZAddInterval.
func TimestampTZSubInterval(env *Env, t, interval Datum) (Datum, error) {
	n, err := IntervalNeg(interval)
	if err != nil {
		return Null, err
	}
	return TimestampTZAddInterval(env, t, n)
}

func addInterval(loc *time.Location, d Datum, v Interval) (Datum, error) {
	if IsInfiniteTimestamp(d) {
		return d, nil
	}
	t := d.Int()
	if v.Months != 0 || v.Days != 0 {
		local, ok := LocalTime(loc, t), true
		// Each step is a moment of its own: the zone may change in between.
		if v.Months != 0 {
			c := civilOf(local)
			c.addMonths(int(v.Months))
			if local, ok = c.timestamp(); !ok {
				return Null, TimestampOutOfRange()
			}
			local = LocalTime(loc, UTCTime(loc, local))
		}
		if v.Days != 0 {
			days, rest := splitDay(local)
			if days += int64(v.Days); days < minDate || days >= endDate {
				return Null, TimestampOutOfRange()
			}
			c := civil{}
			c.setJulian(int(days) + epochJulian)
			c.setTime(rest)
			if local, ok = c.timestamp(); !ok {
				return Null, TimestampOutOfRange()
			}
		}
		t = UTCTime(loc, local)
	}
	t, ok := addInt64(t, v.Usec)
	if !ok && v.Usec != 0 || !validTimestamp(t) {
		return Null, TimestampOutOfRange()
	}
	return Int(t), nil
}

// addMonths moves to another month and stays within it.
func (c *civil) addMonths(n int) {
	month := c.month - 1 + n
	c.year += floorDiv(month, monthsPerYear)
	c.month = month - floorDiv(month, monthsPerYear)*monthsPerYear + 1
	c.day = min(c.day, daysInMonth(c.year, c.month))
}

// TimestampDiff is a - b in days and time, for both types of timestamp. Where
// PostgreSQL 15 lets the difference wrap around, this fails as later versions
// do.
func TimestampDiff(a, b Datum) (Datum, error) {
	if IsInfiniteTimestamp(a) || IsInfiniteTimestamp(b) {
		return Null, pgerr.New(pgerr.DatetimeFieldOverflow, "cannot subtract infinite timestamps")
	}
	usec := a.Int() - b.Int()
	if (usec < a.Int()) != (b.Int() > 0) && b.Int() != 0 {
		return Null, IntervalOutOfRange()
	}
	return justifyHours(Interval{Usec: usec})
}

// Age is a - b in years, months, days and time. For timestamps with time zone
// use AgeTZ. PostgreSQL 15 refuses -infinity, but counts infinity as the moment
// that its stored form would be.
func Age(a, b Datum) (Datum, error) {
	if a.Int() == tsNegInf || b.Int() == tsNegInf {
		return Null, TimestampOutOfRange()
	}
	return age(a.Int(), b.Int(), a.Int() < b.Int())
}

// AgeTZ is the Age of two moments by the session's calendar.
func AgeTZ(env *Env, a, b Datum) (Datum, error) {
	if a.Int() == tsNegInf || b.Int() == tsNegInf {
		return Null, TimestampOutOfRange()
	}
	return age(LocalTime(env.TimeZone, a.Int()), LocalTime(env.TimeZone, b.Int()), a.Int() < b.Int())
}

// age borrows from the next larger field where one gets negative. Days are
// borrowed from the month of the earlier timestamp.
func age(a, b int64, negative bool) (Datum, error) {
	later, earlier := civilOf(a), civilOf(b)
	if negative {
		later, earlier = earlier, later
	}
	usec := later.timeOfDay() - earlier.timeOfDay()
	days, months := later.day-earlier.day, (later.year-earlier.year)*monthsPerYear+later.month-earlier.month
	for usec < 0 {
		usec += usecPerDay
		days--
	}
	for days < 0 {
		days += daysInMonth(earlier.year, earlier.month)
		months--
	}
	if negative {
		usec, days, months = -usec, -days, -months
	}
	return Interval{Months: int32(months), Days: int32(days), Usec: usec}.Datum(), nil
}

// DateAdd is a date a number of days later.
func DateAdd(d Datum, days int64) (Datum, error) {
	if IsInfiniteDate(d) {
		return d, nil
	}
	sum := d.Int() + days
	if !validDate(int(sum)) {
		return Null, dateRange()
	}
	return Int(sum), nil
}

// DateDiff is the number of days from b to a.
func DateDiff(a, b Datum) (Datum, error) {
	if IsInfiniteDate(a) || IsInfiniteDate(b) {
		return Null, pgerr.New(pgerr.DatetimeFieldOverflow, "cannot subtract infinite dates")
	}
	return Int(a.Int() - b.Int()), nil
}

// TimeAddInterval adds the time of an interval; the clock goes round.
func TimeAddInterval(t, interval Datum) Datum {
	return Int(aroundClock(t.Int() + IntervalOf(interval).Usec))
}

// TimeSubInterval is the reverse.
func TimeSubInterval(t, interval Datum) Datum {
	return Int(aroundClock(t.Int() - IntervalOf(interval).Usec))
}

// aroundClock brings a sum back into a day. The sum itself may have wrapped, as
// in Postgres.
func aroundClock(t int64) int64 {
	if t %= usecPerDay; t < 0 {
		t += usecPerDay
	}
	return t
}

// TimeTZAddInterval adds the time of an interval to a time of day in a zone.
func TimeTZAddInterval(t, interval Datum) Datum {
	usec, west := TimeTZParts(t)
	return TimeTZ(aroundClock(usec+IntervalOf(interval).Usec), west)
}

// TimeTZSubInterval is the reverse.
func TimeTZSubInterval(t, interval Datum) Datum {
	usec, west := TimeTZParts(t)
	return TimeTZ(aroundClock(usec-IntervalOf(interval).Usec), west)
}

// TimeDiff is the time from b to a.
func TimeDiff(a, b Datum) Datum { return Interval{Usec: a.Int() - b.Int()}.Datum() }

// DateBin is the beginning of the bin of length stride, counted from origin,
// that t falls into.
func DateBin(stride, t, origin Datum) (Datum, error) {
	if IsInfiniteTimestamp(t) {
		return t, nil
	}
	if IsInfiniteTimestamp(origin) {
		return Null, pgerr.New(pgerr.DatetimeFieldOverflow, "origin out of range")
	}
	v := IntervalOf(stride)
	if v.Months != 0 {
		return Null, pgerr.New(pgerr.FeatureNotSupported, "timestamps cannot be binned into intervals containing months or years")
	}
	days, ok := mulSmall(int64(v.Days), usecPerDay)
	length, ok2 := addInt64(days, v.Usec)
	if !ok || !ok2 && v.Usec != 0 {
		return Null, IntervalOutOfRange()
	}
	if length <= 0 {
		return Null, pgerr.New(pgerr.DatetimeFieldOverflow, "stride must be greater than zero")
	}
	diff := t.Int() - origin.Int()
	if (diff < t.Int()) != (origin.Int() > 0) && origin.Int() != 0 {
		return Null, IntervalOutOfRange()
	}
	bin := diff - diff%length
	if diff < 0 && diff%length != 0 {
		bin -= length
	}
	start, ok := addInt64(origin.Int(), bin)
	if !ok && bin != 0 || !validTimestamp(start) {
		return Null, TimestampOutOfRange()
	}
	return Int(start), nil
}
