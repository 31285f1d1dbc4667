package planner

import (
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// match is how a function could take the arguments of a call.
type match struct {
	proc     *catalog.Proc
	place    int  // in the search path
	variadic bool // the last parameter is repeated for each further argument
	defaults int  // how many parameters get their default
	// order says, for a call with named arguments, which argument goes to each
	// parameter, -1 for a default. Nil means by position.
	order     []int
	ambiguous bool
}

// functionCandidates are the functions of one name that take so many arguments,
// the last of them named. expand lets VARIADIC functions take a list.
func (a *analyzer) functionCandidates(names []string, nargs int, argNames []string, expand bool, location int32) []candidate[match] {
	name := names[len(names)-1]
	var only oid.OID
	if len(names) > 1 {
		only = a.schemaOf(names, location).OID
	}
	var out []candidate[match]
	for _, proc := range a.cat.ProcsNamed(name) {
		place := slices.Index(a.path, proc.Schema)
		if only != 0 {
			if proc.Schema != only {
				continue
			}
			place = 0
		} else if place < 0 {
			continue
		}
		m, args, ok := fits(proc, nargs, argNames, expand)
		if !ok {
			continue
		}
		m.place = place
		if at := slices.IndexFunc(out, func(c candidate[match]) bool { return slices.Equal(c.args, args) }); at >= 0 {
			switch old := out[at].what; {
			case old.place != place:
				if place < old.place {
					out[at] = candidate[match]{m, args}
				}
			case old.variadic != m.variadic:
				if old.variadic {
					out[at] = candidate[match]{m, args}
				}
			case old.defaults != m.defaults && (old.defaults == 0 || m.defaults == 0):
				if m.defaults == 0 {
					out[at] = candidate[match]{m, args}
				}
			default:
				out[at].what.ambiguous = true
			}
			continue
		}
		out = append(out, candidate[match]{m, args})
	}
	return out
}

// fits decides whether a function can be called with so many arguments, and
// gives the parameter types in the order of the arguments.
func fits(proc *catalog.Proc, nargs int, argNames []string, expand bool) (match, []oid.OID, bool) {
	m := match{proc: proc}
	if len(argNames) > 0 {
		return fitsNamed(m, nargs, argNames)
	}
	params := len(proc.Args)
	m.variadic = expand && proc.Variadic != 0 && proc.Variadic != oid.Any && params <= nargs
	if expand && proc.Variadic == oid.Any && params <= nargs {
		m.variadic = true
	}
	switch {
	case m.variadic:
		args := slices.Clone(proc.Args[:params-1])
		for len(args) < nargs {
			args = append(args, proc.Variadic)
		}
		return m, args, true
	case params == nargs:
		return m, proc.Args, true
	case nargs < params && params <= nargs+proc.Defaults:
		m.defaults = params - nargs
		return m, proc.Args[:nargs], true
	}
	return m, nil, false
}

// fitsNamed matches name => value arguments, which follow positional ones.
func fitsNamed(m match, nargs int, argNames []string) (match, []oid.OID, bool) {
	proc := m.proc
	params := len(proc.Args)
	positional := nargs - len(argNames)
	if nargs > params || nargs+proc.Defaults < params || len(proc.Names) == 0 {
		return m, nil, false
	}
	m.order = make([]int, params)
	for i := range m.order {
		m.order[i] = -1
		if i < positional {
			m.order[i] = i
		}
	}
	for n, name := range argNames {
		param := inputParam(proc, name)
		if param < 0 || m.order[param] >= 0 {
			return m, nil, false
		}
		m.order[param] = positional + n
	}
	args := make([]oid.OID, nargs)
	for param, arg := range m.order {
		if arg >= 0 {
			args[arg] = proc.Args[param]
			continue
		}
		if param < params-proc.Defaults {
			return m, nil, false
		}
		m.defaults++
	}
	return m, args, true
}

// inputParam is the index among the input parameters of the one with a name, -1
// when there is none.
func inputParam(proc *catalog.Proc, name string) int {
	at := 0
	for i, n := range proc.Names {
		input := true
		if i < len(proc.Modes) {
			switch proc.Modes[i] {
			case 'o', 't':
				input = false
			}
		}
		if !input {
			continue
		}
		if n == name {
			return at
		}
		at++
	}
	return -1
}

// functionDetail is what a function name and argument types mean.
type functionDetail struct {
	match
	args      []oid.OID // declared types in the order of the arguments
	coercion  oid.OID   // the call is a cast to this type
	ambiguous bool
}

// findFunction resolves a call; the detail's proc is nil when nothing fits.
func (a *analyzer) findFunction(names []string, types []oid.OID, argNames []string, expand bool, location int32) functionDetail {
	all := a.functionCandidates(names, len(types), argNames, expand, location)
	best := -1
	for i, c := range all {
		if slices.Equal(c.args, types) {
			best = i
			break
		}
	}
	if best < 0 {
		if len(types) == 1 && len(argNames) == 0 {
			if target := a.castByName(names, types[0]); target != 0 {
				return functionDetail{coercion: target}
			}
		}
		fitting := matching(a, types, all)
		switch len(fitting) {
		case 0:
			return functionDetail{}
		case 1:
			all, best = fitting, 0
		default:
			chosen := selectCandidate(a, types, fitting)
			if chosen == nil {
				return functionDetail{ambiguous: true}
			}
			all, best = []candidate[match]{*chosen}, 0
		}
	}
	c := all[best]
	if c.what.ambiguous {
		return functionDetail{ambiguous: true}
	}
	return functionDetail{match: c.what, args: slices.Clone(c.args)}
}

// castByName is the type that a function name denotes, where calling it means a
// cast that changes nothing or goes through text; else 0.
func (a *analyzer) castByName(names []string, source oid.OID) oid.OID {
	var t *catalog.Type
	if len(names) == 1 {
		t = a.cat.SearchType(a.path, names[0])
	} else if schema := a.cat.SchemaNamed(names[len(names)-2]); schema != nil {
		t = a.cat.TypeNamed(schema.OID, names[len(names)-1])
	}
	if t == nil || t.Kind == 'c' {
		return 0
	}
	if source == oid.Unknown {
		return t.OID
	}
	switch path, _ := a.findPathway(t.OID, source, explicit); path {
	case pathRelabel:
		return t.OID
	case pathIO:
		if c, _ := a.category(t.OID); (source == oid.Record || a.rowRelation(source) != nil) && c == 'S' {
			return 0
		}
		return t.OID
	}
	return 0
}

// signature is a call as messages show it: name(type, type).
func (a *analyzer) signature(names []string, types []oid.OID, argNames []string) string {
	list := make([]string, len(types))
	positional := len(types) - len(argNames)
	for i, t := range types {
		list[i] = a.typeName(t)
		if i >= positional {
			list[i] = argNames[i-positional] + " => " + list[i]
		}
	}
	return strings.Join(names, ".") + "(" + strings.Join(list, ", ") + ")"
}

// procName is a function as messages and 0A000 name it.
func (a *analyzer) noFunction(names []string, types []oid.OID, argNames []string, detail functionDetail, aggOrder bool, location int32) {
	sig := a.signature(names, types, argNames)
	switch {
	case detail.ambiguous:
		fail(pgerr.Newf(pgerr.AmbiguousFunction, "function %s is not unique", sig).
			WithHint("Could not choose a best candidate function. You might need to add explicit type casts.").At(a.pos(location)))
	case aggOrder:
		fail(pgerr.Newf(pgerr.UndefinedFunction, "function %s does not exist", sig).
			WithHint("No aggregate function matches the given name and argument types. " +
				"Perhaps you misplaced ORDER BY; ORDER BY must appear after all regular arguments of the aggregate.").At(a.pos(location)))
	}
	fail(pgerr.Newf(pgerr.UndefinedFunction, "function %s does not exist", sig).
		WithHint("No function matches the given name and argument types. You might need to add explicit type casts.").At(a.pos(location)))
}
