package datum

import "time"

var (
	weekdayNames = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	monthNames   = [...]string{"", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// appendPadded appends n with at least the given number of digits.
func appendPadded(dst []byte, n, width int) []byte {
	var buf [20]byte
	i := len(buf)
	for ; n > 0 || i == len(buf); n /= 10 {
		i--
		buf[i] = byte('0' + n%10)
	}
	for len(buf)-i < width {
		i--
		buf[i] = '0'
	}
	return append(dst, buf[i:]...)
}

// displayYear is the year as it is written, without its era.
func displayYear(year int) int {
	if year > 0 {
		return year
	}
	return 1 - year
}

func appendEra(dst []byte, year int) []byte {
	if year <= 0 {
		return append(dst, " BC"...)
	}
	return dst
}

// appendDate appends the date alone, as type date is written.
func appendDate(dst []byte, style DateStyle, c *civil) []byte {
	two := func(n int, sep byte) {
		dst = appendPadded(dst, n, 2)
		dst = append(dst, sep)
	}
	year := displayYear(c.year)
	switch style.Format {
	case DateISO:
		dst = appendPadded(dst, year, 4)
		dst = append(dst, '-')
		two(c.month, '-')
		dst = appendPadded(dst, c.day, 2)
		return appendEra(dst, c.year)
	case DateGerman:
		two(c.day, '.')
		two(c.month, '.')
	default:
		sep := byte('/')
		if style.Format == DatePostgres {
			sep = '-'
		}
		first, second := c.month, c.day
		if style.Order == OrderDMY {
			first, second = second, first
		}
		two(first, sep)
		two(second, sep)
	}
	dst = appendPadded(dst, year, 4)
	return appendEra(dst, c.year)
}

// appendClock appends hh:mm:ss and what there is of a fraction.
func appendClock(dst []byte, hour, minute, sec, usec int) []byte {
	dst = appendPadded(dst, hour, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, minute, 2)
	dst = append(dst, ':')
	dst = appendPadded(dst, sec, 2)
	return appendFraction(dst, usec)
}

func appendFraction(dst []byte, usec int) []byte {
	if usec == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), usec, 6)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendOffset appends a displacement, as short as it can be.
func appendOffset(dst []byte, east int) []byte {
	sign := byte('+')
	if east < 0 {
		sign, east = '-', -east
	}
	dst = appendPadded(append(dst, sign), east/3600, 2)
	if east%3600 == 0 {
		return dst
	}
	dst = appendPadded(append(dst, ':'), east/60%60, 2)
	if east%60 == 0 {
		return dst
	}
	return appendPadded(append(dst, ':'), east%60, 2)
}

// appendTimestamp appends a timestamp; loc is nil for one without time zone.
func appendTimestamp(dst []byte, style DateStyle, t int64, loc *time.Location) []byte {
	switch t {
	case tsNegInf:
		return append(dst, "-infinity"...)
	case tsPosInf:
		return append(dst, "infinity"...)
	}
	east, abbrev := 0, ""
	if loc != nil {
		east, abbrev = offsetAt(loc, t)
		t += int64(east) * usecPerSec
	}
	c := civilOf(t)
	if style.Format == DatePostgres {
		dst = appendPostgresDate(dst, style, &c)
	} else {
		era := c.year
		c.year = displayYear(era) // the era goes to the end
		dst = append(appendDate(dst, style, &c), ' ')
		c.year = era
	}
	dst = appendClock(dst, c.hour, c.minute, c.sec, c.usec)
	if style.Format == DatePostgres {
		dst = appendPadded(append(dst, ' '), displayYear(c.year), 4)
	}
	if loc != nil {
		dst = appendZone(dst, style.Format, east, abbrev)
	}
	return appendEra(dst, c.year)
}

func appendPostgresDate(dst []byte, style DateStyle, c *civil) []byte {
	dst = append(dst, weekdayNames[weekday(c.julian())]...)
	dst = append(dst, ' ')
	if style.Order == OrderDMY {
		dst = append(appendPadded(dst, c.day, 2), ' ')
		dst = append(dst, monthNames[c.month]...)
	} else {
		dst = append(dst, monthNames[c.month]...)
		dst = appendPadded(append(dst, ' '), c.day, 2)
	}
	return append(dst, ' ')
}

// appendZone appends the offset in ISO style, the zone's abbreviation in the
// others. Some zones have no abbreviation but their offset.
func appendZone(dst []byte, format DateFormat, east int, abbrev string) []byte {
	if format == DateISO {
		return appendOffset(dst, east)
	}
	return append(append(dst, ' '), abbrev[:min(len(abbrev), tokenLength)]...)
}
