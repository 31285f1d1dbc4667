package builtin

import (
	"voronoi/internal/datum"
)

// datetimeCasts convert between the types of date and time.
func datetimeCasts() Table {
	zonedTotal := func(f func(env *datum.Env, a datum.Datum) datum.Datum) Impl {
		return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) { return f(c.Env, a[0]), nil })
	}
	return Table{
		"date_timestamp":        one(datum.DateToTimestamp),
		"date_timestamptz":      zoned1(datum.DateToTimestampTZ),
		"timestamp_date":        total1(datum.TimestampToDate),
		"timestamptz_date":      zonedTotal(datum.TimestampTZToDate),
		"timestamp_timestamptz": zoned1(datum.TimestampToTimestampTZ),
		"timestamptz_timestamp": zonedTotal(datum.TimestampTZToTimestamp),
		"timestamp_time":        total1(datum.TimestampToTime),
		"timestamptz_time":      zonedTotal(datum.TimestampTZToTime),
		"timestamptz_timetz":    zonedTotal(datum.TimestampTZToTimeTZ),
		"time_timetz":           zonedTotal(datum.TimeToTimeTZ),
		"timetz_time":           total1(datum.TimeTZToTime),
		"time_interval":         total1(datum.TimeToInterval),
		"interval_time":         total1(datum.IntervalToTime),
	}
}

// mixedDatetimes compare a date, a timestamp and a timestamptz with another of
// them, as moments: a date is its midnight.
func mixedDatetimes() Table {
	t := Table{}
	kinds := []string{"date", "timestamp", "timestamptz"}
	for i, left := range kinds {
		for j, right := range kinds {
			if i == j {
				continue
			}
			zoned := left == "timestamptz" || right == "timestamptz"
			compare := func(c *Call, a []datum.Datum) int {
				return compareInts(momentOf(c, left, zoned, a[0]), momentOf(c, right, zoned, a[1]))
			}
			for _, op := range sixComparisons {
				t[left+"_"+op.suffix+"_"+right] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
					return datum.Bool(op.holds(compare(c, a))), nil
				})
			}
			t[left+"_cmp_"+right] = scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
				return datum.Int(int64(compare(c, a))), nil
			})
		}
	}
	return t
}

// momentOf is a value as a timestamp, or as a timestamptz if zoned. A date too
// late for either is after all of them, but for infinity.
func momentOf(c *Call, kind string, zoned bool, d datum.Datum) datum.Datum {
	convert := func(env *datum.Env, d datum.Datum) (datum.Datum, error) { return d, nil }
	switch {
	case kind == "date" && zoned:
		convert = datum.DateToTimestampTZ
	case kind == "date":
		convert = func(_ *datum.Env, d datum.Datum) (datum.Datum, error) { return datum.DateToTimestamp(d) }
	case kind == "timestamp" && zoned:
		convert = datum.TimestampToTimestampTZ
	}
	m, err := convert(c.Env, d)
	if err != nil {
		const last = 1<<63 - 2
		return datum.Int(last)
	}
	return m
}
