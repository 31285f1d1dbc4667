package planner

import (
	"slices"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// maxArgs is how many arguments a function may have.
const maxArgs = 100

// funcCall analyses a call as it stands in an expression.
func (s *scope) funcCall(n *pg_query.FuncCall) Expr {
	args := make([]Expr, 0, len(n.Args)+len(n.AggOrder))
	for _, arg := range n.Args {
		args = append(args, s.expr(arg))
	}
	var argNames []string
	for _, arg := range n.Args {
		named := arg.GetNamedArgExpr()
		switch {
		case named == nil && len(argNames) > 0:
			s.failAt(nodeLocation(arg), pgerr.SyntaxError, "positional argument cannot follow named argument")
		case named == nil:
		case slices.Contains(argNames, named.Name):
			s.failAt(named.Location, pgerr.SyntaxError, "argument name \"%s\" used more than once", named.Name)
		default:
			argNames = append(argNames, named.Name)
		}
	}
	return s.call(n, strs(n.Funcname), args, argNames)
}

// call resolves a function, aggregate, window function, cast or column that is
// written as a call.
func (s *scope) call(n *pg_query.FuncCall, names []string, args []Expr, argNames []string) Expr {
	location := n.Location
	if len(args) > maxArgs {
		s.failAt(location, pgerr.TooManyArguments, "cannot pass more than %d arguments to a function", maxArgs)
	}
	plain := !n.AggStar && !n.AggDistinct && !n.AggWithinGroup && n.AggFilter == nil && n.Over == nil &&
		!n.FuncVariadic && len(n.AggOrder) == 0
	if len(args) == 1 && plain && len(argNames) == 0 && len(names) == 1 {
		if e := s.columnAsCall(names[0], args[0]); e != nil {
			return e
		}
	}
	filter := s.condition(n.AggFilter, inFilter, "FILTER")
	direct := len(args)
	var within []Expr // sort expressions of WITHIN GROUP
	if n.AggWithinGroup {
		for _, o := range n.AggOrder {
			within = append(within, s.inClause(inOrderBy, func() Expr { return s.expr(o.GetSortBy().Node) }))
		}
	}
	all := append(slices.Clone(args), within...)
	types := make([]oid.OID, len(all))
	for i, arg := range all {
		types[i] = arg.Type()
	}
	detail := s.findFunction(names, types, argNames, !n.FuncVariadic, location)
	if detail.coercion != 0 {
		if !plain {
			s.noFunction(names, types, argNames, functionDetail{}, false, location)
		}
		e := s.coerceTo(args[0], detail.coercion, -1, explicit, location)
		if e == nil {
			s.noFunction(names, types, argNames, functionDetail{}, false, location)
		}
		return e
	}
	if detail.proc == nil {
		s.noFunction(names, types, argNames, detail, len(n.AggOrder) > 1 && !n.AggWithinGroup, location)
	}
	name := strings.Join(names, ".")
	proc := detail.proc
	s.checkKind(n, name, proc, direct, location)
	if proc.Kind == 'a' && proc.AggKind != 'n' {
		return s.orderedSet(n, name, detail, args, within, types, filter)
	}
	all, declared := s.arrange(detail, all, location)
	actual := make([]oid.OID, len(all))
	for i, arg := range all {
		actual[i] = arg.Type()
	}
	result := s.enforceGeneric(actual, declared, proc.Result)
	for i := range all {
		all[i] = s.coerceArg(all[i], declared[i])
	}
	if n.FuncVariadic && proc.Variadic == oid.Any && len(all) > 0 {
		if last := all[len(all)-1]; s.element(last.Type()) == 0 {
			fail(pgerr.New(pgerr.DatatypeMismatch, "VARIADIC argument must be an array").At(exprPos(last)))
		}
	}
	if detail.variadic && proc.Variadic != oid.Any {
		all, declared = s.collectVariadic(proc, all, declared)
	}
	switch {
	case n.Over != nil:
		return s.windowCall(n, name, proc, all, declared, result, filter)
	case proc.Kind == 'a':
		return s.aggregate(n, proc, all, declared, result, filter)
	}
	if proc.Set {
		s.allowSet(location)
	}
	call := &FuncCall{Typed: s.at(result, location), Proc: proc, Args: all, ArgTypes: declared, Variadic: n.FuncVariadic}
	if n.Funcformat == pg_query.CoercionForm_COERCE_SQL_SYNTAX {
		call.Form = FormSQL
	}
	return call
}

// checkKind refuses clauses that only aggregates or window functions take.
func (s *scope) checkKind(n *pg_query.FuncCall, name string, proc *catalog.Proc, direct int, location int32) {
	wrong := func(format string, args ...any) { s.failAt(location, pgerr.WrongObjectType, format, args...) }
	switch proc.Kind {
	case 'p':
		fail(pgerr.Newf(pgerr.WrongObjectType, "%s is a procedure", s.signature([]string{name}, proc.Args, nil)).
			WithHint("To call a procedure, use CALL.").At(s.pos(location)))
	case 'a':
		switch {
		case proc.AggKind == 'n' && n.AggWithinGroup:
			wrong("%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name)
		case direct == 0 && !n.AggStar && proc.AggKind == 'n':
			wrong("%s(*) must be used to call a parameterless aggregate function", name)
		}
	case 'w':
		switch {
		case n.AggWithinGroup:
			wrong("window function %s cannot have WITHIN GROUP", name)
		case n.Over == nil:
			wrong("window function %s requires an OVER clause", name)
		}
	default:
		switch {
		case n.AggStar:
			wrong("%s(*) specified, but %s is not an aggregate function", name, name)
		case n.AggDistinct:
			wrong("DISTINCT specified, but %s is not an aggregate function", name)
		case n.AggWithinGroup:
			wrong("WITHIN GROUP specified, but %s is not an aggregate function", name)
		case len(n.AggOrder) > 0:
			wrong("ORDER BY specified, but %s is not an aggregate function", name)
		case n.AggFilter != nil:
			wrong("FILTER specified, but %s is not an aggregate function", name)
		case n.Over != nil:
			wrong("OVER specified, but %s is not a window function nor an aggregate function", name)
		}
	}
}

// arrange puts named arguments in their places and fills in defaults.
func (s *scope) arrange(detail functionDetail, args []Expr, location int32) ([]Expr, []oid.OID) {
	proc := detail.proc
	if detail.order == nil && detail.defaults == 0 {
		return args, detail.args
	}
	declared := slices.Clone(proc.Args)
	out := make([]Expr, len(proc.Args))
	for i := range out {
		from := i
		if detail.order != nil {
			from = detail.order[i]
		} else if i >= len(args) {
			from = -1
		}
		if from >= 0 {
			out[i] = args[from]
			continue
		}
		out[i] = s.defaultArg(proc, i, location)
	}
	return out, declared
}

// defaultArg is the default of a function's parameter.
func (s *scope) defaultArg(proc *catalog.Proc, i int, location int32) Expr {
	at := i - (len(proc.Args) - len(proc.DefaultExprs))
	if at < 0 || at >= len(proc.DefaultExprs) {
		fail(pgerr.Unsupported("the default of argument %d of %s", i+1, proc.Name).At(s.pos(location)))
	}
	e := s.catalogExpr(proc.DefaultExprs[at], nil, inDefault)
	if isPolymorphic(proc.Args[i]) {
		return e
	}
	if r := s.coerceTo(e, proc.Args[i], -1, assignment, -1); r != nil {
		return r
	}
	return e
}

// collectVariadic makes one array of the arguments for a VARIADIC parameter.
func (s *scope) collectVariadic(proc *catalog.Proc, args []Expr, declared []oid.OID) ([]Expr, []oid.OID) {
	fixed := len(proc.Args) - 1
	elem := declared[fixed]
	array := s.cat.ArrayOf(elem)
	if array == 0 {
		fail(pgerr.Newf(pgerr.UndefinedObject, "could not find array type for data type %s", s.typeName(elem)).At(exprPos(args[fixed])))
	}
	list := &ArrayExpr{Typed: Typed{array, -1, exprPos(args[fixed])}, Elem: elem, Elems: args[fixed:]}
	return append(slices.Clone(args[:fixed]), list), append(slices.Clone(declared[:fixed]), array)
}

// columnAsCall is f(x) where x is a row with a column f; nil otherwise.
func (s *scope) columnAsCall(name string, arg Expr) Expr {
	row, ok := arg.(*RowExpr)
	if ok && row.Whole != nil {
		for i, n := range row.Names {
			if n == name {
				if v, ok := row.Fields[i].(*Var); ok {
					return v
				}
			}
		}
		return nil
	}
	if s.rowRelation(arg.Type()) != nil {
		return s.field(arg, name, -1)
	}
	return nil
}

// callNamed builds a call of a function of pg_catalog that a construct stands
// for.
func (s *scope) callNamed(name string, location int32, form CallForm, args ...Expr) Expr {
	n := &pg_query.FuncCall{Location: location}
	e := s.call(n, []string{"pg_catalog", name}, args, nil)
	if c, ok := e.(*FuncCall); ok {
		c.Form = form
	}
	return e
}

func intConst(v int64) *Const {
	return &Const{Typed: Typed{Typ: oid.Int4, Mod: -1}, Value: datum.Int(v)}
}

// inClause analyses under another clause.
func (s *scope) inClause(c clause, f func() Expr) Expr {
	before := s.clause
	s.clause = c
	e := f()
	s.clause = before
	return e
}
