package datum

import (
	"math"
	"strconv"
)

// maxISONumber bounds a number in an ISO 8601 interval: beyond it a float has
// no room for a fraction.
const maxISONumber = 1.0e15

// readISO decodes the ISO 8601 forms P1Y2M3DT4H5M6S, P0001-02-03T04:05:06 and
// P00010203T040506.
func (r *intervalReader) readISO(s string) error {
	if len(s) < 2 || s[0] != 'P' {
		return errDateFormat
	}
	rest := s[1:]
	inDate, any := true, false
	for rest != "" {
		if rest[0] == 'T' {
			inDate, any = false, false
			rest = rest[1:]
			continue
		}
		before := rest
		n, fraction, after, err := isoNumber(rest)
		if err != nil {
			return err
		}
		mark := byte(0)
		if rest = after; rest != "" {
			mark = rest[0]
		}
		units := isoTimeUnits
		if inDate {
			units = isoDateUnits
		}
		if u, ok := units[mark]; ok {
			rest = rest[1:]
			any = true
			if _, err := r.add(u, n, fraction); err != nil {
				return err
			}
			continue
		}
		if inDate && (mark == 0 || mark == 'T' || mark == '-') {
			if rest, err = r.readISODate(before, rest, n, fraction, any); err != nil || rest == "" {
				return err
			}
			continue
		}
		if !inDate && (mark == 0 || mark == ':') {
			return r.readISOClock(before, rest, n, fraction, any)
		}
		return errDateFormat
	}
	return nil
}

var (
	isoDateUnits = map[byte]unit{'Y': unitYear, 'M': unitMonth, 'W': unitWeek, 'D': unitDay}
	isoTimeUnits = map[byte]unit{'H': unitHour, 'M': unitMinute, 'S': unitSecond}
)

// isoNumber reads a number and divides it into its whole part and its fraction.
func isoNumber(s string) (n int64, fraction float64, rest string, err error) {
	if s == "" || !isDigit(s[0]) && s[0] != '-' && s[0] != '.' {
		return 0, 0, s, errDateFormat
	}
	length := floatLength(s)
	if length == 0 {
		return 0, 0, s, errDateFormat
	}
	v, err := strconv.ParseFloat(s[:length], 64)
	if err != nil {
		return 0, 0, s, errDateFormat
	}
	if v != v || v < -maxISONumber || v > maxISONumber {
		return 0, 0, s, errFieldRange
	}
	whole := math.Trunc(v)
	return int64(whole), v - whole, s[length:], nil
}

// isoWidth is the number of digits that s begins with.
func isoWidth(s string) int {
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// addAll adds fields one after the other and stops at the first that fails.
func (r *intervalReader) addAll(adds ...func() (fields, error)) error {
	for _, add := range adds {
		if _, err := add(); err != nil {
			return err
		}
	}
	return nil
}

// readISODate decodes yyyymmdd or yyyy-mm-dd, whose first number has been read.
// It returns what follows from the T on.
func (r *intervalReader) readISODate(before, rest string, n int64, fraction float64, any bool) (string, error) {
	if (rest == "" || rest[0] == 'T') && isoWidth(before) == 8 && !any {
		err := r.addAll(
			func() (fields, error) { return r.add(unitYear, n/10000, 0) },
			func() (fields, error) { return r.add(unitMonth, n/100%100, 0) },
			func() (fields, error) { return r.add(unitDay, n%100, fraction) })
		return rest, err
	}
	if any {
		return "", errDateFormat
	}
	for _, u := range []unit{unitYear, unitMonth, unitDay} {
		if u != unitYear {
			if rest[0] != '-' {
				return "", errDateFormat
			}
			var err error
			if n, fraction, rest, err = isoNumber(rest[1:]); err != nil {
				return "", err
			}
		}
		if _, err := r.add(u, n, fraction); err != nil {
			return "", err
		}
		if rest == "" || rest[0] == 'T' {
			return rest, nil
		}
	}
	return "", errDateFormat
}

// readISOClock decodes hhmmss or hh:mm:ss, whose first number has been read.
func (r *intervalReader) readISOClock(before, rest string, n int64, fraction float64, any bool) error {
	if rest == "" && isoWidth(before) == 6 && !any {
		return r.addAll(
			func() (fields, error) { return r.add(unitHour, n/10000, 0) },
			func() (fields, error) { return r.add(unitMinute, n/100%100, 0) },
			func() (fields, error) { return r.add(unitSecond, n%100, 0) },
			func() (fields, error) { return r.add(unitMicrosecond, 0, fraction) })
	}
	if any {
		return errDateFormat
	}
	for _, u := range []unit{unitHour, unitMinute, unitSecond} {
		if u != unitHour {
			if rest[0] != ':' {
				return errDateFormat
			}
			var err error
			if n, fraction, rest, err = isoNumber(rest[1:]); err != nil {
				return err
			}
		}
		if _, err := r.add(u, n, fraction); err != nil {
			return err
		}
		if rest == "" {
			return nil
		}
	}
	return errDateFormat
}
