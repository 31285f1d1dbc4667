package planner

import (
	"slices"

	"voronoi/exec/catalog"
	"voronoi/internal/oid"
	"voronoi/sqlparse"
)

// AnalyzeScalar analyses an expression that the catalog holds as text: a column
// default, a CHECK constraint, an index expression or predicate, a generation
// expression. Its columns are Vars of the returned entry, which has the live
// columns of rel in order; rel may be nil.
func AnalyzeScalar(env *Env, text string, rel *catalog.Relation) (e Expr, entry *Entry, err error) {
	defer caught(&err)
	a := newAnalyzer(env, nil)
	if rel != nil {
		entry = relationRange(rel)
	}
	return a.catalogExpr(text, entry, inNothing), entry, nil
}

// relationRange ranges over the live columns of a relation.
func relationRange(rel *catalog.Relation) *Entry {
	return &Entry{Kind: EntryRelation, Alias: rel.Name, Relation: rel, Columns: liveColumns(rel)}
}

// catalogExpr analyses an expression that the catalog holds as text, over the
// columns of an entry, which may be nil.
func (a *analyzer) catalogExpr(text string, entry *Entry, c clause) Expr {
	node, err := sqlparse.ParseExpr(text)
	check(err)
	env := *a.env
	env.VariableParams, env.ParamTypes = false, nil
	inner := newAnalyzer(&env, nil)
	inner.path = a.catalogPath()
	s := newScope(inner, nil)
	s.clause = c
	if entry != nil {
		s.entries = append(s.entries, entry)
		s.add(entryItem(entry))
	}
	e := s.expr(node)
	a.volatile = a.volatile || inner.volatile
	return e
}

// catalogPath is the search path under which the catalog's expressions were
// written: they qualify what is not in it.
func (a *analyzer) catalogPath() []oid.OID {
	path := slices.Clone(a.path)
	for _, name := range []string{"pg_catalog", "public"} {
		if schema := a.cat.SchemaNamed(name); schema != nil && !slices.Contains(path, schema.OID) {
			path = append(path, schema.OID)
		}
	}
	return path
}
