package datum

import "strings"

// readTimestamp decodes the text of a date or timestamp.
func readTimestamp(env *Env, s string, zoned bool) (*dateReader, error) {
	parts, err := splitDate(s)
	if err != nil {
		return nil, err
	}
	r := &dateReader{env: envOrDefault(env), zoned: zoned, half: -1}
	for i, p := range parts {
		got, err := r.readPart(parts, i, p)
		if err != nil {
			return nil, err
		}
		if got&r.seen != 0 {
			return nil, errDateFormat
		}
		r.seen |= got
	}
	if err := r.completeDate(); err != nil {
		return nil, err
	}
	if err := r.completeHalf(); err != nil {
		return nil, err
	}
	if r.moment >= momentEpoch && r.moment != momentZulu {
		return r, nil
	}
	if r.seen&fDate != fDate {
		return nil, errDateFormat
	}
	return r, r.resolveZone(r.civil)
}

// readPart decodes one part and returns the fields that it gives.
func (r *dateReader) readPart(parts []part, i int, p part) (fields, error) {
	switch p.shape {
	case shapeDate:
		return r.readDatePart(p.text)
	case shapeTime:
		if r.label != noUnit {
			if r.label != unitTime {
				return 0, errDateFormat
			}
			r.label = noUnit
		}
		got, err := r.readTime(p.text)
		if err == nil && r.overflows() {
			err = errFieldRange
		}
		return got, err
	case shapeSigned:
		return r.readOffset(p.text)
	case shapeNumber:
		if r.label != noUnit {
			return r.readLabelled(p.text)
		}
		return r.readPlainNumber(p.text)
	}
	return r.readWord(parts, i, p.text)
}

func (r *dateReader) readOffset(s string) (fields, error) {
	west, err := parseOffset(s)
	r.west = west
	return fZone, err
}

// readDatePart decodes a part with punctuation inside: a date, a zone's name,
// or a run-together time with an offset behind it.
func (r *dateReader) readDatePart(s string) (fields, error) {
	switch {
	case r.label == unitJulian:
		r.label = noUnit
		n, rest, err := leadingNumber(s)
		if err != nil || n < 0 {
			return 0, errFieldRange
		}
		r.setJulian(n)
		r.julianDay = true
		if r.west, err = parseOffset(rest); err != nil {
			return 0, err
		}
		return fDate | fTime | fZone, nil
	case r.label == noUnit && r.seen&(fMonth|fDay) != fMonth|fDay:
		return r.readDate(s)
	case isDigit(s[0]) || r.label != noUnit:
		if r.label != noUnit && r.label != unitTime {
			return 0, errDateFormat
		}
		r.label = noUnit
		if r.seen&fTime == fTime {
			return 0, errDateFormat
		}
		return r.readTimeOffset(s, r.seen)
	}
	return r.readZoneName(s)
}

// readTimeOffset decodes hhmmss-zz.
func (r *dateReader) readTimeOffset(s string, seen fields) (fields, error) {
	sign := strings.IndexByte(s, '-')
	if sign < 0 {
		return 0, errDateFormat
	}
	var err error
	if r.west, err = parseOffset(s[sign:]); err != nil {
		return 0, err
	}
	got, err := r.readRunTogether(s[:sign], seen)
	return got | fZone, err
}

func (r *dateReader) readZoneName(s string) (fields, error) {
	if _, _, ok := LookupZone(s); !ok {
		return 0, unknownZone(s)
	}
	r.zone, r.zoneRule = s, s
	return fZone, nil
}

// readLabelled decodes a number after a word that says what it is.
func (r *dateReader) readLabelled(s string) (fields, error) {
	label := r.label
	r.label = noUnit
	n, rest, err := leadingNumber(s)
	if err != nil {
		return 0, err
	}
	if rest != "" && (rest[0] != '.' || label != unitJulian && label != unitTime && label != unitSecond) {
		return 0, errDateFormat
	}
	switch label {
	case unitYear:
		r.year = n
		return fYear, nil
	case unitMonth:
		// After an hour, m means minutes.
		if r.seen&fMonth != 0 && r.seen&fHour != 0 {
			r.minute = n
			return fMinute, nil
		}
		r.month = n
		return fMonth, nil
	case unitDay:
		r.day = n
		return fDay, nil
	case unitHour:
		r.hour = n
		return fHour, nil
	case unitMinute:
		r.minute = n
		return fMinute, nil
	case unitSecond:
		r.sec = n
		if rest == "" {
			return fSecond, nil
		}
		r.usec, err = parseFractionalSecond(rest)
		return fAllSecs, err
	case unitJulian:
		return r.readJulian(n, rest)
	case unitTime:
		got, err := r.readRunTogether(s, r.seen|fDate)
		if err == nil && got != fTime {
			err = errDateFormat
		}
		return got, err
	}
	return 0, errDateFormat
}

