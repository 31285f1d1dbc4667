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
	if len(names) > 1 {
		s.schemaOf(names, location)
	}
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
	name, only := names[len(names)-1], oid.OID(0)
	if len(names) > 1 {
		only = a.schemaOf(names, -1).OID
	}
	// An unknown operand is taken to have the other one's type.
	l, r := left, right
	if left != 0 {
		if l == oid.Unknown {
			l = r
		} else if r == oid.Unknown {
			r = l
		}
	}
	if op := a.exactOperator(name, only, l, r); op != nil {
		return op, false
	}
	if left != 0 && l == r {
		if b := a.base(l); b != l {
			if op := a.exactOperator(name, only, b, b); op != nil {
				return op, false
			}
		}
	}
	types := []oid.OID{left, right}
	if left == 0 {
		types = types[1:]
	}
	return choose(a, types, a.operatorCandidates(name, only, left == 0))
}

// reach is the place of a schema in the search path, or 0 when it is the only
// one to look in; -1 where an object of it cannot be meant.
func (a *analyzer) reach(schema, only oid.OID) int {
	if only == 0 {
		return slices.Index(a.path, schema)
	}
	if schema == only {
		return 0
	}
	return -1
}

// exactOperator is the operator with exactly these operand types that comes
// first in the path; nil when there is none.
func (a *analyzer) exactOperator(name string, only, left, right oid.OID) *catalog.Operator {
	var best *catalog.Operator
	bestPlace := 0
	for _, op := range a.cat.OperatorsNamed(name) {
		if op.Left != left || op.Right != right || op.Result == 0 {
			continue
		}
		if place := a.reach(op.Schema, only); place >= 0 && (best == nil || place < bestPlace) {
			best, bestPlace = op, place
		}
	}
	return best
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

// operatorCandidates are the operators of one name that can be meant. One
// earlier in the path hides others of equal operand types.
func (a *analyzer) operatorCandidates(name string, only oid.OID, prefix bool) []candidate[*catalog.Operator] {
	var out []candidate[*catalog.Operator]
	for _, op := range a.cat.OperatorsNamed(name) {
		if (op.Left == 0) != prefix || op.Result == 0 || a.reach(op.Schema, only) < 0 ||
			a.exactOperator(name, only, op.Left, op.Right) != op {
			continue
		}
		args := []oid.OID{op.Left, op.Right}
		if prefix {
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
