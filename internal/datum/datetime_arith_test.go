package datum

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"voronoi/internal/oid"
)

var someTimestamps = []string{"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2024-02-29 12:34:56.789", "2023-03-31 10:00:00", "1970-01-01 00:00:00", "1969-07-20 20:17:40.123456",
	"0001-01-01 00:00:00", "0044-03-15 12:00:00 BC", "4714-11-26 00:00:00 BC", "294276-12-30 10:59:59.999999", "infinity", "-infinity", "2021-03-14 02:30:00", "2021-11-07 01:30:00", "2005-01-01 10:00:00", "2004-12-31 10:00:00", "1900-01-01 00:00:00", "1901-01-01 00:00:00", "2000-12-31 00:00:00", "0100-06-01 00:00:00", "0101-06-01 00:00:00 BC"}

var someIntervals = []string{"1 day", "-1 day", "1 mon", "-1 mon", "1 year 2 mons 3 days 04:05:06.789", "-13 mons 40 days -30:00:00", "25:00:00", "-25:00:00", "00:00:00.000001", "1000 years", "178956970 years", "-178956970 years", "2147483647 days", "0",
	"11 mons 29 days 23:59:59", "35 days 50:00:00", "-35 days 50:00:00", "1 mon -31 days", "12 days -36:00:00", "2562047788:00:54.775807", "1 mon 15 days 12:00:00", "7 mons 20 days 100:00:00", "-1 mon 1 day"}

