package datum

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// dateReader decodes the parts of one date or time.
type dateReader struct {
	env   *Env
	zoned bool // the offset of the time zone is wanted

	civil
	seen      fields
	west      int // offset of the zone, seconds west
	moment    special
	twoDigits bool // the year has to be completed
	textMonth bool
	julianDay bool
	bc        bool
	half      int // 0 AM, 12 PM, -1 not given
	label     unit
	zone      string // of a zone's name or abbreviation, resolved at the end
	zoneRule  string // the zone behind zone, where that is an abbreviation
}

// leadingNumber reads an optional sign and digits into an int32, like C's
// strtol; rest is what follows.
func leadingNumber(s string) (n int, rest string, err error) {
	end := 0
	if end < len(s) && (s[end] == '-' || s[end] == '+') {
		end++
	}
	first := end
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	if end == first {
		return 0, s, nil
	}
	v, err := strconv.ParseInt(s[:end], 10, 32)
	if err != nil {
		return 0, s[end:], errFieldRange
	}
	return int(v), s[end:], nil
}

// parseFraction reads a point and digits. A lone point is 0.
func parseFraction(s string) (float64, error) {
	if s == "." {
		return 0, nil
	}
	n := floatLength(s)
	if n != len(s) {
		return 0, errDateFormat
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, errDateFormat
	}
	return v, nil
}

func parseFractionalSecond(s string) (usec int, err error) {
	v, err := parseFraction(s)
	return int(math.RoundToEven(v * 1e6)), err
}

// readDate decodes a part with two delimiters, or a month's name and digits.
func (r *dateReader) readDate(s string) (fields, error) {
	var numbers []string
	var found fields
	for s != "" {
		for s != "" && !isAlnum(s[0]) {
			s = s[1:]
		}
		if s == "" {
			return 0, errDateFormat
		}
		class := isAlpha
		if isDigit(s[0]) {
			class = isDigit
		}
		n := 0
		for n < len(s) && class(s[n]) {
			n++
		}
		piece := s[:n]
		if s = s[n:]; s != "" {
			s = s[1:]
		}
		if isDigit(piece[0]) {
			numbers = append(numbers, piece)
			continue
		}
		switch tok := dateToken(piece); tok.kind {
		case wordIgnore:
		case wordMonth:
			if (r.seen|found)&fMonth != 0 {
				return 0, errDateFormat
			}
			found |= fMonth
			r.month = tok.value
		default:
			return 0, errDateFormat
		}
	}
	// The names of months outside this part do not decide its order.
	outside := r.textMonth
	r.textMonth = found&fMonth != 0
	defer func() { r.textMonth = outside }()
	for _, piece := range numbers {
		got, err := r.readNumber(piece, r.seen|found)
		if err != nil {
			return 0, err
		}
		if (r.seen|found)&got != 0 {
			return 0, errDateFormat
		}
		found |= got
	}
	if (r.seen|found)&^(fDayOfYear|fZone) != fDate {
		return 0, errDateFormat
	}
	return found, nil
}

// readNumber decodes a number by what has been seen before it.
func (r *dateReader) readNumber(s string, seen fields) (fields, error) {
	n, rest, err := leadingNumber(s)
	switch {
	case err != nil:
		return 0, err
	case len(rest) == len(s):
		return 0, errDateFormat
	case rest != "" && rest[0] == '.':
		if len(s)-len(rest) > 2 {
			return r.readRunTogether(s, seen|fDate)
		}
		if r.usec, err = parseFractionalSecond(rest); err != nil {
			return 0, err
		}
	case rest != "":
		return 0, errDateFormat
	}
	if len(s) == 3 && seen&fDate == fYear && n >= 1 && n <= 366 {
		r.yday = n
		return fDayOfYear | fMonth | fDay, nil
	}
	field := r.fieldOf(s, seen)
	switch field {
	case fYear:
		r.year = n
		r.twoDigits = len(s) <= 2
	case fMonth:
		r.month = n
	case fDay:
		if seen&fDate == fYear|fMonth && r.textMonth && len(s) >= 3 && r.twoDigits {
			// What was taken for the year was the day.
			r.day, r.year, r.twoDigits = r.year, n, false
			break
		}
		r.day = n
	case fTime:
		return r.readRunTogether(s, seen)
	default:
		return 0, errDateFormat
	}
	return field, nil
}

// fieldOf decides which field a number is: fTime where the date is complete.
func (r *dateReader) fieldOf(s string, seen fields) fields {
	order := r.env.DateStyle.Order
	switch seen & fDate {
	case 0:
		switch {
		case len(s) >= 3 || order == OrderYMD:
			return fYear
		case order == OrderDMY:
			return fDay
		}
		return fMonth
	case fMonth:
		if r.textMonth && (len(s) >= 3 || order == OrderYMD) {
			return fYear
		}
		return fDay
	case fYear, fDay:
		return fMonth
	case fYear | fMonth:
		return fDay
	case fMonth | fDay:
		return fYear
	case fDate:
		return fTime
	}
	return 0
}

// readRunTogether decodes yyyymmdd, hhmmss or hhmm, the times perhaps with a
// fraction.
func (r *dateReader) readRunTogether(s string, seen fields) (fields, error) {
	if point := strings.IndexByte(s, '.'); point >= 0 {
		if point+1 == len(s) {
			r.usec = 0
		} else {
			v, err := strconv.ParseFloat(s[point:point+floatLength(s[point:])], 64)
			if err != nil {
				return 0, errDateFormat
			}
			r.usec = int(math.RoundToEven(v * 1e6))
		}
		s = s[:point]
	} else if seen&fDate != fDate && len(s) >= 6 {
		n := len(s)
		r.day, r.month, r.year = leadingInt(s[n-2:]), leadingInt(s[n-4:n-2]), leadingInt(s[:n-4])
		if n == 6 {
			r.twoDigits = true
		}
		return fDate, nil
	}
	if seen&fTime != fTime {
		switch len(s) {
		case 6:
			r.hour, r.minute, r.sec = leadingInt(s[:2]), leadingInt(s[2:4]), leadingInt(s[4:])
			return fTime, nil
		case 4:
			r.hour, r.minute, r.sec = leadingInt(s[:2]), leadingInt(s[2:]), 0
			return fTime, nil
		}
	}
	return 0, errDateFormat
}

