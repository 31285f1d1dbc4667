package datum

import "voronoi/internal/pgerr"

func appendRecordText(dst []byte, env *Env, fields []*Type, d Datum) []byte {
	dst = append(dst, '(')
	r := readRecord(fields, d)
	for t, v, ok := r.next(); ok; t, v, ok = r.next() {
		if r.i > 1 {
			dst = append(dst, ',')
		}
		if !v.IsNull() {
			at := len(dst)
			dst = quoteField(t.AppendText(dst, env, v), at)
		}
	}
	return append(dst, ')')
}

// quoteField puts what follows at in dst between quotes where that is needed;
// quotes and backslashes are doubled.
func quoteField(dst []byte, at int) []byte {
	quote := len(dst) == at
	doubles := 0
	for _, c := range dst[at:] {
		switch {
		case c == '"' || c == '\\':
			doubles++
		case c == '(' || c == ')' || c == ',' || isSpace(c):
			quote = true
		}
	}
	if !quote && doubles == 0 {
		return dst
	}
	n := len(dst)
	for range doubles + 2 {
		dst = append(dst, 0)
	}
	to := len(dst) - 1
	dst[to] = '"'
	for from := n - 1; from >= at; from-- {
		to--
		if dst[to] = dst[from]; dst[to] == '"' || dst[to] == '\\' {
			to--
			dst[to] = dst[to+1]
		}
	}
	dst[at] = '"'
	return dst
}

func malformedRecord(s, detail string) error {
	return pgerr.Newf(pgerr.InvalidTextRepresentation, `malformed record literal: "%s"`, s).WithDetail("%s", detail)
}

// parseRecord reads (a,"b c",) by the fields' types.
func parseRecord(env *Env, fields []*Type, s string) (Datum, error) {
	rest := skipSpace(s)
	if rest == "" || rest[0] != '(' {
		return Null, malformedRecord(s, "Missing left parenthesis.")
	}
	rest = rest[1:]
	values := make([]Datum, len(fields))
	for i, t := range fields {
		if i > 0 {
			if rest == "" || rest[0] != ',' {
				return Null, malformedRecord(s, "Too few columns.")
			}
			rest = rest[1:]
		}
		if rest != "" && (rest[0] == ',' || rest[0] == ')') {
			continue // NULL
		}
		text, n, ok := unquoteField(rest)
		if !ok {
			return Null, malformedRecord(s, "Unexpected end of input.")
		}
		rest = rest[n:]
		v, err := t.Input(env, text)
		if err != nil {
			return Null, err
		}
		values[i] = v
	}
	if rest == "" || rest[0] != ')' {
		return Null, malformedRecord(s, "Too many columns.")
	}
	if skipSpace(rest[1:]) != "" {
		return Null, malformedRecord(s, "Junk after right parenthesis.")
	}
	return NewRecord(fields, values), nil
}

// unquoteField reads one field and returns its length in s.
func unquoteField(s string) (text string, n int, ok bool) {
	var b []byte
	quoted := false
	for ; n < len(s); n++ {
		switch c := s[n]; {
		case !quoted && (c == ',' || c == ')'):
			return string(b), n, true
		case c == '\\':
			if n++; n == len(s) {
				return "", n, false
			}
			b = append(b, s[n])
		case c == '"' && quoted && n+1 < len(s) && s[n+1] == '"':
			b = append(b, c)
			n++
		case c == '"':
			quoted = !quoted
		default:
			b = append(b, c)
		}
	}
	return "", n, false
}
