package builtin

import (
	"strconv"
	"strings"

	"voronoi/internal/are"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// jsonPathOp is what a node of a path expression does.
type jsonPathOp uint8

const (
	pathRoot       jsonPathOp = iota // $
	pathCurrent                      // @
	pathLast                         // last
	pathVariable                     // $name
	pathLiteral                      // "text", 1.5, true, null
	pathKey                          // .name
	pathAnyKey                       // .*
	pathAny                          // .**{from to to}
	pathAnyElement                   // [*]
	pathSubscripts                   // [1, 2 to last]
	pathFilter                       // ?(predicate)
	pathMethod                       // .size()
	pathUnary                        // -x
	pathArithmetic                   // x + y
	pathCompare                      // x == y
	pathAnd                          // p && q
	pathOr                           // p || q
	pathNot                          // !p
	pathExists                       // exists(x)
	pathIsUnknown                    // (p) is unknown
	pathStartsWith                   // x starts with "text"
	pathLikeRegex                    // x like_regex "pattern" flag "i"
)

// jsonPathNode is a node; an accessor's first argument is what it is applied
// to.
type jsonPathNode struct {
	op       jsonPathOp
	text     string // name, operator, pattern
	flags    string
	value    *jsonTree
	args     []*jsonPathNode
	from, to int         // of pathAny; to is -1 without end, both -2 for last
	compiled *are.Regexp // of pathLikeRegex
}

// isPredicate reports whether a node is true, false or unknown.
func (n *jsonPathNode) isPredicate() bool { return n.op >= pathCompare }

// jsonPathExpr is a whole path expression.
type jsonPathExpr struct {
	root   *jsonPathNode
	strict bool
}

type jsonPathParser struct {
	s     string
	token string // the token at hand, "" at the end
	// quoted is true where the token was a string in quotes, which text holds.
	quoted bool
	text   string
	fault  error
}

func parseJSONPath(s string) (*jsonPathExpr, error) {
	p := &jsonPathParser{s: s}
	p.next()
	e := &jsonPathExpr{}
	switch {
	case p.word("strict"):
		e.strict = true
	case p.word("lax"):
	}
	e.root = p.or()
	if p.fault == nil && p.token != "" {
		p.fail()
	}
	return e, p.fault
}

func (p *jsonPathParser) fail() *jsonPathNode {
	if p.fault == nil {
		if p.token == "" {
			p.fault = pgerr.New(pgerr.SyntaxError, "syntax error at end of jsonpath input")
		} else {
			p.fault = pgerr.Newf(pgerr.SyntaxError, `syntax error at or near "%s" of jsonpath input`, p.token)
		}
	}
	p.token, p.s, p.quoted = "", "", false
	return &jsonPathNode{op: pathRoot}
}

// word takes a keyword, whatever its case; symbol takes a sign.
func (p *jsonPathParser) word(w string) bool {
	if p.quoted || !strings.EqualFold(p.token, w) {
		return false
	}
	p.next()
	return true
}

func (p *jsonPathParser) symbol(s string) bool {
	if p.quoted || p.token != s {
		return false
	}
	p.next()
	return true
}

func (p *jsonPathParser) expect(s string) {
	if !p.word(s) {
		p.fail()
	}
}

// predicate insists that a node is one.
func (p *jsonPathParser) predicate(n *jsonPathNode) *jsonPathNode {
	if p.fault == nil && !n.isPredicate() {
		return p.fail()
	}
	return n
}

func (p *jsonPathParser) or() *jsonPathNode {
	left := p.and()
	for p.token == "||" && !p.quoted {
		p.predicate(left)
		p.next()
		left = &jsonPathNode{op: pathOr, args: []*jsonPathNode{left, p.predicate(p.and())}}
	}
	return left
}

func (p *jsonPathParser) and() *jsonPathNode {
	left := p.not()
	for p.token == "&&" && !p.quoted {
		p.predicate(left)
		p.next()
		left = &jsonPathNode{op: pathAnd, args: []*jsonPathNode{left, p.predicate(p.not())}}
	}
	return left
}

func (p *jsonPathParser) not() *jsonPathNode {
	if p.symbol("!") {
		return &jsonPathNode{op: pathNot, args: []*jsonPathNode{p.predicate(p.not())}}
	}
	return p.comparison()
}

func (p *jsonPathParser) comparison() *jsonPathNode {
	left := p.sum()
	if p.quoted {
		return left
	}
	switch token := strings.ToLower(p.token); token {
	case "==", "!=", "<>", "<", "<=", ">", ">=":
		p.next()
		if token == "<>" {
			token = "!="
		}
		return &jsonPathNode{op: pathCompare, text: token, args: []*jsonPathNode{left, p.sum()}}
	case "starts":
		p.next()
		p.expect("with")
		return &jsonPathNode{op: pathStartsWith, args: []*jsonPathNode{left, p.primary()}}
	case "like_regex":
		return p.likeRegex(left)
	}
	return left
}

func (p *jsonPathParser) likeRegex(left *jsonPathNode) *jsonPathNode {
	p.next()
	if !p.quoted {
		return p.fail()
	}
	n := &jsonPathNode{op: pathLikeRegex, text: p.text, args: []*jsonPathNode{left}}
	p.next()
	if p.word("flag") {
		if !p.quoted {
			return p.fail()
		}
		n.flags = p.text
		p.next()
	}
	return n
}

func (p *jsonPathParser) sum() *jsonPathNode {
	left := p.product()
	for !p.quoted && (p.token == "+" || p.token == "-") {
		left = p.binary(left, p.product)
	}
	return left
}

func (p *jsonPathParser) product() *jsonPathNode {
	left := p.unary()
	for !p.quoted && (p.token == "*" || p.token == "/" || p.token == "%") {
		left = p.binary(left, p.unary)
	}
	return left
}

func (p *jsonPathParser) binary(left *jsonPathNode, right func() *jsonPathNode) *jsonPathNode {
	n := &jsonPathNode{op: pathArithmetic, text: p.token}
	p.next()
	n.args = []*jsonPathNode{left, right()}
	return n
}

func (p *jsonPathParser) unary() *jsonPathNode {
	if !p.quoted && (p.token == "+" || p.token == "-") {
		n := &jsonPathNode{op: pathUnary, text: p.token}
		p.next()
		n.args = []*jsonPathNode{p.unary()}
		return n
	}
	return p.accessors(p.primary())
}

func scalarTree(kind byte, raw []byte) *jsonTree { return &jsonTree{kind: kind, raw: raw} }

func stringTree(s string) *jsonTree { return scalarTree('"', datum.AppendJSONString(nil, []byte(s))) }

func (p *jsonPathParser) primary() *jsonPathNode {
	literal := func(v *jsonTree) *jsonPathNode {
		p.next()
		return &jsonPathNode{op: pathLiteral, value: v}
	}
	token := p.token
	switch {
	case p.fault != nil || token == "":
		return p.fail()
	case p.quoted && token[0] == '$':
		p.next()
		return &jsonPathNode{op: pathVariable, text: p.variable(token)}
	case p.quoted:
		return literal(stringTree(p.text))
	case token == "$":
		p.next()
		return &jsonPathNode{op: pathRoot}
	case token[0] == '$':
		p.next()
		return &jsonPathNode{op: pathVariable, text: token[1:]}
	case p.symbol("@"):
		return &jsonPathNode{op: pathCurrent}
	case p.word("last"):
		return &jsonPathNode{op: pathLast}
	case token == "true" || token == "false":
		return literal(scalarTree(token[0], []byte(token)))
	case token == "null":
		return literal(scalarTree('n', []byte(token)))
	case token[0] >= '0' && token[0] <= '9' || token[0] == '.':
		d, err := numericType().Input(nil, token)
		if err != nil {
			return p.fail()
		}
		return literal(scalarTree('0', d.Bytes()))
	case strings.EqualFold(token, "exists"):
		p.next()
		p.expect("(")
		n := &jsonPathNode{op: pathExists, args: []*jsonPathNode{p.or()}}
		p.expect(")")
		return n
	case p.symbol("("):
		return p.group()
	}
	return p.fail()
}

// variable is the name of a variable whose token has quotes.
func (p *jsonPathParser) variable(token string) string {
	q := &jsonPathParser{s: token}
	q.string(1)
	return q.text
}

func (p *jsonPathParser) group() *jsonPathNode {
	n := p.or()
	p.expect(")")
	if n.isPredicate() && p.word("is") {
		p.expect("unknown")
		return &jsonPathNode{op: pathIsUnknown, args: []*jsonPathNode{n}}
	}
	return n
}

func (p *jsonPathParser) accessors(n *jsonPathNode) *jsonPathNode {
	for p.fault == nil && !p.quoted {
		switch p.token {
		case ".":
			p.next()
			n = p.member(n)
		case "[":
			p.next()
			n = p.subscripts(n)
		case "?":
			p.next()
			p.expect("(")
			n = &jsonPathNode{op: pathFilter, args: []*jsonPathNode{n, p.predicate(p.or())}}
			p.expect(")")
		default:
			return n
		}
	}
	return n
}

func (p *jsonPathParser) member(n *jsonPathNode) *jsonPathNode {
	args := []*jsonPathNode{n}
	switch {
	case p.quoted:
		name := p.text
		p.next()
		return &jsonPathNode{op: pathKey, text: name, args: args}
	case p.symbol("**"):
		return p.levels(&jsonPathNode{op: pathAny, to: -1, args: args})
	case p.symbol("*"):
		return &jsonPathNode{op: pathAnyKey, args: args}
	case p.token == "" || strings.ContainsAny(p.token, jsonPathSpecials):
		return p.fail()
	}
	name := p.token
	p.next()
	if p.symbol("(") {
		p.expect(")")
		return &jsonPathNode{op: pathMethod, text: name, args: args}
	}
	return &jsonPathNode{op: pathKey, text: name, args: args}
}

// levels reads {n}, {n to m} and {last} behind **.
func (p *jsonPathParser) levels(n *jsonPathNode) *jsonPathNode {
	if !p.symbol("{") {
		return n
	}
	level := func() int {
		if p.word("last") {
			return -2
		}
		v, err := strconv.Atoi(p.token)
		if err != nil || v < 0 {
			p.fail()
		}
		p.next()
		return v
	}
	n.from = level()
	n.to = n.from
	if p.word("to") {
		if n.to = level(); n.to == -2 {
			n.to = -1
		}
	}
	p.expect("}")
	return n
}

func (p *jsonPathParser) subscripts(n *jsonPathNode) *jsonPathNode {
	if p.symbol("*") {
		p.expect("]")
		return &jsonPathNode{op: pathAnyElement, args: []*jsonPathNode{n}}
	}
	// Pairs of bounds follow the base; the upper one is nil for a single
	// subscript.
	s := &jsonPathNode{op: pathSubscripts, args: []*jsonPathNode{n}}
	for {
		low, high := p.sum(), (*jsonPathNode)(nil)
		if p.word("to") {
			high = p.sum()
		}
		s.args = append(s.args, low, high)
		if !p.symbol(",") {
			p.expect("]")
			return s
		}
	}
}
