package catalog

import (
	"slices"
	"strings"

	"voronoi/exec/builtin"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// schemaFunctions tell of schemas, roles, encodings and keywords.
func schemaFunctions() builtin.Table {
	return builtin.Table{
		"current_schema": over(func(q *query, _ []datum.Datum) (datum.Datum, error) {
			path := q.explicitPath()
			if len(path) == 0 {
				return datum.Null, nil
			}
			return datum.Text(q.s.schemaName(path[0])), nil
		}),
		"current_schemas": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			path := q.path
			if !args[0].Bool() {
				path = q.explicitPath()
			}
			list := make([]datum.Datum, len(path))
			for i, id := range path {
				list[i] = datum.Text(q.s.schemaName(id))
			}
			return datum.NewArray(datum.ByOID(oid.Name), list), nil
		}),
		"pg_get_userbyid": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			if id := oidArg(args[0]); id != unnamedRole {
				return datum.Text(q.s.roleName(id)), nil
			}
			return datum.Text(q.session.User()), nil
		}),
		"pg_my_temp_schema": over(func(q *query, _ []datum.Datum) (datum.Datum, error) {
			for _, id := range q.path {
				if strings.HasPrefix(q.s.schemaName(id), "pg_temp_") {
					return datum.Int(int64(id)), nil
				}
			}
			return datum.Int(0), nil
		}),
		"pg_is_other_temp_schema": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			id := oidArg(args[0])
			return datum.Bool(strings.HasPrefix(q.s.schemaName(id), "pg_temp_") && !slices.Contains(q.path, id)), nil
		}),
		"pg_tablespace_location": constant(datum.Text("")),
		"getdatabaseencoding":    constant(datum.Text("UTF8")),
		"PG_encoding_to_char": over(func(_ *query, args []datum.Datum) (datum.Datum, error) {
			if n := args[0].Int(); n >= 0 && n < int64(len(encodings)) {
				return datum.Text(encodings[n]), nil
			}
			return datum.Text(""), nil
		}),
		"PG_char_to_encoding": over(func(_ *query, args []datum.Datum) (datum.Datum, error) {
			plain := func(s string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToUpper(s)) }
			want := plain(args[0].Str())
			if want == "UNICODE" {
				want = "UTF8"
			}
			n := slices.IndexFunc(encodings, func(name string) bool { return plain(name) == want })
			return datum.Int(int64(n)), nil
		}),
		"pg_get_keywords": {Set: func(c *builtin.Call, _ []datum.Datum) (builtin.Rows, error) {
			q, err := queryOf(c)
			if err != nil {
				return nil, err
			}
			list := &rowList{}
			for _, k := range q.s.facts.Keywords() {
				list.rows = append(list.rows, []datum.Datum{
					datum.Text(k.Word), datum.Text(string(k.Category)), datum.Bool(k.BareLabel),
					datum.Text(k.Description), datum.Text(k.BareText),
				})
			}
			return list, nil
		}},
		"acldefault_sql": over(defaultPrivileges),
		"pg_describe_object": over(func(q *query, args []datum.Datum) (datum.Datum, error) {
			return textOrNull(q.describe(Address{oidArg(args[0]), oidArg(args[1]), int32(args[2].Int())})), nil
		}),
	}
}

// encodings by number.
var encodings = []string{
	"SQL_ASCII", "EUC_JP", "EUC_CN", "EUC_KR", "EUC_TW", "EUC_JIS_2004", "UTF8", "MULE_INTERNAL", "LATIN1", "LATIN2",
	"LATIN3", "LATIN4", "LATIN5", "LATIN6", "LATIN7", "LATIN8", "LATIN9", "LATIN10", "WIN1256", "WIN1258", "WIN866",
	"WIN874", "KOI8R", "WIN1251", "WIN1252", "ISO_8859_5", "ISO_8859_6", "ISO_8859_7", "ISO_8859_8", "WIN1250",
	"WIN1253", "WIN1254", "WIN1255", "WIN1257", "KOI8U", "SJIS", "BIG5", "GBK", "UHC", "GB18030", "JOHAB",
	"SHIFT_JIS_2004",
}

