package catalog

import (
	"maps"
	"slices"

	"voronoi/internal/oid"
)

var schemaOtherSources = map[string]source{
	"information_schema.information_schema_catalog_name":       {named: infoCatalogName},
	"information_schema.schemata":                              {named: infoSchemata, indexed: []string{"schema_name"}},
	"information_schema.character_sets":                        {named: infoCharacterSets},
	"information_schema.collations":                            {named: infoCollations},
	"information_schema.collation_character_set_applicability": {named: infoCollationSets},
	"information_schema.routines":                              {named: infoRoutines, indexed: []string{"routine_name", "specific_name"}},
	"information_schema.parameters":                            {named: infoParameters, indexed: []string{"specific_name"}},
	"information_schema.enabled_roles":                         {session: infoEnabledRoles},
	"information_schema.applicable_roles":                      {named: infoApplicableRoles},
}

func infoCatalogName(b *rowBuilder, v *informed) {
	if v.facts {
		b.next()
		b.text("catalog_name", v.database)
	}
}

func infoSchemata(b *rowBuilder, v *informed) {
	for _, schema := range v.Schemas() {
		if v.facts != (v.Snapshot.facts.schemas[schema.OID] != nil) {
			continue
		}
		b.next()
		b.text("catalog_name", v.database)
		b.text("schema_name", schema.Name)
		b.text("schema_owner", v.roleName(schema.Owner))
	}
}

func infoCharacterSets(b *rowBuilder, v *informed) {
	if !v.facts {
		return
	}
	b.next()
	b.text("character_set_name", "UTF8")
	b.text("character_repertoire", "UCS")
	b.text("form_of_use", "UTF8")
	v.object(b, "default_collate", oid.PGCatalogSchema, "default_collate_name", "C")
}

func (v *informed) collations() []*Collation {
	if !v.facts {
		return nil
	}
	all := slices.Collect(maps.Values(v.Snapshot.facts.collations))
	slices.SortFunc(all, func(x, y *Collation) int { return int(x.OID) - int(y.OID) })
	return all
}

func infoCollations(b *rowBuilder, v *informed) {
	for _, c := range v.collations() {
		b.next()
		v.object(b, "collation", c.Schema, "collation_name", c.Name)
		b.text("pad_attribute", "NO PAD")
	}
}

func infoCollationSets(b *rowBuilder, v *informed) {
	for _, c := range v.collations() {
		b.next()
		v.object(b, "collation", c.Schema, "collation_name", c.Name)
		b.text("character_set_name", "UTF8")
	}
}

// routines are the functions to tell of: all are facts.
func (v *informed) routines() []*Proc {
	if !v.facts {
		return nil
	}
	all := slices.Collect(maps.Values(v.Snapshot.facts.procs))
	slices.SortFunc(all, func(x, y *Proc) int { return int(x.OID) - int(y.OID) })
	return all
}

func infoRoutines(b *rowBuilder, v *informed) {
	b.defaults(func() {
		b.texts("NO", "as_locator", "is_udt_dependent")
		b.text("parameter_style", "GENERAL")
		b.text("sql_data_access", "MODIFIES")
		b.text("schema_level_routine", "YES")
		b.int("max_dynamic_result_sets", 0)
		b.text("security_type", "INVOKER")
		b.text("dtd_identifier", "0")
	})
	languages := map[oid.OID]string{}
	v.Snapshot.facts.each("pg_language", func(c *cursor) { languages[c.oid("oid")] = c.text("lanname") })
	for _, p := range v.routines() {
		b.next()
		v.object(b, "specific", p.Schema, "specific_name", specific(p))
		v.object(b, "routine", p.Schema, "routine_name", p.Name)
		switch p.Kind {
		case 'f':
			b.text("routine_type", "FUNCTION")
		case 'p':
			b.text("routine_type", "PROCEDURE")
		}
		if t := v.Type(p.Result); t != nil && p.Kind != 'p' {
			b.text("data_type", v.dataType(t))
			v.object(b, "type_udt", t.Schema, "type_udt_name", t.Name)
		}
		b.text("routine_body", "EXTERNAL")
		language := languages[p.Language]
		if language == "sql" {
			b.text("routine_body", "SQL")
		}
		b.text("external_language", upper(language))
		b.text("routine_definition", p.Source)
		if language == "c" {
			b.text("external_name", p.Source)
		}
		b.yesNo("is_deterministic", p.Volatile == 'i')
		b.yesNo("is_null_call", p.Strict)
	}
}

var parameterModes = map[byte]string{'i': "IN", 'o': "OUT", 'b': "INOUT", 'v': "IN", 't': "OUT"}

func infoParameters(b *rowBuilder, v *informed) {
	for _, p := range v.routines() {
		types := p.AllArgs
		if types == nil {
			types = p.Args
		}
		for i, id := range types {
			t := v.Type(id)
			if t == nil {
				continue
			}
			b.next()
			v.object(b, "specific", p.Schema, "specific_name", specific(p))
			b.int("ordinal_position", int64(i+1))
			mode := byte('i')
			if i < len(p.Modes) {
				mode = p.Modes[i]
			}
			b.text("parameter_mode", parameterModes[mode])
			b.texts("NO", "is_result", "as_locator")
			if i < len(p.Names) {
				b.textOrNull("parameter_name", p.Names[i])
			}
			b.text("data_type", v.dataType(t))
			v.object(b, "udt", t.Schema, "udt_name", t.Name)
			b.text("dtd_identifier", itoa(int64(i+1)))
			if nth := i - (len(p.Args) - len(p.DefaultExprs)); nth >= 0 && nth < len(p.DefaultExprs) && mode != 't' && mode != 'o' {
				b.text("parameter_default", p.DefaultExprs[nth])
			}
		}
	}
}

func infoEnabledRoles(b *rowBuilder, c *SystemContext) {
	for _, role := range c.roles() {
		b.next()
		b.text("role_name", role.Name)
	}
}

func infoApplicableRoles(b *rowBuilder, v *informed) {
	if v.facts {
		return
	}
	for _, role := range v.Roles() {
		for _, of := range role.MemberOf {
			b.next()
			b.text("grantee", role.Name)
			b.text("role_name", v.roleName(of))
			b.text("is_grantable", "NO")
		}
	}
}
