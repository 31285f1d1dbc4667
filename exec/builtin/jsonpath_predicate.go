package builtin

import (
	"bytes"
	"slices"

	"voronoi/internal/are"
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// test evaluates a predicate. A fault within makes it unknown.
func (r *jsonPathRun) test(n *jsonPathNode, current *jsonTree) truth {
	switch n.op {
	case pathAnd:
		a := r.test(n.args[0], current)
		if a == isFalse {
			return isFalse
		}
		if b := r.test(n.args[1], current); b != isTrue {
			return b
		}
		return a
	case pathOr:
		a := r.test(n.args[0], current)
		if a == isTrue {
			return isTrue
		}
		if b := r.test(n.args[1], current); b != isFalse {
			return b
		}
		return a
	case pathNot:
		if t := r.test(n.args[0], current); t != isUnknown {
			return truthOf(t == isFalse)
		}
		return isUnknown
	case pathIsUnknown:
		return truthOf(r.test(n.args[0], current) == isUnknown)
	case pathExists:
		found, err := r.eval(n.args[0], current)
		if err != nil {
			return r.unknown(err)
		}
		return truthOf(len(found) > 0)
	}
	left, err := r.unwrapped(n.args[0], current)
	if err != nil {
		return r.unknown(err)
	}
	right := jsonSequence{nil}
	if len(n.args) > 1 {
		if right, err = r.unwrapped(n.args[1], current); err != nil {
			return r.unknown(err)
		}
	}
	return r.anyPair(left, right, func(a, b *jsonTree) truth { return r.testPair(n, a, b) })
}

// unknown is what a fault within a predicate makes it.
func (r *jsonPathRun) unknown(err error) truth {
	if !suppressible(err) {
		r.fatal = err
	}
	return isUnknown
}

// anyPair is true if a pair of items is; in strict mode every pair has to be
// known.
func (r *jsonPathRun) anyPair(left, right jsonSequence, f func(a, b *jsonTree) truth) truth {
	found, unknown := false, false
	for _, a := range left {
		for _, b := range right {
			switch f(a, b) {
			case isUnknown:
				if r.strict {
					return isUnknown
				}
				unknown = true
			case isTrue:
				if !r.strict {
					return isTrue
				}
				found = true
			}
		}
	}
	switch {
	case found:
		return isTrue
	case unknown:
		return isUnknown
	}
	return isFalse
}

func (r *jsonPathRun) testPair(n *jsonPathNode, a, b *jsonTree) truth {
	switch n.op {
	case pathCompare:
		return comparePathItems(n.text, a, b)
	case pathStartsWith:
		if a.kind != '"' || b.kind != '"' {
			return isUnknown
		}
		return truthOf(bytes.HasPrefix(jsonString(a.raw), jsonString(b.raw)))
	default:
		if a.kind != '"' {
			return isUnknown
		}
		re, err := pathRegexp(n)
		if err != nil {
			r.fatal = err
			return isUnknown
		}
		return truthOf(re.Match(string(jsonString(a.raw))))
	}
}

// pathRegexp compiles the pattern of like_regex, whose flags are XQuery's.
func pathRegexp(n *jsonPathNode) (*are.Regexp, error) {
	o := are.Options{Stop: true}
	for _, f := range n.flags {
		switch f {
		case 'i':
			o.Fold = true
		case 's':
			o.Stop = false
		case 'm':
			o.Anchor = true
		case 'q':
			o.Literal = true
		default:
			return nil, pgerr.New(pgerr.SyntaxError, "invalid input syntax for type jsonpath").
				WithDetail(`Unrecognized flag character "%c" in LIKE_REGEX predicate.`, f)
		}
	}
	if n.compiled == nil {
		var err error
		if n.compiled, err = compileRegexp(&Call{}, n.text, o); err != nil {
			return nil, err
		}
	}
	return n.compiled, nil
}

func comparePathItems(op string, a, b *jsonTree) truth {
	boolean := func(k byte) byte {
		if k == 't' {
			return 'f'
		}
		return k
	}
	if boolean(a.kind) != boolean(b.kind) {
		if a.kind == 'n' || b.kind == 'n' {
			return truthOf(op == "!=")
		}
		return isUnknown
	}
	c := 0
	switch a.kind {
	case 'n':
	case 't', 'f':
		if a.kind != b.kind {
			c = pickInt(a.kind == 't', 1, -1)
		}
	case '0':
		c = datum.NumericCmp(datum.TextBytes(a.raw), datum.TextBytes(b.raw))
	case '"':
		c = bytes.Compare(jsonString(a.raw), jsonString(b.raw))
	default:
		return isUnknown
	}
	i := slices.Index([]string{"==", "!=", "<", "<=", ">", ">="}, op)
	return truthOf(sixComparisons[i].holds(c))
}
