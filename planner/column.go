package planner

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/exec/catalog"
	"voronoi/internal/datum"
	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// columnRef analyses a, t.a, s.t.a, d.s.t.a, and t meaning a whole row.
func (s *scope) columnRef(n *pg_query.ColumnRef) Expr {
	location := n.Location
	switch s.clause {
	case inDefault:
		s.failAt(location, pgerr.FeatureNotSupported, "cannot use column reference in DEFAULT expression")
	}
	if n.Fields[len(n.Fields)-1].GetAStar() != nil {
		return s.wholeRowRef(n)
	}
	names := strs(n.Fields)
	if len(names) == 1 {
		return s.bareColumn(names[0], location)
	}
	if len(names) > 4 {
		s.failAt(location, pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", strings.Join(names, "."))
	}
	schema := ""
	qualifier, column := names[:len(names)-1], names[len(names)-1]
	table := qualifier[len(qualifier)-1]
	if len(qualifier) >= 2 {
		schema = qualifier[len(qualifier)-2]
	}
	if len(qualifier) == 3 && qualifier[0] != s.env.Database {
		s.failAt(location, pgerr.FeatureNotSupported, "cross-database references are not implemented: %s", strings.Join(names, "."))
	}
	it, up := s.resolveItem(schema, table, location)
	if it == nil {
		s.noItem(table, location)
	}
	if e := s.itemColumn(it, column, up, location); e != nil {
		return e
	}
	// t.f(…) as a column: a function of the row.
	if e := s.callOnRow(column, s.wholeRow(it, up, location), location); e != nil {
		return e
	}
	s.noColumn(table, column, location)
	return nil
}

// itemColumn is a column of an item; nil when it has none of that name.
func (s *scope) itemColumn(it *nsItem, column string, up int, location int32) Expr {
	if col := s.lookup(it, column, location); col >= 0 {
		return it.column(col, up, s.pos(location))
	}
	return nil
}

func (s *scope) bareColumn(name string, location int32) Expr {
	if s.domainValue != nil && name == "value" {
		return s.domainValue
	}
	if e := s.resolveColumn(name, location); e != nil {
		return e
	}
	if it, up := s.resolveItem("", name, location); it != nil {
		return s.wholeRow(it, up, location)
	}
	s.noColumn("", name, location)
	return nil
}

// callOnRow is row.f for a function f that takes the row type; nil without one.
func (s *scope) callOnRow(name string, row Expr, location int32) Expr {
	detail := s.findFunction([]string{name}, []oid.OID{row.Type()}, nil, false, location)
	if detail.proc == nil {
		return nil
	}
	return s.call(&pg_query.FuncCall{Location: location}, []string{name}, []Expr{row}, nil)
}

// wholeRowRef is t.* where a single value is wanted.
func (s *scope) wholeRowRef(n *pg_query.ColumnRef) Expr {
	names := strs(n.Fields[:len(n.Fields)-1])
	if len(names) == 0 {
		s.failAt(n.Location, pgerr.SyntaxError, "row expansion via \"*\" is not supported here")
	}
	schema, table := "", names[len(names)-1]
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	it, up := s.resolveItem(schema, table, n.Location)
	if it == nil {
		s.noItem(table, n.Location)
	}
	return s.wholeRow(it, up, n.Location)
}

// wholeRow is the row of an item as one value. A function that returns a scalar
// has no row but its value.
func (s *scope) wholeRow(it *nsItem, up int, location int32) Expr {
	pos := s.pos(location)
	if e := it.entry; e != nil && e.Kind == EntryFunction && len(e.Funcs) == 1 && !e.Ordinality && e.scalarFunction(s.analyzer) {
		return entryVar(e, 0, up, pos)
	}
	r := &RowExpr{Typed: Typed{oid.Record, -1, pos}, Whole: it.entry}
	for i := range it.count() {
		r.Fields = append(r.Fields, it.column(i, up, pos))
		r.Names = append(r.Names, it.columnName(i))
	}
	if it.entry != nil && it.entry.Relation != nil && it.entry.Relation.RowType != 0 && it.entry.Kind != EntryFunction {
		r.Typ = it.entry.Relation.RowType
	}
	return r
}

// scalarFunction reports whether the entry's only function returns values that
// are no rows.
func (e *Entry) scalarFunction(a *analyzer) bool {
	fn := e.Funcs[0]
	if fn.Call == nil {
		return true
	}
	t := fn.Call.Typ
	return t != oid.Record && a.rowRelation(t) == nil && len(e.Columns) == 1
}

// indirection analyses (expr).field, expr[i] and their combinations.
func (s *scope) indirection(n *pg_query.A_Indirection) Expr {
	var e Expr
	if ref := n.Arg.GetColumnRef(); ref != nil {
		e = s.columnRef(ref)
	} else {
		e = s.expr(n.Arg)
	}
	var subscripts []*pg_query.A_Indices
	flush := func() {
		if len(subscripts) > 0 {
			e = s.subscript(e, subscripts, nodeLocation(n.Arg))
			subscripts = nil
		}
	}
	for _, step := range n.Indirection {
		switch step := step.GetNode().(type) {
		case *pg_query.Node_AIndices:
			subscripts = append(subscripts, step.AIndices)
		case *pg_query.Node_AStar:
			s.failAt(nodeLocation(n.Arg), pgerr.FeatureNotSupported, "row expansion via \"*\" is not supported here")
		case *pg_query.Node_String_:
			flush()
			e = s.selectField(e, step.String_.GetSval(), nodeLocation(n.Arg))
		}
	}
	flush()
	return e
}

// selectField is (e).name: a field of a row, or a function of it.
func (s *scope) selectField(e Expr, name string, location int32) Expr {
	if f := s.field(e, name, location); f != nil {
		return f
	}
	if r := s.callOnRow(name, e, location); r != nil {
		return r
	}
	switch {
	case isWhole(e):
		s.noColumnOfRow(e.(*RowExpr).Whole.Alias, name, location)
	case e.Type() == oid.Record:
		s.failAt(location, pgerr.UndefinedColumn, "could not identify column \"%s\" in record data type", name)
	case s.rowRelation(e.Type()) != nil:
		s.failAt(location, pgerr.UndefinedColumn, "column \"%s\" not found in data type %s", name, s.typeName(e.Type()))
	}
	fail(pgerr.Newf(pgerr.WrongObjectType, "column notation .%s applied to type %s, which is not a composite type",
		name, s.typeName(e.Type())).At(exprPos(e)))
	return nil
}

func isWhole(e Expr) bool {
	r, ok := e.(*RowExpr)
	return ok && r.Whole != nil
}

// noColumnOfRow fails for (t).name.
func (s *scope) noColumnOfRow(table, name string, location int32) {
	s.failAt(location, pgerr.UndefinedColumn, "column %s.%s does not exist", table, name)
}

// field is a field of a row by name; nil when e is no row or has none.
func (s *scope) field(e Expr, name string, location int32) Expr {
	for i, f := range s.fieldsOf(e) {
		if f.Name != name {
			continue
		}
		return s.fieldAt(e, i, f)
	}
	if r, ok := e.(*RowExpr); ok && r.Whole != nil && len(r.Fields) > 0 {
		if v, ok := r.Fields[0].(*Var); ok && v.Entry == r.Whole {
			if col := r.Whole.systemColumn(name); col >= 0 {
				return entryVar(r.Whole, col, v.Up, r.Pos)
			}
		}
	}
	return nil
}

func (s *scope) fieldAt(e Expr, i int, f rowField) Expr {
	if r, ok := e.(*RowExpr); ok && r.Whole != nil {
		return r.Fields[i]
	}
	return &Field{Typed: Typed{f.Type, f.Typmod, exprPos(e)}, Arg: e, Index: i, Name: f.Name}
}

// rowField describes a field of a row.
type rowField struct {
	Name   string
	Type   oid.OID
	Typmod int32
}

// fieldsOf are the fields of a row expression, as far as they are known.
func (s *scope) fieldsOf(e Expr) []rowField {
	if rel := s.rowRelation(e.Type()); rel != nil {
		return liveFields(rel)
	}
	switch e := e.(type) {
	case *RowExpr:
		out := make([]rowField, len(e.Fields))
		for i, f := range e.Fields {
			out[i] = rowField{"f" + itoa(i+1), f.Type(), f.Typmod()}
			if i < len(e.Names) {
				out[i].Name = e.Names[i]
			}
		}
		return out
	case *FuncCall:
		return s.outColumns(e)
	case *Subquery:
		if len(e.Query.Targets) > 0 {
			return s.fieldsOf(e.Query.Targets[0].Expr)
		}
	case *Var:
		if e.Entry.Query != nil && e.Col < len(e.Entry.Query.Targets) {
			return s.fieldsOf(e.Entry.Query.Targets[e.Col].Expr)
		}
		if e.Entry.CTE != nil && e.Entry.CTE.Query != nil {
			if list := e.Entry.CTE.Query.outputs(); e.Col < len(list) {
				return s.fieldsOf(list[e.Col].Expr)
			}
		}
	case *Relabel:
		return s.fieldsOf(e.Arg)
	}
	return nil
}

func liveFields(rel *catalog.Relation) []rowField {
	live := rel.Live()
	out := make([]rowField, len(live))
	for i, c := range live {
		out[i] = rowField{c.Name, c.Type, c.Typmod}
	}
	return out
}

// outColumns are the columns that a function returning record declares by OUT
// or TABLE parameters, with polymorphic types made actual.
func (s *scope) outColumns(call *FuncCall) []rowField {
	proc := call.Proc
	var out []rowField
	for i, mode := range proc.Modes {
		switch mode {
		case 'o', 'b', 't':
		default:
			continue
		}
		typ := proc.AllArgs[i]
		if isPolymorphic(typ) {
			typ = s.actualOut(call, typ)
		}
		name := ""
		if i < len(proc.Names) {
			name = proc.Names[i]
		}
		if name == "" {
			name = "column" + itoa(len(out)+1)
		}
		out = append(out, rowField{name, typ, -1})
	}
	return out
}

// actualOut is the type of a polymorphic OUT parameter at a call.
func (s *scope) actualOut(call *FuncCall, typ oid.OID) oid.OID {
	declared := append([]oid.OID(nil), call.Proc.Args...)
	actual := make([]oid.OID, len(declared))
	for i := range actual {
		actual[i] = call.ArgTypes[min(i, len(call.ArgTypes)-1)]
	}
	return s.enforceGeneric(actual, declared, typ)
}

// subscript analyses e[…]… as element or slice.
func (s *scope) subscript(e Expr, list []*pg_query.A_Indices, location int32) Expr {
	base, _ := s.baseMod(e.Type(), e.Typmod())
	if base == oid.JSONB {
		return s.jsonSubscript(e, list)
	}
	if base == oid.Name && len(list) == 1 && !list[0].IsSlice {
		return s.nameSubscript(e, list[0])
	}
	elem := s.subscriptElement(base)
	if elem == 0 {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting",
			s.typeName(e.Type())).At(exprPos(e)))
	}
	if base != e.Type() {
		e = &Relabel{Typed: Typed{base, e.Typmod(), exprPos(e)}, Arg: e, Form: FormImplicitCast}
	}
	r := &Subscript{Typed: Typed{elem, e.Typmod(), exprPos(e)}, Arg: e}
	r.Upper, r.Lower, r.Slice = s.bounds(list)
	if r.Slice {
		r.Typ = base
		if base == oid.Int2Vector || base == oid.OIDVector {
			r.Typ = s.cat.ArrayOf(elem)
		}
	}
	return r
}

