package catalog

import (
	"strings"

	"voronoi/internal/oid"
)

var schemaTableSources = map[string]source{
	"information_schema.tables":            {named: infoTables, indexed: []string{"table_name", "table_schema"}},
	"information_schema.columns":           {named: infoColumns, indexed: []string{"table_name", "table_schema", "column_name"}},
	"information_schema.views":             {named: infoViews, indexed: []string{"table_name"}},
	"information_schema.sequences":         {named: infoSequences, indexed: []string{"sequence_name"}},
	"information_schema.view_table_usage":  {named: infoViewTables, indexed: []string{"view_name", "table_name"}},
	"information_schema.view_column_usage": {named: infoViewColumns, indexed: []string{"view_name", "table_name"}},
	"information_schema.table_privileges":  {named: infoTablePrivileges, indexed: []string{"table_name"}},
	"information_schema.role_table_grants": {named: infoTablePrivileges, indexed: []string{"table_name"}},
	"information_schema.column_privileges": {named: infoColumnPrivileges, indexed: []string{"table_name"}},
	"information_schema.role_column_grants": {
		named: infoColumnPrivileges, indexed: []string{"table_name"}},
	"information_schema.column_udt_usage":    {named: infoColumnTypes, indexed: []string{"table_name", "udt_name"}},
	"information_schema.column_domain_usage": {named: infoColumnDomains, indexed: []string{"table_name", "domain_name"}},
	"information_schema.element_types":       {named: infoElementTypes, indexed: []string{"object_name"}},
	"information_schema.attributes":          {named: infoAttributes, indexed: []string{"udt_name"}},
	"information_schema.user_defined_types":  {named: infoUserTypes, indexed: []string{"user_defined_type_name"}},
}

func infoTables(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindTable, KindView) {
		b.next()
		v.table(b, "table", r)
		b.yesNo("is_insertable_into", r.Kind == KindTable)
		b.text("is_typed", "NO")
		switch {
		case r.persistence() == 't':
			b.text("table_type", "LOCAL TEMPORARY")
			b.text("commit_action", "PRESERVE")
		case r.Kind == KindView:
			b.text("table_type", "VIEW")
		default:
			b.text("table_type", "BASE TABLE")
		}
	}
}

func infoColumns(b *rowBuilder, v *informed) {
	b.defaults(func() {
		b.texts("NO", "is_self_referencing", "is_identity", "identity_cycle")
		b.text("is_generated", "NEVER")
	})
	for _, r := range v.tables(KindTable, KindView) {
		for _, c := range r.Columns {
			t := v.Type(c.Type)
			if c.Dropped || t == nil {
				continue
			}
			b.next()
			v.table(b, "table", r)
			b.text("column_name", c.Name)
			b.int("ordinal_position", int64(c.Attnum))
			b.text("dtd_identifier", itoa(int64(c.Attnum)))
			b.yesNo("is_nullable", !c.NotNull && (t.Kind != 'd' || !t.NotNull))
			b.yesNo("is_updatable", r.Kind == KindTable)
			v.typed(b, c.Type, c.Typmod)
			v.collation(b, c.collation(t))
			if t.Kind == 'd' {
				v.object(b, "domain", t.Schema, "domain_name", t.Name)
			}
			if base := v.base(t); base != nil {
				v.object(b, "udt", base.Schema, "udt_name", base.Name)
			}
			if c.Generated != 0 {
				b.text("is_generated", "ALWAYS")
				b.text("generation_expression", c.Default)
			} else {
				b.textOrNull("column_default", c.Default)
			}
			if c.Identity != 0 {
				v.identity(b, c)
			}
		}
	}
}

func (v *informed) identity(b *rowBuilder, c *Column) {
	b.text("is_identity", "YES")
	b.text("identity_generation", "BY DEFAULT")
	if c.Identity == 'a' {
		b.text("identity_generation", "ALWAYS")
	}
	if q := v.Relation(c.Sequence); q != nil && q.Sequence != nil {
		b.text("identity_start", itoa(q.Sequence.Start))
		b.text("identity_increment", itoa(q.Sequence.Increment))
		b.text("identity_maximum", itoa(q.Sequence.Max))
		b.text("identity_minimum", itoa(q.Sequence.Min))
		b.yesNo("identity_cycle", q.Sequence.Cycle)
	}
}

func infoViews(b *rowBuilder, v *informed) {
	b.defaults(func() {
		b.text("check_option", "NONE")
		b.texts("NO", "is_updatable", "is_insertable_into", "is_trigger_updatable", "is_trigger_deletable",
			"is_trigger_insertable_into")
	})
	for _, r := range v.tables(KindView) {
		b.next()
		v.table(b, "table", r)
		if r.View != nil {
			b.text("view_definition", v.naming(defaultPath).viewDef(r, false))
		}
	}
}