var someFields = []string{"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "millennium", "epoch", "julian", "dow", "isodow", "doy", "isoyear", "timezone", "timezone_hour", "timezone_minute", "fortnight", "YEAR", "secs"}

// reader reads values in an environment.
func reader(t *testing.T, env *Env, id oid.OID) func(s string) Datum {
	return func(s string) Datum {
		t.Helper()
		d, err := ByOID(id).Input(env, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

func newYork(t *testing.T) (*session, *Env) {
	t.Helper()
	env := DefaultEnv()
	env.Now = time.Now()
	env.TimeZone, env.TimeZoneName, _ = LookupZone("America/New_York")
	return newSession(t, env, "TimeZone = 'America/New_York'"), env
}

func TestTimestampArithmeticAgainstPostgres(t *testing.T) {
	s, env := newYork(t)
	ts, tz, iv := reader(t, env, oid.Timestamp), reader(t, env, oid.TimestampTZ), reader(t, env, oid.Interval)
	typ, typZ, typI := ByOID(oid.Timestamp), ByOID(oid.TimestampTZ), ByOID(oid.Interval)
	var c calls
	for _, a := range someTimestamps {
		for _, b := range someIntervals {
			d, err := TimestampAddInterval(ts(a), iv(b))
			c.add(fmt.Sprintf("timestamp '%s' + interval '%s'", a, b), result(env, typ, d, err))
			d, err = TimestampTZAddInterval(env, tz(a), iv(b))
			c.add(fmt.Sprintf("timestamptz '%s' + interval '%s'", a, b), result(env, typZ, d, err))
			d, err = TimestampTZSubInterval(env, tz(a), iv(b))
			c.add(fmt.Sprintf("timestamptz '%s' - interval '%s'", a, b), result(env, typZ, d, err))
			d, err = DateBin(iv(b), ts(a), ts("2001-02-03 04:05:06"))
			c.add(fmt.Sprintf("date_bin('%s', timestamp '%s', timestamp '2001-02-03 04:05:06')", b, a), result(env, typ, d, err))
		}
		for _, b := range someTimestamps {
			d, err := TimestampDiff(ts(a), ts(b))
			if got := result(env, typI, d, err); got != "22008 interval out of range" { // PostgreSQL 15 wraps around
				c.add(fmt.Sprintf("timestamp '%s' - timestamp '%s'", a, b), got)
			}
			d, err = Age(ts(a), ts(b))
			c.add(fmt.Sprintf("age(timestamp '%s', timestamp '%s')", a, b), result(env, typI, d, err))
			d, err = AgeTZ(env, tz(a), tz(b))
			c.add(fmt.Sprintf("age(timestamptz '%s', timestamptz '%s')", a, b), result(env, typI, d, err))
		}
		for _, f := range someFields {
			d, err := TimestampTrunc(f, ts(a))
			c.add(fmt.Sprintf("date_trunc('%s', timestamp '%s')", f, a), result(env, typ, d, err))
			d, err = TimestampTZTrunc(env, f, tz(a), "")
			c.add(fmt.Sprintf("date_trunc('%s', timestamptz '%s')", f, a), result(env, typZ, d, err))
			d, err = TimestampTZTrunc(env, f, tz(a), "Asia/Kolkata")
			c.add(fmt.Sprintf("date_trunc('%s', timestamptz '%s', 'Asia/Kolkata')", f, a), result(env, typZ, d, err))
		}
	}
	c.check(t, s)
}

func TestExtractAgainstPostgres(t *testing.T) {
	s, env := newYork(t)
	ts, tz, iv := reader(t, env, oid.Timestamp), reader(t, env, oid.TimestampTZ), reader(t, env, oid.Interval)
	date, tod, todz := reader(t, env, oid.Date), reader(t, env, oid.Time), reader(t, env, oid.TimeTZ)
	num := ByOID(oid.Numeric)
	var c calls
	for _, f := range someFields {
		for _, a := range someTimestamps {
			d, err := ExtractTimestamp(f, ts(a))
			c.add(fmt.Sprintf("extract('%s' from timestamp '%s')", f, a), result(env, num, d, err))
			d, err = ExtractTimestampTZ(env, f, tz(a))
			c.add(fmt.Sprintf("extract('%s' from timestamptz '%s')", f, a), result(env, num, d, err))
			d, err = ExtractDate(f, date(a))
			c.add(fmt.Sprintf("extract('%s' from date '%s')", f, a), result(env, num, d, err))
		}
		for _, a := range someIntervals {
			d, err := ExtractInterval(f, iv(a))
			c.add(fmt.Sprintf("extract('%s' from interval '%s')", f, a), result(env, num, d, err))
			d, err = IntervalTrunc(f, iv(a))
			c.add(fmt.Sprintf("date_trunc('%s', interval '%s')", f, a), result(env, ByOID(oid.Interval), d, err))
		}
		for _, a := range []string{"00:00:00", "12:34:56.789012", "24:00:00"} {
			d, err := ExtractTime(f, tod(a))
			c.add(fmt.Sprintf("extract('%s' from time '%s')", f, a), result(env, num, d, err))
			for _, zone := range []string{"+00", "-05:30", "+12:34:56"} {
				d, err = ExtractTimeTZ(f, todz(a+zone))
				c.add(fmt.Sprintf("extract('%s' from timetz '%s')", f, a+zone), result(env, num, d, err))
			}
		}
	}
	c.check(t, s)
}

func TestIntervalArithmeticAgainstPostgres(t *testing.T) {
	s, env := newYork(t)
	iv, typ := reader(t, env, oid.Interval), ByOID(oid.Interval)
	var c calls
	for _, a := range someIntervals {
		for name, f := range map[string]func(Datum) (Datum, error){"-": IntervalNeg, "justify_hours": JustifyHours, "justify_days": JustifyDays, "justify_interval": JustifyInterval} {
			d, err := f(iv(a))
			c.add(fmt.Sprintf("%s(interval '%s')", name, a), result(env, typ, d, err))
		}
		for _, b := range someIntervals {
			d, err := IntervalAdd(iv(a), iv(b))
			c.add(fmt.Sprintf("interval '%s' + interval '%s'", a, b), result(env, typ, d, err))
			d, err = IntervalSub(iv(a), iv(b))
			c.add(fmt.Sprintf("interval '%s' - interval '%s'", a, b), result(env, typ, d, err))
			c.add(fmt.Sprintf("interval '%s' < interval '%s'", a, b), fmt.Sprint(typ.Compare(iv(a), iv(b)) < 0))
		}
		for _, factor := range []float64{0, 1, -1, 0.5, 1.0 / 3, 1.1, 7.7, 1e10, -0.01} {
			d, err := IntervalMul(iv(a), factor)
			c.add(fmt.Sprintf("interval '%s' * '%s'::float8", a, AppendFloat(nil, factor, 64)), result(env, typ, d, err))
			d, err = IntervalDiv(iv(a), factor)
			c.add(fmt.Sprintf("interval '%s' / '%s'::float8", a, AppendFloat(nil, factor, 64)), result(env, typ, d, err))
		}
	}
	for range 300 {
		a := fmt.Sprintf("%d mons %d days %d us", rand.IntN(200)-100, rand.IntN(200)-100, rand.Int64N(1e12)-5e11)
		factor := rand.Float64()*10 - 5
		d, err := IntervalMul(iv(a), factor)
		c.add(fmt.Sprintf("interval '%s' * '%s'::float8", a, AppendFloat(nil, factor, 64)), result(env, typ, d, err))
		d, err = IntervalDiv(iv(a), factor)
		c.add(fmt.Sprintf("interval '%s' / '%s'::float8", a, AppendFloat(nil, factor, 64)), result(env, typ, d, err))
		d, err = JustifyInterval(iv(a))
		c.add(fmt.Sprintf("justify_interval(interval '%s')", a), result(env, typ, d, err))
	}
	c.check(t, s)
	var values []Datum
	for _, a := range someIntervals {
		values = append(values, iv(a))
	}
	checkKeys(t, typ, values)
}

func TestDateConversionsAgainstPostgres(t *testing.T) {
	s, env := newYork(t)
	ts, tz, date := reader(t, env, oid.Timestamp), reader(t, env, oid.TimestampTZ), reader(t, env, oid.Date)
	tod, todz, iv := reader(t, env, oid.Time), reader(t, env, oid.TimeTZ), reader(t, env, oid.Interval)
	text := func(id oid.OID, d Datum, err error) string { return result(env, ByOID(id), d, err) }
	var c calls
	for _, a := range someTimestamps {
		d, err := DateToTimestamp(date(a))
		c.add("date '"+a+"'::timestamp", text(oid.Timestamp, d, err))
		d, err = DateToTimestampTZ(env, date(a))
		c.add("date '"+a+"'::timestamptz", text(oid.TimestampTZ, d, err))
		c.add("timestamp '"+a+"'::date", text(oid.Date, TimestampToDate(ts(a)), nil))
		c.add("timestamptz '"+a+"'::date", text(oid.Date, TimestampTZToDate(env, tz(a)), nil))
		c.add("timestamptz '"+a+"'::timestamp", text(oid.Timestamp, TimestampTZToTimestamp(env, tz(a)), nil))
		d, err = TimestampToTimestampTZ(env, ts(a))
		c.add("timestamp '"+a+"'::timestamptz", text(oid.TimestampTZ, d, err))
		c.add("timestamp '"+a+"'::time", text(oid.Time, TimestampToTime(ts(a)), nil))
		c.add("timestamptz '"+a+"'::time", text(oid.Time, TimestampTZToTime(env, tz(a)), nil))
		c.add("timestamptz '"+a+"'::timetz", text(oid.TimeTZ, TimestampTZToTimeTZ(env, tz(a)), nil))
		d, err = DateAddTime(date(a), tod("12:34:56"))
		c.add("date '"+a+"' + time '12:34:56'", text(oid.Timestamp, d, err))
		d, err = DateAddTimeTZ(date(a), todz("12:34:56+05"))
		c.add("date '"+a+"' + timetz '12:34:56+05'", text(oid.TimestampTZ, d, err))
		for _, n := range []int64{0, 1, -1, 100000} {
			d, err = DateAdd(date(a), n)
			c.add(fmt.Sprintf("date '%s' + %d", a, n), text(oid.Date, d, err))
		}
		for _, b := range someTimestamps {
			d, err = DateDiff(date(a), date(b))
			c.add(fmt.Sprintf("date '%s' - date '%s'", a, b), text(oid.Int4, d, err))
		}
		for _, zone := range []string{"UTC", "pst", "PDT", "MSK", "Europe/Berlin", "europe/berlin", "EST5EDT", "+03", "-05:30", "Nowhere", "FOO-3", "<-01>1"} {
			d, err = TimestampAtZone(zone, ts(a))
			c.add(fmt.Sprintf("timestamp '%s' AT TIME ZONE '%s'", a, zone), text(oid.TimestampTZ, d, err))
			d, err = TimestampTZAtZone(zone, tz(a))
			c.add(fmt.Sprintf("timestamptz '%s' AT TIME ZONE '%s'", a, zone), text(oid.Timestamp, d, err))
		}
		for _, zone := range []string{"03:00", "-05:30", "1 day"} {
			d, err = TimestampAtInterval(iv(zone), ts(a))
			c.add(fmt.Sprintf("timestamp '%s' AT TIME ZONE interval '%s'", a, zone), text(oid.TimestampTZ, d, err))
			d, err = TimestampTZAtInterval(iv(zone), tz(a))
			c.add(fmt.Sprintf("timestamptz '%s' AT TIME ZONE interval '%s'", a, zone), text(oid.Timestamp, d, err))
		}
	}
	for _, a := range []string{"00:00:00", "12:34:56.789", "24:00:00"} {
		for _, b := range someIntervals {
			c.add(fmt.Sprintf("time '%s' + interval '%s'", a, b), text(oid.Time, TimeAddInterval(tod(a), iv(b)), nil))
			c.add(fmt.Sprintf("time '%s' - interval '%s'", a, b), text(oid.Time, TimeSubInterval(tod(a), iv(b)), nil))
			c.add(fmt.Sprintf("timetz '%s+03' + interval '%s'", a, b), text(oid.TimeTZ, TimeTZAddInterval(todz(a+"+03"), iv(b)), nil))
			c.add(fmt.Sprintf("interval '%s'::time", b), text(oid.Time, IntervalToTime(iv(b)), nil))
		}
		c.add("time '"+a+"'::interval", text(oid.Interval, TimeToInterval(tod(a)), nil))
		c.add("time '"+a+"'::timetz", text(oid.TimeTZ, TimeToTimeTZ(env, tod(a)), nil))
		c.add("time '"+a+"' - time '10:00'", text(oid.Interval, TimeDiff(tod(a), tod("10:00")), nil))
		for _, zone := range []string{"UTC", "PST", "Europe/Berlin"} {
			d, err := TimeTZAtZone(env, zone, todz(a+"-02"))
			c.add(fmt.Sprintf("timetz '%s-02' AT TIME ZONE '%s'", a, zone), text(oid.TimeTZ, d, err))
		}
	}
	c.check(t, s)
}

func TestMakingDatesAgainstPostgres(t *testing.T) {
	s, env := newYork(t)
	text := func(id oid.OID, d Datum, err error) string { return result(env, ByOID(id), d, err) }
	var c calls
	for _, v := range [][3]int{{2024, 2, 29}, {2023, 2, 29}, {0, 1, 1}, {-44, 3, 15}, {2024, 13, 1}, {2024, 0, 1}, {99, 1, 1}, {-4714, 11, 24}, {-4714, 11, 23}, {5874897, 12, 31}, {5874898, 6, 4}, {294277, 1, 1}} {
		d, err := MakeDate(v[0], v[1], v[2])
		c.add(fmt.Sprintf("make_date(%d,%d,%d)", v[0], v[1], v[2]), text(oid.Date, d, err))
		d, err = MakeTimestamp(v[0], v[1], v[2], 12, 34, 56.789)
		c.add(fmt.Sprintf("make_timestamp(%d,%d,%d,12,34,56.789)", v[0], v[1], v[2]), text(oid.Timestamp, d, err))
		for _, zone := range []string{"", "Europe/Berlin", "+03", "5", "PST", "Nowhere"} {
			d, err = MakeTimestampTZ(env, zone, v[0], v[1], v[2], 1, 2, 3)
			last := ""
			if zone != "" {
				last = ",'" + zone + "'"
			}
			c.add(fmt.Sprintf("make_timestamptz(%d,%d,%d,1,2,3%s)", v[0], v[1], v[2], last), text(oid.TimestampTZ, d, err))
		}
	}
	for _, sec := range []float64{0, 59.999999, 60, 60.5, -1, 5.1234567} {
		for _, h := range []int{0, 23, 24, 25, -1} {
			d, err := MakeTime(h, 0, sec)
			c.add(fmt.Sprintf("make_time(%d,0,%g)", h, sec), text(oid.Time, d, err))
		}
		d, err := MakeInterval(1, -2, 3, 4, -5, 6, sec)
		c.add(fmt.Sprintf("make_interval(1,-2,3,4,-5,6,%g)", sec), text(oid.Interval, d, err))
	}
	for _, secs := range []float64{0, 1.5, -1e9, 1e12, 1e14, 1700000000.123456} {
		d, err := TimestampFromEpoch(secs)
		c.add(fmt.Sprintf("to_timestamp('%g'::float8)", secs), text(oid.TimestampTZ, d, err))
	}
	c.check(t, s)
}
