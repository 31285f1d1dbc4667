package planner

import (
	"slices"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

func (a *analyzer) createIndex(n *pg_query.IndexStmt) Plan {
	p := &CreateIndex{Concurrently: n.Concurrent}
	table := a.table(n.Relation)
	method := n.AccessMethod
	if method == "" {
		method = "btree"
	}
	if method == "rtree" {
		method = "gist"
	}
	if a.cat.AccessMethod(method) == nil {
		fail(pgerr.Newf(pgerr.UndefinedObject, "access method \"%s\" does not exist", method))
	}
	x := &catalog.Index{Method: method, Unique: n.Unique, NullsNotDistinct: n.NullsNotDistinct, Valid: true, Table: table.OID}
	if n.Unique && method != "btree" {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "access method \"%s\" does not support unique indexes", method))
	}
	if len(n.IndexParams) > 1 && (method == "hash" || catalog.IsVectorMethod(method)) {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "access method \"%s\" does not support multicolumn indexes", method))
	}
	if len(n.IndexIncludingParams) > 0 && method != "btree" {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "access method \"%s\" does not support included columns", method))
	}
	entry := relationRange(table)
	var names []string
	for _, e := range n.IndexParams {
		key, name := a.indexElement(e.GetIndexElem(), table, entry, method, x)
		x.Keys = append(x.Keys, key)
		names = append(names, name)
	}
	for _, e := range n.IndexIncludingParams {
		elem := e.GetIndexElem()
		c := table.Column(elem.Name)
		if c == nil {
			fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" does not exist", elem.Name))
		}
		x.Keys = append(x.Keys, catalog.IndexKey{Attnum: c.Attnum, Type: c.Type})
		x.Included++
		names = append(names, elem.Name)
	}
	if n.WhereClause != nil {
		s := a.rowScope(entry)
		predicate := s.condition(n.WhereClause, inIndexPredicate, "WHERE")
		requireImmutable(predicate, "predicate")
		x.Predicate = a.text(predicate, entry)
	}
	rel := &catalog.Relation{Kind: catalog.KindIndex, Schema: table.Schema, Owner: oid.BootstrapRole, Persistence: table.Persistence, Index: x}
	rel.Options = a.indexOptions(method, n.Options)
	switch {
	case n.Idxname == "":
		rel.Name = a.chooseName(table.Schema, map[string]bool{}, table.Name, indexNameParts(names), "idx")
	default:
		rel.Name = clip(n.Idxname, 63)
		if a.exists(rel, n.IfNotExists) {
			p.Skip = true
			return p
		}
	}
	if catalog.IsVectorMethod(method) {
		a.checkVectorIndex(table, rel, names[0])
	}
	p.Index = &NewIndex{Table: table, Relation: rel}
	return p
}

// rowScope is a scope in which an entry's columns can be named.
func (a *analyzer) rowScope(entry *Entry) *scope {
	s := newScope(a, nil)
	s.entries = append(s.entries, entry)
	s.add(entryItem(entry))
	return s
}

// indexNameParts joins the columns' names for an automatic index name, with
// numbers where one repeats.
func indexNameParts(names []string) string {
	var parts []string
	for _, name := range names {
		part := name
		for i := 1; slices.Contains(parts, part); i++ {
			part = name + itoa(i)
		}
		parts = append(parts, part)
	}
	joined := strings.Join(parts, "_")
	return clip(joined, 63)
}

