package catalog

import (
	"slices"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Everybody may do everything: what these functions tell is whether the object,
// the role and the privilege exist. An object that is named must, one that is
// given by number makes the answer NULL when it does not.

// guarded is a kind of objects that privileges are on.
type guarded struct {
	kind       string
	privileges []string
	find       func(q *query, name string) error
	exists     func(q *query, id oid.OID) bool
}

var guardedKinds = []guarded{
	{"table", tablePrivileges, findTable, tableExists},
	{"any_column", []string{"SELECT", "INSERT", "UPDATE", "REFERENCES"}, findTable, tableExists},
	{"sequence", []string{"USAGE", "SELECT", "UPDATE"}, findTable, tableExists},
	{"schema", []string{"CREATE", "USAGE"},
		func(q *query, name string) error {
			_, err := q.findSchema(q.quote(name))
			return err
		},
		func(q *query, id oid.OID) bool { return q.s.Schema(id) != nil }},
	{"database", []string{"CREATE", "TEMPORARY", "TEMP", "CONNECT"},
		func(q *query, name string) error {
			if q.s.Database(name) == nil && name != q.session.Database() {
				return pgerr.Newf(pgerr.InvalidCatalogName, `database "%s" does not exist`, name)
			}
			return nil
		},
		func(q *query, id oid.OID) bool {
			_, ok := q.s.Object(id).(*Database)
			return ok
		}},
	{"function", []string{"EXECUTE"},
		func(q *query, name string) error {
			_, err := q.findProcedure(name)
			return err
		},
		func(q *query, id oid.OID) bool { return q.s.Proc(id) != nil }},
	{"language", []string{"USAGE"}, named("pg_language", "lanname", "language"), numbered("pg_language")},
	{"tablespace", []string{"CREATE"}, named("pg_tablespace", "spcname", "tablespace"), numbered("pg_tablespace")},
	{"type", []string{"USAGE"},
		func(q *query, name string) error {
			_, _, err := q.s.ParseType(q.path, name)
			return err
		},
		func(q *query, id oid.OID) bool { return q.s.Type(id) != nil }},
	{"server", []string{"USAGE"}, named("pg_foreign_server", "srvname", "server"), numbered("pg_foreign_server")},
	{"foreign_data_wrapper", []string{"USAGE"}, named("pg_foreign_data_wrapper", "fdwname", "foreign-data wrapper"),
		numbered("pg_foreign_data_wrapper")},
	{"parameter", []string{"SET", "ALTER SYSTEM"}, func(*query, string) error { return nil }, nil},
}

var tablePrivileges = []string{"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "RULE"}

func findTable(q *query, name string) error {
	_, err := q.findRelation(name)
	return err
}

func tableExists(q *query, id oid.OID) bool { return q.s.Relation(id) != nil }

// named finds an object among the facts.
func named(catalog, column, what string) func(q *query, name string) error {
	return func(q *query, name string) error {
		found := false
		q.s.facts.each(catalog, func(c *cursor) { found = found || c.text(column) == name })
		if !found {
			return pgerr.Newf(pgerr.UndefinedObject, `%s "%s" does not exist`, what, name)
		}
		return nil
	}
}

func numbered(catalog string) func(q *query, id oid.OID) bool {
	return func(q *query, id oid.OID) bool {
		found := false
		q.s.facts.each(catalog, func(c *cursor) { found = found || c.oid("oid") == id })
		return found
	}
}

// checkPrivileges refuses a list with a privilege that the kind does not have.
func checkPrivileges(list string, known []string) error {
	for _, privilege := range strings.Split(list, ",") {
		name := strings.ToUpper(strings.Trim(privilege, blanks))
		name = strings.TrimSuffix(strings.TrimSuffix(name, " WITH GRANT OPTION"), " WITH ADMIN OPTION")
		if !slices.Contains(known, name) {
			return pgerr.Newf(pgerr.InvalidParameterValue, `unrecognized privilege type: "%s"`, strings.Trim(privilege, blanks))
		}
	}
	return nil
}

// checkRole refuses a role that does not exist.
func (q *query) checkRole(d datum.Datum) error {
	if d.Kind() == datum.KindInt {
		return nil // an unknown number has no privileges of its own, and all here
	}
	if name := d.Str(); name != "public" && name != q.session.User() && q.s.RoleNamed(name) == nil {
		return pgerr.Newf(pgerr.UndefinedObject, `role "%s" does not exist`, name)
	}
	return nil
}

// object checks that an object named or numbered exists.
func (q *query) object(kind guarded, d datum.Datum) (exists bool, err error) {
	if d.Kind() == datum.KindInt {
		return kind.exists(q, oidArg(d)), nil
	}
	return true, kind.find(q, d.Str())
}

func privilegeFunctions() builtin.Table {
	table := builtin.Table{}
	for _, kind := range guardedKinds {
		ask := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			last := len(args) - 1
			if last == 2 {
				if err := q.checkRole(args[0]); err != nil {
					return datum.Null, err
				}
			}
			exists, err := q.object(kind, args[last-1])
			if err == nil {
				err = checkPrivileges(args[last].Str(), kind.privileges)
			}
			if err != nil || !exists {
				return datum.Null, err
			}
			return datum.Bool(true), nil
		})
		for _, object := range []string{"name", "id"} {
			if object == "id" && kind.exists == nil {
				continue
			}
			for _, role := range []string{"", "name_", "id_"} {
				table["has_"+kind.kind+"_privilege_"+role+object] = ask
			}
		}
	}
	table["has_parameter_privilege_name"] = table["has_parameter_privilege_name_name"]
	column := over(columnPrivilege)
	for _, object := range []string{"name", "id"} {
		for _, by := range []string{"_name", "_attnum"} {
			for _, role := range []string{"", "name_", "id_"} {
				table["has_column_privilege_"+role+object+by] = column
			}
		}
	}
	member := over(func(q *query, args []datum.Datum) (datum.Datum, error) {
		for _, role := range args[:len(args)-1] {
			if err := q.checkRole(role); err != nil {
				return datum.Null, err
			}
		}
		return datum.Bool(true), checkPrivileges(args[len(args)-1].Str(), []string{"MEMBER", "USAGE"})
	})
	for _, name := range []string{"name", "id", "name_name", "name_id", "id_name", "id_id"} {
		table["pg_has_role_"+name] = member
	}
	return table
}

// columnPrivilege is has_column_privilege([role,] table, column, privilege).
func columnPrivilege(q *query, args []datum.Datum) (datum.Datum, error) {
	last := len(args) - 1
	if last == 3 {
		if err := q.checkRole(args[0]); err != nil {
			return datum.Null, err
		}
	}
	var table *Relation
	if d := args[last-2]; d.Kind() == datum.KindInt {
		if table = q.s.Relation(oidArg(d)); table == nil {
			return datum.Null, nil
		}
	} else {
		id, err := q.findRelation(d.Str())
		if err != nil {
			return datum.Null, err
		}
		table = q.s.Relation(id)
	}
	if d := args[last-1]; d.Kind() == datum.KindInt {
		if c := table.Attribute(int16(d.Int())); c == nil || c.Dropped {
			return datum.Null, nil
		}
	} else if table.Column(d.Str()) == nil {
		return datum.Null, pgerr.Newf(pgerr.UndefinedColumn, `column "%s" of relation "%s" does not exist`, d.Str(), table.Name)
	}
	return datum.Bool(true), checkPrivileges(args[last].Str(), []string{"SELECT", "INSERT", "UPDATE", "REFERENCES"})
}
