package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A template of to_char, to_date and the like is a sequence of patterns, such
// as YYYY or 999, and of text in between.

// templatePart is one part of a template: a pattern, or text where key is "".
type templatePart struct {
	key   string // in upper case but for patterns whose case matters
	shown string // as the template has it
	text  string // one character
	fill  bool   // FM before it: no padding
	local bool   // TM before it
	th    string // TH or th after it
	// Of text: a blank or a punctuation mark, which to_date treats apart.
	space, separator bool
}

// datePatterns are the patterns of dates and times, longer ones before those
// that they begin with. The case of those that stand for words matters.
var datePatterns = strings.Fields(`
	A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY Day Dy D
	FF1 FF2 FF3 FF4 FF5 FF6 FX HH24 HH12 HH IDDD ID IW IYYY IYY IY I J
	MI MM MONTH MON MS Month Mon OF P.M. PM Q RM SSSSS SSSS SS TZH TZM TZ US WW W Y,YYY YYYY YYY YY Y
	a.d. a.m. ad am b.c. bc cc day ddd dd dy d
	ff1 ff2 ff3 ff4 ff5 ff6 fx hh24 hh12 hh iddd id iw iyyy iyy iy i j
	mi mm month mon ms of p.m. pm q rm sssss ssss ss tzh tzm tz us ww w y,yyy yyyy yyy yy y`)

var numberPatterns = strings.Fields(`
	, . 0 9 B C D EEEE FM G L MI PL PR RN SG SP S TH V
	b c d eeee fm g l mi pl pr rn sg sp s th v`)

// wordPatterns keep their case.
var wordPatterns = func() map[string]bool {
	set := map[string]bool{}
	for _, p := range strings.Fields("A.D. A.M. AD AM B.C. BC P.M. PM DAY Day DY Dy MONTH Month MON Mon RM TZ RN TH") {
		set[p], set[strings.ToLower(p)] = true, true
	}
	return set
}()

func parseTemplate(s string, patterns []string, dates bool) []templatePart {
	var parts []templatePart
	for s != "" {
		var part templatePart
		if dates {
			switch prefix := s[:min(2, len(s))]; prefix {
			case "FM", "fm":
				part.fill, s = true, s[2:]
			case "TM", "tm":
				part.local, s = true, s[2:]
			}
		}
		if key := matchPattern(s, patterns); key != "" {
			s = s[len(key):]
			part.key, part.shown = key, key
			if !wordPatterns[key] {
				part.key = strings.ToUpper(key)
			}
			if dates && len(s) >= 2 {
				switch s[:2] {
				case "TH", "th":
					part.th, s = s[:2], s[2:]
				case "SP":
					s = s[2:]
				}
			}
			parts = append(parts, part)
			continue
		}
		if s == "" {
			break
		}
		if s[0] == '"' {
			for s = s[1:]; s != ""; {
				if s[0] == '"' {
					s = s[1:]
					break
				}
				if s[0] == '\\' && len(s) > 1 {
					s = s[1:]
				}
				c := firstCharacter(s)
				parts, s = append(parts, templatePart{text: c}), s[len(c):]
			}
			continue
		}
		if s[0] == '\\' && len(s) > 1 && s[1] == '"' {
			s = s[1:]
		}
		c := firstCharacter(s)
		parts = append(parts, templatePart{text: c, space: c[0] == ' ' || c[0] >= '\t' && c[0] <= '\r', separator: isSeparator(c)})
		s = s[len(c):]
	}
	return parts
}

func matchPattern(s string, patterns []string) string {
	for _, p := range patterns {
		if strings.HasPrefix(s, p) {
			return p
		}
	}
	return ""
}

func firstCharacter(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// isSeparator reports whether s begins with a printable ASCII character that is
// neither letter nor digit nor blank.
func isSeparator(s string) bool {
	c := rune(s[0])
	return c > ' ' && c < 0x7f && !unicode.IsLetter(c) && !unicode.IsDigit(c)
}

// ordinal is the suffix of a number, th in the case asked for.
func ordinal(number, th string) string {
	if th == "" {
		return ""
	}
	suffix := "th"
	n := len(number)
	if n < 2 || number[n-2] != '1' {
		switch number[n-1] {
		case '1':
			suffix = "st"
		case '2':
			suffix = "nd"
		case '3':
			suffix = "rd"
		}
	}
	if th == "TH" {
		return strings.ToUpper(suffix)
	}
	return suffix
}
