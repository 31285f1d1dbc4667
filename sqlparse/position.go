package sqlparse

import (
	"sync"
	"unicode/utf8"
)

// Position converts a location in the tree into a position as clients count:
// in characters of the query string, from 1. It is 0 for an unknown location.
func (s *Statement) Position(location int32) int {
	if location < 0 || s.characters == nil {
		return 0
	}
	return s.characters.before(int(location)) + 1
}

// stride is the distance between the offsets whose character counts are kept.
const stride = 512

// characters counts the characters before byte offsets of a text. Every literal
// of a long INSERT has a location, so counting from the start each time would
// be quadratic.
type characters struct {
	text  string
	once  sync.Once
	ascii bool
	marks []int // marks[i] is the count before byte i*stride
}

func (c *characters) before(offset int) int {
	c.once.Do(c.scan)
	offset = min(offset, len(c.text))
	if c.ascii {
		return offset
	}
	mark := offset / stride
	return c.marks[mark] + starts(c.text[mark*stride:offset])
}

func (c *characters) scan() {
	count := starts(c.text)
	if c.ascii = count == len(c.text); c.ascii {
		return
	}
	total := 0
	for at := 0; at <= len(c.text); at += stride {
		c.marks = append(c.marks, total)
		total += starts(c.text[at:min(at+stride, len(c.text))])
	}
}

// starts counts the bytes that begin a character.
func starts(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}
