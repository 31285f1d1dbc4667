package planner

import (
	"slices"

	"voronoi/exec/builtin"
	"voronoi/internal/oid"
)

// callSite is what a function learns of the place that it is called from: the
// actual types of its arguments where the declared ones leave room, and the
// names of the fields of records.
func callSite(args []Expr, declared []oid.OID, result oid.OID, variadic bool) builtin.Call {
	call := builtin.Call{Args: actualTypes(args, declared), Result: result, Variadic: variadic}
	for i, x := range args {
		if x.Type() != oid.Record {
			continue
		}
		if names := fieldNames(x); names != nil {
			if call.Fields == nil {
				call.Fields = make([][]string, len(args))
			}
			call.Fields[i] = names
		}
	}
	return call
}

// actualTypes are the types of a call's arguments, "any" and record made
// actual.
func actualTypes(args []Expr, declared []oid.OID) []oid.OID {
	loose := func(id oid.OID) bool { return id == oid.Any || id == oid.Record }
	if len(args) == len(declared) && !slices.ContainsFunc(declared, loose) {
		return declared
	}
	types := make([]oid.OID, len(args))
	for i, x := range args {
		if i < len(declared) && !loose(declared[i]) {
			types[i] = declared[i]
		} else {
			types[i] = x.Type()
		}
	}
	return types
}

// fieldNames are the names of the fields of an anonymous record, nil where they
// are not known.
func fieldNames(x Expr) []string {
	switch x := x.(type) {
	case *RowExpr:
		return x.Names
	case *Relabel:
		return fieldNames(x.Arg)
	case *Subquery:
		if x.Kind == SubqueryScalar {
			return targetNames(x.Query, 0)
		}
	case *Var:
		switch {
		case x.Entry.Query != nil:
			return targetNames(x.Entry.Query, x.Col)
		case x.Entry.CTE != nil:
			return targetNames(x.Entry.CTE.Query, x.Col)
		}
	}
	return nil
}

func targetNames(q *Query, col int) []string {
	if q.SetOp != nil {
		return targetNames(q.SetOp.Left, col)
	}
	if q.Command != CommandSelect || col >= len(q.Targets) {
		return nil
	}
	return fieldNames(q.Targets[col].Expr)
}
