package planner

import (
	"voronoi/internal/oid"
)

// candidate is a function or operator that could be meant, with the argument
// types that it would take at this call.
type candidate[T any] struct {
	what T
	args []oid.OID
}

// matching keeps the candidates to which all arguments can be coerced
// implicitly.
func matching[T any](a *analyzer, types []oid.OID, all []candidate[T]) []candidate[T] {
	var out []candidate[T]
	for _, c := range all {
		if a.canCoerceAll(types, c.args, implicit) {
			out = append(out, c)
		}
	}
	return out
}

// selectCandidate chooses among several matching candidates as Postgres's manual
// describes for functions and operators: most exact matches, then most matches
// that are exact or preferred types, then guesses for unknown literals by
// category. It returns nil when the call stays ambiguous.
func selectCandidate[T any](a *analyzer, types []oid.OID, all []candidate[T]) *candidate[T] {
	base := make([]oid.OID, len(types))
	unknowns := 0
	for i, t := range types {
		if t == oid.Unknown {
			unknowns++
			base[i] = t
		} else {
			base[i] = a.base(t)
		}
	}
	all = keepBest(all, func(c candidate[T]) int {
		n := 0
		for i, t := range base {
			if t != oid.Unknown && c.args[i] == t {
				n++
			}
		}
		return n
	})
	if len(all) == 1 {
		return &all[0]
	}
	cats := make([]byte, len(base))
	for i, t := range base {
		cats[i], _ = a.category(t)
	}
	all = keepBest(all, func(c candidate[T]) int {
		n := 0
		for i, t := range base {
			if t == oid.Unknown {
				continue
			}
			if c.args[i] == t || a.preferred(cats[i], c.args[i]) {
				n++
			}
		}
		return n
	})
	if len(all) == 1 {
		return &all[0]
	}
	if unknowns == 0 {
		return nil
	}
	if narrowed, ok := byCategory(a, base, all); ok {
		all = narrowed
		if len(all) == 1 {
			return &all[0]
		}
	}
	if unknowns == len(types) {
		return nil
	}
	// Assume that unknown arguments have the type that all known ones share.
	known := oid.Unknown
	for _, t := range base {
		if t == oid.Unknown {
			continue
		}
		if known == oid.Unknown {
			known = t
		} else if known != t {
			return nil
		}
	}
	if known == oid.Unknown {
		return nil
	}
	same := make([]oid.OID, len(base))
	for i := range same {
		same[i] = known
	}
	var last *candidate[T]
	for i := range all {
		if a.canCoerceAll(same, all[i].args, implicit) {
			if last != nil {
				return nil
			}
			last = &all[i]
		}
	}
	return last
}

// preferred reports whether t is the preferred type of a category.
func (a *analyzer) preferred(category byte, t oid.OID) bool {
	c, p := a.category(t)
	return p && c == category
}

// byCategory decides for each unknown argument what category it should have
// (string wins) and drops candidates that take another one there.
func byCategory[T any](a *analyzer, base []oid.OID, all []candidate[T]) ([]candidate[T], bool) {
	slot := make([]byte, len(base))
	preferred := make([]bool, len(base))
	resolved := false
	for i, t := range base {
		if t != oid.Unknown {
			continue
		}
		resolved = true
		conflict := false
		slot[i], preferred[i] = a.category(all[0].args[i])
		for _, c := range all[1:] {
			cat, pref := a.category(c.args[i])
			switch {
			case cat == slot[i]:
				preferred[i] = preferred[i] || pref
			case cat == 'S':
				slot[i], preferred[i] = cat, pref
			default:
				conflict = true
			}
		}
		if conflict && slot[i] != 'S' {
			resolved = false
			break
		}
	}
	if !resolved {
		return all, false
	}
	var out []candidate[T]
	for _, c := range all {
		keep := true
		for i, t := range base {
			if t != oid.Unknown {
				continue
			}
			cat, pref := a.category(c.args[i])
			if cat != slot[i] || preferred[i] && !pref {
				keep = false
				break
			}
		}
		if keep {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return all, false
	}
	return out, true
}

// keepBest keeps the candidates with the highest score.
func keepBest[T any](all []candidate[T], score func(candidate[T]) int) []candidate[T] {
	best := -1
	var out []candidate[T]
	for _, c := range all {
		switch n := score(c); {
		case n > best:
			best = n
			out = append(out[:0:0], c)
		case n == best:
			out = append(out, c)
		}
	}
	return out
}
