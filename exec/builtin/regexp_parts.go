package builtin

import (
	"strings"
	"unicode/utf8"

	"voronoi/internal/are"
	"voronoi/internal/datum"
)

// regexpParts take texts apart by regular expressions, or change them.
func regexpParts() Table {
	t := Table{
		"regexp_match":                   scalar(regexpMatch),
		"regexp_match_no_flags":          scalar(regexpMatch),
		"regexp_matches":                 {Set: regexpMatches},
		"regexp_matches_no_flags":        {Set: regexpMatches},
		"regexp_split_to_array":          scalar(regexpSplitToArray),
		"regexp_split_to_array_no_flags": scalar(regexpSplitToArray),
		"regexp_split_to_table":          {Set: regexpSplitToTable},
		"regexp_split_to_table_no_flags": {Set: regexpSplitToTable},
		"textregexreplace":               scalar(regexpReplace),
		"textregexreplace_noopt":         scalar(regexpReplace),
	}
	for _, suffix := range []string{"", "_no_flags", "_no_n", "_no_start", "_no_subexpr", "_no_endoption"} {
		t["regexp_count"+suffix] = scalar(regexpCount)
		t["regexp_instr"+suffix] = scalar(regexpInstr)
		t["regexp_substr"+suffix] = scalar(regexpSubstr)
		t["textregexreplace_extended"+suffix] = scalar(regexpReplaceExtended)
	}
	for _, absent := range []string{
		"regexp_count_no_n", "regexp_count_no_subexpr", "regexp_count_no_endoption", "regexp_substr_no_endoption",
		"textregexreplace_extended_no_start", "textregexreplace_extended_no_subexpr",
		"textregexreplace_extended_no_endoption",
	} {
		delete(t, absent)
	}
	return t
}

// groupsOf is a match as an array: its groups, or all of it.
func groupsOf(re *are.Regexp, s string, loc []int) datum.Datum {
	if re.Groups() == 0 {
		return datum.NewArray(textType(), []datum.Datum{part(s, loc, 0)})
	}
	out := make([]datum.Datum, re.Groups())
	for i := range out {
		out[i] = part(s, loc, i+1)
	}
	return datum.NewArray(textType(), out)
}

func regexpMatch(c *Call, a []datum.Datum) (datum.Datum, error) {
	o, global, err := regexpOptions(flagsAt(a, 2))
	if err == nil && global {
		err = invalid(`regexp_match() does not support the "global" option`).
			WithHint("Use the regexp_matches function instead.")
	}
	if err != nil {
		return datum.Null, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return datum.Null, err
	}
	s := a[0].Str()
	loc := re.Find(s, 0)
	if loc == nil {
		return null()
	}
	return groupsOf(re, s, loc), nil
}

func regexpMatches(c *Call, a []datum.Datum) (Rows, error) {
	o, global, err := regexpOptions(flagsAt(a, 2))
	if err != nil {
		return nil, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return nil, err
	}
	s := a[0].Str()
	var rows []datum.Datum
	for _, loc := range findAll(re, s, 0, global, true) {
		rows = append(rows, groupsOf(re, s, loc))
	}
	return listRows(rows), nil
}

func regexpSplit(c *Call, a []datum.Datum, function string) ([]datum.Datum, error) {
	o, err := notGlobal(flagsAt(a, 2), function)
	if err != nil {
		return nil, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return nil, err
	}
	s := a[0].Str()
	var parts []datum.Datum
	from := 0
	for _, loc := range findAll(re, s, 0, true, false) {
		parts = append(parts, datum.Text(s[from:loc[0]]))
		from = loc[1]
	}
	return append(parts, datum.Text(s[from:])), nil
}

func regexpSplitToArray(c *Call, a []datum.Datum) (datum.Datum, error) {
	parts, err := regexpSplit(c, a, "regexp_split_to_array")
	if err != nil {
		return datum.Null, err
	}
	return datum.NewArray(textType(), parts), nil
}

func regexpSplitToTable(c *Call, a []datum.Datum) (Rows, error) {
	parts, err := regexpSplit(c, a, "regexp_split_to_table")
	return listRows(parts), err
}

func invalidParameter(name string, v int64) error {
	return invalid(`invalid value for parameter "%s": %d`, name, v)
}

// positions reads the arguments start, n and so on from the third on; each
// has a default and a least value.
type position struct {
	name        string
	preset      int64
	least, most int64
}

func readPositions(a []datum.Datum, from int, wanted ...position) ([]int64, error) {
	out := make([]int64, len(wanted))
	for i, w := range wanted {
		out[i] = w.preset
		if from+i < len(a) {
			out[i] = a[from+i].Int()
		}
		if out[i] < w.least || w.most > 0 && out[i] > w.most {
			return nil, invalidParameter(w.name, out[i])
		}
	}
	return out, nil
}

// startOffset is the byte offset of the start'th character.
func startOffset(s string, start int64) int {
	if start-1 > int64(utf8.RuneCountInString(s)) {
		return len(s) + 1
	}
	return offset([]byte(s), int(start-1))
}

