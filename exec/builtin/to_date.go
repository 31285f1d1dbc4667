package builtin

import (
	"math"
	"strconv"
	"strings"
	"time"

	"voronoi/internal/pgerr"
)

// dateReader reads a text by a template: what to_date and to_timestamp do.
type dateReader struct {
	s     string
	parts []templatePart
	at    int
	fixed bool // FX: nothing is skipped
	// skipped counts characters passed over that no part of the template asked
	// for, last is the one before s.
	skipped int
	last    byte

	fields map[string]int // values by field
	pm, bc bool
	clock  int    // 12 where an hour of that clock was read
	digits int    // of the year
	mode   string // "gregorian" or "iso" once a field has fixed it
	sign   int    // of the zone, 0 where none was read
}

func formatFault(format string, args ...any) *pgerr.Error {
	return pgerr.Newf(pgerr.InvalidDatetimeFormat, format, args...)
}

// dateField says what a pattern reads: a number of at most so many characters
// into a field.
type dateField struct {
	name   string
	length int
	mode   string
}

var dateFields = map[string]dateField{
	"HH": {"hh", 2, ""}, "HH12": {"hh", 2, ""}, "HH24": {"hh", 2, ""}, "MI": {"mi", 2, ""}, "SS": {"ss", 2, ""},
	"SSSS": {"ssss", 4, ""}, "SSSSS": {"ssss", 5, ""}, "MS": {"ms", 3, ""}, "US": {"us", 6, ""},
	"FF1": {"us", 1, ""}, "FF2": {"us", 2, ""}, "FF3": {"us", 3, ""}, "FF4": {"us", 4, ""}, "FF5": {"us", 5, ""}, "FF6": {"us", 6, ""},
	"TZH": {"tzh", 2, ""}, "TZM": {"tzm", 2, ""},
	"MM": {"mm", 2, "gregorian"}, "DD": {"dd", 2, "gregorian"}, "DDD": {"ddd", 3, "gregorian"}, "D": {"d", 1, "gregorian"},
	"WW": {"ww", 2, "gregorian"}, "W": {"w", 1, "gregorian"}, "Q": {"", 1, ""}, "J": {"j", 1, ""}, "CC": {"cc", 2, ""},
	"IDDD": {"ddd", 3, "iso"}, "ID": {"d", 1, "iso"}, "IW": {"ww", 2, "iso"},
	"YYYY": {"year", 4, "gregorian"}, "YYY": {"year", 3, "gregorian"}, "YY": {"year", 2, "gregorian"}, "Y": {"year", 1, "gregorian"},
	"IYYY": {"year", 4, "iso"}, "IYY": {"year", 3, "iso"}, "IY": {"year", 2, "iso"}, "I": {"year", 1, "iso"},
}

func readByTemplate(s, template string) (*dateReader, error) {
	r := &dateReader{s: s, parts: parseTemplate(template, datePatterns, true), fields: map[string]int{}}
	for i := range r.parts {
		r.at = i
		p := &r.parts[i]
		if r.s == "" {
			break
		}
		if !r.fixed && p.key != "FX" && (p.key != "" || i == 0) {
			r.skipSpaces()
		}
		switch {
		case r.s == "" && p.key != "":
			// White space was all that was left: nothing is read.
		case p.space || p.separator:
			r.readSeparator()
		case p.key == "":
			if !r.fixed && r.skipped > 0 {
				r.skipped--
			} else {
				r.advance(len(firstCharacter(r.s + " ")))
			}
		default:
			if err := r.read(p); err != nil {
				return nil, err
			}
			if !r.fixed {
				r.skipped = 0
				r.skipSpaces()
			}
		}
	}
	return r, nil
}

func (r *dateReader) advance(n int) {
	n = min(n, len(r.s))
	if n > 0 {
		r.last = r.s[n-1]
	}
	r.s = r.s[n:]
}

