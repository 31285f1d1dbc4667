package builtin

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

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
