package planner

import (
	"fmt"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// rowHelper is ROW(…). Of a whole row that an outer join made NULL the first
// operand says so.
func rowHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*RowExpr)
	types := make([]*datum.Type, len(e.Fields))
	var name strings.Builder
	name.WriteString("row")
	for i, f := range e.Fields {
		t, err := typeOf(env, f.Type())
		if err != nil {
			return nil, nil, err
		}
		types[i] = t
		fmt.Fprintf(&name, "_%d", f.Type())
	}
	full := name.String()
	if len(full) > 100 {
		full = "row_" + digest(full)
	}
	return &Function{
		Name: full, Args: -1,
		Call: builtin.Call{Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return datum.NewRecord(types, a), nil
		},
	}, e.Fields, nil
}

// fieldHelper is (row).field.
func fieldHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*Field)
	index, types := e.Index, fieldTypes(env, e.Arg.Type())
	return &Function{
		Name: fmt.Sprintf("field_%d_%d_%d", index, e.Arg.Type(), e.Typ), Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{e.Arg.Type()}, Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			field, _ := datum.RecordField(types, a[0], index)
			return field, nil
		},
	}, []Expr{e.Arg}, nil
}

// rowNullHelper is row IS [NOT] NULL: every field is, or every field is not.
func rowNullHelper(_ *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*NullTest)
	name, not := "row_null", e.Not
	if not {
		name = "row_not_null"
	}
	return &Function{
		Name: name, Args: 1,
		Call: builtin.Call{Args: []oid.OID{oid.Record}, Result: oid.Bool},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			if a[0].IsNull() {
				return datum.Bool(!not), nil
			}
			fields, _ := datum.RecordFields(nil, a[0])
			for _, f := range fields {
				if f.IsNull() == not {
					return datum.Bool(false), nil
				}
			}
			return datum.Bool(true), nil
		},
	}, []Expr{e.Arg}, nil
}

// fieldTypes are the types of a row type's fields, nil for an anonymous record:
// fields of types that users have made can only be read by them.
func fieldTypes(env *Env, id oid.OID) []*datum.Type {
	if env.Catalog == nil {
		return nil
	}
	t := env.Catalog.Type(id)
	if t == nil || t.Relation == 0 {
		return nil
	}
	r := env.Catalog.Relation(t.Relation)
	if r == nil {
		return nil
	}
	var fields []*datum.Type
	for _, c := range r.Live() {
		f, err := typeOf(env, c.Type)
		if err != nil {
			return nil
		}
		fields = append(fields, f)
	}
	return fields
}
