package builtin

import (
	"fmt"
	"strings"
	"time"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// moment is a date and time taken apart for to_char. Of an interval the parts
// are those of the interval, which may be negative or large.
type moment struct {
	year, month, day     int // the year before 1 is 0
	hour, minute, second int
	micro                int
	weekday, yearday     int // Sunday is 0; from 1
	zone                 string
	east                 int // seconds
	interval             bool
}

func dateTemplates() Table {
	ofTimestamp := func(a []datum.Datum, loc *time.Location) (datum.Datum, error) {
		if datum.IsInfiniteTimestamp(a[0]) {
			return null()
		}
		if loc == nil {
			m := momentOfTime(datum.ToTime(a[0].Int()).UTC())
			m.zone = ""
			return momentToChar(m, a[1].Str())
		}
		return momentToChar(momentOfTime(datum.ToTime(a[0].Int()).In(loc)), a[1].Str())
	}
	return Table{
		"timestamp_to_char": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return ofTimestamp(a, nil)
		}),
		"timestamptz_to_char": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return ofTimestamp(a, c.Env.TimeZone)
		}),
		"interval_to_char": pure(func(a []datum.Datum) (datum.Datum, error) {
			return momentToChar(momentOfInterval(datum.IntervalOf(a[0])), a[1].Str())
		}),
		"to_date":      pure(toDate),
		"to_timestamp": scalar(toTimestamp),
	}
}

func momentOfTime(t time.Time) moment {
	name, east := t.Zone()
	return moment{
		year: t.Year(), month: int(t.Month()), day: t.Day(), hour: t.Hour(), minute: t.Minute(), second: t.Second(),
		micro: t.Nanosecond() / 1000, weekday: int(t.Weekday()), yearday: t.YearDay(), zone: name, east: east,
	}
}

func momentOfInterval(v datum.Interval) moment {
	m := moment{year: int(v.Months / 12), month: int(v.Months % 12), day: int(v.Days), interval: true}
	m.hour = int(v.Usec / 3600e6)
	m.minute = int(v.Usec / 60e6 % 60)
	m.second = int(v.Usec / 1e6 % 60)
	m.micro = int(v.Usec % 1e6)
	m.yearday = (m.year*12+m.month)*30 + m.day
	return m
}

func momentToChar(m moment, template string) (datum.Datum, error) {
	if template == "" {
		return null()
	}
	var out strings.Builder
	for _, p := range parseTemplate(template, datePatterns, true) {
		if p.key == "" {
			out.WriteString(p.text)
			continue
		}
		if m.interval && notOfIntervals[strings.ToUpper(p.key)] {
			return datum.Null, pgerr.New(pgerr.InvalidDatetimeFormat, "invalid format specification for an interval value").
				WithHint("Intervals are not tied to specific calendar dates.")
		}
		out.WriteString(m.format(p))
	}
	return datum.Text(out.String()), nil
}

// notOfIntervals are the patterns that need a calendar.
var notOfIntervals = func() map[string]bool {
	set := map[string]bool{}
	for _, key := range strings.Fields("TZ TZH TZM OF A.D. B.C. AD BC MONTH MON DAY DY D ID IDDD") {
		set[key] = true
	}
	return set
}()

// shownYear counts years before Christ from 1.
func (m moment) shownYear(year int) int {
	if !m.interval && year <= 0 {
		return 1 - year
	}
	return year
}

// numeric patterns give a number and its width, sign not counted.
var dateNumbers = map[string]func(m moment) (n, width int){
	"HH": hour12, "HH12": hour12,
	"HH24":  func(m moment) (int, int) { return m.hour, 2 },
	"MI":    func(m moment) (int, int) { return m.minute, 2 },
	"SS":    func(m moment) (int, int) { return m.second, 2 },
	"SSSS":  func(m moment) (int, int) { return m.hour*3600 + m.minute*60 + m.second, 0 },
	"SSSSS": func(m moment) (int, int) { return m.hour*3600 + m.minute*60 + m.second, 0 },
	"MM":    func(m moment) (int, int) { return m.month, 2 },
	"DD":    func(m moment) (int, int) { return m.day, 2 },
	"DDD":   func(m moment) (int, int) { return m.yearday, 3 },
	"IDDD":  func(m moment) (int, int) { return m.isoDay(), 3 },
	"D":     func(m moment) (int, int) { return m.weekday + 1, 0 },
	"ID":    func(m moment) (int, int) { return (m.weekday+6)%7 + 1, 0 },
	"WW":    func(m moment) (int, int) { return (m.yearday-1)/7 + 1, 2 },
	"IW":    func(m moment) (int, int) { _, w := m.iso(); return w, 2 },
	"W":     func(m moment) (int, int) { return (m.day-1)/7 + 1, 0 },
	"Q":     func(m moment) (int, int) { return (m.month-1)/3 + 1, 0 },
	"J":     func(m moment) (int, int) { return m.julian(), 0 },
	"CC":    func(m moment) (int, int) { return m.century(), 2 },
	"YYYY":  func(m moment) (int, int) { return m.shownYear(m.year), 4 },
	"YYY":   func(m moment) (int, int) { return m.shownYear(m.year) % 1000, 3 },
	"YY":    func(m moment) (int, int) { return m.shownYear(m.year) % 100, 2 },
	"Y":     func(m moment) (int, int) { return m.shownYear(m.year) % 10, 0 },
	"IYYY":  func(m moment) (int, int) { return m.isoYear(), 4 },
	"IYY":   func(m moment) (int, int) { return m.isoYear() % 1000, 3 },
	"IY":    func(m moment) (int, int) { return m.isoYear() % 100, 2 },
	"I":     func(m moment) (int, int) { return m.isoYear() % 10, 0 },
}

