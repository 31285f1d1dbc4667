package planner

import (
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// commonType chooses the type of CASE, COALESCE, UNION, VALUES, IN and the like
// by Postgres's rules: the first type that the others convert to implicitly, a
// preferred type of the category before others. Where categories differ it
// returns 0 and the index of the expression that does not fit.
func (a *analyzer) commonType(exprs []Expr) (oid.OID, int) {
	t := exprs[0].Type()
	if t != oid.Unknown {
		same := true
		for _, e := range exprs[1:] {
			if e.Type() != t {
				same = false
				break
			}
		}
		if same {
			return t, 0
		}
	}
	t = a.base(t)
	cat, preferred := a.category(t)
	for i, e := range exprs[1:] {
		n := a.base(e.Type())
		if n == oid.Unknown || n == t {
			continue
		}
		nc, np := a.category(n)
		switch {
		case t == oid.Unknown:
			t, cat, preferred = n, nc, np
		case nc != cat:
			return 0, i + 1
		case !preferred && a.canCoerce(t, n, implicit) && !a.canCoerce(n, t, implicit):
			t, cat, preferred = n, nc, np
		}
	}
	if t == oid.Unknown {
		t = oid.Text
	}
	return t, 0
}

// selectCommon is commonType or the error that names the construct.
func (a *analyzer) selectCommon(exprs []Expr, construct string) oid.OID {
	t, at := a.commonType(exprs)
	if t == 0 {
		// The types that clash are the one chosen so far and the odd one.
		so, _ := a.commonType(exprs[:at])
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "%s types %s and %s cannot be matched", construct,
			a.typeName(so), a.typeName(exprs[at].Type())).At(exprPos(exprs[at])))
	}
	return t
}

// commonTypmod is the modifier that all expressions of the common type share.
func commonTypmod(exprs []Expr, typ oid.OID) int32 {
	if len(exprs) == 0 {
		return -1
	}
	mod := exprs[0].Typmod()
	for _, e := range exprs {
		if e.Type() != typ || e.Typmod() != mod {
			return -1
		}
	}
	return mod
}

// coerceCommon converts one of several expressions to their common type.
func (s *scope) coerceCommon(e Expr, target oid.OID, construct string) Expr {
	if e.Type() == target {
		return e
	}
	if !s.canCoerce(e.Type(), target, implicit) {
		fail(pgerr.Newf(pgerr.CannotCoerce, "%s could not convert type %s to %s", construct,
			s.typeName(e.Type()), s.typeName(target)).At(exprPos(e)))
	}
	return s.coerce(e, target, -1, implicit, -1)
}
