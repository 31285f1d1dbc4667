package planner

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"voronoi/internal/oid"
	"voronoi/internal/pgerr"
)

// rangeFunction analyses functions in FROM: one, or several in ROWS FROM.
func (s *scope) rangeFunction(n *pg_query.RangeFunction) *Entry {
	e := &Entry{Kind: EntryFunction, Ordinality: n.Ordinality}
	before := s.lateral
	s.lateral = true
	var names []string
	var definitions [][]*pg_query.Node
	for _, f := range n.Functions {
		pair := f.GetList().Items
		var defs []*pg_query.Node
		if len(pair) > 1 && pair[1] != nil {
			defs = pair[1].GetList().GetItems()
		}
		for _, call := range s.splitUnnest(pair[0], defs) {
			expr := s.clauseExpr(call, inFromFunction)
			fn := &TableFunc{}
			if c, ok := expr.(*FuncCall); ok {
				fn.Call = c
			} else {
				fn.Other = s.resolved(expr)
			}
			e.Funcs = append(e.Funcs, fn)
			names = append(names, columnName(call))
			definitions = append(definitions, defs)
			for _, arg := range argsOf(expr) {
				if returnsSet(arg) {
					fail(pgerr.New(pgerr.FeatureNotSupported, "set-returning functions must appear at top level of FROM").At(exprPos(arg)))
				}
			}
		}
	}
	s.lateral = before
	if len(n.Coldeflist) > 0 {
		if len(e.Funcs) > 1 {
			if n.IsRowsfrom {
				fail(pgerr.New(pgerr.SyntaxError, "ROWS FROM() with multiple functions cannot have a column definition list").
					WithHint("Put a separate column definition list for each function inside ROWS FROM().").At(s.pos(nodeLocationOfList(n.Coldeflist))))
			}
			fail(pgerr.New(pgerr.SyntaxError, "UNNEST() with multiple arguments cannot have a column definition list").
				WithHint("Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list to each one.").
				At(s.pos(nodeLocationOfList(n.Coldeflist))))
		}
		if n.Ordinality {
			fail(pgerr.New(pgerr.SyntaxError, "WITH ORDINALITY cannot be used with a column definition list").
				WithHint("Put the column definition list inside ROWS FROM().").At(s.pos(nodeLocationOfList(n.Coldeflist))))
		}
		definitions[0] = n.Coldeflist
	}
	e.Alias = names[0]
	if n.Alias != nil {
		e.Alias = n.Alias.Aliasname
	}
	for i, fn := range e.Funcs {
		columns := s.functionColumns(e, fn, names[i], definitions[i], n, len(e.Funcs))
		fn.Columns = len(columns)
		e.Columns = append(e.Columns, columns...)
	}
	if n.Ordinality {
		e.Columns = append(e.Columns, EntryColumn{Name: "ordinality", Type: oid.Int8, Typmod: -1})
	}
	e.Lateral = s.refersLeft(e)
	s.rename(e, n.Alias, -1)
	return e
}

func nodeLocationOfList(list []*pg_query.Node) int32 {
	if def := list[0].GetColumnDef(); def != nil {
		return def.Location
	}
	return -1
}

// argsOf are the operands of a call.
func argsOf(e Expr) []Expr {
	var out []Expr
	operands(e, func(x Expr) { out = append(out, x) })
	return out
}

// refersLeft reports whether the entry's functions use columns of this level.
func (s *scope) refersLeft(e *Entry) bool {
	found := false
	for _, fn := range e.Funcs {
		expr := fn.Other
		if fn.Call != nil {
			expr = fn.Call
		}
		walkLevels(expr, 0, func(e Expr, depth int) bool {
			if v, ok := e.(*Var); ok && v.Up == depth {
				found = true
			}
			return !found
		})
	}
	return found
}

// splitUnnest makes UNNEST(a, b) one call for each argument.
func (s *scope) splitUnnest(n *pg_query.Node, defs []*pg_query.Node) []*pg_query.Node {
	f := n.GetFuncCall()
	if f == nil || len(f.Args) < 2 || len(defs) > 0 || len(f.AggOrder) > 0 || f.AggFilter != nil || f.Over != nil ||
		f.AggStar || f.AggDistinct || f.FuncVariadic {
		return []*pg_query.Node{n}
	}
	names := strs(f.Funcname)
	if names[len(names)-1] != "unnest" || len(names) > 1 {
		return []*pg_query.Node{n}
	}
	out := make([]*pg_query.Node, len(f.Args))
	for i, arg := range f.Args {
		out[i] = &pg_query.Node{Node: &pg_query.Node_FuncCall{FuncCall: &pg_query.FuncCall{
			Funcname: []*pg_query.Node{pg_query.MakeStrNode("pg_catalog"), pg_query.MakeStrNode("unnest")},
			Args:     []*pg_query.Node{arg}, Location: f.Location,
		}}}
	}
	return out
}