// clock is a time with colons, before its fields are checked against a day.
type clock struct {
	hour              int64
	minute, sec, usec int
}

// parseClock reads hh:mm, hh:mm:ss or mm:ss.f; shift says that two fields are
// minutes and seconds.
func parseClock(s string, shift bool) (c clock, err error) {
	end := 0
	for end < len(s) && (isDigit(s[end]) || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	if c.hour, err = strconv.ParseInt(s[:end], 10, 64); err != nil && errors.Is(err, strconv.ErrRange) {
		return c, errFieldRange
	}
	rest := s[end:]
	if rest == "" || rest[0] != ':' {
		return c, errDateFormat
	}
	if c.minute, rest, err = leadingNumber(rest[1:]); err != nil {
		return c, err
	}
	down := func() error {
		if c.hour > math.MaxInt32 || c.hour < math.MinInt32 {
			return errFieldRange
		}
		c.hour, c.minute, c.sec = 0, int(c.hour), c.minute
		return nil
	}
	switch {
	case rest == "":
		if shift {
			err = down()
		}
	case rest[0] == '.':
		if c.usec, err = parseFractionalSecond(rest); err == nil {
			err = down()
		}
	case rest[0] == ':':
		if c.sec, rest, err = leadingNumber(rest[1:]); err != nil {
			return c, err
		}
		switch {
		case rest == "":
		case rest[0] == '.':
			c.usec, err = parseFractionalSecond(rest)
		default:
			err = errDateFormat
		}
	default:
		err = errDateFormat
	}
	if err != nil {
		return c, err
	}
	if c.hour < 0 || c.minute < 0 || c.minute > 59 || c.sec < 0 || c.sec > 60 || c.usec < 0 || int64(c.usec) > usecPerSec {
		return c, errFieldRange
	}
	return c, nil
}

func (r *dateReader) readTime(s string) (fields, error) {
	c, err := parseClock(s, false)
	if err != nil {
		return 0, err
	}
	if c.hour > math.MaxInt32 {
		return 0, errFieldRange
	}
	r.hour, r.minute, r.sec, r.usec = int(c.hour), c.minute, c.sec, c.usec
	return fTime, nil
}

// overflows reports a time of day beyond 24:00. A second of 60 is allowed.
func (c *civil) overflows() bool {
	return c.hour < 0 || c.hour > 24 || c.minute < 0 || c.minute > 59 || c.sec < 0 || c.sec > 60 ||
		c.usec < 0 || int64(c.usec) > usecPerSec || c.timeOfDay() > usecPerDay
}

// maxZoneHour is the largest displacement of a time zone.
const maxZoneHour = 15

// parseOffset reads a displacement, +hh, +hhmm, +hh:mm or +hh:mm:ss, as
// seconds west.
func parseOffset(s string) (west int, err error) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, errDateFormat
	}
	number := func(s string) (int, string, error) {
		n, rest, err := leadingNumber(s)
		if err != nil {
			err = errZoneRange
		}
		return n, rest, err
	}
	hour, rest, err := number(s[1:])
	if err != nil {
		return 0, err
	}
	minute, sec := 0, 0
	if rest != "" && rest[0] == ':' {
		if minute, rest, err = number(rest[1:]); err != nil {
			return 0, err
		}
		if rest != "" && rest[0] == ':' {
			if sec, rest, err = number(rest[1:]); err != nil {
				return 0, err
			}
		}
	} else if rest == "" && len(s) > 3 {
		hour, minute = hour/100, hour%100
	}
	if hour < 0 || hour > maxZoneHour || minute < 0 || minute > 59 || sec < 0 || sec > 59 {
		return 0, errZoneRange
	}
	if rest != "" {
		return 0, errDateFormat
	}
	west = -((hour*60+minute)*60 + sec)
	if s[0] == '-' {
		west = -west
	}
	return west, nil
}

// completeDate checks the fields of the date and completes a short year.
func (r *dateReader) completeDate() error {
	if r.seen&fYear != 0 && !r.julianDay {
		switch {
		case r.bc:
			if r.year <= 0 {
				return errFieldRange
			}
			r.year = -(r.year - 1)
		case r.twoDigits:
			if r.year < 0 {
				return errFieldRange
			}
			if r.year < 70 {
				r.year += 2000
			} else if r.year < 100 {
				r.year += 1900
			}
		case r.year <= 0:
			return errFieldRange
		}
	}
	if r.seen&fDayOfYear != 0 {
		r.setJulian(julianDay(r.year, 1, 1) + r.yday - 1)
	}
	if r.seen&fMonth != 0 && (r.month < 1 || r.month > 12) || r.seen&fDay != 0 && (r.day < 1 || r.day > 31) {
		return errMonthDayRange
	}
	if r.seen&fDate == fDate && r.day > daysInMonth(r.year, r.month) {
		return errFieldRange
	}
	return nil
}

// completeHalf applies AM or PM.
func (r *dateReader) completeHalf() error {
	switch {
	case r.half < 0:
	case r.hour > 12:
		return errFieldRange
	case r.half == 0 && r.hour == 12:
		r.hour = 0
	case r.half == 12 && r.hour != 12:
		r.hour += 12
	}
	return nil
}
