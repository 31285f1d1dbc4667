package builtin

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"voronoi/internal/pgerr"
)

const jsonPathSpecials = "?%$.[]{}()|&!=<>@#,*:-+/\" \t\n\r\f\v"

// next reads a token.
func (p *jsonPathParser) next() {
	p.s = trimSpaces(p.s)
	p.quoted = false
	if p.s == "" {
		p.token = ""
		return
	}
	for _, two := range []string{"**", "&&", "||", "==", "!=", "<>", "<=", ">="} {
		if strings.HasPrefix(p.s, two) {
			p.take(2)
			return
		}
	}
	c := p.s[0]
	switch {
	case c == '"':
		p.string(0)
	case c == '$' && len(p.s) > 1 && p.s[1] == '"':
		p.string(1)
	case c == '$':
		n := 1
		for n < len(p.s) && strings.IndexByte(jsonPathSpecials, p.s[n]) < 0 {
			n++
		}
		p.take(n)
	case c >= '0' && c <= '9' || c == '.' && len(p.s) > 1 && p.s[1] >= '0' && p.s[1] <= '9':
		p.take(jsonPathNumber(p.s))
	case strings.IndexByte(jsonPathSpecials, c) >= 0:
		p.take(1)
	default:
		n := 0
		for n < len(p.s) && strings.IndexByte(jsonPathSpecials, p.s[n]) < 0 {
			n++
		}
		p.take(n)
	}
}

func (p *jsonPathParser) take(n int) { p.token, p.s = p.s[:n], p.s[n:] }

func jsonPathNumber(s string) int {
	digits := func(i int) int {
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		return i
	}
	i := digits(0)
	if i < len(s) && s[i] == '.' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
		i = digits(i + 1)
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if end := digits(j); end > j {
			i = end
		}
	}
	return i
}

// string reads a string in quotes that begins at offset at.
func (p *jsonPathParser) string(at int) {
	var b strings.Builder
	i := at + 1
	for i < len(p.s) && p.s[i] != '"' {
		if p.s[i] != '\\' || i+1 == len(p.s) {
			b.WriteByte(p.s[i])
			i++
			continue
		}
		i++
		switch c := p.s[i]; c {
		case 'b', 'f', 'n', 'r', 't', 'v':
			b.WriteByte("\b\f\n\r\t\v"[strings.IndexByte("bfnrtv", c)])
		case 'u':
			if i+4 < len(p.s) {
				b.WriteString(string(jsonString([]byte(`"` + p.s[i-1:i+5] + `"`))))
				i += 4
			}
		case 'x':
			if i+2 < len(p.s) {
				v, _ := strconv.ParseUint(p.s[i+1:i+3], 16, 8)
				b.WriteString(string(rune(v)))
				i += 2
			}
		default:
			_, n := utf8.DecodeRuneInString(p.s[i:])
			b.WriteString(p.s[i : i+n])
			i += n - 1
		}
		i++
	}
	if i >= len(p.s) {
		p.token = p.s
		p.fault = pgerr.New(pgerr.SyntaxError, `unterminated quoted string at end of jsonpath input`)
		p.s = ""
		return
	}
	p.take(i + 1)
	p.quoted, p.text = true, b.String()
}
