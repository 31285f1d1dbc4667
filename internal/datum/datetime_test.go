package datum

import (
	"testing"
	"time"

	"voronoi/internal/oid"
)

// dateTexts are read as date, timestamp and timestamptz.
var dateTexts = []string{
	"1999-01-08", "January 8, 1999", "1/8/1999", "1/18/1999", "01/02/03", "1999-Jan-08", "Jan-08-1999", "08-Jan-1999", "99-Jan-08", "08-Jan-99", "Jan-08-99",
	"19990108", "990108", "1999.008", "J2451187", "January 8, 99 BC", "2000-02-30", "2001-02-29", "2000-02-29", "1900-02-29", "13/13/2000", "0000-01-01", "0001-01-01", "0001-01-01 BC",
	"4714-11-24 BC", "4714-11-23 BC", "4713-01-01 BC", "5874897-12-31", "5874898-01-01", "294276-12-31", "294277-01-01", "infinity", "-infinity", "epoch", "+infinity", "INFINITY",
	"", " ", "abc", "1999", "1999-01", "1999-1-8", "1999-01-08-05", "1999-13-01", "1999-00-01", "1999-01-00", "1999-01-32", "12345678901", "1999-01-08 ", "  1999-01-08", "1999--01-08", "1999/01/08", "1999.01.08", "08.01.1999", "8.1.99",
	"1999-01-08 04:05:06", "1999-01-08T04:05:06", "1999-01-08t04:05", "1999-01-08 04:05:06.789", "1999-01-08 04:05:06.7891234", "1999-01-08 04:05:06.9999999", "1999-01-08 040506", "1999-01-08 040506.5", "19990108 040506", "19990108T040506", "19990108T0405", "1999-01-08 0405",
	"1999-01-08 04:05 AM", "1999-01-08 04:05 PM", "1999-01-08 12:05 am", "1999-01-08 12:05 pm", "1999-01-08 13:05 pm", "1999-01-08 24:00:00", "1999-01-08 24:00:01", "1999-01-08 25:00", "1999-01-08 23:59:60", "1999-01-08 23:60:00", "1999-01-08 12:00:60.5", "1999-01-08 12:00:61",
	"1999-01-08 04:05:06Z", "1999-01-08 04:05:06 -8:00", "1999-01-08 04:05:06+05:30", "1999-01-08 04:05:06-0800", "1999-01-08 04:05:06 +08:00:30", "1999-01-08 04:05:06+16", "1999-01-08 04:05:06+15:59", "1999-01-08 04:05:06+08:60", "1999-01-08 04:05:06+123456",
	"1999-01-08 04:05:06 PST", "1999-07-08 04:05:06 PDT", "1999-07-08 04:05:06 PST", "1999-01-08 04:05:06 America/New_York", "1999-07-08 04:05:06 america/new_york", "1999-07-08 04:05:06 Europe/Berlin", "1999-01-08 04:05:06 Nowhere/Land", "1999-01-08 04:05:06 XYZ", "2014-07-08 04:05 MSK", "2012-07-08 04:05 MSK", "1999-01-08 04:05 EST5EDT", "1999-07-08 04:05 EST5EDT",
	"1999-01-08 04:05 MET DST", "1999-01-08 04:05 DST", "1999-01-08 04:05 UTC", "1999-01-08 04:05 GMT", "1999-01-08 04:05 utc+3", "1999-01-08 04:05 FOO+5", "2003-04-06 02:30 America/New_York", "2003-10-26 01:30 America/New_York",
	"Wed Dec 17 07:37:16 1997 PST", "Wed Dec 17 07:37:16 1997", "Fri 1999-01-08", "Mon Feb 10 17:32:01 1997 -0800", "Dec 17, 1997 at 7:37 pm", "17 Dec 1997 07:37", "Feb 16 17:32:01 1997 BC", "1997 Feb 16", "16 1997 Feb", "Feb 1997 16", "2/16/97 10:00", "97/02/16 08:14:01", "20001225T171845.5-08", "2000.225", "2000225", "1999-01-08 allballs", "allballs", "2000-01-01 2000-01-02",
	"10:00 2000-01-01", "10:00", "2000-01-01 10", "2000-01-01 10:00 11:00", "2000-01-01,10:00", "2000-01-01(10:00)", "Sat, 01 Jan 2000 10:00:00 GMT", "1999-01-08 04:05:06.", "1999-01-08 04:05:", "J2451187 10:00", "J2451187.5", "JULIAN 2451187", "J-1", "2451187 J", "y2001m02d04", "2001-02-04T04:05:06 y5", "2000-01-01 BC AD",
	"2000-01-01 10:00\x0112", "é", "2000é", "today x", "99999999999-01-01", "2000-99999999999-01", "100000-01-01", "1000000-01-01", "19970210 173201 America/New_York", "1999-01-08 04:05:06 America/Does_not_exist", "1999-01-08 04:05:06 -infinity", "epoch 2000", "t10:00", "2000-01-01 t", "2000-01-01T", "2000-01-01 T 10:00", "JAN 8 1999", "Janu 8 1999", "Sept 8 1999", "1-2-3", "32-1-2", "1/2", "Jan", "1999-W01-1",
	"2001-09-22T18:19:20", "1997-02-10 17:32:01-07:00", "Feb 10 5:32PM 1997", "1997.041 17:32:01 UTC", "97FEB10 5:32:01PM UTC", "97/02/10 17:32:01 UTC", "Feb-10-1997 17:32:01", "1997/02/10 17:32:01-0800", "Feb 10 17:32:01 1997 America/New_York",
	"2000-03-15 08:14:01 GMT+8", "2000-03-15 13:14:02 GMT-1", "2000-03-15 03:14:04 PST+8", "2000-03-15 02:14:05 MST+7:00", "2000-03-15 12:14:03 GMT-2:30", "2023-01-01 00:00:00 <+03>-3",
}

