package catalog

import (
	"strconv"
	"strings"

	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// Names are the names of objects under a search path: what the text forms of
// regclass, regtype and their kin need.
func (s *Snapshot) Names(path []oid.OID) datum.Names { return names{s.naming(path)} }

type names struct{ naming }

// regOutputs write an object's name; "" means that there is no such object.
var regOutputs = map[oid.OID]func(n naming, id oid.OID) string{
	oid.Regclass: func(n naming, id oid.OID) string {
		if r := n.s.Relation(id); r != nil {
			return n.relation(r)
		}
		return ""
	},
	oid.Regtype: func(n naming, id oid.OID) string {
		if n.s.Type(id) != nil {
			return n.spoken(id)
		}
		return ""
	},
	oid.Regproc: func(n naming, id oid.OID) string {
		if p := n.s.Proc(id); p != nil {
			return n.proc(p)
		}
		return ""
	},
	oid.Regprocedure: func(n naming, id oid.OID) string {
		if p := n.s.Proc(id); p != nil {
			return n.procedure(p)
		}
		return ""
	},
	oid.Regoper: func(n naming, id oid.OID) string {
		if o := n.s.Operator(id); o != nil {
			return n.operator(o)
		}
		return ""
	},
	oid.Regoperator: func(n naming, id oid.OID) string {
		if o := n.s.Operator(id); o != nil {
			return n.operatorTypes(o)
		}
		return ""
	},
	oid.Regnamespace: func(n naming, id oid.OID) string {
		if schema := n.s.Schema(id); schema != nil {
			return n.quote(schema.Name)
		}
		return ""
	},
	oid.Regrole: func(n naming, id oid.OID) string {
		if role := n.s.Role(id); role != nil {
			return n.quote(role.Name)
		}
		return ""
	},
	oid.Regconfig:     func(n naming, id oid.OID) string { return n.factName("pg_ts_config", "cfgname", id) },
	oid.Regdictionary: func(n naming, id oid.OID) string { return n.factName("pg_ts_dict", "dictname", id) },
	oid.Regcollation: func(n naming, id oid.OID) string {
		if c := n.s.Collation(id); c != nil {
			return n.collation(c)
		}
		return ""
	},
}

// RegName is the output of a reg* type.
func (n names) RegName(typ, id oid.OID) string {
	if id == 0 {
		if typ == oid.Regoper || typ == oid.Regoperator {
			return "0"
		}
		return "-"
	}
	if output := regOutputs[typ]; output != nil {
		if name := output(n.naming, id); name != "" {
			return name
		}
	}
	return decimal(id)
}

// regInputs find an object by its name.
var regInputs = map[oid.OID]func(n naming, name string) (oid.OID, error){
	oid.Regclass: naming.findRelation,
	oid.Regtype: func(n naming, name string) (oid.OID, error) {
		id, _, err := n.s.ParseType(n.path, name)
		return id, err
	},
	oid.Regproc:      naming.findProc,
	oid.Regprocedure: naming.findProcedure,
	oid.Regoper:      naming.findOperator,
	oid.Regoperator:  naming.findOperatorTypes,
	oid.Regnamespace: naming.findSchema,
	oid.Regrole:      naming.findRole,
	oid.Regcollation: naming.findCollation,
	oid.Regconfig: func(n naming, name string) (oid.OID, error) {
		return n.findFact("pg_ts_config", "cfgname", "text search configuration", name)
	},
	oid.Regdictionary: func(n naming, name string) (oid.OID, error) {
		return n.findFact("pg_ts_dict", "dictname", "text search dictionary", name)
	},
}

// RegID is the input of a reg* type: a name, a number, or a dash for none.
func (n names) RegID(typ oid.OID, name string) (oid.OID, error) {
	if name == "-" || name == "0" {
		return 0, nil
	}
	if name != "" && strings.Trim(name, "0123456789") == "" {
		id, err := strconv.ParseUint(name, 10, 32)
		if err != nil {
			return 0, pgerr.Newf(pgerr.NumericValueOutOfRange, `value "%s" is out of range for type oid`, name)
		}
		return oid.OID(id), nil
	}
	find := regInputs[typ]
	if find == nil {
		return 0, pgerr.Unsupported("input of a name as type %s", datum.TypeName(typ))
	}
	return find(n.naming, name)
}

// EnumLabel is the label of a stored ordinal.
func (n names) EnumLabel(typ oid.OID, ordinal int64) (string, bool) {
	if def := n.s.TypeDef(typ); def != nil {
		for _, label := range def.Labels {
			if label.Ordinal == ordinal {
				return label.Label, true
			}
		}
	}
	return "", false
}

// EnumOrdinal is the stored ordinal of a label.
func (n names) EnumOrdinal(typ oid.OID, label string) (int64, bool) {
	if def := n.s.TypeDef(typ); def != nil {
		for _, l := range def.Labels {
			if l.Label == label {
				return l.Ordinal, true
			}
		}
	}
	return 0, false
}
