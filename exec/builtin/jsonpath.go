package builtin

import (
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/pgerr"
)

// jsonPathFunctions are those that evaluate SQL/JSON path expressions: over a
// jsonb, with variables from an object and, if silent, with no faults.
func jsonPathFunctions() Table {
	exists := func(found jsonSequence) (datum.Datum, error) { return datum.Bool(len(found) > 0), nil }
	t := Table{
		"jsonb_path_exists_opr": jsonPathScalar(exists, true),
		"jsonb_path_match_opr":  jsonPathScalar(matchOf, true),
	}
	for _, suffix := range []string{"", "_tz"} {
		t["jsonb_path_exists"+suffix] = jsonPathScalar(exists, false)
		t["jsonb_path_match"+suffix] = jsonPathScalar(matchOf, false)
		t["jsonb_path_query_array"+suffix] = jsonPathScalar(func(found jsonSequence) (datum.Datum, error) {
			return (&jsonTree{kind: '[', values: found}).datum(), nil
		}, false)
		t["jsonb_path_query_first"+suffix] = jsonPathScalar(func(found jsonSequence) (datum.Datum, error) {
			if len(found) == 0 {
				return null()
			}
			return found[0].datum(), nil
		}, false)
		t["jsonb_path_query"+suffix] = Impl{Set: func(c *Call, a []datum.Datum) (Rows, error) {
			found, err := runJSONPath(c, a)
			if err != nil {
				if isSilent(a) && suppressible(err) {
					return noRows, nil
				}
				return nil, err
			}
			rows := make([]datum.Datum, len(found))
			for i, item := range found {
				rows[i] = item.datum()
			}
			return listRows(rows), nil
		}}
	}
	return t
}

// matchOf is the result of a path that is a predicate.
func matchOf(found jsonSequence) (datum.Datum, error) {
	if len(found) == 1 {
		switch found[0].kind {
		case 't':
			return datum.Bool(true), nil
		case 'f':
			return datum.Bool(false), nil
		case 'n':
			return null()
		}
	}
	return datum.Null, pgerr.New(jsonSingletonRequired, "single boolean result is expected")
}

func isSilent(a []datum.Datum) bool { return len(a) > 3 && a[3].Bool() }

// suppressible reports whether silence covers an error: those of the data, not
// those of the path itself.
func suppressible(err error) bool {
	return strings.HasPrefix(pgerr.Code(err), "22")
}

func jsonPathScalar(f func(found jsonSequence) (datum.Datum, error), silent bool) Impl {
	return scalar(func(c *Call, a []datum.Datum) (datum.Datum, error) {
		found, err := runJSONPath(c, a)
		var d datum.Datum
		if err == nil {
			d, err = f(found)
		}
		if err != nil && (silent || isSilent(a)) && suppressible(err) {
			return null()
		}
		return d, err
	})
}

// preparedPath is what a call keeps of its last path.
type preparedPath struct {
	text string
	expr *jsonPathExpr
}

func runJSONPath(c *Call, a []datum.Datum) (jsonSequence, error) {
	prepared, _ := c.State.(*preparedPath)
	if prepared == nil || prepared.text != a[1].View() {
		expr, err := parseJSONPath(a[1].Str())
		if err != nil {
			return nil, err
		}
		prepared = &preparedPath{a[1].Str(), expr}
		c.State = prepared
	}
	r := &jsonPathRun{root: readTree(a[0].Bytes()), strict: prepared.expr.strict}
	if len(a) > 2 {
		r.vars = readTree(a[2].Bytes())
		if r.vars.kind != '{' {
			return nil, invalid(`"vars" argument is not an object`).
				WithDetail(`Jsonpath parameters should be encoded as key-value pairs of "vars" object.`)
		}
	}
	found, err := r.eval(prepared.expr.root, r.root)
	if r.fatal != nil {
		return nil, r.fatal
	}
	return found, err
}
