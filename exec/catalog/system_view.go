package catalog

import (
	"slices"

	"voronoi/internal/oid"
)

// The views of pg_catalog that list what its tables hold, by names.
var viewSources = map[string]source{
	"pg_tables":    {objects: tableViewRows, indexed: []string{"tablename", "schemaname"}},
	"pg_views":     {objects: viewViewRows, indexed: []string{"viewname", "schemaname"}},
	"pg_matviews":  {objects: matviewViewRows, indexed: []string{"matviewname"}},
	"pg_indexes":   {objects: indexViewRows, indexed: []string{"indexname", "tablename", "schemaname"}},
	"pg_sequences": {objects: sequenceViewRows, runtime: true},
}

// every are all relations of some kinds, the facts' own included, in the order
// in which they were made.
func (s *Snapshot) every(kinds ...RelKind) []*Relation {
	var all []*Relation
	for _, list := range [][]*Relation{s.facts.relationList(), s.Relations()} {
		for _, r := range list {
			if slices.Contains(kinds, r.Kind) {
				all = append(all, r)
			}
		}
	}
	return all
}

// schemaName is a schema's name, for a number that is known to exist.
func (s *Snapshot) schemaName(id oid.OID) string {
	if schema := s.Schema(id); schema != nil {
		return schema.Name
	}
	return ""
}

// roleName is a role's name as pg_get_userbyid gives it.
func (s *Snapshot) roleName(id oid.OID) string {
	if role := s.Role(id); role != nil {
		return role.Name
	}
	return "unknown (OID=" + decimal(id) + ")"
}

func tableViewRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.every(KindTable) {
		b.next()
		b.text("schemaname", s.schemaName(r.Schema))
		b.text("tablename", r.Name)
		b.text("tableowner", s.roleName(r.Owner))
		b.bool("hasindexes", len(r.Indexes) > 0)
		b.bools(false, "hasrules", "rowsecurity")
		triggers := len(s.Referencing(r.OID)) > 0
		for _, c := range r.Constraints {
			triggers = triggers || c.Kind == ConstraintForeign
		}
		b.bool("hastriggers", triggers)
	}
}

func viewViewRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.every(KindView) {
		b.next()
		b.text("schemaname", s.schemaName(r.Schema))
		b.text("viewname", r.Name)
		b.text("viewowner", s.roleName(r.Owner))
		if r.View != nil {
			b.text("definition", s.naming(defaultPath).viewDef(r, false))
		}
	}
}

func matviewViewRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.every(KindMatView) {
		b.next()
		b.text("schemaname", s.schemaName(r.Schema))
		b.text("matviewname", r.Name)
		b.text("matviewowner", s.roleName(r.Owner))
		b.bool("hasindexes", len(r.Indexes) > 0)
		b.bool("ispopulated", true)
		if r.View != nil {
			b.text("definition", s.naming(defaultPath).viewDef(r, false))
		}
	}
}

func indexViewRows(b *rowBuilder, s *Snapshot) {
	n := s.naming(defaultPath)
	for _, r := range s.every(KindIndex) {
		table := s.Relation(r.Index.Table)
		if table == nil {
			continue
		}
		b.next()
		b.text("schemaname", s.schemaName(r.Schema))
		b.text("tablename", table.Name)
		b.text("indexname", r.Name)
		b.text("indexdef", n.indexDef(r))
	}
}

func sequenceViewRows(b *rowBuilder, s *Snapshot) {
	for _, r := range s.every(KindSequence) {
		q := r.Sequence
		b.next()
		b.text("schemaname", s.schemaName(r.Schema))
		b.text("sequencename", r.Name)
		b.text("sequenceowner", s.roleName(r.Owner))
		b.oid("data_type", q.Type)
		b.int("start_value", q.Start)
		b.int("min_value", q.Min)
		b.int("max_value", q.Max)
		b.int("increment_by", q.Increment)
		b.bool("cycle", q.Cycle)
		b.int("cache_size", q.Cache)
	}
}