// subscriptElement is the type of an element reached by a subscript.
func (a *analyzer) subscriptElement(t oid.OID) oid.OID {
	switch t {
	case oid.Int2Vector:
		return oid.Int2
	case oid.OIDVector:
		return oid.OIDType
	}
	return a.cat.ElementOf(t)
}

// bounds analyses subscripts; any slice makes all of them slices.
func (s *scope) bounds(list []*pg_query.A_Indices) (upper, lower []Expr, slice bool) {
	for _, i := range list {
		slice = slice || i.IsSlice
	}
	index := func(n *pg_query.Node) Expr {
		if n == nil {
			return nil
		}
		e := s.expr(n)
		r := s.coerceTo(e, oid.Int4, -1, assignment, -1)
		if r == nil {
			fail(pgerr.New(pgerr.DatatypeMismatch, "array subscript must have type integer").At(exprPos(e)))
		}
		return r
	}
	for _, i := range list {
		upper = append(upper, index(i.Uidx))
		if !slice {
			continue
		}
		if i.IsSlice {
			lower = append(lower, index(i.Lidx))
		} else {
			lower = append(lower, intConst(1))
		}
	}
	return upper, lower, slice
}

// jsonSubscript is jsonb[key]…, which is -> by each key.
func (s *scope) jsonSubscript(e Expr, list []*pg_query.A_Indices) Expr {
	for _, i := range list {
		if i.IsSlice {
			fail(pgerr.New(pgerr.DatatypeMismatch, "jsonb subscript does not support slices").At(exprPos(e)))
		}
		key := s.expr(i.Uidx)
		switch {
		case key.Type() == oid.Unknown:
			key = s.coerce(key, oid.Text, -1, implicit, -1)
		case s.canCoerce(key.Type(), oid.Int4, implicit):
			key = s.coerce(key, oid.Int4, -1, implicit, -1)
		case s.canCoerce(key.Type(), oid.Text, implicit):
			key = s.coerce(key, oid.Text, -1, implicit, -1)
		default:
			fail(pgerr.Newf(pgerr.DatatypeMismatch, "subscript type %s is not supported", s.typeName(key.Type())).
				WithHint("jsonb subscript must be coercible to either integer or text.").At(exprPos(key)))
		}
		e = s.operate([]string{"->"}, e, key, nodeLocation(i.Uidx))
	}
	return e
}

