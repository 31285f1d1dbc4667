package datum

import (
	"strconv"

	"voronoi/internal/pgerr"
)

func appendArrayText(dst []byte, env *Env, elem *Type, d Datum) []byte {
	dims := ArrayDims(d)
	if len(dims) == 0 {
		return append(dst, '{', '}')
	}
	dst = appendBounds(dst, dims)
	body := arrayBody(d)
	var level func(depth int)
	level = func(depth int) {
		dst = append(dst, '{')
		for i := range dims[depth].Len {
			if i > 0 {
				dst = append(dst, ',')
			}
			if depth+1 < len(dims) {
				level(depth + 1)
				continue
			}
			var e Datum
			if e, body = nextElem(elem, body); e.IsNull() {
				dst = append(dst, "NULL"...)
				continue
			}
			at := len(dst)
			dst = quoteElem(elem.AppendText(dst, env, e), at)
		}
		dst = append(dst, '}')
	}
	level(0)
	return dst
}

// appendBounds appends the subscripts where they do not begin at 1.
func appendBounds(dst []byte, dims []Dim) []byte {
	plain := true
	for _, d := range dims {
		plain = plain && d.Lower == 1
	}
	if plain {
		return dst
	}
	for _, d := range dims {
		dst = append(dst, '[')
		dst = strconv.AppendInt(dst, int64(d.Lower), 10)
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(d.Upper()), 10)
		dst = append(dst, ']')
	}
	return append(dst, '=')
}

// quoteElem puts what follows at in dst between quotes where a reader would
// otherwise take it for something else.
func quoteElem(dst []byte, at int) []byte {
	text := dst[at:]
	quote := len(text) == 0 || len(text) == 4 && fold(string(text)) == "null"
	escapes := 0
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			escapes++
		case c == '{' || c == '}' || c == ',' || isSpace(c):
			quote = true
		}
	}
	if !quote && escapes == 0 {
		return dst
	}
	n := len(dst)
	for range escapes + 2 {
		dst = append(dst, 0)
	}
	// From the end, so that the text can grow in place.
	to := len(dst) - 1
	dst[to] = '"'
	for from := n - 1; from >= at; from-- {
		to--
		dst[to] = dst[from]
		if dst[to] == '"' || dst[to] == '\\' {
			to--
			dst[to] = '\\'
		}
	}
	dst[at] = '"'
	return dst
}

func malformedArray(s, detail string, args ...any) error {
	return pgerr.Newf(pgerr.InvalidTextRepresentation, `malformed array literal: "%s"`, s).WithDetail(detail, args...)
}

func parseArray(env *Env, elem *Type, s string) (Datum, error) {
	bounds, rest, err := scanBounds(s)
	if err != nil {
		return Null, err
	}
	if bounds == nil && (rest == "" || rest[0] != '{') {
		return Null, malformedArray(s, `Array value must start with "{" or dimension information.`)
	}
	lens, err := countElems(rest)
	if err != nil {
		return Null, err
	}
	dims := bounds
	if dims == nil {
		for _, n := range lens {
			dims = append(dims, Dim{n, 1})
		}
	} else if !sameShape(dims, lens) {
		return Null, malformedArray(s, "Specified array dimensions do not match array contents.")
	}
	if err := checkDims(dims); err != nil {
		return Null, err
	}
	if len(dims) == 0 {
		return emptyArray(elem), nil
	}
	b := appendArrayHeader(make([]byte, 0, 20+2*len(s)), elem.OID, dims, false)
	b, err = appendElemTexts(b, env, elem, rest)
	return Blob(b), err
}

func sameShape(dims []Dim, lens []int) bool {
	if len(dims) != len(lens) {
		return false
	}
	for i, d := range dims {
		if d.Len != lens[i] {
			return false
		}
	}
	return true
}

