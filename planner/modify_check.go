package planner

import (
	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// constraints plans what a new row must fulfil and what is generated from it.
func (m *modifier) constraints() {
	for _, c := range m.plan.Table.Constraints {
		if c.Kind == catalog.ConstraintCheck {
			m.fail(pgerr.Unsupported("writing a table with CHECK constraints"))
		}
	}
	for _, c := range m.plan.Table.Live() {
		if c.Generated != 0 {
			m.fail(pgerr.Unsupported("writing a table with generated columns"))
		}
	}
}

// analyzeDomainCheck is a domain's CHECK as an expression over CaseValue.
func analyzeDomainCheck(_ *Env, def *catalog.TypeDef, _ string) (Expr, error) {
	return nil, pgerr.Unsupported("the CHECK constraint of domain %s", def.Name)
}
