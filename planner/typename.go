package planner

import (
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// strs are the strings of a list of String nodes.
func strs(list []*pg_query.Node) []string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = n.GetString_().GetSval()
	}
	return names
}

// typeOf finds a type by its name in the tree, with its modifier.
func (a *analyzer) typeOf(n *pg_query.TypeName) (oid.OID, int32) {
	t := a.lookupType(n)
	if t == nil {
		a.failAt(n.Location, pgerr.UndefinedObject, "type \"%s\" does not exist", typeNameString(n))
	}
	if n.Setof {
		a.unsupported(n.Location, "SETOF here")
	}
	return t.OID, a.typmodOf(n, t)
}

// lookupType is the type of a name with its modifier left aside, nil when there
// is no such type.
func (a *analyzer) lookupType(n *pg_query.TypeName) *catalog.Type {
	names := strs(n.Names)
	if n.PctType {
		return a.columnType(n, names)
	}
	var t *catalog.Type
	switch len(names) {
	case 0:
		t = a.cat.Type(oid.OID(n.TypeOid))
	case 1:
		t = a.cat.SearchType(a.path, names[0])
	default:
		schema := a.schemaOf(names, n.Location)
		t = a.cat.TypeNamed(schema.OID, names[len(names)-1])
	}
	if t != nil && len(n.ArrayBounds) > 0 {
		if t.Category == 'A' && t.IsArray() {
			return t // int[][] is the same as int[]
		}
		t = a.cat.Type(t.Array)
	}
	return t
}

// columnType is table.column%TYPE.
func (a *analyzer) columnType(n *pg_query.TypeName, names []string) *catalog.Type {
	if len(names) < 2 {
		a.failAt(n.Location, pgerr.SyntaxError, "improper %%TYPE reference (too few dotted names): %s", strings.Join(names, "."))
	}
	rel := a.relationNamed(names[:len(names)-1], n.Location)
	column := rel.Column(names[len(names)-1])
	if column == nil {
		a.failAt(n.Location, pgerr.UndefinedColumn, "column \"%s\" of relation \"%s\" does not exist", names[len(names)-1], rel.Name)
	}
	t := a.cat.Type(column.Type)
	if len(n.ArrayBounds) > 0 {
		t = a.cat.Type(t.Array)
	}
	return t
}

// schemaOf finds the schema in a qualified name.
func (a *analyzer) schemaOf(names []string, location int32) *catalog.Schema {
	name := names[len(names)-2]
	switch {
	case len(names) > 3:
		a.failAt(location, pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", strings.Join(names, "."))
	case len(names) == 3 && names[0] != a.env.Database:
		a.failAt(location, pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", strings.Join(names, "."))
	}
	schema := a.cat.SchemaNamed(name)
	if schema == nil {
		a.failAt(location, pgerr.InvalidSchemaName, "schema \"%s\" does not exist", name)
	}
	return schema
}

// typmodOf is the modifier that a type name was written with, -1 for none.
func (a *analyzer) typmodOf(n *pg_query.TypeName, t *catalog.Type) int32 {
	if len(n.Typmods) == 0 {
		if n.Typemod != -1 && n.Typemod != 0 {
			return n.Typemod
		}
		return -1
	}
	base := t
	if t.IsArray() {
		base = a.cat.Type(t.Elem)
	}
	if base.ModIn == 0 {
		a.failAt(n.Location, pgerr.SyntaxError, "type modifier is not allowed for type \"%s\"", typeNameString(n))
	}
	args := make([]string, len(n.Typmods))
	for i, arg := range n.Typmods {
		args[i] = a.typmodArg(arg, n.Location)
	}
	typmod, err := datum.TypmodIn(base.Values, args)
	if err != nil {
		fail(pgerr.From(err).At(a.pos(n.Location)))
	}
	return typmod
}

// typmodArg is one modifier as text: a constant, or a plain name.
func (a *analyzer) typmodArg(n *pg_query.Node, location int32) string {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_AConst:
		switch v := n.AConst.GetVal().(type) {
		case *pg_query.A_Const_Ival:
			return strconv.Itoa(int(v.Ival.GetIval()))
		case *pg_query.A_Const_Fval:
			return v.Fval.GetFval()
		case *pg_query.A_Const_Sval:
			return v.Sval.GetSval()
		}
	case *pg_query.Node_ColumnRef:
		if names := n.ColumnRef.Fields; len(names) == 1 && names[0].GetString_() != nil {
			return names[0].GetString_().GetSval()
		}
	}
	a.failAt(location, pgerr.SyntaxError, "type modifiers must be simple constants or identifiers")
	return ""
}

// typeNameString is a type name as it was written, for messages.
func typeNameString(n *pg_query.TypeName) string {
	names := strs(n.Names)
	s := strings.Join(names, ".")
	if n.PctType {
		s += "%TYPE"
	}
	if len(n.ArrayBounds) > 0 {
		s += "[]"
	}
	return s
}

// typeName is a type's name in messages, as format_type gives it.
func (a *analyzer) typeName(id oid.OID) string {
	t := a.cat.Type(id)
	if t != nil && t.IsArray() && t.Storage != 'p' {
		return a.typeName(t.Elem) + "[]"
	}
	if datum.ByOID(id) != nil && id < oid.FirstExtension && id != oid.Any {
		return datum.TypeName(id)
	}
	return a.typeNameMod(id, -1)
}

// typeNameMod is a type's name in SQL with its modifier: without one, char and
// bit go by names that do not mean a length of 1.
func (a *analyzer) typeNameMod(id oid.OID, typmod int32) string {
	t := a.cat.Type(id)
	if t != nil && t.IsArray() && t.Storage != 'p' { // int2vector is stored plain
		return a.typeNameMod(t.Elem, typmod) + "[]"
	}
	switch {
	case id == oid.Any:
		return `"any"`
	case t != nil && t.Kind == 'p':
		return t.Name
	case t == nil || id < oid.FirstExtension && datum.ByOID(id) != nil:
		return datum.FormatType(id, typmod)
	}
	name := quoteIdent(t.Name)
	if a.cat.SearchType(a.path, t.Name) != t {
		name = quoteIdent(a.schemaName(t.Schema)) + "." + name
	}
	if typmod >= 0 {
		name += "(" + strconv.Itoa(int(typmod)) + ")"
	}
	return name
}

// element is the element type of an array type, 0 for a type that is none;
// domains over arrays count as arrays.
func (a *analyzer) element(id oid.OID) oid.OID { return a.cat.ElementOf(a.base(id)) }

// base is the type under a domain, or the type itself.
func (a *analyzer) base(id oid.OID) oid.OID {
	b, _ := a.baseMod(id, -1)
	return b
}

func (a *analyzer) baseMod(id oid.OID, typmod int32) (oid.OID, int32) {
	for {
		t := a.cat.Type(id)
		if t == nil || t.Kind != 'd' {
			return id, typmod
		}
		id, typmod = t.Base, t.Typmod
	}
}

// category is a type's category and whether it is the preferred one there.
func (a *analyzer) category(id oid.OID) (byte, bool) {
	t := a.cat.Type(id)
	if t == nil {
		return 'X', false
	}
	return t.Category, t.Preferred
}

// rowRelation is the relation whose rows a type describes; nil for a type that
// is no row type.
func (a *analyzer) rowRelation(id oid.OID) *catalog.Relation {
	t := a.cat.Type(a.base(id))
	if t == nil || t.Kind != 'c' {
		return nil
	}
	return a.cat.Relation(t.Relation)
}