// indexElement analyses one key and gives the name that it contributes to an
// automatic index name.
func (a *analyzer) indexElement(n *pg_query.IndexElem, table *catalog.Relation, entry *Entry, method string, x *catalog.Index) (catalog.IndexKey, string) {
	var key catalog.IndexKey
	name := n.Name
	class := strs(n.Opclass)
	if n.Name != "" {
		c := table.Column(n.Name)
		if c == nil {
			fail(pgerr.Newf(pgerr.UndefinedColumn, "column \"%s\" does not exist", n.Name))
		}
		key = a.indexKey(c, method, class, -1)
	} else {
		s := a.rowScope(entry)
		e := s.clauseExpr(n.Expr, inIndexExpr)
		requireImmutable(e, "expression")
		key = catalog.IndexKey{Expr: a.text(e, entry), Type: e.Type(), OpClass: a.opClass(method, class, e.Type(), -1)}
		if v, ok := e.(*Var); ok && v.Entry == entry && entry.Columns[v.Col].Column != nil {
			key.Attnum, key.Expr = entry.Columns[v.Col].Column.Attnum, ""
		}
		if name = exprColumnName(n.Expr); name == "" {
			name = "expr"
		}
	}
	key.Desc = n.Ordering == pg_query.SortByDir_SORTBY_DESC
	key.NullsFirst = key.Desc
	switch n.NullsOrdering {
	case pg_query.SortByNulls_SORTBY_NULLS_FIRST:
		key.NullsFirst = true
	case pg_query.SortByNulls_SORTBY_NULLS_LAST:
		key.NullsFirst = false
	}
	if method != "btree" {
		if n.Ordering > pg_query.SortByDir_SORTBY_DEFAULT {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "access method \"%s\" does not support ASC/DESC options", method))
		}
		if n.NullsOrdering > pg_query.SortByNulls_SORTBY_NULLS_DEFAULT {
			fail(pgerr.Newf(pgerr.FeatureNotSupported, "access method \"%s\" does not support NULLS FIRST/LAST options", method))
		}
	}
	return key, name
}

// requireImmutable refuses what may give something else for the same row later.
func requireImmutable(e Expr, what string) {
	inspect(e, func(sub Expr) bool {
		if f, ok := sub.(*FuncCall); ok && f.Proc.Volatile != 'i' {
			fail(pgerr.Newf(pgerr.InvalidObjectDefinition, "functions in index %s must be marked IMMUTABLE", what))
		}
		return true
	})
}

// exprColumnName is the name that an index expression gives its column: that of
// the function or of the column cast.
func exprColumnName(n *pg_query.Node) string {
	switch n := n.GetNode().(type) {
	case *pg_query.Node_FuncCall:
		names := strs(n.FuncCall.Funcname)
		return names[len(names)-1]
	case *pg_query.Node_TypeCast:
		return exprColumnName(n.TypeCast.Arg)
	case *pg_query.Node_ColumnRef:
		if len(n.ColumnRef.Fields) > 0 {
			return n.ColumnRef.Fields[len(n.ColumnRef.Fields)-1].GetString_().GetSval()
		}
	}
	return ""
}

// opClass is the operator class that is named, or a type's default one.
func (a *analyzer) opClass(method string, names []string, typ oid.OID, location int32) oid.OID {
	base := a.base(typ)
	if len(names) == 0 {
		if c := a.cat.DefaultOpClass(method, base); c != nil {
			return c.OID
		}
		if t := a.cat.Type(base); t != nil && (t.Kind == 'e' || t.IsArray()) {
			poly := oid.AnyEnum
			if t.IsArray() {
				poly = oid.AnyArray
			}
			if c := a.cat.DefaultOpClass(method, poly); c != nil {
				return c.OID
			}
		}
		fail(pgerr.Newf(pgerr.UndefinedObject, "data type %s has no default operator class for access method \"%s\"", a.typeName(typ), method).
			WithHint("You must specify an operator class for the index or define a default operator class for the data type."))
	}
	name := names[len(names)-1]
	var found *catalog.OpClass
	for _, c := range a.cat.OpClasses(method) {
		if c.Name == name {
			found = c
		}
	}
	if found == nil {
		fail(pgerr.Newf(pgerr.UndefinedObject, "operator class \"%s\" does not exist for access method \"%s\"", name, method))
	}
	if path, _ := a.findPathway(found.Input, base, implicit); found.Input != base && path != pathRelabel && !polymorphicAccepts(a, found.Input, base) {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "operator class \"%s\" does not accept data type %s", name, a.typeName(typ)))
	}
	return found.OID
}