// nameSubscript is one character of a name, counted from 0: a name is an array
// of "char" of fixed length to Postgres, which pg_dump relies on.
func (s *scope) nameSubscript(e Expr, i *pg_query.A_Indices) Expr {
	key := s.coerceTo(s.expr(i.Uidx), oid.Int4, -1, assignment, -1)
	if key == nil {
		fail(pgerr.New(pgerr.DatatypeMismatch, "array subscript must have type integer").At(s.pos(nodeLocation(i.Uidx))))
	}
	one := &Const{Typed: Typed{Typ: oid.Int4, Mod: -1}, Value: datum.Int(1)}
	at := s.operate([]string{"+"}, key, one, nodeLocation(i.Uidx))
	text := s.coerce(e, oid.Text, -1, explicit, -1)
	return s.coerce(s.callNamed("substr", nodeLocation(i.Uidx), FormCall, text, at, one), oid.Char, -1, explicit, -1)
}

// collation finds a collation by name.
func (a *analyzer) collation(names []string, location int32) oid.OID {
	name := names[len(names)-1]
	path := a.path
	if len(names) > 1 {
		path = []oid.OID{a.schemaOf(names, location).OID}
	}
	for _, schema := range path {
		if c := a.cat.CollationNamed(schema, name); c != nil {
			return c.OID
		}
	}
	a.failAt(location, pgerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", strings.Join(names, "."))
	return 0
}
