package planner

import (
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Polymorphic types stand for an actual type that the arguments decide. There
// are two families: in the first (anyelement …) the arguments must have one
// type exactly, in the second (anycompatible …) they are brought to a common
// one.

func isPolymorphic(id oid.OID) bool { return isFamily1(id) || isFamily2(id) }

func isFamily1(id oid.OID) bool {
	switch id {
	case oid.AnyElement, oid.AnyArray, oid.AnyNonArray, oid.AnyEnum, oid.AnyRange, anyMultirange:
		return true
	}
	return false
}

func isFamily2(id oid.OID) bool {
	switch id {
	case oid.AnyCompatible, oid.AnyCompatibleArray, oid.AnyCompatibleNonArray, oid.AnyCompatibleRange, anyCompatibleMultirange:
		return true
	}
	return false
}

const (
	anyMultirange           oid.OID = 4537
	anyCompatibleMultirange oid.OID = 4538
)

// genericConsistent reports whether actual argument types fit polymorphic ones.
func (a *analyzer) genericConsistent(actual, declared []oid.OID) bool {
	var elem, array oid.OID
	var compatible []oid.OID
	var compatibleArray oid.OID
	nonArray, enum, compatibleNonArray := false, false, false
	for i, d := range declared {
		t := actual[i]
		if !isPolymorphic(d) {
			continue
		}
		switch d {
		case oid.AnyElement, oid.AnyNonArray, oid.AnyEnum:
			nonArray = nonArray || d == oid.AnyNonArray
			enum = enum || d == oid.AnyEnum
			if t == oid.Unknown {
				continue
			}
			if elem != 0 && elem != t {
				return false
			}
			elem = t
		case oid.AnyArray:
			if t == oid.Unknown {
				continue
			}
			t = a.base(t)
			if array != 0 && array != t {
				return false
			}
			array = t
		case oid.AnyCompatible, oid.AnyCompatibleNonArray:
			compatibleNonArray = compatibleNonArray || d == oid.AnyCompatibleNonArray
			if t != oid.Unknown {
				compatible = append(compatible, t)
			}
		case oid.AnyCompatibleArray:
			if t == oid.Unknown {
				continue
			}
			t = a.base(t)
			e := a.cat.ElementOf(t)
			if e == 0 {
				return false
			}
			if compatibleArray == 0 || compatibleArray == t {
				compatibleArray = t
			}
			compatible = append(compatible, e)
		default:
			return false // ranges
		}
	}
	if array != 0 {
		if array == oid.AnyArray {
			if elem != 0 {
				return false
			}
		} else {
			e := a.cat.ElementOf(array)
			if e == 0 {
				return false
			}
			if elem == 0 {
				elem = e
			} else if e != elem {
				return false
			}
		}
	}
	if nonArray && elem != 0 && a.cat.ElementOf(a.base(elem)) != 0 {
		return false
	}
	if enum && elem != 0 {
		if t := a.cat.Type(elem); t == nil || t.Kind != 'e' {
			return false
		}
	}
	if len(compatible) > 0 {
		common := a.commonOf(compatible)
		if common == 0 {
			return false
		}
		for _, t := range compatible {
			if !a.canCoerce(t, common, implicit) {
				return false
			}
		}
		if compatibleNonArray && a.cat.ElementOf(a.base(common)) != 0 {
			return false
		}
		if compatibleArray != 0 && a.cat.ArrayOf(common) == 0 {
			return false
		}
	}
	return true
}

// commonOf is the common type of known types, 0 when there is none.
func (a *analyzer) commonOf(types []oid.OID) oid.OID {
	exprs := make([]Expr, len(types))
	for i, t := range types {
		exprs[i] = &CaseValue{Typed{Typ: t, Mod: -1}}
	}
	t, _ := a.commonType(exprs)
	return t
}

// enforceGeneric makes polymorphic types actual: declared is changed to what the
// arguments have to be coerced to, and the actual result type is returned.
func (a *analyzer) enforceGeneric(actual, declared []oid.OID, result oid.OID) oid.OID {
	var elem, array oid.OID
	var compatible []oid.OID
	generic1, generic2, arrays1, arrays2, unknown1, unknown2 := false, false, false, false, false, false
	nonArray, enum := false, false
	for i, d := range declared {
		t := actual[i]
		switch {
		case isFamily1(d):
			generic1 = true
			nonArray = nonArray || d == oid.AnyNonArray
			enum = enum || d == oid.AnyEnum
			arrays1 = arrays1 || d == oid.AnyArray
			if t == oid.Unknown {
				unknown1 = true
				continue
			}
			if d == oid.AnyArray {
				t = a.base(t)
				if array != 0 && array != t {
					fail(pgerr.New(pgerr.DatatypeMismatch, "arguments declared \"anyarray\" are not all alike").
						WithDetail("%s versus %s", a.typeName(array), a.typeName(t)))
				}
				array = t
				continue
			}
			if elem != 0 && elem != t {
				fail(pgerr.New(pgerr.DatatypeMismatch, "arguments declared \"anyelement\" are not all alike").
					WithDetail("%s versus %s", a.typeName(elem), a.typeName(t)))
			}
			elem = t
		case isFamily2(d):
			generic2 = true
			arrays2 = arrays2 || d == oid.AnyCompatibleArray
			if t == oid.Unknown {
				unknown2 = true
				continue
			}
			if d == oid.AnyCompatibleArray {
				if e := a.element(t); e != 0 {
					t = e
				} else {
					fail(pgerr.Newf(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anycompatiblearray", a.typeName(t)))
				}
			}
			compatible = append(compatible, t)
		}
	}
	if !generic1 && !generic2 {
		return result
	}
	if generic1 {
		elem, array = a.resolveFamily1(elem, array, unknown1, nonArray, enum, isFamily1(result) || arrays1 || unknown1)
	}
	var common, commonArray oid.OID
	if generic2 {
		switch {
		case len(compatible) > 0:
			common = a.commonOf(compatible)
		case unknown2:
			common = oid.Text
		}
		commonArray = a.cat.ArrayOf(common)
		if commonArray == 0 && (arrays2 || result == oid.AnyCompatibleArray) {
			fail(pgerr.Newf(pgerr.UndefinedObject, "could not find array type for data type %s", a.typeName(common)))
		}
	}
	actualOf := func(d oid.OID) oid.OID {
		switch d {
		case oid.AnyElement, oid.AnyNonArray, oid.AnyEnum:
			return elem
		case oid.AnyArray:
			if array == 0 {
				array = a.cat.ArrayOf(elem)
				if array == 0 {
					fail(pgerr.Newf(pgerr.UndefinedObject, "could not find array type for data type %s", a.typeName(elem)))
				}
			}
			return array
		case oid.AnyCompatible, oid.AnyCompatibleNonArray:
			return common
		case oid.AnyCompatibleArray:
			return commonArray
		}
		return d
	}
	for i, d := range declared {
		if isPolymorphic(d) {
			declared[i] = actualOf(d)
		}
	}
	return actualOf(result)
}

// resolveFamily1 settles the element type from an array type or the reverse.
func (a *analyzer) resolveFamily1(elem, array oid.OID, unknown, nonArray, enum, needed bool) (oid.OID, oid.OID) {
	if array != 0 {
		e := oid.OID(0)
		if array == oid.AnyArray {
			e = oid.AnyElement
		} else if e = a.cat.ElementOf(array); e == 0 {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "argument declared %s is not an array but type %s", "anyarray", a.typeName(array)))
		}
		if elem == 0 {
			elem = e
		} else if e != elem {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "argument declared %s is not consistent with argument declared %s", "anyarray", "anyelement").
				WithDetail("%s versus %s", a.typeName(array), a.typeName(elem)))
		}
	}
	if elem == 0 {
		if unknown && needed {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "could not determine polymorphic type because input has type %s", "unknown"))
		}
		elem = oid.Unknown
	}
	if nonArray && a.cat.ElementOf(a.base(elem)) != 0 {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "type matched to anynonarray is an array type: %s", a.typeName(elem)))
	}
	if enum {
		if t := a.cat.Type(elem); t == nil || t.Kind != 'e' {
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "type matched to anyenum is not an enum type: %s", a.typeName(elem)))
		}
	}
	return elem, array
}
