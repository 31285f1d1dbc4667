package catalog

import "strings"

// prettyExpr leaves out parentheses that pg_get_expr writes for safety: those
// around the whole expression, and those around a plain name or literal that is
// cast.
func prettyExpr(expr string) string {
	if len(expr) > 1 && expr[0] == '(' && closes(expr, 0) == len(expr)-1 {
		expr = expr[1 : len(expr)-1]
	}
	var b strings.Builder
	for i := 0; i < len(expr); {
		switch expr[i] {
		case '\'', '"':
			end := quotedEnd(expr, i)
			b.WriteString(expr[i:end])
			i = end
			continue
		case '(':
			end := closes(expr, i)
			inner := ""
			if end > 0 {
				inner = expr[i+1 : end]
			}
			before := byte(' ')
			if i > 0 {
				before = expr[i-1]
			}
			if end > 0 && strings.HasPrefix(expr[end+1:], "::") && isAtom(inner) && !isIdentByte(before, false) && before != '"' {
				b.WriteString(inner)
				i = end + 1
				continue
			}
		}
		b.WriteByte(expr[i])
		i++
	}
	return b.String()
}

// closes is where the parenthesis that opens at i closes, -1 where it does not.
func closes(s string, i int) int {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '\'', '"':
			i = quotedEnd(s, i)
			continue
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// quotedEnd is where what the quote at i begins is over. A doubled quote ends
// and begins again, which comes to the same.
func quotedEnd(s string, i int) int {
	if end := strings.IndexByte(s[i+1:], s[i]); end >= 0 {
		return i + 1 + end + 1
	}
	return len(s)
}

// isAtom reports whether an expression is one name or number.
func isAtom(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if !isIdentByte(s[i], false) && s[i] != '.' && s[i] != '"' {
			return false
		}
	}
	return true
}
