package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// coercion is the context in which a value has to change its type: how far the
// conversion may go.
type coercion uint8

const (
	implicit   coercion = iota // an operand or argument
	assignment                 // a value stored in a column
	explicit                   // a written cast
)

// form is how a coercion in a context is shown.
func (c coercion) form() CallForm {
	if c == explicit {
		return FormCast
	}
	return FormImplicitCast
}

// pathway is how one type becomes another.
type pathway uint8

const (
	noPath      pathway = iota
	pathRelabel         // the stored values are the same
	pathFunc
	pathArray // element by element
	pathIO    // through the text form
)

// findPathway looks for a conversion that the context admits. Domains count as
// their base types.
func (a *analyzer) findPathway(target, source oid.OID, ctx coercion) (pathway, *catalog.Cast) {
	source, target = a.base(source), a.base(target)
	if source == target {
		return pathRelabel, nil
	}
	if cast := a.cat.Cast(source, target); cast != nil {
		if ctx < contextOf(cast) {
			return noPath, nil
		}
		switch cast.Method {
		case 'f':
			return pathFunc, cast
		case 'i':
			return pathIO, cast
		default:
			return pathRelabel, cast
		}
	}
	if target != oid.OIDVector && target != oid.Int2Vector {
		te, se := a.cat.ElementOf(target), a.cat.ElementOf(source)
		if te != 0 && se != 0 {
			if path, _ := a.findPathway(te, se, ctx); path != noPath {
				return pathArray, nil
			}
		}
	}
	if ctx >= assignment {
		if c, _ := a.category(target); c == 'S' {
			return pathIO, nil
		}
	}
	if ctx >= explicit {
		if c, _ := a.category(source); c == 'S' {
			return pathIO, nil
		}
	}
	return noPath, nil
}

func contextOf(c *catalog.Cast) coercion {
	switch c.Context {
	case 'i':
		return implicit
	case 'a':
		return assignment
	}
	return explicit
}

// canCoerce reports whether values of the source type can become the target
// type, which may be polymorphic.
func (a *analyzer) canCoerce(source, target oid.OID, ctx coercion) bool {
	if source == target || target == oid.Any || isPolymorphic(target) || source == oid.Unknown {
		return true
	}
	if path, _ := a.findPathway(target, source, ctx); path != noPath {
		return true
	}
	switch {
	case source == oid.Record && a.rowRelation(target) != nil,
		target == oid.Record && a.rowRelation(source) != nil:
		return true
	case target == oid.RecordArray:
		elem := a.cat.ElementOf(source)
		return elem != 0 && a.rowRelation(elem) != nil
	case source == oid.RecordArray:
		elem := a.cat.ElementOf(target)
		return elem != 0 && a.rowRelation(elem) != nil
	}
	return false
}

// canCoerceAll is canCoerce for a list of arguments, polymorphic ones checked
// against each other.
func (a *analyzer) canCoerceAll(source, target []oid.OID, ctx coercion) bool {
	generic := false
	for i := range source {
		if !a.canCoerce(source[i], target[i], ctx) {
			return false
		}
		generic = generic || isPolymorphic(target[i])
	}
	return !generic || a.genericConsistent(source, target)
}

// binaryCoercible reports whether values of the source type are values of the
// target type as they are, without being asked.
func (a *analyzer) binaryCoercible(source, target oid.OID) bool {
	if source == target || target == oid.Any || target == oid.AnyElement || target == oid.AnyCompatible {
		return true
	}
	source = a.base(source)
	switch {
	case source == target:
		return true
	case target == oid.AnyArray || target == oid.AnyCompatibleArray:
		return a.cat.ElementOf(source) != 0
	case target == oid.AnyNonArray || target == oid.AnyCompatibleNonArray:
		return a.cat.ElementOf(source) == 0
	case target == oid.AnyEnum:
		t := a.cat.Type(source)
		return t != nil && t.Kind == 'e'
	case target == oid.Record:
		return a.rowRelation(source) != nil
	}
	cast := a.cat.Cast(source, target)
	return cast != nil && cast.Method == 'b' && cast.Context == 'i'
}

