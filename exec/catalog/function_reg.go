package catalog

import (
	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// regTypes are the types that name objects by number, by their names.
var regTypes = map[string]oid.OID{
	"regclass": oid.Regclass, "regtype": oid.Regtype, "regproc": oid.Regproc, "regprocedure": oid.Regprocedure,
	"regoper": oid.Regoper, "regoperator": oid.Regoperator, "regnamespace": oid.Regnamespace, "regrole": oid.Regrole,
	"regcollation": oid.Regcollation,
}

// absent are the codes that say that a name means nothing: where the input of a
// reg* type fails with them, to_reg* is NULL.
var absent = map[string]bool{
	pgerr.UndefinedTable: true, pgerr.UndefinedObject: true, pgerr.UndefinedFunction: true,
	pgerr.InvalidSchemaName: true, pgerr.AmbiguousFunction: true,
}

func regFunctions() builtin.Table {
	table := builtin.Table{
		"format_type": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			if args[0].IsNull() {
				return datum.Null, nil
			}
			if args[1].IsNull() {
				return datum.Text(q.spoken(oidArg(args[0]))), nil
			}
			return datum.Text(q.typeName(oidArg(args[0]), int32(args[1].Int()))), nil
		}),
		"oidvectortypes": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			list := ""
			for i, id := range oidList(args[0]) {
				if i > 0 {
					list += ", "
				}
				list += q.spoken(id)
			}
			return datum.Text(list), nil
		}),
	}
	for name, typ := range regTypes {
		find := regInputs[typ]
		table["to_"+name] = over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			id, err := find(q.naming, args[0].Str())
			if absent[pgerr.Code(err)] {
				return datum.Null, nil
			}
			if err != nil {
				return datum.Null, err
			}
			return datum.Int(int64(id)), nil
		})
		table[name+"in"] = over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			id, err := names{q.naming}.RegID(typ, args[0].Str())
			return datum.Int(int64(id)), err
		})
		table[name+"out"] = over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			return datum.Text(names{q.naming}.RegName(typ, oidArg(args[0]))), nil
		})
	}
	table["text_regclass"] = table["regclassin"]
	return table
}

// oidList are the elements of an oidvector.
func oidList(d datum.Datum) []oid.OID {
	var list []oid.OID
	values := datum.ByOID(oid.OIDVector)
	if values == nil {
		return nil
	}
	text := values.AppendText(nil, datum.DefaultEnv(), d)
	id, digits := oid.OID(0), false
	for _, b := range append(text, ' ') {
		if '0' <= b && b <= '9' {
			id, digits = id*10+oid.OID(b-'0'), true
			continue
		}
		if digits {
			list = append(list, id)
		}
		id, digits = 0, false
	}
	return list
}