func hour12(m moment) (int, int) {
	if m.hour%12 == 0 {
		return 12, 2
	}
	return m.hour % 12, 2
}

// date is the moment's calendar day; months of an interval may be none.
func (m moment) date() time.Time {
	return time.Date(m.year, time.Month(m.month), m.day, 0, 0, 0, 0, time.UTC)
}

func (m moment) iso() (year, week int) { return m.date().ISOWeek() }

func (m moment) isoYear() int {
	year, _ := m.iso()
	return m.shownYear(year)
}

func (m moment) isoDay() int {
	_, week := m.iso()
	return (week-1)*7 + (m.weekday+6)%7 + 1
}

// julian is the Julian day number.
func (m moment) julian() int {
	const of2000 = 2451545
	return int(datum.DateOf(m.year, time.Month(m.month), m.day).Int()) + of2000
}

func (m moment) century() int {
	switch {
	case m.interval:
		return m.year / 100
	case m.year > 0:
		return (m.year-1)/100 + 1
	}
	return m.year/100 - 1
}

func padded(n, width int) string {
	if n < 0 {
		width++
	}
	return fmt.Sprintf("%0*d", width, n)
}

func (m moment) format(p templatePart) string {
	if f := dateNumbers[p.key]; f != nil {
		if p.key == "Q" && m.month == 0 {
			return ""
		}
		n, width := f(m)
		if p.fill {
			width = 0
		}
		if (p.key == "DD" || p.key == "DDD") && n < 0 {
			width-- // where the sign counts
		}
		s := padded(n, width)
		return s + ordinal(s, p.th)
	}
	return m.formatOther(p)
}

func (m moment) formatOther(p templatePart) string {
	fraction := func(digits int) string {
		s := padded(m.micro, 6)
		n := digits + len(s) - 6
		if m.micro < 0 { // C divides towards zero
			s = padded(m.micro/[]int{1000000, 100000, 10000, 1000, 100, 10, 1}[digits], digits)
			n = len(s)
		}
		return s[:n] + ordinal(s[:n], p.th)
	}
	sign := "+"
	east := m.east
	if east < 0 {
		sign, east = "-", -east
	}
	switch p.key {
	case "FX":
		return ""
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		return fraction(int(p.key[2] - '0'))
	case "MS":
		return fraction(3)
	case "US":
		return fraction(6)
	case "TZ":
		return m.zone
	case "tz":
		return strings.ToLower(m.zone)
	case "TZH":
		return fmt.Sprintf("%s%02d", sign, east/3600)
	case "TZM":
		return fmt.Sprintf("%02d", east%3600/60)
	case "OF":
		width := 2
		if p.fill {
			width = 0
		}
		s := fmt.Sprintf("%s%0*d", sign, width, east/3600)
		if east%3600 != 0 {
			s += fmt.Sprintf(":%02d", east%3600/60)
		}
		return s
	case "Y,YYY":
		y := m.shownYear(m.year)
		s := fmt.Sprintf("%d,%03d", y/1000, y%1000)
		return s + ordinal(s, p.th)
	}
	return m.formatWord(p)
}

// formatWord writes patterns that stand for words, in the case of the pattern.
func (m moment) formatWord(p templatePart) string {
	word, width := "", 0
	switch strings.ToUpper(p.key) {
	case "AM", "PM":
		word = pick(m.hour%24 >= 12, "PM", "AM")
	case "A.M.", "P.M.":
		word = pick(m.hour%24 >= 12, "P.M.", "A.M.")
	case "AD", "BC":
		word = pick(m.year <= 0, "BC", "AD")
	case "A.D.", "B.C.":
		word = pick(m.year <= 0, "B.C.", "A.D.")
	case "MONTH":
		word, width = time.Month(m.month).String(), 9
	case "MON":
		word = time.Month(m.month).String()[:3]
	case "DAY":
		word, width = time.Weekday(m.weekday).String(), 9
	case "DY":
		word = time.Weekday(m.weekday).String()[:3]
	case "RM":
		if m.month == 0 && m.year == 0 {
			return ""
		}
		word, width = romanMonths[m.romanMonth()], 4
	}
	switch {
	case p.key == strings.ToUpper(p.key):
		word = strings.ToUpper(word)
	case p.key == strings.ToLower(p.key):
		word = strings.ToLower(word)
	}
	if !p.fill && !p.local {
		word += strings.Repeat(" ", max(width-len(word), 0))
	}
	return word
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

var romanMonths = [12]string{"XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"}

// romanMonth is the index of the month, counted down. An interval of whole
// years ends in December.
func (m moment) romanMonth() int {
	switch {
	case m.month == 0 && m.year >= 0:
		return 0
	case m.month == 0:
		return 11
	case m.month < 0:
		return -1 * (m.month + 1)
	}
	return 12 - m.month
}
