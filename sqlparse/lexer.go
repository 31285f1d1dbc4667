package sqlparse

import "strings"

// token is all that the guard needs to know of a lexeme.
type token uint8

const (
	tokenEnd       token = iota
	tokenOpen            // ( or [
	tokenClose           // ) or ]
	tokenComma           //
	tokenSemicolon       //
	tokenLink            // what can be repeated in a left-deep chain
	tokenOther
)

// links are the words that can form left-deep chains, as operators do. AND and
// OR are not among them: the grammar makes flat lists of those.
var links = map[string]bool{
	"is": true, "isnull": true, "notnull": true, "collate": true, "at": true,
	"between": true, "in": true, "like": true, "ilike": true, "similar": true, "overlaps": true,
	"join": true, "union": true, "intersect": true, "except": true, "operator": true, "not": true,
}

const longestLink = len("intersect")

// lexer splits text as Postgres's scanner does, with
// standard_conforming_strings on, as far as strings, comments, quoted names and
// operators go. What is unterminated ends with the text: the parser proper says
// so.
type lexer struct {
	text  string
	pos   int
	start int // of the lexeme that next has passed
}

// lexeme is what next has passed.
func (l *lexer) lexeme() string { return l.text[l.start:l.pos] }

func (l *lexer) peek(ahead int) byte {
	if l.pos+ahead < len(l.text) {
		return l.text[l.pos+ahead]
	}
	return 0
}

// skipBlanks passes blanks and comments.
func (l *lexer) skipBlanks() {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case strings.IndexByte(blanks, c) >= 0:
			l.pos++
		case c == '-' && l.peek(1) == '-':
			l.lineComment()
		case c == '/' && l.peek(1) == '*':
			l.blockComment()
		default:
			return
		}
	}
}

func (l *lexer) lineComment() {
	if end := strings.IndexAny(l.text[l.pos:], "\n\r"); end >= 0 {
		l.pos += end
	} else {
		l.pos = len(l.text)
	}
}

// blockComment passes a comment, which may hold others.
func (l *lexer) blockComment() {
	depth := 0
	for l.pos < len(l.text) {
		switch {
		case l.text[l.pos] == '/' && l.peek(1) == '*':
			depth++
			l.pos += 2
		case l.text[l.pos] == '*' && l.peek(1) == '/':
			depth--
			l.pos += 2
			if depth == 0 {
				return
			}
		default:
			l.pos++
		}
	}
}

func (l *lexer) next() token {
	l.skipBlanks()
	l.start = l.pos
	if l.pos >= len(l.text) {
		return tokenEnd
	}
	c := l.text[l.pos]
	switch {
	case c == '\'':
		l.pos++
		l.quoted('\'', false)
		return tokenOther
	case c == '"':
		l.pos++
		l.quoted('"', false)
		return tokenOther
	case c == '$':
		return l.dollar()
	case c == '(' || c == '[':
		l.pos++
		return tokenOpen
	case c == ')' || c == ']':
		l.pos++
		return tokenClose
	case c == ',':
		l.pos++
		return tokenComma
	case c == ';':
		l.pos++
		return tokenSemicolon
	case c == ':' && l.peek(1) == ':':
		l.pos += 2
		return tokenLink
	case isOperator(c):
		l.operator()
		return tokenLink
	case isLetter(c):
		return l.word()
	case c >= '0' && c <= '9':
		for l.pos < len(l.text) && (isWord(l.text[l.pos]) && l.text[l.pos] != '$' || l.text[l.pos] == '.') {
			l.pos++
		}
		return tokenOther
	}
	l.pos++
	return tokenOther
}

// quoted passes the rest of a string or quoted name; two quotes stand for one.
func (l *lexer) quoted(quote byte, backslash bool) {
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		l.pos++
		switch {
		case backslash && c == '\\':
			l.pos = min(l.pos+1, len(l.text))
		case c == quote:
			if l.peek(0) != quote || l.pos >= len(l.text) {
				return
			}
			l.pos++
		}
	}
}

// dollar passes a parameter, a dollar-quoted string, or a lone dollar.
func (l *lexer) dollar() token {
	end := l.pos + 1
	if end < len(l.text) && (l.text[end] >= '0' && l.text[end] <= '9') {
		for end < len(l.text) && l.text[end] >= '0' && l.text[end] <= '9' {
			end++
		}
		l.pos = end
		return tokenOther
	}
	for end < len(l.text) && isWord(l.text[end]) && l.text[end] != '$' {
		end++
	}
	if end >= len(l.text) || l.text[end] != '$' {
		l.pos++
		return tokenOther
	}
	tag := l.text[l.pos : end+1]
	l.pos = end + 1
	if stop := strings.Index(l.text[l.pos:], tag); stop >= 0 {
		l.pos += stop + len(tag)
	} else {
		l.pos = len(l.text)
	}
	return tokenOther
}

// operator passes a run of operator characters, which a comment ends.
func (l *lexer) operator() {
	for l.pos++; l.pos < len(l.text) && isOperator(l.text[l.pos]); l.pos++ {
		if c := l.text[l.pos]; c == '-' && l.peek(1) == '-' || c == '/' && l.peek(1) == '*' {
			return
		}
	}
}

// word passes an identifier or keyword, or a string with a letter before it.
func (l *lexer) word() token {
	start := l.pos
	for l.pos < len(l.text) && isWord(l.text[l.pos]) {
		l.pos++
	}
	word := l.text[start:l.pos]
	if len(word) == 1 && l.peek(0) == '\'' && strings.ContainsAny(word, "eEbBxXnN") {
		l.pos++
		l.quoted('\'', word == "e" || word == "E")
		return tokenOther
	}
	if len(word) <= longestLink && links[strings.ToLower(word)] {
		return tokenLink
	}
	return tokenOther
}

func isOperator(c byte) bool { return strings.IndexByte("~!@#^&|`?+-*/%<>=", c) >= 0 }

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isWord(c byte) bool { return isLetter(c) || c >= '0' && c <= '9' || c == '$' }
