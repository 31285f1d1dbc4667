package catalog

import (
	"strings"
	"unicode/utf8"

	"voronoi/internal/pgerr"
)

// splitName reads a dotted name as SQL would: parts without quotes are folded to
// lower case, and all are cut to the longest name there is.
func splitName(s string) ([]string, error) {
	invalid := func() ([]string, error) {
		return nil, pgerr.New(pgerr.InvalidName, "invalid name syntax")
	}
	var parts []string
	rest := strings.TrimLeft(s, blanks)
	if rest == "" {
		return invalid()
	}
	for {
		var part string
		var ok bool
		if part, rest, ok = scanIdent(rest); !ok {
			return invalid()
		}
		parts = append(parts, part)
		rest = strings.TrimLeft(rest, blanks)
		if rest == "" {
			return parts, nil
		}
		if rest[0] != '.' {
			return invalid()
		}
		rest = strings.TrimLeft(rest[1:], blanks)
	}
}

const blanks = " \t\n\r\f\v"

// scanIdent reads one identifier at the start of s.
func scanIdent(s string) (name, rest string, ok bool) {
	if s == "" {
		return "", s, false
	}
	if s[0] == '"' {
		var b strings.Builder
		for i := 1; i < len(s); i++ {
			if s[i] != '"' {
				b.WriteByte(s[i])
				continue
			}
			if i+1 < len(s) && s[i+1] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			return truncate(b.String()), s[i+1:], b.Len() > 0
		}
		return "", s, false
	}
	end := 0
	for end < len(s) && isIdentByte(s[end], end == 0) {
		end++
	}
	return truncate(fold(s[:end])), s[end:], end > 0
}

func isIdentByte(b byte, first bool) bool {
	switch {
	case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', b == '_', b >= utf8.RuneSelf:
		return true
	case '0' <= b && b <= '9', b == '$':
		return !first
	}
	return false
}

// truncate cuts a name at the longest length, between characters.
func truncate(name string) string {
	if len(name) <= maxName {
		return name
	}
	end := maxName
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end]
}

// schemaAndName splits a qualified name; catalog names of three parts must name
// this database, which the caller has no say in, so they are refused. what is how the error for
// more parts calls the name.
func schemaAndName(parts []string, what string) (schema, name string, err error) {
	switch len(parts) {
	case 1:
		return "", parts[0], nil
	case 2:
		return parts[0], parts[1], nil
	case 3:
		return "", "", pgerr.Newf(pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", strings.Join(parts, "."))
	}
	return "", "", pgerr.Newf(pgerr.SyntaxError, "improper %s (too many dotted names): %s", what, strings.Join(parts, "."))
}
