package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"voronoi/internal/datum"
)

func quoteFunctions() Table {
	literal := func(c *Call, a []datum.Datum) (datum.Datum, error) {
		s, err := textValue(c, 0, a[0])
		return datum.Text(QuoteLiteral(s)), err
	}
	nullable := func(c *Call, a []datum.Datum) (datum.Datum, error) {
		if a[0].IsNull() {
			return datum.Text("NULL"), nil
		}
		return literal(c, a)
	}
	return Table{
		"quote_ident":                scalar(textOf(QuoteIdent)),
		"quote_literal":              scalar(textOf(QuoteLiteral)),
		"quote_literal(anyelement)":  scalar(literal),
		"quote_nullable":             scalar(nullable),
		"quote_nullable(anyelement)": scalar(nullable),
		"parse_ident":                pure(parseIdent),
	}
}

// textValue is the text form of argument i.
func textValue(c *Call, i int, d datum.Datum) (string, error) {
	t := c.Type(c.Args[i])
	if t == nil {
		return "", unsupported("the text form of type %d", c.Args[i])
	}
	return string(t.AppendText(nil, c.Env, d)), nil
}

// QuoteIdent quotes s where it could not stand for itself as an identifier.
func QuoteIdent(s string) string {
	plain := s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] == '_')
	for i := range len(s) {
		c := s[i]
		plain = plain && (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_')
	}
	if plain && !quotedKeywords[s] {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

// QuoteLiteral writes s as a literal that reads the same whatever the settings.
func QuoteLiteral(s string) string {
	quoted := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

// parseIdent divides a qualified name into its parts.
func parseIdent(a []datum.Datum) (datum.Datum, error) {
	whole, strict := a[0].Str(), a[1].Bool()
	fault := func(detail string, args ...any) (datum.Datum, error) {
		e := invalid(`string is not a valid identifier: "%s"`, whole)
		if detail != "" {
			e = e.WithDetail(detail, args...)
		}
		return datum.Null, e
	}
	s := trimSpaces(whole)
	var parts []datum.Datum
	for afterDot := false; ; afterDot = true {
		if s != "" && s[0] == '"' {
			name, rest, ok := quotedName(s[1:])
			if !ok {
				return fault("String has unclosed double quotes.")
			}
			if name == "" {
				return fault("Quoted identifier must not be empty.")
			}
			parts, s = append(parts, datum.Text(name)), rest
		} else {
			n := 0
			for n < len(s) && (identByte(s[n]) || n > 0 && (s[n] >= '0' && s[n] <= '9' || s[n] == '$')) {
				n++
			}
			switch {
			case n > 0:
			case s != "" && s[0] == '.':
				return fault(`No valid identifier before ".".`)
			case afterDot:
				return fault(`No valid identifier after ".".`)
			default:
				return fault("")
			}
			parts, s = append(parts, datum.Text(strings.Map(foldASCII, s[:n]))), s[n:]
		}
		s = trimSpaces(s)
		switch {
		case s != "" && s[0] == '.':
			s = trimSpaces(s[1:])
		case s == "" || !strict:
			return datum.NewArray(textType(), parts), nil
		default:
			return fault("")
		}
	}
}

func quotedName(s string) (name, rest string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			if i+1 < len(s) && s[i+1] == '"' {
				i++
			} else {
				return b.String(), s[i+1:], true
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

func identByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= utf8.RuneSelf
}

func foldASCII(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return unicode.ToLower(r)
	}
	return r
}

func trimSpaces(s string) string { return strings.TrimLeft(s, " \t\n\r\f\v") }
