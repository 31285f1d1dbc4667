package catalog

import (
	"slices"

	"voronoi/internal/oid"
)

var schemaConstraintSources = map[string]source{
	"information_schema.table_constraints": {
		named: infoTableConstraints, indexed: []string{"table_name", "constraint_name"}},
	"information_schema.key_column_usage": {
		named: infoKeyColumns, indexed: []string{"table_name", "constraint_name"}},
	"information_schema.constraint_column_usage": {
		named: infoConstraintColumns, indexed: []string{"table_name", "constraint_name"}},
	"information_schema.constraint_table_usage": {
		named: infoConstraintTables, indexed: []string{"table_name", "constraint_name"}},
	"information_schema.referential_constraints": {
		named: infoReferentialConstraints, indexed: []string{"constraint_name"}},
	"information_schema.check_constraints": {
		named: infoCheckConstraints, indexed: []string{"constraint_name"}},
	"information_schema.domains":            {named: infoDomains, indexed: []string{"domain_name"}},
	"information_schema.domain_constraints": {named: infoDomainConstraints, indexed: []string{"domain_name"}},
	"information_schema.domain_udt_usage":   {named: infoDomainTypes, indexed: []string{"domain_name"}},
}

var constraintTypes = map[ConstraintKind]string{
	ConstraintCheck: "CHECK", ConstraintForeign: "FOREIGN KEY", ConstraintPrimary: "PRIMARY KEY", ConstraintUnique: "UNIQUE",
}

// notNullName is the name that the standard's views give to NOT NULL, which is a
// constraint to them.
func notNullName(r *Relation, c *Column) string {
	return decimal(r.Schema) + "_" + decimal(r.OID) + "_" + itoa(int64(c.Attnum)) + "_not_null"
}

// eachConstraint calls do for the constraints of tables.
func (v *informed) eachConstraint(do func(r *Relation, c *Constraint)) {
	for _, r := range v.tables(KindTable) {
		constraints := r.Constraints
		if v.facts {
			constraints = v.factConstraints(r)
		}
		for _, c := range constraints {
			do(r, c)
		}
	}
}

// factConstraints are the keys of Postgres's own tables, which their indexes
// tell.
func (v *informed) factConstraints(r *Relation) []*Constraint {
	var list []*Constraint
	for _, id := range r.Indexes {
		index := v.Relation(id)
		if !index.Index.Unique {
			continue
		}
		c := &Constraint{Name: index.Name, Kind: ConstraintUnique, Index: id}
		if index.Index.Primary {
			c.Kind = ConstraintPrimary
		}
		for _, key := range index.Index.Keys {
			c.Columns = append(c.Columns, key.Attnum)
		}
		list = append(list, c)
	}
	return list
}

func infoTableConstraints(b *rowBuilder, v *informed) {
	b.defaults(func() {
		b.texts("NO", "is_deferrable", "initially_deferred")
		b.text("enforced", "YES")
	})
	v.eachConstraint(func(r *Relation, c *Constraint) {
		b.next()
		v.object(b, "constraint", r.Schema, "constraint_name", c.Name)
		v.table(b, "table", r)
		b.text("constraint_type", constraintTypes[c.Kind])
		b.yesNo("is_deferrable", c.Deferrable)
		b.yesNo("initially_deferred", c.Deferred)
		if c.Kind == ConstraintUnique {
			index := v.Relation(c.Index)
			b.yesNo("nulls_distinct", index == nil || !index.Index.NullsNotDistinct)
		}
	})
	for _, r := range v.tables(KindTable) {
		for _, c := range r.Live() {
			if !c.NotNull {
				continue
			}
			b.next()
			v.object(b, "constraint", r.Schema, "constraint_name", notNullName(r, c))
			v.table(b, "table", r)
			b.text("constraint_type", "CHECK")
		}
	}
}

func infoKeyColumns(b *rowBuilder, v *informed) {
	v.eachConstraint(func(r *Relation, c *Constraint) {
		if c.Kind == ConstraintCheck {
			return
		}
		for i, n := range c.Columns {
			b.next()
			v.object(b, "constraint", r.Schema, "constraint_name", c.Name)
			v.table(b, "table", r)
			b.text("column_name", r.Attribute(n).Name)
			b.int("ordinal_position", int64(i+1))
			if index := v.Relation(c.Index); c.Kind == ConstraintForeign && index != nil && i < len(c.ForeignColumns) {
				at := slices.IndexFunc(index.Index.Keys, func(key IndexKey) bool { return key.Attnum == c.ForeignColumns[i] })
				b.int("position_in_unique_constraint", int64(at+1))
			}
		}
	})
}

