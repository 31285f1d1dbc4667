package datum

import (
	"strings"
	"unicode/utf8"

	"voronoi/internal/pgerr"
)

// The tokens of JSON: punctuation stands for itself.
const (
	jsonEnd    = 0
	jsonString = 's'
	jsonNumber = 'n'
	jsonTrue   = 't'
	jsonFalse  = 'f'
	jsonNull   = 'z'
)

// maxJSONDepth bounds the nesting of arrays and objects: about where Postgres
// runs out of stack.
const maxJSONDepth = 6400

// jsonScanner divides a JSON text into tokens and keeps what an error message
// needs to know about the place.
type jsonScanner struct {
	s         string
	unescape  bool // decode strings, and refuse what cannot be decoded
	tok       byte
	start     int // of the current token
	end       int // behind it
	line      int
	lineStart int
	text      []byte // the current string, decoded
	depth     int
}

func newJSONScanner(s string, unescape bool) *jsonScanner {
	return &jsonScanner{s: s, unescape: unescape, line: 1}
}

// fault is an error at the current token. The detail may contain one %s for
// the token's text.
func (j *jsonScanner) fault(detail string) error {
	detail = strings.Replace(detail, "%s", j.s[min(j.start, j.end):j.end], 1)
	return j.context(pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json").WithDetail("%s", detail))
}

// shownContext is how much of the line up to the error is shown.
const shownContext = 50

// context adds the place of an error.
func (j *jsonScanner) context(e *pgerr.Error) error {
	from, to := j.lineStart, j.end
	for to-from >= shownContext {
		_, n := utf8.DecodeRuneInString(j.s[from:])
		from += n
	}
	prefix := "..."
	if from-j.lineStart <= 3 {
		from, prefix = j.lineStart, ""
	}
	suffix := ""
	if j.tok != jsonEnd && to < len(j.s) && j.s[to] != '\n' && j.s[to] != '\r' {
		suffix = "..."
	}
	e.Where = "JSON data, line " + itoa(j.line) + ": " + prefix + j.s[min(from, to):to] + suffix
	return e
}

// noUnicode is the error of an escape that no text can hold.
func (j *jsonScanner) noUnicode() error {
	return j.context(pgerr.New(pgerr.UntranslatableCharacter, "unsupported Unicode escape sequence").
		WithDetail(`\u0000 cannot be converted to text.`))
}

// unexpected is the error of a token that does not belong where it is.
func (j *jsonScanner) unexpected(wanted string) error {
	if j.tok == jsonEnd {
		return j.fault("The input string ended unexpectedly.")
	}
	return j.fault("Expected " + wanted + `, but found "%s".`)
}

func jsonAlnum(c byte) bool { return isAlnum(c) || c == '_' || c >= utf8.RuneSelf }

// next moves on to the next token.
func (j *jsonScanner) next() error {
	i := j.end
	for ; i < len(j.s); i++ {
		switch j.s[i] {
		case ' ', '\t', '\r':
			continue
		case '\n':
			j.line++
			j.lineStart = i + 1
			continue
		}
		break
	}
	j.start = i
	if i >= len(j.s) {
		j.tok, j.start, j.end = jsonEnd, len(j.s), len(j.s)
		return nil
	}
	switch c := j.s[i]; {
	case c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':':
		j.tok, j.end = c, i+1
		return nil
	case c == '"':
		return j.string()
	case c == '-' || isDigit(c):
		return j.number()
	}
	end := i
	for end < len(j.s) && jsonAlnum(j.s[end]) {
		end++
	}
	j.end = max(end, i+1)
	switch j.s[i:end] {
	case "true":
		j.tok = jsonTrue
	case "false":
		j.tok = jsonFalse
	case "null":
		j.tok = jsonNull
	default:
		j.tok = jsonString
		return j.fault(`Token "%s" is invalid.`)
	}
	return nil
}

func (j *jsonScanner) number() error {
	i, ok := j.start, true
	if j.s[i] == '-' {
		i++
	}
	digits := func() {
		first := i
		for i < len(j.s) && isDigit(j.s[i]) {
			i++
		}
		ok = ok && i > first
	}
	if i < len(j.s) && j.s[i] == '0' {
		i++
	} else {
		digits()
	}
	if i < len(j.s) && j.s[i] == '.' {
		i++
		digits()
	}
	if i < len(j.s) && lower(j.s[i]) == 'e' {
		i++
		if i < len(j.s) && (j.s[i] == '+' || j.s[i] == '-') {
			i++
		}
		digits()
	}
	for i < len(j.s) && jsonAlnum(j.s[i]) {
		i, ok = i+1, false
	}
	j.tok, j.end = jsonNumber, i
	if !ok {
		return j.fault(`Token "%s" is invalid.`)
	}
	return nil
}

// jsonEscapes maps the letter of an escape to its meaning.
var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (j *jsonScanner) string() error {
	i := j.start + 1
	j.text = j.text[:0]
	high := rune(-1) // the first half of a surrogate pair
	fail := func(end int, detail string) error {
		j.tok, j.end = jsonString, end
		return j.fault(detail)
	}
	charEnd := func() int {
		_, n := utf8.DecodeRuneInString(j.s[i:])
		return i + n
	}
	lone := func() error { return fail(charEnd(), "Unicode low surrogate must follow a high surrogate.") }
	for ; ; i++ {
		if i >= len(j.s) {
			return fail(i, `Token "%s" is invalid.`)
		}
		c := j.s[i]
		switch {
		case c == '"':
			if high >= 0 {
				return lone()
			}
			j.tok, j.end = jsonString, i+1
			return nil
		case c < ' ':
			return fail(i, "Character with value 0x"+string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15])+" must be escaped.")
		case c != '\\':
			if high >= 0 {
				return lone()
			}
			if j.unescape {
				j.text = append(j.text, c)
			}
			continue
		}
		if i++; i >= len(j.s) {
			return fail(i, `Token "%s" is invalid.`)
		}
		if c = j.s[i]; c != 'u' {
			meaning, ok := jsonEscapes[c]
			switch {
			case high >= 0:
				return lone()
			case !ok:
				j.start = i
				return fail(charEnd(), `Escape sequence "\%s" is invalid.`)
			case j.unescape:
				j.text = append(j.text, meaning)
			}
			continue
		}
		var r rune
		for range 4 {
			if i++; i >= len(j.s) {
				return fail(i, `Token "%s" is invalid.`)
			}
			d := digitValue(j.s[i])
			if d > 15 {
				return fail(charEnd(), `"\u" must be followed by four hexadecimal digits.`)
			}
			r = r<<4 | rune(d)
		}
		if !j.unescape {
			continue
		}
		switch {
		case r >= 0xd800 && r < 0xdc00:
			if high >= 0 {
				return fail(charEnd(), "Unicode high surrogate must not follow a high surrogate.")
			}
			high = r
			continue
		case r >= 0xdc00 && r < 0xe000:
			if high < 0 {
				return lone()
			}
			r = 0x10000 + (high-0xd800)<<10 + (r - 0xdc00)
			high = -1
		case high >= 0:
			return lone()
		}
		if r == 0 {
			j.tok, j.end = jsonString, charEnd()
			return j.noUnicode()
		}
		j.text = utf8.AppendRune(j.text, r)
	}
}