// scanBounds reads the subscripts before the equals sign, if there are any, and
// returns what is left at the first brace.
func scanBounds(s string) (dims []Dim, rest string, err error) {
	skip := func(t string) string {
		for t != "" && isSpace(t[0]) {
			t = t[1:]
		}
		return t
	}
	number := func(t string) int {
		n := 0
		for n < len(t) && (isDigit(t[n]) || t[n] == '-' || t[n] == '+') {
			n++
		}
		return n
	}
	rest = skip(s)
	for rest != "" && rest[0] == '[' {
		rest = rest[1:]
		if len(dims) >= MaxArrayDims {
			return nil, "", tooManyDims(len(dims) + 1)
		}
		d := Dim{Lower: 1}
		n := number(rest)
		if n == 0 {
			return nil, "", malformedArray(s, `"[" must introduce explicitly-specified array dimensions.`)
		}
		upper := leadingInt(rest[:n])
		if rest = rest[n:]; rest != "" && rest[0] == ':' {
			d.Lower = upper
			rest = rest[1:]
			if n = number(rest); n == 0 {
				return nil, "", malformedArray(s, "Missing array dimension value.")
			}
			upper = leadingInt(rest[:n])
			rest = rest[n:]
		}
		if rest == "" || rest[0] != ']' {
			return nil, "", malformedArray(s, `Missing "]" after array dimensions.`)
		}
		rest = rest[1:]
		if upper < d.Lower {
			return nil, "", pgerr.New(pgerr.ArraySubscriptError, "upper bound cannot be less than lower bound")
		}
		d.Len = upper - d.Lower + 1
		dims = append(dims, d)
		rest = skip(rest)
	}
	if dims == nil {
		return nil, rest, nil
	}
	if rest == "" || rest[0] != '=' {
		return nil, "", malformedArray(s, `Missing "=" after array dimensions.`)
	}
	rest = skip(rest[1:])
	if rest == "" || rest[0] != '{' {
		return nil, "", malformedArray(s, `Array contents must start with "{".`)
	}
	return dims, rest, nil
}

// leadingInt is the number that s begins with as C's atoi finds it: of one that
// is too large, the lower 32 bits.
func leadingInt(s string) int {
	end := 0
	if end < len(s) && (s[end] == '-' || s[end] == '+') {
		end++
	}
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	n, _ := strconv.ParseInt(s[:end], 10, 64)
	return int(int32(n))
}

// appendElemTexts reads the elements out of a text whose structure
// [countElems] has checked.
func appendElemTexts(b []byte, env *Env, elem *Type, s string) ([]byte, error) {
	depth := 0
	var text []byte // the element's text without its escapes
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '{':
			depth++
			i++
		case c == '}':
			if depth--; depth == 0 {
				return b, nil
			}
			i++
		case c == ',' || isSpace(c):
			i++
		default:
			var literal bool
			var n int
			text, n, literal = unquoteElem(text[:0], s[i:])
			i += n
			if !literal && len(text) == 4 && fold(string(text)) == "null" {
				b = appendElem(b, elem, Null)
				continue
			}
			e, err := elem.Input(env, string(text))
			if err != nil {
				return nil, err
			}
			b = appendElem(b, elem, e)
		}
	}
	return b, nil
}

// unquoteElem appends the element that s begins with and returns its length in
// s; literal says that it had quotes or escapes and so cannot mean NULL.
func unquoteElem(text []byte, s string) (out []byte, n int, literal bool) {
	keep := 0 // up to where blanks belong to the element
	quoted := false
	for ; n < len(s); n++ {
		c := s[n]
		switch {
		case c == '\\':
			literal = true
			n++
			text = append(text, s[n])
			keep = len(text)
		case c == '"':
			literal = true
			quoted = !quoted
			keep = len(text)
		case !quoted && (c == ',' || c == '}'):
			return text[:keep], n, literal
		default:
			text = append(text, c)
			if quoted || !isSpace(c) {
				keep = len(text)
			}
		}
	}
	return text[:keep], n, literal
}
