package catalog

import (
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// The statistics views list what they are about, with nothing counted: an
// executor that counts gives rows of its own.
var statSources = map[string]source{}

func init() {
	// Each view comes in three: of all relations, of the system's, of users'.
	for _, scope := range []string{"all", "sys", "user"} {
		include := func(r *Relation) bool {
			return scope == "all" || (r.System != nil || r.Schema < oid.PublicSchema) == (scope == "sys")
		}
		tables := source{runtime: true, objects: func(b *rowBuilder, s *Snapshot) {
			for _, r := range s.every(KindTable, KindMatView) {
				if include(r) {
					b.nextZeroes()
					b.oid("relid", r.OID)
					b.text("schemaname", s.schemaName(r.Schema))
					b.text("relname", r.Name)
				}
			}
		}}
		indexes := source{runtime: true, objects: func(b *rowBuilder, s *Snapshot) {
			for _, r := range s.every(KindIndex) {
				table := s.Relation(r.Index.Table)
				if table == nil || !include(table) {
					continue
				}
				b.nextZeroes()
				b.oid("relid", table.OID)
				b.oid("indexrelid", r.OID)
				b.text("schemaname", s.schemaName(r.Schema))
				b.text("relname", table.Name)
				b.text("indexrelname", r.Name)
			}
		}}
		sequences := source{runtime: true, objects: func(b *rowBuilder, s *Snapshot) {
			for _, r := range s.every(KindSequence) {
				if include(r) {
					b.nextZeroes()
					b.oid("relid", r.OID)
					b.text("schemaname", s.schemaName(r.Schema))
					b.text("relname", r.Name)
				}
			}
		}}
		for _, kind := range []string{"pg_stat_", "pg_stat_xact_", "pg_statio_"} {
			statSources[kind+scope+"_tables"] = tables
			if !strings.Contains(kind, "xact") {
				statSources[kind+scope+"_indexes"] = indexes
			}
		}
		statSources["pg_statio_"+scope+"_sequences"] = sequences
	}
	statSources["pg_stat_database"] = source{runtime: true, session: func(b *rowBuilder, c *SystemContext) {
		b.nextZeroes()
		b.oid("datid", firstDatabase)
		b.text("datname", c.Database)
	}}
}

// nextZeroes begins a row whose counters are 0.
func (b *rowBuilder) nextZeroes() {
	b.next()
	for _, column := range b.columns {
		switch column.Type {
		case oid.Int8, oid.Int4:
			b.set(column.Name, datum.Int(0))
		case oid.Float8:
			b.set(column.Name, datum.Float(0))
		}
	}
}
