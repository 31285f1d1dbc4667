package sqlparse

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"
)

// Within is a statement inside this one, such as the one that PREPARE or EXPLAIN
// holds. Its text begins after the first of the given words that stands outside
// parentheses; it is all of s where there is none.
func (s *Statement) Within(node *pg_query.Node, after string) *Statement {
	inner := *s
	inner.Node = node
	l := lexer{text: s.Text}
	depth := 0
	for {
		t := l.next()
		switch t {
		case tokenEnd:
			return &inner
		case tokenOpen:
			depth++
		case tokenClose:
			depth--
		}
		if depth == 0 && strings.EqualFold(l.lexeme(), after) {
			l.skipBlanks()
			inner.Text = s.Text[l.pos:]
			inner.Start = s.Start + l.pos
			return &inner
		}
	}
}

// Lexemes splits a text into words, strings, operators and punctuation, without
// blanks and comments; each is given by where it begins and ends.
func Lexemes(text string) [][2]int {
	l := lexer{text: text}
	var out [][2]int
	for l.next() != tokenEnd {
		out = append(out, [2]int{l.start, l.pos})
	}
	return out
}