// readJulian takes a Julian day whose fraction, if there is one, is the time.
func (r *dateReader) readJulian(n int, fraction string) (fields, error) {
	if n < 0 {
		return 0, errFieldRange
	}
	r.setJulian(n)
	r.julianDay = true
	if fraction == "" {
		return fDate, nil
	}
	v, err := parseFraction(fraction)
	r.setTime(int64(v * float64(usecPerDay)))
	return fDate | fTime, err
}

func (r *dateReader) readPlainNumber(s string) (fields, error) {
	point := strings.IndexByte(s, '.')
	switch {
	case point >= 0 && r.seen&fDate == 0:
		return r.readDate(s)
	case point > 2:
		return r.readRunTogether(s, r.seen)
	case len(s) >= 6 && (r.seen&fDate == 0 || r.seen&fTime == 0):
		return r.readRunTogether(s, r.seen)
	}
	return r.readNumber(s, r.seen)
}

// readWord decodes a word of a timestamp.
func (r *dateReader) readWord(parts []part, i int, s string) (fields, error) {
	tok, abbrev := zoneToken(s)
	if tok.kind == wordUnknown {
		tok = dateToken(s)
	}
	switch tok.kind {
	case wordIgnore:
		return 0, nil
	case wordSpecial:
		return r.readMoment(special(tok.value)), nil
	case wordMonth:
		got := fMonth
		if r.seen&fMonth != 0 && !r.textMonth && r.seen&fDay == 0 && r.month >= 1 && r.month <= 31 {
			// The number before it was the day.
			r.day = r.month
			got = fDay
		}
		r.textMonth = true
		r.month = tok.value
		return got, nil
	case wordWeekday:
		return fWeekday, nil
	case wordISOTime:
		if r.seen&fDate != fDate {
			return 0, errDateFormat
		}
		return r.readTimeMark(parts, i)
	case wordUnknown:
		if _, _, ok := LookupZone(s); !ok {
			return 0, errDateFormat
		}
		r.zone, r.zoneRule = s, s
		return fZone, nil
	}
	return r.readCommonWord(tok, abbrev, s)
}

// readTimeMark takes the T between date and time, which has to be followed by
// one.
func (r *dateReader) readTimeMark(parts []part, i int) (fields, error) {
	if i+1 >= len(parts) {
		return 0, errDateFormat
	}
	switch parts[i+1].shape {
	case shapeNumber, shapeTime, shapeDate:
		r.label = unitTime
		return 0, nil
	}
	return 0, errDateFormat
}

// readCommonWord decodes the words that times have too.
func (r *dateReader) readCommonWord(tok token, abbrev ZoneAbbrev, s string) (fields, error) {
	switch tok.kind {
	case wordHalf:
		r.half = tok.value
		return fHalf, nil
	case wordEra:
		r.bc = tok.value != 0
		return fEra, nil
	case wordUnit:
		r.label = unit(tok.value)
		return 0, nil
	case wordZoneMod:
		r.west -= tok.value
		return fZoneMod | fDaylight, nil
	case wordDaylight, wordZone:
		r.west = -tok.value
		return fZone, nil
	case wordZoneRule:
		r.zone, r.zoneRule = s, abbrev.Zone
		return fZone, nil
	}
	return 0, errDateFormat
}

// readMoment sets what a word for a moment means.
func (r *dateReader) readMoment(m special) fields {
	r.moment = m
	now := civilOf(LocalTime(r.env.TimeZone, FromTime(r.env.Now)))
	switch m {
	case momentNow:
		r.civil = now
		east, _ := offsetAt(r.env.TimeZone, FromTime(r.env.Now))
		r.west = -east
		return fDate | fTime | fZone
	case momentToday, momentTomorrow, momentYesterday:
		shift := map[special]int{momentTomorrow: 1, momentYesterday: -1}[m]
		r.setJulian(now.julian() + shift)
		return fDate
	case momentZulu:
		r.setTime(0)
		r.west = 0
		return fTime | fZone
	}
	return 0 // the others outdo whatever stands beside them
}

// resolveZone finds the offset of a zone given by name or not at all, at the
// given local time.
func (r *dateReader) resolveZone(at civil) error {
	if r.zone == "" && r.seen&fZone != 0 {
		return nil
	}
	if r.seen&fZoneMod != 0 {
		return errDateFormat
	}
	if !r.zoned {
		return nil
	}
	local, _ := at.timestamp()
	loc := r.env.TimeZone
	if r.zoneRule != "" {
		loc, _, _ = LookupZone(r.zoneRule)
	}
	east := offsetOfLocal(loc, local)
	if r.zone != r.zoneRule {
		if of, ok := abbrevOffset(loc, r.zone, local-int64(east)*usecPerSec); ok {
			east = of
		}
	}
	r.west = -east
	return nil
}