// coerceTo converts an expression to a type with a modifier; nil when the
// context admits no conversion.
func (s *scope) coerceTo(e Expr, target oid.OID, typmod int32, ctx coercion, location int32) Expr {
	if !s.canCoerce(e.Type(), target, ctx) {
		return nil
	}
	collate, _ := e.(*Collate)
	arg := e
	if collate != nil {
		arg = collate.Arg
	}
	r := s.coerce(arg, target, typmod, ctx, location)
	if _, isConst := r.(*Const); r != arg && !isConst {
		r = s.coerceTypmod(r, target, typmod, ctx, location, true)
	} else {
		r = s.coerceTypmod(r, target, typmod, ctx, location, false)
	}
	if collate != nil && s.collatable(target) {
		r = &Collate{Typed: Typed{r.Type(), r.Typmod(), collate.Pos}, Arg: r, Collation: collate.Collation}
	}
	return r
}

func (a *analyzer) collatable(id oid.OID) bool {
	t := a.cat.Type(a.base(id))
	if t != nil && t.IsArray() {
		t = a.cat.Type(t.Elem)
	}
	return t != nil && t.Collation != 0
}

// coerce converts an expression to a type to which it can be coerced, without
// applying the modifier.
func (s *scope) coerce(e Expr, target oid.OID, typmod int32, ctx coercion, location int32) Expr {
	source := e.Type()
	if source == target {
		return e
	}
	switch target {
	case oid.Any, oid.AnyElement, oid.AnyNonArray, oid.AnyCompatible, oid.AnyCompatibleNonArray:
		return e
	case oid.AnyArray, oid.AnyEnum, oid.AnyRange, oid.AnyCompatibleArray, oid.AnyCompatibleRange:
		if source != oid.Unknown {
			if base := s.base(source); base != source {
				return &Relabel{Typed: Typed{base, -1, exprPos(e)}, Arg: e, Form: FormImplicitCast}
			}
			return e
		}
	}
	if source == oid.Unknown {
		switch e := e.(type) {
		case *Const:
			return s.coerceLiteral(e, target, typmod, ctx, location)
		case *Param:
			if r := s.coerceParam(e, target); r != nil {
				return s.checkedInput(r, target)
			}
		}
	}
	if c, ok := e.(*Collate); ok {
		inner := s.coerce(c.Arg, target, typmod, ctx, location)
		if s.collatable(target) {
			return &Collate{Typed: Typed{inner.Type(), inner.Typmod(), c.Pos}, Arg: inner, Collation: c.Collation}
		}
		return inner
	}
	if path, cast := s.findPathway(target, source, ctx); path != noPath {
		if path == pathRelabel {
			r := s.toDomain(e, target, ctx, false)
			if r == e {
				r = &Relabel{Typed: Typed{target, -1, exprPos(e)}, Arg: e, Form: ctx.form()}
			}
			return r
		}
		base, mod := s.baseMod(target, typmod)
		r := s.build(e, path, cast, base, mod, ctx)
		if base != target {
			r = s.toDomain(r, target, ctx, true)
		}
		return r
	}
	if source == oid.Record {
		if rel := s.rowRelation(target); rel != nil {
			return s.recordToRow(e, target, rel, ctx, location)
		}
	}
	if target == oid.Record || target == oid.RecordArray || source == oid.RecordArray {
		return e
	}
	if source == oid.Unknown {
		// Not a literal: a column of a subquery that was left undetermined.
		return &CoerceIO{Typed: Typed{target, -1, exprPos(e)}, Arg: e, Form: ctx.form()}
	}
	fail(pgerr.Internal("failed to find conversion function from %s to %s", s.typeName(source), s.typeName(target)))
	return nil
}

