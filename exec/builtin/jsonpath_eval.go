package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// SQLSTATEs of path expressions.
const (
	jsonVariableNotFound  = "42704"
	jsonInvalidSubscript  = "22033"
	jsonNonNumeric        = "22036"
	jsonSingletonRequired = "22038"
	jsonArrayNotFound     = "22039"
	jsonMemberNotFound    = "2203A"
	jsonNumberNotFound    = "2203B"
	jsonObjectNotFound    = "2203C"
)

// truth is the value of a predicate.
type truth uint8

const (
	isFalse truth = iota
	isTrue
	isUnknown
)

func truthOf(b bool) truth {
	if b {
		return isTrue
	}
	return isFalse
}

// jsonPathRun evaluates one path expression over one value. In lax mode arrays
// are taken apart where an element is wanted, a single item is an array of one
// where an array is, and what is not there is nothing rather than a fault.
type jsonPathRun struct {
	root   *jsonTree
	vars   *jsonTree
	strict bool
	// fatal is a fault of the path itself, met within a predicate, which only
	// hides those of the data.
	fatal error
	// sizes are the lengths of the arrays whose subscripts are being computed,
	// for last.
	sizes []int
}

// jsonSequence is what a path gives: any number of items.
type jsonSequence = []*jsonTree

func (r *jsonPathRun) eval(n *jsonPathNode, current *jsonTree) (jsonSequence, error) {
	if n.isPredicate() {
		switch t := r.test(n, current); t {
		case isUnknown:
			return jsonSequence{scalarTree('n', []byte("null"))}, nil
		case isTrue:
			return jsonSequence{scalarTree('t', []byte("true"))}, nil
		default:
			return jsonSequence{scalarTree('f', []byte("false"))}, nil
		}
	}
	switch n.op {
	case pathRoot:
		return jsonSequence{r.root}, nil
	case pathCurrent:
		return jsonSequence{current}, nil
	case pathLiteral:
		return jsonSequence{n.value}, nil
	case pathLast:
		if len(r.sizes) == 0 {
			return nil, pgerr.New(pgerr.SyntaxError, "LAST is allowed only in array subscripts")
		}
		last := datum.NumericFromInt(int64(r.sizes[len(r.sizes)-1] - 1))
		return jsonSequence{scalarTree('0', last.Bytes())}, nil
	case pathVariable:
		if r.vars != nil && r.vars.kind == '{' {
			if i, ok := r.vars.find([]byte(n.text)); ok {
				return jsonSequence{r.vars.values[i]}, nil
			}
		}
		return nil, pgerr.Newf(jsonVariableNotFound, `could not find jsonpath variable "%s"`, n.text)
	case pathUnary:
		return r.unary(n, current)
	case pathArithmetic:
		return r.arithmetic(n, current)
	}
	base, err := r.eval(n.args[0], current)
	if err != nil {
		return nil, err
	}
	var out jsonSequence
	for _, item := range base {
		found, err := r.access(n, item, !r.strict)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// access applies an accessor to one item, and to the elements of an array if
// unwrap.
func (r *jsonPathRun) access(n *jsonPathNode, item *jsonTree, unwrap bool) (jsonSequence, error) {
	onElements := func() (jsonSequence, error) {
		var out jsonSequence
		for _, v := range item.values {
			found, err := r.access(n, v, false)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
		return out, nil
	}
	absent := func(code, format string, args ...any) (jsonSequence, error) {
		if r.strict {
			return nil, pgerr.Newf(code, format, args...)
		}
		return nil, nil
	}
	switch n.op {
	case pathKey:
		switch {
		case item.kind == '{':
			if i, ok := item.find([]byte(n.text)); ok {
				return jsonSequence{item.values[i]}, nil
			}
			return absent(jsonMemberNotFound, `JSON object does not contain key "%s"`, n.text)
		case item.kind == '[' && unwrap:
			return onElements()
		}
		return absent(jsonMemberNotFound, "jsonpath member accessor can only be applied to an object")
	case pathAnyKey:
		switch {
		case item.kind == '{':
			return item.values, nil
		case item.kind == '[' && unwrap:
			return onElements()
		}
		return absent(jsonObjectNotFound, "jsonpath wildcard member accessor can only be applied to an object")
	case pathAny:
		var out jsonSequence
		r.descend(n, item, 0, &out)
		return out, nil
	case pathAnyElement:
		switch {
		case item.kind == '[':
			return item.values, nil
		case !r.strict:
			return jsonSequence{item}, nil
		}
		return absent(jsonArrayNotFound, "jsonpath wildcard array accessor can only be applied to an array")
	case pathSubscripts:
		return r.subscripts(n, item)
	case pathFilter:
		if item.kind == '[' && unwrap {
			return onElements()
		}
		if r.test(n.args[1], item) == isTrue {
			return jsonSequence{item}, nil
		}
		return nil, nil
	default:
		if item.kind == '[' && unwrap && n.text != "type" && n.text != "size" {
			return onElements()
		}
		return r.method(n.text, item)
	}
}

// descend collects the items at the wanted depths below one.
func (r *jsonPathRun) descend(n *jsonPathNode, item *jsonTree, depth int, out *jsonSequence) {
	leaf := len(item.values) == 0
	if n.from == -2 && leaf && depth > 0 || n.from >= 0 && depth >= n.from && (n.to < 0 || depth <= n.to) {
		*out = append(*out, item)
	}
	if n.to >= 0 && depth >= n.to {
		return
	}
	for _, v := range item.values {
		r.descend(n, v, depth+1, out)
	}
}

func (r *jsonPathRun) subscripts(n *jsonPathNode, item *jsonTree) (jsonSequence, error) {
	if item.kind != '[' {
		if r.strict {
			return nil, pgerr.New(jsonArrayNotFound, "jsonpath array accessor can only be applied to an array")
		}
		item = &jsonTree{kind: '[', values: jsonSequence{item}}
	}
	r.sizes = append(r.sizes, len(item.values))
	defer func() { r.sizes = r.sizes[:len(r.sizes)-1] }()
	var out jsonSequence
	for i := 1; i < len(n.args); i += 2 {
		low, err := r.subscript(n.args[i], item)
		if err != nil {
			return nil, err
		}
		high := low
		if n.args[i+1] != nil {
			if high, err = r.subscript(n.args[i+1], item); err != nil {
				return nil, err
			}
		}
		size := int64(len(item.values))
		if r.strict && (low < 0 || low > high || high >= size) {
			return nil, pgerr.New(jsonInvalidSubscript, "jsonpath array subscript is out of bounds")
		}
		for at := max(low, 0); at <= min(high, size-1); at++ {
			out = append(out, item.values[at])
		}
	}
	return out, nil
}

func (r *jsonPathRun) subscript(n *jsonPathNode, item *jsonTree) (int64, error) {
	found, err := r.eval(n, item)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 || found[0].kind != '0' {
		return 0, pgerr.New(jsonInvalidSubscript, "jsonpath array subscript is not a single numeric value")
	}
	whole, err := datum.NumericTrunc(datum.TextBytes(found[0].raw), 0)
	if err != nil {
		return 0, err
	}
	v, err := datum.NumericToInt(whole, 32)
	if err != nil {
		return 0, pgerr.New(jsonInvalidSubscript, "jsonpath array subscript is out of integer range")
	}
	return v.Int(), nil
}
