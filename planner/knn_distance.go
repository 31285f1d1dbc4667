package planner

import (
	"math"
	"strconv"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// metrics are the distances by their functions' names.
var metrics = map[string]Metric{
	"l2_distance": MetricL2, "euclidean_distance": MetricL2, "cosine_distance": MetricCosine, "l1_distance": MetricL1,
	"inner_product": MetricIP, "vector_negative_inner_product": MetricIP, "halfvec_negative_inner_product": MetricIP,
	"sparsevec_negative_inner_product": MetricIP, "hamming_distance": MetricHamming, "jaccard_distance": MetricJaccard,
}

// searched reports whether a column's type is one whose distances are searched
// for.
func searched(typ oid.OID) bool {
	return typ == oid.Vector || typ == oid.HalfVec || typ == oid.SparseVec || typ == oid.Bit
}

// innerProduct is the function whose value is the distance with the other sign.
const innerProduct = "inner_product"

// matchKey recognises a distance, or a function of one that only rises or only
// falls with it: 1 - d, -d, d * -1, d / 2, …. Where such a function gives the
// same for two distances, both orders are right.
func matchKey(x Expr) *knn {
	if k := matchDistance(x); k != nil {
		k.key = x
		return k
	}
	call, ok := x.(*FuncCall)
	if !ok {
		return nil
	}
	inner, flips := monotone(call)
	if inner == nil {
		return nil
	}
	k := matchKey(inner)
	if k != nil {
		k.key, k.falls = x, k.falls != flips
	}
	return k
}

// monotone is the operand that a call rises with, or falls with if it flips.
func monotone(call *FuncCall) (inner Expr, flips bool) {
	a := call.Args
	switch call.Proc.Name {
	case "float8um":
		return a[0], true
	case "float8up":
		return a[0], false
	case "float8mi":
		switch {
		case computable(a[0]):
			return a[1], true
		case computable(a[1]):
			return a[0], false
		}
	case "float8pl":
		for i := range a {
			if computable(a[i]) {
				return a[1-i], false
			}
		}
	case "float8mul":
		for i := range a {
			if n, ok := number(a[i]); ok && n != 0 {
				return a[1-i], n < 0
			}
		}
	case "float8div":
		if n, ok := number(a[1]); ok && n != 0 {
			return a[0], n < 0
		}
	}
	return nil, false
}

// number is the value of a finite number that is written out, be it cast or
// negated.
func number(x Expr) (float64, bool) {
	switch x := x.(type) {
	case *Const:
		switch x.Value.Kind() {
		case datum.KindInt:
			return float64(x.Value.Int()), x.Typ == oid.Int2 || x.Typ == oid.Int4 || x.Typ == oid.Int8
		case datum.KindFloat:
			n := x.Value.Float()
			return n, !math.IsNaN(n) && !math.IsInf(n, 0)
		case datum.KindText:
			n, err := strconv.ParseFloat(x.Value.Str(), 64)
			return n, err == nil && x.Typ == oid.Numeric && !math.IsNaN(n) && !math.IsInf(n, 0)
		}
	case *FuncCall:
		if len(x.Args) != 1 {
			return 0, false
		}
		n, ok := number(x.Args[0])
		switch {
		case x.Form == FormImplicitCast || x.Form == FormCast:
			return n, ok && x.Typ == oid.Float8
		case x.Form == FormOperator && x.Op != nil && x.Op.Name == "-":
			return -n, ok
		}
	}
	return 0, false
}

// matchDistance recognises a distance between a vector column and something
// else.
func matchDistance(x Expr) *knn {
	call, ok := x.(*FuncCall)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	metric, ok := metrics[call.Proc.Name]
	if !ok {
		return nil
	}
	for i, arg := range call.Args {
		v, ok := sameVector(arg).(*Var)
		if ok && searched(v.Typ) && v.Entry.Kind == EntryRelation && v.Entry.Relation.System == nil && v.Entry.Columns[v.Col].Column != nil {
			return &knn{column: v, call: call, query: call.Args[1-i], metric: metric, falls: call.Proc.Name == innerProduct}
		}
		if v := derivedVar(arg); v != nil {
			return &knn{column: v, derived: arg, call: call, query: call.Args[1-i], metric: metric, falls: call.Proc.Name == innerProduct}
		}
	}
	return nil
}

// sameVector is x without a cast to the length that it has anyway.
func sameVector(x Expr) Expr {
	if c, ok := x.(*FuncCall); ok && (c.Form == FormCast || c.Form == FormImplicitCast) && searched(c.Typ) && len(c.Args) > 0 {
		if v, ok := c.Args[0].(*Var); ok && v.Typ == c.Typ && v.Mod == c.Mod {
			return v
		}
	}
	return x
}

// present is the SQL of the call where the search gives the distance. NaN is
// stored as a blob, which has no sign.
func (k *knn) present(distance string) string {
	if k.call.Proc.Name == innerProduct {
		return "iif(typeof(" + distance + ") = 'blob', " + distance + ", -" + distance + ")"
	}
	return distance
}
