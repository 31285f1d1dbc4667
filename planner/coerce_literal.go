package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// coerceLiteral reads a literal by the target type's input. Its errors point at
// the literal.
func (s *scope) coerceLiteral(c *Const, target oid.OID, typmod int32, ctx coercion, location int32) Expr {
	base, mod := s.baseMod(target, typmod)
	if elem := s.cat.ElementOf(base); elem != 0 && s.base(elem) != elem {
		plain := s.coerceLiteral(c, s.cat.ArrayOf(s.base(elem)), typmod, ctx, location)
		return s.toDomain(s.checkedElements(plain, base, elem), target, ctx, true)
	}
	r := &Const{Typed: Typed{base, -1, c.Pos}}
	if !c.Value.IsNull() {
		if base != oid.Interval {
			mod = -1
		}
		r.Value = s.readLiteral(base, mod, c.Value.Str(), c.Pos)
	}
	if base == target {
		return r
	}
	return s.toDomain(r, target, ctx, false)
}

// checkedInput checks what a client sends for a parameter of a domain, or of an
// array of one, which input functions do in Postgres.
func (s *scope) checkedInput(param Expr, target oid.OID) Expr {
	base := s.base(target)
	elem := s.cat.ElementOf(base)
	domains := elem != 0 && s.base(elem) != elem
	if base == target && !domains {
		return param
	}
	var e Expr = &Relabel{Typed: Typed{base, -1, exprPos(param)}, Arg: param, Form: FormImplicitCast}
	if domains {
		e = &Relabel{Typed: Typed{s.cat.ArrayOf(s.base(elem)), -1, exprPos(param)}, Arg: param, Form: FormImplicitCast}
		e = s.checkedElements(e, base, elem)
	}
	return s.toDomain(e, target, implicit, true)
}

// checkedElements makes an array of a domain of one of its base type.
func (s *scope) checkedElements(e Expr, array, elem oid.OID) Expr {
	value := &CaseValue{Typed{s.base(elem), -1, 0}}
	return &CoerceArray{Typed: Typed{array, -1, exprPos(e)}, Arg: e, Elem: s.toDomain(value, elem, implicit, true), Form: FormImplicitCast}
}

// readLiteral is the type's input function, at plan time.
func (a *analyzer) readLiteral(typ oid.OID, typmod int32, text string, pos int) datum.Datum {
	t := a.cat.Type(typ)
	if t == nil {
		fail(pgerr.Internal("cache lookup failed for type %d", typ))
	}
	values := t.Values
	if values == nil || values.Input == nil {
		fail(a.typeUnsupported(t).At(pos))
	}
	if momentary(typ, text) {
		a.volatile = true
	}
	d, err := values.Read(a.env.Values, text, typmod, false)
	if err != nil {
		fail(pgerr.From(err).At(pos))
	}
	return d
}

func (a *analyzer) typeUnsupported(t *catalog.Type) *pgerr.Error {
	switch t.Kind {
	case 'p':
		return pgerr.Newf(pgerr.FeatureNotSupported, "cannot accept a value of type %s", a.typeName(t.OID))
	case 'r', 'm':
		return pgerr.Unsupported("the range type %s", a.typeName(t.OID))
	}
	return pgerr.Unsupported("the type %s", a.typeName(t.OID))
}

// momentary reports whether a literal means something else at another time or
// depends on names that can change their meaning.
func momentary(typ oid.OID, text string) bool {
	switch typ {
	case oid.Date, oid.Time, oid.TimeTZ, oid.Timestamp, oid.TimestampTZ:
		return hasWord(text, "now") || hasWord(text, "to") || hasWord(text, "yest")
	}
	return false
}

// hasWord looks for a prefix of a word without regard to case.
func hasWord(text, prefix string) bool {
	for i := 0; i+len(prefix) <= len(text); i++ {
		if i > 0 && isLetterByte(text[i-1]) {
			continue
		}
		if equalFold(text[i:i+len(prefix)], prefix) {
			return true
		}
	}
	return false
}

func isLetterByte(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func equalFold(a, lower string) bool {
	for i := range len(lower) {
		if a[i]|0x20 != lower[i] {
			return false
		}
	}
	return true
}
