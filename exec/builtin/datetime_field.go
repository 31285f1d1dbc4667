package builtin

import (
	"voronoi/internal/datum"
)

// datetimeFields take fields out of dates and times and cut to them: extract
// gives a numeric, date_part the same as a double.
func datetimeFields() Table {
	t := Table{
		"timestamp_trunc": two(func(f, t datum.Datum) (datum.Datum, error) { return datum.TimestampTrunc(f.Str(), t) }),
		"interval_trunc":  two(func(f, v datum.Datum) (datum.Datum, error) { return datum.IntervalTrunc(f.Str(), v) }),
		"timestamptz_trunc": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TimestampTZTrunc(c.Env, a[0].Str(), a[1], "")
		}),
		"timestamptz_trunc_zone": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TimestampTZTrunc(c.Env, a[0].Str(), a[1], a[2].Str())
		}),
	}
	extract := func(f func(field string, d datum.Datum) (datum.Datum, error)) Scalar {
		return func(_ *Call, a []datum.Datum) (datum.Datum, error) { return f(a[0].Str(), a[1]) }
	}
	for _, e := range []struct {
		extract, part string
		f             Scalar
	}{
		{"extract_timestamp", "timestamp_part", extract(datum.ExtractTimestamp)},
		{"extract_timestamptz", "timestamptz_part", func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.ExtractTimestampTZ(c.Env, a[0].Str(), a[1])
		}},
		{"extract_date", "", extract(datum.ExtractDate)},
		{"extract_time", "time_part", extract(datum.ExtractTime)},
		{"extract_timetz", "timetz_part", extract(datum.ExtractTimeTZ)},
		{"extract_interval", "interval_part", extract(datum.ExtractInterval)},
	} {
		t[e.extract] = scalar(e.f)
		if e.part != "" {
			t[e.part] = scalar(inDouble(e.f))
		}
	}
	t["date_part(text,date)"] = scalar(inDouble(func(_ *Call, a []datum.Datum) (datum.Datum, error) {
		moment, err := datum.DateToTimestamp(a[1])
		if err != nil {
			return datum.Null, err
		}
		return datum.ExtractTimestamp(a[0].Str(), moment)
	}))
	return t
}

func inDouble(f Scalar) Scalar {
	return func(c *Call, a []datum.Datum) (datum.Datum, error) {
		d, err := f(c, a)
		if err != nil || d.IsNull() {
			return datum.Null, err
		}
		return datum.NumericToFloat(d, 64)
	}
}