func infoSequences(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindSequence) {
		q := r.Sequence
		if q.Internal {
			continue // an identity column's is not shown
		}
		b.next()
		v.table(b, "sequence", r)
		v.typed(b, q.Type, -1)
		b.text("start_value", itoa(q.Start))
		b.text("minimum_value", itoa(q.Min))
		b.text("maximum_value", itoa(q.Max))
		b.text("increment", itoa(q.Increment))
		b.yesNo("cycle_option", q.Cycle)
	}
}

func infoViewTables(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindView) {
		if r.View == nil {
			continue
		}
		seen := map[oid.OID]bool{}
		for _, use := range r.View.Uses {
			if used := v.Relation(use.Relation); used != nil && !seen[use.Relation] {
				seen[use.Relation] = true
				b.next()
				v.table(b, "view", r)
				v.table(b, "table", used)
			}
		}
	}
}

func infoViewColumns(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindView) {
		if r.View == nil {
			continue
		}
		for _, use := range r.View.Uses {
			used := v.Relation(use.Relation)
			if used == nil || used.Attribute(use.Attnum) == nil {
				continue
			}
			b.next()
			v.table(b, "view", r)
			v.table(b, "table", used)
			b.text("column_name", used.Attribute(use.Attnum).Name)
		}
	}
}

func infoTablePrivileges(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindTable, KindView) {
		owner := v.roleName(r.Owner)
		for _, privilege := range []string{"INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"} {
			b.next()
			v.table(b, "table", r)
			b.texts(owner, "grantor", "grantee")
			b.text("privilege_type", privilege)
			b.text("is_grantable", "YES")
			b.yesNo("with_hierarchy", privilege == "SELECT")
		}
	}
}

func infoColumnPrivileges(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindTable, KindView) {
		owner := v.roleName(r.Owner)
		for _, c := range r.Live() {
			for _, privilege := range []string{"INSERT", "SELECT", "UPDATE", "REFERENCES"} {
				b.next()
				v.table(b, "table", r)
				b.text("column_name", c.Name)
				b.texts(owner, "grantor", "grantee")
				b.text("privilege_type", privilege)
				b.text("is_grantable", "YES")
			}
		}
	}
}

func infoColumnTypes(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindTable, KindView) {
		for _, c := range r.Live() {
			t := v.base(v.Type(c.Type))
			if t == nil {
				continue
			}
			b.next()
			v.object(b, "udt", t.Schema, "udt_name", t.Name)
			v.table(b, "table", r)
			b.text("column_name", c.Name)
		}
	}
}

func infoColumnDomains(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindTable, KindView) {
		for _, c := range r.Live() {
			t := v.Type(c.Type)
			if t == nil || t.Kind != 'd' {
				continue
			}
			b.next()
			v.object(b, "domain", t.Schema, "domain_name", t.Name)
			v.table(b, "table", r)
			b.text("column_name", c.Name)
		}
	}
}

// infoElementTypes tells of the elements of array columns.
func infoElementTypes(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindTable, KindView) {
		for _, c := range r.Live() {
			t := v.Type(c.Type)
			if t == nil || !t.IsArray() {
				continue
			}
			elem := v.Type(t.Elem)
			if elem == nil {
				continue
			}
			b.next()
			v.object(b, "object", r.Schema, "object_name", r.Name)
			b.text("object_type", "TABLE")
			if r.Kind == KindView {
				b.text("object_type", "VIEW")
			}
			b.text("collection_type_identifier", itoa(int64(c.Attnum)))
			b.text("dtd_identifier", "a"+itoa(int64(c.Attnum)))
			b.text("data_type", v.dataType(elem))
			v.object(b, "udt", elem.Schema, "udt_name", elem.Name)
			v.collation(b, c.collation(t))
		}
	}
}

func infoAttributes(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindComposite) {
		for _, c := range r.Live() {
			t := v.Type(c.Type)
			if t == nil {
				continue
			}
			b.next()
			v.table(b, "udt", r)
			b.text("attribute_name", c.Name)
			b.int("ordinal_position", int64(c.Attnum))
			b.text("dtd_identifier", itoa(int64(c.Attnum)))
			b.yesNo("is_nullable", !c.NotNull)
			b.text("is_derived_reference_attribute", "NO")
			v.typed(b, c.Type, c.Typmod)
			v.collation(b, c.collation(t))
			v.object(b, "attribute_udt", t.Schema, "attribute_udt_name", t.Name)
		}
	}
}

func infoUserTypes(b *rowBuilder, v *informed) {
	for _, r := range v.tables(KindComposite) {
		b.next()
		v.object(b, "user_defined_type", r.Schema, "user_defined_type_name", r.Name)
		b.text("user_defined_type_category", "STRUCTURED")
		b.text("is_instantiable", "YES")
	}
}

// upper is a word of the standard's.
func upper(s string) string { return strings.ToUpper(s) }
