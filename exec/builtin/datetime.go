package builtin

import (
	"time"

	"voronoi/internal/datum"
)

// datetimeFunctions compute with dates, times, timestamps and intervals; the
// arithmetic is internal/datum's.
func datetimeFunctions() Table {
	return Table{
		"date_pli":         two(func(d, n datum.Datum) (datum.Datum, error) { return datum.DateAdd(d, n.Int()) }),
		"date_mii":         two(func(d, n datum.Datum) (datum.Datum, error) { return datum.DateAdd(d, -n.Int()) }),
		"date_mi":          two(datum.DateDiff),
		"date_pl_interval": two(dateAddInterval),
		"date_mi_interval": two(func(d, v datum.Datum) (datum.Datum, error) {
			t, err := datum.DateToTimestamp(d)
			if err != nil {
				return datum.Null, err
			}
			return datum.TimestampSubInterval(t, v)
		}),
		"datetime_timestamp":     two(datum.DateAddTime),
		"datetimetz_timestamptz": two(datum.DateAddTimeTZ),

		"time_pl_interval":   total2(datum.TimeAddInterval),
		"time_mi_interval":   total2(datum.TimeSubInterval),
		"time_mi_time":       total2(datum.TimeDiff),
		"timetz_pl_interval": total2(datum.TimeTZAddInterval),
		"timetz_mi_interval": total2(datum.TimeTZSubInterval),

		"timestamp_pl_interval":   two(datum.TimestampAddInterval),
		"timestamp_mi_interval":   two(datum.TimestampSubInterval),
		"timestamp_mi":            two(datum.TimestampDiff),
		"timestamptz_pl_interval": zoned2(datum.TimestampTZAddInterval),
		"timestamptz_mi_interval": zoned2(datum.TimestampTZSubInterval),
		"timestamp_age":           two(datum.Age),
		"timestamptz_age":         zoned2(datum.AgeTZ),
		"timestamp_bin":           pure(func(a []datum.Datum) (datum.Datum, error) { return datum.DateBin(a[0], a[1], a[2]) }),
		"timestamptz_bin":         pure(func(a []datum.Datum) (datum.Datum, error) { return datum.DateBin(a[0], a[1], a[2]) }),

		"interval_pl":     two(datum.IntervalAdd),
		"interval_mi":     two(datum.IntervalSub),
		"interval_um":     one(datum.IntervalNeg),
		"interval_mul":    two(func(v, f datum.Datum) (datum.Datum, error) { return datum.IntervalMul(v, f.Float()) }),
		"mul_d_interval":  two(func(f, v datum.Datum) (datum.Datum, error) { return datum.IntervalMul(v, f.Float()) }),
		"interval_div":    two(func(v, f datum.Datum) (datum.Datum, error) { return datum.IntervalDiv(v, f.Float()) }),
		"interval_finite": pure(func([]datum.Datum) (datum.Datum, error) { return datum.Bool(true), nil }),
		"date_finite":     scalar(test1(func(d datum.Datum) bool { return !datum.IsInfiniteDate(d) })),
		"timestamp_finite": scalar(test1(func(t datum.Datum) bool {
			return !datum.IsInfiniteTimestamp(t)
		})),
		"interval_justify_hours":    one(datum.JustifyHours),
		"interval_justify_days":     one(datum.JustifyDays),
		"interval_justify_interval": one(datum.JustifyInterval),

		"make_date": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.MakeDate(int4(a[0]), int4(a[1]), int4(a[2]))
		}),
		"make_time": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.MakeTime(int4(a[0]), int4(a[1]), a[2].Float())
		}),
		"make_timestamp": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.MakeTimestamp(int4(a[0]), int4(a[1]), int4(a[2]), int4(a[3]), int4(a[4]), a[5].Float())
		}),
		"make_timestamptz":             scalar(makeTimestampTZ),
		"make_timestamptz_at_timezone": scalar(makeTimestampTZ),
		"make_interval": pure(func(a []datum.Datum) (datum.Datum, error) {
			return datum.MakeInterval(a[0].Int(), a[1].Int(), a[2].Int(), a[3].Int(), a[4].Int(), a[5].Int(), a[6].Float())
		}),
		"float8_timestamptz": one(func(a datum.Datum) (datum.Datum, error) {
			return datum.TimestampFromEpoch(a.Float())
		}),

		"timestamp_zone":    two(func(z, t datum.Datum) (datum.Datum, error) { return datum.TimestampAtZone(z.Str(), t) }),
		"timestamptz_zone":  two(func(z, t datum.Datum) (datum.Datum, error) { return datum.TimestampTZAtZone(z.Str(), t) }),
		"timestamp_izone":   two(datum.TimestampAtInterval),
		"timestamptz_izone": two(datum.TimestampTZAtInterval),
		"timetz_izone":      two(datum.TimeTZAtInterval),
		"timetz_zone": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return datum.TimeTZAtZone(c.Env, a[0].Str(), a[1])
		}),
	}
}

