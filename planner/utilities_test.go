package planner

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"voronoi/internal/pgerr"
	"voronoi/sqlparse"
)

// TestUtilities prints the node that each utility statement becomes, or its
// error.
func TestUtilities(t *testing.T) {
	env := analysisEnv(t)
	datadriven.Walk(t, "testdata/analyze/utility", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			for _, sql := range strings.Split(d.Input, "\n") {
				out.WriteString(utilityString(env, sql) + "\n")
			}
			return out.String()
		})
	})
}

func utilityString(env *Env, sql string) string {
	statements, err := sqlparse.Parse(sql)
	var plan Plan
	if err == nil {
		plan, err = Make(env, statements[0])
	}
	if err != nil {
		e := pgerr.From(err)
		s := fmt.Sprintf("ERROR %s: %s", e.Code, e.Message)
		if e.Position > 0 {
			s += fmt.Sprintf(" @%d", e.Position)
		}
		return s
	}
	if u, ok := plan.(*UtilityPlan); ok {
		return fields(reflect.ValueOf(u.Node))
	}
	return fields(reflect.ValueOf(plan))
}

// fields prints a struct's fields that are not zero; plans, tables and columns
// by their SQL and names.
func fields(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case *QueryPlan:
		if x == nil {
			return "nil"
		}
		return "query"
	case *ModifyPlan:
		return "modify"
	case *sqlparse.Statement:
		return fmt.Sprintf("%q", x.Text)
	case Expr:
		return fmt.Sprintf("expr of type %d", x.Type())
	case *string:
		if x == nil {
			return "nil"
		}
		return fmt.Sprintf("%q", *x)
	case string:
		return fmt.Sprintf("%q", x)
	}
	if named := v; named.Kind() == reflect.Pointer && !named.IsNil() {
		if n := named.Elem().FieldByName("Attnum"); n.IsValid() || named.Elem().FieldByName("RowType").IsValid() {
			return named.Elem().FieldByName("Name").String()
		}
		return fields(named.Elem())
	}
	switch v.Kind() {
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if v.Field(i).IsZero() || !f.IsExported() {
				continue
			}
			parts = append(parts, f.Name+": "+fields(v.Field(i)))
		}
		return v.Type().Name() + "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice:
		var parts []string
		for i := range v.Len() {
			parts = append(parts, fields(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Interface:
		return fields(v.Elem())
	}
	return fmt.Sprint(v.Interface())
}
