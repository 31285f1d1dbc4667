package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// maxParams is the highest n of $n that the protocol can bind.
const maxParams = 65535

// params are the types of the statement's parameters. One that the client did
// not declare is unknown until an expression around it asks for a type; every
// other place must then agree.
type params struct {
	types    []oid.OID
	declared int
	variable bool
	uses     []*Param
}

func newParams(env *Env) *params {
	p := &params{variable: env.VariableParams, declared: len(env.ParamTypes)}
	for _, t := range env.ParamTypes {
		if t == oid.Invalid {
			t = oid.Unknown
		}
		p.types = append(p.types, t)
	}
	return p
}

// paramRef analyses $n.
func (a *analyzer) paramRef(n *pg_query.ParamRef) Expr {
	index := int(n.Number)
	p := a.params
	if index < 1 || index > maxParams || !p.variable && index > p.declared {
		a.failAt(n.Location, pgerr.UndefinedParameter, "there is no parameter $%d", index)
	}
	for len(p.types) < index {
		p.types = append(p.types, oid.Unknown)
	}
	param := &Param{Typed: a.at(p.types[index-1], n.Location), Index: index}
	p.uses = append(p.uses, param)
	return param
}

// coerceParam gives an undetermined parameter the type that its place asks for.
// It returns nil when the parameter has a type already.
func (a *analyzer) coerceParam(param *Param, target oid.OID) Expr {
	if param.Typ != oid.Unknown {
		return nil
	}
	known := &a.params.types[param.Index-1]
	switch *known {
	case oid.Unknown:
		*known = target
	case target:
	default:
		fail(pgerr.Newf(pgerr.AmbiguousParameter, "inconsistent types deduced for parameter $%d", param.Index).
			WithDetail("%s versus %s", a.typeName(*known), a.typeName(target)).At(param.Pos))
	}
	param.Typ = target
	return param
}

// finish checks that every parameter has one type everywhere.
func (p *params) finish(a *analyzer) []oid.OID {
	for _, use := range p.uses {
		if use.Typ != p.types[use.Index-1] {
			fail(pgerr.Newf(pgerr.AmbiguousParameter, "could not determine data type of parameter $%d", use.Index).At(use.Pos))
		}
	}
	for i, t := range p.types {
		if t == oid.Unknown {
			fail(pgerr.Newf(pgerr.IndeterminateDatatype, "could not determine data type of parameter $%d", i+1))
		}
	}
	return p.types
}