// build makes the node for one step along a pathway.
func (s *scope) build(e Expr, path pathway, cast *catalog.Cast, target oid.OID, typmod int32, ctx coercion) Expr {
	typed := Typed{target, -1, exprPos(e)}
	switch path {
	case pathFunc:
		proc := s.cat.Proc(cast.Func)
		if proc == nil {
			fail(pgerr.Internal("cast from %s to %s has no function", s.typeName(cast.Source), s.typeName(cast.Target)))
		}
		call := &FuncCall{Typed: typed, Proc: proc, Form: ctx.form(), ArgTypes: proc.Args, Args: []Expr{e}}
		if len(proc.Args) >= 2 {
			call.Args = append(call.Args, &Const{Typed: Typed{Typ: oid.Int4, Mod: -1}, Value: datum.Int(int64(typmod))})
			call.Mod = typmod
		}
		if len(proc.Args) >= 3 {
			call.Args = append(call.Args, &Const{Typed: Typed{Typ: oid.Bool, Mod: -1}, Value: datum.Bool(ctx == explicit)})
		}
		return call
	case pathArray:
		sourceElem, targetElem := s.element(e.Type()), s.cat.ElementOf(target)
		value := &CaseValue{Typed{sourceElem, e.Typmod(), 0}}
		inner := s.coerceTo(value, targetElem, typmod, ctx, -1)
		if inner == nil {
			fail(pgerr.Internal("failed to coerce array element type as expected"))
		}
		typed.Mod = inner.Typmod()
		return &CoerceArray{Typed: typed, Arg: e, Elem: inner, Form: ctx.form()}
	default:
		return &CoerceIO{Typed: typed, Arg: e, Form: ctx.form()}
	}
}

// toDomain checks a value against the target where that is a domain. hide marks
// the step before it as part of the same cast.
func (s *scope) toDomain(e Expr, target oid.OID, ctx coercion, hide bool) Expr {
	base, mod := s.baseMod(target, -1)
	if base == target {
		return e
	}
	if e.Type() != base && !hide {
		// A value of another domain over the same base.
		if s.base(e.Type()) == base {
			e = &Relabel{Typed: Typed{base, e.Typmod(), exprPos(e)}, Arg: e, Form: FormImplicitCast}
		}
	}
	if mod >= 0 {
		e = s.coerceTypmod(e, base, mod, implicit, -1, false)
	}
	return &CoerceDomain{Typed: Typed{target, -1, exprPos(e)}, Arg: e, Form: ctx.form()}
}

// coerceTypmod applies a type modifier, where the expression has not got it.
func (s *scope) coerceTypmod(e Expr, target oid.OID, typmod int32, ctx coercion, _ int32, hide bool) Expr {
	if typmod == e.Typmod() {
		return e
	}
	if hide {
		e = hideCoercion(e)
	}
	if typmod >= 0 {
		base := s.base(target)
		if s.cat.ElementOf(base) != 0 {
			elem := s.cat.ElementOf(base)
			if s.lengthCast(elem) {
				value := &CaseValue{Typed{elem, -1, 0}}
				inner := &CoerceTypmod{Typed: Typed{elem, typmod, 0}, Arg: value, Explicit: ctx == explicit}
				return &CoerceArray{Typed: Typed{target, typmod, exprPos(e)}, Arg: e, Elem: inner, Form: ctx.form()}
			}
		} else if s.lengthCast(base) {
			return &CoerceTypmod{Typed: Typed{target, typmod, exprPos(e)}, Arg: e, Explicit: ctx == explicit}
		}
	}
	return &Relabel{Typed: Typed{target, typmod, exprPos(e)}, Arg: e, Form: ctx.form()}
}

// lengthCast reports whether a type has a function that applies modifiers.
func (a *analyzer) lengthCast(id oid.OID) bool {
	if cast := a.cat.Cast(id, id); cast != nil && cast.Func != 0 {
		return true
	}
	t := a.cat.Type(id)
	return t != nil && t.Values != nil && t.Values.Coerce != nil
}

// hideCoercion makes the outermost coercion one that is not shown.
func hideCoercion(e Expr) Expr {
	switch e := e.(type) {
	case *FuncCall:
		c := *e
		c.Form = FormImplicitCast
		return &c
	case *Relabel:
		c := *e
		c.Form = FormImplicitCast
		return &c
	case *CoerceIO:
		c := *e
		c.Form = FormImplicitCast
		return &c
	case *CoerceArray:
		c := *e
		c.Form = FormImplicitCast
		return &c
	}
	return e
}