// explicitPath is the search path without what it has in front unasked:
// pg_catalog, where the setting does not name it, and the temporary schema.
func (q *query) explicitPath() []oid.OID {
	setting, _ := q.session.Setting("search_path")
	var explicit []oid.OID
	for _, id := range q.path {
		name := q.s.schemaName(id)
		switch {
		case id == oid.PGCatalogSchema && !strings.Contains(setting, name):
		case strings.HasPrefix(name, "pg_temp_") && !strings.Contains(setting, "pg_temp"):
		default:
			explicit = append(explicit, id)
		}
	}
	return explicit
}

// aclDefaults are the privileges of the public and of the owner on a new object.
var aclDefaults = map[string][2]string{
	"c": {"", ""}, "r": {"", "arwdDxt"}, "s": {"", "rwU"}, "d": {"Tc", "CTc"}, "f": {"X", "X"}, "l": {"U", "U"},
	"L": {"", "rw"}, "n": {"", "UC"}, "p": {"", "sA"}, "t": {"", "C"}, "F": {"", "U"}, "S": {"", "U"}, "T": {"U", "U"},
}

// defaultPrivileges is acldefault(kind, owner).
func defaultPrivileges(q *query, args []datum.Datum) (datum.Datum, error) {
	kind := args[0].Str()
	letters, ok := aclDefaults[kind]
	if !ok {
		return datum.Null, pgerr.Newf(pgerr.InternalError, "unrecognized object type abbreviation: %s", kind)
	}
	item := datum.ByOID(oid.ACLItem)
	if item == nil {
		return datum.Null, nil
	}
	owner := q.quote(q.s.roleName(oidArg(args[1])))
	items := []datum.Datum{}
	if letters[0] != "" {
		items = append(items, datum.Text("="+letters[0]+"/"+owner))
	}
	if letters[1] != "" {
		items = append(items, datum.Text(owner+"="+letters[1]+"/"+owner))
	}
	return datum.NewArray(item, items), nil
}

// relationKinds are the words for kinds of relations in descriptions.
var relationKinds = map[RelKind]string{
	KindTable: "table", KindIndex: "index", KindSequence: "sequence", KindView: "view", KindMatView: "materialized view",
	KindComposite: "composite type",
}

// describe names an object for people: "table items", "column id of table
// items". It is "" for an object that does not exist.
func (n naming) describe(a Address) string {
	switch a.Class {
	case oid.PGClass:
		r := n.s.Relation(a.Object)
		if r == nil {
			return ""
		}
		name := relationKinds[r.Kind] + " " + n.relation(r)
		if a.Sub > 0 {
			if c := r.Attribute(int16(a.Sub)); c != nil {
				return "column " + n.quote(c.Name) + " of " + name
			}
		}
		return name
	case oid.PGType:
		if n.s.Type(a.Object) != nil {
			return "type " + n.spoken(a.Object)
		}
	case oid.PGProc:
		if p := n.s.Proc(a.Object); p != nil {
			return "function " + n.procedure(p)
		}
	case oid.PGConstraint:
		c, table := n.s.Constraint(a.Object)
		if table != nil {
			return "constraint " + n.quote(c.Name) + " on table " + n.relation(table)
		}
		if c != nil {
			return "constraint " + n.quote(c.Name)
		}
	case oid.PGAttrdef:
		if owner, ok := n.s.derived().defaults[a.Object]; ok {
			return "default value for column " + n.quote(owner.column.Name) + " of table " + n.relation(owner.relation)
		}
	case oid.PGNamespace:
		if schema := n.s.Schema(a.Object); schema != nil {
			return "schema " + n.quote(schema.Name)
		}
	case oid.PGExtension:
		if e, ok := n.s.Object(a.Object).(*Extension); ok {
			return "extension " + n.quote(e.Name)
		}
	case classAuthID:
		if role := n.s.Role(a.Object); role != nil {
			return "role " + n.quote(role.Name)
		}
	case classRewrite:
		if r := n.s.derived().rules[a.Object]; r != nil {
			return "rule _RETURN on view " + n.relation(r)
		}
	case classOperator:
		if o := n.s.Operator(a.Object); o != nil {
			return "operator " + n.operatorTypes(o)
		}
	case classAm:
		if m := n.s.facts.methods[a.Object]; m != nil {
			return "access method " + m.Name
		}
	case classOpClass:
		if class := n.s.OpClass(a.Object); class != nil {
			return "operator class " + n.opClass(class) + " for access method " + class.Method
		}
	}
	return ""
}

// Describe names an object for people, as Postgres does in the details of its
// errors: "table items", "column id of table items".
func (s *Snapshot) Describe(path []oid.OID, a Address) string { return s.naming(path).describe(a) }
