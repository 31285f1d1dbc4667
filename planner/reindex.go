package planner

import (
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/pgerr"
)

// reindexWhole are the kinds of REINDEX that take many tables, each in a
// transaction of its own in Postgres.
var reindexWhole = map[pg_query.ReindexObjectType]string{
	pg_query.ReindexObjectType_REINDEX_OBJECT_SCHEMA:   "REINDEX SCHEMA",
	pg_query.ReindexObjectType_REINDEX_OBJECT_SYSTEM:   "REINDEX SYSTEM",
	pg_query.ReindexObjectType_REINDEX_OBJECT_DATABASE: "REINDEX DATABASE",
}

func (a *analyzer) reindex(n *pg_query.ReindexStmt) *Reindex {
	p := &Reindex{Block: reindexWhole[n.Kind]}
	for _, o := range n.Params {
		switch d := o.GetDefElem(); d.Defname {
		case "concurrently":
			p.Concurrently = a.defBool(d)
		case "verbose", "tablespace":
		default:
			a.failAt(d.Location, pgerr.SyntaxError, "unrecognized REINDEX option \"%s\"", d.Defname)
		}
	}
	if database := n.Kind == pg_query.ReindexObjectType_REINDEX_OBJECT_DATABASE || n.Kind == pg_query.ReindexObjectType_REINDEX_OBJECT_SYSTEM; database && n.Name != "" && n.Name != a.env.Database {
		fail(pgerr.New(pgerr.FeatureNotSupported, "can only reindex the currently open database"))
	}
	if p.Concurrently {
		p.Block = "REINDEX CONCURRENTLY"
	}
	every := func(in func(table *catalog.Relation) bool) {
		for _, rel := range a.cat.Relations() {
			if rel.Kind != catalog.KindIndex {
				continue
			}
			if table := a.cat.Relation(rel.Index.Table); table != nil && in(table) {
				p.Indexes = append(p.Indexes, rel)
			}
		}
	}
	switch n.Kind {
	case pg_query.ReindexObjectType_REINDEX_OBJECT_INDEX:
		rel := a.tables(n.Relation)[0]
		if rel.Kind != catalog.KindIndex {
			fail(pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not an index", rel.Name))
		}
		p.Indexes = append(p.Indexes, rel)
	case pg_query.ReindexObjectType_REINDEX_OBJECT_TABLE:
		rel := a.tables(n.Relation)[0]
		if rel.Kind != catalog.KindTable && rel.Kind != catalog.KindMatView {
			fail(pgerr.Newf(pgerr.WrongObjectType, "\"%s\" is not a table or materialized view", rel.Name))
		}
		every(func(table *catalog.Relation) bool { return table.OID == rel.OID })
	case pg_query.ReindexObjectType_REINDEX_OBJECT_SCHEMA:
		schema := a.cat.SchemaNamed(n.Name)
		if schema == nil {
			fail(pgerr.Newf(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", n.Name))
		}
		every(func(table *catalog.Relation) bool { return table.Schema == schema.OID })
	case pg_query.ReindexObjectType_REINDEX_OBJECT_SYSTEM:
		if p.Concurrently {
			fail(pgerr.New(pgerr.FeatureNotSupported, "cannot reindex system catalogs concurrently"))
		}
	default:
		every(func(*catalog.Relation) bool { return true })
	}
	return p
}
