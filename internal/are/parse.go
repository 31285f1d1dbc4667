package are

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Options are how an expression is read.
type Options struct {
	Literal  bool // the text itself, without special characters
	Basic    bool // a basic regular expression; only refused
	Fold     bool // case does not matter
	Expanded bool // white space and comments do not count
	// A line break ends what . and negated sets match (Stop), and ^ and $
	// match at lines (Anchor).
	Stop, Anchor bool
}

// Error is what Postgres says about an expression that it cannot read.
type Error string

func (e Error) Error() string { return string(e) }

// The faults of an expression.
const (
	badEscape     Error = `invalid escape \ sequence`
	badReference  Error = "invalid backreference number"
	badBrackets   Error = "brackets [] not balanced"
	badParens     Error = "parentheses () not balanced"
	badCount      Error = "invalid repetition count(s)"
	badRange      Error = "invalid character range"
	badQuantifier Error = "quantifier operand invalid"
	badOption     Error = "invalid embedded option"
	badClass      Error = "invalid character class"
	badElement    Error = "invalid collating element"
	badBraces     Error = "braces {} not balanced"
	tooComplex    Error = "regular expression is too complex"
)

// maxCount is the highest number in a bound.
const maxCount = 255

// maxDepth is how deeply groups may nest.
const maxDepth = 1000

type parser struct {
	s       string
	i       int
	o       Options
	groups  int
	closed  map[int]*node // groups that are complete, for references to them
	looking int           // within how many assertions, where nothing is captured
	depth   int
}

// parse reads a whole expression.
func parse(s string, o Options) (*node, int, Options, error) {
	p := &parser{s: s, o: o, closed: map[int]*node{}}
	if strings.HasPrefix(p.s, "***=") && !o.Literal {
		p.o.Literal, p.i = true, 4
	} else if strings.HasPrefix(p.s, "***:") && !o.Literal {
		p.i = 4
	} else if strings.HasPrefix(p.s, "***") && !o.Literal {
		return nil, 0, o, badQuantifier
	}
	if !p.o.Literal {
		if err := p.embeddedOptions(); err != nil {
			return nil, 0, o, err
		}
	}
	if p.o.Literal {
		return p.literal(), 0, p.o, nil
	}
	n, err := p.alternatives()
	if err == nil && p.i < len(p.s) {
		err = badParens
	}
	return n, p.groups, p.o, err
}

// embeddedOptions reads (?xyz) at the beginning.
func (p *parser) embeddedOptions() error {
	rest := p.s[p.i:]
	if len(rest) < 3 || rest[0] != '(' || rest[1] != '?' || !unicode.IsLetter(rune(rest[2])) {
		return nil
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		return badOption
	}
	for _, c := range rest[2:end] {
		if !p.o.Set(c) {
			return badOption
		}
	}
	p.i += end + 1
	return nil
}

// Set applies an option by its letter; false for an unknown one.
func (o *Options) Set(letter rune) bool {
	switch letter {
	case 'b':
		o.Basic = true
	case 'c':
		o.Fold = false
	case 'e':
		o.Basic = false
	case 'i':
		o.Fold = true
	case 'm', 'n':
		o.Stop, o.Anchor = true, true
	case 'p':
		o.Stop, o.Anchor = true, false
	case 'w':
		o.Stop, o.Anchor = false, true
	case 's':
		o.Stop, o.Anchor = false, false
	case 'q':
		o.Literal = true
	case 't':
		o.Expanded = false
	case 'x':
		o.Expanded = true
	default:
		return false
	}
	return true
}

func (p *parser) literal() *node {
	var all *node
	for _, r := range p.s[p.i:] {
		all = join(all, p.one(r))
	}
	if all == nil {
		return &node{kind: empty}
	}
	return all
}

// one is a node for a single character.
func (p *parser) one(r rune) *node {
	set := &charset{}
	set.add(r, r)
	return p.of(set)
}

func (p *parser) of(set *charset) *node { return &node{kind: chars, set: set.finish(p.o.Fold)} }

func (p *parser) more() bool { return p.i < len(p.s) }

func (p *parser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *parser) eat(prefix string) bool {
	if strings.HasPrefix(p.s[p.i:], prefix) {
		p.i += len(prefix)
		return true
	}
	return false
}

func (p *parser) next() rune {
	r, n := utf8.DecodeRuneInString(p.s[p.i:])
	p.i += n
	return r
}

// skip passes over comments and, in expanded syntax, white space.
func (p *parser) skip() error {
	for p.more() {
		switch {
		case p.eat("(?#"):
			end := strings.IndexByte(p.s[p.i:], ')')
			if end < 0 {
				return badParens
			}
			p.i += end + 1
		case p.o.Expanded && unicode.IsSpace(rune(p.peek())):
			p.i++
		case p.o.Expanded && p.peek() == '#':
			end := strings.IndexByte(p.s[p.i:], '\n')
			if end < 0 {
				end = len(p.s) - p.i
			}
			p.i += end
		default:
			return nil
		}
	}
	return nil
}

func (p *parser) alternatives() (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, tooComplex
	}
	defer func() { p.depth-- }()
	var branches []*node
	for {
		branch, err := p.branch()
		if err != nil {
			return nil, err
		}
		branches = append(branches, branch)
		if !p.eat("|") {
			break
		}
	}
	if len(branches) == 1 {
		return branches[0], nil
	}
	all := &node{kind: either, subs: branches, prefers: longest}
	for _, b := range branches {
		all.captures = all.captures || b.captures
	}
	return all, nil
}

