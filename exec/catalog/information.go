package catalog

import (
	"strconv"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// informed is what the rows of information_schema are made from: a snapshot, the
// name of the database, which is a column of nearly all of its relations, and
// the relations to tell of: those of the facts, or those that DDL has made.
type informed struct {
	*Snapshot
	database  string
	relations []*Relation
	facts     bool // the relations are those of the facts
}

// tables are the relations of some kinds, by number.
func (v *informed) tables(kinds ...RelKind) []*Relation {
	var list []*Relation
	for _, r := range v.relations {
		for _, kind := range kinds {
			if r.Kind == kind {
				list = append(list, r)
			}
		}
	}
	return list
}

// object sets the three columns that name an object of a schema: prefix_catalog,
// prefix_schema and the given column for its own name.
func (v *informed) object(b *rowBuilder, prefix string, schema oid.OID, column, name string) {
	b.text(prefix+"_catalog", v.database)
	b.text(prefix+"_schema", v.schemaName(schema))
	b.text(column, name)
}

func (v *informed) table(b *rowBuilder, prefix string, r *Relation) {
	v.object(b, prefix, r.Schema, prefix+"_name", r.Name)
}

// typed sets the columns that describe a type and its modifier, as far as the
// relation has them. A domain is described as what it is over.
func (v *informed) typed(b *rowBuilder, id oid.OID, typmod int32) {
	t := v.Type(id)
	if t == nil {
		return
	}
	for t.Kind == 'd' {
		id, typmod = t.Base, t.Typmod
		if t = v.Type(id); t == nil {
			return
		}
	}
	b.text("data_type", v.dataType(t))
	set := func(column string, d datum.Datum) {
		if _, ok := b.at[column]; ok {
			b.set(column, d)
		}
	}
	set("character_maximum_length", charMaxLength(id, typmod))
	set("character_octet_length", charOctetLength(id, typmod))
	set("numeric_precision", numericPrecision(id, typmod))
	set("numeric_precision_radix", numericRadix(id, typmod))
	set("numeric_scale", numericScale(id, typmod))
	set("datetime_precision", datetimePrecision(id, typmod))
	set("interval_type", intervalType(id, typmod))
}

// dataType is the name of a type as the standard has it.
func (v *informed) dataType(t *Type) string {
	switch {
	case t.IsArray():
		return "ARRAY"
	case t.Schema == oid.PGCatalogSchema:
		return v.naming(defaultPath).spoken(t.OID)
	}
	return "USER-DEFINED"
}

// base is the type that a domain is over, through all domains; t itself where it
// is none.
func (v *informed) base(t *Type) *Type {
	for t != nil && t.Kind == 'd' {
		t = v.Type(t.Base)
	}
	return t
}

// collation sets the columns for a collation other than the default.
func (v *informed) collation(b *rowBuilder, id oid.OID) {
	if c := v.Collation(id); c != nil && id != oid.DefaultCollation {
		v.object(b, "collation", c.Schema, "collation_name", c.Name)
	}
}

// specific is the name by which the standard tells overloaded functions apart.
func specific(p *Proc) string { return p.Name + "_" + decimal(p.OID) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
