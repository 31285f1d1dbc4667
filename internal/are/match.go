package are

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Regexp is a compiled expression. It may not be used by two goroutines at
// once.
type Regexp struct {
	root    *node
	groups  int
	fold    bool
	exact   *regexp.Regexp // finds a match where there is one, nil if it cannot
	matcher matcher
}

// Compile reads an expression. Its errors are of type [Error].
func Compile(expr string, o Options) (*Regexp, error) {
	if o.Basic {
		return nil, Error("basic regular expressions are not supported")
	}
	root, groups, o, err := parse(expr, o)
	if err != nil {
		return nil, err
	}
	if err := root.compile(); err != nil {
		return nil, err
	}
	re := &Regexp{root: root, groups: groups, fold: o.Fold}
	var b strings.Builder
	if root.goSyntax(&b) {
		if exact, err := regexp.Compile(b.String()); err == nil {
			exact.Longest()
			re.exact = exact
		}
	}
	re.matcher = matcher{re: re, simulations: map[*program]*simulation{}}
	return re, nil
}

// Groups is the number of parenthesized groups.
func (re *Regexp) Groups() int { return re.groups }

// Match reports whether there is a match anywhere in s.
func (re *Regexp) Match(s string) bool {
	if re.exact != nil {
		return re.exact.MatchString(s)
	}
	return re.Find(s, 0) != nil
}

// Find gives the first match at from or later: pairs of byte offsets for the
// whole match and each group, -1 where a group took no part; nil where there is
// none. The text before from counts for assertions.
func (re *Regexp) Find(s string, from int) []int {
	m := &re.matcher
	m.s = s
	start := m.first(from)
	if start < 0 {
		return nil
	}
	for at := start; ; {
		if loc := m.matchAt(at); loc != nil {
			return loc
		}
		if at >= len(s) {
			return nil
		}
		_, n := utf8.DecodeRuneInString(s[at:])
		at += n
	}
}

// matcher is the state of one search.
type matcher struct {
	re          *Regexp
	s           string
	groups      []int
	simulations map[*program]*simulation
}

// simulate gives the simulation of a node's program. One program may run while
// it already does, in an assertion within itself: then it needs another.
func (m *matcher) simulate(n *node) *simulation {
	_ = n.compile() // the whole tree has compiled, so its parts do
	if s := m.simulations[n.program]; s != nil {
		return s
	}
	s := &simulation{m: m, p: n.program}
	m.simulations[n.program] = s
	return s
}

// first is a place before which no match begins, -1 where there is none at
// all.
func (m *matcher) first(from int) int {
	if m.re.exact != nil && from == 0 {
		if loc := m.re.exact.FindStringIndex(m.s); loc != nil {
			return loc[0]
		}
		return -1
	}
	found := false
	m.simulate(m.re.root).run(from, len(m.s), true, func(int) bool { found = true; return false })
	if !found {
		return -1
	}
	return from
}

// matchAt finds the preferred match that begins at the given place.
func (m *matcher) matchAt(at int) []int {
	root := m.re.root
	ends := m.ends(root, at, len(m.s), root.prefers == shortest && !root.captures)
	for k := range ends {
		end := ends[k]
		if root.prefers != shortest {
			end = ends[len(ends)-1-k]
		}
		m.groups = make([]int, 2*(m.re.groups+1))
		for i := range m.groups {
			m.groups[i] = -1
		}
		if m.dissect(root, at, end) {
			m.groups[0], m.groups[1] = at, end
			return m.groups
		}
	}
	return nil
}

// ends are the places up to limit where a match of n from the given place can
// end, in order; only the first of them if one is enough.
func (m *matcher) ends(n *node, from, limit int, one bool) []int {
	var ends []int
	m.simulate(n).run(from, limit, false, func(at int) bool {
		ends = append(ends, at)
		return !one
	})
	return ends
}

// spans reports whether n matches exactly from i to j.
func (m *matcher) spans(n *node, i, j int) bool {
	found := false
	m.simulate(n).run(i, j, false, func(at int) bool {
		found = at == j
		return true
	})
	return found
}

// holds reports whether an assertion is true at a place.
func (m *matcher) holds(a assert, at int) bool {
	before := at > 0 && isWord(lastRune(m.s[:at]))
	after := at < len(m.s) && isWord(firstRune(m.s[at:]))
	switch a {
	case textStart:
		return at == 0
	case textEnd:
		return at == len(m.s)
	case lineStart:
		return at == 0 || m.s[at-1] == '\n'
	case lineEnd:
		return at == len(m.s) || m.s[at] == '\n'
	case wordStart:
		return !before && after
	case wordEnd:
		return before && !after
	case wordBoundary:
		return before != after
	default:
		return before == after
	}
}

func firstRune(s string) rune { r, _ := utf8.DecodeRuneInString(s); return r }
func lastRune(s string) rune  { r, _ := utf8.DecodeLastRuneInString(s); return r }

// looks evaluates an assertion that looks ahead or behind. It runs in a
// simulation of its own, as it is called from within another.
func (m *matcher) looks(n *node, at int) bool {
	found := false
	s := &simulation{m: m, p: n.subs[0].program}
	if n.behind {
		s.run(0, at, true, func(end int) bool { found = end == at; return true })
	} else {
		s.run(at, len(m.s), false, func(int) bool { found = true; return false })
	}
	return found != n.negated
}

// goSyntax writes the node for Go's regexp package, which then matches where
// this one does, with the same beginning. False where that cannot be said.
func (n *node) goSyntax(b *strings.Builder) bool {
	switch n.kind {
	case chars:
		return n.set.goSyntax(b)
	case sequence:
		return n.subs[0].goSyntax(b) && n.subs[1].goSyntax(b)
	case either:
		b.WriteString("(?:")
		for i, sub := range n.subs {
			if i > 0 {
				b.WriteByte('|')
			}
			if !sub.goSyntax(b) {
				return false
			}
		}
		b.WriteByte(')')
	case group:
		b.WriteString("(?:")
		if !n.subs[0].goSyntax(b) {
			return false
		}
		b.WriteByte(')')
	case repeat:
		b.WriteString("(?:")
		if !n.subs[0].goSyntax(b) {
			return false
		}
		b.WriteByte(')')
		switch {
		case n.min == 0 && n.max == infinite:
			b.WriteByte('*')
		case n.min == 1 && n.max == infinite:
			b.WriteByte('+')
		case n.min == 0 && n.max == 1:
			b.WriteByte('?')
		default:
			return false
		}
	case assertion:
		switch n.assert {
		case textStart:
			b.WriteString(`\A`)
		case textEnd:
			b.WriteString(`\z`)
		case lineStart:
			b.WriteString(`(?m:^)`)
		case lineEnd:
			b.WriteString(`(?m:$)`)
		default:
			return false
		}
	case empty:
	default:
		return false
	}
	return true
}

// equalFold compares as a reference does when case does not matter.
func equalFold(a, b string) bool {
	return strings.Map(unicode.ToLower, a) == strings.Map(unicode.ToLower, b)
}