func (p *parser) branch() (*node, error) {
	var parts []*node
	for {
		if err := p.skip(); err != nil {
			return nil, err
		}
		if !p.more() || p.peek() == '|' || p.peek() == ')' && (p.depth > 1) {
			break
		}
		if p.peek() == ')' {
			return nil, badParens
		}
		part, err := p.quantified()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	all := &node{kind: empty}
	for i := len(parts) - 1; i >= 0; i-- {
		all = join(parts[i], all)
	}
	return all, nil
}

func (p *parser) quantified() (*node, error) {
	atom, err := p.atom()
	if err != nil {
		return nil, err
	}
	if err := p.skip(); err != nil {
		return nil, err
	}
	low, high, fixed, found, err := p.quantifier()
	if err != nil || !found {
		return atom, err
	}
	if atom.kind == assertion || atom.kind == look {
		return nil, badQuantifier
	}
	n := &node{kind: repeat, subs: []*node{atom}, min: low, max: high, prefers: longest, captures: atom.captures}
	if p.eat("?") {
		n.prefers = shortest
	}
	if fixed {
		n.prefers = atom.prefers
	}
	if err := p.skip(); err != nil {
		return nil, err
	}
	if p.startsQuantifier() {
		return nil, badQuantifier
	}
	return n.lastRound(atom), nil
}

// lastRound divides a repetition with groups in it, which have what the last
// round gives them: all rounds but the last are one part, which comes first
// and so takes what it can. Where a reference is inside each round matters.
func (n *node) lastRound(atom *node) *node {
	if n.min == 0 || n.max == 1 || !atom.captures || atom.refers() {
		return n
	}
	before := *n
	before.captures = false
	if before.min--; before.max != infinite {
		before.max--
	}
	return &node{kind: sequence, subs: []*node{&before, atom}, prefers: n.prefers, captures: true}
}

// refers reports whether a reference is inside.
func (n *node) refers() bool {
	if n.kind == reference {
		return true
	}
	for _, sub := range n.subs {
		if sub.refers() {
			return true
		}
	}
	return false
}

func (p *parser) startsQuantifier() bool {
	switch p.peek() {
	case '*', '+', '?':
		return true
	case '{':
		return p.i+1 < len(p.s) && isDigit(rune(p.s[p.i+1]))
	}
	return false
}

// quantifier reads one; fixed is true for {m}, which prefers nothing itself.
func (p *parser) quantifier() (low, high int, fixed, found bool, err error) {
	switch {
	case p.eat("*"):
		return 0, infinite, false, true, nil
	case p.eat("+"):
		return 1, infinite, false, true, nil
	case p.eat("?"):
		return 0, 1, false, true, nil
	case !p.startsQuantifier():
		return 0, 0, false, false, nil
	}
	p.i++
	number := func() (int, error) {
		n, digits := 0, 0
		for isDigit(rune(p.peek())) && digits < 6 {
			n = n*10 + int(p.peek()-'0')
			p.i++
			digits++
		}
		if n > maxCount || digits == 0 {
			return 0, badCount
		}
		return n, nil
	}
	if low, err = number(); err != nil {
		return
	}
	high = low
	fixed = true
	if p.eat(",") {
		fixed, high = false, infinite
		if isDigit(rune(p.peek())) {
			if high, err = number(); err != nil {
				return
			}
		}
	}
	switch {
	case !p.more():
		err = badBraces
	case !p.eat("}") || high != infinite && high < low:
		err = badCount
	}
	return low, high, fixed, true, err
}

func (p *parser) assertOf(a assert) *node { return &node{kind: assertion, assert: a} }

func (p *parser) atom() (*node, error) {
	switch p.peek() {
	case '(':
		return p.parens()
	case '[':
		return p.bracket()
	case '\\':
		return p.escape()
	case '*', '+', '?':
		return nil, badQuantifier
	case '{':
		if p.startsQuantifier() {
			return nil, badQuantifier
		}
	case '.':
		p.i++
		set := &charset{noLine: p.o.Stop}
		set.add(0, unicode.MaxRune)
		return p.of(set), nil
	case '^':
		p.i++
		if p.o.Anchor {
			return p.assertOf(lineStart), nil
		}
		return p.assertOf(textStart), nil
	case '$':
		p.i++
		if p.o.Anchor {
			return p.assertOf(lineEnd), nil
		}
		return p.assertOf(textEnd), nil
	}
	return p.one(p.next()), nil
}

func (p *parser) parens() (*node, error) {
	p.i++
	n := &node{kind: group}
	switch {
	case p.eat("?:"):
	case p.eat("?="):
		n.kind = look
	case p.eat("?!"):
		n.kind, n.negated = look, true
	case p.eat("?<="):
		n.kind, n.behind = look, true
	case p.eat("?<!"):
		n.kind, n.behind, n.negated = look, true, true
	case p.eat("?"):
		return nil, badQuantifier
	default:
		if p.looking == 0 {
			p.groups++
			n.n = p.groups
		}
	}
	if n.kind == look {
		p.looking++
	}
	inside, err := p.alternatives()
	if err != nil {
		return nil, err
	}
	if !p.eat(")") {
		return nil, badParens
	}
	n.subs = []*node{inside}
	if n.kind == look {
		p.looking--
		return n, nil
	}
	n.prefers = inside.prefers
	n.captures = inside.captures || n.n > 0
	if n.n > 0 {
		p.closed[n.n] = n
	}
	return n, nil
}
