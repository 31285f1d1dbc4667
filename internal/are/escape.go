package are

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// simpleEscapes stand for one character each.
var simpleEscapes = map[byte]rune{
	'a': 7, 'b': '\b', 'B': '\\', 'e': 27, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

var classEscapes = map[byte]string{'d': "digit", 's': "space", 'w': "word"}

var assertEscapes = map[byte]assert{
	'A': textStart, 'Z': textEnd, 'm': wordStart, 'M': wordEnd, 'y': wordBoundary, 'Y': noBoundary,
}

// escape reads what a backslash begins outside brackets.
func (p *parser) escape() (*node, error) {
	if p.i+1 >= len(p.s) {
		return nil, badEscape
	}
	c := p.s[p.i+1]
	if name, ok := classEscapes[lower(c)]; ok {
		p.i += 2
		set := &charset{classes: []class{classes[name]}, negated: c != lower(c)}
		set.noLine = set.negated && p.o.Stop
		return p.of(set), nil
	}
	if a, ok := assertEscapes[c]; ok {
		p.i += 2
		return p.assertOf(a), nil
	}
	if n, ok := p.reference(); ok {
		target := p.closed[n]
		if target == nil || p.looking > 0 {
			return nil, badReference
		}
		return &node{kind: reference, n: n, target: target, captures: true}, nil
	}
	r, err := p.character()
	if err != nil {
		return nil, err
	}
	return p.one(r), nil
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// reference reads \1 to \9, or more digits where there are so many groups.
func (p *parser) reference() (int, bool) {
	rest := p.s[p.i+1:]
	if rest[0] < '1' || rest[0] > '9' {
		return 0, false
	}
	n, digits := 0, 0
	for digits < len(rest) && digits < 4 && isDigit(rune(rest[digits])) {
		n = n*10 + int(rest[digits]-'0')
		digits++
	}
	if digits > 1 && n > p.groups {
		return 0, false
	}
	p.i += 1 + digits
	return n, true
}

// character reads an escape that stands for one character.
func (p *parser) character() (rune, error) {
	p.i++
	if !p.more() {
		return 0, badEscape
	}
	c := p.s[p.i]
	if r, ok := simpleEscapes[c]; ok {
		p.i++
		return r, nil
	}
	switch {
	case c == 'c':
		p.i++
		if !p.more() {
			return 0, badEscape
		}
		return p.next() & 0x1f, nil
	case c == 'u':
		return p.hex(4, 4)
	case c == 'U':
		return p.hex(8, 8)
	case c == 'x':
		return p.hex(1, 255)
	case isDigit(rune(c)):
		return p.octal()
	case c < utf8.RuneSelf && (unicode.IsLetter(rune(c)) || c == '_'):
		return 0, badEscape
	}
	return p.next(), nil
}

func (p *parser) hex(least, most int) (rune, error) {
	p.i++
	var r rune
	n := 0
	for p.more() && n < most && isHex(rune(p.peek())) {
		r = r<<4 | rune(strings.IndexByte("0123456789abcdef", lower(p.peek())))
		if r > unicode.MaxRune {
			return 0, badEscape
		}
		p.i++
		n++
	}
	if n < least {
		return 0, badEscape
	}
	return r, nil
}

func (p *parser) octal() (rune, error) {
	var r rune
	n := 0
	for p.more() && n < 3 && p.peek() >= '0' && p.peek() <= '7' {
		r = r<<3 | rune(p.peek()-'0')
		p.i++
		n++
	}
	if n == 0 {
		return 0, badEscape
	}
	return r, nil
}

// bracket reads [set], and [[:<:]] and [[:>:]], which are assertions.
func (p *parser) bracket() (*node, error) {
	switch {
	case p.eat("[[:<:]]"):
		return p.assertOf(wordStart), nil
	case p.eat("[[:>:]]"):
		return p.assertOf(wordEnd), nil
	}
	p.i++
	set := &charset{}
	if p.eat("^") {
		set.negated, set.noLine = true, p.o.Stop
	}
	for first := true; ; first = false {
		switch {
		case !p.more():
			return nil, badBrackets
		case p.peek() == ']' && !first:
			p.i++
			return p.of(set), nil
		case p.eat("[:"):
			name, err := p.named(":]")
			if err != nil {
				return nil, err
			}
			named, ok := classes[name]
			if !ok {
				return nil, badClass
			}
			set.classes = append(set.classes, named)
			continue
		case p.peek() == '\\' && p.i+1 < len(p.s):
			if name, ok := classEscapes[p.s[p.i+1]]; ok {
				p.i += 2
				set.classes = append(set.classes, classes[name])
				continue
			}
			if name, ok := classEscapes[lower(p.s[p.i+1])]; ok {
				p.i += 2
				set.classes = append(set.classes, classes[name].complement())
				continue
			}
		}
		if p.peek() == '-' && !first && p.i+1 < len(p.s) && p.s[p.i+1] != ']' {
			return nil, badRange
		}
		low, err := p.endpoint()
		if err != nil {
			return nil, err
		}
		high := low
		if p.peek() == '-' && p.i+1 < len(p.s) && p.s[p.i+1] != ']' {
			p.i++
			if high, err = p.endpoint(); err != nil {
				return nil, err
			}
		}
		if high < low {
			return nil, badRange
		}
		set.add(low, high)
	}
}

// endpoint reads one character of a set, plain, escaped or as [.x.] or [=x=].
func (p *parser) endpoint() (rune, error) {
	for _, mark := range []string{".", "="} {
		if p.eat("[" + mark) {
			name, err := p.named(mark + "]")
			if err != nil {
				return 0, err
			}
			if r, n := utf8.DecodeRuneInString(name); n > 0 && n == len(name) {
				return r, nil
			}
			if r, ok := elementNames[name]; ok {
				return r, nil
			}
			return 0, badElement
		}
	}
	if p.eat("[:") {
		return 0, badRange
	}
	if !p.more() {
		return 0, badBrackets
	}
	if p.peek() == '\\' {
		if p.i+1 >= len(p.s) {
			return 0, badEscape
		}
		return p.character()
	}
	return p.next(), nil
}

func (p *parser) named(end string) (string, error) {
	at := strings.Index(p.s[p.i:], end)
	if at < 0 {
		return "", badBrackets
	}
	name := p.s[p.i : p.i+at]
	p.i += at + len(end)
	return name, nil
}

// elementNames are the names of characters between [. and .].
var elementNames = map[string]rune{
	"NUL": 0, "tab": '\t', "newline": '\n', "carriage-return": '\r', "space": ' ', "exclamation-mark": '!',
	"quotation-mark": '"', "number-sign": '#', "dollar-sign": '$', "percent-sign": '%', "ampersand": '&',
	"apostrophe": '\'', "left-parenthesis": '(', "right-parenthesis": ')', "asterisk": '*', "plus-sign": '+',
	"comma": ',', "hyphen": '-', "hyphen-minus": '-', "period": '.', "full-stop": '.', "slash": '/', "solidus": '/',
	"zero": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7',
	"eight": '8', "nine": '9', "colon": ':', "semicolon": ';', "less-than-sign": '<', "equals-sign": '=',
	"greater-than-sign": '>', "question-mark": '?', "commercial-at": '@', "left-square-bracket": '[',
	"backslash": '\\', "reverse-solidus": '\\', "right-square-bracket": ']', "circumflex": '^',
	"circumflex-accent": '^', "underscore": '_', "low-line": '_', "grave-accent": '`', "left-brace": '{',
	"left-curly-bracket": '{', "vertical-line": '|', "right-brace": '}', "right-curly-bracket": '}', "tilde": '~',
	"DEL": 127,
}
