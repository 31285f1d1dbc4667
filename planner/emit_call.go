package planner

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// call is a function call: its SQLite template where it has one, its Go
// function otherwise.
func (e *emitter) call(c *FuncCall) string {
	if c.Proc.Set {
		return e.fail(pgerr.Unsupported("a set-returning function in this place: %s", c.Proc.Name).At(c.Pos))
	}
	impl := c.Proc.Impl
	if impl == nil || impl.Template == "" && impl.Scalar == nil {
		return e.fail(unsupportedCall(e.env, c))
	}
	if writingProcs[c.Proc.Source] {
		e.plan.Writes, e.root.plan.Writes = true, true
	}
	if definingProcs[c.Proc.Source] {
		e.plan.Defines, e.root.plan.Defines = true, true
	}
	args := e.list(c.Args)
	if impl.Template != "" {
		return "(" + expandTemplate(impl.Template, args) + ")"
	}
	return e.function(procFunction("f", c.Proc, callSite(c.Args, c.ArgTypes, c.Typ, c.Variadic)), args...)
}

// writingProcs are the functions that change something in the database.
var writingProcs = map[string]bool{"nextval_oid": true, "setval_oid": true, "setval3_oid": true}

// definingProcs are the functions that change the catalog.
var definingProcs = map[string]bool{"voronoi_ivf_build": true, "voronoi_pq_train": true, "voronoi_pq_drop": true}

// procFunction is the Go function of a proc, named by the proc and, where its
// declaration leaves room, by what is actual.
func procFunction(prefix string, p *catalog.Proc, call builtin.Call) *Function {
	name := fmt.Sprintf("%s%d", prefix, p.OID)
	if !slices.Equal(call.Args, p.Args) || call.Result != p.Result || call.Variadic || call.Fields != nil || call.Columns != nil {
		full := name
		for _, t := range call.Args {
			full += fmt.Sprintf("_%d", t)
		}
		full += fmt.Sprintf("_r%d", call.Result)
		if call.Variadic {
			full += "_v"
		}
		if call.Fields != nil {
			full += fmt.Sprintf("%q", call.Fields)
		}
		for _, c := range call.Columns {
			full += fmt.Sprintf("%q %d %d", c.Name, c.Type.OID, c.Typmod)
		}
		if len(full) > 100 || call.Fields != nil || call.Columns != nil {
			full = name + "_" + digest(full)
		}
		name = full
	}
	f := &Function{
		Name: name, Args: len(call.Args), Strict: p.Strict, Volatile: p.Volatile == 'v', Call: call,
	}
	if p.Impl != nil {
		f.Scalar, f.Aggregate = p.Impl.Scalar, p.Impl.Aggregate
	}
	return f
}

// expandTemplate puts arguments in the places of $1, $2, …
func expandTemplate(template string, args []string) string {
	var b strings.Builder
	for i := 0; i < len(template); {
		if template[i] != '$' {
			b.WriteByte(template[i])
			i++
			continue
		}
		n := 0
		for i++; i < len(template) && template[i] >= '0' && template[i] <= '9'; i++ {
			n = n*10 + int(template[i]-'0')
		}
		if n >= 1 && n <= len(args) {
			b.WriteString(args[n-1])
		} else {
			b.WriteString("NULL")
		}
	}
	return b.String()
}

// unsupportedCall names a call that Postgres has and Voronoi has not.
func unsupportedCall(env *Env, c *FuncCall) error {
	switch {
	case c.Op != nil:
		return unsupportedProc(env, c.Proc, c.Op)
	case (c.Form == FormCast || c.Form == FormImplicitCast) && len(c.ArgTypes) > 0:
		return pgerr.Unsupported("cast from %s to %s", typeName(env, c.ArgTypes[0]), typeName(env, c.Typ)).At(c.Pos)
	}
	return pgerr.Unsupported("function %s(%s)", c.Proc.Name, typeNames(env, c.ArgTypes)).At(c.Pos)
}

func unsupportedProc(env *Env, p *catalog.Proc, op *catalog.Operator) error {
	switch {
	case op == nil:
		return pgerr.Unsupported("function %s(%s)", p.Name, typeNames(env, p.Args))
	case op.Left == 0:
		return pgerr.Unsupported("operator %s %s", op.Name, typeName(env, op.Right))
	}
	return pgerr.Unsupported("operator %s %s %s", typeName(env, op.Left), op.Name, typeName(env, op.Right))
}
