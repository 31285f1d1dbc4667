package catalog

import (
	"maps"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Session is what the functions over the catalog need of the session that calls
// them, besides what all functions do.
type Session interface {
	builtin.Session
	// Catalog is the snapshot that the statement reads.
	Catalog() *Snapshot
	// SearchPath is the effective search path, pg_catalog included.
	SearchPath() []oid.OID
	Database() string
	User() string
}

// SystemFunctions are the functions that look at the catalog.
func SystemFunctions() builtin.Table {
	all := builtin.Table{}
	for _, table := range []builtin.Table{
		regFunctions(), definitionFunctions(), commentFunctions(), visibilityFunctions(), privilegeFunctions(),
		propertyFunctions(), optionFunctions(), enumFunctions(), schemaFunctions(), informationFunctions(),
	} {
		maps.Copy(all, table)
	}
	return all
}

// query is one call of a function over the catalog.
type query struct {
	naming
	session Session
	call    *builtin.Call
}

// over makes an implementation of a function over the catalog.
func over(do func(q *query, args []datum.Datum) (datum.Datum, error)) builtin.Impl {
	return builtin.Impl{Scalar: func(c *builtin.Call, args []datum.Datum) (datum.Datum, error) {
		q, err := queryOf(c)
		if err != nil {
			return datum.Null, err
		}
		return do(q, args)
	}}
}

func queryOf(c *builtin.Call) (*query, error) {
	session, ok := c.Session.(Session)
	if !ok {
		return nil, pgerr.Internal("a function over the catalog is called without a session")
	}
	return &query{naming: session.Catalog().naming(session.SearchPath()), session: session, call: c}, nil
}

// oidArg is an argument as an object's number.
func oidArg(d datum.Datum) oid.OID { return oid.OID(d.Int()) }

// textOrNull is a text, NULL for "".
func textOrNull(s string) datum.Datum {
	if s == "" {
		return datum.Null
	}
	return datum.Text(s)
}

// constant implements a function whose result is always the same.
func constant(d datum.Datum) builtin.Impl {
	return builtin.Impl{Scalar: func(*builtin.Call, []datum.Datum) (datum.Datum, error) { return d, nil }}
}

// rowList is the result of a set-returning function that is known at once.
type rowList struct{ rows [][]datum.Datum }

func (l *rowList) Next() ([]datum.Datum, error) {
	if len(l.rows) == 0 {
		return nil, nil
	}
	row := l.rows[0]
	l.rows = l.rows[1:]
	return row, nil
}

// noRows implements a set-returning function over what nobody can make here.
func noRows() builtin.Impl {
	return builtin.Impl{Set: func(*builtin.Call, []datum.Datum) (builtin.Rows, error) { return &rowList{}, nil }}
}
