package builtin

import (
	"time"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// civil is a date and time as a template gives it, checked.
type civil struct {
	year, month, day int
	micros           int64 // since midnight
	zoned            bool
	east             int // seconds, if zoned
}

func fieldOverflow(s string) error {
	return pgerr.Newf(pgerr.DatetimeFieldOverflow, `date/time field value out of range: "%s"`, s)
}

// readCivil reads s by the template and puts the fields together.
func readCivil(s, template string) (civil, error) {
	r, err := readByTemplate(s, template)
	if err != nil {
		return civil{}, err
	}
	f := r.fields
	hour, minute, second := f["ssss"]/3600, f["ssss"]%3600/60, f["ssss"]%60
	for name, to := range map[string]*int{"hh": &hour, "mi": &minute, "ss": &second} {
		if f[name] != 0 {
			*to = f[name]
		}
	}
	if r.clock == 12 {
		if hour < 1 || hour > 12 {
			return civil{}, formatFault(`hour "%d" is invalid for the 12-hour clock`, hour).
				WithHint("Use the 24-hour clock, or give an hour between 1 and 12.")
		}
		switch {
		case r.pm && hour < 12:
			hour += 12
		case !r.pm && hour == 12:
			hour = 0
		}
	}
	c := civil{month: 1, day: 1}
	dated, err := r.date(&c)
	if err != nil {
		return civil{}, err
	}
	if dated && !validDate(c) {
		return civil{}, fieldOverflow(s)
	}
	micro := f["ms"]*1000 + f["us"]
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 || micro < 0 || micro >= 1e6 {
		return civil{}, fieldOverflow(s)
	}
	c.micros = (int64(hour)*3600+int64(minute)*60+int64(second))*1e6 + int64(micro)
	if r.sign != 0 {
		if f["tzh"] < 0 || f["tzh"] > 15 || f["tzm"] < 0 || f["tzm"] > 59 {
			return civil{}, pgerr.Newf(pgerr.InvalidTimeZoneDisplacement, `time zone displacement out of range: "%s"`, s)
		}
		c.zoned, c.east = true, r.sign*(f["tzh"]*3600+f["tzm"]*60)
	}
	return c, nil
}

func validDate(c civil) bool {
	if c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31 {
		return false
	}
	return time.Date(c.year, time.Month(c.month), c.day, 0, 0, 0, 0, time.UTC).Day() == c.day
}

// date computes the calendar day; false where no field says anything of it.
func (r *dateReader) date(c *civil) (bool, error) {
	f := r.fields
	dated := false
	switch {
	case f["year"] != 0 && f["cc"] != 0 && r.digits <= 2:
		c.year, dated = yearOfCentury(f["cc"], f["year"]%100, r.bc), true
	case f["year"] != 0:
		c.year, dated = f["year"], true
		if r.bc {
			c.year = -c.year
		}
		if c.year < 0 {
			c.year++
		}
	case f["cc"] != 0:
		century := f["cc"]
		if r.bc {
			century = -century
		}
		c.year, dated = (century-1)*100+1, true
		if century < 0 {
			c.year = century*100 + 1
		}
	}
	if f["j"] != 0 {
		const of2000 = 2451545
		c.setDay(f["j"] - of2000)
		dated = true
	}
	dayOfYear := f["ddd"]
	if f["ww"] != 0 {
		if r.mode == "iso" {
			c.setDay(isoWeek(c.year, f["ww"]) + isoOffset(f["d"]))
			dated = true
		} else {
			dayOfYear = (f["ww"]-1)*7 + 1
		}
	}
	day := f["dd"]
	if f["w"] != 0 {
		day = (f["w"]-1)*7 + 1
	}
	if day != 0 {
		c.day, dated = day, true
	}
	if f["mm"] != 0 {
		c.month, dated = f["mm"], true
	}
	if dayOfYear != 0 && (c.month <= 1 || c.day <= 1) {
		if c.year == 0 && !r.bc {
			return false, formatFault("cannot calculate day of year without year information")
		}
		first := int(datum.DateOf(c.year, 1, 1).Int())
		if r.mode == "iso" {
			first = isoWeek(c.year, 1)
		} else if dayOfYear < 1 || dayOfYear > int(datum.DateOf(c.year+1, 1, 1).Int())-first {
			c.month, c.day = 13, dayOfYear // refused by the check that follows
			return true, nil
		}
		c.setDay(first + dayOfYear - 1)
		dated = true
	}
	return dated, nil
}

// setDay takes the day by its number from 2000-01-01.
func (c *civil) setDay(n int) {
	year, month, day := datum.DateParts(datum.Int(int64(n)))
	c.year, c.month, c.day = year, int(month), day
}

func yearOfCentury(century, year int, bc bool) int {
	if bc {
		century = -century
	}
	switch {
	case year == 0 && century >= 0:
		return century * 100
	case year == 0:
		return century*100 + 1
	case century < 0:
		return (century+1)*100 - year + 1
	}
	return (century-1)*100 + year
}

// isoWeek is the day number of the Monday of a week.
func isoWeek(year, week int) int {
	fourth := datum.DateOf(year, 1, 4).Int()
	weekday := (fourth%7 + 7 + 5) % 7 // 2000-01-01 was a Saturday: Monday is 0
	return int(fourth-weekday) + (week-1)*7
}

// isoOffset is the place of a weekday, Sunday being 1, in its week from Monday.
func isoOffset(d int) int {
	if d == 0 {
		return 0
	}
	return (d + 5) % 7
}

func toDate(a []datum.Datum) (datum.Datum, error) {
	c, err := readCivil(a[0].Str(), a[1].Str())
	if err != nil {
		return datum.Null, err
	}
	d := datum.DateOf(c.year, time.Month(c.month), c.day)
	const first, last = -2451545, 2145031949 - 1
	if d.Int() < first || d.Int() >= last {
		return datum.Null, pgerr.Newf(pgerr.DatetimeFieldOverflow, `date out of range: "%s"`, a[0].Str())
	}
	return d, nil
}

func toTimestamp(c *Call, a []datum.Datum) (datum.Datum, error) {
	v, err := readCivil(a[0].Str(), a[1].Str())
	if err != nil {
		return datum.Null, err
	}
	midnight, err := datum.DateToTimestamp(datum.DateOf(v.year, time.Month(v.month), v.day))
	if err != nil {
		return datum.Null, datum.TimestampOutOfRange()
	}
	local := midnight.Int() + v.micros
	if v.zoned {
		return datum.Int(local - int64(v.east)*1e6), nil
	}
	return datum.TimestampToTimestampTZ(c.Env, datum.Int(local))
}
