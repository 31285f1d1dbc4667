package catalog

import (
	"strings"
	"unicode/utf8"
)

// PrettyExpr leaves out the parentheses that pg_get_expr writes for safety and
// that its pretty form does without. The expression is text in the canonical
// form: every operator, AND, OR, NOT and IS in parentheses of its own. Which of
// them go depends on what is inside and on what is around, by the same rules as
// in Postgres's ruleutils.
func PrettyExpr(expr string) string {
	nodes := parseParens(expr)
	if len(nodes) == 1 && nodes[0].group && nodes[0].open == "(" && !ownParens(kindOf(nodes[0].inside)) {
		nodes = nodes[0].inside
	}
	var b strings.Builder
	writePretty(&b, nodes, kindOf(nodes))
	return b.String()
}

// parenNode is a token with the blanks before it, or what a pair of parentheses
// or brackets has inside.
type parenNode struct {
	blank string
	text  string
	group bool
	open  string // "(" or "["
	// inside are the tokens and groups between the parentheses, tail the blanks
	// before the closing one.
	inside []parenNode
	tail   string
}

// parseParens reads an expression as tokens and groups. What is not balanced
// stays as it is.
func parseParens(s string) []parenNode {
	nodes, _, _ := parseUntil(s, 0)
	return nodes
}

var closing = map[byte]byte{'(': ')', '[': ']'}

func parseUntil(s string, end byte) (nodes []parenNode, rest, tail string) {
	for {
		trimmed := strings.TrimLeft(s, blanks)
		blank := s[:len(s)-len(trimmed)]
		s = trimmed
		if s == "" || s[0] == end {
			return nodes, s, blank
		}
		node := parenNode{blank: blank}
		if close, ok := closing[s[0]]; ok {
			node.group, node.open = true, s[:1]
			node.inside, s, node.tail = parseUntil(s[1:], close)
			s = strings.TrimPrefix(s, string(close))
		} else {
			n := tokenEnd(s)
			node.text, s = s[:n], s[n:]
		}
		nodes = append(nodes, node)
	}
}

const operatorBytes = "+-*/<>=~!@#%^&|`?"

// tokenEnd is the length of the token at the start of s.
func tokenEnd(s string) int {
	word := func(b byte) bool { return isIdentByte(b, false) || b == '.' }
	switch b := s[0]; {
	case b == '\'' || b == '"':
		return quotedEnd(s, 0)
	case word(b):
		n := 1
		for n < len(s) && word(s[n]) {
			n++
		}
		if n < len(s) && s[n] == '\'' { // E'…', B'…'
			return quotedEnd(s, n)
		}
		return n
	case strings.HasPrefix(s, "::"):
		return 2
	case strings.IndexByte(operatorBytes, b) >= 0:
		n := 1
		for n < len(s) && strings.IndexByte(operatorBytes, s[n]) >= 0 {
			n++
		}
		return n
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// Kinds of expressions, as far as parentheses go.
const (
	exprSimple = ""    // a name, a literal, a call, a cast of one
	exprAnd    = "AND" // and so on
	exprOr     = "OR"
	exprNot    = "NOT"
	exprTest   = "IS"
	exprAny    = "ANY" // operator ANY or ALL of an array
	exprList   = ","
	exprCase   = "CASE"
	exprQuery  = "SELECT"
	exprZone   = "AT" // AT TIME ZONE

	exprOverlaps = "OVERLAPS"
	// Any other kind is the operator's name.
)

// kindOf says what the outermost construct of an expression is.
func kindOf(nodes []parenNode) string {
	kind := exprSimple
	for i, node := range nodes {
		if node.group {
			continue
		}
		switch node.text {
		case "AND", "OR", "NOT", "CASE", "SELECT", "COLLATE", ",", exprZone, exprOverlaps:
			return node.text
		case "IS":
			return exprTest
		case "ANY", "ALL":
			if i > 0 {
				return exprAny
			}
		default:
			if kind == exprSimple && strings.IndexByte(operatorBytes, node.text[0]) >= 0 {
				kind = node.text
			}
		}
	}
	return kind
}

// ownParens reports whether a construct keeps its parentheses anywhere.
func ownParens(kind string) bool { return kind == exprZone || kind == exprOverlaps }

// writePretty writes the content of a construct of some kind.
func writePretty(b *strings.Builder, nodes []parenNode, kind string) {
	for i, node := range nodes {
		b.WriteString(node.blank)
		if !node.group {
			b.WriteString(node.text)
			continue
		}
		inside := kindOf(node.inside)
		if node.open == "(" && !node.isCall(nodes, i) && dispensable(nodes, i, inside, kind) {
			writePretty(b, node.inside, inside)
			continue
		}
		if len(node.inside) == 1 && node.inside[0].group && node.inside[0].open == "(" && !node.isCall(nodes, i) {
			node.inside = node.inside[0].inside // ((…))
			inside = kindOf(node.inside)
		}
		around := inside
		if node.open == "[" || node.isCall(nodes, i) {
			around = exprList // what is inside is an argument, even alone
		}
		b.WriteString(node.open)
		writePretty(b, node.inside, around)
		b.WriteString(node.tail)
		b.WriteByte(closing[node.open[0]])
	}
}

// isCall reports whether the group are the arguments of a function.
func (n parenNode) isCall(nodes []parenNode, i int) bool {
	return i > 0 && n.blank == "" && !nodes[i-1].group && isIdentByte(nodes[i-1].text[len(nodes[i-1].text)-1], false) ||
		i > 0 && n.blank == "" && strings.HasSuffix(nodes[i-1].text, `"`)
}

// dispensable reports whether the parentheses of the group at i may go: inside
// is what they hold, around what they stand in.
func dispensable(nodes []parenNode, i int, inside, around string) bool {
	before, after := "", ""
	if i > 0 {
		before = nodes[i-1].text
	}
	if i+1 < len(nodes) {
		after = nodes[i+1].text
	}
	switch {
	case inside == exprList, inside == exprQuery, ownParens(inside):
		return false // a row, a subquery
	case before == "ANY", before == "ALL", before == "IN":
		return false
	case strings.HasPrefix(after, "."), i+1 < len(nodes) && nodes[i+1].group && nodes[i+1].open == "[":
		return false // a field of a row, an element of an array
	case after == "::", after == "COLLATE":
		return inside == exprSimple
	case inside == exprSimple:
		return true
	}
	switch before {
	case "WHEN", "THEN", "ELSE", "CASE":
		return true
	}
	switch around {
	case exprList, exprCase:
		return (before == "" || before == ",") && (after == "" || after == ",")
	case exprAnd, exprOr:
		switch inside {
		case exprOr:
			return around == exprOr
		case exprAny:
			return false
		}
		return true
	case exprNot:
		return inside != exprAnd && inside != exprOr && inside != exprNot && inside != exprAny
	}
	return arithmetic(inside) > 0 && arithmetic(around) > 0 &&
		(arithmetic(inside) > arithmetic(around) || arithmetic(inside) == arithmetic(around) && i == 0)
}

// arithmetic is the precedence of the operators that are known to bind so.
func arithmetic(operator string) int {
	switch operator {
	case "+", "-":
		return 1
	case "*", "/", "%":
		return 2
	}
	return 0
}

// quotedEnd is where what the quote at i begins is over. A doubled quote ends
// and begins again, which comes to the same.
func quotedEnd(s string, i int) int {
	if end := strings.IndexByte(s[i+1:], s[i]); end >= 0 {
		return i + 1 + end + 1
	}
	return len(s)
}
