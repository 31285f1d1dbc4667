package planner

import (
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// findOperator resolves an operator by its name and operand types; left is 0 for
// a prefix operator. It fails when there is none or several fit equally.
func (s *scope) findOperator(names []string, left, right oid.OID, location int32) *catalog.Operator {
	op, ambiguous := s.lookupOperator(names, left, right)
	if op != nil {
		return op
	}
	signature := strings.Join(names, ".") + " " + s.typeName(right)
	if left != 0 {
		signature = s.typeName(left) + " " + signature
	}
	if ambiguous {
		fail(pgerr.Newf(pgerr.AmbiguousFunction, "operator is not unique: %s", signature).
			WithHint("Could not choose a best candidate operator. You might need to add explicit type casts.").At(s.pos(location)))
	}
	e := pgerr.Newf(pgerr.UndefinedFunction, "operator does not exist: %s", signature).At(s.pos(location))
	if left == 0 {
		e = e.WithHint("No operator matches the given name and argument type. You might need to add an explicit type cast.")
	} else {
		e = e.WithHint("No operator matches the given name and argument types. You might need to add explicit type casts.")
	}
	fail(e)
	return nil
}

// lookupOperator is findOperator without errors.
func (a *analyzer) lookupOperator(names []string, left, right oid.OID) (op *catalog.Operator, ambiguous bool) {
	kind := byte('b')
	if left == 0 {
		kind = 'l'
	}
	all := a.operatorCandidates(names, kind)
	if len(all) == 0 {
		return nil, false
	}
	exact := func(l, r oid.OID) *catalog.Operator {
		for _, c := range all {
			if c.what.Left == l && c.what.Right == r {
				return c.what
			}
		}
		return nil
	}
	if kind == 'l' {
		if op := exact(0, right); op != nil {
			return op, false
		}
		types := []oid.OID{right}
		return choose(a, types, all)
	}
	// An unknown operand is taken to have the other one's type.
	l, r := left, right
	if l == oid.Unknown && r != 0 {
		l = r
	} else if r == oid.Unknown && l != 0 {
		r = l
	}
	if op := exact(l, r); op != nil {
		return op, false
	}
	if l == r || left == oid.Unknown || right == oid.Unknown {
		if b := a.base(l); b != l {
			if op := exact(b, b); op != nil {
				return op, false
			}
		}
	}
	return choose(a, []oid.OID{left, right}, all)
}

func choose(a *analyzer, types []oid.OID, all []candidate[*catalog.Operator]) (*catalog.Operator, bool) {
	all = matching(a, types, all)
	switch len(all) {
	case 0:
		return nil, false
	case 1:
		return all[0].what, false
	}
	if best := selectCandidate(a, types, all); best != nil {
		return best.what, false
	}
	return nil, true
}

// operatorCandidates are the operators of one name in the search path, or in the
// schema that the name gives. One earlier in the path hides others of equal
// operand types.
func (a *analyzer) operatorCandidates(names []string, kind byte) []candidate[*catalog.Operator] {
	name := names[len(names)-1]
	var only oid.OID
	if len(names) > 1 {
		schema := a.schemaOf(names, -1)
		only = schema.OID
	}
	var out []candidate[*catalog.Operator]
	rank := map[[2]oid.OID]int{}
	for _, op := range a.cat.OperatorsNamed(name) {
		if op.Kind != kind || op.Result == 0 {
			continue
		}
		place := slices.Index(a.path, op.Schema)
		if only != 0 {
			if op.Schema != only {
				continue
			}
			place = 0
		} else if place < 0 {
			continue
		}
		key := [2]oid.OID{op.Left, op.Right}
		if before, ok := rank[key]; ok {
			if place < before {
				rank[key] = place
				for i := range out {
					if out[i].what.Left == op.Left && out[i].what.Right == op.Right {
						out[i].what = op
					}
				}
			}
			continue
		}
		rank[key] = place
		args := []oid.OID{op.Left, op.Right}
		if kind == 'l' {
			args = args[1:]
		}
		out = append(out, candidate[*catalog.Operator]{op, args})
	}
	return out
}

// operate builds "left op right", or "op right" for a nil left.
func (s *scope) operate(names []string, left, right Expr, location int32) *FuncCall {
	var lt oid.OID
	if left != nil {
		lt = left.Type()
	}
	op := s.findOperator(names, lt, right.Type(), location)
	proc := s.cat.Proc(op.Proc)
	if proc == nil {
		s.failAt(location, pgerr.UndefinedFunction, "operator is only a shell: %s", strings.Join(names, "."))
	}
	var args []Expr
	var types, declared []oid.OID
	if left != nil {
		args, types, declared = []Expr{left}, []oid.OID{lt}, []oid.OID{op.Left}
	}
	args, types, declared = append(args, right), append(types, right.Type()), append(declared, op.Right)
	result := s.enforceGeneric(types, declared, op.Result)
	for i := range args {
		args[i] = s.coerceArg(args[i], declared[i])
	}
	call := &FuncCall{Typed: s.at(result, location), Proc: proc, Args: args, ArgTypes: declared, Op: op, Form: FormOperator}
	if proc.Set {
		s.allowSet(location)
	}
	return call
}

// coerceArg converts an argument to the type that a function declares.
func (s *scope) coerceArg(e Expr, declared oid.OID) Expr {
	if e.Type() == declared {
		return e
	}
	return s.coerce(e, declared, -1, implicit, -1)
}

// operateArray builds "left op ANY (right)" or ALL.
func (s *scope) operateArray(names []string, any bool, left, right Expr, location int32) Expr {
	lt, at := left.Type(), right.Type()
	var rt oid.OID
	if at == oid.Unknown {
		rt = oid.Unknown
	} else if rt = s.element(at); rt == 0 {
		s.failAt(location, pgerr.WrongObjectType, "op ANY/ALL (array) requires array on right side")
	}
	op := s.findOperator(names, lt, rt, location)
	proc := s.cat.Proc(op.Proc)
	types, declared := []oid.OID{lt, rt}, []oid.OID{op.Left, op.Right}
	result := s.enforceGeneric(types, declared, op.Result)
	if result != oid.Bool {
		s.failAt(location, pgerr.WrongObjectType, "op ANY/ALL (array) requires operator to yield boolean")
	}
	if proc.Set {
		s.failAt(location, pgerr.WrongObjectType, "op ANY/ALL (array) requires operator not to return a set")
	}
	array := s.cat.ArrayOf(declared[1])
	if isPolymorphic(op.Right) || array == 0 {
		if array == 0 {
			s.failAt(location, pgerr.UndefinedObject, "could not find array type for data type %s", s.typeName(declared[1]))
		}
	}
	return &ArrayOp{Typed: s.at(oid.Bool, location), Proc: proc, Op: op, Any: any,
		Left: s.coerceArg(left, declared[0]), Right: s.coerceArg(right, array)}
}

// equalityOf is the operator by which GROUP BY, DISTINCT and set operations
// compare a type: 42883 when it has none.
func (a *analyzer) hasEquality(t oid.OID) bool { return a.comparable(t, "=") }

// hasOrder reports whether a type can be sorted.
func (a *analyzer) hasOrder(t oid.OID) bool { return a.comparable(t, "<") }

func (a *analyzer) comparable(t oid.OID, operator string) bool {
	t = a.base(t)
	if t == oid.Record {
		return true
	}
	if rel := a.rowRelation(t); rel != nil {
		for _, c := range rel.Live() {
			if !a.comparable(c.Type, operator) {
				return false
			}
		}
		return true
	}
	if elem := a.cat.ElementOf(t); elem != 0 {
		return a.comparable(elem, operator)
	}
	op, _ := a.lookupOperator([]string{"pg_catalog", operator}, t, t)
	if op == nil {
		op, _ = a.lookupOperator([]string{operator}, t, t)
	}
	return op != nil && a.binaryCoercible(t, op.Left) && a.binaryCoercible(t, op.Right)
}
