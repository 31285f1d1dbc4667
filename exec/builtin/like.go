package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func likeFunctions() Table {
	t := Table{}
	for _, prefix := range []string{"text", "name"} {
		t[prefix+"like"] = likeImpl(true, true, false)
		t[prefix+"nlike"] = likeImpl(false, true, false)
		t[prefix+"iclike"] = likeImpl(true, true, true)
		t[prefix+"icnlike"] = likeImpl(false, true, true)
	}
	t["bytealike"] = likeImpl(true, false, false)
	t["byteanlike"] = likeImpl(false, false, false)
	t["like_escape"] = pure(func(a []datum.Datum) (datum.Datum, error) {
		s, err := likeEscape(a[0].Str(), a[1].Str())
		return datum.Text(s), err
	})
	t["like_escape_bytea"] = pure(func(a []datum.Datum) (datum.Datum, error) {
		s, err := likeEscape(a[0].Str(), a[1].Str())
		return datum.Blob([]byte(s)), err
	})
	return t
}

func likeImpl(want, characters, fold bool) Impl {
	return pure(func(a []datum.Datum) (datum.Datum, error) {
		s, pattern := a[0].View(), a[1].View()
		if fold {
			s, pattern = strings.Map(unicode.ToLower, s), strings.Map(unicode.ToLower, pattern)
		}
		r, err := like(s, pattern, characters)
		return datum.Bool((r == likeMatch) == want), err
	})
}

// likeResult is the outcome of matching. With likeAbort the text ran out: no
// longer part of it will do either, so that searching stops at every level.
type likeResult uint8

const (
	likeMismatch likeResult = iota
	likeMatch
	likeAbort
)

func patternEndsInEscape() error {
	return pgerr.New(pgerr.InvalidEscapeSequence, "LIKE pattern must not end with escape character")
}

// like matches s against a pattern where % stands for any text, _ for one
// character (or byte) and \ takes the following one literally.
func like(s, p string, characters bool) (likeResult, error) {
	if p == "%" {
		return likeMatch, nil
	}
	size := func(s string) int {
		if !characters || s[0] < utf8.RuneSelf {
			return 1
		}
		_, n := utf8.DecodeRuneInString(s)
		return n
	}
	for s != "" && p != "" {
		switch p[0] {
		case '%':
			p = p[1:]
			for p != "" && (p[0] == '%' || p[0] == '_') {
				if p[0] == '_' {
					if s == "" {
						return likeAbort, nil
					}
					s = s[size(s):]
				}
				p = p[1:]
			}
			if p == "" {
				return likeMatch, nil
			}
			first := p[0]
			if first == '\\' {
				if len(p) < 2 {
					return likeMismatch, patternEndsInEscape()
				}
				first = p[1]
			}
			// Only where the next literal byte occurs can the rest match.
			for s != "" {
				if s[0] == first {
					if r, err := like(s, p, characters); r != likeMismatch || err != nil {
						return r, err
					}
				}
				s = s[size(s):]
			}
			return likeAbort, nil
		case '_':
			s, p = s[size(s):], p[1:]
		case '\\':
			if p = p[1:]; p == "" {
				return likeMismatch, patternEndsInEscape()
			}
			fallthrough
		default:
			if s[0] != p[0] {
				return likeMismatch, nil
			}
			s, p = s[1:], p[1:]
		}
	}
	if s != "" {
		return likeMismatch, nil
	}
	if strings.Trim(p, "%") == "" {
		return likeMatch, nil
	}
	return likeAbort, nil
}

// likeEscape rewrites a pattern whose escape character is another one, or
// none, into one with the backslash.
func likeEscape(pattern, escape string) (string, error) {
	if escape == "" {
		return strings.ReplaceAll(pattern, `\`, `\\`), nil
	}
	if utf8.RuneCountInString(escape) != 1 {
		return "", pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	if escape == `\` {
		return pattern, nil
	}
	var out strings.Builder
	literal := false
	for i := 0; i < len(pattern); {
		_, n := utf8.DecodeRuneInString(pattern[i:])
		c := pattern[i : i+n]
		i += n
		switch {
		case c == escape && !literal:
			out.WriteByte('\\')
			literal = true
			continue
		case c == `\` && !literal:
			out.WriteString(`\\`)
		default:
			out.WriteString(c)
		}
		literal = false
	}
	return out.String(), nil
}