func polymorphicAccepts(a *analyzer, want, have oid.OID) bool {
	t := a.cat.Type(have)
	return want == oid.AnyArray && t.IsArray() || want == oid.AnyEnum && t.Kind == 'e'
}

// reloptions are storage parameters as pg_class keeps them: "name=value".
func (a *analyzer) reloptions(list []*pg_query.Node) []string {
	var options []string
	for _, n := range list {
		d := n.GetDefElem()
		name := d.Defname
		if d.Defnamespace != "" {
			name = d.Defnamespace + "." + name
		}
		options = append(options, name+"="+a.optionValue(d))
	}
	return options
}

// optionValue is the value of an option as text. In WITH (m = "16") it comes as
// a type name.
func (a *analyzer) optionValue(d *pg_query.DefElem) string {
	switch v := d.Arg.GetNode().(type) {
	case nil:
		return "true"
	case *pg_query.Node_Integer:
		return strconv.Itoa(int(v.Integer.Ival))
	case *pg_query.Node_Float:
		return v.Float.Fval
	case *pg_query.Node_Boolean:
		return strconv.FormatBool(v.Boolean.Boolval)
	case *pg_query.Node_String_:
		return v.String_.Sval
	case *pg_query.Node_TypeName:
		return typeNameString(v.TypeName)
	case *pg_query.Node_AConst:
		switch c := v.AConst.Val.(type) {
		case *pg_query.A_Const_Ival:
			return strconv.Itoa(int(c.Ival.Ival))
		case *pg_query.A_Const_Fval:
			return c.Fval.Fval
		case *pg_query.A_Const_Sval:
			return c.Sval.Sval
		case *pg_query.A_Const_Boolval:
			return strconv.FormatBool(c.Boolval.Boolval)
		}
	}
	fail(pgerr.Newf(pgerr.SyntaxError, "invalid value for option \"%s\"", d.Defname))
	return ""
}

// maxIndexDims bounds the dimensions of what is indexed; those of vectors are
// bounded by the types already. That of bits is pgvector's.
var maxIndexDims = map[oid.OID]int32{oid.Vector: 16000, oid.HalfVec: 16000, oid.Bit: 64000}

// checkVectorIndex refuses what pgvector refuses, and gives an index that is not
// over all of a column a column of its own, of that name.
func (a *analyzer) checkVectorIndex(table, rel *catalog.Relation, name string) {
	x := rel.Index
	key := x.Keys[0]
	typ, typmod := key.Type, int32(-1)
	if c := table.Attribute(key.Attnum); c != nil {
		typ, typmod = c.Type, c.Typmod
	} else {
		e, _, err := AnalyzeScalar(a.env, key.Expr, table)
		check(err)
		typmod = e.Typmod()
	}
	if !searched(a.base(typ)) {
		fail(pgerr.Newf(pgerr.FeatureNotSupported, "type not supported for %s index", rel.Index.Method))
	}
	if typmod < 1 {
		fail(pgerr.New(pgerr.InvalidParameterValue, "column does not have dimensions"))
	}
	if key.Attnum == 0 || x.Predicate != "" {
		x.Vectors = &catalog.Column{Name: name, Type: typ, Typmod: typmod, Physical: "value"}
	}
	if limit, ok := maxIndexDims[typ]; ok && typmod > limit {
		fail(pgerr.Newf(pgerr.ProgramLimitExceeded, "column cannot have more than %d dimensions for %s index", limit, rel.Index.Method))
	}
	checkCodeOptions(rel, int(typmod))
}

// recheckVectorIndex is checkVectorIndex once what is indexed has another type
// or length. A column that the index has of its own keeps its name and its table.
func (a *analyzer) recheckVectorIndex(table, rel *catalog.Relation) {
	own := rel.Index.Vectors
	if own == nil {
		a.checkVectorIndex(table, rel, "")
		return
	}
	a.checkVectorIndex(table, rel, own.Name)
	rel.Index.Vectors.Companion = own.Companion
}