// total2 is a function of two arguments that cannot fail; zoned1 and zoned2
// are functions that depend on the session's zone.
func total2(f func(a, b datum.Datum) datum.Datum) Impl {
	return pure(func(a []datum.Datum) (datum.Datum, error) { return f(a[0], a[1]), nil })
}

func total1(f func(a datum.Datum) datum.Datum) Impl {
	return pure(func(a []datum.Datum) (datum.Datum, error) { return f(a[0]), nil })
}

func zoned1(f func(env *datum.Env, a datum.Datum) (datum.Datum, error)) Impl {
	return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) { return f(c.Env, a[0]) })
}

func zoned2(f func(env *datum.Env, a, b datum.Datum) (datum.Datum, error)) Impl {
	return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) { return f(c.Env, a[0], a[1]) })
}

func dateAddInterval(d, v datum.Datum) (datum.Datum, error) {
	t, err := datum.DateToTimestamp(d)
	if err != nil {
		return datum.Null, err
	}
	return datum.TimestampAddInterval(t, v)
}

func makeTimestampTZ(c *Call, a []datum.Datum) (datum.Datum, error) {
	zone := ""
	if len(a) > 6 {
		if zone = a[6].Str(); zone == "" {
			return datum.Null, invalid(`time zone "%s" not recognized`, zone)
		}
	}
	return datum.MakeTimestampTZ(c.Env, zone, int4(a[0]), int4(a[1]), int4(a[2]), int4(a[3]), int4(a[4]), a[5].Float())
}

// datetimeReversed are Postgres's functions in SQL: the operators whose
// operands are the other way round, and age up to today.
func datetimeReversed() Table {
	reversed := func(i Impl) Impl {
		return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return i.Scalar(c, []datum.Datum{a[1], a[0]})
		})
	}
	t := datetimeFunctions()
	return Table{
		"integer_pl_date(integer,date)":                               reversed(t["date_pli"]),
		"interval_pl_date(interval,date)":                             reversed(t["date_pl_interval"]),
		"interval_pl_time(interval,time without time zone)":           reversed(t["time_pl_interval"]),
		"interval_pl_timetz(interval,time with time zone)":            reversed(t["timetz_pl_interval"]),
		"interval_pl_timestamp(interval,timestamp without time zone)": reversed(t["timestamp_pl_interval"]),
		"interval_pl_timestamptz(interval,timestamp with time zone)":  reversed(t["timestamptz_pl_interval"]),
		"timedate_pl(time without time zone,date)":                    reversed(t["datetime_timestamp"]),
		"timetzdate_pl(time with time zone,date)":                     reversed(t["datetimetz_timestamptz"]),
		"timestamptz(date,time without time zone)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			local, err := datum.DateAddTime(a[0], a[1])
			if err != nil {
				return datum.Null, err
			}
			return datum.TimestampToTimestampTZ(c.Env, local)
		}),
		"age(timestamp without time zone)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			today, err := datum.DateToTimestamp(today(c))
			if err != nil {
				return datum.Null, err
			}
			return datum.Age(today, a[0])
		}),
		"age(timestamp with time zone)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			today, err := datum.DateToTimestampTZ(c.Env, today(c))
			if err != nil {
				return datum.Null, err
			}
			return datum.AgeTZ(c.Env, today, a[0])
		}),
	}
}

// transactionTime is when the transaction began.
func transactionTime(c *Call) datum.Datum {
	if c.Session != nil {
		return datum.TimestampFromTime(c.Session.TransactionTime())
	}
	return datum.TimestampFromTime(c.Env.Now)
}

func today(c *Call) datum.Datum { return datum.TimestampTZToDate(c.Env, transactionTime(c)) }

func clockFunctions() Table {
	return Table{
		"now": scalar(func(c *Call, _ []datum.Datum) (datum.Datum, error) { return transactionTime(c), nil }),
		"statement_timestamp": scalar(func(c *Call, _ []datum.Datum) (datum.Datum, error) {
			if c.Session == nil {
				return transactionTime(c), nil
			}
			return datum.TimestampFromTime(c.Session.StatementTime()), nil
		}),
		"clock_timestamp": scalar(func(*Call, []datum.Datum) (datum.Datum, error) {
			return datum.TimestampFromTime(time.Now()), nil
		}),
		"timeofday": scalar(func(c *Call, _ []datum.Datum) (datum.Datum, error) {
			return datum.Text(time.Now().In(c.Env.TimeZone).Format("Mon Jan 02 15:04:05.000000 2006 MST")), nil
		}),
		"pg_sleep_for(interval)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			now := datum.TimestampFromTime(time.Now())
			until, err := datum.TimestampTZAddInterval(c.Env, now, a[0])
			if err != nil {
				return datum.Null, err
			}
			return sleepUntil(c, until)
		}),
		"pg_sleep_until(timestamp with time zone)": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return sleepUntil(c, a[0])
		}),
	}
}

func sleepUntil(c *Call, until datum.Datum) (datum.Datum, error) {
	seconds := float64(until.Int()-datum.FromTime(time.Now())) / 1e6
	return sleep(c, []datum.Datum{datum.Float(seconds)})
}
