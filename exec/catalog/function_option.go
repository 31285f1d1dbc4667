package catalog

import (
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
)

// optionFunctions take apart the arrays in which the catalogs keep options and
// privileges.
func optionFunctions() builtin.Table {
	return builtin.Table{
		"pg_options_to_table": {Set: func(_ *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
			list := &rowList{}
			for _, option := range datum.ArrayElems(datum.ByOID(oid.Text), args[0]) {
				name, value, ok := strings.Cut(option.Str(), "=")
				row := []datum.Datum{datum.Text(name), datum.Null}
				if ok {
					row[1] = datum.Text(value)
				}
				list.rows = append(list.rows, row)
			}
			return list, nil
		}},
		"aclexplode": {Set: func(c *builtin.Call, args []datum.Datum) (builtin.Rows, error) {
			q, err := queryOf(c)
			if err != nil {
				return nil, err
			}
			list := &rowList{}
			for _, item := range datum.ArrayElems(datum.ByOID(oid.ACLItem), args[0]) {
				list.rows = append(list.rows, q.explode(item.Str())...)
			}
			return list, nil
		}},
	}
}

// privilegeLetters are the privileges in an aclitem.
var privilegeLetters = map[byte]string{
	'a': "INSERT", 'r': "SELECT", 'w': "UPDATE", 'd': "DELETE", 'D': "TRUNCATE", 'x': "REFERENCES", 't': "TRIGGER",
	'X': "EXECUTE", 'U': "USAGE", 'C': "CREATE", 'T': "TEMPORARY", 'c': "CONNECT", 's': "SET", 'A': "ALTER SYSTEM",
}

// explode gives a row (grantor, grantee, privilege, grantable) for each letter
// of an aclitem, "grantee=letters/grantor"; a star after a letter makes it
// grantable.
func (q *query) explode(item string) [][]datum.Datum {
	grantee, rest, _ := strings.Cut(item, "=")
	letters, grantor, _ := strings.Cut(rest, "/")
	role := func(name string) datum.Datum {
		if id, err := q.findRole(name); err == nil {
			return datum.Int(int64(id))
		}
		return datum.Int(0) // everybody
	}
	var rows [][]datum.Datum
	for i := 0; i < len(letters); i++ {
		privilege, ok := privilegeLetters[letters[i]]
		if !ok {
			continue
		}
		grantable := i+1 < len(letters) && letters[i+1] == '*'
		rows = append(rows, []datum.Datum{role(grantor), role(grantee), datum.Text(privilege), datum.Bool(grantable)})
	}
	return rows
}
