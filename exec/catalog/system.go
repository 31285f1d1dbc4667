package catalog

import (
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// SystemRelation makes the rows of a relation of pg_catalog or
// information_schema (rule S10). One of Rows and View is set.
type SystemRelation struct {
	// Rows gives all rows, or at least those for which the column numbered
	// filter.Attnum equals filter.Value when filter is not nil. Rows are
	// shared and read-only.
	Rows func(c *SystemContext, filter *Filter) ([][]datum.Datum, error)
	// Indexed lists the attnums by which Rows can filter quickly.
	Indexed []int16
	// View is a query in Postgres's SQL, which the planner inlines.
	View string
}

// Filter is an equality that a scan of a system relation may use.
type Filter struct {
	Attnum int16
	Value  datum.Datum
}

// SystemContext is what the rows of system relations are made from.
type SystemContext struct {
	Catalog    *Snapshot
	SearchPath []oid.OID
	// Database and User are those of the session.
	Database, User string
	// Runtime gives what only the executor knows: sessions, settings, locks,
	// statistics. It is asked by relation name: "pg_settings".
	Runtime Runtime
}

// Runtime makes the rows of system relations that show the running server. It
// returns nil rows for a relation that it has nothing to say about.
type Runtime interface {
	SystemRows(relation string) ([][]datum.Datum, error)
}
