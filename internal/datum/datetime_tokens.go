package datum

// fields is a set of date and time fields that have been read.
type fields uint32

const (
	fYear fields = 1 << iota
	fMonth
	fDay
	fDayOfYear
	fHour
	fMinute
	fSecond
	fMillisecond
	fMicrosecond
	fZone
	fZoneMod // DST after a zone
	fDaylight
	fWeekday
	fHalf // AM or PM
	fEra  // AD or BC
	fWeek
	fDecade
	fCentury
	fMillennium
)

const (
	fAllSecs = fSecond | fMillisecond | fMicrosecond
	fDate    = fYear | fMonth | fDay
	fTime    = fHour | fMinute | fAllSecs
)

// word is what a word in a date or time means.
type word uint8

const (
	wordUnknown word = iota
	wordMonth
	wordWeekday
	wordHalf
	wordEra
	wordIgnore
	wordSpecial
	wordUnit
	wordISOTime
	wordZoneMod
	wordZone     // a fixed offset
	wordDaylight // a fixed offset, in daylight time
	wordZoneRule // an abbreviation that a zone's history resolves
	wordAgo
)

// special is a word that stands for a moment.
type special uint8

const (
	plainMoment special = iota
	momentNow
	momentToday
	momentTomorrow
	momentYesterday
	momentEpoch
	momentZulu
	momentPosInf
	momentNegInf
)

// unit is a field named by a word.
type unit uint8

const (
	noUnit unit = iota
	unitMicrosecond
	unitMillisecond
	unitSecond
	unitMinute
	unitHour
	unitDay
	unitWeek
	unitMonth
	unitQuarter
	unitYear
	unitDecade
	unitCentury
	unitMillennium
	unitJulian
	unitTime
	unitDow
	unitISODow
	unitDoy
	unitISOYear
	unitZone
	unitZoneHour
	unitZoneMinute
	unitEpoch
	unitAgo // what stands before ago: neither a unit nor the lack of one
)

// tokenLength is how much of a word is looked at.
const tokenLength = 10

type token struct {
	kind  word
	value int
}

// dateTokens are the words of dates and times.
var dateTokens = map[string]token{
	"-infinity": {wordSpecial, int(momentNegInf)}, "infinity": {wordSpecial, int(momentPosInf)}, "epoch": {wordSpecial, int(momentEpoch)},
	"now": {wordSpecial, int(momentNow)}, "today": {wordSpecial, int(momentToday)},
	"tomorrow": {wordSpecial, int(momentTomorrow)}, "yesterday": {wordSpecial, int(momentYesterday)}, "allballs": {wordSpecial, int(momentZulu)},
	"ad": {wordEra, 0}, "bc": {wordEra, 1}, "am": {wordHalf, 0}, "pm": {wordHalf, 12},
	"at": {wordIgnore, 0}, "on": {wordIgnore, 0}, "dst": {wordZoneMod, 3600}, "t": {wordISOTime, int(unitTime)},
	"jan": {wordMonth, 1}, "january": {wordMonth, 1}, "feb": {wordMonth, 2}, "february": {wordMonth, 2},
	"mar": {wordMonth, 3}, "march": {wordMonth, 3}, "apr": {wordMonth, 4}, "april": {wordMonth, 4}, "may": {wordMonth, 5},
	"jun": {wordMonth, 6}, "june": {wordMonth, 6}, "jul": {wordMonth, 7}, "july": {wordMonth, 7},
	"aug": {wordMonth, 8}, "august": {wordMonth, 8}, "sep": {wordMonth, 9}, "sept": {wordMonth, 9}, "september": {wordMonth, 9},
	"oct": {wordMonth, 10}, "october": {wordMonth, 10}, "nov": {wordMonth, 11}, "november": {wordMonth, 11},
	"dec": {wordMonth, 12}, "december": {wordMonth, 12},
	"sun": {wordWeekday, 0}, "sunday": {wordWeekday, 0}, "mon": {wordWeekday, 1}, "monday": {wordWeekday, 1},
	"tue": {wordWeekday, 2}, "tues": {wordWeekday, 2}, "tuesday": {wordWeekday, 2},
	"wed": {wordWeekday, 3}, "weds": {wordWeekday, 3}, "wednesday": {wordWeekday, 3},
	"thu": {wordWeekday, 4}, "thur": {wordWeekday, 4}, "thurs": {wordWeekday, 4}, "thursday": {wordWeekday, 4},
	"fri": {wordWeekday, 5}, "friday": {wordWeekday, 5}, "sat": {wordWeekday, 6}, "saturday": {wordWeekday, 6},
	"y": {wordUnit, int(unitYear)}, "m": {wordUnit, int(unitMonth)}, "d": {wordUnit, int(unitDay)},
	"h": {wordUnit, int(unitHour)}, "mm": {wordUnit, int(unitMinute)}, "s": {wordUnit, int(unitSecond)},
	"j": {wordUnit, int(unitJulian)}, "jd": {wordUnit, int(unitJulian)}, "julian": {wordUnit, int(unitJulian)},
	"dow": {wordUnit, int(unitDow)}, "doy": {wordUnit, int(unitDoy)},
	"isodow": {wordUnit, int(unitISODow)}, "isoyear": {wordUnit, int(unitISOYear)},
}

// unitTokens are the words of intervals, and the fields that extract and
// date_trunc name.
var unitTokens = map[string]unit{
	"us": unitMicrosecond, "usec": unitMicrosecond, "usecs": unitMicrosecond, "useconds": unitMicrosecond, "microsecon": unitMicrosecond,
	"ms": unitMillisecond, "msec": unitMillisecond, "msecs": unitMillisecond, "mseconds": unitMillisecond, "millisecon": unitMillisecond,
	"s": unitSecond, "sec": unitSecond, "secs": unitSecond, "second": unitSecond, "seconds": unitSecond,
	"m": unitMinute, "min": unitMinute, "mins": unitMinute, "minute": unitMinute, "minutes": unitMinute,
	"h": unitHour, "hr": unitHour, "hrs": unitHour, "hour": unitHour, "hours": unitHour,
	"d": unitDay, "day": unitDay, "days": unitDay, "w": unitWeek, "week": unitWeek, "weeks": unitWeek,
	"mon": unitMonth, "mons": unitMonth, "month": unitMonth, "months": unitMonth, "qtr": unitQuarter, "quarter": unitQuarter,
	"y": unitYear, "yr": unitYear, "yrs": unitYear, "year": unitYear, "years": unitYear,
	"dec": unitDecade, "decs": unitDecade, "decade": unitDecade, "decades": unitDecade,
	"c": unitCentury, "cent": unitCentury, "century": unitCentury, "centuries": unitCentury,
	"mil": unitMillennium, "mils": unitMillennium, "millennium": unitMillennium, "millennia": unitMillennium,
	"timezone": unitZone, "timezone_h": unitZoneHour, "timezone_m": unitZoneMinute,
}

func tokenKey(s string) string { return s[:min(tokenLength, len(s))] }

func dateToken(s string) token { return dateTokens[tokenKey(s)] }

// zoneToken finds a time zone abbreviation.
func zoneToken(s string) (token, ZoneAbbrev) {
	a, ok := ZoneAbbrevs()[s]
	switch {
	case !ok:
		return token{}, a
	case a.Zone != "":
		return token{kind: wordZoneRule}, a
	case a.Daylight:
		return token{wordDaylight, a.Offset}, a
	}
	return token{wordZone, a.Offset}, a
}
