package catalog

import (
	"voronoi/internal/datum"
)

var typeSources = map[string]source{
	"pg_type":  {objects: typeRows, indexed: []string{"oid", "typname", "typarray", "typelem", "typrelid"}},
	"pg_enum":  {objects: enumRows, indexed: []string{"oid", "enumtypid"}},
	"pg_range": {indexed: []string{"rngtypid", "rngmultitypid"}},
}

func typeRows(b *rowBuilder, s *Snapshot) {
	b.defaults(func() {
		b.bools(false, "typispreferred")
		b.bool("typisdefined", true)
		b.oids(0, "typrelid", "typsubscript", "typelem", "typarray", "typmodin", "typmodout", "typanalyze",
			"typbasetype", "typcollation")
		b.int("typndims", 0)
	})
	analyze := s.facts.procOID("array_typanalyze")
	for _, t := range s.dynamicTypes() {
		b.next()
		b.oid("oid", t.OID)
		b.text("typname", t.Name)
		b.oid("typnamespace", t.Schema)
		b.oid("typowner", t.Owner)
		b.int("typlen", int64(t.Len))
		b.bool("typbyval", t.ByVal)
		b.char("typtype", t.Kind)
		b.char("typcategory", t.Category)
		b.char("typdelim", t.Delim)
		b.oid("typrelid", t.Relation)
		b.oid("typsubscript", t.Subscript)
		b.oid("typelem", t.Elem)
		b.oid("typarray", t.Array)
		b.oid("typinput", t.Input)
		b.oid("typoutput", t.Output)
		b.oid("typreceive", t.Receive)
		b.oid("typsend", t.Send)
		if t.IsArray() {
			b.oid("typanalyze", analyze)
		}
		b.char("typalign", t.Align)
		b.char("typstorage", t.Storage)
		b.bool("typnotnull", t.NotNull)
		b.oid("typbasetype", t.Base)
		b.int("typtypmod", int64(t.Typmod))
		b.oid("typcollation", t.Collation)
		if t.Default != "" {
			b.text("typdefaultbin", t.Default)
			b.text("typdefault", t.Default)
		}
	}
}

func enumRows(b *rowBuilder, s *Snapshot) {
	for _, def := range s.typeDefs() {
		for i, label := range def.Labels {
			b.next()
			b.oid("oid", label.OID)
			b.oid("enumtypid", def.OID)
			b.set("enumsortorder", datum.Float(float64(i+1)))
			b.text("enumlabel", label.Label)
		}
	}
}

var functionSources = map[string]source{
	"pg_proc":      {indexed: []string{"oid", "proname"}},
	"pg_aggregate": {indexed: []string{"aggfnoid"}},
	"pg_language":  {indexed: []string{"oid", "lanname"}},
	"pg_operator":  {indexed: []string{"oid", "oprname"}},
	"pg_cast":      {indexed: []string{"oid", "castsource", "casttarget"}},
}

var accessSources = map[string]source{
	"pg_am":         {indexed: []string{"oid", "amname"}},
	"pg_opclass":    {indexed: []string{"oid", "opcname"}},
	"pg_opfamily":   {indexed: []string{"oid"}},
	"pg_amop":       {indexed: []string{"oid", "amopfamily", "amopopr"}},
	"pg_amproc":     {indexed: []string{"oid", "amprocfamily"}},
	"pg_collation":  {indexed: []string{"oid", "collname"}},
	"pg_conversion": {indexed: []string{"oid", "conname"}},
	"pg_ts_config":  {indexed: []string{"oid", "cfgname"}},
	"pg_ts_dict":    {indexed: []string{"oid", "dictname"}},
}

// typeDefs are the definitions of types that DDL has made, by number.
func (s *Snapshot) typeDefs() []*TypeDef {
	var defs []*TypeDef
	for _, object := range s.sortedObjects() {
		if def, ok := object.(*TypeDef); ok {
			defs = append(defs, def)
		}
	}
	return defs
}
