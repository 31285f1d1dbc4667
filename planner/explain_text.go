package planner

import (
	"strconv"
	"strings"

	"voronoi/internal/datum"
)

// deparse is an expression as EXPLAIN prints it.
func deparse(env *Env, x Expr) string {
	switch x := x.(type) {
	case *Const:
		t, err := typeOf(env, x.Typ)
		if x.Value.IsNull() || err != nil {
			return "NULL"
		}
		values := env.Values
		if values == nil {
			values = datum.DefaultEnv()
		}
		text := string(t.AppendText(nil, values, x.Value))
		if integral[x.Typ] {
			return text
		}
		return "'" + strings.ReplaceAll(text, "'", "''") + "'::" + typeName(env, x.Typ)
	case *Param:
		return "$" + strconv.Itoa(x.Index)
	case *Var:
		return x.Entry.Columns[x.Col].Name
	case *FuncCall:
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = deparse(env, a)
		}
		switch {
		case x.Op != nil && len(args) == 2:
			return "(" + args[0] + " " + x.Op.Name + " " + args[1] + ")"
		case x.Form == FormImplicitCast && len(args) > 0:
			return args[0]
		}
		return x.Proc.Name + "(" + strings.Join(args, ", ") + ")"
	case *Bool:
		args := make([]string, len(x.Args))
		for i, a := range x.Args {
			args[i] = deparse(env, a)
		}
		if x.Op == "NOT" {
			return "(NOT " + args[0] + ")"
		}
		return "(" + strings.Join(args, " "+x.Op+" ") + ")"
	case *NullTest:
		if x.Not {
			return "(" + deparse(env, x.Arg) + " IS NOT NULL)"
		}
		return "(" + deparse(env, x.Arg) + " IS NULL)"
	case *Relabel:
		return deparse(env, x.Arg)
	case *Subquery:
		return "(SubPlan)"
	}
	var parts []string
	operands(x, func(o Expr) { parts = append(parts, deparse(env, o)) })
	return "(" + strings.Join(parts, " ") + ")"
}