func isSpaceByte(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func (r *dateReader) skipSpaces() {
	for r.s != "" && isSpaceByte(r.s[0]) {
		r.advance(1)
		r.skipped++
	}
}

func (r *dateReader) readSeparator() {
	if r.fixed {
		r.advance(len(firstCharacter(r.s)))
		return
	}
	r.skipped--
	if isSpaceByte(r.s[0]) || isSeparator(r.s) {
		r.advance(1)
		r.skipped++
	}
}

// setMode fixes the calendar of the whole template.
func (r *dateReader) setMode(mode string) error {
	if mode == "" {
		return nil
	}
	if r.mode != "" && r.mode != mode {
		return formatFault("invalid combination of date conventions").
			WithHint("Do not mix Gregorian and ISO week date conventions in a formatting template.")
	}
	r.mode = mode
	return nil
}

func (r *dateReader) read(p *templatePart) error {
	switch p.key {
	case "FX":
		r.fixed = true
		return nil
	case "TZ", "tz", "OF":
		return pgerr.Newf(pgerr.FeatureNotSupported, `formatting field "%s" is only supported in to_char`, p.shown)
	case "TZH":
		r.readZoneSign()
	case "TZM":
		if r.sign == 0 {
			r.sign = 1
		}
	case "HH", "HH12":
		r.clock = 12
	case "HH24":
		r.clock = 24
	case "Y,YYY":
		return r.readCommaYear(p)
	}
	if f, ok := dateFields[p.key]; ok {
		if err := r.setMode(f.mode); err != nil {
			return err
		}
		if err := r.readField(p, f); err != nil {
			return err
		}
	} else if err := r.readWord(p); err != nil {
		return err
	}
	if p.th != "" {
		r.advance(2)
	}
	return nil
}

// readZoneSign finds the sign of a zone, which may have been passed over as a
// separator.
func (r *dateReader) readZoneSign() {
	r.sign = 1
	switch r.s[0] {
	case '+', ' ':
		r.advance(1)
	case '-':
		r.sign = -1
		r.advance(1)
	default:
		if r.skipped > 0 && r.last == '-' {
			r.sign = -1
		}
	}
}

func (r *dateReader) readField(p *templatePart, f dateField) error {
	v, n, err := r.number(p, f.length)
	if err != nil {
		return err
	}
	switch p.key {
	case "MS":
		v *= []int{1, 100, 10, 1}[min(max(n, 0), 3)]
	case "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		v *= []int{1, 100000, 10000, 1000, 100, 10, 1}[min(max(n, 0), 6)]
	case "ID":
		if v++; v > 7 {
			v = 1
		}
	case "YYYY", "IYYY":
		r.digits = 4
	case "YYY", "IYY", "YY", "IY", "Y", "I":
		if n < 4 {
			v = nearYear(v)
		}
		r.digits = len(p.key)
	}
	if f.name == "" {
		return nil
	}
	return r.set(p, f.name, v)
}

// nearYear completes a year of fewer than four digits to the one nearest 2020.
func nearYear(y int) int {
	switch {
	case y < 70:
		return y + 2000
	case y < 100:
		return y + 1900
	case y < 520:
		return y + 2000
	case y < 1000:
		return y + 1000
	}
	return y
}

func (r *dateReader) set(p *templatePart, name string, v int) error {
	if old := r.fields[name]; old != 0 && old != v {
		return formatFault(`conflicting values for "%s" field in formatting string`, p.shown).
			WithDetail("This value contradicts a previous setting for the same field type.")
	}
	r.fields[name] = v
	return nil
}

// number reads an integer of exactly length characters, or of any length where
// what follows shows its end.
func (r *dateReader) number(p *templatePart, length int) (v, used int, err error) {
	for r.s != "" && isSpaceByte(r.s[0]) {
		r.advance(1)
	}
	copied := r.s[:min(length, len(r.s))]
	source := copied
	if p.fill || r.endsAfter(p) {
		source = r.s
	} else if len(copied) < length {
		return 0, 0, formatFault(`source string too short for "%s" formatting field`, p.shown).
			WithDetail("Field requires %d characters, but only %d remain.", length, len(copied)).
			WithHint(`If your source string is not fixed-width, try using the "FM" modifier.`)
	}
	used = leadingInt(source)
	if used > 0 && used < length && len(source) == len(copied) && !(p.fill || r.endsAfter(p)) {
		return 0, 0, formatFault(`invalid value "%s" for "%s"`, copied, p.shown).
			WithDetail("Field requires %d characters, but only %d could be parsed.", length, used).
			WithHint(`If your source string is not fixed-width, try using the "FM" modifier.`)
	}
	if used == 0 {
		return 0, 0, formatFault(`invalid value "%s" for "%s"`, copied, p.shown).WithDetail("Value must be an integer.")
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimLeft(source[:used], " \t\n\r\f\v"), "+"), 10, 32)
	if err != nil {
		return 0, 0, pgerr.Newf(pgerr.DatetimeFieldOverflow, `value for "%s" in source string is out of range`, p.shown).
			WithDetail("Value must be in the range %d to %d.", math.MinInt32, math.MaxInt32)
	}
	r.advance(used)
	return int(n), used, nil
}

