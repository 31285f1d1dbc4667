package planner

import "voronoi/exec/catalog"

// constraints plans what the executor computes for a new row: its generated
// columns, and the conditions that it must fulfil.
func (m *modifier) constraints() {
	var checks, generated []string
	for _, c := range m.plan.Table.Constraints {
		if c.Kind == catalog.ConstraintCheck {
			checks = append(checks, c.Check)
			m.plan.CheckNames = append(m.plan.CheckNames, c.Name)
		}
	}
	for _, c := range m.plan.Table.Live() {
		if c.Generated != 0 {
			generated = append(generated, c.Default)
			m.plan.GeneratedColumns = append(m.plan.GeneratedColumns, c)
		}
	}
	m.plan.Checks = m.ofRow(checks)
	m.plan.Generated = m.ofRow(generated)
}

// ofRow computes expressions that the catalog holds as text over a row of the
// table; nil when there are none.
func (m *modifier) ofRow(texts []string) *RowQuery {
	if len(texts) == 0 {
		return nil
	}
	row := relationRange(m.plan.Table)
	exprs := make([]Expr, len(texts))
	for i, text := range texts {
		x, entry, err := AnalyzeScalar(m.env, text, m.plan.Table)
		if err != nil {
			m.fail(err)
			return nil
		}
		// Each text was analysed over an entry of its own.
		exprs[i] = mapExpr(x, func(x Expr) Expr {
			v, ok := x.(*Var)
			if !ok || v.Entry != entry {
				return nil
			}
			c := *v
			c.Entry = row
			return &c
		})
	}
	return m.rowQuery(exprs, []*Entry{row}, nil)
}

// analyzeDomainCheck is a domain's CHECK as an expression over CaseValue: VALUE
// is the column of a table that has no other.
func analyzeDomainCheck(env *Env, def *catalog.TypeDef, text string) (Expr, error) {
	row := &catalog.Relation{Name: def.Name, Kind: catalog.KindTable, Columns: []*catalog.Column{
		{Name: "value", Attnum: 1, Type: def.Base, Typmod: def.Typmod},
	}}
	x, entry, err := AnalyzeScalar(env, text, row)
	if err != nil {
		return nil, err
	}
	return mapExpr(x, func(x Expr) Expr {
		if v, ok := x.(*Var); ok && v.Entry == entry {
			return &CaseValue{v.Typed}
		}
		return nil
	}), nil
}
