package datum

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// IntervalIn reads the text of an interval with a type modifier, which decides
// what a number without a unit means, and applies it.
func IntervalIn(env *Env, s string, typmod int32) (Datum, error) {
	set := intervalFullRange
	if typmod >= 0 {
		set = int(typmod) >> 16 & 0x7fff
	}
	r := intervalReader{set: set}
	err := r.read(env, s)
	if errors.Is(err, errDateFormat) {
		r = intervalReader{}
		err = r.readISO(s)
	}
	if errors.Is(err, errFieldRange) {
		err = errIntervalRange
	}
	if err != nil {
		return Null, dateError(err, "interval", s)
	}
	months, ok := mulSmall(r.years, monthsPerYear)
	if ok {
		months, ok = addInt64(months, r.months)
	}
	m, fits := fits32(months)
	if !ok || !fits {
		return Null, IntervalOutOfRange()
	}
	return coerceInterval(Interval{Months: m, Days: int32(r.days), Usec: r.usec}.Datum(), typmod), nil
}

// intervalReader sums up the fields of an interval's text. Days, months and
// years stay within int32.
type intervalReader struct {
	set                 int // the fields of the type modifier
	years, months, days int64
	usec                int64
	seen                fields
}

// addTo adds n*scale to one of the fields of 32 bits.
func addTo(field *int64, n, scale int64) bool {
	if _, ok := fits32(n); !ok {
		return false
	}
	if _, ok := fits32(n * scale); !ok {
		return false
	}
	sum, ok := fits32(*field + n*scale)
	*field = int64(sum)
	return ok
}

// addFraction adds a fraction of scale microseconds, rounded half away from
// zero.
func (r *intervalReader) addFraction(fraction float64, scale int64) bool {
	if fraction == 0 {
		return true
	}
	fraction *= float64(scale)
	whole := int64(fraction)
	switch rest := fraction - float64(whole); {
	case rest > 0.5:
		whole++
	case rest < -0.5:
		whole--
	}
	var ok bool
	r.usec, ok = addInt64(r.usec, whole)
	return ok
}

func (r *intervalReader) addUsec(n int64, fraction float64, scale int64) bool {
	p, ok := mulSmall(n, scale)
	if !ok {
		return false
	}
	if r.usec, ok = addInt64(r.usec, p); !ok {
		return false
	}
	return r.addFraction(fraction, scale)
}

// addDays adds a number of units of scale days; what is less than a day
// becomes time.
func (r *intervalReader) addDays(fraction float64, scale int64) bool {
	if fraction == 0 {
		return true
	}
	fraction *= float64(scale)
	whole := int64(fraction)
	return addTo(&r.days, whole, 1) && r.addFraction(fraction-float64(whole), usecPerDay)
}

func (r *intervalReader) addYears(n int64, fraction float64, scale int64) bool {
	months := int64(math.RoundToEven(fraction * float64(scale) * monthsPerYear))
	return addTo(&r.years, n, scale) && addTo(&r.months, months, 1)
}

// add adds a number of units.
func (r *intervalReader) add(u unit, n int64, fraction float64) (fields, error) {
	var got fields
	var ok bool
	switch u {
	case unitMicrosecond:
		got, ok = fMicrosecond, r.addUsec(n, fraction, 1)
	case unitMillisecond:
		got, ok = fMillisecond, r.addUsec(n, fraction, 1000)
	case unitSecond:
		got, ok = fSecond, r.addUsec(n, fraction, usecPerSec)
		if fraction != 0 {
			got = fAllSecs
		}
	case unitMinute:
		got, ok = fMinute, r.addUsec(n, fraction, usecPerMinute)
	case unitHour:
		got, ok = fHour, r.addUsec(n, fraction, usecPerHour)
	case unitDay:
		got, ok = fDay, addTo(&r.days, n, 1) && r.addFraction(fraction, usecPerDay)
	case unitWeek:
		got, ok = fWeek, addTo(&r.days, n, 7) && r.addDays(fraction, 7)
	case unitMonth:
		got, ok = fMonth, addTo(&r.months, n, 1) && r.addDays(fraction, daysPerMonth)
	case unitYear:
		got, ok = fYear, r.addYears(n, fraction, 1)
	case unitDecade:
		got, ok = fDecade, r.addYears(n, fraction, 10)
	case unitCentury:
		got, ok = fCentury, r.addYears(n, fraction, 100)
	case unitMillennium:
		got, ok = fMillennium, r.addYears(n, fraction, 1000)
	default:
		return 0, errDateFormat
	}
	if !ok {
		return 0, errFieldRange
	}
	return got, nil
}

