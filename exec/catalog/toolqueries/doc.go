// Package toolqueries holds what Postgres's own tools ask of the catalogs, as
// testdata, and the test that all of it can be planned: every relation, column,
// function and operator that the queries name must be among the facts of
// exec/catalog and, where it is a function, have an implementation.
//
// The queries are those that psql 15 shows under its option -E for each of its
// backslash commands, and those that pg_dump 15 sends for a small schema. They
// are PostgreSQL's, under the PostgreSQL Licence: see facts/README.md in the
// directory above.
package toolqueries