// leadingInt is the length of the integer at the beginning of s, 0 without one.
func leadingInt(s string) int {
	i := 0
	for i < len(s) && isSpaceByte(s[i]) {
		i++
	}
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	first := i
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == first {
		return 0
	}
	return i
}

// endsAfter reports whether what follows a part cannot be a digit.
func (r *dateReader) endsAfter(p *templatePart) bool {
	if p.th != "" || r.at+1 == len(r.parts) {
		return true
	}
	next := r.parts[r.at+1]
	if next.key == "" {
		return next.text < "0" || next.text > "9"
	}
	_, digits := dateFields[next.key]
	return !digits && next.key != "Y,YYY" || next.key == "TZH"
}

func (r *dateReader) readCommaYear(p *templatePart) error {
	if err := r.setMode("gregorian"); err != nil {
		return err
	}
	thousands, rest, found := strings.Cut(r.s, ",")
	a, errA := strconv.Atoi(strings.TrimSpace(thousands))
	n := 0
	for n < len(rest) && n < 3 && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	b, errB := strconv.Atoi(rest[:n])
	if !found || errA != nil || errB != nil {
		return formatFault(`invalid input string for "Y,YYY"`)
	}
	r.advance(len(thousands) + 1 + n)
	r.digits = 4
	if p.th != "" {
		r.advance(2)
	}
	return r.set(p, "year", a*1000+b)
}

// words lists what a pattern for a word accepts.
func wordsOf(key string) []string {
	var words []string
	switch strings.ToUpper(key) {
	case "AM", "PM":
		return []string{"am", "pm"}
	case "A.M.", "P.M.":
		return []string{"a.m.", "p.m."}
	case "AD", "BC":
		return []string{"ad", "bc"}
	case "A.D.", "B.C.":
		return []string{"a.d.", "b.c."}
	case "MONTH", "MON":
		for m := time.January; m <= time.December; m++ {
			words = append(words, m.String())
		}
	case "DAY", "DY":
		for d := time.Sunday; d <= time.Saturday; d++ {
			words = append(words, d.String())
		}
	case "RM":
		return romanMonths[:]
	}
	if len(key) < 4 && strings.ToUpper(key) != "DAY" {
		for i := range words {
			words[i] = words[i][:3]
		}
	}
	return words
}

func (r *dateReader) readWord(p *templatePart) error {
	value := -1
	for i, word := range wordsOf(p.key) {
		if len(r.s) >= len(word) && strings.EqualFold(r.s[:len(word)], word) {
			value = i
			r.advance(len(word))
			break
		}
	}
	if value < 0 {
		word := r.s
		if end := strings.IndexFunc(word, func(c rune) bool { return c < 128 && isSpaceByte(byte(c)) }); end >= 0 {
			word = word[:end]
		}
		return formatFault(`invalid value "%s" for "%s"`, word, p.shown).
			WithDetail("The given value did not match any of the allowed values for this field.")
	}
	switch strings.ToUpper(p.key) {
	case "AM", "PM", "A.M.", "P.M.":
		r.pm, r.clock = value == 1, 12
	case "AD", "BC", "A.D.", "B.C.":
		r.bc = value == 1
	case "MONTH", "MON":
		if err := r.setMode("gregorian"); err != nil {
			return err
		}
		return r.set(p, "mm", value+1)
	case "DAY", "DY":
		if err := r.setMode("gregorian"); err != nil {
			return err
		}
		return r.set(p, "d", value+1)
	case "RM":
		if err := r.setMode("gregorian"); err != nil {
			return err
		}
		return r.set(p, "mm", 12-value)
	}
	return nil
}
