package are

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// charset is a set of characters: ranges and classes, possibly negated.
type charset struct {
	ranges  []rune // pairs
	classes []class
	negated bool
	noLine  bool // a line break is not in it, whatever else says
	ascii   [128]bool
}

// class is a named class, with its name for Go's regexp package.
type class struct {
	holds func(r rune) bool
	in    string
}

var classes = map[string]class{
	"alpha":  {unicode.IsLetter, `\pL`},
	"digit":  {isDigit, `0-9`},
	"alnum":  {func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }, `\pL\p{Nd}`},
	"word":   {isWord, `\pL\p{Nd}_`},
	"upper":  {unicode.IsUpper, `\p{Lu}`},
	"lower":  {unicode.IsLower, `\p{Ll}`},
	"space":  {isSpace, `\t-\r \x{85}\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200a}\x{2028}\x{2029}\x{205f}\x{3000}`},
	"blank":  {func(r rune) bool { return r == ' ' || r == '\t' }, ` \t`},
	"cntrl":  {unicode.IsControl, `\p{Cc}`},
	"punct":  {func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }, `\pP\pS`},
	"graph":  {func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }, ""},
	"print":  {unicode.IsPrint, ""},
	"ascii":  {func(r rune) bool { return r < 128 }, `\x00-\x7f`},
	"xdigit": {isHex, `0-9a-fA-F`},
}

// complement holds for all other characters.
func (c class) complement() class {
	return class{holds: func(r rune) bool { return !c.holds(r) }}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isHex(r rune) bool { return isDigit(r) || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F' }

func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// isSpace leaves out the spaces that do not break.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) && r != 0xa0 && r != 0x2007 && r != 0x202f
}

func (c *charset) add(low, high rune) { c.ranges = append(c.ranges, low, high) }

// finish folds case if asked to, and prepares the table of ASCII characters.
func (c *charset) finish(fold bool) *charset {
	if fold {
		c.fold()
	}
	for r := range rune(128) {
		c.ascii[r] = c.decide(r)
	}
	return c
}

// fold adds the other case of each character.
func (c *charset) fold() {
	for _, pair := range slices.Collect(slices.Chunk(slices.Clone(c.ranges), 2)) {
		if pair[0] == 0 && pair[1] == unicode.MaxRune {
			continue
		}
		for r := pair[0]; r <= min(pair[1], unicode.MaxRune); r++ {
			for _, other := range []rune{unicode.ToLower(r), unicode.ToUpper(r)} {
				if other != r && (other < pair[0] || other > pair[1]) {
					c.add(other, other)
				}
			}
		}
	}
	for i, named := range c.classes {
		if named.in == classes["upper"].in || named.in == classes["lower"].in {
			c.classes[i] = classes["alpha"]
		}
	}
}

func (c *charset) has(r rune) bool {
	if r < 128 {
		return c.ascii[r]
	}
	return c.decide(r)
}

func (c *charset) decide(r rune) bool {
	if c.noLine && r == '\n' {
		return false
	}
	for i := 0; i < len(c.ranges); i += 2 {
		if r >= c.ranges[i] && r <= c.ranges[i+1] {
			return !c.negated
		}
	}
	for _, named := range c.classes {
		if named.holds(r) {
			return !c.negated
		}
	}
	return c.negated
}

// goSyntax writes the set for Go's regexp package; false where that has no way
// to say it.
func (c *charset) goSyntax(b *strings.Builder) bool {
	if len(c.ranges) == 0 && len(c.classes) == 0 || c.noLine && !c.negated && c.decide('\n') != c.has('\n') {
		return false
	}
	if c.noLine && !c.negated {
		// A line break is taken out of a set that may hold it.
		without := *c
		without.noLine = false
		if without.decide('\n') {
			return false
		}
	}
	b.WriteByte('[')
	if c.negated {
		b.WriteByte('^')
		if c.noLine {
			b.WriteString(`\n`)
		}
	}
	for i := 0; i < len(c.ranges); i += 2 {
		fmt.Fprintf(b, `\x{%x}-\x{%x}`, c.ranges[i], c.ranges[i+1])
	}
	for _, named := range c.classes {
		if named.in == "" {
			return false
		}
		b.WriteString(named.in)
	}
	b.WriteByte(']')
	return true
}