func regexpCount(c *Call, a []datum.Datum) (datum.Datum, error) {
	at, err := readPositions(a, 2, position{"start", 1, 1, 0})
	if err != nil {
		return datum.Null, err
	}
	o, err := notGlobal(flagsAt(a, 3), "regexp_count")
	if err != nil {
		return datum.Null, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return datum.Null, err
	}
	s := a[0].Str()
	return datum.Int(int64(len(findAll(re, s, startOffset(s, at[0]), true, true)))), nil
}

// nth is the nth match at start or later, nil where there are not so many.
func nth(re *are.Regexp, s string, start, n int64) []int {
	all := findAll(re, s, startOffset(s, start), n > 1, true)
	if int64(len(all)) < n {
		return nil
	}
	return all[n-1]
}

func regexpInstr(c *Call, a []datum.Datum) (datum.Datum, error) {
	at, err := readPositions(a, 2, position{"start", 1, 1, 0}, position{"n", 1, 1, 0}, position{"endoption", 0, 0, 1})
	if err != nil {
		return datum.Null, err
	}
	sub, err := readPositions(a, 6, position{"subexpr", 0, 0, 0})
	if err != nil {
		return datum.Null, err
	}
	o, err := notGlobal(flagsAt(a, 5), "regexp_instr")
	if err != nil {
		return datum.Null, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return datum.Null, err
	}
	s := a[0].Str()
	loc := nth(re, s, at[0], at[1])
	if loc == nil || sub[0] > int64(re.Groups()) {
		return datum.Int(0), nil
	}
	place := loc[2*sub[0]+at[2]]
	if place < 0 {
		return datum.Int(0), nil
	}
	return datum.Int(int64(utf8.RuneCountInString(s[:place]) + 1)), nil
}

func regexpSubstr(c *Call, a []datum.Datum) (datum.Datum, error) {
	at, err := readPositions(a, 2, position{"start", 1, 1, 0}, position{"n", 1, 1, 0})
	if err != nil {
		return datum.Null, err
	}
	sub, err := readPositions(a, 5, position{"subexpr", 0, 0, 0})
	if err != nil {
		return datum.Null, err
	}
	o, err := notGlobal(flagsAt(a, 4), "regexp_substr")
	if err != nil {
		return datum.Null, err
	}
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return datum.Null, err
	}
	s := a[0].Str()
	loc := nth(re, s, at[0], at[1])
	if loc == nil || sub[0] > int64(re.Groups()) {
		return null()
	}
	return part(s, loc, int(sub[0])), nil
}

func regexpReplace(c *Call, a []datum.Datum) (datum.Datum, error) {
	flags := flagsAt(a, 3)
	if flags != "" && flags[0] >= '0' && flags[0] <= '9' {
		return datum.Null, invalid(`invalid regular expression option: "%s"`, flags[:1]).
			WithHint("If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.")
	}
	o, global, err := regexpOptions(flags)
	if err != nil {
		return datum.Null, err
	}
	n := int64(1)
	if global {
		n = 0
	}
	return replaceMatches(c, a, o, 1, n)
}

func regexpReplaceExtended(c *Call, a []datum.Datum) (datum.Datum, error) {
	at, err := readPositions(a, 3, position{"start", 1, 1, 0}, position{"n", 1, 0, 0})
	if err != nil {
		return datum.Null, err
	}
	o, _, err := regexpOptions(flagsAt(a, 5))
	if err != nil {
		return datum.Null, err
	}
	return replaceMatches(c, a, o, at[0], at[1])
}

// replaceMatches replaces the nth match from start on, or all of them where n
// is 0.
func replaceMatches(c *Call, a []datum.Datum, o are.Options, start, n int64) (datum.Datum, error) {
	re, err := compileRegexp(c, a[1].Str(), o)
	if err != nil {
		return datum.Null, err
	}
	s, by := a[0].Str(), a[2].Str()
	var b strings.Builder
	done := 0
	for i, loc := range findAll(re, s, startOffset(s, start), n != 1, true) {
		if n > 0 && int64(i+1) != n {
			continue
		}
		b.WriteString(s[done:loc[0]])
		expand(&b, by, s, loc)
		done = loc[1]
	}
	b.WriteString(s[done:])
	return datum.Text(b.String()), nil
}

// expand writes a replacement: \1 to \9 stand for groups, \& for the match.
func expand(b *strings.Builder, by, s string, loc []int) {
	for i := 0; i < len(by); i++ {
		if by[i] != '\\' || i+1 == len(by) {
			b.WriteByte(by[i])
			continue
		}
		i++
		group := -1
		switch c := by[i]; {
		case c >= '1' && c <= '9':
			group = int(c - '0')
		case c == '&':
			group = 0
		case c == '\\':
			b.WriteByte('\\')
			continue
		default:
			b.WriteByte('\\')
			i--
			continue
		}
		if 2*group < len(loc) && loc[2*group] >= 0 {
			b.WriteString(s[loc[2*group]:loc[2*group+1]])
		}
	}
}
