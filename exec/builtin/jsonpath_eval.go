package builtin

import (
	"bytes"
	"slices"

	"voronoi/internal/are"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
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

// unwrapped is the result of n, with the elements of arrays in their place in
// lax mode.
func (r *jsonPathRun) unwrapped(n *jsonPathNode, current *jsonTree) (jsonSequence, error) {
	found, err := r.eval(n, current)
	if err != nil || r.strict {
		return found, err
	}
	var out jsonSequence
	for _, item := range found {
		if item.kind == '[' {
			out = append(out, item.values...)
		} else {
			out = append(out, item)
		}
	}
	return out, nil
}

func numberTree(d datum.Datum, err error) (jsonSequence, error) {
	if err != nil {
		return nil, err
	}
	return jsonSequence{scalarTree('0', d.Bytes())}, nil
}

func (r *jsonPathRun) unary(n *jsonPathNode, current *jsonTree) (jsonSequence, error) {
	found, err := r.unwrapped(n.args[0], current)
	if err != nil {
		return nil, err
	}
	var out jsonSequence
	for _, item := range found {
		if item.kind != '0' {
			return nil, pgerr.Newf(jsonNumberNotFound, "operand of unary jsonpath operator %s is not a numeric value", n.text)
		}
		if n.text == "-" {
			negative, err := numberTree(datum.NumericNeg(datum.TextBytes(item.raw)))
			if err != nil {
				return nil, err
			}
			item = negative[0]
		}
		out = append(out, item)
	}
	return out, nil
}

var jsonPathArithmetic = map[string]func(a, b datum.Datum) (datum.Datum, error){
	"+": datum.NumericAdd, "-": datum.NumericSub, "*": datum.NumericMul, "/": datum.NumericDiv, "%": datum.NumericMod,
}

func (r *jsonPathRun) arithmetic(n *jsonPathNode, current *jsonTree) (jsonSequence, error) {
	var operands [2]datum.Datum
	for i, side := range []string{"left", "right"} {
		found, err := r.unwrapped(n.args[i], current)
		if err != nil {
			return nil, err
		}
		if len(found) != 1 || found[0].kind != '0' {
			return nil, pgerr.Newf(jsonSingletonRequired,
				"%s operand of jsonpath operator %s is not a single numeric value", side, n.text)
		}
		operands[i] = datum.TextBytes(found[0].raw)
	}
	return numberTree(jsonPathArithmetic[n.text](operands[0], operands[1]))
}

func (r *jsonPathRun) method(name string, item *jsonTree) (jsonSequence, error) {
	number := func(f func(a datum.Datum) (datum.Datum, error)) (jsonSequence, error) {
		if item.kind != '0' {
			return nil, pgerr.Newf(jsonNonNumeric, "jsonpath item method .%s() can only be applied to a numeric value", name)
		}
		return numberTree(f(datum.TextBytes(item.raw)))
	}
	switch name {
	case "type":
		return jsonSequence{stringTree(jsonKindNames[item.kind])}, nil
	case "size":
		if item.kind != '[' {
			if r.strict {
				return nil, pgerr.New(jsonArrayNotFound, "jsonpath item method .size() can only be applied to an array")
			}
			return numberTree(datum.NumericFromInt(1), nil)
		}
		return numberTree(datum.NumericFromInt(int64(len(item.values))), nil)
	case "abs":
		return number(datum.NumericAbs)
	case "ceiling":
		return number(datum.NumericCeil)
	case "floor":
		return number(datum.NumericFloor)
	case "double":
		return double(item)
	case "keyvalue":
		return keyValues(item)
	}
	return nil, unsupported("jsonpath item method .%s()", name)
}

func double(item *jsonTree) (jsonSequence, error) {
	text := ""
	switch item.kind {
	case '0':
		text = string(item.raw)
	case '"':
		text = string(jsonString(item.raw))
	default:
		return nil, pgerr.New(jsonNonNumeric, "jsonpath item method .double() can only be applied to a string or numeric value")
	}
	f, err := datum.ByOID(oid.Float8).Input(nil, text)
	if err != nil || vanish(f.Float()) != 0 {
		what := pick(item.kind == '0', "numeric", "string")
		return nil, pgerr.Newf(jsonNonNumeric,
			"%s argument of jsonpath item method .double() is not a valid representation of a double precision number", what)
	}
	if item.kind == '0' {
		return jsonSequence{item}, nil
	}
	return numberTree(datum.NumericFromFloat(f.Float(), 64))
}

// keyValues gives an object for each member; the id tells objects apart by
// their place.
func keyValues(item *jsonTree) (jsonSequence, error) {
	if item.kind != '{' {
		return nil, pgerr.New(jsonObjectNotFound, "jsonpath item method .keyvalue() can only be applied to an object")
	}
	var out jsonSequence
	for i, key := range item.keys {
		out = append(out, &jsonTree{kind: '{',
			keys:   [][]byte{[]byte("id"), []byte("key"), []byte("value")},
			values: jsonSequence{scalarTree('0', []byte("0")), stringTree(string(key)), item.values[i]},
		})
	}
	return out, nil
}

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
