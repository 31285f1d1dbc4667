package are

// kind is what a node of the tree is.
type kind uint8

const (
	empty     kind = iota
	chars          // one character of set
	sequence       // subs one after the other, two of them
	either         // one of subs
	group          // subs[0], captured as number n unless n is 0
	repeat         // subs[0] from min to max times
	assertion      // an empty match where assert holds
	look           // an empty match where subs[0] matches ahead or behind
	reference      // what group n has matched
)

// preference is how long a match a node likes to have.
type preference uint8

const (
	indifferent preference = iota
	longest
	shortest
)

// infinite is the max of a repetition without end.
const infinite = -1

type node struct {
	kind     kind
	subs     []*node
	set      *charset
	n        int
	min, max int
	assert   assert
	behind   bool // look
	negated  bool // look
	target   *node
	prefers  preference
	captures bool // a group or a reference is inside
	program  *program
}

// assert is a condition on a place in the text.
type assert uint8

const (
	textStart assert = iota
	textEnd
	lineStart
	lineEnd
	wordStart
	wordEnd
	wordBoundary
	noBoundary
)

func join(a, b *node) *node {
	switch {
	case a == nil || a.kind == empty:
		return b
	case b == nil || b.kind == empty:
		return a
	}
	n := &node{kind: sequence, subs: []*node{a, b}, captures: a.captures || b.captures, prefers: a.prefers}
	if n.prefers == indifferent {
		n.prefers = b.prefers
	}
	return n
}