// functionColumns are the columns that a function in FROM contributes.
func (s *scope) functionColumns(e *Entry, fn *TableFunc, name string, defs []*pg_query.Node, n *pg_query.RangeFunction, count int) []EntryColumn {
	var expr Expr = fn.Other
	if fn.Call != nil {
		expr = fn.Call
		if fn.Call.Proc.FromClause == "knn" {
			return s.knnColumns(e, fn.Call)
		}
	}
	typ := expr.Type()
	pos := exprPos(expr)
	if typ == oid.Record {
		var known []rowField
		if fn.Call != nil {
			known = s.outColumns(fn.Call)
		}
		switch {
		case len(known) > 0 && len(defs) > 0:
			fail(pgerr.New(pgerr.SyntaxError, "a column definition list is redundant for a function with OUT parameters").
				At(s.pos(nodeLocationOfList(defs))))
		case len(known) > 0:
			return entryColumns(known)
		case len(defs) == 0:
			fail(pgerr.New(pgerr.SyntaxError, "a column definition list is required for functions returning \"record\"").At(pos))
		}
		return s.definedColumns(defs)
	}
	if len(defs) > 0 {
		if rel := s.rowRelation(typ); rel != nil {
			fail(pgerr.New(pgerr.SyntaxError, "a column definition list is redundant for a function returning a named composite type").
				At(s.pos(nodeLocationOfList(defs))))
		}
		fail(pgerr.New(pgerr.SyntaxError, "a column definition list is only allowed for functions returning \"record\"").
			At(s.pos(nodeLocationOfList(defs))))
	}
	if rel := s.rowRelation(typ); rel != nil {
		return entryColumns(liveFields(rel))
	}
	if t := s.cat.Type(typ); t != nil && t.Kind == 'p' && typ != oid.Void && typ != oid.CString {
		fail(pgerr.Newf(pgerr.DatatypeMismatch, "function \"%s\" in FROM has unsupported return type %s", name, s.typeName(typ)).At(pos))
	}
	column := name
	if fn.Call != nil {
		if out := s.outColumns(fn.Call); len(out) == 1 && slices.Contains(fn.Call.Proc.Names, out[0].Name) {
			column = out[0].Name
			return []EntryColumn{{Name: column, Type: typ, Typmod: expr.Typmod()}}
		}
	}
	if count == 1 && n.Alias != nil {
		column = n.Alias.Aliasname
	}
	return []EntryColumn{{Name: column, Type: typ, Typmod: expr.Typmod()}}
}

func entryColumns(fields []rowField) []EntryColumn {
	out := make([]EntryColumn, len(fields))
	for i, f := range fields {
		out[i] = EntryColumn{Name: f.Name, Type: f.Type, Typmod: f.Typmod}
	}
	return out
}

// definedColumns are the columns of a column definition list.
func (s *scope) definedColumns(defs []*pg_query.Node) []EntryColumn {
	var out []EntryColumn
	for _, d := range defs {
		def := d.GetColumnDef()
		if slices.ContainsFunc(out, func(c EntryColumn) bool { return c.Name == def.Colname }) {
			fail(pgerr.Newf(pgerr.DuplicateColumn, "column name \"%s\" specified more than once", def.Colname))
		}
		typ, mod := s.typeOf(def.TypeName)
		out = append(out, EntryColumn{Name: def.Colname, Type: typ, Typmod: mod})
	}
	return out
}

// knnColumns are the columns of the relation that knn() searches, and the
// distance.
func (s *scope) knnColumns(e *Entry, call *FuncCall) []EntryColumn {
	name, ok := constantArg(call.Args[0])
	if !ok {
		fail(pgerr.Unsupported("knn() over a relation that is no constant").At(call.Pos))
	}
	if name.IsNull() {
		fail(pgerr.New(pgerr.NullValueNotAllowed, "the relation of knn() must not be null").At(call.Pos))
	}
	rel := s.cat.Relation(oid.OID(name.Int()))
	if call.Args[0].Type() != oid.Regclass {
		rel = s.relationNamed(s.splitName(name.Str(), call.Pos), -1)
	}
	if rel == nil {
		fail(pgerr.Newf(pgerr.UndefinedTable, "relation with OID %d does not exist", name.Int()).At(call.Pos))
	}
	e.Relation = rel
	columns := liveColumns(rel)
	return append(columns, EntryColumn{Name: "distance", Type: oid.Float8, Typmod: -1})
}