func TestDatesAgainstPostgres(t *testing.T) {
	for _, c := range []struct {
		style DateStyle
		set   string
	}{
		{DateStyle{DateISO, OrderMDY}, "ISO, MDY"}, {DateStyle{DateSQL, OrderDMY}, "SQL, DMY"}, {DateStyle{DateSQL, OrderMDY}, "SQL, MDY"},
		{DateStyle{DatePostgres, OrderMDY}, "Postgres, MDY"}, {DateStyle{DatePostgres, OrderDMY}, "Postgres, DMY"}, {DateStyle{DateGerman, OrderYMD}, "German, YMD"},
	} {
		t.Run(c.set, func(t *testing.T) {
			env := DefaultEnv()
			env.DateStyle = c.style
			env.Now = time.Now()
			zone, spelling, ok := LookupZone("america/los_angeles")
			if !ok {
				t.Fatal("no zone")
			}
			env.TimeZone, env.TimeZoneName = zone, spelling
			s := newSession(t, env, "DateStyle = '"+c.set+"'", "TimeZone = '"+spelling+"'")
			s.compare(t, "date", oid.Date, -1, dateTexts)
			s.compare(t, "timestamp", oid.Timestamp, -1, dateTexts)
			s.compare(t, "timestamptz", oid.TimestampTZ, -1, dateTexts)
			s.compare(t, "timestamp(2)", oid.Timestamp, 2, dateTexts[60:80])
			s.compare(t, "timestamptz(0)", oid.TimestampTZ, 0, dateTexts[60:80])
		})
	}
}

func TestTimesAgainstPostgres(t *testing.T) {
	env := DefaultEnv()
	env.Now = time.Now()
	s := newSession(t, env)
	texts := []string{"04:05:06.789", "04:05:06", "04:05", "040506", "0405", "04:05 AM", "04:05 PM", "12:00 am", "04:05:06.789-8", "04:05:06-08:00", "04:05-08:00", "040506-08", "040506+0730", "04:05:06 PST", "2003-04-12 04:05:06 America/New_York", "04:05:06 America/New_York", "04:05:06 UTC", "04:05:06 Etc/GMT+3",
		"24:00:00", "24:00:00.01", "25:00", "23:59:60", "23:59:60.1", "12:60", "", "abc", "10", "1", "now x", "allballs", "2003-04-12 04:05", "2003-04-12", "20030412 040506", "T040506", "t 04:05", "10:00:00.1234567", "10:00:00.9999999", "23:59:59.9999999", "infinity", "today", "04:05:06 BC", "J2451187 10:00", "10:00 J2451187", "1:2:3", "100:00", "-10:00", "10:00 +16:00", "10:00 +99999999999", "0405.5", "040506.5", "04:05.5", "10:00 Mon", "10.5", "12:00 pm pm", "04:05:06 2003-04-12", "04:05:06 Nowhere"}
	s.compare(t, "time", oid.Time, -1, texts)
	s.compare(t, "timetz", oid.TimeTZ, -1, texts)
	s.compare(t, "time(1)", oid.Time, 1, texts)
	s.compare(t, "timetz(2)", oid.TimeTZ, 2, texts)
}