// read decodes the verbose and the SQL form. It goes from the last part to the
// first, so that units come before their numbers.
func (r *intervalReader) read(env *Env, s string) error {
	parts, err := splitDate(s)
	if err != nil {
		return err
	}
	force := envOrDefault(env).IntervalStyle == IntervalSQLStandard && allNegative(parts)
	u, ago := noUnit, false
	for i := len(parts) - 1; i >= 0; i-- {
		p := parts[i]
		var got fields
		switch p.shape {
		case shapeTime:
			if err := r.readClock(p.text, false, force); err != nil {
				return err
			}
			got, u = fTime, unitDay
		case shapeSigned, shapeDate, shapeNumber:
			if p.shape == shapeSigned && strings.IndexByte(p.text, ':') > 0 {
				if err := r.readClock(p.text[1:], p.text[0] == '-', force); err == nil {
					got, u = fTime, unitDay
					break
				}
			}
			if u == noUnit {
				u = r.lastUnit()
			}
			if got, u, err = r.readNumber(p.text, u, force); err != nil {
				return err
			}
		default:
			if p.text == "ago" {
				ago, u = true, unitAgo
				continue
			}
			if u = unitTokens[tokenKey(p.text)]; u == noUnit {
				return errDateFormat
			}
		}
		if got&r.seen != 0 {
			return errDateFormat
		}
		r.seen |= got
	}
	if r.seen == 0 {
		return errDateFormat
	}
	if ago {
		return r.negate()
	}
	return nil
}

// allNegative reports whether the first part's minus sign is the only sign:
// then, in the style of the standard, it is every part's.
func allNegative(parts []part) bool {
	if len(parts) == 0 || parts[0].text[0] != '-' {
		return false
	}
	for _, p := range parts[1:] {
		if p.text[0] == '-' || p.text[0] == '+' {
			return false
		}
	}
	return true
}

func (r *intervalReader) readClock(s string, negative, force bool) error {
	c, err := parseClock(s, r.set == fieldMinute|fieldSecond)
	if err != nil {
		return err
	}
	t, ok := mulSmall(c.hour, usecPerHour)
	if ok {
		t, ok = addInt64(t, int64(c.minute)*usecPerMinute+int64(c.sec)*usecPerSec+int64(c.usec))
	}
	if !ok {
		return errFieldRange
	}
	if negative || force {
		t = -t
	}
	// A time of day replaces what was read of it so far.
	r.usec = t
	return nil
}

// lastUnit is what the last number means where no unit follows it.
func (r *intervalReader) lastUnit() unit {
	switch {
	case r.set == intervalFullRange || r.set&fieldSecond != 0:
		return unitSecond
	case r.set&fieldMinute != 0:
		return unitMinute
	case r.set&fieldHour != 0:
		return unitHour
	case r.set&fieldDay != 0:
		return unitDay
	case r.set&fieldMonth != 0:
		return unitMonth
	case r.set&fieldYear != 0:
		return unitYear
	}
	return unitSecond
}

// readNumber decodes a number or years-months; next is the unit of a number
// before it that has none of its own.
func (r *intervalReader) readNumber(s string, u unit, force bool) (got fields, next unit, err error) {
	end := 0
	for end < len(s) && (isDigit(s[end]) || end == 0 && (s[end] == '-' || s[end] == '+')) {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil && errors.Is(err, strconv.ErrRange) {
		return 0, u, errFieldRange
	}
	negative := s[0] == '-'
	var fraction float64
	switch rest := s[end:]; {
	case rest == "":
	case rest[0] == '-':
		months, after, err := leadingNumber(rest[1:])
		if err != nil || months < 0 || months >= monthsPerYear {
			return 0, u, errFieldRange
		}
		if after != "" {
			return 0, u, errDateFormat
		}
		u = unitMonth
		if negative {
			months = -months
		}
		var ok, fits bool
		if n, ok = mulSmall(n, monthsPerYear); ok {
			n, fits = addInt64(n, int64(months))
		}
		if !ok || !fits {
			return 0, u, errFieldRange
		}
	case rest[0] == '.':
		if fraction, err = parseFraction(rest); err != nil {
			return 0, u, err
		}
		if negative {
			fraction = -fraction
		}
	default:
		return 0, u, errDateFormat
	}
	if force {
		n, fraction = -abs(n), -math.Abs(fraction)
	}
	got, err = r.add(u, n, fraction)
	if u == unitHour {
		u = unitDay
	}
	return got, u, err
}

func (r *intervalReader) negate() error {
	if r.usec == math.MinInt64 || r.days == math.MinInt32 || r.months == math.MinInt32 || r.years == math.MinInt32 {
		return errFieldRange
	}
	r.usec, r.days, r.months, r.years = -r.usec, -r.days, -r.months, -r.years
	return nil
}