func infoConstraintColumns(b *rowBuilder, v *informed) {
	v.eachConstraint(func(r *Relation, c *Constraint) {
		table, columns := r, c.Columns
		if c.Kind == ConstraintForeign {
			table, columns = v.Relation(c.Foreign), c.ForeignColumns
		}
		for _, n := range columns {
			if table == nil || table.Attribute(n) == nil {
				continue
			}
			b.next()
			v.table(b, "table", table)
			b.text("column_name", table.Attribute(n).Name)
			v.object(b, "constraint", r.Schema, "constraint_name", c.Name)
		}
	})
}

func infoConstraintTables(b *rowBuilder, v *informed) {
	v.eachConstraint(func(r *Relation, c *Constraint) {
		table := r
		switch c.Kind {
		case ConstraintCheck:
			return
		case ConstraintForeign:
			table = v.Relation(c.Foreign)
		}
		if table != nil {
			b.next()
			v.table(b, "table", table)
			v.object(b, "constraint", r.Schema, "constraint_name", c.Name)
		}
	})
}

var ruleNames = map[byte]string{
	0: "NO ACTION", 'a': "NO ACTION", 'r': "RESTRICT", 'c': "CASCADE", 'n': "SET NULL", 'd': "SET DEFAULT",
}

func infoReferentialConstraints(b *rowBuilder, v *informed) {
	v.eachConstraint(func(r *Relation, c *Constraint) {
		if c.Kind != ConstraintForeign {
			return
		}
		b.next()
		v.object(b, "constraint", r.Schema, "constraint_name", c.Name)
		if index := v.Relation(c.Index); index != nil {
			if key := v.constraintOfIndex(index); key != nil {
				v.object(b, "unique_constraint", index.Schema, "unique_constraint_name", key.Name)
			}
		}
		b.text("match_option", "NONE")
		if c.MatchFull {
			b.text("match_option", "FULL")
		}
		b.text("update_rule", ruleNames[c.OnUpdate])
		b.text("delete_rule", ruleNames[c.OnDelete])
	})
}

func infoCheckConstraints(b *rowBuilder, v *informed) {
	check := func(schema oid.OID, name, clause string) {
		b.next()
		v.object(b, "constraint", schema, "constraint_name", name)
		b.text("check_clause", clause)
	}
	v.eachConstraint(func(r *Relation, c *Constraint) {
		if c.Kind == ConstraintCheck {
			check(r.Schema, c.Name, "("+c.Check+")")
		}
	})
	if !v.facts {
		for _, def := range v.typeDefs() {
			for _, c := range def.Checks {
				check(def.Schema, c.Name, "("+c.Check+")")
			}
		}
	}
	for _, r := range v.tables(KindTable) {
		for _, c := range r.Live() {
			if c.NotNull {
				check(r.Schema, notNullName(r, c), c.Name+" IS NOT NULL")
			}
		}
	}
}

// domains are the domains to tell of.
func (v *informed) domains() []*Type {
	var list []*Type
	if v.facts {
		for _, t := range v.Snapshot.facts.types {
			if t.Kind == 'd' {
				list = append(list, t)
			}
		}
		slices.SortFunc(list, func(x, y *Type) int { return int(x.OID) - int(y.OID) })
		return list
	}
	for _, t := range v.dynamicTypes() {
		if t.Kind == 'd' {
			list = append(list, t)
		}
	}
	return list
}

func infoDomains(b *rowBuilder, v *informed) {
	for _, t := range v.domains() {
		b.next()
		v.object(b, "domain", t.Schema, "domain_name", t.Name)
		v.typed(b, t.Base, t.Typmod)
		v.collation(b, t.Collation)
		b.textOrNull("domain_default", t.Default)
		if base := v.Type(t.Base); base != nil {
			v.object(b, "udt", base.Schema, "udt_name", base.Name)
		}
		b.text("dtd_identifier", "1")
	}
}

func infoDomainConstraints(b *rowBuilder, v *informed) {
	for _, t := range v.domains() {
		for _, c := range t.Checks {
			b.next()
			v.object(b, "constraint", t.Schema, "constraint_name", c.Name)
			v.object(b, "domain", t.Schema, "domain_name", t.Name)
			b.texts("NO", "is_deferrable", "initially_deferred")
		}
	}
}

func infoDomainTypes(b *rowBuilder, v *informed) {
	for _, t := range v.domains() {
		if base := v.Type(t.Base); base != nil {
			b.next()
			v.object(b, "udt", base.Schema, "udt_name", base.Name)
			v.object(b, "domain", t.Schema, "domain_name", t.Name)
		}
	}
}
