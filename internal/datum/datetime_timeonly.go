package datum

import "strings"

// timeReader decodes the text of a time of day, which may have a date when
// that is needed to tell the offset of a zone.
type timeReader struct {
	dateReader
}

func readTimeOnly(env *Env, s string, zoned bool) (*dateReader, error) {
	parts, err := splitDate(s)
	if err != nil {
		return nil, err
	}
	r := &timeReader{dateReader: dateReader{env: envOrDefault(env), zoned: zoned, half: -1}}
	for i := range parts {
		got, err := r.readPart(parts, i)
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
	if r.overflows() {
		return nil, errFieldRange
	}
	if r.seen&fTime != fTime {
		return nil, errDateFormat
	}
	return &r.dateReader, r.resolve()
}

func (r *timeReader) readPart(parts []part, i int) (fields, error) {
	last := len(parts) - 1
	switch s := parts[i].text; parts[i].shape {
	case shapeDate:
		switch {
		case i == 0 && last > 0 && (parts[last].shape == shapeDate || parts[1].shape == shapeTime):
			return r.readDate(s)
		case !isDigit(s[0]):
			return r.readZoneName(s)
		case r.seen&fTime == fTime:
			return 0, errDateFormat
		}
		r.label = noUnit
		return r.readTimeOffset(s, r.seen|fDate)
	case shapeTime:
		r.label = noUnit
		return r.readTime(s)
	case shapeSigned:
		return r.readOffset(s)
	case shapeNumber:
		return r.readTimeNumber(parts, i)
	default:
		return r.readTimeWord(parts, i)
	}
}

func (r *timeReader) readTimeNumber(parts []part, i int) (fields, error) {
	s, last := parts[i].text, len(parts)-1
	if r.label != noUnit {
		got, err := r.readLabelled(s)
		return got, err
	}
	point := strings.IndexByte(s, '.')
	switch {
	case point >= 0 && i == 0 && last > 0 && parts[last].shape == shapeDate:
		return r.readDate(s)
	case point > 2, point < 0 && len(s) > 4:
		return r.readRunTogether(s, r.seen|fDate)
	case point >= 0:
		return 0, errDateFormat
	}
	return r.readNumber(s, r.seen|fDate)
}

func (r *timeReader) readTimeWord(parts []part, i int) (fields, error) {
	s := parts[i].text
	tok, abbrev := zoneToken(s)
	if tok.kind == wordUnknown {
		tok = dateToken(s)
	}
	switch tok.kind {
	case wordIgnore:
		return 0, nil
	case wordSpecial:
		switch m := special(tok.value); m {
		case momentNow:
			r.readMoment(m)
			return fTime, nil
		case momentZulu:
			r.readMoment(m)
			return fTime | fZone, nil
		}
		return 0, errDateFormat
	case wordISOTime:
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

// resolve finds the offset of the zone. A zone that changes its clocks needs
// the date; an abbreviation and the session's zone take today's.
func (r *timeReader) resolve() error {
	if r.zone == "" && r.seen&fZone != 0 {
		return nil
	}
	at := r.civil
	dated := r.seen&fDate == fDate
	if r.zone != "" && r.zone == r.zoneRule && !dated {
		loc, _, _ := LookupZone(r.zone)
		now := FromTime(r.env.Now)
		east, _ := offsetAt(loc, now)
		if hasChanges(loc) {
			return errDateFormat
		}
		r.west = -east
		return nil
	}
	if !dated {
		if r.seen&fDate != 0 {
			return errDateFormat
		}
		now := civilOf(LocalTime(r.env.TimeZone, FromTime(r.env.Now)))
		at.year, at.month, at.day = now.year, now.month, now.day
	}
	return r.resolveZone(at)
}