// enter counts a level of nesting.
func (j *jsonScanner) enter() error {
	if j.depth++; j.depth > maxJSONDepth {
		return tooDeep()
	}
	return nil
}

func tooDeep() error {
	return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint(`Increase the configuration parameter "max_stack_depth" (currently 2048kB), after ensuring the platform's stack depth limit is adequate.`)
}

// validateJSON checks a whole text.
func validateJSON(s string) error {
	j := newJSONScanner(s, false)
	if err := j.next(); err != nil {
		return err
	}
	if err := j.value(); err != nil {
		return err
	}
	if j.tok != jsonEnd {
		return j.unexpected("end of input")
	}
	return nil
}

// value checks the value that begins with the current token and moves behind
// it.
func (j *jsonScanner) value() error {
	switch j.tok {
	case '{':
		return j.members(func() error { return nil }, j.value)
	case '[':
		return j.elements(j.value)
	case jsonString, jsonNumber, jsonTrue, jsonFalse, jsonNull:
		return j.next()
	}
	return j.unexpected("JSON value")
}

// members goes through an object: key is called at each key, value at the
// first token of each value, which it has to move behind.
func (j *jsonScanner) members(key, value func() error) error {
	if err := j.enter(); err != nil {
		return err
	}
	if err := j.next(); err != nil {
		return err
	}
	for first := true; first || j.tok == ','; first = false {
		switch {
		case first && j.tok == '}':
			j.depth--
			return j.next()
		case first && j.tok != jsonString:
			return j.unexpected(`string or "}"`)
		case !first:
			if err := j.next(); err != nil {
				return err
			}
			if j.tok != jsonString {
				return j.unexpected("string")
			}
		}
		if err := key(); err != nil {
			return err
		}
		if err := j.next(); err != nil {
			return err
		}
		if j.tok != ':' {
			return j.unexpected(`":"`)
		}
		if err := j.next(); err != nil {
			return err
		}
		if err := value(); err != nil {
			return err
		}
	}
	if j.tok != '}' {
		return j.unexpected(`"," or "}"`)
	}
	j.depth--
	return j.next()
}

// elements goes through an array: value is called at the first token of each
// element, which it has to move behind.
func (j *jsonScanner) elements(value func() error) error {
	if err := j.enter(); err != nil {
		return err
	}
	if err := j.next(); err != nil {
		return err
	}
	if j.tok != ']' {
		for first := true; first || j.tok == ','; first = false {
			if !first {
				if err := j.next(); err != nil {
					return err
				}
			}
			if err := value(); err != nil {
				return err
			}
		}
	}
	if j.tok != ']' {
		return j.unexpected(`"," or "]"`)
	}
	j.depth--
	return j.next()
}
