package builtin

import (
	"errors"
	"strings"
	"unicode/utf8"

	"voronoi/internal/are"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

func regexpFunctions() Table {
	t := Table{
		"textregexsubstr": scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			return regexpSubstring(c, a[0].Str(), a[1].Str(), are.Options{})
		}),
		`"substring"(text,text,text)`: scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
			pattern, err := similarPattern(a[1].Str(), a[2].Str())
			if err != nil {
				return datum.Null, err
			}
			return regexpSubstring(c, a[0].Str(), pattern, are.Options{})
		}),
		"similar_to_escape_1": pure(func(a []datum.Datum) (datum.Datum, error) { return similar(a[0].Str(), `\`) }),
		"similar_to_escape_2": pure(func(a []datum.Datum) (datum.Datum, error) { return similar(a[0].Str(), a[1].Str()) }),
		"similar_escape": pure(func(a []datum.Datum) (datum.Datum, error) {
			if a[0].IsNull() {
				return null()
			}
			if a[1].IsNull() {
				return similar(a[0].Str(), `\`)
			}
			return similar(a[0].Str(), a[1].Str())
		}),
		"regexp_like":          scalar(regexpLike),
		"regexp_like_no_flags": scalar(regexpLike),
	}
	for _, prefix := range []string{"text", "name"} {
		t[prefix+"regexeq"] = regexpTest(true, false)
		t[prefix+"regexne"] = regexpTest(false, false)
		t[prefix+"icregexeq"] = regexpTest(true, true)
		t[prefix+"icregexne"] = regexpTest(false, true)
	}
	return t
}

// regexpKey is what a compiled expression depends on.
type regexpKey struct {
	pattern string
	options are.Options
}

// maxRegexps is how many compiled expressions a call keeps; it is one unless
// the pattern comes from a column.
const maxRegexps = 64

// compileRegexp keeps what it compiles in the call's state.
func compileRegexp(c *Call, pattern string, o are.Options) (*are.Regexp, error) {
	cache, _ := c.State.(map[regexpKey]*are.Regexp)
	key := regexpKey{pattern, o}
	if re := cache[key]; re != nil {
		return re, nil
	}
	re, err := are.Compile(strings.Clone(pattern), o)
	if err != nil {
		var fault are.Error
		if errors.As(err, &fault) {
			return nil, pgerr.Newf(pgerr.InvalidRegularExpression, "invalid regular expression: %s", fault)
		}
		return nil, err
	}
	if cache == nil || len(cache) >= maxRegexps {
		cache = map[regexpKey]*are.Regexp{}
		c.State = cache
	}
	key.pattern = strings.Clone(pattern)
	cache[key] = re
	return re, nil
}

func regexpTest(want, fold bool) Impl {
	return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
		re, err := compileRegexp(c, a[1].View(), are.Options{Fold: fold})
		if err != nil {
			return datum.Null, err
		}
		return datum.Bool(re.Match(a[0].View()) == want), nil
	})
}

// regexpOptions reads the flags of a regexp function; global is its g.
func regexpOptions(flags string) (o are.Options, global bool, err error) {
	for i, letter := range flags {
		switch {
		case letter == 'g':
			global = true
		case !o.Set(letter):
			_, n := utf8.DecodeRuneInString(flags[i:])
			return o, false, invalid(`invalid regular expression option: "%s"`, flags[i:i+n])
		}
	}
	return o, global, nil
}

// notGlobal is regexpOptions for a function that has no use for g.
func notGlobal(flags, function string) (are.Options, error) {
	o, global, err := regexpOptions(flags)
	if err == nil && global {
		return o, invalid(`%s() does not support the "global" option`, function)
	}
	return o, err
}

// flagsAt is argument i, the flags, if there is one.
func flagsAt(a []datum.Datum, i int) string {
	if i < len(a) {
		return a[i].Str()
	}
	return ""
}

func regexpLike(c *Call, a []datum.Datum) (datum.Datum, error) {
	o, err := notGlobal(flagsAt(a, 2), "regexp_like")
	if err != nil {
		return datum.Null, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return datum.Null, err
	}
	return datum.Bool(re.Match(a[0].View())), nil
}

// regexpSubstring is the first match, or what its first group has.
func regexpSubstring(c *Call, s, pattern string, o are.Options) (datum.Datum, error) {
	re, err := compileRegexp(c, pattern, o)
	if err != nil {
		return datum.Null, err
	}
	loc := re.Find(s, 0)
	if loc == nil {
		return null()
	}
	if re.Groups() > 0 {
		return part(s, loc, 1), nil
	}
	return part(s, loc, 0), nil
}

// part is what group i has matched, NULL where it took no part.
func part(s string, loc []int, i int) datum.Datum {
	if loc[2*i] < 0 {
		return datum.Null
	}
	return datum.Text(s[loc[2*i]:loc[2*i+1]])
}

// findAll lists matches, all of them or the first. Without degenerate ones it
// leaves out empty matches at the ends of the text and after another match, at
// which splitting makes no sense.
func findAll(re *are.Regexp, s string, from int, all, degenerate bool) [][]int {
	var out [][]int
	last := 0
	for from <= len(s) {
		loc := re.Find(s, from)
		if loc == nil {
			break
		}
		if degenerate || loc[0] < len(s) && loc[1] > last {
			out = append(out, loc)
		}
		if !all {
			break
		}
		last, from = loc[1], loc[1]
		if loc[0] == loc[1] {
			from += max(offset([]byte(s[from:]), 1), 1)
		}
	}
	return out
}

func similar(pattern, escape string) (datum.Datum, error) {
	s, err := similarPattern(pattern, escape)
	return datum.Text(s), err
}

// similarPattern translates a pattern of SIMILAR TO. Two double quotes after
// the escape character divide it into three, of which substring takes the
// middle one.
func similarPattern(pattern, escape string) (string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return "", pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string").
			WithHint("Escape string must be empty or one character.")
	}
	var b strings.Builder
	b.WriteString("^(?:")
	escaped, inClass := false, false
	quotes := 0
	for _, r := range pattern {
		c := string(r)
		switch {
		case escaped:
			escaped = false
			if c != `"` || inClass {
				b.WriteString(`\` + c)
				continue
			}
			switch quotes++; quotes {
			case 1:
				b.WriteString("){1,1}?(")
			case 2:
				b.WriteString("){1,1}(?:")
			default:
				return "", pgerr.New(pgerr.InvalidUseOfEscapeCharacter,
					"SQL regular expression may not contain more than two escape-double-quote separators")
			}
		case c == escape:
			escaped = true
		case inClass:
			if c == `\` {
				b.WriteByte('\\')
			}
			b.WriteString(c)
			inClass = c != "]"
		default:
			inClass = c == "["
			if to, ok := similarTokens[c]; ok {
				c = to
			}
			b.WriteString(c)
		}
	}
	b.WriteString(")$")
	return b.String(), nil
}

var similarTokens = map[string]string{
	"%": ".*", "_": ".", "(": "(?:", `\`: `\\`, ".": `\.`, "^": `\^`, "$": `\$`,
}
