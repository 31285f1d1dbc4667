package planner

import (
	"fmt"
	"math"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// textHelper is a cast through text output and input.
func textHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*CoerceIO)
	from, err := typeOf(env, e.Arg.Type())
	if err != nil {
		return nil, nil, err
	}
	to, err := typeOf(env, e.Typ)
	if err != nil {
		return nil, nil, err
	}
	return &Function{
		Name: fmt.Sprintf("io_%d_%d", e.Arg.Type(), e.Typ), Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{e.Arg.Type()}, Result: e.Typ},
		Scalar: func(c *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return to.Input(c.Env, string(from.AppendText(nil, c.Env, a[0])))
		},
	}, []Expr{e.Arg}, nil
}

// typmodHelper applies a type modifier.
func typmodHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*CoerceTypmod)
	t, err := typeOf(env, e.Typ)
	if err != nil {
		return nil, nil, err
	}
	mod, explicit := e.Mod, e.Explicit
	name := fmt.Sprintf("typmod_%d_%d", e.Typ, mod)
	if explicit {
		name += "_x"
	}
	return &Function{
		Name: name, Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{e.Typ}, Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			if t.Coerce == nil || mod < 0 {
				return a[0], nil
			}
			return t.Coerce(a[0], mod, explicit)
		},
	}, []Expr{e.Arg}, nil
}

// domainHelper checks a value against a domain's NOT NULL and CHECKs.
func domainHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*CoerceDomain)
	def := env.Catalog.TypeDef(e.Typ)
	if def == nil {
		return nil, nil, pgerr.Unsupported("domain %s", typeName(env, e.Typ))
	}
	checks, err := domainChecks(env, e.Typ)
	if err != nil {
		return nil, nil, err
	}
	snapshot := env.Catalog // the function outlives env
	return &Function{
		Name: fmt.Sprintf("domain_%d_%s", e.Typ, digest(fmt.Sprint(def))), Args: 1,
		Call: builtin.Call{Args: []oid.OID{e.Arg.Type()}, Result: e.Typ},
		Scalar: func(c *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			v := evaluation{env: &Env{Catalog: snapshot, Values: c.Env, session: c.Session}, caseValue: a[0]}
			return a[0], v.checkDomain(def.Name, a[0], checks)
		},
	}, []Expr{e.Arg}, nil
}

// needsHelper reports whether a relabelling changes the stored value after all:
// an integer that becomes an OID is taken as unsigned, and the other way round.
func needsHelper(e *Relabel) bool {
	return unsigned[e.Typ] && signed[e.Arg.Type()] || signed[e.Typ] && unsigned[e.Arg.Type()]
}

var signed = map[oid.OID]bool{oid.Int4: true}

var unsigned = map[oid.OID]bool{
	oid.OIDType: true, oid.XID: true, oid.CID: true, oid.Regproc: true, oid.Regprocedure: true, oid.Regoper: true,
	oid.Regoperator: true, oid.Regclass: true, oid.Regtype: true, oid.Regrole: true, oid.Regnamespace: true,
	oid.Regconfig: true, oid.Regdictionary: true, oid.Regcollation: true,
}

// oidHelper keeps the 32 bits of an integer and changes their meaning.
func oidHelper(_ *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*Relabel)
	f := &Function{
		Name: "int4_oid", Args: 1, Strict: true,
		Call: builtin.Call{Args: []oid.OID{e.Arg.Type()}, Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(uint32(a[0].Int()))), nil
		},
	}
	if signed[e.Typ] {
		f.Name = "oid_int4"
		f.Scalar = func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			return datum.Int(int64(int32(a[0].Int() & math.MaxUint32))), nil
		}
	}
	return f, []Expr{e.Arg}, nil
}

// minMaxHelper is GREATEST and LEAST: NULLs are passed over.
func minMaxHelper(env *Env, x Expr) (*Function, []Expr, error) {
	e := x.(*MinMax)
	t, err := typeOf(env, e.Typ)
	if err != nil {
		return nil, nil, err
	}
	if t.Compare == nil {
		return nil, nil, pgerr.Newf(pgerr.UndefinedFunction, "could not identify a comparison function for type %s", typeName(env, e.Typ)).At(e.Pos)
	}
	name, sign := "least", -1
	if e.Greatest {
		name, sign = "greatest", 1
	}
	return &Function{
		Name: fmt.Sprintf("%s_%d", name, e.Typ), Args: -1,
		Call: builtin.Call{Result: e.Typ},
		Scalar: func(_ *builtin.Call, a []datum.Datum) (datum.Datum, error) {
			best := datum.Null
			for _, d := range a {
				if !d.IsNull() && (best.IsNull() || t.Compare(d, best)*sign > 0) {
					best = d
				}
			}
			return best, nil
		},
	}, e.Args, nil
}
