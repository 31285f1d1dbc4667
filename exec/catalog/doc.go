// Package catalog knows which types, functions, operators, casts, operator
// classes and relations exist, for the planner, which resolves names and types
// against it, and for clients, which read it as pg_catalog and
// information_schema. One table of facts serves both.
//
// # Facts and objects
//
// What no DDL changes are [Facts]: the rows of PostgreSQL 15's own catalogs, in
// the files of facts/, and the rows of the vector extension and of Voronoi's own
// functions, in Go tables (vector_facts.go, voronoi_facts.go) that are turned
// into rows of the same form. [Load] reads them once, in some 15 ms, and binds
// implementations to functions: a function without one is known, and refused by
// name. Catalogs that few ask for are read when somebody does.
//
// What DDL makes are [Object]s: schemas, relations, types, roles and so on. Each
// is one Go struct, immutable once it is part of a [Snapshot], and stored by the
// executor as one row of JSON. What follows from an object is derived: the row
// type of a table and its array, the rows of pg_attribute and pg_depend, the
// entries of information_schema.
//
// # Snapshots
//
// A [Snapshot] is the facts and the objects at one moment. It never changes, so a
// statement plans and runs against one without locks. [Snapshot.Edit] begins a
// changed copy, [Editor.Changes] says which rows to write in the transaction of
// the DDL, and [Restore] makes a snapshot of the stored rows again. An edit costs
// a copy of the maps of objects.
//
// Numbers are unique among all objects, whatever their kind, and never used
// again: the counter is stored with the objects. Those of Postgres's own objects
// are Postgres's, for clients have many of them compiled in.
//
// # System relations
//
// Every relation of pg_catalog and information_schema exists with all of its
// columns. Its rows ([SystemRelation]) come from up to four sources: the facts of
// the same name, what the snapshot's objects make, what depends on the session,
// and what only the executor knows ([Runtime]). All but the last two are made
// when first asked for, kept with the facts or the snapshot, shared, and indexed
// by the columns that tools look up by. A relation without a source is empty.
//
// Expression trees (pg_node_tree) are kept and shown as the SQL text that
// pg_get_expr gives for them, so pg_get_expr has nothing to do.
//
// # Physical names
//
// SQLite's names ignore case and have no schemas, so each table has a name in
// SQLite of its own, assigned here ([Snapshot.PhysicalName]) and stored with the
// relation (rule S2).
package catalog
