package planner

import "math"

// Radius is a distance beyond which a qual refuses every row.
type Radius struct {
	Distance Expr
	// Closed is set where the distance itself is let through.
	Closed bool
	// Loose is set where the bound was computed from another, by arithmetic that
	// rounds: the qual decides near it.
	Loose bool
	// Negated is set where Distance has the other sign: it bounds an inner
	// product.
	Negated bool
	// NaN is set where the qual lets a distance of NaN through: NaN is greater
	// than all numbers, whatever function of the distance is compared.
	NaN bool
}

// radii are the bounds of a qual on the distance: distance < 0.5, or
// 1 - distance >= 0.5, or the upper part of BETWEEN.
func radii(where Expr, k *knn) []Radius {
	var all []Radius
	for _, x := range conjuncts(where) {
		c, ok := x.(*FuncCall)
		if !ok || c.Op == nil || len(c.Args) != 2 {
			continue
		}
		for i, less := range []bool{true, false} {
			bound := c.Args[1-i]
			if !computable(bound) {
				continue
			}
			// key op bound for i = 0, bound op key for i = 1.
			var below, closed bool
			switch c.Op.Name {
			case "<", "<=":
				below, closed = less, c.Op.Name == "<="
			case ">", ">=":
				below, closed = !less, c.Op.Name == ">="
			default:
				continue
			}
			if r, ok := radius(c.Args[i], bound, below, k); ok {
				r.Closed, r.NaN = r.Closed || closed, !below
				all = append(all, r)
			}
		}
	}
	return all
}

// largest is up to what number sums with a distance are taken back: beyond it
// they have lost too many of its digits.
const largest = 1000

// radius solves key < bound, or key > bound, for the distance.
func radius(key, bound Expr, below bool, k *knn) (r Radius, ok bool) {
	if equalExprs(key, k.call) {
		negated := k.call.Proc.Name == innerProduct
		return Radius{Distance: bound, Negated: negated}, below != negated
	}
	call, ok := key.(*FuncCall)
	if !ok {
		return r, false
	}
	// Both sides of an inverse use the function that is there: a - (a - d) is d.
	solve := func(inner Expr, args ...Expr) (Radius, bool) {
		same := *call
		same.Args = args
		r, ok := radius(inner, &same, !below, k)
		r.Loose = true
		return r, ok
	}
	a := call.Args
	switch call.Proc.Name {
	case "float8um":
		return solve(a[0], bound)
	case "float8mi":
		if n, ok := number(a[0]); ok && math.Abs(n) <= largest {
			return solve(a[1], a[0], bound)
		}
	case "float8mul":
		for i := range a {
			if n, ok := number(a[i]); ok && n == -1 {
				return solve(a[1-i], a[i], bound)
			}
		}
	}
	return r, false
}
