package sqlparse

import (
	"strings"
	"unicode/utf8"

	"voronoi/internal/pgerr"
)

// maxChain bounds the depth that operators can give a tree. The C stack of the
// parser holds about eight times as much, the decoding of its result four.
const maxChain = 2500

// guard refuses what must not reach the parser.
func guard(text string) error {
	if strings.IndexByte(text, 0) >= 0 {
		return pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`)
	}
	if !utf8.ValidString(text) {
		return invalidUTF8(text)
	}
	depth := chainDepth(text)
	if depth > maxChain {
		return tooDeep()
	}
	return nil
}

// invalidUTF8 names the bytes at fault, as Postgres does: as many as the first
// of them announces.
func invalidUTF8(text string) error {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	announced := 1
	switch b := text[at]; {
	case b >= 0xf0 && b < 0xf8:
		announced = 4
	case b >= 0xe0 && b < 0xf0:
		announced = 3
	case b >= 0xc0 && b < 0xe0:
		announced = 2
	}
	const hex = "0123456789abcdef"
	var list strings.Builder
	for i, b := range []byte(text[at:min(at+announced, len(text))]) {
		if i > 0 {
			list.WriteByte(' ')
		}
		list.WriteString("0x")
		list.WriteByte(hex[b>>4])
		list.WriteByte(hex[b&15])
	}
	return pgerr.Newf(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": %s`, list.String())
}

// group is an open parenthesis or bracket, or the statement itself. Between two
// commas the depth of the tree is at most the number of links plus the depth of
// the deepest group among them, however precedence nests them.
type group struct {
	links   int // operators since the last comma
	inner   int // deepest group since the last comma
	deepest int // deepest part before the last comma
}

func (g *group) comma() {
	g.deepest = max(g.deepest, g.links+g.inner)
	g.links, g.inner = 0, 0
}

func (g *group) depth() int { return max(g.deepest, g.links+g.inner) }

// chainDepth is an upper bound of the depth that chains of operators, casts,
// joins and set operations give the tree of any statement in the text.
func chainDepth(text string) int {
	l := lexer{text: text}
	deepest := 0
	var outer []group
	var g group
	for {
		switch l.next() {
		case tokenEnd:
			for ; len(outer) > 0; outer = outer[:len(outer)-1] {
				g = outer[len(outer)-1].closing(g)
			}
			return max(deepest, g.depth())
		case tokenOpen:
			outer = append(outer, g)
			g = group{}
		case tokenClose:
			if n := len(outer); n > 0 {
				g = outer[n-1].closing(g)
				outer = outer[:n-1]
			}
		case tokenComma:
			g.comma()
		case tokenSemicolon:
			if len(outer) == 0 {
				deepest = max(deepest, g.depth())
				g = group{}
			}
		case tokenLink:
			g.links++
		}
		if g.depth() > maxChain {
			return g.depth()
		}
	}
}

// closing is the group after one within it has ended.
func (g group) closing(inner group) group {
	g.inner = max(g.inner, inner.depth())
	return g
}
