package planner

import (
	"fmt"
	"slices"
	"strings"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
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
	args := e.list(c.Args)
	if impl.Template != "" {
		return "(" + expandTemplate(impl.Template, args) + ")"
	}
	return e.function(procFunction("f", c.Proc, actualTypes(c.Args, c.ArgTypes), c.Typ), args...)
}

// actualTypes are the types of a call's arguments, "any" made actual.
func actualTypes(args []Expr, declared []oid.OID) []oid.OID {
	if len(args) == len(declared) && !slices.Contains(declared, oid.Any) {
		return declared
	}
	types := make([]oid.OID, len(args))
	for i, x := range args {
		if i < len(declared) && declared[i] != oid.Any {
			types[i] = declared[i]
		} else if types[i] = x.Type(); types[i] == oid.Unknown {
			types[i] = oid.Text
		}
	}
	return types
}

// writingProcs are the functions that change something in the database.
var writingProcs = map[string]bool{"nextval_oid": true, "setval_oid": true, "setval3_oid": true}

// procFunction is the Go function of a proc, named by the proc and, where the
// declared types leave room, the actual ones.
func procFunction(prefix string, p *catalog.Proc, args []oid.OID, result oid.OID) *Function {
	name := fmt.Sprintf("%s%d", prefix, p.OID)
	if !slices.Equal(args, p.Args) || result != p.Result {
		for _, t := range args {
			name += fmt.Sprintf("_%d", t)
		}
		name += fmt.Sprintf("_r%d", result)
		if len(name) > 100 {
			name = fmt.Sprintf("%s%d_%s", prefix, p.OID, digest(name))
		}
	}
	f := &Function{
		Name: name, Args: len(args), Strict: p.Strict, Volatile: p.Volatile == 'v',
		Call: callOf(args, result),
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
