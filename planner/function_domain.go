package planner

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// domainCheck is one condition on the values of a domain, over CaseValue. A nil
// Cond is NOT NULL.
type domainCheck struct {
	domain, name string
	cond         Expr
}

// domainChecks collects what a domain and the domains under it demand, the
// innermost first.
func domainChecks(env *Env, id oid.OID) ([]domainCheck, error) {
	def := env.Catalog.TypeDef(id)
	if def == nil || def.Kind != 'd' {
		return nil, nil
	}
	checks, err := domainChecks(env, def.Base)
	if err != nil {
		return nil, err
	}
	if def.NotNull {
		checks = append(checks, domainCheck{domain: def.Name})
	}
	for _, c := range def.Checks {
		cond, err := analyzeDomainCheck(env, def, c.Check)
		if err != nil {
			return nil, err
		}
		checks = append(checks, domainCheck{def.Name, c.Name, cond})
	}
	return checks, nil
}

// checkDomain applies checks to the value that v holds as CaseValue.
func (v *evaluation) checkDomain(domain string, d datum.Datum, checks []domainCheck) error {
	for _, c := range checks {
		if c.cond == nil {
			if d.IsNull() {
				return pgerr.Newf(pgerr.NotNullViolation, "domain %s does not allow null values", c.domain)
			}
			continue
		}
		ok, err := v.eval(c.cond)
		if err != nil {
			return err
		}
		if !ok.IsNull() && !ok.Bool() {
			return pgerr.Newf(pgerr.CheckViolation, `value for domain %s violates check constraint "%s"`, domain, c.name).WithConstraint(c.name)
		}
	}
	return nil
}
