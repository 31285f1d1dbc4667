package datum

import "strconv"

// intervalFieldsOut are the fields of an interval as they are written. All
// have the sign of the part that they come from.
type intervalFieldsOut struct {
	year, month, day int
	hour             int64
	minute, sec      int
	usec             int
}

func splitInterval(v Interval) intervalFieldsOut {
	return intervalFieldsOut{
		year: int(v.Months) / monthsPerYear, month: int(v.Months) % monthsPerYear, day: int(v.Days),
		hour: v.Usec / usecPerHour, minute: int(v.Usec % usecPerHour / usecPerMinute),
		sec: int(v.Usec % usecPerMinute / usecPerSec), usec: int(v.Usec % usecPerSec),
	}
}

func (f *intervalFieldsOut) timeNegative() bool {
	return f.hour < 0 || f.minute < 0 || f.sec < 0 || f.usec < 0
}

func abs[T int | int64](n T) T {
	if n < 0 {
		return -n
	}
	return n
}

func appendInterval(dst []byte, style IntervalStyle, v Interval) []byte {
	f := splitInterval(v)
	switch style {
	case IntervalPostgresVerbose:
		return f.appendVerbose(dst)
	case IntervalSQLStandard:
		return f.appendSQL(dst)
	case IntervalISO8601:
		return f.appendISO(dst)
	}
	return f.appendPostgres(dst)
}

func (f *intervalFieldsOut) appendTime(dst []byte) []byte {
	dst = appendPadded(dst, int(abs(f.hour)), 2)
	dst = appendPadded(append(dst, ':'), abs(f.minute), 2)
	dst = appendPadded(append(dst, ':'), abs(f.sec), 2)
	return appendFraction(dst, abs(f.usec))
}

// appendPostgres writes like 1 year 2 mons -3 days +04:05:06.
func (f *intervalFieldsOut) appendPostgres(dst []byte) []byte {
	empty, negative := true, false
	field := func(n int, name string) {
		if n == 0 {
			return
		}
		if !empty {
			dst = append(dst, ' ')
		}
		if negative && n > 0 {
			dst = append(dst, '+')
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
		dst = append(append(dst, ' '), name...)
		if n != 1 {
			dst = append(dst, 's')
		}
		// The sign is repeated after a negative field only.
		empty, negative = false, n < 0
	}
	field(f.year, "year")
	field(f.month, "mon")
	field(f.day, "day")
	if !empty && f.hour == 0 && f.minute == 0 && f.sec == 0 && f.usec == 0 {
		return dst
	}
	if !empty {
		dst = append(dst, ' ')
	}
	if f.timeNegative() {
		dst = append(dst, '-')
	} else if negative {
		dst = append(dst, '+')
	}
	return f.appendTime(dst)
}

// appendVerbose writes like @ 1 year 2 mons 3 days ago.
func (f *intervalFieldsOut) appendVerbose(dst []byte) []byte {
	dst = append(dst, '@')
	empty, ago := true, false
	field := func(n int64, name string) {
		if n == 0 {
			return
		}
		// The first field decides whether all count backwards.
		if empty {
			ago = n < 0
			n = abs(n)
		} else if ago {
			n = -n
		}
		empty = false
		dst = strconv.AppendInt(append(dst, ' '), n, 10)
		dst = append(append(dst, ' '), name...)
		if n != 1 {
			dst = append(dst, 's')
		}
	}
	field(int64(f.year), "year")
	field(int64(f.month), "mon")
	field(int64(f.day), "day")
	field(f.hour, "hour")
	field(int64(f.minute), "min")
	if f.sec != 0 || f.usec != 0 {
		dst = append(dst, ' ')
		if f.sec < 0 || f.usec < 0 {
			if empty {
				ago = true
			} else if !ago {
				dst = append(dst, '-')
			}
		} else if ago {
			dst = append(dst, '-')
		}
		dst = strconv.AppendInt(dst, int64(abs(f.sec)), 10)
		dst = appendFraction(dst, abs(f.usec))
		dst = append(dst, " sec"...)
		if abs(f.sec) != 1 || f.usec != 0 {
			dst = append(dst, 's')
		}
		empty = false
	}
	if empty {
		return append(dst, " 0"...)
	}
	if ago {
		dst = append(dst, " ago"...)
	}
	return dst
}

// appendSQL writes like 1-2 3 4:05:06. Where the fields differ in sign, which
// the standard does not allow, each part has its own.
func (f *intervalFieldsOut) appendSQL(dst []byte) []byte {
	negative := f.year < 0 || f.month < 0 || f.day < 0 || f.timeNegative()
	positive := f.year > 0 || f.month > 0 || f.day > 0 || f.hour > 0 || f.minute > 0 || f.sec > 0 || f.usec > 0
	yearMonth := f.year != 0 || f.month != 0
	time := f.hour != 0 || f.minute != 0 || f.sec != 0 || f.usec != 0
	dayTime := f.day != 0 || time
	standard := !(negative && positive) && !(yearMonth && dayTime)

	sign := func(negative bool) {
		if negative {
			dst = append(dst, '-')
		} else {
			dst = append(dst, '+')
		}
	}
	number := func(n int64) { dst = strconv.AppendInt(dst, abs(n), 10) }
	clock := func() {
		number(f.hour)
		dst = appendPadded(append(dst, ':'), abs(f.minute), 2)
		dst = appendPadded(append(dst, ':'), abs(f.sec), 2)
		dst = appendFraction(dst, abs(f.usec))
	}
	if standard && negative {
		dst = append(dst, '-')
	}
	switch {
	case !negative && !positive:
		dst = append(dst, '0')
	case !standard:
		sign(f.year < 0 || f.month < 0)
		number(int64(f.year))
		dst = append(dst, '-')
		number(int64(f.month))
		dst = append(dst, ' ')
		sign(f.day < 0)
		number(int64(f.day))
		dst = append(dst, ' ')
		sign(f.timeNegative())
		clock()
	case yearMonth:
		number(int64(f.year))
		dst = append(dst, '-')
		number(int64(f.month))
	default:
		if f.day != 0 {
			number(int64(f.day))
			dst = append(dst, ' ')
		}
		clock()
	}
	return dst
}

// appendISO writes like P1Y2M-3DT4H5M6S.
func (f *intervalFieldsOut) appendISO(dst []byte) []byte {
	if *f == (intervalFieldsOut{}) {
		return append(dst, "PT0S"...)
	}
	field := func(n int64, mark byte) {
		if n != 0 {
			dst = append(strconv.AppendInt(dst, n, 10), mark)
		}
	}
	dst = append(dst, 'P')
	field(int64(f.year), 'Y')
	field(int64(f.month), 'M')
	field(int64(f.day), 'D')
	if f.hour == 0 && f.minute == 0 && f.sec == 0 && f.usec == 0 {
		return dst
	}
	dst = append(dst, 'T')
	field(f.hour, 'H')
	field(int64(f.minute), 'M')
	if f.sec != 0 || f.usec != 0 {
		if f.sec < 0 || f.usec < 0 {
			dst = append(dst, '-')
		}
		dst = strconv.AppendInt(dst, int64(abs(f.sec)), 10)
		dst = append(appendFraction(dst, abs(f.usec)), 'S')
	}
	return dst
}