var intervalTexts = []string{
	"1 day", "1 day 2 hours", "1 year 2 mons 3 days 04:05:06.789", "-1 year -2 mons +3 days -04:05:06", "1-2", "-1-2", "+1-2", "1-13", "3 4:05:06", "1 4:05", "P1Y2M3DT4H5M6S", "P1Y-2M3DT-4H5M6.5S", "P0001-02-03T04:05:06", "P00010203T040506", "P1W", "PT1.5H", "P1.5D", "P1.5M", "P1.5Y", "P", "PT", "P1", "P1D1", "PT1:2:3", "P1-2-3", "P12345678T1", "P1YT",
	"@ 1 year 2 months ago", "1 hour ago", "ago", "1 week", "1.5 weeks", "1.5 months", "1.5 years", "1 decade", "1 century", "1 millennium", "1 millenniums", "2 centuries 3 decades", "1.5 days", "1.5 hours", "1.5 minutes", "1.5 seconds", "1.5 ms", "1.5 us", "10 microseconds", "10 milliseconds", "1", "-1", "1.5", "1:02", "1:02:03", "1:02.5", "01:02:03.1234567", "1 mon 1 month", "1 day 1 day", "1 hour 1:00", "1 min 1:00",
	"", " ", "abc", "1 abc", "day", "1 2", "1 day 2", "1 year 1 mon 1 day 1 hour 1 min 1 sec", "178000000 years", "-178000000 years", "178956971 years", "2147483647 days", "2147483648 days", "2147483647 months", "9223372036854 secs", "2562047788 hours", "2562047789 hours", "1 fortnight", "infinity", "1 quarter", "1 timezone", "0", "00:00:00", "-00:00:01", "-0.1 sec", "1 mon -1 day", "-1 mon +1 day 1:00", "1 year -1:00", "-1 day 1:00", "-1 day -1:00", "+1 day", "1 day -00:00:00.1", "1 secs 1 ms", "1.1 secs 1 ms", "1 y 2 mon 3 d 4 h 5 m 6 s", "1d", "1h30m", "1 day 10:99", "1 day 99:59:60", "1 day 99:59:61", "100000000000 us", "1e3 days", ".5 day", "- 1 day", "1 - 2", "1 +2", "1 year ago 1 day", "1 day ago ago", "0.5 mon", "0.3 year", "-0.5 mon", "1 dec", "P-1Y", "P1Y1", "p1y", "P1Y2M3W4D", "PT1E3S", "PT1e20S",
}

func TestIntervalsAgainstPostgres(t *testing.T) {
	for style, name := range []string{"postgres", "postgres_verbose", "sql_standard", "iso_8601"} {
		t.Run(name, func(t *testing.T) {
			env := DefaultEnv()
			env.IntervalStyle = IntervalStyle(style)
			newSession(t, env, "IntervalStyle = "+name).compare(t, "interval", oid.Interval, -1, intervalTexts)
		})
	}
}

func TestIntervalFieldsAgainstPostgres(t *testing.T) {
	s := newSession(t, DefaultEnv())
	for name, set := range map[string]int{"year": fieldYear, "month": fieldMonth, "day": fieldDay, "hour": fieldHour, "minute": fieldMinute, "second": fieldSecond,
		"year to month": fieldYear | fieldMonth, "day to hour": fieldDay | fieldHour, "day to minute": fieldDay | fieldHour | fieldMinute,
		"day to second": fieldDay | fieldHour | fieldMinute | fieldSecond, "hour to minute": fieldHour | fieldMinute, "hour to second": fieldHour | fieldMinute | fieldSecond,
		"minute to second": fieldMinute | fieldSecond} {
		for _, in := range intervalTexts {
			want := theirs(t, s.conn, "interval "+name, in)
			d, err := ByOID(oid.Interval).Read(s.env, in, int32(set<<16|intervalFullPrecision), false)
			if got := outcomeOf(s.env, ByOID(oid.Interval), d, err); got != want {
				t.Errorf("interval %s %q:\n got %v\nwant %v", name, in, got, want)
			}
		}
	}
	for _, in := range intervalTexts {
		want := theirs(t, s.conn, "interval(2)", in)
		d, err := IntervalIn(s.env, in, int32(intervalFullRange<<16|2))
		if got := outcomeOf(s.env, ByOID(oid.Interval), d, err); got != want {
			t.Errorf("interval(2) %q:\n got %v\nwant %v", in, got, want)
		}
	}
}
