package planner

import (
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// coerceBool makes a condition: the argument of AND, WHERE and so on.
func (s *scope) coerceBool(e Expr, construct string) Expr {
	if e.Type() != oid.Bool {
		r := s.coerceTo(e, oid.Bool, -1, assignment, -1)
		if r == nil {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "argument of %s must be type boolean, not type %s",
				construct, s.typeName(e.Type())).At(exprPos(e)))
		}
		e = r
	}
	s.notSet(e, construct)
	return e
}

// coerceSpecific makes the operand of a construct that takes one type only.
func (s *scope) coerceSpecific(e Expr, target oid.OID, construct string) Expr {
	if e.Type() != target {
		r := s.coerceTo(e, target, -1, assignment, -1)
		if r == nil {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "argument of %s must be type %s, not type %s",
				construct, s.typeName(target), s.typeName(e.Type())).At(exprPos(e)))
		}
		e = r
	}
	s.notSet(e, construct)
	return e
}

// notSet refuses a set where one value is wanted.
func (s *scope) notSet(e Expr, construct string) {
	if returnsSet(e) {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "argument of %s must not return a set", construct).At(exprPos(e)))
	}
}

// returnsSet reports whether a set-returning function occurs in e.
func returnsSet(e Expr) bool {
	found := false
	walk(e, func(e Expr) bool {
		if c, ok := e.(*FuncCall); ok && c.Proc.Set {
			found = true
		}
		return !found
	})
	return found
}
