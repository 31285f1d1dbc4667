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
	schema       string
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
	schema := ""
	if s := env.Catalog.Schema(def.Schema); s != nil {
		schema = s.Name
	}
	if def.NotNull {
		checks = append(checks, domainCheck{domain: def.Name, schema: schema})
	}
	for _, c := range def.Checks {
		cond, err := analyzeDomainCheck(env, def, c.Check)
		if err != nil {
			return nil, err
		}
		checks = append(checks, domainCheck{def.Name, c.Name, schema, cond})
	}
	return checks, nil
}

// checkDomain applies checks to the value that v holds as CaseValue.
func (v *evaluation) checkDomain(domain string, d datum.Datum, checks []domainCheck) error {
	for _, c := range checks {
		if c.cond == nil {
			if d.IsNull() {
				return c.violated(pgerr.Newf(pgerr.NotNullViolation, "domain %s does not allow null values", c.domain))
			}
			continue
		}
		ok, err := v.eval(c.cond)
		if err != nil {
			return err
		}
		if !ok.IsNull() && !ok.Bool() {
			return c.violated(pgerr.Newf(pgerr.CheckViolation, `value for domain %s violates check constraint "%s"`, domain, c.name))
		}
	}
	return nil
}

// violated adds to an error which constraint of which type it is about.
func (c *domainCheck) violated(err *pgerr.Error) error {
	err.Schema, err.DataType, err.Constraint = c.schema, c.domain, c.name
	return err
}
