package datum

import "math"

// Postgres's epoch is 2000-01-01; days and microseconds count from it.
const (
	epochJulian  = 2451545 // Julian day of 2000-01-01
	unixJulian   = 2440588 // Julian day of 1970-01-01
	unixEpochSec = (epochJulian - unixJulian) * 86400

	usecPerSec    = int64(1000000)
	usecPerMinute = 60 * usecPerSec
	usecPerHour   = 60 * usecPerMinute
	usecPerDay    = 24 * usecPerHour

	daysPerMonth  = 30
	monthsPerYear = 12
)

// The bounds of dates and timestamps, the upper ones excluded.
const (
	minDate      = -epochJulian
	endDate      = 2147483494 - epochJulian
	minTimestamp = -211813488000000000
	endTimestamp = 9223371331200000000
)

// The stored forms of infinity.
const (
	dateNegInf = math.MinInt32
	datePosInf = math.MaxInt32
	tsNegInf   = math.MinInt64
	tsPosInf   = math.MaxInt64
)

// civil is a moment broken down to a calendar's fields. Years before 1 count
// on through 0, which is 1 BC.
type civil struct {
	year, month, day  int
	hour, minute, sec int
	usec              int
	yday              int // from 1; used while reading
}

// julianDay is the Julian day of a date of the Gregorian calendar, which is
// extended to all times. Months beyond 12 carry into the year.
func julianDay(year, month, day int) int {
	if month > 2 {
		month++
		year += 4800
	} else {
		month += 13
		year += 4799
	}
	century := year / 100
	j := year*365 - 32167
	j += year/4 - century + century/4
	return j + 7834*month/256 + day
}

// dateOfJulian is the inverse of julianDay. It works on unsigned numbers, so
// that days before 4713 BC come out as years far ahead, as in Postgres.
func dateOfJulian(jd int) (year, month, day int) {
	julian := uint32(jd) + 32044
	quad := julian / 146097
	extra := (julian-quad*146097)*4 + 3
	julian += 60 + quad*3 + extra/146097
	quad = julian / 1461
	julian -= quad * 1461
	y := julian * 4 / 1461
	if y != 0 {
		julian = (julian + 305) % 365
	} else {
		julian = (julian + 306) % 366
	}
	julian += 123
	y += quad * 4
	quad = julian * 2141 / 65536
	return int(int32(y)) - 4800, int((quad+10)%12 + 1), int(julian - 7834*quad/256)
}

// weekday is 0 for Sunday.
func weekday(jd int) int {
	d := (jd + 1) % 7
	if d < 0 {
		d += 7
	}
	return d
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

var monthLengths = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func daysInMonth(year, month int) int {
	if month == 2 && isLeap(year) {
		return 29
	}
	return monthLengths[month]
}

// validJulian reports whether the date is within what Julian days can count.
func validJulian(year, month int) bool {
	return (year > -4713 || year == -4713 && month >= 11) &&
		(year < 5874898 || year == 5874898 && month < 6)
}

func validDate(days int) bool { return days >= minDate && days < endDate }

func validTimestamp(t int64) bool { return t >= minTimestamp && t < endTimestamp }

// timeOfDay is the microseconds since midnight.
func (c *civil) timeOfDay() int64 {
	return int64(c.hour)*usecPerHour + int64(c.minute)*usecPerMinute + int64(c.sec)*usecPerSec + int64(c.usec)
}

// setTime fills in the time of day.
func (c *civil) setTime(t int64) {
	c.hour = int(t / usecPerHour)
	t %= usecPerHour
	c.minute = int(t / usecPerMinute)
	t %= usecPerMinute
	c.sec, c.usec = int(t/usecPerSec), int(t%usecPerSec)
}

func (c *civil) setJulian(jd int) { c.year, c.month, c.day = dateOfJulian(jd) }

func (c *civil) julian() int { return julianDay(c.year, c.month, c.day) }

// civilOf breaks a local timestamp down.
func civilOf(t int64) civil {
	days, rest := splitDay(t)
	var c civil
	c.setJulian(int(days) + epochJulian)
	c.setTime(rest)
	return c
}

// splitDay divides a timestamp into days and the time within the day.
func splitDay(t int64) (days, rest int64) {
	days, rest = t/usecPerDay, t%usecPerDay
	if rest < 0 {
		days--
		rest += usecPerDay
	}
	return days, rest
}

// timestamp puts the fields together, local; ok is false out of range. A time
// zone may bring a result that is a little out of range back into it.
func (c *civil) timestamp() (t int64, ok bool) {
	if !validJulian(c.year, c.month) {
		return endTimestamp, false
	}
	days := int64(c.julian() - epochJulian)
	if t, ok = mulSmall(days, usecPerDay); !ok {
		return endTimestamp, false
	}
	if t, ok = addInt64(t, c.timeOfDay()); !ok {
		return endTimestamp, false
	}
	return t, validTimestamp(t)
}

func addInt64(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}
